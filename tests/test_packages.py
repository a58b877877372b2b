"""What is committed together, who may write, and what of a load that did not complete is believed."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import dlt
import duckdb
import pytest

from pipelines.loading import working_dir
from pipelines.warehouse import Warehouse
from sources.core.errors import UnavailableError
from sources.core.pages import PageReader
from sources.core.task import Room
from tests.conftest import Bench

SHIFTS = {"companies": ["bistro"], "resources": ["shifts"]}


@pytest.mark.parametrize("change", ["SET status = 1", "SET schema_name = 'somebody_elses'"])
def test_a_log_row_of_a_load_that_did_not_complete_says_nothing(bench: Bench, guid: str, change: str) -> None:
    bench.run(**SHIFTS)
    bench.sql(f"UPDATE seven_shifts._dlt_loads {change}")
    bench.sql("DELETE FROM seven_shifts.shifts")

    bench.run(**SHIFTS)

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_a_failure_nobody_thought_of_is_told_and_stops_nobody(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PageReader.read

    def stumble(self: PageReader, data: Any, extra: Any = None) -> Any:
        if "shifts" in self.batch.rows:
            raise ZeroDivisionError("nobody thought of this")
        return read(self, data, extra)

    monkeypatch.setattr(PageReader, "read", stumble)

    report = bench.run(companies=["bistro"], resources=["shifts", "roles"])

    assert report.failed
    errors = [unit.error or "" for unit in report.units if unit.status == "failed"]
    assert len(errors) == 1
    assert "ZeroDivisionError" in errors[0]
    assert "nobody thought of this" not in errors[0]  # what it choked on may be a secret
    assert bench.loaded(guid, "roles") == bench.held(guid, "roles")


@pytest.mark.parametrize("bound", [{"package_minutes": 0}, {"package_rows": 1}])
def test_a_package_is_committed_when_its_time_or_its_room_is_up(bench: Bench, bound: dict[str, int]) -> None:
    report = bench.run(companies=["bistro"], resources=["companies", "roles", "users"], **bound)

    assert len(report.load_ids) == 3


def test_what_a_killed_run_left_behind_does_not_take_the_place_of_what_is_read(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        """Nothing catches it, as nothing catches a signal."""

    def kill(*args: Any, **kwargs: Any) -> None:
        raise KilledError

    with monkeypatch.context() as broken:
        broken.setattr("dlt.load.load.Load.complete_package", kill)
        with pytest.raises(KilledError):
            bench.run(**SHIFTS)
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[0]["id"], notes="after the kill")

    bench.run(**SHIFTS)

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_a_company_revoked_after_its_first_load_is_asked_once(bench: Bench, guid: str) -> None:
    bench.run(companies=["bistro"])
    bench.vendor.revoke(guid)

    report = bench.run(companies=["bistro"])

    assert [unit.task.resource.name for unit in report.units] == ["companies"]
    assert len([request for request in bench.vendor.requests if request.method == "GET"]) == 1


def test_every_large_scan_takes_a_place_and_none_keeps_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: set[int] = set()
    told: list[int] = []

    class Counted(Room):
        def enter(self) -> None:
            taken.add(threading.get_ident())
            told.append(threading.get_ident())

        def leave(self) -> None:
            taken.discard(threading.get_ident())

    monkeypatch.setattr("sources.core.plan.Room", Counted)
    monkeypatch.setattr("sources.core.task.LARGE_ROWS", 0)

    bench.run(companies=["bistro"], resources=["shifts", "users"])

    assert len(told) >= 2
    assert not taken


def test_runs_of_different_companies_stage_their_rows_apart(bench: Bench) -> None:
    for _ in range(2):  # dlt stages nothing when it makes the tables
        bench.run(companies=["bistro"], resources=["users"], full_refresh=True)
        bench.run(resources=["users"], full_refresh=True)

    staged = bench.sql("SELECT DISTINCT schema_name FROM information_schema.schemata "
                       "WHERE schema_name LIKE 'seven_shifts_stg%'")  # fmt: skip
    assert len(staged) == 2


def test_a_second_writer_of_the_file_or_of_the_working_directory_is_refused(bench: Bench) -> None:
    warehouse = Warehouse.configured()
    elsewhere = replace(warehouse, file=bench.folder / "elsewhere.duckdb")

    with (
        warehouse.writing(working_dir() / "somewhere_else"),
        pytest.raises(UnavailableError, match="has held the DuckDB file"),
    ):
        bench.run(**SHIFTS)
    with (
        elsewhere.writing(working_dir() / "seven_shifts"),
        pytest.raises(UnavailableError, match="has held the working directory"),
    ):
        bench.run(resources=["shifts"])

    assert not bench.run(**SHIFTS).failed


def test_a_file_that_another_program_lets_go_of_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    def connect(*args: Any, **kwargs: Any) -> Any:
        if len(slept) < 3:
            raise duckdb.IOException("Could not set lock on file")
        return duckdb.connect(*args, **kwargs)

    clock = SimpleNamespace(monotonic=lambda: len(slept) / 10, sleep=slept.append)
    monkeypatch.setattr("pipelines.warehouse.duckdb", SimpleNamespace(connect=connect, Error=duckdb.Error))
    monkeypatch.setattr("pipelines.warehouse.time", clock)

    Warehouse.configured().meet()

    assert len(slept) == 3
    assert bench.file.exists()


def test_small_pieces_that_loads_leave_in_a_table_are_joined_by_later_runs(bench: Bench, guid: str) -> None:
    for number in range(4):
        bench.vendor.edit(guid, "shifts", bench.held(guid, "shifts")[number][0], notes="edited")
        bench.run(**SHIFTS)
    (pieces,) = bench.sql("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('seven_shifts.shifts')")[0]

    assert pieces == 2  # what was there before, and the last load's
    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_a_load_takes_duckdb_no_more_memory_on_a_larger_machine(bench: Bench) -> None:
    warehouse = Warehouse.configured()
    warehouse.meet()
    pipeline = dlt.pipeline(
        "any", pipelines_dir=str(bench.folder), destination=warehouse.destination("any"), dataset_name="any"
    )
    with pipeline.sql_client() as client:
        found = client.execute_sql("SELECT current_setting('threads'), current_setting('max_vacuum_tasks')")

    assert list(found or ()) == [(1, 0)]


def test_breaks_of_a_load_that_was_killed_before_the_shifts_go_with_them(bench: Bench, guid: str) -> None:
    bench.run(**SHIFTS)
    bench.sql("UPDATE seven_shifts._dlt_loads SET status = 1")
    bench.sql("DELETE FROM seven_shifts.shifts")
    (shift,) = bench.sql("SELECT min(shift_id) FROM seven_shifts.shift_breaks")[0]
    bench.vendor.edit(guid, "shifts", shift, breaks=[])

    bench.run(**SHIFTS)

    left = bench.sql("SELECT count(*) FROM seven_shifts.shift_breaks WHERE shift_id = ?", shift)
    assert left == [(0,)]
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_the_first_rows_of_a_table_are_not_merged_and_all_later_ones_are(bench: Bench, guid: str) -> None:
    """Straight into the table: nothing is there that they could be of."""
    bench.run(**SHIFTS)
    staged = "SELECT table_name FROM duckdb_tables() WHERE schema_name LIKE 'seven_shifts_stg%'"
    first = {name for (name,) in bench.sql(staged)}
    bench.vendor.edit(guid, "shifts", bench.held(guid, "shifts")[0][0], notes="later")

    bench.run(**SHIFTS)

    assert not first & {"shifts", "shift_breaks"}
    assert "shifts" in {name for (name,) in bench.sql(staged)}
    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_duckdb_has_one_load_job_at_a_time(bench: Bench) -> None:
    """Several took half as much memory again."""
    assert Warehouse.configured().destination("any").capabilities().loader_parallelism_strategy == "sequential"


def test_what_duckdb_loads_from_is_not_made_small_first(bench: Bench) -> None:
    found = Warehouse.configured().destination("any").capabilities().parquet_format

    assert found is not None
    assert found.compression == "none"
