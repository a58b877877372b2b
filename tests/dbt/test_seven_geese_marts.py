"""The marts of 7Geese equal figures worked out in Python from what the simulated vendor showed, on both databases."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from itertools import pairwise

import pytest

from tests.dbt import geese_truth
from tests.dbt.geese_build import AS_OF, World, world_on
from tests.dbt.geese_truth import moment

pytestmark = pytest.mark.timeout(900)  # the first one loads and builds everything, on a machine that may be busy


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A fortnight, loaded and built."""
    return world_on(request.param, request, tmp_path_factory)


def test_objectives_are_judged_by_progress_time_and_check_ins(world):
    truth = geese_truth.objectives(world)
    rows = {row["objective_id"]: row for row in world.mart("objective_progress")}

    assert set(rows) == set(truth)
    for key, expected in truth.items():
        assert set(rows[key]["owner_names"].split(", ")) == expected.pop("owner_names")
        assert {name: near(rows[key][name]) for name in expected} == {
            name: near(value) for name, value in expected.items()}, key  # fmt: skip
    assert {row["risk_reason"] for row in truth.values()} == {None, "overdue", "off track", "behind schedule"}
    assert {row["alignment_depth"] for row in truth.values()} >= {None, 0, 1}
    assert [row["is_without_checkin"] for row in truth.values() if row["days_without_checkin"] == 30] == [False]


def test_progress_over_time_is_what_every_load_saw_after_the_series_of_7geese(world):
    stretches = defaultdict(list)
    for row in sorted(world.mart("objective_progress_history"), key=lambda row: row["valid_from"]):
        stretches[row["objective_id"]].append(row)

    truth = geese_truth.states_over_time(world)
    told = {key: [(row["progress_percent"], row["assessment"], row["is_closed"]) for row in rows]
            for key, rows in stretches.items()}  # fmt: skip
    assert told == truth
    present = {row["id"] for row in world.last("objectives")}
    assert {key for key, rows in stretches.items() if rows[-1]["is_current"]} == present
    assert len([key for key in truth if key not in present]) == 1
    (reopened,) = [row for rows in stretches.values() for row in rows if row["is_reopened"]]
    assert within(world.loads[2], reopened["valid_from"])
    (gone,) = [rows for key, rows in stretches.items() if key not in present]
    assert within(world.loads[1], gone[-1]["valid_to"])
    (gap,) = [(one["valid_to"], other["valid_from"]) for rows in stretches.values()
              for one, other in pairwise(rows) if one["valid_to"] != other["valid_from"]]  # fmt: skip
    assert within(world.loads[1], gap[0])
    assert within(world.loads[2], gap[1])


def within(load: tuple[datetime, datetime], when: datetime) -> bool:
    return load[0].replace(tzinfo=None) <= when <= load[1].replace(tzinfo=None)


def test_key_results_keep_the_progress_of_the_vendor_whichever_way_they_go(world):
    measures = {1: "percent", 2: "USD", 3: "numeric", 7: "binary", 17: "dinar"}
    rows = {row["key_result_id"]: row for row in world.mart("key_result_progress")}

    assert set(rows) == {row["id"] for row in world.last("key_results")}
    for truth in world.last("key_results"):
        row = rows[truth["id"]]
        assert row["progress_percent"] == truth["progress"]
        assert (row["current_value"], row["measure"]) == (truth["current_value"], measures[truth["measurement_type"]])
        assert row["direction"] == ("down" if truth["target_value"] < truth["starting_value"] else "up")
        assert row["owner_count"] == len(truth["owner_ids"])
    assert {row["direction"] for row in rows.values()} == {"up", "down"}


def test_recognition_pairs_are_the_edges_between_people_and_to_departments(world):
    rows = {(row["giver_profile_id"], row["receiver_kind"], row["receiver_id"]): row
            for row in world.mart("recognition_pairs")}  # fmt: skip

    assert {key: (row["recognitions"], row["is_mutual"]) for key, row in rows.items()} == geese_truth.pairs(world)
    assert [key[0] == key[2] for key, row in rows.items() if row["is_self"]] == [True]
    assert {row["receiver_kind"] for row in rows.values()} == {"person", "department"}
    names = {row["id"]: row["full_name"] for row in world.last("profiles")}
    paths = {row["id"]: row["full_name"] for row in world.last("departments")}
    for (giver, kind, receiver), row in rows.items():
        assert (row["giver_name"], row["receiver_name"]) == (
            names[giver], (names if kind == "person" else paths)[receiver])  # fmt: skip


def test_recognitions_are_given_once_and_received_by_everybody_named(world):
    given, received = defaultdict(set), defaultdict(set)
    for row in world.last("recognitions"):
        month = month_of(row["awarded_date"])
        given[row["sender_id"], month].add(row["id"])
        for receiver in row["recipient_ids"]:
            received[receiver, month].add((row["id"], row["sender_id"]))
    rows = {(row["profile_id"], row["month"]): row for row in world.mart("recognition_given_received")}

    assert set(rows) == set(given) | set(received)
    for key, row in rows.items():
        assert row["given"] == len(given[key])
        assert (row["received"], row["people_thanking"]) == (len(received[key]), len({by for _, by in received[key]}))


