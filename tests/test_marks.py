"""How far back the next run reaches: the mark, its overlap, and rolling re-reads."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.conftest import Bench

SHIFTS = {"companies": ["bistro"], "resources": ["shifts"]}
PUNCHES = {"companies": ["bistro"], "resources": ["time_punches"]}


def test_an_edit_that_shows_four_minutes_late_is_loaded(bench: Bench, guid: str) -> None:
    first, second = (row["id"] for row in bench.live(guid, "shifts")[:2])
    bench.vendor.edit(guid, "shifts", first, notes="newest")
    bench.run(**SHIFTS)
    bench.vendor.edit(guid, "shifts", second, notes="late", modified=bench.vendor.now - timedelta(minutes=4))

    bench.run(**SHIFTS)

    assert (second, "late") in bench.loaded(guid, "shifts", "id, notes")


def test_a_second_edit_on_one_day_is_loaded_though_the_filter_knows_only_days(bench: Bench, guid: str) -> None:
    bench.vendor.modified_since_exclusive = True
    first, second = (row["id"] for row in bench.vendor.rows(guid, "users")[:2])
    bench.vendor.edit(guid, "users", first, notes="today")
    bench.run(companies=["bistro"], resources=["users"])
    bench.vendor.edit(guid, "users", second, notes="today too")

    bench.run(companies=["bistro"], resources=["users"])

    assert (second, "today too") in bench.loaded(guid, "users", "id, notes")


def test_what_a_day_filter_sends_again_is_not_written_again(bench: Bench, guid: str) -> None:
    first, second = (row["id"] for row in bench.vendor.rows(guid, "users")[:2])
    bench.vendor.edit(guid, "users", first, notes="in the afternoon")
    bench.vendor.advance(30 * 3600)
    bench.vendor.edit(guid, "users", second, notes="the next evening")
    bench.run(companies=["bistro"], resources=["users"])

    report = bench.run(companies=["bistro"], resources=["users"])

    assert [unit.rows_read for unit in report.units] == [2]
    assert sum(report.tables.values()) == 0


def test_a_break_edit_on_a_deleted_punch_is_loaded_too(bench: Bench, guid: str) -> None:
    punch = next(row for row in bench.live(guid, "time_punches") if row["breaks"])
    bench.vendor.delete(guid, "time_punches", punch["id"])
    bench.vendor.advance(86_400)
    bench.vendor.edit(guid, "time_punches", bench.live(guid, "time_punches")[0]["id"], tips=1)
    bench.run(**PUNCHES)
    below = punch["breaks"][0]
    bench.vendor.edit_break(guid, punch["id"], below["id"], paid=not below["paid"])

    bench.run(**PUNCHES)

    assert (below["id"], not below["paid"]) in bench.loaded(guid, "time_punch_breaks", "id, paid")


def test_of_two_readings_of_a_row_that_are_as_new_the_later_one_is_loaded(bench: Bench, guid: str) -> None:
    punch = next(row for row in bench.live(guid, "time_punches") if row["breaks"])
    below = punch["breaks"][0]
    bench.run(**PUNCHES)
    bench.vendor.edit(guid, "time_punches", punch["id"], tips=5)

    def edit_between_the_filters(company: str, table: str, page: int, query: dict[str, str]) -> None:
        bench.vendor.on_page = None
        bench.vendor.edit_break(guid, punch["id"], below["id"], paid=not below["paid"])

    bench.vendor.on_page = edit_between_the_filters
    bench.run(**PUNCHES)

    assert (below["id"], not below["paid"]) in bench.loaded(guid, "time_punch_breaks", "id, paid")


def test_an_edit_behind_the_reader_is_loaded_though_the_reader_saw_a_later_one(bench: Bench, guid: str) -> None:
    early, late = (row["id"] for row in bench.live(guid, "shifts")[:2])
    for _ in range(500):
        bench.vendor.create(guid, "shifts")

    def edit_behind_the_reader(company: str, table: str, page: int, query: dict[str, str]) -> None:
        if "cursor" in query:
            bench.vendor.on_page = None
            bench.vendor.advance(900)
            bench.vendor.edit(guid, "shifts", early, notes="behind the reader")
            bench.vendor.advance(900)
            bench.vendor.delete(guid, "shifts", late)

    bench.vendor.on_page = edit_behind_the_reader
    bench.run(**SHIFTS)
    assert (late, True) in bench.loaded(guid, "shifts", "id, deleted")

    bench.run(**SHIFTS)

    assert (early, "behind the reader") in bench.loaded(guid, "shifts", "id, notes")


def test_of_two_versions_in_one_scan_the_newer_one_is_loaded(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]

    def delete_between_the_passes(company: str, table: str, page: int, query: dict[str, str]) -> None:
        if table == "shifts":
            bench.vendor.on_page = None
            bench.vendor.advance(60)
            bench.vendor.delete(guid, "shifts", shift)

    bench.vendor.on_page = delete_between_the_passes
    bench.run(**SHIFTS)

    assert bench.loaded(guid, "shifts", "id, deleted") == bench.held(guid, "shifts", "id", "deleted")


def test_without_a_server_clock_a_long_scan_is_read_again_from_its_beginning(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.vendor.send_date = False
    early, late = (row["id"] for row in bench.live(guid, "shifts")[:2])

    def edit_behind_the_reader(company: str, table: str, page: int, query: dict[str, str]) -> None:
        if table == "shifts":
            bench.vendor.on_page = None
            bench.vendor.advance(900)
            bench.vendor.edit(guid, "shifts", early, notes="behind the reader")
            bench.vendor.advance(900)
            bench.vendor.delete(guid, "shifts", late)

    bench.vendor.on_page = edit_behind_the_reader
    with monkeypatch.context() as slow:
        slow.setattr("sources.core.reading.time", SimpleNamespace(monotonic=lambda: time.monotonic() + 1800))
        bench.run(**SHIFTS)
    assert (late, True) in bench.loaded(guid, "shifts", "id, deleted")

    bench.run(**SHIFTS)

    assert (early, "behind the reader") in bench.loaded(guid, "shifts", "id, notes")
