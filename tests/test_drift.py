"""Drift is loaded, poison is set aside, a missing envelope is an error."""

from __future__ import annotations

import json

from tests.conftest import Bench


def test_a_field_the_vendor_adds_is_kept_and_reported(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("extra_field", times=1, path="/shifts", field="weather", value="rain")

    report = bench.run(resources=["shifts"])

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert bench.sql("SELECT DISTINCT weather FROM seven_shifts.shifts WHERE weather IS NOT NULL") == [("rain",)]
    assert any("weather" in what for unit in report.units for what in unit.batch.drift)
    assert bench.sql("SELECT count(*) FROM seven_shifts.sync_log WHERE drift LIKE '%weather%'") == [(1,)]


def test_breaks_of_rows_with_a_new_field_are_loaded_too(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("extra_field", times=2, path="/time_punches", field="mood", value=3)

    bench.run(resources=["time_punches"])

    expected = sorted(below["id"] for row in bench.vendor.rows(guid, "time_punches") for below in row["breaks"])
    assert sorted(row[0] for row in bench.loaded(guid, "time_punch_breaks")) == expected


def test_a_type_change_loses_neither_row_nor_value(bench: Bench, guid: str) -> None:
    bench.run(resources=["shifts"])
    bench.vendor.faults.add("type_change", times=1, path="/shifts", field="hourly_wage", value="n/a")
    edited = bench.live(guid, "shifts")[0]["id"]
    bench.vendor.edit(guid, "shifts", edited, notes="edited")

    bench.run(companies=["bistro"], resources=["shifts"])

    row = bench.sql("SELECT notes, hourly_wage, hourly_wage__v_text FROM seven_shifts.shifts "
                    "WHERE company_guid = ? AND id = ?", guid, edited)  # fmt: skip
    assert row == [("edited", None, "n/a")]


def test_half_a_cent_is_not_rounded_away(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("type_change", times=1, path="/shifts", field="hourly_wage", value=1550.5)

    bench.run(companies=["bistro"], resources=["shifts"])

    assert bench.sql("SELECT DISTINCT hourly_wage__v_double FROM seven_shifts.shifts "
                     "WHERE hourly_wage__v_double IS NOT NULL") == [(1550.5,)]  # fmt: skip


def test_a_row_without_a_key_is_set_aside_with_its_payload_and_stops_nobody(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("type_change", times=1, path="/shifts", field="id", value=None)

    report = bench.run(resources=["shifts", "time_punches"])

    assert not report.failed
    rejected = bench.sql("SELECT company_guid, reason, payload FROM seven_shifts.rejected_rows")
    assert rejected
    assert all(reason == "key 'id' is None" for _, reason, _ in rejected)
    assert all("start" in json.loads(payload) for _, _, payload in rejected)
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")


def test_an_integer_beyond_64_bits_is_set_aside(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("type_change", times=1, path="/shifts", field="user_id", value=2**70)

    assert not bench.run(resources=["shifts"]).failed

    assert bench.sql("SELECT DISTINCT reason FROM seven_shifts.rejected_rows") == [
        ("'user_id' is an integer beyond 64 bits",)
    ]


def test_all_three_spellings_of_a_timestamp_are_the_same_moment_in_utc(bench: Bench, guid: str) -> None:
    bench.run()

    for table, spelled in (("roles", "+0000"), ("shifts", "Z"), ("time_punches", "+00:00")):
        row = bench.vendor.rows(guid, table)[0]
        assert row["modified"].endswith(spelled)
        naive = row["modified"].removesuffix(spelled).replace("T", " ")
        found = bench.sql("SELECT strftime(modified AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S') FROM seven_shifts."
                          f"{table} WHERE company_guid = ? AND id = ?", guid, row["id"])  # fmt: skip
        assert found == [(naive,)]


def test_every_value_of_every_row_arrives_as_it_was_sent(bench: Bench, guid: str) -> None:
    bench.run()

    for table in ("locations", "users", "shifts", "time_punches", "departments", "roles"):
        described = [row[:2] for row in bench.sql(f"DESCRIBE seven_shifts.{table}")]
        columns = [name for name, kind in described if kind in ("BIGINT", "VARCHAR", "BOOLEAN", "DOUBLE")
                   and not name.startswith("_") and name != "company_guid"]  # fmt: skip
        quoted = ", ".join(f'"{name}"' for name in columns)
        held = [tuple(row.get(name) for name in columns) for row in bench.vendor.rows(guid, table)]
        assert sorted(bench.loaded(guid, table, quoted), key=repr) == sorted(held, key=repr), table
        assert len(columns) > 5
