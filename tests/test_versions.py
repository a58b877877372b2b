"""Versions: what comes back, what is alike, what two readers see, and what stays closed."""

from __future__ import annotations

import json

import duckdb
import pytest

from tests.conftest import Bench

ROLES = {"companies": ["bistro"], "resources": ["roles"]}
WAGES = {"companies": ["bistro"], "resources": ["wages"]}


def versions(bench: Bench, guid: str, role: int) -> list[tuple[object, ...]]:
    return bench.sql("SELECT name, _dlt_valid_from, _dlt_valid_to FROM seven_shifts.roles WHERE company_guid = ? "
                     "AND id = ? ORDER BY _dlt_valid_from, _dlt_valid_to NULLS LAST", guid, role)  # fmt: skip


def test_a_name_that_comes_back_is_a_third_version(bench: Bench, guid: str) -> None:
    role = bench.vendor.rows(guid, "roles")[0]
    for name in (role["name"], "Sommelier", role["name"]):
        bench.vendor.advance(60)
        bench.vendor.edit(guid, "roles", role["id"], name=name, modified=role["modified"])
        bench.run(**ROLES)

    found = versions(bench, guid, role["id"])
    assert [name for name, _, _ in found] == [role["name"], "Sommelier", role["name"]]
    assert [end for _, _, end in found] == [found[1][1], found[2][1], None]


