"""The table of 7Geese listings: one row each, with the reason where a row is not obvious.

Nearly everything is read whole and versioned: the vendor has no change filter for it, and what was deleted, or is
hidden now, just does not come any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sources.core.resource import Child, Cursor, Mode, Resource
from sources.core.rows import Row
from sources.seven_geese import adapting, records
from sources.seven_geese.translation import RestShape

REST = "api/v/2.0/"


_LINKS = frozenset({"url", "network", "resource_uri"})  # hyperlinks to the row itself and to its only network
_PLAIN = RestShape(ignored=_LINKS)


@dataclass(frozen=True, kw_only=True)
class Listing(Resource):
    """A row of this vendor: a GraphQL document, a REST path, or both, the preferred one first. `rest_shape` is how REST
    items differ; `joined` are REST listings of nested rows and the field that names their parent; `variables` are the
    passes of the document and what each says of its rows; `adapt` does what no declaration says, and
    tells of a nested list that is not whole."""

    mode: Mode = Mode.SNAPSHOT
    personal: bool = True
    owner: str = ""
    transports: tuple[str, ...] = ("graphql", "rest")
    document: str = ""
    variables: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = (({}, {}),)
    rest_shape: RestShape = _PLAIN
    joined: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    adapt: Callable[[Row], str | None] | None = None

    @property
    def asked(self) -> str:
        ways = {"graphql": f"`{self.document}.graphql` on `POST /graphql`", "rest": f"`GET /{self.path}`"}
        return ", else ".join(ways[transport] for transport in self.transports) or "nowhere: it is part of sevens"


def _members(table: str, parent_key: str) -> Child:
    return Child(table, "members", parent_key, records.Member, key="profile_id")


RESOURCES: tuple[Listing, ...] = (
    Listing("networks", REST + "networks/", "network:read", records.Network, document="networks"),
    # Who left is listed apart. Those listed twice are active: the second pass wins.
    Listing(
        "user_profiles", REST + "userprofiles/", "userprofile:read", records.UserProfile, document="user_profiles",
        variables=(({"inactive": True}, {"activated": False}), ({}, {"activated": True})),
        # Left out: what changes with every page they look at, what depends on who asks, pictures twice.
        rest_shape=RestShape(inlined=frozenset({"user"}), ignored=_LINKS | {
            "last_page_load_time", "can_change_admin_content_visibility", "profile_img", "yammer_image_template",
        }),
    ),
    # Only REST tells when a department was created, changed and removed.
    Listing("departments", REST + "departments/", "department:read", records.Department, document="departments",
            transports=("rest", "graphql"),
            children=(_members("department_members", "department_id"),)),
    Listing("locations", "", "userprofile:read", records.Location, document="locations", transports=("graphql",),
            children=(_members("location_members", "location_id"),)),
    Listing("groups", "", "userprofile:read", records.Group, document="groups", transports=("graphql",),
            children=(_members("group_members", "group_id"),)),
    # Edits of key results and check-ins may not touch the objective's `modified`, and who no longer sees an objective
    # does not see it vanish either: it is read whole.
    Listing(
        "objectives", REST + "objectives/", "objective:read", records.Objective, document="objectives",
        adapt=adapting.objective,
        rest_shape=RestShape(
            renamed={"parent_objectives": "parents", "contributing_teams": "departments", "user": "profile",
                     "assessment_status": "status"},
            ignored=_LINKS | {"participant_type"},  # the part of who asks
        ),
        joined={"key_results": (REST + "objectivekeyresults/", "objective"),
                "checkins": (REST + "objectivecheckins/", "objective")},
        children=(
            Child("objective_owners", "owners", "objective_id", records.Member, key="profile_id"),
            Child("objective_stakeholders", "stakeholders", "objective_id", records.Member, key="profile_id"),
            Child("objective_followers", "followers", "objective_id", records.Member, key="profile_id"),
            Child("objective_departments", "departments", "objective_id", records.ObjectiveDepartment,
                  key="department_id"),
            Child("objective_labels", "labels", "objective_id", records.ObjectiveLabel, key="label_id"),
            Child("objective_parents", "parents", "objective_id", records.ObjectiveParent, key="parent_objective_id"),
            Child("objective_children", "children", "objective_id", records.ObjectiveChild,
                  key="child_objective_id"),
            Child("objective_history", "history", "objective_id", records.ObjectiveHistory, key=("created", "place")),
            Child("key_results", "key_results", "objective_id", records.KeyResult),
            Child("key_result_owners", "key_result_owners", "objective_id", records.KeyResultOwner,
                  key=("key_result_id", "profile_id")),
            Child("objective_checkins", "checkins", "objective_id", records.Checkin),
        ),
    ),
    # A recognition has no modification time: the last quarter is read again, the rest once a week.
    Listing(
        "recognitions", REST + "recognitions/", "recognition:read", records.Recognition, document="recognitions",
        cursor=Cursor("awarded_date", param="awardedDate_Gte", lookback=timedelta(days=90)),
        adapt=adapting.recognition,
        rest_shape=RestShape(ignored=_LINKS, renamed={
            "creator": "sender", "created": "awarded_date", "recognition_url": "recognition_web_view_url",
        }),
        children=(Child("recognition_recipients", "recipients", "recognition_id", records.Recipient,
                        key=("kind", "recipient_id")),),
    ),
    # A retired badge is not active; the recognitions that carry it stay.
    Listing("badges", REST + "badges/", "recognition:read", records.Badge, document="badges"),
    Listing("review_cycles", "", "review:read", records.ReviewCycle, document="review_cycles",
            transports=("graphql",)),
    # A finalized review can be opened again, so those are read too.
    Listing(
        "reviews", "", "review:read", records.Review, document="reviews", transports=("graphql",),
        children=(
            Child("review_approvals", "approvals", "review_id", records.ReviewApproval),
            Child("review_answers", "answers", "review_id", records.ReviewAnswer, key=("kind", "id")),
        ),
    ),
    Listing(
        "feedback_requests", REST + "feedbackrequests/", "feedback:read", records.FeedbackRequest,
        document="feedback_requests",
        rest_shape=RestShape(ignored=_LINKS, renamed={"feedback_request_template": "template"}),
        children=(Child("feedback_responders", "responders", "feedback_request_id", records.FeedbackResponder),),
    ),
    Listing(
        "feedback", "", "feedback:read", records.Feedback, document="feedback", transports=("graphql",),
        children=(
            Child("feedback_answers", "answers", "feedback_id", records.FeedbackAnswer, key=("kind", "id")),
            Child("feedback_comments", "comments", "feedback_id", records.FeedbackComment),
        ),
    ),
    # A note or a comment may not touch its meeting's time of change: a month is read again, the rest once a week.
    Listing(
        "one_on_ones", REST + "oneonones/", "oneonone:read", records.OneOnOne, document="one_on_ones",
        cursor=Cursor("updated_time", param="updatedDatetime_Gte", lookback=timedelta(days=28)),
        adapt=adapting.one_on_one,
        children=(
            Child("one_on_one_questions", "questions", "one_on_one_id", records.OneOnOneQuestion),
            Child("one_on_one_notes", "notes", "one_on_one_id", records.OneOnOneNote),
            Child("one_on_one_comments", "comments", "one_on_one_id", records.OneOnOneComment),
        ),
    ),
    Listing("action_items", "", "oneonone:read", records.ActionItem, document="action_items",
            transports=("graphql",),
            children=(Child("action_item_participants", "participants", "action_item_id", records.Member,
                            key="profile_id"),)),
    # Not the vendor's: what its codes mean, to join with.
    Listing("code_labels", "", "", transports=(), personal=False,
            record=records.CodeLabel, key=("table_name", "column_name", "code")),
)  # fmt: skip
