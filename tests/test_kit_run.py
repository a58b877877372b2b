"""A run from end to end with the small resources of the kit: what is committed, told and cleared away."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest
from dlt.common.destination.exceptions import DestinationTerminalException
from dlt.destinations.impl.duckdb.duck import DuckDbClient
from dlt.extract import DltResource
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines import run as running
from pipelines.run import run
from sources.core import build
from sources.core.build import deferred
from sources.core.company import Company
from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.core.plan import Order, Package
from sources.core.vendor import Vendor
from tests.kit import BISTRO, PUNCHES, ROLES, Answers, page, punch

OTHER = Company("other", "5c0e4d56-4d1b-4f53-8e6e-1a53a2a3f9b1", 42)


class Kit:
    """A vendor of punches and roles, a warehouse, and what is asked of them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "warehouse.duckdb"
        self.punches = [punch(1, breaks=[{"id": 5}]), punch(2)]
        self.roles: Any = [{"id": 1, "name": "Cook", "company_id": 41}]
        self.client = Answers(self.answer)

        @dlt.source(name="kit", max_table_nesting=0)
        def source(*, package: Package, run_id: str, file_format: str) -> list[DltResource]:
            return build.build((PUNCHES, ROLES), lambda: package, run_id, file_format)

        self.vendor = Vendor("kit", (PUNCHES, ROLES), lambda: [BISTRO], lambda rows: self.client,  # type: ignore[arg-type]
                             lambda client, company, id: company, source)  # fmt: skip

    def answer(self, query: dict[str, Any]) -> Any:
        rows = self.roles if self.client.paths[-1].endswith("roles") else self.punches
        return rows if isinstance(rows, Exception) else page(rows)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kit]:
    found = Kit(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(running.VENDORS, "kit", found.vendor)
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(found.file))
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "scratch"))
    return found


def test_a_run_commits_every_package_and_tells_what_it_did(kit: Kit) -> None:
    heard: list[Any] = []
    kit.client.notices.add("noticed")

    report = run("kit", order=Order(package_rows=1), listener=lambda unit, report: heard.append((unit, report)))

    assert (report.source, report.destination, report.failed) == ("kit", str(kit.file), False)
    assert report.tables == {"punches": 2, "punch_breaks": 1, "roles": 1}
    assert (len(report.load_ids), len(report.units), report.requests) == (2, 2, 2)
    assert report.notices == {"noticed"}
    assert {unit.task.resource.name for unit, _ in heard if unit} == {"punches", "roles"}
    assert {id(told) for _, told in heard} == {id(report)}
    assert kit.sql("SELECT id FROM kit.punches ORDER BY id") == [(1,), (2,)]
    assert kit.sql("SELECT punch_id, id FROM kit.punch_breaks") == [(1, 5)]
    assert sorted(kit.sql("SELECT resource, run_id, rows_written FROM kit.sync_log")) == [
        ("punches", report.run_id, 3), ("roles", report.run_id, 1)]  # fmt: skip
    assert sorted(kit.sql("SELECT load_id FROM kit._dlt_loads")) == sorted((load,) for load in report.load_ids)


def test_a_second_run_goes_on_and_writes_what_changed(kit: Kit) -> None:
    run("kit")
    kit.punches = [punch(1), punch(2, 10, note="late", mood="new"), {"id": None, "note": "lost"}]
    kit.roles = []

    report = run("kit", resources=["punches"])

    assert "modified_since" in kit.client.asked[-1]
    assert report.tables == {"punches": 2, "punch_breaks": 2}  # a tombstone each
    assert kit.sql("SELECT id, note, mood FROM kit.punches ORDER BY id") == [(1, None, None), (2, "late", "new")]
    assert kit.sql("SELECT id FROM kit.punch_breaks") == []
    assert kit.sql("SELECT count(*) FROM kit.roles WHERE _dlt_valid_to IS NULL") == [(1,)]
    assert kit.sql("SELECT reason FROM kit.rejected_rows") == [("key 'id' is None",)]
    kit.punches = [punch(1, 20), punch(2, 20, breaks=[{"id": 6}])]  # a tombstone beside a break
    run("kit", resources=["punches"])
    assert kit.sql("SELECT punch_id, id FROM kit.punch_breaks") == [(2, 6)]
    kit.punches.append({"id": None, "note": "lost"})
    again = run("kit", resources=["punches"])
    assert again.tables == {}
    assert kit.sql("SELECT count(*) FROM kit.rejected_rows") == [(1,)]


def test_a_version_that_ends_is_closed_and_kept(kit: Kit) -> None:
    run("kit", resources=["roles"])
    kit.roles = [{"id": 1, "name": "Chef", "company_id": 41}]

    run("kit", resources=["roles"])

    assert kit.sql("SELECT name, _dlt_valid_to IS NULL FROM kit.roles ORDER BY 1") == [("Chef", True), ("Cook", False)]


def test_every_table_is_made_by_the_first_run_also_without_a_row(kit: Kit) -> None:
    kit.punches, kit.roles = [], []

    run("kit")

    tables = {
        name for (name,) in kit.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'kit'")
    }
    assert tables >= {"punches", "punch_breaks", "roles", "role_stations", "sync_log", "rejected_rows"}


