"""What the marts of 7Geese have to hold, worked out in Python from what the vendor showed. Nothing here is read from
the dbt project: the rules are written again, from docs/metrics.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.dbt.geese_build import AS_OF, Row, World

ASSESSMENTS = {1: "on track", 2: "off track", None: None}
STATES = {0: "employee submission", 1: "manager approval", 2: "skip-level approval", 3: "admin approval",
          4: "finalized", 5: "admin final approval", 6: "one-on-one"}  # fmt: skip
WAITS = {0: ("employee", "for_user_id"), 1: ("manager", "manager_id"),
         2: ("skip-level manager", "skip_level_manager_id"), 3: ("admin", "admin_id"), 5: ("admin", "admin_id"),
         6: ("manager", "manager_id")}  # fmt: skip


def moment(value: Any) -> datetime | None:
    """A time as the marts hold it: in UTC, without a zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value.replace(tzinfo=None) if value else None


def days(since: datetime | None) -> float | None:
    return (AS_OF - since) / timedelta(days=1) if since else None


def objectives(world: World) -> dict[int, Row]:
    """`objective_progress`, by objective."""
    names = {row["id"]: row["full_name"] for row in world.last("profiles")}
    rows = {row["id"]: row for row in world.last("objectives")}
    checkins = defaultdict(list)
    for row in world.last("checkins"):
        checkins[row["objective_id"]].append(moment(row["created"]))
    found = {}
    for key, row in rows.items():
        starts, due = moment(row["start_date"]), moment(row["due_datetime"])
        is_open, reached = not (row["closed"] or row["draft"]), row["progress"] >= 100
        expected = None
        if starts and due and due > starts:
            expected = min(100.0, max(0.0, 100 * ((AS_OF - starts) / (due - starts))))
        made = [time for time in checkins[key] if time]
        waiting = max(made) if made else max(time for time in (starts, moment(row["created"])) if time)
        reasons = [
            is_open and not reached and due is not None and due < AS_OF and "overdue",
            is_open and row["overall_assessment_status"] == 2 and "off track",
            is_open and not reached and expected is not None and row["progress"] < expected - 20 and "behind schedule",
        ]
        found[key] = {
            "is_open": is_open, "progress_percent": row["progress"], "expected_progress_percent": expected,
            "assessment": ASSESSMENTS[row["overall_assessment_status"]], "checkin_count": len(made),
            "last_checkin_at": max(made, default=None), "days_without_checkin": days(waiting),
            "is_without_checkin": is_open and AS_OF - waiting > timedelta(days=30), "is_reached": reached,
            "is_at_risk": any(reasons), "risk_reason": next((reason for reason in reasons if reason), None),
            "owner_count": len(row["owner_ids"]), "owner_names": {names[owner] for owner in row["owner_ids"]},
            "parent_count": len(row["parent_objective_ids"]),
            "child_count": sum(key in other["parent_objective_ids"] for other in rows.values()),
            "alignment_depth": _depth(rows, key), "is_in_circle": _comes_back(rows, key),
        }  # fmt: skip
    return found


def _depth(rows: Mapping[int, Row], start: int) -> int | None:
    """Level by level upwards; None if no level has an objective without parents."""
    level, seen, steps = {start}, {start}, 0
    while level:
        if any(not rows[one]["parent_objective_ids"] for one in level):
            return steps
        level = {parent for one in level for parent in rows[one]["parent_objective_ids"]} - seen
        seen |= level
        steps += 1
    return None


def _comes_back(rows: Mapping[int, Row], start: int) -> bool:
    stack, seen = list(rows[start]["parent_objective_ids"]), set()
    while stack:
        one = stack.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            stack += rows[one]["parent_objective_ids"]
    return False


def states_over_time(world: World) -> dict[int, list[tuple[Any, ...]]]:
    """`objective_progress_history`, by objective: progress, assessment and whether closed, as they followed each other.
    An objective that was away in between has a None there."""
    first_load = world.loads[0][0].replace(tzinfo=None)
    series: dict[int, list[tuple[Any, ...] | None]] = defaultdict(list)
    for row in sorted(world.last("objective_history"), key=lambda row: moment(row["created"]) or AS_OF):
        if (moment(row["created"]) or AS_OF) < first_load:
            series[row["objective_id"]].append(_state(row))
    everybody = {row["id"] for shown in world.shown for row in shown["objectives"]}
    for shown in world.shown:
        present = {row["id"]: row for row in shown["objectives"]}
        for key in everybody:
            series[key].append(_state(present[key]) if key in present else None)
    return {key: [state for at, state in enumerate(states) if state and (at == 0 or states[at - 1] != state)]
            for key, states in series.items() if key in everybody}  # fmt: skip


def _state(row: Row) -> tuple[Any, ...]:
    return row["progress"], ASSESSMENTS[row["overall_assessment_status"]], row["closed"]


def pairs(world: World) -> dict[tuple[int, str, int], tuple[int, bool]]:
    """`recognition_pairs`: how many, and whether they are mutual."""
    counts: Counter[tuple[int, str, int]] = Counter()
    for row in world.last("recognitions"):
        for kind, column in (("person", "recipient_ids"), ("department", "team_recipient_ids")):
            counts.update((row["sender_id"], kind, receiver) for receiver in row[column])
    return {(giver, kind, receiver): (count, kind == "person" and giver != receiver
                                      and (receiver, "person", giver) in counts)
            for (giver, kind, receiver), count in counts.items()}  # fmt: skip


def reviews(world: World) -> dict[int, Row]:
    """`review_progress`, by review."""
    cycles = {row["id"]: row for row in world.last("snapshot_groups")}
    steps = defaultdict(list)
    for row in world.last("snapshot_approvals"):
        steps[row["snapshot_id"]].append(moment(row["created"]))
    found = {}
    for row in world.last("snapshots"):
        cycle = cycles[row["snapshot_group_id"]]
        ends = moment(row["end_date"] or cycle["end_date"])
        since = max((step for step in steps[row["id"]] if step), default=moment(row["start_date"]
                                                                               or cycle["start_date"]))  # fmt: skip
        judged = cycle["state"] == 1 and row["state"] != 4 and not cycle["is_complete"]
        ended, long = bool(ends and ends < AS_OF), bool(since and AS_OF - since > timedelta(days=14))
        waiting, who = WAITS.get(row["state"], (None, ""))
        if not row["deleted"]:
            found[row["id"]] = {
                "review_cycle_id": cycle["id"], "state": STATES.get(row["state"], "unknown step"),
                "state_code": row["state"], "waiting_for": waiting, "waiting_for_profile_id": row.get(who),
                "step_since": since, "is_overdue": judged and (ended or long),
                "overdue_reason": "cycle has ended" if judged and ended else "step takes too long"
                if judged and long else None,
            }  # fmt: skip
    return found


def completion(world: World) -> dict[tuple[int, int], tuple[int, int]]:
    """`review_completion`: reviews of a cycle in a step, and how many of them are overdue."""
    found: dict[tuple[int, int], list[bool]] = defaultdict(list)
    for row in reviews(world).values():
        found[row["review_cycle_id"], row["state_code"]].append(row["is_overdue"])
    return {key: (len(overdue), sum(overdue)) for key, overdue in found.items()}
