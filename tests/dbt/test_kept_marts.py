"""A second build writes only the rows that an edit changed, and leaves what a build from nothing would."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dbt.kept_history import SOMEBODY, History, made
from tests.dbt.once import once
from tests.dbt.shifts_build import MARTS, world_on

SEEDS = {"overtime_rules", "break_rules"}  # filled anew by every build
FACTS = {"worked_hours_daily", "labor_cost_daily", "overtime_weekly", "shift_attendance", "break_compliance",
         "tips_daily", "punch_edits", "schedule_changes"}  # fmt: skip
pytestmark = pytest.mark.timeout(900)  # the first one builds everything, on a machine that may be busy
STEPS = (("nothing", "punches"), ("punches", "rules"))


@pytest.fixture(scope="session", params=["duckdb", pytest.param("postgres", marks=pytest.mark.long)])
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> History:
    world = world_on(request.param, request, tmp_path_factory)
    return once(f"kept_{request.param}", lambda _: made(world), request, tmp_path_factory)


def test_ten_minutes_later_with_nothing_changed_no_row_is_written(history):
    built = history.stages["nothing"].built

    assert built.written.keys() == set(MARTS) - SEEDS
    assert not any(built.written.values())
    assert built.written.keys() > FACTS
    assert f"{len(built.written)} of {len(built.written)} marts are as they were" in built.as_text()


def test_an_edited_and_a_deleted_punch_touch_the_days_of_these_people_and_no_other(history):
    before, after = history.stages["nothing"], history.stages["punches"]
    longer, deleted = history.punches["longer"], history.punches["deleted"]

    days = after.changed(before, "worked_hours_daily", "company_guid", "user_id", "business_date")
    assert days == {longer.key, deleted.key}
    costs = after.changed(before, "labor_cost_daily", "company_guid", "business_date")
    assert costs == {(longer.guid, longer.day), (deleted.guid, deleted.day)}


def test_and_their_weeks(history):
    before, after = history.stages["nothing"], history.stages["punches"]
    weeks = after.changed(before, "overtime_weekly", "company_guid", "user_id", "week_start")
    edited = [history.punches["longer"], history.punches["deleted"]]

    assert len(weeks) == 2
    assert {(guid, user) for guid, user, _ in weeks} == {(one.guid, one.user) for one in edited}
    first = {user: start for _, user, start in weeks}
    assert all(first[one.user] <= one.day < first[one.user] + timedelta(days=7) for one in edited)


def test_a_deleted_punch_takes_its_row_along(history):
    before, after = history.stages["nothing"], history.stages["punches"]
    key = ("worked_hours_daily", "company_guid", "user_id", "business_date")

    assert before.only(*key) - after.only(*key) == {history.punches["deleted"].key}
    assert after.built.written["punch_edits"] >= 1


def test_a_break_a_wage_and_a_time_zone_change_what_they_decide(history):
    before, after = history.stages["punches"], history.stages["rules"]
    rested, moved = history.punches["break"], history.punches["zone"]
    days = after.changed(before, "worked_hours_daily", "company_guid", "user_id", "business_date")
    places = after.changed(before, "worked_hours_daily", "company_guid", "location_id")

    assert {key for key in days if key[0] == rested.guid} == {rested.key, history.punches["nowhere"].key}
    assert {key for key in places if key[0] == moved.guid} == {(moved.guid, moved.location)}
    assert history.punches["longer"].user in {
        user for _, user in after.changed(before, "overtime_weekly", "company_guid", "user_id")
    }


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_rows_written_are_those_that_differ_and_the_others_are_the_very_same(history, earlier, later):
    before, after = history.stages[earlier], history.stages[later]
    for mart, rows in after.built.written.items():
        old, new = before.rows[mart], after.rows[mart]
        assert rows == len(old.keys() ^ new.keys()), mart
        if " " in next(iter(old.values())):  # PostgreSQL's place and transaction of a row; DuckDB may number anew
            assert {row for row in old.keys() & new.keys() if old[row] != new[row]} == set(), mart


def test_a_build_that_fails_after_the_deletion_leaves_the_rows_of_before(history):
    broken, mended = history.stages["broken"], history.stages["mended"]

    assert [line.split(":")[0] for line in broken.built.failures] == ["worked_hours_daily"]
    assert "location_id" in broken.built.failures[0]
    assert (SOMEBODY,) in broken.only("worked_hours_daily", "employee")
    assert (SOMEBODY,) not in mended.only("worked_hours_daily", "employee")


def test_a_table_with_other_columns_is_built_anew(history):
    after = history.stages["broken"]

    assert "punch_edits" not in after.built.written
    assert after.columns["punch_edits"] == history.stages["rules"].columns["punch_edits"]
    assert "punch_edits" in history.stages["mended"].built.written


def test_a_table_with_rows_twice_is_built_anew(history):
    after = history.stages["broken"]

    assert "tips_daily" not in after.built.written
    assert after.rows["tips_daily"].keys() == history.stages["rules"].rows["tips_daily"].keys()


def test_a_full_refresh_leaves_the_same_marts(history):
    kept, afresh = history.stages["mended"], history.stages["afresh"]

    assert not kept.built.failures
    assert not afresh.built.written
    assert kept.columns == afresh.columns
    assert {mart for mart in MARTS if kept.rows[mart].keys() != afresh.rows[mart].keys()} == set()
