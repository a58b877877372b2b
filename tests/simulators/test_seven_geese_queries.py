"""The extraction queries written from the reference: what each year of the schema accepts and answers."""

from __future__ import annotations

import pytest
from graphql import build_client_schema, get_introspection_query, parse, validate

pytest_plugins = ("tests.simulators.geese",)

QUERIES = {
    "WhoAmI": """query WhoAmI { currentUser { pk fullName isAdmin user { pk email } network { pk name } }
    requiredScopes }""",
    "Profiles": """query Profiles($first:Int!,$after:String,$inactive:Boolean){ profiles(first:$first, after:$after,
    inactive:$inactive){
  totalCount pageInfo{hasNextPage endCursor} edges{node{ pk url username fullName firstName lastName
    position phoneNumber
  employeeId hrisId timezone about hireDate activationState isManager isAdmin user{pk email} reportsTo{pk}
  locations(first:50){edges{node{pk name}}} teams(first:50){edges{node{pk}}} }}}}""",
    "Objectives": """query Objectives($first:Int!,$after:String){ objectives(first:$first, after:$after){ totalCount
    pageInfo{hasNextPage endCursor}
  edges{node{ pk url objectiveUrl name description objectiveType departmentVisibility closed draft
    private grade progress
  progressDelta overallAssessmentStatus startDate dueDatetime completedDatetime created modified creator{pk}
  owners(first:50){totalCount edges{node{pk}}} stakeholders(first:50){totalCount edges{node{pk}}}
  followers(first:50){totalCount edges{node{pk}}} contributingTeams(first:50){edges{node{pk}}}
  labels(first:50){edges{node{pk name}}} parentObjectives(first:20){edges{node{pk}}}
  relatedChildObjectives(first:50){edges{node{weight childObjective{pk}}}}
  keyResults(first:50){totalCount edges{node{ pk url name description weight order startingValue
    currentValue targetValue
    measurementType progress created updated creator{pk} owners(first:20){edges{node{pk}}} }}} }}}}""",
    "ObjectiveCheckins": """query ObjectiveCheckins($pk:Int!,$first:Int!,$after:String){ objective(pk:$pk){ pk
    checkins(first:$first, after:$after){
  totalCount pageInfo{hasNextPage endCursor} edges{node{ pk url message status metadata created updated
    user{pk} }}}}}""",
    "Recognitions": """query Recognitions($first:Int!,$after:String,$gte:String){
  recognitions(first:$first, after:$after,
    awardedDate_Gte:$gte){
  totalCount pageInfo{hasNextPage endCursor} edges{node{ pk url message awardedDate recognitionWebViewUrl sender{pk}
  recipient{pk} badge{pk name active image} }}}}""",
    "ReviewCycles": """query ReviewCycles($first:Int!,$after:String){ snapshotGroups(first:$first, after:$after){
    totalCount
  pageInfo{hasNextPage endCursor} edges{node{ pk title state startDate endDate modified isComplete
    managerAnswerSharing
  creator{pk} template{pk title} }}}}""",
    "Reviews": """query Reviews($first:Int!,$after:String,$group:Int){ snapshots(first:$first, after:$after,
    snapshotGroup:$group){ totalCount
  stateSummary pageInfo{hasNextPage endCursor} edges{node{ pk state nextState deleted position showManagerAnswers
  forUser{pk} manager{pk} skipLevelManager{pk} admin{pk} snapshotGroup{pk}
  approvals(first:50){edges{node{pk previousState newState note created approvedBy{pk}}}} canViewAnswers
  answers(first:100){edges{node{ __typename
    ... on TextItemAnswerNode{pk textAnswer:answer responder{pk} item{pk}}
    ... on RangeItemAnswerNode{pk rangeAnswer:answer responder{pk} item{pk}}
    ... on LikertItemAnswerNode{pk likertAnswer:answer responder{pk} item{pk}}
    ... on BooleanItemAnswerNode{pk booleanAnswer:answer responder{pk} item{pk}}
    ... on MultiOptionItemAnswerNode{pk responder{pk} item{pk}
      choices(first:50){edges{node{option{pk title}}}}} }}} }}}}""",
    "OneOnOnes": """query OneOnOnes($first:Int!,$after:String,$gte:String){ oneonones(first:$first, after:$after,
    updatedDatetime_Gte:$gte){
  totalCount pageInfo{hasNextPage endCursor} edges{node{ pk url name status deleted created modified updatedTime
  startTime endTime completedTime adminsCanView managersCanView managementTreesCanView
    creatorNotesShared targetNotesShared
  facilitator{pk} participant{pk} scheduledBy{pk} template{pk}
  questionSet{questions(first:100){edges{node{ pk content description created modified
    notes(first:50){edges{node{pk content shared created modified creator{pk}}}} }}}}
  comments(first:100){edges{node{pk content creator{pk}}}} }}}}""",
    "FeedbackRequests": """query FeedbackRequests($first:Int!,$after:String){
  feedbackRequests(first:$first, after:$after){
    totalCount
  pageInfo{hasNextPage endCursor} edges{node{ pk url title description type state respondentsNamesVisibleTo
  recipientPermissions dueDatetime publishedDatetime sentDate created modified numResponsesSubmitted creator{pk}
  recipient{pk} responders(first:100){edges{node{pk state modified profile{pk}}}} }}}}""",
    "Feedbacks": """query Feedbacks($first:Int!,$after:String){ feedbacks(first:$first, after:$after){ totalCount
    pageInfo{hasNextPage endCursor}
  edges{node{ pk url state created modified submittedTimestamp feedbackRequest{pk} responder{pk profile{pk}}
  answers(first:100){edges{node{ __typename ... on TextAnswerNode{pk textAnswer:answer} ... on
    RangeAnswerNode{pk intAnswer:answer}
    ... on NpsAnswerNode{pk intAnswer:answer} ... on LikertAnswerNode{pk intAnswer:answer} }}} }}}}""",
    "ByPk": """query ByPk($pks:[Int]!,$n:Int!){ objectives(pk_In:$pks, first:$n){ edges{node{pk modified}}}}""",
}
GONE_IN_2026 = {"Recognitions": "recipient", "OneOnOnes": "questions"}
NEW_IN_2026 = """query New($n:Int!){
  recognitions(first:$n, includeTeamRecognitions:true){ edges{node{ pk
    userRecipients(first:9){edges{node{recipient{pk}}}}
    teamRecipients(first:9){edges{node{pk name}}} }}}
  oneonones(first:$n){ edges{node{ questionSet{ typedQuestions(first:9){edges{node{ __typename pk title
    notes(first:9){edges{node{ __typename pk textAnswer creator{pk} }}} }}} } }}}
  objectives(first:$n){ edges{node{ startingValue currentValue targetValue measurementType format weight }}}
  snapshots(first:$n){ edges{node{ startDate endDate peerFeedbackStatus hasDeletedPeerFeedbackRequest
    peerFeedbackRequest{pk} snapshotGroup{ sections(first:9){edges{node{ items(first:20){edges{node{ __typename
      ... on RatingItemNode{pk title} }}} }}} }
    answers(first:20){edges{node{ __typename
      ... on RatingItemAnswerNode{ pk responder{pk} item{pk} answer }
      ... on CalculatedRatingItemAnswerNode{ pk answer }
      ... on ObjectiveInfoItemAnswerNode{ pk responder{pk} item{pk} grades } }}} }}} }"""


