"""What has no change filter is read whole and versioned: absence closes a row, unless it is too much absence."""

from __future__ import annotations

from tests.conftest import Bench


def test_a_role_removed_at_the_vendor_is_closed_and_kept(bench: Bench, guid: str) -> None:
    bench.run()
    role = bench.vendor.rows(guid, "roles")[0]["id"]
    bench.vendor.delete(guid, "roles", role)

    bench.run()

    assert bench.loaded(guid, "roles") == bench.held(guid, "roles")
    versions = bench.sql("SELECT _dlt_valid_to FROM seven_shifts.roles WHERE company_guid = ? AND id = ?", guid, role)
    assert len(versions) == 1
    assert versions[0][0] is not None


def test_the_stations_of_a_removed_role_are_closed_with_it(bench: Bench, guid: str) -> None:
    bench.run()
    role = next(row for row in bench.vendor.rows(guid, "roles") if row["stations"])
    bench.vendor.delete(guid, "roles", role["id"])

    bench.run()

    assert role["id"] not in [row[0] for row in bench.loaded(guid, "role_stations", "role_id")]


def test_a_renamed_role_is_a_new_version_and_the_old_one_ends_where_it_begins(bench: Bench, guid: str) -> None:
    bench.run()
    bench.vendor.advance(60)
    role = bench.vendor.rows(guid, "roles")[0]["id"]
    bench.vendor.edit(guid, "roles", role, name="Sommelier")

    bench.run()

    versions = bench.sql("SELECT name, _dlt_valid_from, _dlt_valid_to FROM seven_shifts.roles "
                         "WHERE company_guid = ? AND id = ? ORDER BY _dlt_valid_from", guid, role)  # fmt: skip
    assert len(versions) == 2
    assert versions[1][0] == "Sommelier"
    assert versions[0][2] == versions[1][1]
    assert versions[1][2] is None


def test_closing_a_row_keeps_its_values_and_leaves_other_companies_alone(bench: Bench, guid: str) -> None:
    bench.run()
    other = bench.vendor.companies[1].guid
    before = bench.loaded(other, "departments", "id, name, _dlt_load_id")
    gone = bench.vendor.rows(guid, "departments")[0]
    bench.vendor.delete(guid, "departments", gone["id"])

    bench.run()

    kept = bench.sql("SELECT name, location_id FROM seven_shifts.departments WHERE company_guid = ? AND id = ?",
                     guid, gone["id"])  # fmt: skip
    assert kept == [(gone["name"], gone["location_id"])]
    assert bench.loaded(other, "departments", "id, name, _dlt_load_id") == before


def test_a_snapshot_that_shrank_closes_nothing_until_it_is_allowed_to(bench: Bench, guid: str) -> None:
    bench.run()
    before = bench.loaded(guid, "roles")
    for row in bench.vendor.rows(guid, "roles")[: len(before) // 2]:
        bench.vendor.delete(guid, "roles", row["id"])

    refused = bench.run()
    assert bench.loaded(guid, "roles") == before
    errors = [unit.error for unit in refused.units if unit.status == "failed"]
    assert len(errors) == 1
    assert f"had {len(before)} rows" in (errors[0] or "")
    assert "--allow-shrink" in (errors[0] or "")

    bench.run(allow_shrink=True)
    assert bench.loaded(guid, "roles") == bench.held(guid, "roles")


def test_an_emptied_snapshot_is_suspect_however_small_it_was(bench: Bench, guid: str) -> None:
    for row in bench.vendor.rows(guid, "departments")[1:]:
        bench.vendor.delete(guid, "departments", row["id"])
    bench.run()
    bench.vendor.delete(guid, "departments", bench.vendor.rows(guid, "departments")[0]["id"])

    report = bench.run()

    assert report.failed
    assert len(bench.loaded(guid, "departments")) == 1


def test_a_raise_closes_the_old_wage_and_opens_the_new_one(bench: Bench, guid: str) -> None:
    bench.run()
    wage = next(row for row in bench.vendor.rows(guid, "wages") if row["wage_type"] == "hourly")
    bench.vendor.advance(86_400)
    bench.vendor.set_wage(guid, wage["user_id"], wage["wage_cents"] + 150, role_id=wage["role_id"])

    bench.run()

    columns = "user_id, id, wage_cents"
    assert bench.loaded(guid, "wages", columns) == bench.held(guid, "wages", "user_id", "id", "wage_cents")
    everything = bench.sql("SELECT wage_cents FROM seven_shifts.wages WHERE company_guid = ? AND user_id = ?",
                           guid, wage["user_id"])  # fmt: skip
    assert (wage["wage_cents"],) in everything
    assert (wage["wage_cents"] + 150,) in everything


def test_wages_and_assignments_are_read_once_a_day_and_at_once_by_a_full_refresh(bench: Bench) -> None:
    bench.run()
    assert bench.sent("wages")
    bench.run()
    assert not bench.sent("wages")
    assert not bench.sent("assignments")
    bench.run(full_refresh=True, resources=["wages"])
    assert bench.sent("wages")
    bench.vendor.advance(86_400)
    bench.run()
    assert bench.sent("wages")
    assert bench.sent("assignments")


def test_one_request_fills_the_three_assignment_tables(bench: Bench, guid: str) -> None:
    bench.run()

    assert len(bench.sent("assignments")) == sum(len(bench.vendor.rows(c["guid"], "users")) for c in bench.companies)
    for kind in ("location", "department", "role"):
        table = f"{kind}_assignments"
        assert bench.loaded(guid, table, "user_id, id") == bench.held(guid, table, "user_id", f"{kind}_id")


def test_active_people_are_asked_for_first(bench: Bench, guid: str) -> None:
    bench.run(companies=[bench.vendor.companies[0].slug], resources=["wages"])

    statuses = [query["status"] for query in bench.sent("users")]
    assert statuses == ["active", "inactive"]


def test_an_unassigned_role_is_closed(bench: Bench, guid: str) -> None:
    bench.run()
    held = next(row for row in bench.vendor.rows(guid, "role_assignments"))
    bench.vendor.unassign(guid, held["user_id"], "role", held["role_id"])
    bench.vendor.advance(86_400)

    bench.run()

    assert (held["user_id"], held["role_id"]) not in bench.loaded(guid, "role_assignments", "user_id, id")
