"""No edit is lost: not in the same second, not during the scan, not late, not under another clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.conftest import Bench, build_bench, moment


def test_an_edit_in_the_same_second_as_the_last_row_read_is_loaded(bench: Bench, guid: str) -> None:
    first, second = bench.live(guid, "time_punches")[:2]
    newest = bench.vendor.edit(guid, "time_punches", first["id"], tips=1)["modified"]
    bench.run()
    bench.vendor.edit(guid, "time_punches", second["id"], bump=False, tips=4242, modified=newest)

    bench.run()

    assert (second["id"], 4242) in bench.loaded(guid, "time_punches", "id, tips")


def test_an_edit_during_the_scan_is_loaded_by_the_next_run(bench: Bench, guid: str) -> None:
    early = bench.live(guid, "shifts")[0]["id"]
    late = bench.live(guid, "shifts")[-1]["id"]
    done: list[int] = []

    def edit_behind_the_reader(company: str, table: str, page: int, query: dict[str, str]) -> None:
        if company == guid and table == "shifts" and not done:
            done.append(page)
            bench.vendor.advance(900)
            bench.vendor.edit(guid, "shifts", early, notes="during the scan")
            bench.vendor.advance(900)
            bench.vendor.edit(guid, "shifts", late, notes="seen by the deleted pass or not")

    bench.vendor.on_page = edit_behind_the_reader
    bench.run()
    bench.vendor.on_page = None
    assert done
    assert (early, "during the scan") not in bench.loaded(guid, "shifts", "id, notes")

    bench.run()

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_an_exclusive_filter_loses_nothing(bench: Bench, guid: str) -> None:
    bench.vendor.modified_since_exclusive = True
    bench.run()
    for row in bench.live(guid, "time_punches")[:20]:
        bench.vendor.edit(guid, "time_punches", row["id"], approved=not row["approved"])

    bench.run()

    assert bench.loaded(guid, "time_punches", "id, approved") == bench.held(guid, "time_punches", "id", "approved")


def test_a_late_edit_of_an_old_shift_is_loaded(bench: Bench, guid: str) -> None:
    bench.run()
    bench.vendor.advance(90 * 86_400)
    oldest = bench.live(guid, "shifts")[0]["id"]
    bench.vendor.edit(guid, "shifts", oldest, notes="payroll correction")

    bench.run()

    assert (oldest, "payroll correction") in bench.loaded(guid, "shifts", "id, notes")


@pytest.mark.parametrize("year", [2019, 2033])
def test_our_own_clock_plays_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    start = datetime(year, 11, 7, 15, tzinfo=timezone.utc)
    for bench in build_bench(tmp_path, monkeypatch, start=start):
        guid = bench.vendor.companies[0].guid
        bench.run()
        shift = bench.live(guid, "shifts")[0]["id"]
        bench.vendor.edit(guid, "shifts", shift, notes="edited")

        bench.run()

        asked = {moment(query["modified_since"]) for query in bench.sent("shifts") if "modified_since" in query}
        assert asked
        assert all(start - timedelta(days=1) < since <= bench.vendor.now for since in asked)
        assert (shift, "edited") in bench.loaded(guid, "shifts", "id, notes")


def test_without_a_server_clock_nothing_is_lost_either(bench: Bench, guid: str) -> None:
    bench.vendor.send_date = False
    bench.run()
    punch = bench.live(guid, "time_punches")[0]["id"]
    bench.vendor.edit(guid, "time_punches", punch, tips=777)

    bench.run()

    assert (punch, 777) in bench.loaded(guid, "time_punches", "id, tips")
    assert [query for query in bench.sent("time_punches") if "modified_since" in query]


def test_a_break_edit_that_leaves_modified_alone_is_loaded(bench: Bench, guid: str) -> None:
    bench.run()
    punch = next(row for row in bench.live(guid, "time_punches") if row["breaks"])
    bench.vendor.edit_break(guid, punch["id"], punch["breaks"][0]["id"], paid=not punch["breaks"][0]["paid"])

    report = bench.run()

    changed = (punch["breaks"][0]["id"], not punch["breaks"][0]["paid"])
    assert changed in bench.loaded(guid, "time_punch_breaks", "id, paid")
    assert report.tables["time_punches"] == 1


def test_a_parents_last_break_is_removed_with_it_and_other_parents_keep_theirs(bench: Bench, guid: str) -> None:
    bench.run()
    punch = next(row for row in bench.live(guid, "time_punches") if row["breaks"])
    others = [row for row in bench.loaded(guid, "time_punch_breaks", "time_punch_id, id") if row[0] != punch["id"]]
    for below in punch["breaks"]:
        bench.vendor.remove_break(guid, punch["id"], below["id"])

    bench.run()

    assert bench.loaded(guid, "time_punch_breaks", "time_punch_id, id") == others


def test_child_rows_of_an_unchanged_parent_stay(bench: Bench, guid: str) -> None:
    bench.run()
    before = bench.loaded(guid, "shift_breaks", "shift_id, id, _dlt_load_id")
    shift = next(row for row in bench.live(guid, "shifts") if row["breaks"])
    bench.vendor.edit(guid, "shifts", shift["id"], notes="touched")

    bench.run()

    after = bench.loaded(guid, "shift_breaks", "shift_id, id, _dlt_load_id")
    assert [row for row in after if row[0] != shift["id"]] == [row for row in before if row[0] != shift["id"]]
    assert [row[:2] for row in after] == [row[:2] for row in before]


def test_a_stale_page_never_overwrites_a_newer_row(bench: Bench, guid: str) -> None:
    bench.run()
    shift = bench.live(guid, "shifts")[0]
    bench.vendor.edit(guid, "shifts", shift["id"], notes="new")
    bench.run()
    bench.vendor.edit(guid, "shifts", shift["id"], bump=False, notes="stale replica",
                      modified=(bench.vendor.now - timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ"))  # fmt: skip

    bench.run()

    assert (shift["id"], "new") in bench.loaded(guid, "shifts", "id, notes")
