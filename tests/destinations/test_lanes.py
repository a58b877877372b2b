"""Typed rows and misfits of one load come in files of different columns: no value may be lost between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.seven_shifts import SevenShifts
from tests.conftest import Bench
from tests.destinations.places import PLACES, PREFIX, ready

LAKES = ("ducklake", "delta", "iceberg")


@pytest.fixture(params=LAKES)
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    place = PLACES[request.param]
    ready(place)
    with SevenShifts(companies=2, seed=7, weeks=1, staff=3) as vendor:
        found = Bench(vendor, tmp_path, monkeypatch)
        monkeypatch.delenv(f"{PREFIX}CREDENTIALS")
        for key, value in place.environment(tmp_path).items():
            monkeypatch.setenv(key, value)

        def sql(query: str, *params: Any) -> list[tuple[Any, ...]]:
            with place.looking(tmp_path, "seven_shifts") as held:
                return held.sql(query, *params)

        found.sql = sql  # type: ignore[method-assign]
        yield found


def test_a_field_the_vendor_adds_to_some_rows_is_kept_and_goes_with_it(bench: Bench) -> None:
    guid, weather = bench.vendor.companies[0].guid, "SELECT count(weather), count(*) FROM seven_shifts.shifts"
    bench.vendor.faults.add("extra_field", times=1, path="/shifts", field="weather", value="rain")
    assert not bench.run(resources=["shifts"]).failed
    told, rows = bench.sql(weather)[0]
    assert 0 < told < rows

    for shift in bench.live(guid, "shifts"):
        bench.vendor.edit(guid, "shifts", shift["id"], notes="edited")
    for company in bench.vendor.companies[1:]:
        bench.vendor.edit(company.guid, "shifts", bench.live(company.guid, "shifts")[0]["id"], notes="edited")
    bench.vendor.advance(60)
    assert not bench.run(resources=["shifts"]).failed

    left = f"{weather} WHERE notes = 'edited'"
    assert bench.sql(left)[0][0] == 0
    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_new_versions_and_ended_ones_come_in_one_load(bench: Bench) -> None:
    guid = bench.vendor.companies[0].guid
    bench.run(resources=["roles"])
    role = bench.vendor.rows(guid, "roles")[0]["id"]
    for name in ("renamed", "renamed again"):
        bench.vendor.edit(guid, "roles", role, name=name)
        bench.vendor.advance(60)
        assert not bench.run(resources=["roles"]).failed

    versions = bench.sql("SELECT name LIKE 'renamed%', _dlt_valid_to IS NULL FROM seven_shifts.roles "
                         "WHERE company_guid = ? AND id = ? ORDER BY _dlt_valid_from", guid, role)  # fmt: skip
    assert versions == [(False, False), (True, False), (True, True)]
    assert bench.loaded(guid, "roles") == bench.held(guid, "roles")


def test_a_machine_that_never_heard_of_a_column_leaves_no_old_value_in_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid, slug = bench.vendor.companies[0].guid, bench.vendor.companies[0].slug
    bench.vendor.faults.add("extra_field", times=2, path="/shifts", field="weather", value="rain")
    bench.run(companies=[slug], resources=["shifts"])
    weather = "SELECT count(*) FROM seven_shifts.shifts WHERE weather IS NOT NULL"
    assert bench.sql(weather) != [(0,)]

    monkeypatch.setenv("DLT_DATA_DIR", str(bench.folder / "elsewhere"))
    for shift in bench.vendor.rows(guid, "shifts"):
        bench.vendor.edit(guid, "shifts", shift["id"], notes="edited")
    bench.vendor.advance(60)
    assert not bench.run(resources=["shifts"]).failed

    assert bench.sql(weather) == [(0,)]
    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")
