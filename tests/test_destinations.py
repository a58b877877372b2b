"""Destinations are met as they are: DuckDB files others hold, PostgreSQL, killed loads, two runs at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sources.core.errors import UnavailableError
from sources.seven_shifts import seven_shifts
from tests.conftest import Bench

ROOT = Path(__file__).parent.parent


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch, bench: Bench) -> Iterator[Any]:
    """The bench on PostgreSQL: only the credentials say so. Yields a cursor."""
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", postgres)
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def columns(cursor: Any, query: str, *params: Any) -> list[tuple[Any, ...]]:
    cursor.execute(query, params)
    return sorted(cursor.fetchall())


def test_postgres_holds_what_the_vendor_holds_after_a_day_of_changes(bench: Bench, guid: str, database: Any) -> None:
    vendor = bench.vendor
    bench.run()
    punch = next(row for row in bench.live(guid, "time_punches") if row["breaks"])
    for below in punch["breaks"]:
        vendor.remove_break(guid, punch["id"], below["id"])
    vendor.delete(guid, "shifts", bench.live(guid, "shifts")[0]["id"])
    vendor.delete(guid, "roles", vendor.rows(guid, "roles")[0]["id"])
    vendor.draft_edit(guid, bench.live(guid, "shifts")[1]["id"], notes="draft")

    report = bench.run()

    assert not report.failed
    for company in (c["guid"] for c in bench.companies):
        for table, column in (("shifts", "deleted"), ("time_punches", "tips"), ("users", "active")):
            query = f"SELECT id, {column} FROM seven_shifts.{table} WHERE company_guid = %s"
            assert columns(database, query, company) == bench.held(company, table, "id", column)
        for table in ("roles", "shift_drafts", "departments"):
            loaded = columns(database, f"SELECT id FROM seven_shifts.{table} WHERE company_guid = %s "
                                       "AND _dlt_valid_to IS NULL", company)  # fmt: skip
            assert loaded == bench.held(company, table)
    left = columns(database, "SELECT count(*) FROM seven_shifts.time_punch_breaks WHERE company_guid = %s "
                             "AND time_punch_id = %s", guid, punch["id"])  # fmt: skip
    assert left == [(0,)]


def test_a_second_run_on_postgres_writes_nothing_but_the_log(bench: Bench, database: Any) -> None:
    bench.run()
    before = columns(database, "SELECT company_guid, id, _dlt_load_id FROM seven_shifts.time_punches")

    report = bench.run()

    assert sum(report.tables.values()) == 0
    assert columns(database, "SELECT company_guid, id, _dlt_load_id FROM seven_shifts.time_punches") == before


def test_empty_text_stays_empty_text_on_postgres(bench: Bench, guid: str, database: Any) -> None:
    bench.run(resources=["users", "time_punches"])

    for table, column in (("users", "max_weekly_hours"), ("time_punches", "notes")):
        held = bench.held(guid, table, "id", column)
        assert "" in {value for _, value in held}
        query = f"SELECT id, {column} FROM seven_shifts.{table} WHERE company_guid = %s"
        assert columns(database, query, guid) == held


def test_types_on_postgres_are_the_declared_ones(bench: Bench, database: Any) -> None:
    bench.run()

    found = dict(columns(database, "SELECT column_name, data_type FROM information_schema.columns "
                                   "WHERE table_schema = 'seven_shifts' AND table_name = 'time_punches'"))  # fmt: skip
    assert (found["id"], found["tips"], found["clocked_in"]) == ("bigint", "bigint", "timestamp with time zone")


def test_a_new_duckdb_file_is_written_in_a_version_older_tools_open(bench: Bench) -> None:
    bench.run(resources=["companies"])

    versions = bench.sql("SELECT tags['storage_version'] FROM duckdb_databases() WHERE path IS NOT NULL")
    assert versions[0][0].startswith("v1.4.0")


def test_a_duckdb_file_held_by_another_program_is_waited_for_and_its_holder_named(bench: Bench) -> None:
    bench.run(resources=["companies"])
    hold = "import duckdb,sys,time; c=duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(bench.file)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(UnavailableError, match=str(holder.pid)):
            bench.run(resources=["companies"])
    finally:
        holder.kill()
        holder.wait()
    assert not bench.run(resources=["companies"]).failed


def test_two_runs_at_once_take_turns(bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESTINATION__WAREHOUSE__LOCK_WAIT", "60")
    command = [sys.executable, "-m", "pipelines.cli", "run", "seven_shifts", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [subprocess.Popen(command, env=environment, cwd=bench.folder, stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [process.wait(timeout=120) for process in runs] == [0, 0]
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_a_run_killed_at_any_moment_leaves_nothing_lost_or_doubled(bench: Bench, guid: str) -> None:
    bench.vendor.latency = 0.01
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipelines.cli", "run", "seven_shifts", "--company", "bistro"]
    for delay in (1.6, 2.2, 2.8, 3.4):
        process = subprocess.Popen(command, env=environment, cwd=bench.folder, stderr=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL)  # fmt: skip
        threading.Event().wait(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    bench.vendor.latency = 0.0

    assert not bench.run(companies=["bistro"]).failed

    for table in ("shifts", "time_punches", "users", "roles"):
        assert bench.loaded(guid, table) == bench.held(guid, table)
    breaks = sorted(below["id"] for row in bench.vendor.rows(guid, "time_punches") for below in row["breaks"])
    assert sorted(row[0] for row in bench.loaded(guid, "time_punch_breaks")) == breaks


def test_a_file_that_is_no_database_is_refused_untouched(bench: Bench) -> None:
    bench.file.write_text("my notes\n" * 500)

    with pytest.raises(UnavailableError, match="cannot be opened as a DuckDB file"):
        bench.run()

    assert bench.file.read_text().startswith("my notes")


def test_an_unreachable_postgres_is_named_without_its_password(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", "postgresql://user:hunter2@127.0.0.1:9/database")

    with pytest.raises(UnavailableError) as told:
        bench.run()

    assert "could not be reached" in str(told.value)
    assert "hunter2" not in str(told.value)


def ours(bench: Bench) -> None:
    assert bench.run().failed


def anybodys(bench: Bench) -> None:
    """Load with a dlt pipeline as a user of dlt writes it."""
    import dlt

    pipeline = dlt.pipeline("anybodys", destination=dlt.destinations.duckdb(str(bench.file)),
                            dataset_name="seven_shifts", pipelines_dir=str(bench.folder / "anybodys"))  # fmt: skip
    pipeline.run(seven_shifts(), loader_file_format="parquet")


@pytest.mark.parametrize("load", [ours, anybodys])
def test_every_table_exists_after_the_first_run_also_without_rows(bench: Bench, load: Callable[[Bench], None]) -> None:
    for company in bench.vendor.companies:
        bench.vendor.revoke(company.guid)

    load(bench)

    tables = {row[0] for row in bench.sql("SELECT table_name FROM information_schema.tables "
                                          "WHERE table_schema = 'seven_shifts'")}  # fmt: skip
    assert set(seven_shifts().resources) <= tables
    assert bench.sql("SELECT DISTINCT status FROM seven_shifts.sync_log") == [("failed",)]


def test_the_source_is_built_without_secrets_and_without_a_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    names = list(seven_shifts().resources)

    assert names[0] == "companies"
    assert {"shifts", "shift_breaks", "time_punches", "time_punch_breaks", "sync_log", "rejected_rows"} <= set(names)


def test_the_source_runs_in_anybodys_dlt_pipeline_and_continues_there(bench: Bench, guid: str) -> None:
    anybodys(bench)
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    bench.vendor.clear_requests()
    anybodys(bench)
    assert all("modified_since" in query or "draft" in query for query in bench.sent("/shifts"))


