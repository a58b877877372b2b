"""Windows: a history cut into them, broken off, edited behind, or ignored by the server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import Bench, moment

SHIFTS = {"companies": ["bistro"], "resources": ["shifts"]}
SMALL = 400  # rows a unit may hold here


def history(bench: Bench, guid: str, first: timedelta, step: timedelta, rows: int = 600) -> list[int]:
    """Shifts in the order of their ids, the first of them `first` from now."""
    made = []
    for number in range(rows):
        start = bench.vendor.now + first + number * step
        made.append(bench.vendor.create(guid, "shifts", start=start, end=start + timedelta(hours=6))["id"])
    return made


def test_a_window_asked_for_before_anything_was_loaded_is_not_taken_for_the_history(bench: Bench, guid: str) -> None:
    begins = moment(bench.live(guid, "shifts")[-1]["start"])
    bench.run(**SHIFTS, since=begins, until=begins)
    assert bench.loaded(guid, "shifts") != bench.held(guid, "shifts")

    bench.run(**SHIFTS)

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_a_history_whose_last_window_is_empty_is_followed_by_changes(bench: Bench, guid: str) -> None:
    made = history(bench, guid, timedelta(days=30), timedelta(hours=2))
    bench.run(**SHIFTS, unit_rows=SMALL)
    bench.sql("UPDATE seven_shifts.sync_log SET high_water_mark = NULL")  # as if broken off before its end
    bench.sql("UPDATE seven_shifts.sync_log SET window_end = '2030-01-01' WHERE window_end IS NOT NULL")
    bench.run(**SHIFTS, unit_rows=SMALL)
    assert {query["start[gte]"] for query in bench.sent("/shifts")} == {"2030-01-01T00:00:00Z"}
    bench.vendor.edit(guid, "shifts", made[0], notes="edited")

    bench.run(**SHIFTS)

    assert (made[0], "edited") in bench.loaded(guid, "shifts", "id, notes")


def test_an_edit_in_a_covered_window_before_a_history_was_continued_is_loaded(bench: Bench, guid: str) -> None:
    made = history(bench, guid, timedelta(days=-300), timedelta(hours=9), rows=800)
    bench.vendor.faults.add("404", times=100, path="/shifts", after=28)
    assert bench.run(**SHIFTS, unit_rows=SMALL).failed
    assert made[0] in [id for (id,) in bench.loaded(guid, "shifts")]
    bench.vendor.faults.clear()
    bench.vendor.advance(3600)
    bench.vendor.edit(guid, "shifts", made[0], notes="while broken off")
    bench.vendor.advance(3600)
    bench.vendor.edit(guid, "shifts", made[-1], notes="newest of all")
    bench.run(**SHIFTS, unit_rows=SMALL)

    bench.run(**SHIFTS)

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_an_edit_behind_the_first_windows_of_a_history_is_loaded(bench: Bench, guid: str) -> None:
    made = history(bench, guid, timedelta(days=-300), timedelta(hours=9), rows=800)

    def edit_what_is_covered(company: str, table: str, page: int, query: dict[str, str]) -> None:
        if query.get("start[gte]", "") > f"{bench.vendor.now - timedelta(days=200):%Y-%m-%d}":
            bench.vendor.on_page = None
            bench.vendor.advance(3600)
            bench.vendor.edit(guid, "shifts", made[0], notes="behind the windows")
            bench.vendor.advance(3600)
            bench.vendor.edit(guid, "shifts", made[-1], notes="ahead of them")

    bench.vendor.on_page = edit_what_is_covered
    bench.run(**SHIFTS, unit_rows=SMALL)
    assert bench.vendor.on_page is None

    bench.run(**SHIFTS)

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_no_row_falls_between_two_windows(bench: Bench, guid: str) -> None:
    history(bench, guid, timedelta(days=-40), timedelta(minutes=40), rows=750)

    report = bench.run(**SHIFTS, unit_rows=SMALL // 2)

    assert len([unit for unit in report.units if unit.status == "ok"]) >= 3
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_rows_later_than_any_a_first_look_saw_are_in_the_last_window(bench: Bench, guid: str) -> None:
    history(bench, guid, timedelta(days=30), timedelta(hours=2))

    assert not bench.run(**SHIFTS, unit_rows=SMALL).failed

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_what_a_first_look_and_a_window_both_hold_is_loaded_once(bench: Bench, guid: str) -> None:
    history(bench, guid, timedelta(days=30), timedelta(hours=2))

    bench.run(**SHIFTS, unit_rows=SMALL)

    breaks = [(row["id"], below["id"]) for row in bench.vendor.rows(guid, "shifts") for below in row["breaks"] or ()]
    assert bench.loaded(guid, "shift_breaks", "shift_id, id") == sorted(breaks)


def test_a_server_that_ignores_windows_is_read_in_one_listing(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(bench, guid, timedelta(days=30), timedelta(hours=2))
    monkeypatch.setattr("simulators.seven_shifts.listings.range_tests", lambda name, query: [])
    bench.vendor.faults.add("404", times=1000, path="/shifts", after=20)

    assert not bench.run(**SHIFTS, unit_rows=SMALL).failed

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_a_server_that_ignores_the_rolling_window_has_nothing_written_twice(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulators.seven_shifts.listings.range_tests", lambda name, query: [])
    bench.run(companies=["bistro"], resources=["time_punches"])
    bench.vendor.advance(60 * 86_400)

    report = bench.run(companies=["bistro"], resources=["time_punches"])

    assert sum(unit.rows_read for unit in report.units) > 0
    assert sum(report.tables.values()) == 0
