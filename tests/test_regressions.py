"""Mistakes that were made once: each of these failed when it was written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import Bench

ROLES = {"companies": ["bistro"], "resources": ["roles"]}
PUNCHES = {"companies": ["bistro"], "resources": ["time_punches"]}
SHIFTS = {"companies": ["bistro"], "resources": ["shifts"]}
WAGES = {"companies": ["bistro"], "resources": ["wages"]}


def test_the_leaked_key_of_a_company_that_is_set_aside_stays_out_of_rejected_rows(bench: Bench, guid: str) -> None:
    bench.vendor.companies_leak_api_key = True
    bench.vendor.edit(guid, "companies", bench.vendor.companies[0].id, start_week_on=2**70)

    bench.run(companies=["bistro"], resources=["companies"])

    assert "sim-api-key" not in repr(bench.sql("SELECT * FROM seven_shifts.rejected_rows"))


@pytest.mark.parametrize("table", ["time_punches", "roles"])
def test_one_poison_break_or_station_does_not_stop_the_listing(bench: Bench, guid: str, table: str) -> None:
    below, name = ("breaks", "user_id") if table == "time_punches" else ("stations", "id")
    row = next(row for row in bench.vendor.rows(guid, table) if row[below])
    bench.vendor.edit(guid, table, row["id"], **{below: [{**child, name: 2**70} for child in row[below]]})

    report = bench.run(companies=["bistro"], resources=[table])

    assert [unit.error for unit in report.units] == [None]


def test_a_row_of_a_snapshot_that_is_set_aside_is_not_closed(bench: Bench, guid: str) -> None:
    bench.run(**ROLES)
    role = bench.vendor.rows(guid, "roles")[0]["id"]
    bench.vendor.edit(guid, "roles", role, sort=2**70)

    bench.run(**ROLES)

    assert (role,) in bench.loaded(guid, "roles")


def test_a_document_that_is_a_plain_text_survives_its_closing(bench: Bench, guid: str) -> None:
    user = next(row["id"] for row in bench.vendor.rows(guid, "users") if row["active"])
    old = bench.vendor.create(guid, "wages", user_id=user, role_id=1, effective_date="2026-01-01", wage_cents=1500,
                              wage_type="hourly", allocations="mon")  # fmt: skip
    bench.run(**WAGES)
    bench.vendor.set_wage(guid, user, 1600, role_id=1)
    bench.vendor.advance(86_400)

    bench.run(**WAGES)

    assert bench.sql("SELECT allocations::VARCHAR FROM seven_shifts.wages WHERE id = ?", old["id"]) == [('"mon"',)]


def test_a_company_id_sent_as_text_is_still_the_own_company(bench: Bench, guid: str) -> None:
    own = str(bench.vendor.companies[0].id)
    bench.vendor.faults.add("type_change", times=1, path="/shifts", field="company_id", value=own)

    report = bench.run(**SHIFTS)

    assert [unit.error for unit in report.units] == [None]


@pytest.mark.parametrize("loaded", [False, True])
def test_until_without_since_ends_and_is_a_bound(bench: Bench, guid: str, loaded: bool) -> None:
    if loaded:
        bench.run(**SHIFTS)
    bench.vendor.faults.add("404", times=1000, path="/shifts", after=30)  # it would read for ever

    report = bench.run(**SHIFTS, until=bench.vendor.now - timedelta(days=1))

    assert not report.failed
    assert all("start[lte]" in query for query in bench.sent("/shifts"))
