"""GraphQL, REST and `rows` show one truth, to whoever looks, also after anything at all was changed."""

from __future__ import annotations

from random import Random

import pytest

pytest_plugins = ("tests.simulators.geese",)

ROOTS = {
    "locations": "locations",
    "groups": "groups",
    "labels": "labels",
    "badges": "badges",
    "objectives": "objectives",
    "recognitions": "recognitions",
    "feedbackRequests": "feedback_requests",
    "feedbacks": "feedbacks",
    "oneonones": "one_on_ones",
    "actionItems": "action_items",
    "snapshotGroups": "snapshot_groups",
    "snapshots": "snapshots",
}
PATHS = {
    "objectives": "objectives",
    "objectivecheckins": "checkins",
    "objectivekeyresults": "key_results",
    "recognitions": "recognitions",
    "badges": "badges",
    "userprofiles": "profiles",
    "departments": "departments",
    "oneonones": "one_on_ones",
    "feedbackrequests": "feedback_requests",
    "privatenotes": "private_notes",
}


def below(connection):
    return [edge["node"] for edge in connection["edges"]]


def check_everything(client):
    for root, table in ROOTS.items():
        assert sorted(client.pks(root)) == client.ids(table), root
    for path, table in PATHS.items():
        assert sorted(row["id"] for row in client.rest_rows(path, limit=200)) == client.ids(table), path
    everybody = client.pks("profiles") + client.pks("profiles", "inactive:true")
    assert sorted(everybody) == client.ids("profiles")
    check_objectives(client)
    check_reviews(client)
    check_meetings(client)
    check_feedback(client)


def check_objectives(client):
    people = "{edges{node{pk}}}"
    fields = (
        f"pk modified creator{{pk}} owners{people} stakeholders{people} followers{people} labels{people} "
        f"parentObjectives{people} contributingTeams{people} relatedChildObjectives{{edges{{node{{pk weight "
        f"childObjective{{pk}}}}}}}} keyResults{{edges{{node{{pk updated currentValue}}}}}} "
        "checkins{edges{node{pk updated user{pk}}}} objectiveHistoryItems{edges{node{created progress}}}"
    )
    found = {node["pk"]: node for node in client.nodes("objectives", fields)}
    for row in client.rows("objectives"):
        node = found[row["id"]]
        assert node["modified"] == row["modified"].isoformat()
        for name, column in (
            ("owners", "owner_ids"),
            ("stakeholders", "stakeholder_ids"),
            ("followers", "follower_ids"),
            ("labels", "label_ids"),
            ("contributingTeams", "contributing_team_ids"),
            ("parentObjectives", "parent_objective_ids"),
        ):
            assert [one["pk"] for one in below(node[name])] == row[column]
    nested = [(node["pk"], one) for node in found.values() for one in below(node["keyResults"])]
    assert sorted((parent, one["pk"], one["currentValue"]) for parent, one in nested) == sorted(
        (row["objective_id"], row["id"], row["current_value"]) for row in client.rows("key_results")
    )
    said = [(one["pk"], one["user"]["pk"]) for node in found.values() for one in below(node["checkins"])]
    assert sorted(said) == sorted((row["id"], row["user_id"]) for row in client.rows("checkins"))
    history = [(node["pk"], one["created"]) for node in found.values() for one in below(node["objectiveHistoryItems"])]
    assert sorted(history) == sorted(
        (row["objective_id"], row["created"].isoformat()) for row in client.rows("objective_history")
    )
    links = [
        (node["pk"], one["childObjective"]["pk"], one["weight"])
        for node in found.values()
        for one in below(node["relatedChildObjectives"])
    ]
    assert sorted(links) == sorted(
        (row["objective_id"], row["child_objective_id"], row["weight"])
        for row in client.rows("objective_relationships")
    )


def check_reviews(client):
    kinds = {row["kind"] for row in client.rows("item_answers")}
    parts = " ".join(f"... on {kind}{{pk responder{{pk}} item{{pk}}}}" for kind in sorted(kinds)) or "__typename"
    fields = f"pk canViewAnswers approvals{{edges{{node{{pk}}}}}} answers{{edges{{node{{__typename {parts}}}}}}}"
    found = client.nodes("snapshots", fields)
    answers = [
        (node["pk"], one["__typename"], one["pk"], one["responder"]["pk"], one["item"]["pk"])
        for node in found
        for one in below(node["answers"])
    ]
    assert sorted(answers) == sorted(
        (row["snapshot_id"], row["kind"], row["id"], row["responder_id"], row["item_id"])
        for row in client.rows("item_answers")
    )
    approvals = [one["pk"] for node in found for one in below(node["approvals"])]
    assert sorted(approvals) == client.ids("snapshot_approvals")


