"""A company is a run: its tables are loaded and told, its failure is its own, and any disk continues it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.warehouse import Warehouse
from sources.core.build import LOGS
from sources.seven_geese import VENDOR as GEESE
from sources.seven_shifts import VENDOR as SHIFTS
from tests.dagster.conftest import House, materialized, metadata, trouble_of
from tests.geese import guid_of

TABLES = {vendor.slug: {table.name for row in vendor.resources for table in row.tables} | set(LOGS)
          for vendor in (SHIFTS, GEESE)}  # fmt: skip


def held(house: House) -> None:
    """Every company's tables hold what the vendor does."""
    for company in house.shifts.vendor.companies:
        for table in ("shifts", "time_punches", "users"):
            assert house.shifts.loaded(company.guid, table) == house.shifts.held(company.guid, table)
    for network in house.geese.vendor.networks:
        assert house.geese.differences(network) == []


def test_every_company_of_both_vendors_is_loaded_in_a_run_of_its_own(house: House):
    results = house.load_all()

    assert len(results) == 4
    assert all(result.success for result in results.values()), [trouble_of(one) for one in results.values()]
    assert {name: materialized(one) for name, one in results.items()} == {
        name: TABLES[name.partition("/")[0]] for name in results
    }
    held(house)


def test_a_table_tells_its_rows_requests_and_loads(house: House):
    company = house.shifts.vendor.companies[0]

    told = metadata(house.load("seven_shifts", company.slug), "shifts")

    assert told["rows_written"] == told["rows_read"] == len(house.shifts.held(company.guid, "shifts"))
    assert told["requests"] > 0
    (load,) = told["load_ids"]
    assert house.shifts.sql("SELECT status FROM seven_shifts._dlt_loads WHERE load_id = ?", load) == [(0,)]


def test_a_revoked_company_fails_its_own_run_and_the_others_load(house: House):
    revoked, other = house.shifts.vendor.companies
    house.shifts.vendor.revoke(revoked.guid)

    results = house.load_all()

    assert [name for name, result in results.items() if not result.success] == [f"seven_shifts/{revoked.slug}"]
    assert "403" in trouble_of(results[f"seven_shifts/{revoked.slug}"])
    assert materialized(results[f"seven_shifts/{revoked.slug}"]) == set(LOGS)
    assert house.shifts.loaded(other.guid, "shifts") == house.shifts.held(other.guid, "shifts")


def test_what_a_failed_company_did_load_is_told_all_the_same(house: House):
    company = house.shifts.vendor.companies[0]
    house.shifts.vendor.plan_too_low(company.guid, "time_punches")

    result = house.load("seven_shifts", company.slug)

    assert not result.success
    assert TABLES["seven_shifts"] - materialized(result) == {"time_punches", "time_punch_breaks"}
    assert "FAILED" in trouble_of(result)
    assert "time_punches" in trouble_of(result)


def test_a_second_run_on_a_fresh_disk_continues_from_the_destination(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    house.load_all()
    first = len(house.shifts.sent())
    company = house.shifts.vendor.companies[0]
    edited = house.shifts.live(company.guid, "shifts")[0]["id"]
    network = house.geese.vendor.networks[0]
    house.shifts.vendor.advance(3600)
    house.shifts.vendor.edit(company.guid, "shifts", edited, notes="later")
    house.geese.vendor.edit(network.id, "objectives", house.geese.vendor.rows(network.id, "objectives")[0]["id"],
                            name="later")  # fmt: skip
    house.shifts.recorded += house.shifts.vendor.requests
    house.shifts.vendor.clear_requests()
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "another disk"))

    results = house.load_all()

    assert all(result.success for result in results.values())
    assert all("modified_since" in query for query in house.shifts.sent("/users"))
    assert [query for query in house.shifts.sent("/shifts") if "draft" not in query]
    assert all("modified_since" in q for q in house.shifts.sent("/shifts") if "draft" not in q)
    assert not house.shifts.sent("/wages")  # read today
    assert len(house.shifts.sent()) < first / 2
    assert metadata(results[f"seven_shifts/{company.slug}"], "shifts")["rows_written"] == 1
    assert metadata(results[f"seven_geese/{network.slug}"], "badges")["rows_written"] == 0
    held(house)


def test_a_network_whose_guid_is_still_unknown_is_a_partition_and_loads(house: House):
    network = house.geese.vendor.networks[0]
    house.geese.companies({**house.geese.entry(network), "slug": "unmet", "guid": ""})
    house.tick_sensor()

    assert house.partitions("seven_geese") == {"unmet"}
    assert house.load("seven_geese", "unmet").success
    assert house.geese.sql("SELECT count(DISTINCT company_guid) FROM seven_geese.objectives") == [(1,)]


def test_chosen_tables_are_all_that_is_asked_for(house: House):
    company = house.shifts.vendor.companies[0]

    result = house.load("seven_shifts", company.slug, ["shift_breaks"])

    assert result.success
    assert materialized(result) == {"shifts", "shift_breaks", *LOGS}  # they come together
    assert {request.path.rpartition("/")[2] for request in house.shifts.vendor.requests if request.method == "GET"} <= {
        "companies", "whoami", "shifts"
    }  # fmt: skip


def test_tables_that_are_not_due_are_not_told_as_loaded(house: House):
    company = house.shifts.vendor.companies[0]
    house.load("seven_shifts", company.slug)

    again = house.load("seven_shifts", company.slug)

    assert again.success
    assert TABLES["seven_shifts"] - materialized(again) == {
        "wages", "location_assignments", "department_assignments", "role_assignments"
    }  # fmt: skip


def test_a_vendor_that_is_down_is_tried_again_and_what_came_first_is_kept(house: House):
    company = house.shifts.vendor.companies[0]
    house.shifts.vendor.faults.add("503", times=12, path="/time_punches")

    result = house.load("seven_shifts", company.slug)

    assert result.success, trouble_of(result)
    assert [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]
    assert materialized(result) == TABLES["seven_shifts"]


def test_a_destination_that_is_in_use_is_tried_again_twice(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DESTINATION__WAREHOUSE__LOCK_WAIT", "0")
    with Warehouse.configured().writing(tmp_path / "another program"):
        result = house.load("seven_shifts", house.shifts.vendor.companies[0].slug)

    assert "has held the DuckDB file" in trouble_of(result)
    assert len([e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]) == 2


def test_a_wrong_configuration_is_not_tried_again(house: House):
    slug = house.shifts.vendor.companies[0].slug
    house.shifts.set("COMPANIES", json.dumps([{"slug": "other", "guid": guid_of(house.geese.vendor.networks[0])}]))

    result = house.load("seven_shifts", slug)

    assert f"No company '{slug}' is configured" in trouble_of(result)
    assert not [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]


def test_what_dagster_keeps_has_no_secret(house: House):
    revoked, network = house.shifts.vendor.companies[0], house.geese.vendor.networks[0]
    house.shifts.vendor.revoke(revoked.guid)
    house.load("seven_shifts", revoked.slug)
    house.load("seven_geese", network.slug)

    kept = b"".join(file.read_bytes() for file in Path(house.instance.root_directory).rglob("*") if file.is_file())

    assert revoked.slug.encode() in kept
    for secret in (house.shifts.vendor.client_secret, network.client_secret, network.password):
        assert secret.encode() not in kept
