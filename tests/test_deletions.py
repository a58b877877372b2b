"""A deletion is data: what disappears at the vendor is marked in the warehouse, never erased, never missed."""

from __future__ import annotations

import pytest

from tests.conftest import Bench


@pytest.mark.parametrize("table", ["shifts", "time_punches"])
def test_thirty_deleted_rows_are_thirty_flagged_rows(bench: Bench, guid: str, table: str) -> None:
    bench.run()
    before = len(bench.loaded(guid, table))
    chosen = [row["id"] for row in bench.live(guid, table)[:30]]
    for id in chosen:
        bench.vendor.delete(guid, table, id)

    bench.run()

    flagged = {id for id, deleted in bench.loaded(guid, table, "id, deleted") if deleted}
    assert len(chosen) == 30
    assert set(chosen) <= flagged
    assert len(bench.loaded(guid, table)) == before
    assert bench.loaded(guid, table, "id, deleted") == bench.held(guid, table, "id", "deleted")


@pytest.mark.parametrize("table", ["shifts", "time_punches", "locations"])
def test_rows_deleted_before_the_first_load_are_loaded_as_deleted(bench: Bench, guid: str, table: str) -> None:
    bench.vendor.delete(guid, table, bench.live(guid, table)[0]["id"])

    bench.run()

    assert bench.loaded(guid, table, "id, deleted") == bench.held(guid, table, "id", "deleted")
    assert any(deleted for _, deleted in bench.loaded(guid, table, "id, deleted"))


def test_an_undeleted_shift_is_live_again(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]
    bench.vendor.delete(guid, "shifts", shift)
    bench.run()
    bench.vendor.advance(60)
    bench.vendor.undelete(guid, "shifts", shift)

    bench.run()

    assert (shift, False) in bench.loaded(guid, "shifts", "id, deleted")


def test_a_deactivated_user_stays_as_an_inactive_row(bench: Bench, guid: str) -> None:
    bench.run()
    leaver = next(row["id"] for row in bench.vendor.rows(guid, "users") if row["active"])
    bench.vendor.delete(guid, "users", leaver)

    bench.run()

    assert (leaver, False) in bench.loaded(guid, "users", "id, active")
    assert bench.loaded(guid, "users", "id, active") == bench.held(guid, "users", "id", "active")


def test_deleted_and_draft_are_never_asked_for_together(bench: Bench) -> None:
    bench.run()

    assert bench.sent("shifts")
    assert not [query for query in bench.sent("shifts") if "deleted" in query and "draft" in query]


def test_an_unpublished_edit_leaves_the_published_shift_untouched(bench: Bench, guid: str) -> None:
    bench.run()
    shift = bench.live(guid, "shifts")[0]
    bench.vendor.draft_edit(guid, shift["id"], notes="not yet")

    bench.run()

    assert (shift["id"], shift["notes"]) in bench.loaded(guid, "shifts", "id, notes")
    assert (shift["id"], "not yet") in bench.loaded(guid, "shift_drafts", "id, notes")


def test_a_published_draft_leaves_the_drafts_and_changes_the_shift(bench: Bench, guid: str) -> None:
    shift = bench.live(guid, "shifts")[0]["id"]
    bench.vendor.draft_edit(guid, shift, notes="swap")
    bench.run()
    bench.vendor.advance(60)
    bench.vendor.publish(guid, shift)

    bench.run()

    assert shift not in [row[0] for row in bench.loaded(guid, "shift_drafts")]
    assert (shift, "swap") in bench.loaded(guid, "shifts", "id, notes")


def test_the_last_draft_of_a_company_is_closed_too(bench: Bench, guid: str) -> None:
    bench.run()
    assert bench.loaded(guid, "shift_drafts")
    for row in bench.vendor.rows(guid, "shift_drafts"):
        bench.vendor.publish(guid, row["id"])

    bench.run()

    assert bench.loaded(guid, "shift_drafts") == []
    assert bench.sql("SELECT count(*) FROM seven_shifts.shift_drafts WHERE company_guid = ?", guid) != [(0,)]
