"""The fields of the GraphQL Query: lists, lookups by pk, and the scope each needs."""

from __future__ import annotations

from simulators.seven_geese import listings
from simulators.seven_geese.listing_filters import BY_PK, Filter, equals, filled, holds, search
from simulators.seven_geese.listings import Listing

_NAMED: dict[str, Filter] = {**BY_PK, "search": search("name")}
_TEAMS: dict[str, Filter] = {
    **BY_PK,
    "hasParent": filled("parent_id"),
    "parent": equals("parent_id"),
    "name": lambda view, value: lambda row: row["name"] == value,
    "fullName": lambda view, value: lambda row: row["full_name"] == value,
    "search": search("full_name"),
    "mine": lambda view, value: lambda row: (row["id"] in view.state.get("profiles", view.viewer)["team_ids"]) is value,
    "ledBy": holds("leader_ids"),
}
_ACTIVE: dict[str, Filter] = {"inactive": lambda view, value: lambda row: row["activated"] is not bool(value)}
_STANDING: dict[str, Filter] = {"deleted": lambda view, value: lambda row: not row["deleted"]}

LISTS: dict[str, Listing] = {
    "profiles": Listing("profiles", "userprofile", listings.PROFILES, always=_ACTIVE),
    "teams": Listing("departments", "department", _TEAMS, always=_STANDING),
    "locations": Listing("locations", "network", _NAMED),
    "groups": Listing("groups", "network", {**_NAMED, "groupType": equals("group_type_id")}),
    "groupTypes": Listing("group_types", "network"),
    "labels": Listing("labels", "objective", {**_NAMED, "name": _TEAMS["name"]}),
    "objectives": Listing("objectives", "objective", listings.OBJECTIVES),
    "badges": Listing("badges", "recognition"),
    # The newest first, so that a new one moves all the others down.
    "recognitions": Listing("recognitions", "recognition", listings.RECOGNITIONS, "-awarded_date"),
    "feedbackRequests": Listing("feedback_requests", "feedback", listings.FEEDBACK_REQUESTS),
    "feedbacks": Listing("feedbacks", "feedback", {**BY_PK, "responderProfileId": listings.responds}),
    "feedbackRequestTemplates": Listing("", "feedback"),
    "batchFeedbackRequests": Listing("", "feedback"),
    "oneonones": Listing("one_on_ones", "oneonone", listings.ONEONONES),
    "oneononeTemplates": Listing("one_on_one_templates", "oneonone", {**_NAMED, "creator": equals("creator_id")}),
    "actionItems": Listing("action_items", "oneonone", listings.ACTION_ITEMS),
    "planInstances": Listing("", "review"),
    "roleTemplates": Listing("", "review"),
    "competencyTemplates": Listing("", "review"),
    "snapshotTemplates": Listing("snapshot_templates", "review", {**BY_PK, "searchTitle": search("title")}),
    "snapshotGroups": Listing(
        "snapshot_groups",
        "review",
        {
            **BY_PK,
            "template": equals("template_id"),
            "searchTitle": search("title"),
            "published": lambda view, value: lambda row: bool(row["state"]) is value,
            "creator": equals("creator_id"),
        },
    ),
    "snapshots": Listing("snapshots", "review", listings.SNAPSHOTS),
}
# field: (table, scope)
LOOKUPS: dict[str, tuple[str, str]] = {
    "profile": ("profiles", "userprofile"),
    "team": ("departments", "department"),
    "objective": ("objectives", "objective"),
    "recognition": ("recognitions", "recognition"),
    "feedbackRequest": ("feedback_requests", "feedback"),
    "feedback": ("feedbacks", "feedback"),
    "oneonone": ("one_on_ones", "oneonone"),
    "actionItem": ("action_items", "oneonone"),
    "snapshotGroup": ("snapshot_groups", "review"),
    "snapshot": ("snapshots", "review"),
}
SCOPES: dict[str, str] = {
    **{name: listing.scope for name, listing in LISTS.items()},
    **{name: scope for name, (_, scope) in LOOKUPS.items()},
    "currentUser": "userprofile",
    "network": "network",
    "exportObjectiveSummary": "objective",
}
# Lists below a person, a team or the network that belong to another scope than those do.
NESTED: dict[str, str] = {
    "ownedObjectives": "objective",
    "objectives": "objective",
    "checkins": "objective",
    "feedbackRequests": "feedback",
    "feedbackResponses": "feedback",
    "recognitionReceived": "recognition",
    "recognitionGiven": "recognition",
    "createdActionItems": "oneonone",
    "assignedActionItems": "oneonone",
    "oneonones": "oneonone",
}