def test_a_table_without_a_row_takes_no_load_job_and_has_every_column_of_one_with_rows(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[str] = []
    create = DuckDbClient.create_load_job

    def noting(self: Any, table: Any, *args: Any, **kwargs: Any) -> Any:
        jobs.append(table["name"])
        return create(self, table, *args, **kwargs)

    def columns() -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for table, *column in kit.sql("SELECT table_name, column_name, data_type, is_nullable FROM "
                                      "information_schema.columns WHERE table_schema = 'kit'"):  # fmt: skip
            found.setdefault(table, []).append(column)
        return {name: sorted(found[name]) for name in ("punches", "punch_breaks", "roles", "role_stations")}

    monkeypatch.setattr(DuckDbClient, "create_load_job", noting)
    kit.punches, kit.roles = [], []
    run("kit")
    empty = columns()
    assert {name for name in jobs if not name.startswith("_dlt")} == {"sync_log", "rejected_rows"}

    kit.punches = [punch(1, breaks=[{"id": 5}])]
    kit.roles = [{"id": 1, "name": "Cook", "company_id": 41, "stations": [{"id": 3}]}]
    run("kit")

    assert {"punches", "punch_breaks", "roles", "role_stations"} <= set(jobs)
    assert columns() == empty


def test_a_resource_that_fails_is_in_the_log_and_the_others_are_committed(kit: Kit) -> None:
    kit.roles = RefusedError("bistro: no", 403)

    report = run("kit")

    assert report.failed
    assert sorted(kit.sql("SELECT resource, status, error FROM kit.sync_log")) == [
        ("punches", "ok", None), ("roles", "failed", "bistro: no")]  # fmt: skip


def test_a_company_or_resource_nobody_knows_is_refused_before_anything_is_asked(kit: Kit) -> None:
    for chosen in ({"companies": ["none"]}, {"resources": ["none"]}):
        with pytest.raises(ConfigurationError):
            run("kit", **chosen)

    assert kit.client.asked == []
    assert not kit.file.exists()


def broken(monkeypatch: pytest.MonkeyPatch, error: Callable[[], BaseException]) -> list[Any]:
    """Every load fails; returns who was asked to clear up."""
    asked: list[Any] = []

    def fail(self: dlt.Pipeline, *arguments: Any, **options: Any) -> None:
        cause = error()
        raise PipelineStepFailed(self, "load", None, cause, None) from cause

    monkeypatch.setattr(dlt.Pipeline, "run", fail)
    monkeypatch.setattr(dlt.Pipeline, "abort_packages", lambda self: asked.append(self) or 1 / 0)
    return asked


def test_a_load_that_fails_is_cleared_away_and_told_with_its_first_cause(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = broken(monkeypatch, lambda: DestinationTerminalException("no such column"))

    with pytest.raises(
        UnavailableError, match=r"A load package could not be committed to .*: no such column\. Packages"
    ):
        run("kit")

    assert len(asked) == 1


def test_an_interruption_stays_one(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = broken(monkeypatch, KeyboardInterrupt)

    with pytest.raises(KeyboardInterrupt):
        run("kit")

    assert asked == []


def test_an_error_of_the_machine_ends_the_run_with_what_to_check(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(running, "commit", fail)

    with pytest.raises(UnavailableError, match=r"ended early: .*Input/output error.*Check the destination"):
        run("kit")


def test_a_destination_that_is_not_to_be_had_is_told(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: dlt.Pipeline, *arguments: Any) -> None:
        raise ConnectionRefusedError("nobody there\nat all")

    monkeypatch.setattr(dlt.Pipeline, "sync_destination", fail)

    with pytest.raises(
        UnavailableError, match=r"The destination .*warehouse\.duckdb could not be reached: nobody there\. "
    ):
        run("kit")


def test_what_a_killed_run_left_is_cleared_away_before_anything_is_loaded(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        """Nothing catches it."""

    def kill(*arguments: Any, **options: Any) -> None:
        raise KilledError

    for place in ("normalize", "load"):
        with monkeypatch.context() as killing:
            killing.setattr(dlt.Pipeline, place, kill)
            with pytest.raises(KilledError):
                run("kit")
        kit.punches.append(punch(len(kit.punches) + 1))

        report = run("kit")

        assert len(report.load_ids) == 1
        assert kit.sql("SELECT id FROM kit.punches ORDER BY id") == [(row["id"],) for row in kit.punches]


def test_a_plain_pipeline_loads_the_source_in_one_package_and_goes_on_there(kit: Kit) -> None:
    def load(**chosen: Any) -> None:
        package = deferred(kit.vendor, chosen.get("companies"), chosen.get("order", Order()), chosen.get("client"))
        source = dlt.source(lambda: build.build((PUNCHES, ROLES), package, "r", "parquet"), name="kit")
        pipeline = dlt.pipeline("plain", destination=dlt.destinations.duckdb(str(kit.file)), dataset_name="kit")
        pipeline.run(source())

    load(order=Order(package_rows=1, package_minutes=0))
    assert kit.sql("SELECT count(*) FROM kit.punches") == [(2,)]
    assert kit.sql("SELECT count(*), count(DISTINCT _dlt_load_id) FROM kit.sync_log") == [(2, 1)]
    assert "modified_since" not in kit.client.asked[0]

    other = Answers(kit.answer)
    kit.client, asked = other, len(other.asked)
    load(companies=[{"slug": "other", "guid": OTHER.guid, "id": 42}], client=other)
    assert len(other.asked) > asked
    assert kit.sql("SELECT DISTINCT company_slug FROM kit.sync_log ORDER BY 1") == [("bistro",), ("other",)]
    load()
    assert "modified_since" in other.asked[-1] or "modified_since" in other.asked[-2]
