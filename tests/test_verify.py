"""Holding the destination against the vendor, value by value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.comparison import Compared, told
from pipelines.verify import verify
from tests.conftest import Bench
from tests.geese import GeeseBench, build_geese


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=4)


def by_table(results: list[Compared], company: str) -> dict[str, Compared]:
    return {result.table: result for result in results if result.company == company}


def alter(file: Path, *statements: str) -> None:
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_what_was_just_loaded_is_what_the_vendor_has(bench, geese):
    bench.run()

    results = verify("seven_shifts")

    assert [result for result in results if not result.ok] == []
    found = by_table(results, bench.companies[0]["slug"])
    assert found["shifts"].rows == len(bench.vendor.rows(bench.companies[0]["guid"], "shifts"))
    assert found["wages"].rows > 0


def test_the_same_of_networks_with_all_their_nested_tables(geese):
    geese.run()

    results = verify("seven_geese")

    assert [result for result in results if not result.ok] == []
    assert [result.table for result in results if result.note] == ["feedback_comments"]
    assert sum(result.rows for result in results) > 300


def test_a_row_deleted_and_a_row_edited_by_hand_are_both_named(bench):
    bench.run(resources=["shifts", "users"])
    company = bench.companies[0]
    gone, edited = (id for (id,) in bench.loaded(company["guid"], "shifts")[:2])
    alter(bench.file, f"DELETE FROM seven_shifts.shifts WHERE id = {gone}",
          f"UPDATE seven_shifts.shifts SET notes = 'forged', late_minutes = 99 WHERE id = {edited}")  # fmt: skip

    result = CliRunner().invoke(main, ["verify", "seven_shifts", "--resource", "shifts"])

    assert result.exit_code == 1
    assert f"shifts: missing {gone}" in result.output
    assert f"shifts: {edited} differs in late_minutes, notes" in result.output


def test_a_row_that_the_vendor_does_not_have_is_too_many(geese):
    geese.run(["badges"])
    alter(geese.file, "INSERT INTO seven_geese.badges BY NAME "
                      "SELECT * REPLACE (999 AS id) FROM seven_geese.badges LIMIT 1")  # fmt: skip

    found = verify("seven_geese", resources=["badges"])[0]

    assert (found.extra, found.missing, found.different) == ([(999,)], [], {})


def test_a_window_compares_only_what_begins_in_it(bench):
    bench.run(resources=["time_punches"])
    since = bench.sql("SELECT median(clocked_in) FROM seven_shifts.time_punches")[0][0]
    before = bench.sql("SELECT id FROM seven_shifts.time_punches WHERE clocked_in < ? ORDER BY clocked_in, id LIMIT 1",
                       since)  # fmt: skip
    before = bench.sql("DELETE FROM seven_shifts.time_punches WHERE id = ? RETURNING id", before[0][0])
    words = ["verify", "seven_shifts", "--resource", "time_punches"]

    within = CliRunner().invoke(main, [*words, "--since", since.isoformat()])
    everything = CliRunner().invoke(main, [*words, "--json"])

    assert within.exit_code == 0, within.output
    assert everything.exit_code == 1
    told = json.loads(everything.output)
    missing = [key for table in told for key in table["missing"] if table["table"] == "time_punches"]
    assert missing == [[before[0][0]]] * len(before)


def test_what_cannot_be_read_is_an_error_and_no_agreement(bench):
    bench.run(resources=["shifts"])
    bench.vendor.revoke(bench.companies[0]["guid"])

    results = by_table(verify("seven_shifts", resources=["shifts"]), bench.companies[0]["slug"])

    assert "403" in (results["shifts"].error or "")
    assert not results["shifts"].ok


def test_verifying_writes_nothing(bench):
    bench.run(resources=["shifts"])
    before = bench.sql("SELECT count(*), max(_dlt_load_id) FROM seven_shifts.sync_log")

    verify("seven_shifts", resources=["shifts"])

    assert bench.sql("SELECT count(*), max(_dlt_load_id) FROM seven_shifts.sync_log") == before


def test_a_row_that_no_table_can_hold_is_told_as_missing_with_the_reason(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]
    bench.run(resources=["shifts"])
    bench.vendor.edit(guid, "shifts", shift, station=2**70)
    bench.run(resources=["shifts"])

    found = verify("seven_shifts", ["bistro"], ["shifts"])

    (result,) = [one for one in found if one.table == "shifts"]
    assert (result.missing, result.extra, result.ok) == ([], [], False)
    assert f"shifts: {shift} is set aside in rejected_rows: 'station' is an integer beyond 64 bits" in told(found)
    assert ": 1 missing, 0 too many, 0 different" in told(found)
