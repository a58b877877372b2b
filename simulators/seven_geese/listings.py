"""The GraphQL root lists, declared one per entry: table, scope, arguments, and the order without orderBy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulators.seven_geese.listing_filters import (
    BY_PK,
    Filter,
    Test,
    among,
    at,
    differs,
    equals,
    filled,
    holds,
    holds_any,
    search,
    since,
    through,
    until,
)
from simulators.seven_geese.times import moment
from simulators.seven_geese.visibility import View


@dataclass(frozen=True)
class Listing:
    """`always` applies whether or not its argument is given."""

    table: str
    scope: str
    filters: dict[str, Filter] = field(default_factory=dict)
    order: str = "id"
    always: dict[str, Filter] = field(default_factory=dict)


def _in_range(view: View, value: list[Any]) -> Test:
    begin, end = (moment(text) for text in value)
    return lambda row: row["start_date"] <= end and (row["due_datetime"] is None or row["due_datetime"] >= begin)


def _reviewed(wanted: bool) -> Filter:
    def build(view: View, cycle: int) -> Test:
        people = {row["for_user_id"] for row in view.by("snapshots", "snapshot_group_id", cycle)}
        return lambda row: (row["id"] in people) is wanted

    return build


def _badge_active(view: View, value: bool) -> Test:
    return through("badge_id", "badges", lambda badge, active: badge["active"] is active)(view, value)


def responds(view: View, profile: int) -> Test:
    asked = {row["id"] for row in view.by("feedback_responders", "profile_id", profile)}
    return lambda row: row["responder_id"] in asked and view.names_responder(row)


def _takes_part(view: View, people: list[int]) -> Test:
    return lambda row: row["facilitator_id"] in people or row["participant_id"] in people


def _has_member(column: str) -> Filter:
    return through(column, "profiles", lambda person, teams: not set(teams).isdisjoint(person["team_ids"]))


_PARTS = ("owner_ids", "stakeholder_ids", "follower_ids")
PROFILES: dict[str, Filter] = {
    **BY_PK,
    "user": equals("user_id"),
    "user_Email": lambda view, value: lambda row: row["email"] == value,
    "activationState": equals("activation_state"),
    "reportsTo": equals("reports_to_id"),
    "employeeId": lambda view, value: lambda row: row["employee_id"] == value,
    "username": lambda view, value: lambda row: row["username"] == value,
    "username_In": lambda view, value: lambda row: row["username"] in value,
    "isAdmin": equals("is_admin"),
    "isManager": equals("is_manager"),
    "hasTeam": filled("team_ids"),
    "teams": holds_any("team_ids"),
    "teamId": holds("team_ids"),
    "locations": holds_any("location_ids"),
    "locationId": holds("location_ids"),
    "hasLocation": filled("location_ids"),
    "search": search("full_name", "email"),
    "hasManager": filled("reports_to_id"),
    "hasEmployeeId": filled("employee_id"),
    "hasSnapshotInGroup": _reviewed(True),
    "noSnapshotInGroup": _reviewed(False),
    "adminsOnly": lambda view, value: lambda row: row["is_admin"] or not value,
    "hireDate": at("hire_date"),
    "hireDate_Gte": since("hire_date"),
    "hireDate_Lte": until("hire_date"),
    "hasHireDate": filled("hire_date"),
}
OBJECTIVES: dict[str, Filter] = {
    **BY_PK,
    "name": lambda view, value: lambda row: row["name"] == value,
    "profile": holds(*_PARTS),
    "dueDatetime": at("due_datetime"),
    "follower": holds("follower_ids"),
    "owner": holds("owner_ids"),
    "stakeholder": holds("stakeholder_ids"),
    "ownerOrStakeholder": holds("owner_ids", "stakeholder_ids"),
    "team": holds("contributing_team_ids"),
    "closed": equals("closed"),
    "objectiveType": equals("objective_type"),
    "objectiveType_In": among("objective_type"),
    "startDateLte": until("start_date"),
    "dueDateGte": since("due_datetime"),
    "aligned": filled("parent_objective_ids"),
    "isDraft": equals("draft"),
    "search": search("name", "description"),
    "parentObjective_In": holds_any("parent_objective_ids"),
    "validInDateRange": _in_range,
}
ONEONONES: dict[str, Filter] = {
    **BY_PK,
    "network": lambda view, value: lambda row: int(value) == view.state.id,
    "facilitator": equals("facilitator_id"),
    "participant": equals("participant_id"),
    "template": equals("template_id"),
    "status": equals("status"),
    "completedDatetime_Gte": since("completed_datetime"),
    "completedDatetime_Lte": until("completed_datetime"),
    "updatedDatetime_Gte": since("updated_time"),
    "updatedDatetime_Lte": until("updated_time"),
    "startTime": at("start_time"),
    "startTime_Gte": since("start_time"),
    "startTime_Lte": until("start_time"),
    "endTime": at("end_time"),
    "endTime_Gte": since("end_time"),
    "endTime_Lte": until("end_time"),
    "participants": _takes_part,
    "teams": _has_member("participant_id"),
}
SNAPSHOTS: dict[str, Filter] = {
    **BY_PK,
    "forUser": equals("for_user_id"),
    "forUserNeq": differs("for_user_id"),
    "forUserHasTeam": through("for_user_id", "profiles", lambda person, has: bool(person["team_ids"]) is has),
    "forUserHasManagers": through("for_user_id", "profiles", lambda one, has: bool(one["reports_to_id"]) is has),
    "forUserReportsTo": through("for_user_id", "profiles", lambda one, boss: bool(one["reports_to_id"] == boss)),
    "department": through("for_user_id", "profiles", lambda person, team: team in person["team_ids"]),
    "location": through("for_user_id", "profiles", lambda person, place: place in person["location_ids"]),
    "state": equals("state"),
    "stateNeq": differs("state"),
    "snapshotGroup": equals("snapshot_group_id"),
    "userIsAssignedManager": equals("manager_id"),
}
FEEDBACK_REQUESTS: dict[str, Filter] = {
    **BY_PK,
    "sentDateLte": until("sent_date"),
    "sentDateGte": since("sent_date"),
    "profile": lambda view, value: lambda row: value in (row["creator_id"], row["recipient_id"]),
    "reportsTo": through("recipient_id", "profiles", lambda person, boss: bool(person["reports_to_id"] == boss)),
    "state": equals("state"),
}
RECOGNITIONS: dict[str, Filter] = {
    **BY_PK,
    "recipientId": holds("recipient_ids"),
    "senderId": equals("sender_id"),
    "awardedDate_Gte": since("awarded_date"),
    "awardedDate_Lte": until("awarded_date"),
    "badgeActive": _badge_active,
    "includeTeamRecognitions": lambda view, value: lambda row: bool(value or row["recipient_ids"]),
}
ACTION_ITEMS: dict[str, Filter] = {
    **BY_PK,
    "creator": equals("creator_id"),
    "createdInOneonone": equals("created_in_oneonone_id"),
    "oneonone": equals("created_in_oneonone_id"),
    "assignedTo": equals("assigned_to_id"),
    "completed": equals("completed"),
    "completedBy": equals("completed_by_id"),
    "uncompletedBy": equals("uncompleted_by_id"),
    "participants": holds_any("participant_ids"),
}