def check_meetings(client):
    fields = (
        "pk updatedTime comments{edges{node{pk}}} questionSet{pk typedQuestions{edges{node{pk title "
        "notes{edges{node{pk textAnswer shared creator{pk}}}}}}}}"
    )
    found = client.nodes("oneonones", fields)
    questions = [one for node in found for one in below(node["questionSet"]["typedQuestions"])]
    assert sorted((one["pk"], one["title"]) for one in questions) == sorted(
        (row["id"], row["content"]) for row in client.rows("questions")
    )
    notes = [note for one in questions for note in below(one["notes"])]
    assert sorted((note["pk"], note["textAnswer"]) for note in notes) == sorted(
        (row["id"], row["content"]) for row in client.rows("notes")
    )
    assert sorted(one["pk"] for node in found for one in below(node["comments"])) == client.ids("comments")


def check_feedback(client):
    fields = "pk responder{pk} answers{edges{node{__typename ... on TextAnswerNode{pk} ... on NpsAnswerNode{pk}}}}"
    found = client.nodes("feedbacks", fields)
    assert sorted((node["pk"], (node["responder"] or {}).get("pk")) for node in found) == sorted(
        (row["id"], row["responder_id"]) for row in client.rows("feedbacks")
    )
    assert sum(len(node["answers"]["edges"]) for node in found) == len(client.rows("answers"))
    asked = client.nodes("feedbackRequests", "pk responders{edges{node{pk feedback{pk}}}}")
    responders = [(one["pk"], (one["feedback"] or {}).get("pk")) for node in asked for one in below(node["responders"])]
    assert sorted(responders, key=str) == sorted(
        ((row["id"], row["feedback_id"]) for row in client.rows("feedback_responders")), key=str
    )


EDITS = {
    "objectives": lambda random: {"name": f"Goal {random.random()}", "private": random.random() < 0.5},
    "key_results": lambda random: {"current_value": float(random.randint(0, 99))},
    "checkins": lambda random: {"message": f"Said {random.random()}"},
    "notes": lambda random: {"content": "changed", "shared": random.random() < 0.7},
    "questions": lambda random: {"content": f"Really {random.random()}?"},
    "comments": lambda random: {"content": "ok"},
    "recognitions": lambda random: {"message": "Thanks again"},
    "one_on_ones": lambda random: {"status": 1},
    "action_items": lambda random: {"completed": True},
    "snapshots": lambda random: {"state": random.randrange(5)},
    "feedbacks": lambda random: {"state": random.randrange(4)},
    "feedback_requests": lambda random: {"title": "Another title"},
    "private_notes": lambda random: {"content": "mine"},
    "departments": lambda random: {"name": f"Team {random.randint(0, 99)}"},
    "labels": lambda random: {"name": "renamed"},
    "locations": lambda random: {"name": "elsewhere"},
}


def change_something(sim, network, random):
    table = random.choice(sorted(EDITS))
    ids = [row["id"] for row in sim.rows(network, table)]
    action = random.choice(("create", "edit", "edit", "delete", "hide")) if ids else "create"
    if action == "create":
        sim.create(network, table, **EDITS[table](random))
    elif action == "edit":
        sim.edit(network, table, random.choice(ids), **EDITS[table](random))
    elif action == "delete":
        sim.delete(network, table, random.choice(ids))
    elif table not in ("departments", "locations", "labels"):
        profile = random.choice([row["id"] for row in sim.rows(network, "profiles")])
        sim.hide(network, table, random.choice(ids), profile)


@pytest.mark.parametrize("seed", range(3))
def test_all_doors_show_the_same_after_any_changes(geese, client_for, seed):
    random = Random(seed)
    people = geese.rows(geese.networks[0].id, "profiles")
    clients = [client_for(geese), client_for(geese, people[1]["id"]), client_for(geese, people[3]["id"])]
    for _ in range(3):
        for _ in range(25):
            change_something(geese, geese.networks[0].id, random)
        for client in clients:
            check_everything(client)