def test_two_versions_within_one_second_are_both_kept(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = bench.vendor.now
    monkeypatch.setattr(type(bench.vendor), "now", property(lambda vendor: moment))
    role = bench.vendor.rows(guid, "roles")[0]
    bench.run(**ROLES)
    bench.vendor.edit(guid, "roles", role["id"], name="Sommelier")

    bench.run(**ROLES)

    found = versions(bench, guid, role["id"])
    assert {(name, end is None) for name, _, end in found} == {(role["name"], False), ("Sommelier", True)}


def test_a_closed_version_stays_closed_as_of_the_run_that_closed_it(bench: Bench, guid: str) -> None:
    bench.run(**ROLES)
    gone = bench.vendor.rows(guid, "roles")[0]["id"]
    bench.vendor.delete(guid, "roles", gone)
    bench.run(**ROLES)
    before = versions(bench, guid, gone)
    bench.vendor.advance(60)

    report = bench.run(**ROLES)

    assert versions(bench, guid, gone) == before
    assert sum(report.tables.values()) == 0


def test_a_closed_version_keeps_its_documents(bench: Bench, guid: str) -> None:
    user = next(row["id"] for row in bench.vendor.rows(guid, "users") if row["active"])
    old = bench.vendor.create(guid, "wages", user_id=user, role_id=1, effective_date="2026-01-01", wage_cents=1500,
                              wage_type="hourly", allocations=[{"share": 40}])  # fmt: skip
    bench.run(**WAGES)
    bench.vendor.set_wage(guid, user, 1600, role_id=1)
    bench.vendor.advance(86_400)

    bench.run(**WAGES)

    kept = bench.sql("SELECT allocations::VARCHAR, _dlt_valid_to FROM seven_shifts.wages WHERE id = ?", old["id"])
    assert [json.loads(text) for text, _ in kept] == [[{"share": 40}]]
    assert kept[0][1] is not None


def test_stations_that_look_alike_belong_each_to_its_role(bench: Bench, guid: str) -> None:
    left, right = (row["id"] for row in bench.vendor.rows(guid, "roles")[:2])
    for role in (left, right):
        bench.vendor.edit(guid, "roles", role, stations=[{"station_number": 1, "name": "Bar"}])
    bench.run(**ROLES)
    bench.vendor.delete(guid, "roles", left)

    bench.run(**ROLES)

    stations = [role for (role,) in bench.loaded(guid, "role_stations", "role_id")]
    assert right in stations
    assert left not in stations


def test_a_role_taken_from_one_person_stays_with_the_others(bench: Bench, guid: str) -> None:
    held = [(row["user_id"], row["role_id"]) for row in bench.vendor.rows(guid, "role_assignments")]
    user, role = next(one for one in held if [role for _, role in held].count(one[1]) > 1)
    for each, same in held:
        if same == role:
            bench.vendor.assign(guid, each, "role", role, is_primary=False, skill_level=1, sort=0)
    bench.run(companies=["bistro"], resources=["assignments"])
    bench.vendor.unassign(guid, user, "role", role)
    bench.vendor.advance(86_400)

    bench.run(companies=["bistro"], resources=["assignments"])

    held.remove((user, role))
    assert bench.loaded(guid, "role_assignments", "user_id, id") == sorted(held)


def test_the_wages_of_a_person_who_is_not_found_stay_as_they_are(bench: Bench, guid: str) -> None:
    bench.run(**WAGES)
    before = bench.loaded(guid, "wages", "user_id, id")
    bench.vendor.faults.add("404", times=1, path=f"/users/{before[0][0]}/wages")
    bench.vendor.advance(86_400)

    report = bench.run(**WAGES)

    assert not report.failed
    assert bench.loaded(guid, "wages", "user_id, id") == before


def test_two_rows_may_always_go_however_small_the_list(bench: Bench, guid: str) -> None:
    departments = bench.vendor.rows(guid, "departments")
    for row in departments[4:]:
        bench.vendor.delete(guid, "departments", row["id"])
    bench.run(companies=["bistro"], resources=["departments"])
    before = len(bench.loaded(guid, "departments"))
    for row in departments[: min(2, before - 1)]:
        bench.vendor.delete(guid, "departments", row["id"])

    assert not bench.run(companies=["bistro"], resources=["departments"]).failed

    assert bench.loaded(guid, "departments") == bench.held(guid, "departments")


def test_versions_begin_by_the_clock_of_the_server(bench: Bench, guid: str) -> None:
    bench.vendor.advance(400 * 86_400)

    bench.run(**ROLES)

    begins = bench.sql("SELECT DISTINCT _dlt_valid_from FROM seven_shifts.roles")
    assert begins == bench.sql("SELECT scan_started_at FROM seven_shifts.sync_log WHERE resource = 'roles'")


def test_a_reader_who_sees_less_than_the_last_one_closes_nothing(bench: Bench, guid: str) -> None:
    bench.set("COMPANIES", json.dumps(bench.companies[:1]))
    bench.run(**ROLES)
    before = bench.loaded(guid, "roles")
    bench.set("CREDENTIALS__ACCESS_TOKEN", bench.vendor.companies[0].access_token)
    bench.vendor.delete(guid, "roles", before[0][0])

    report = bench.run(**ROLES)

    assert "it is read as access token" in (report.units[0].error or "")
    assert bench.loaded(guid, "roles") == before
    assert not bench.run(**ROLES, allow_shrink=True).failed
    assert bench.loaded(guid, "roles") == before[1:]


def test_wages_are_read_once_a_day_also_a_little_early_and_always_by_a_full_refresh(bench: Bench) -> None:
    both = {"companies": ["bistro"], "resources": ["companies", "wages"]}
    bench.run(**both)
    bench.run(**both)
    assert not bench.sent("wages")
    bench.run(**both, full_refresh=True)
    assert bench.sent("wages")
    bench.vendor.advance(86_400 - 15 * 60)

    bench.run(**both)

    assert bench.sent("wages")


def test_a_full_refresh_mends_what_somebody_changed_by_hand_and_makes_no_version_of_it(
    bench: Bench, guid: str
) -> None:
    columns = "SELECT id, name, _dlt_valid_from, _dlt_valid_to FROM seven_shifts.roles ORDER BY ALL"
    bench.run(**ROLES)
    before = bench.sql(columns)
    with duckdb.connect(str(bench.file)) as connection:
        connection.execute("UPDATE seven_shifts.roles SET name = 'forged'")
    bench.vendor.advance(60)

    bench.run(**ROLES, full_refresh=True)

    assert bench.sql(columns) == before
