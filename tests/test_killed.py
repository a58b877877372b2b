"""A load that was killed between two of its tables: what it left is no reason to leave anything out."""

from __future__ import annotations

from tests.conftest import Bench


def forget_last_load(bench: Bench) -> None:
    """As if the process had died before the load was marked complete."""
    bench.sql("DELETE FROM seven_shifts._dlt_loads WHERE load_id = (SELECT max(load_id) FROM seven_shifts._dlt_loads)")


def test_breaks_that_a_killed_load_did_not_reach_are_loaded_by_the_next_run(bench: Bench, guid: str) -> None:
    bench.run()
    expected = bench.loaded(guid, "shift_breaks", "shift_id, id")
    forget_last_load(bench)
    bench.sql("DELETE FROM seven_shifts.shift_breaks")

    assert not bench.run().failed

    assert expected
    assert bench.loaded(guid, "shift_breaks", "shift_id, id") == expected


def test_an_edit_whose_breaks_a_killed_load_did_not_reach_is_loaded_whole(bench: Bench, guid: str) -> None:
    bench.run()
    punch = next(row for row in bench.live(guid, "time_punches") if row["breaks"])
    bench.vendor.break_edits_bump = True
    bench.vendor.edit_break(guid, punch["id"], punch["breaks"][0]["id"], paid=not punch["breaks"][0]["paid"])
    before = bench.sql("SELECT * FROM seven_shifts.time_punch_breaks")
    bench.run()
    forget_last_load(bench)
    bench.sql("DELETE FROM seven_shifts.time_punch_breaks")
    with_breaks_as_before = ", ".join("?" for _ in before[0])
    for row in before:
        bench.sql(f"INSERT INTO seven_shifts.time_punch_breaks VALUES ({with_breaks_as_before})", *row)

    bench.run()

    changed = (punch["breaks"][0]["id"], not punch["breaks"][0]["paid"])
    assert changed in bench.loaded(guid, "time_punch_breaks", "id, paid")


def test_roles_that_a_killed_load_wrote_are_not_opened_a_second_time(bench: Bench, guid: str) -> None:
    bench.run()
    forget_last_load(bench)
    bench.vendor.advance(60)

    bench.run()

    for table in ("roles", "departments", "wages", "shift_drafts", "role_stations"):
        keys = "user_id, id" if table == "wages" else "role_id, station_number" if table == "role_stations" else "id"
        rows = bench.loaded(guid, table, keys)
        assert len(rows) == len(set(rows)), table
