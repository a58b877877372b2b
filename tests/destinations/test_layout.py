"""Where files lie: a company's rows are in files of its own, and whoever asks for one company opens no other's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.seven_shifts import SevenShifts
from tests.conftest import Bench
from tests.destinations.places import PLACES, PREFIX, ready

LAKES = ("ducklake", "delta", "iceberg")
ASKED = ("roles", "shifts", "time_punches")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with SevenShifts(companies=3, seed=7, weeks=2, staff=8) as vendor:
        yield Bench(vendor, tmp_path, monkeypatch)


def load(bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Path:
    """Loads some tables twice, an edit of one company in between; returns where the lake is."""
    ready(PLACES[name])
    monkeypatch.delenv(f"{PREFIX}CREDENTIALS")
    for key, value in {**PLACES[name].environment(bench.folder), **settings}.items():
        monkeypatch.setenv(key, value)
    assert not bench.run(resources=ASKED).failed
    guid = bench.vendor.companies[0].guid
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[0]["id"], notes="edited")
    bench.vendor.advance(60)
    assert bench.run(resources=ASKED).tables["shifts"] == 1
    return bench.folder / "lake" / "seven_shifts"


def files(lake: Path, table: str) -> list[Path]:
    return list((lake / table).rglob("*.parquet"))


@pytest.mark.parametrize("name", LAKES)
def test_files_lie_in_a_folder_of_their_company(name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = load(bench, name, monkeypatch)

    expected = {f"company_guid={company.guid}" for company in bench.vendor.companies}
    for table in ("shifts", *(("roles", "shift_breaks", "sync_log") if name != "ducklake" else ())):
        assert {file.parent.name for file in files(lake, table)} == expected, table
    assert {file.parent.name for file in files(lake, ".")} == expected  # DuckLake keeps few rows in its catalog


@pytest.mark.parametrize("name", LAKES)
def test_a_question_about_a_company_opens_the_files_of_that_company_only(
    name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(bench, name, monkeypatch)
    plan = "EXPLAIN ANALYZE SELECT count(DISTINCT id) FROM seven_shifts.shifts"

    with PLACES[name].looking(bench.folder, "seven_shifts") as held:
        everyone = opened(name, held.sql(plan)[0][1])
        one = opened(name, held.sql(f"{plan} WHERE company_guid = '{bench.vendor.companies[1].guid}'")[0][1])

    assert one == 1
    assert everyone >= len(bench.vendor.companies)


def opened(name: str, plan: str) -> int:
    """How many files a plan says were read."""
    told = re.search(r"(?:Total Files Read|Scanning Files): *(\d+)", plan.replace("│", " "))
    assert told, plan
    return int(told[1])


def test_iceberg_companies_share_as_many_partitions_as_are_asked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = load(bench, "iceberg", monkeypatch, **{f"{PREFIX}COMPANY_BUCKETS": "2"})

    folders = {file.parent.name for file in files(lake, "shifts")}
    assert folders <= {"company_guid_bucket_2=0", "company_guid_bucket_2=1"}
    with PLACES["iceberg"].looking(bench.folder, "seven_shifts") as held:
        query = "SELECT company_guid, count(*) FROM seven_shifts.shifts GROUP BY ALL ORDER BY ALL"
        assert held.sql(query) == sorted((one.guid, len(bench.vendor.rows(one.guid, "shifts")))
                                         for one in bench.vendor.companies)  # fmt: skip


@pytest.mark.parametrize("name", LAKES)
def test_companies_are_not_kept_apart_where_that_is_asked_for(
    name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = load(bench, name, monkeypatch, **{f"{PREFIX}COMPANY_BUCKETS": "0"})

    assert {file.parent.name for file in files(lake, "shifts")} <= {"shifts", "data"}
