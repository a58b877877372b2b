"""What the checks say stands in `sync_log`: how fresh every company's table is, and whether rows are missing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from tests.conftest import PREFIX
from tests.dagster.conftest import House, built


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, instance: dg.DagsterInstance) -> Iterator[House]:
    """Everything loaded, once."""
    folder = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as monkeypatch, built(folder, monkeypatch, instance) as house:
        assert all(result.success for result in house.load_all().values())
        yield house


@pytest.fixture
def file(full: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the warehouse, for one test to spoil."""
    copy = Path(shutil.copy(full.shifts.file, tmp_path / "warehouse.duckdb"))
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(copy))
    return copy


def change(file: Path, statement: str, *params: Any) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(statement, params)


def judged(house: House) -> dict[str, dg.AssetCheckEvaluation]:
    """What the job `check` finds, by table and check."""
    result = house.run("check")
    assert result.success
    return {f"{one.asset_key.path[0]}.{one.asset_key.path[1]} {one.check_name}": one
            for one in result.get_asset_check_evaluations()}  # fmt: skip


def failed(found: dict[str, dg.AssetCheckEvaluation]) -> set[str]:
    return {name for name, one in found.items() if not one.passed}


def test_what_was_just_loaded_is_fresh_and_has_its_rows(full: House, file: Path):
    found = judged(full)

    assert failed(found) == set()
    assert {"seven_shifts.shifts fresh", "seven_shifts.shift_breaks fresh", "seven_shifts.shifts rows",
            "seven_geese.objectives rows"} <= set(found)  # fmt: skip


def test_a_company_that_was_not_read_for_long_fails_the_freshness_of_its_tables(full: House, file: Path):
    stale, fresh = full.shifts.vendor.companies
    change(file, "UPDATE seven_shifts.sync_log SET scan_started_at = scan_started_at - INTERVAL 27 HOUR "
                 "WHERE company_slug = ? AND resource = 'shifts'", stale.slug)  # fmt: skip

    found = judged(full)

    assert failed(found) == {"seven_shifts.shifts fresh", "seven_shifts.shift_breaks fresh"}
    assert stale.slug in found["seven_shifts.shifts fresh"].description
    assert fresh.slug not in found["seven_shifts.shifts fresh"].description


def test_how_old_is_too_old_is_a_setting(full: House, file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER__MAX_AGE", "0")

    assert "seven_geese.objectives fresh" in failed(judged(full))


def test_a_company_that_was_never_loaded_is_not_fresh(full: House, file: Path, monkeypatch: pytest.MonkeyPatch):
    new = {"slug": "new", "guid": "00000000-0000-4000-8000-00000000abcd"}
    monkeypatch.setenv(f"{PREFIX}COMPANIES", json.dumps([*full.shifts.companies, new]))

    found = judged(full)

    assert found["seven_shifts.users fresh"].metadata["last_read"].value == {"new": "never"}
    assert found["seven_geese.objectives fresh"].passed


def test_a_company_that_is_no_longer_configured_is_not_missed(
    full: House, file: Path, monkeypatch: pytest.MonkeyPatch
):
    gone = full.shifts.companies[0]
    change(file, "UPDATE seven_shifts.sync_log SET scan_started_at = ? WHERE company_slug = ?",
           datetime(2020, 1, 1, tzinfo=timezone.utc), gone["slug"])  # fmt: skip
    change(file, "DELETE FROM seven_shifts.shifts WHERE company_guid = ?", gone["guid"])
    monkeypatch.setenv(f"{PREFIX}COMPANIES", json.dumps(full.shifts.companies[1:]))

    assert failed(judged(full)) == set()


@pytest.mark.parametrize("table", ["shifts", "departments"])
def test_rows_that_are_missing_fail_the_check_of_rows(full: House, file: Path, table: str):
    company = full.shifts.vendor.companies[0]
    change(file, f"DELETE FROM seven_shifts.{table} WHERE company_guid = ?", company.guid)

    found = judged(full)

    assert failed(found) == {f"seven_shifts.{table} rows"}
    assert f"{company.slug} 0 of" in found[f"seven_shifts.{table} rows"].description


def test_before_anything_was_loaded_nothing_is_fresh(
    full: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(tmp_path / "none.duckdb"))

    assert {"seven_shifts.shifts fresh", "seven_geese.objectives fresh"} <= failed(judged(full))