def variables(client, query):
    objectives = client.ids("objectives")
    every = {"first": 5, "pk": objectives[0], "pks": objectives[:3], "n": 20, "gte": "2026-01-01"}
    return {name: value for name, value in every.items() if f"${name}:" in query}


def published_schema(client):
    return build_client_schema(client.ask(get_introspection_query()))


@pytest.fixture
def old(old_geese, client_for):
    return client_for(old_geese)


def test_every_query_is_valid_in_2020_and_answers_with_data(old):
    schema = published_schema(old)
    for query in QUERIES.values():
        assert validate(schema, parse(query)) == []
        assert old.ask(query, **variables(old, query))


def test_2026_refuses_exactly_what_it_has_replaced(admin):
    schema = published_schema(admin)
    for name, query in QUERIES.items():
        errors = validate(schema, parse(query))
        if name not in GONE_IN_2026:
            assert errors == []
            assert admin.ask(query, **variables(admin, query))
            continue
        answer = admin.post(query, **variables(admin, query))
        assert answer.status_code == 400
        assert f'"{GONE_IN_2026[name]}"' in answer.json()["errors"][0]["message"]


def test_what_is_new_in_2026_is_there_then_and_not_before(admin, old):
    found = admin.ask(NEW_IN_2026, n=20)
    answers = [edge["node"] for one in found["snapshots"]["edges"] for edge in one["node"]["answers"]["edges"]]
    rated = [one for one in answers if one["__typename"] == "RatingItemAnswerNode"]
    assert isinstance(rated[0]["answer"], float)
    graded = [one for one in answers if one["__typename"] == "ObjectiveInfoItemAnswerNode"]
    assert isinstance(graded[0]["grades"], dict)
    assert old.post(NEW_IN_2026, n=1).status_code == 400


