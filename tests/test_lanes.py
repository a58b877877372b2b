"""Two lanes, one law: a row that drifts is merged, filtered and relieved of secrets like its neighbours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import Bench

SHIFTS = {"companies": ["bistro"], "resources": ["shifts"]}
COMPANIES = {"companies": ["bistro"], "resources": ["companies"]}


def test_one_row_that_drifts_among_others_that_did_not_change_is_loaded(bench: Bench, guid: str) -> None:
    first, second = (row["id"] for row in bench.live(guid, "shifts")[:2])
    bench.vendor.edit(guid, "shifts", first, notes="newest")
    bench.run(**SHIFTS)
    bench.vendor.edit(guid, "shifts", second, weather="rain")

    report = bench.run(**SHIFTS)

    assert bench.sql("SELECT id FROM seven_shifts.shifts WHERE weather = 'rain'") == [(second,)]
    assert report.tables["shifts"] == 1


def test_a_stale_page_never_overwrites_a_newer_row_when_it_drifts_either(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]
    bench.run(**SHIFTS)
    bench.vendor.edit(guid, "shifts", shift, notes="new")
    bench.run(**SHIFTS)
    before = bench.vendor.now - timedelta(seconds=30)
    bench.vendor.edit(guid, "shifts", shift, notes="stale replica", weather="rain", modified=before)

    bench.run(**SHIFTS)

    assert (shift, "new") in bench.loaded(guid, "shifts", "id, notes")


def test_the_mark_counts_rows_that_drift(bench: Bench, guid: str) -> None:
    bench.vendor.advance(86_400)
    edited = bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[0]["id"], weather="rain")

    bench.run(**SHIFTS)

    marks = bench.sql("SELECT strftime(max(high_water_mark) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') "
                      "FROM seven_shifts.sync_log")  # fmt: skip
    assert marks == [(edited["modified"],)]


def test_a_part_of_a_second_is_kept(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]
    bench.vendor.edit(guid, "shifts", shift, start="2026-11-05T15:00:00.250Z")

    bench.run(**SHIFTS)

    found = bench.sql("SELECT epoch_ms(start) % 1000 FROM seven_shifts.shifts WHERE company_guid = ? AND id = ?",
                      guid, shift)  # fmt: skip
    assert found == [(250,)]


def test_a_row_that_stays_poison_is_set_aside_once(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]
    bench.vendor.edit(guid, "shifts", shift, station=2**70)

    for _ in range(2):
        bench.run(**SHIFTS)

    assert bench.sql("SELECT count(*) FROM seven_shifts.rejected_rows") == [(1,)]


@pytest.mark.parametrize("change", [{"weather": "rain"}, {"start_week_on": "n/a"}])
def test_the_leaked_key_of_a_row_that_drifts_stays_out_too(
    bench: Bench, guid: str, change: dict[str, object]
) -> None:
    bench.vendor.companies_leak_api_key = True
    bench.vendor.edit(guid, "companies", bench.vendor.companies[0].id, **change)

    bench.run(**COMPANIES)

    loaded = bench.sql("SELECT * FROM seven_shifts.companies")
    assert loaded
    assert "sim-api-key" not in repr(loaded)


def test_a_shifts_last_break_is_removed_though_the_shift_was_read_long_ago(bench: Bench, guid: str) -> None:
    shift = next(row for row in bench.live(guid, "shifts") if row["breaks"])
    bench.vendor.advance(86_400)
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[-1]["id"], notes="newest")
    bench.run(**SHIFTS)
    bench.vendor.edit(guid, "shifts", shift["id"], breaks=[])

    bench.run(**SHIFTS)

    assert shift["id"] not in [parent for (parent,) in bench.loaded(guid, "shift_breaks", "shift_id")]


def test_rows_and_their_breaks_arrive_in_chunks_too(
    bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.core.pages.CHUNK", 3)

    bench.run(companies=["bistro"], resources=["time_punches"])

    rows = bench.vendor.rows(guid, "time_punches")
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")
    assert bench.loaded(guid, "time_punch_breaks") == sorted((below["id"],) for row in rows for below in row["breaks"])


def test_a_time_in_a_column_of_dates_is_kept_beside_it(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("type_change", times=2, path="/users", field="hire_date", value="2026-03-01T09:30:00+00:00")

    bench.run(resources=["users"])

    kept = bench.sql("SELECT DISTINCT hire_date, hire_date__v_timestamp FROM seven_shifts.users "
                     "WHERE hire_date__v_timestamp IS NOT NULL")  # fmt: skip
    assert [(day, time.isoformat()) for day, time in kept] == [(None, "2026-03-01T09:30:00+00:00")]
