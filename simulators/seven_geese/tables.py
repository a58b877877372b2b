"""The tables behind the vendor's API: who belongs to whom, and which columns point where."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
NOW = "now"  # in a column's blank value: the moment the row is made
Value = Any  # what a column, a source of a GraphQL field or a JSON document may hold
Key = Any  # a pk, or (kind, pk) where the kinds of one table count separately

# child table: (its column, parent table). A child is seen, and vanishes, with its parent.
PARENTS: dict[str, tuple[str, str]] = {
    "key_results": ("objective_id", "objectives"),
    "checkins": ("objective_id", "objectives"),
    "objective_history": ("objective_id", "objectives"),
    "objective_relationships": ("objective_id", "objectives"),
    "snapshots": ("snapshot_group_id", "snapshot_groups"),
    "snapshot_approvals": ("snapshot_id", "snapshots"),
    "item_answers": ("snapshot_id", "snapshots"),
    "sections": ("snapshot_group_id", "snapshot_groups"),
    "items": ("section_id", "sections"),
    "feedback_responders": ("feedback_request_id", "feedback_requests"),
    "feedbacks": ("feedback_request_id", "feedback_requests"),
    "answers": ("feedback_id", "feedbacks"),
    "feedback_questions": ("feedback_request_id", "feedback_requests"),
    "question_sets": ("one_on_one_id", "one_on_ones"),
    "questions": ("one_on_one_id", "one_on_ones"),
    "notes": ("question_id", "questions"),
    "comments": ("one_on_one_id", "one_on_ones"),
}

# table: {column: table it points to}; a column ending in _ids holds a sorted list.
REFERENCES: dict[str, dict[str, str]] = {
    "networks": {},
    "profiles": {
        "network_id": "networks",
        "reports_to_id": "profiles",
        "location_ids": "locations",
        "team_ids": "departments",
        "group_ids": "groups",
    },
    "departments": {
        "network_id": "networks",
        "creator_id": "profiles",
        "parent_id": "departments",
        "leader_ids": "profiles",
    },
    "locations": {"network_id": "networks"},
    "group_types": {},
    "groups": {"parent_id": "groups", "group_type_id": "group_types"},
    "labels": {},
    "objectives": {
        "creator_id": "profiles",
        "owner_ids": "profiles",
        "stakeholder_ids": "profiles",
        "follower_ids": "profiles",
        "contributing_team_ids": "departments",
        "label_ids": "labels",
        "parent_objective_ids": "objectives",
    },
    "objective_relationships": {"objective_id": "objectives", "child_objective_id": "objectives"},
    "key_results": {"objective_id": "objectives", "creator_id": "profiles", "owner_ids": "profiles"},
    "checkins": {"objective_id": "objectives", "user_id": "profiles"},
    "objective_history": {"objective_id": "objectives"},
    "badges": {},
    "recognitions": {
        "sender_id": "profiles",
        "badge_id": "badges",
        "recipient_ids": "profiles",
        "team_recipient_ids": "departments",
    },
    "snapshot_templates": {"creator_id": "profiles"},
    "snapshot_groups": {
        "creator_id": "profiles",
        "default_admin_id": "profiles",
        "template_id": "snapshot_templates",
    },
    "sections": {"snapshot_group_id": "snapshot_groups", "creator_id": "profiles"},
    "items": {"section_id": "sections"},
    "snapshots": {
        "snapshot_group_id": "snapshot_groups",
        "creator_id": "profiles",
        "for_user_id": "profiles",
        "manager_id": "profiles",
        "skip_level_manager_id": "profiles",
        "admin_id": "profiles",
        "peer_feedback_request_id": "feedback_requests",
    },
    "snapshot_approvals": {
        "snapshot_id": "snapshots",
        "creator_id": "profiles",
        "approved_by_id": "profiles",
    },
    "item_answers": {"snapshot_id": "snapshots", "responder_id": "profiles", "item_id": "items"},
    "feedback_requests": {"creator_id": "profiles", "recipient_id": "profiles"},
    "feedback_questions": {"feedback_request_id": "feedback_requests"},
    "feedback_responders": {
        "feedback_request_id": "feedback_requests",
        "profile_id": "profiles",
        "feedback_id": "feedbacks",
    },
    "feedbacks": {"feedback_request_id": "feedback_requests", "responder_id": "feedback_responders"},
    "answers": {"feedback_id": "feedbacks", "question_id": "feedback_questions"},
    "one_on_one_templates": {"creator_id": "profiles"},
    "one_on_ones": {
        "facilitator_id": "profiles",
        "participant_id": "profiles",
        "scheduled_by_id": "profiles",
        "template_id": "one_on_one_templates",
    },
    "question_sets": {"one_on_one_id": "one_on_ones", "creator_id": "profiles"},
    "questions": {"one_on_one_id": "one_on_ones", "creator_id": "profiles"},
    "notes": {"question_id": "questions", "one_on_one_id": "one_on_ones", "creator_id": "profiles"},
    "comments": {"one_on_one_id": "one_on_ones", "creator_id": "profiles"},
    "action_items": {
        "network_id": "networks",
        "creator_id": "profiles",
        "created_in_oneonone_id": "one_on_ones",
        "assigned_to_id": "profiles",
        "completed_by_id": "profiles",
        "uncompleted_by_id": "profiles",
        "participant_ids": "profiles",
    },
    "private_notes": {"creator_id": "profiles", "about_id": "profiles"},
}
TABLES = tuple(REFERENCES)

# The kinds of these tables have a pk sequence each, so a pk alone names several rows.
BY_KIND = frozenset({"item_answers", "answers"})
ITEM_ANSWER_KINDS = (
    "TextItemAnswerNode",
    "RangeItemAnswerNode",
    "LikertItemAnswerNode",
    "BooleanItemAnswerNode",
    "MultiOptionItemAnswerNode",
)
ITEM_ANSWER_KINDS_2026 = ("RatingItemAnswerNode", "CalculatedRatingItemAnswerNode", "ObjectiveInfoItemAnswerNode")
ANSWER_KINDS = (
    "TextAnswerNode",
    "RangeAnswerNode",
    "NpsAnswerNode",
    "LikertAnswerNode",
    "MultiOptionAnswerNode",
)

# Far apart, but users and profiles overlap: whoever mixes them up finds somebody, only not the right one.
FIRST_IDS = {
    "networks": 11,
    "profiles": 31,
    "users": 40,
    "departments": 301,
    "locations": 71,
    "group_types": 5,
    "groups": 91,
    "labels": 141,
    "objectives": 5101,
    "objective_relationships": 2201,
    "key_results": 9001,
    "checkins": 12001,
    "objective_history": 1,
    "badges": 12,
    "recognitions": 7001,
    "snapshot_templates": 51,
    "snapshot_groups": 60,
    "sections": 3301,
    "items": 4001,
    "snapshots": 880,
    "snapshot_approvals": 6601,
    "item_answers": 50001,
    "feedback_requests": 1500,
    "feedback_questions": 2600,
    "feedback_responders": 3700,
    "feedbacks": 4800,
    "answers": 30001,
    "one_on_one_templates": 21,
    "one_on_ones": 15001,
    "question_sets": 16001,
    "questions": 17001,
    "notes": 18001,
    "comments": 19001,
    "action_items": 20001,
    "private_notes": 801,
}


def key_of(table: str, row: Row) -> Key:
    return (row["kind"], row["id"]) if table in BY_KIND else row["id"]