def test_recipients_are_one_in_2020_and_many_in_2026(geese, admin):
    query = "{ recognitions(first:100){ edges{ node{ pk %s } } } }"
    many = "userRecipients{edges{node{recipient{pk}}}} teamRecipients{edges{node{pk name}}}"
    rows = {row["id"]: row for row in admin.rows("recognitions")}
    for edge in admin.ask(query % many)["recognitions"]["edges"]:
        node, row = edge["node"], rows[edge["node"]["pk"]]
        people = [one["node"]["recipient"]["pk"] for one in node["userRecipients"]["edges"]]
        teams = [one["node"]["pk"] for one in node["teamRecipients"]["edges"]]
        assert (people, teams) == (row["recipient_ids"], row["team_recipient_ids"])
    geese.set(schema="2020")
    for edge in admin.ask(query % "recipient{pk}")["recognitions"]["edges"]:
        first = next(iter(rows[edge["node"]["pk"]]["recipient_ids"]), None)
        assert (edge["node"]["recipient"] or {}).get("pk") == first


def test_2020_does_not_know_the_newer_answers_at_all(geese, admin):
    newer = {"RatingItemAnswerNode", "CalculatedRatingItemAnswerNode", "ObjectiveInfoItemAnswerNode"}
    assert newer <= {row["kind"] for row in admin.rows("item_answers")}
    geese.set(schema="2020")
    assert newer.isdisjoint({row["kind"] for row in admin.rows("item_answers")})
    assert admin.ask("{snapshots(first:1){edges{node{answers{edges{node{__typename}}}}}}}")


def test_the_schema_can_lose_gain_and_retype_fields_and_lose_arguments(geese, admin):
    geese.change_schema("ObjectiveNode", "grade")
    assert "grade" in admin.errors("{objectives{edges{node{grade}}}}")[0]["message"]
    geese.change_schema("ObjectiveNode", "mood", "String")
    geese.change_schema("ObjectiveNode", "progress", "String")
    node = admin.ask("{objectives(first:1){edges{node{mood progress}}}}")["objectives"]["edges"][0]["node"]
    assert node["mood"] is None
    assert isinstance(node["progress"], str)
    geese.change_schema("Query", "recognitions.senderId")
    assert admin.post("{recognitions(senderId:1){totalCount}}").status_code == 400
    assert admin.post("{recognitions(recipientId:1){totalCount}}").status_code == 200
    assert "grade" not in published_schema(admin).type_map["ObjectiveNode"].fields
    geese.restore_schema()
    assert admin.post("{objectives{edges{node{grade progress}}}}").status_code == 200
