"""Where the nested GraphQL lists and odd references of every type get their rows from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.seven_geese.tables import Row
from simulators.seven_geese.visibility import View

Rows = Callable[[View, Row], list[Row]]
One = Callable[[View, Row], "Row | None"]

TABLE_OF: dict[str, str] = {
    "UserProfileNode": "profiles",
    "UserNode": "users",
    "NetworkNode": "networks",
    "TeamNode": "departments",
    "LocationNode": "locations",
    "GroupTypeNode": "group_types",
    "GroupNode": "groups",
    "LabelNode": "labels",
    "ObjectiveNode": "objectives",
    "ObjectiveRelationshipNode": "objective_relationships",
    "ObjectiveHistoryItemNode": "objective_history",
    "KeyResultNode": "key_results",
    "CheckinNode": "checkins",
    "BadgeNode": "badges",
    "BadgeRecipientNode": "recognitions",
    "FeedbackRequestV2Node": "feedback_requests",
    "FeedbackResponderNode": "feedback_responders",
    "FeedbackNode": "feedbacks",
    "OneOnOneNode": "one_on_ones",
    "OneOnOneTemplateNode": "one_on_one_templates",
    "OneOnOneQuestionSetNode": "question_sets",
    "OneOnOneQuestionNode": "questions",
    "OneOnOneTextQuestionNode": "questions",
    "OneOnOneNoteNode": "notes",
    "OneOnOneTextNoteNode": "notes",
    "OneOnOneCommentNode": "comments",
    "ActionItemNode": "action_items",
    "SnapshotGroupNode": "snapshot_groups",
    "SnapshotNode": "snapshots",
    "SnapshotTemplateNode": "snapshot_templates",
    "SnapshotApprovalNode": "snapshot_approvals",
    "SectionNode": "sections",
}


def many(column: str, table: str) -> Rows:
    return lambda view, row: view.many(table, row[column])


def under(table: str, column: str, own: str = "id") -> Rows:
    return lambda view, row: view.by(table, column, row[own])


def _participants(view: View, row: Row) -> list[Row]:
    people = {*row["owner_ids"], *row["stakeholder_ids"], *row["follower_ids"]}
    return view.many("profiles", sorted(people))


def _meetings(view: View, row: Row) -> list[Row]:
    parts = ("facilitator_id", "participant_id")
    held = {one["id"]: one for part in parts for one in view.by("one_on_ones", part, row["id"])}
    return [held[key] for key in sorted(held)]


def _recipients(view: View, row: Row) -> list[Row]:
    people = view.many("profiles", row["recipient_ids"])
    return [{"id": row["id"] * 100 + number, "recipient": person} for number, person in enumerate(people)]


def _sections(view: View, row: Row) -> list[Row]:
    return view.by("sections", "snapshot_group_id", row["snapshot_group_id"])


LISTS: dict[tuple[str, str], Rows] = {
    ("UserProfileNode", "locations"): many("location_ids", "locations"),
    ("UserProfileNode", "teams"): many("team_ids", "departments"),
    ("UserProfileNode", "ownedObjectives"): under("objectives", "owner_ids"),
    ("UserProfileNode", "checkins"): under("checkins", "user_id"),
    ("UserProfileNode", "feedbackRequests"): under("feedback_requests", "creator_id"),
    ("UserProfileNode", "feedbackResponses"): under("feedback_responders", "profile_id"),
    ("UserProfileNode", "reportingToMe"): under("profiles", "reports_to_id"),
    ("UserProfileNode", "teamsLeading"): under("departments", "leader_ids"),
    ("UserProfileNode", "recognitionReceived"): under("recognitions", "recipient_ids"),
    ("UserProfileNode", "recognitionGiven"): under("recognitions", "sender_id"),
    ("UserProfileNode", "createdActionItems"): under("action_items", "creator_id"),
    ("UserProfileNode", "assignedActionItems"): under("action_items", "assigned_to_id"),
    ("UserProfileNode", "oneonones"): _meetings,
    ("NetworkNode", "objectives"): lambda view, row: view.rows("objectives"),
    ("TeamNode", "subDepartments"): under("departments", "parent_id"),
    ("TeamNode", "objectives"): under("objectives", "contributing_team_ids"),
    ("TeamNode", "leaders"): many("leader_ids", "profiles"),
    ("TeamNode", "members"): under("profiles", "team_ids"),
    ("LocationNode", "profiles"): under("profiles", "location_ids"),
    ("GroupNode", "profiles"): under("profiles", "group_ids"),
    ("ObjectiveNode", "parentObjectives"): many("parent_objective_ids", "objectives"),
    ("ObjectiveNode", "checkins"): under("checkins", "objective_id"),
    ("ObjectiveNode", "keyResults"): under("key_results", "objective_id"),
    ("ObjectiveNode", "owners"): many("owner_ids", "profiles"),
    ("ObjectiveNode", "stakeholders"): many("stakeholder_ids", "profiles"),
    ("ObjectiveNode", "followers"): many("follower_ids", "profiles"),
    ("ObjectiveNode", "participants"): _participants,
    ("ObjectiveNode", "objectiveHistoryItems"): under("objective_history", "objective_id"),
    ("ObjectiveNode", "relatedChildObjectives"): under("objective_relationships", "objective_id"),
    ("ObjectiveNode", "childObjectives"): under("objectives", "parent_objective_ids"),
    ("ObjectiveNode", "contributingTeams"): many("contributing_team_ids", "departments"),
    ("ObjectiveNode", "labels"): many("label_ids", "labels"),
    ("KeyResultNode", "owners"): many("owner_ids", "profiles"),
    ("BadgeRecipientNode", "userRecipients"): _recipients,
    ("BadgeRecipientNode", "teamRecipients"): many("team_recipient_ids", "departments"),
    ("FeedbackRequestV2Node", "feedbacks"): under("feedbacks", "feedback_request_id"),
    ("FeedbackRequestV2Node", "responders"): under("feedback_responders", "feedback_request_id"),
    ("QuestionSetNode", "questions"): under("feedback_questions", "feedback_request_id"),
    ("FeedbackNode", "answers"): under("answers", "feedback_id"),
    ("MultiOptionAnswerNode", "choices"): lambda view, row: row["choices"],
    ("OneOnOneNode", "comments"): under("comments", "one_on_one_id"),
    ("OneOnOneNode", "createdActionItems"): under("action_items", "created_in_oneonone_id"),
    ("OneOnOneQuestionSetNode", "questions"): under("questions", "one_on_one_id", "one_on_one_id"),
    ("OneOnOneQuestionSetNode", "typedQuestions"): under("questions", "one_on_one_id", "one_on_one_id"),
    ("OneOnOneQuestionNode", "notes"): under("notes", "question_id"),
    ("OneOnOneTextQuestionNode", "notes"): under("notes", "question_id"),
    ("ActionItemNode", "participants"): many("participant_ids", "profiles"),
    ("SnapshotGroupNode", "snapshots"): under("snapshots", "snapshot_group_id"),
    ("SnapshotGroupNode", "sections"): under("sections", "snapshot_group_id"),
    ("SnapshotNode", "approvals"): under("snapshot_approvals", "snapshot_id"),
    ("SnapshotNode", "sections"): _sections,
    ("SnapshotNode", "answers"): under("item_answers", "snapshot_id"),
    ("SnapshotTemplateNode", "snapshotGroups"): under("snapshot_groups", "template_id"),
    ("SectionNode", "items"): under("items", "section_id"),
    ("MultiOptionItemAnswerNode", "choices"): lambda view, row: row["choices"],
}


def _first(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None


def _responder(view: View, row: Row) -> Row | None:
    return view.get("feedback_responders", row["responder_id"]) if view.names_responder(row) else None


def _response(view: View, row: Row) -> Row | None:
    feedback = view.get("feedbacks", row["feedback_id"])
    return feedback if feedback is not None and view.names_responder(feedback) else None


def _last_checkin(view: View, row: Row) -> Row | None:
    made = view.by("checkins", "objective_id", row["id"])
    return max(made, key=lambda checkin: checkin["created"]) if made else None


# References that are not simply the row their column names.
ONES: dict[tuple[str, str], One] = {
    ("UserProfileNode", "user"): lambda view, row: row,
    ("UserNode", "profile"): lambda view, row: row,
    ("ObjectiveNode", "lastCheckin"): _last_checkin,
    ("BadgeRecipientNode", "recipient"): lambda view, row: _first(view.many("profiles", row["recipient_ids"])),
    ("BadgeUserRecipientNode", "recipient"): lambda view, row: row["recipient"],
    ("FeedbackRequestV2Node", "questionSet"): lambda view, row: {
        "id": row["id"] + 100,
        "feedback_request_id": row["id"],
    },
    ("FeedbackResponderNode", "feedback"): _response,
    ("FeedbackNode", "responder"): _responder,
    ("OneOnOneNode", "questionSet"): lambda view, row: _first(view.by("question_sets", "one_on_one_id", row["id"])),
    ("ChoiceNode", "option"): lambda view, row: row,
    ("MultiOptionItemChoiceNode", "option"): lambda view, row: row,
}


def _participation(view: View, row: Row) -> int | None:
    for code, part in enumerate(("owner_ids", "stakeholder_ids", "follower_ids"), start=1):
        if view.viewer in row[part]:
            return code
    return None


# Scalars that are not simply a column.
VALUES: dict[tuple[str, str], Callable[[View, Row], Any]] = {
    ("UserProfileNode", "activationState"): lambda view, row: str(row["activation_state"]),
    ("UserNode", "pk"): lambda view, row: row["user_id"],
    ("NetworkNode", "allowLoginVia7Geese"): lambda view, row: row["allow_login_via_7geese"],
    ("ObjectiveNode", "currentUserParticipantType"): _participation,
    ("OptionNode", "pk"): lambda view, row: row["option_id"],
    ("OneOnOneNode", "hasTemplate"): lambda view, row: row["template_id"] is not None,
    ("OneOnOneTextQuestionNode", "title"): lambda view, row: row["content"],
    ("OneOnOneTextNoteNode", "textAnswer"): lambda view, row: row["content"],
    ("SnapshotNode", "canViewAnswers"): lambda view, row: view.reads_answers(row),
}
