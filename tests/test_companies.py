"""Many companies in one warehouse: none touches another's rows, none stops another's load."""

from __future__ import annotations

import json

from tests.conftest import Bench


def test_the_same_ids_in_two_companies_are_two_rows(bench: Bench) -> None:
    first, second = (company.guid for company in bench.vendor.companies)
    shared = set(bench.held(first, "shifts")) & set(bench.held(second, "shifts"))

    bench.run()

    assert shared
    assert bench.loaded(first, "shifts") == bench.held(first, "shifts")
    assert bench.loaded(second, "shifts") == bench.held(second, "shifts")


def test_each_company_continues_from_its_own_mark(bench: Bench) -> None:
    behind, ahead = bench.vendor.companies
    bench.run()
    bench.vendor.revoke(behind.guid)
    bench.vendor.advance(7 * 86_400)
    missed = bench.live(behind.guid, "shifts")[0]["id"]
    bench.vendor.edit(behind.guid, "shifts", missed, notes="while revoked")
    bench.vendor.advance(7 * 86_400)
    bench.vendor.edit(ahead.guid, "shifts", bench.live(ahead.guid, "shifts")[0]["id"], notes="later")
    assert bench.run().failed
    bench.vendor.restore(behind.guid)

    assert not bench.run().failed

    assert (missed, "while revoked") in bench.loaded(behind.guid, "shifts", "id, notes")
    for company in bench.vendor.companies:
        assert bench.loaded(company.guid, "shifts", "id, notes") == bench.held(company.guid, "shifts", "id", "notes")


def test_a_revoked_company_is_asked_once_and_the_others_load(bench: Bench) -> None:
    revoked, other = bench.vendor.companies
    bench.vendor.revoke(revoked.guid)

    report = bench.run()

    failed = [unit for unit in report.units if unit.status == "failed"]
    assert [(unit.task.company.slug, unit.task.resource.name) for unit in failed] == [(revoked.slug, "companies")]
    assert bench.loaded(other.guid, "shifts") == bench.held(other.guid, "shifts")
    refused = [r for r in bench.vendor.requests if r.headers.get("x-company-guid") == revoked.guid]
    assert len(refused) == 1


def test_a_plan_without_punches_fails_the_punches_and_nothing_else(bench: Bench, guid: str) -> None:
    bench.vendor.plan_too_low(guid, "time_punches")

    report = bench.run()

    failed = [(unit.task.company.guid, unit.task.resource.name) for unit in report.units if unit.status == "failed"]
    assert failed == [(guid, "time_punches")]
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    logged = bench.sql("SELECT error FROM seven_shifts.sync_log WHERE status = 'failed'")
    assert len(logged) == 1
    assert "403" in logged[0][0]
    assert bench.vendor.companies[0].slug in logged[0][0]


def test_a_failed_resource_is_read_whole_once_it_works(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("404", times=1, path="time_punches", after=1)
    assert bench.run(companies=[bench.vendor.companies[0].slug]).failed

    assert not bench.run().failed

    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")


def test_a_failure_says_whether_it_may_be_over_later(bench: Bench, guid: str) -> None:
    bench.vendor.plan_too_low(guid, "time_punches")
    bench.vendor.faults.add("503", times=99, path="/users")

    report = bench.run(companies=[bench.vendor.companies[0].slug], resources=["time_punches", "users", "roles"])

    assert {unit.task.resource.name: (unit.status, unit.unavailable) for unit in report.units} == {
        "time_punches": ("failed", False), "users": ("failed", True), "roles": ("ok", False)
    }  # fmt: skip


def test_rows_of_another_company_are_refused(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("other_company", times=1, path="/shifts")

    report = bench.run(companies=[bench.vendor.companies[0].slug], resources=["shifts"])

    assert [unit.status for unit in report.units] == ["failed"]
    assert "came with rows of company" in (report.units[0].error or "")
    assert bench.loaded(guid, "shifts") == []


def test_a_guid_that_answers_as_another_company_than_configured_is_refused(bench: Bench) -> None:
    mine, other = bench.vendor.companies
    bench.set("COMPANIES", json.dumps([{"slug": "mine", "guid": mine.guid, "id": other.id}]))

    report = bench.run()

    assert [unit.status for unit in report.units] == ["failed"]
    assert f"answers as company {mine.id}" in (report.units[0].error or "")


def test_a_full_refresh_of_one_company_touches_only_that_one(bench: Bench) -> None:
    mine, other = bench.vendor.companies
    bench.run()
    tables = ("shifts", "time_punches", "users", "roles", "wages", "shift_breaks")
    before = {table: bench.loaded(other.guid, table, "id, _dlt_load_id") for table in tables}
    bench.sql("UPDATE seven_shifts.shifts SET notes = 'edited by hand'")

    bench.run(companies=[mine.slug], full_refresh=True)

    assert {table: bench.loaded(other.guid, table, "id, _dlt_load_id") for table in tables} == before
    assert bench.loaded(mine.guid, "shifts", "id, notes") == bench.held(mine.guid, "shifts", "id", "notes")
    assert {notes for _, notes in bench.loaded(other.guid, "shifts", "id, notes")} == {"edited by hand"}


def test_company_ids_are_discovered_once_and_then_remembered_by_the_warehouse(bench: Bench) -> None:
    bench.run()
    ids = bench.sql("SELECT DISTINCT company_guid, company_id FROM seven_shifts.sync_log ORDER BY 2")
    assert ids == [(company.guid, company.id) for company in bench.vendor.companies]

    bench.run()

    assert all("modified_since" in query for query in bench.sent("/companies"))
