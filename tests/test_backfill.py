"""Long histories are read in windows, a committed package at a time, and continue where they stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sources.core.errors import UnavailableError
from tests.conftest import Bench, moment

SMALL = 400  # rows a unit may hold here


@pytest.fixture
def guid(bench: Bench) -> str:
    """A company with a year of history: 1,600 shifts, all in pages of 500."""
    company = bench.vendor.companies[0].guid
    for number in range(1600):
        start = bench.vendor.now - timedelta(hours=5 * number)
        bench.vendor.create(company, "shifts", start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
                            end=f"{start + timedelta(hours=6):%Y-%m-%dT%H:%M:%SZ}")  # fmt: skip
    return company


def test_a_history_longer_than_a_unit_is_cut_into_windows_and_arrives_once(bench: Bench, guid: str) -> None:
    report = bench.run(companies=["bistro"], resources=["shifts"], unit_rows=SMALL, package_rows=SMALL)

    assert len(report.load_ids) > 3
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert bench.loaded(guid, "shift_breaks", "shift_id, id") == sorted(
        (row["id"], below["id"]) for row in bench.vendor.rows(guid, "shifts") for below in row["breaks"] or ()
    )
    assert [query for query in bench.sent("/shifts") if "start[gte]" in query and "start[lte]" in query]


def test_after_a_windowed_history_the_next_run_is_incremental(bench: Bench, guid: str) -> None:
    bench.run(companies=["bistro"], resources=["shifts"], unit_rows=SMALL, package_rows=SMALL)
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[0]["id"], notes="edited")

    report = bench.run(companies=["bistro"], resources=["shifts"])

    assert all("modified_since" in query for query in bench.sent("/shifts"))
    assert report.tables["shifts"] == 1
    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_a_broken_off_history_continues_after_its_last_committed_window(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("404", times=100, path="/shifts", after=40)
    assert bench.run(companies=["bistro"], resources=["shifts"], unit_rows=SMALL, package_rows=SMALL).failed
    covered = bench.sql("SELECT max(window_end) FROM seven_shifts.sync_log WHERE status = 'ok'")[0][0]
    bench.vendor.faults.clear()

    assert not bench.run(companies=["bistro"], resources=["shifts"], unit_rows=SMALL, package_rows=SMALL).failed

    assert min(moment(query["start[gte]"]) for query in bench.sent("/shifts")) == covered
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_an_edit_between_two_windows_is_not_lost(bench: Bench, guid: str) -> None:
    oldest = bench.live(guid, "shifts")[0]["id"]

    def edit_what_was_read(company: str, table: str, page: int, query: dict[str, str]) -> None:
        if "start[gte]" in query:
            bench.vendor.on_page = None
            bench.vendor.advance(3600)
            bench.vendor.edit(guid, "shifts", oldest, notes="behind the window")

    bench.vendor.on_page = edit_what_was_read
    bench.run(companies=["bistro"], resources=["shifts"], unit_rows=SMALL, package_rows=SMALL)
    assert bench.vendor.on_page is None

    bench.run(companies=["bistro"], resources=["shifts"])

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_a_window_asked_for_is_read_and_the_mark_stays(bench: Bench, guid: str) -> None:
    bench.run()
    mark = bench.sql("SELECT max(high_water_mark) FROM seven_shifts.sync_log WHERE resource = 'shifts'")
    start = bench.vendor.now - timedelta(days=3)

    report = bench.run(resources=["shifts"], since=start, until=bench.vendor.now)

    assert {unit.kind for unit in report.units} == {"window"}
    assert all(moment(query["start[gte]"]) >= start.replace(microsecond=0) for query in bench.sent("/shifts"))
    assert bench.sql("SELECT max(high_water_mark) FROM seven_shifts.sync_log WHERE resource = 'shifts'") == mark


def test_a_first_load_from_a_date_on_reads_only_that_and_goes_on_from_there(bench: Bench, guid: str) -> None:
    start = bench.vendor.now - timedelta(days=2)
    bench.run(resources=["shifts"], since=start)

    wanted = [row["id"] for row in bench.vendor.rows(guid, "shifts") if moment(row["start"]) >= start]
    assert [row[0] for row in bench.loaded(guid, "shifts")] == sorted(wanted)
    bench.run(resources=["shifts"])
    assert all("modified_since" in query for query in bench.sent("/shifts"))


def test_any_worker_continues_from_the_warehouse_alone(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run()
    monkeypatch.setenv("DLT_DATA_DIR", str(bench.folder / "another machine"))
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[0]["id"], notes="edited")

    report = bench.run(companies=["bistro"], resources=["shifts"])

    assert all("modified_since" in query for query in bench.sent("/shifts"))
    assert report.tables["shifts"] == 1


def test_a_load_that_fails_is_aborted_and_the_next_run_reads_the_same_again(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlt.load.load import Load

    complete = Load.complete_package
    calls: list[int] = []

    def fail_once(*args: object, **kwargs: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("pulled the plug")
        complete(*args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(Load, "complete_package", fail_once)
        with pytest.raises(UnavailableError, match="pulled the plug"):
            bench.run(companies=["bistro"])

    assert not bench.run(companies=["bistro"]).failed

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")