def test_reviews_are_overdue_by_their_end_or_their_step(world):
    truth = geese_truth.reviews(world)
    rows = {row["review_id"]: row for row in world.mart("review_progress")}

    assert {key: {name: row[name] for name in truth[key]} for key, row in rows.items()} == truth
    assert {row["overdue_reason"] for row in truth.values()} == {None, "cycle has ended", "step takes too long"}
    assert "unknown step" in {row["state"] for row in truth.values()}
    assert [row["is_overdue"] for row in rows.values() if row["days_in_step"] == 14] == [False]
    left = [row["is_overdue"] for row in rows.values() if row["is_cycle_complete"] and not row["is_finalized"]]
    assert left == [False]


def test_review_completion_counts_every_cycle_by_step(world):
    rows = {(row["review_cycle_id"], row["state_code"]): row for row in world.mart("review_completion")}

    assert {key: (row["reviews"], row["reviews_overdue"]) for key, row in rows.items()} == (
        geese_truth.completion(world))  # fmt: skip
    for cycle in {key[0] for key in rows}:
        total = sum(row["percent_of_cycle"] for key, row in rows.items() if key[0] == cycle)
        assert total == pytest.approx(100, abs=0.05)


def test_one_on_ones_are_counted_for_each_pair(world):
    truth = defaultdict(list)
    for row in world.last("one_on_ones"):
        if not row["deleted"]:
            truth[row["facilitator_id"], row["participant_id"]].append(row)
    active = {row["id"] for row in world.last("profiles") if row["activated"]}
    rows = {(row["facilitator_profile_id"], row["participant_profile_id"]): row
            for row in world.mart("one_on_one_cadence")}  # fmt: skip

    assert set(rows) == set(truth)
    for pair, meetings in truth.items():
        held = sorted(moment(row["start_time"]) for row in meetings if row["status"] == 1)
        planned = [row for row in meetings if row["status"] == 0 and moment(row["start_time"]) >= AS_OF]
        row = rows[pair]
        assert (row["meetings_held"], row["meetings_planned"]) == (len(held), len(planned))
        assert row["last_held_at"] == max(held, default=None)
        waited = bool(held) and (AS_OF - held[-1]).total_seconds() > 30 * 86400
        assert row["is_lapsed"] == (waited and not planned and set(pair) <= active)
        gaps = [(later - one).total_seconds() / 86400 for one, later in pairwise(held)]
        assert row["average_days_between"] == (pytest.approx(sum(gaps) / len(gaps)) if gaps else None)
    assert {row["is_lapsed"] for row in rows.values()} == {True, False}


def test_engagement_counts_acts_and_people_month_by_month(world):
    acts = defaultdict(set)
    for name, rows, key, time in (
        ("checkins", world.last("checkins"), "user_id", "created"),
        ("recognitions", world.last("recognitions"), "sender_id", "awarded_date"),
        ("action_items_completed",
         [row for row in world.last("action_items") if row["completed"] and not row["deleted"]],
         "completed_by_id", "completed_datetime"),
        ("review_steps", world.last("snapshot_approvals"), "approved_by_id", "created"),
    ):  # fmt: skip
        for row in rows:
            acts[month_of(row[time]), name].add((row["id"], row[key]))
    responders = {row["id"]: row["profile_id"] for row in world.last("feedback_responders")}
    for row in world.last("feedbacks"):
        if row["state"] == 2:
            person = responders.get(row["responder_id"])
            acts[month_of(row["submitted_timestamp"]), "feedback_given"].add((row["id"], person))
    for row in world.last("one_on_ones"):
        if row["status"] == 1 and not row["deleted"]:
            for person in (row["facilitator_id"], row["participant_id"]):
                acts[month_of(row["start_time"]), "one_on_ones"].add((row["id"], person))
    rows = world.mart("engagement_monthly")

    assert {row["company"] for row in rows} == {"Aurora Foods"}
    months = sorted(row["month"] for row in rows)
    closed = {month_of(row["completed_datetime"]) for row in world.last("objectives") if row["closed"]}
    assert months[0] == min(closed | {month for month, _ in acts})
    assert months[-1] == date(2026, 11, 1)
    assert len(months) == (2026 - months[0].year) * 12 + 11 - months[0].month + 1
    names = ("checkins", "recognitions", "action_items_completed", "review_steps", "feedback_given", "one_on_ones")
    for row in rows:
        found = {name: acts[row["month"], name] for name in names}
        assert {name: row[name] for name in names} == {name: len({id for id, _ in one}) for name, one in found.items()}
        assert row["people_engaged"] == len({who for one in found.values() for _, who in one} - {None})


def near(value: object) -> object:
    """Databases and Python divide alike, but not to the last digit."""
    return round(value, 6) if isinstance(value, float) else value


def month_of(value: object) -> date:
    when = moment(value)
    assert when
    return date(when.year, when.month, 1)
