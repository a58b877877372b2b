"""The marts of 7shifts equal figures worked out in Python from what the simulated vendor showed, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.dbt import shifts_figures
from tests.dbt.shifts_build import World, world_on
from tests.dbt.shifts_figures import Figures
from tests.dbt.shifts_truth import Company

PLACE = ("location_id", "department_id", "role_id")


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_on(request.param, request, tmp_path_factory)


def figures(world: World, mart: str, keys: tuple[str, ...], values: tuple[str, ...]) -> dict[str, Figures]:
    """A mart by company."""
    found: dict[str, Figures] = {guid: {} for guid in world.shown}
    for row in world.marts[mart]:
        key = tuple(row[name] for name in keys)
        assert key not in found[row["company_guid"]]
        found[row["company_guid"]][key] = tuple(row[name] for name in values)
    return found


def assert_equal(world: World, truth: Callable[[Company], Figures], found: dict[str, Figures]) -> Figures:
    """Company by company and row by row. Returns what all companies have, by company and key."""
    every: Figures = {}
    for guid, rows in found.items():
        expected = truth(Company(world, guid))
        different = {key: (rows.get(key), expected.get(key)) for key in rows.keys() | expected.keys()
                     if rows.get(key) != expected.get(key)}  # fmt: skip
        assert not different, f"{len(different)} of {len(expected)}: {list(different.items())[:3]}"
        every |= {(guid, *key): row for key, row in expected.items()}
    return every


def test_every_model_is_built_and_no_test_fails_though_only_one_source_is_there(world):
    assert world.built.sources == ["seven_shifts"]
    assert not world.built.failures
    assert set(world.built.models) == set(world.built.tests) == {"passed"}


def test_paid_hours_are_split_at_local_midnight_also_when_the_clocks_change(world):
    values = ("clocked_seconds", "paid_seconds", "unapproved_seconds", "punches", "open_punches")
    found = figures(world, "worked_hours_daily", ("business_date", "user_id", *PLACE), values)

    truth = assert_equal(world, shifts_figures.worked_hours, found)
    assert sum(row[4] for row in truth.values()) >= 3
    assert sum(row[2] for row in truth.values()) > 0


def test_labour_costs_what_the_wage_was_at_that_moment(world):
    values = ("people", "paid_seconds", "hourly_cost", "salaried_cost", "salaried_seconds", "punch_wage_seconds",
              "unpriced_seconds")  # fmt: skip
    found = figures(world, "labor_cost_daily", ("business_date", *PLACE), values)

    truth = assert_equal(world, shifts_figures.labor_cost, found)
    assert all(any(row[at] for row in truth.values()) for at in range(6))


def test_the_cases_of_two_wages_in_a_day_are_among_them(world):
    pay = [{(piece.day, piece.cents) for piece in pieces} for guid in world.shown
           for pieces in Company(world, guid).worked.values()]  # fmt: skip

    assert any(len({day for day, _ in each}) == 1 < len({cents for _, cents in each}) for each in pay)
    assert any(len({day for day, _ in each}) == 2 == len({cents for _, cents in each}) for each in pay)


def test_no_hour_is_overtime_twice(world):
    values = ("jurisdiction", "days_worked", "paid_seconds", "daily_overtime_seconds", "weekly_overtime_seconds",
              "double_time_seconds", "straight_pay", "overtime_premium")  # fmt: skip
    found = figures(world, "overtime_weekly", ("user_id", "week_start"), values)
    worked = {guid: {key: row for key, row in rows.items() if row[2]} for guid, rows in found.items()}

    truth = assert_equal(world, shifts_figures.overtime, worked)
    both = [row for row in truth.values() if row[0] == "US-CA" and row[3] and row[4] and row[5]]
    assert both
    assert {row[0] for row in truth.values() if row[4]} == {"US", "US-CA", "CA-ON"}
    assert any(row[1] == 7 for row in truth.values())


def test_attendance_holds_shifts_against_punches(world):
    values = ("status", "matched_by", "punches", "minutes_late", "minutes_left_early", "paid_seconds")
    found = figures(world, "shift_attendance", ("attendance_id",), values)

    truth = assert_equal(world, shifts_figures.attendance, found)
    statuses = {"worked", "on_the_clock", "missing_punch_out", "no_show", "sick", "upcoming", "unscheduled",
                "not_known"}  # fmt: skip
    assert {row[0] for row in truth.values()} == statuses
    assert {row[1] for row in truth.values()} == {"shift_id", "nearest_shift", None}


def test_breaks_are_judged_by_the_rules_of_the_place(world):
    found = figures(world, "break_compliance", ("work_period_id", "rule_id"), ("status", "longest_stretch_seconds"))

    truth = assert_equal(world, shifts_figures.breaks, found)
    assert {(key[2], row[0]) for key, row in truth.items()} >= {
        *(("US-CA meal 1", status) for status in ("met", "late", "short", "missed", "waivable")),
        *(("US-CA meal 2", status) for status in ("met", "late", "waivable")),
        *(("CA-ON eating period", status) for status in ("met", "late", "short", "missed")),
    }


def test_tips_are_those_of_the_punches(world):
    for guid in world.shown:
        company = Company(world, guid)
        expected = sum(punch["tips"] for punch in company.punches.values())
        tips = [row["tips"] for row in world.marts["tips_daily"] if row["company_guid"] == guid]
        assert sum(tips) == Decimal(expected) / 100


def test_headcount_follows_from_who_joined_and_left(world):
    for guid in world.shown:
        people = Counter(bool(row["active"]) for row in world.shown[guid]["users"])
        months = sorted((row for row in world.marts["headcount_and_turnover_monthly"] if row["company_guid"] == guid),
                        key=lambda row: row["month"])  # fmt: skip
        assert months[-1]["headcount_at_end"] == people[True]
        assert sum(row["joined"] for row in months) == people[True] + people[False]
        assert sum(row["left_company"] for row in months) == people[False]


def test_wages_as_of_a_date_are_one_per_person_and_role(world):
    rows = [row for row in world.marts["employee_wages"] if row["in_force_from"] != row["in_force_to"]]
    slots: dict[tuple[Any, ...], list[Any]] = {}
    for row in sorted(rows, key=lambda row: row["in_force_from"]):
        slots.setdefault((row["company_guid"], row["user_id"], row["role_id"]), []).append(row)

    for history in slots.values():
        for earlier, later in pairwise(history):
            assert earlier["in_force_to"] is not None
            assert earlier["in_force_to"] <= later["in_force_from"]
    assert any(row["edited_at"] for row in rows)
    assert any(len(history) > 1 for history in slots.values())


def test_a_deletion_of_a_shift_and_of_a_punch_is_told(world):
    for table, mart, key, word in (("shifts", "schedule_changes", "shift_id", "change"),
                                   ("time_punches", "punch_edits", "time_punch_id", "edit")):  # fmt: skip
        told = {(row["company_guid"], row[key]) for row in world.marts[mart] if row[word] == "deleted"}
        assert told == {(guid, row["id"]) for guid, shown in world.shown.items()
                        for row in shown[table] if row["deleted"]}  # fmt: skip


def test_an_edit_is_told_where_its_draft_was_published(world):
    found = {(row["company_guid"], row["shift_id"]) for row in world.marts["schedule_changes"]
             if row["change"] == "edited"}  # fmt: skip
    assert len(found) == 1
    assert found == {(guid, row["id"]) for guid, shown in world.shown.items() for row in shown["shifts"]
                     if (row["start"][:16], row["end"][:16]) == ("2026-11-20T14:00", "2026-11-20T22:00")}  # fmt: skip
