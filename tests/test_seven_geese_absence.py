"""What does not come any more at 7Geese: when it is gone, when it is only not shown to who reads, and when nobody can
tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from simulators.seven_geese import page_faults
from sources.core.errors import SuspectError
from tests.geese import GeeseBench, build_geese
from tests.geese_reading import Book, few, held, keys

DAY = 86_400


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=6)


@pytest.fixture
def network(geese: GeeseBench) -> int:
    return geese.vendor.networks[0].id


@pytest.fixture
def book() -> Book:
    return Book()


def ids(bench: GeeseBench, table: str) -> set[tuple[Any, ...]]:
    return {(id,) for id in held(bench, table)}


def somebody_else(bench: GeeseBench, table: str = "objectives") -> None:
    """From now on the person reads who sees the least."""
    network = bench.vendor.networks[0]
    people = [row["id"] for row in bench.vendor.rows(network.id, "profiles") if row["activated"]]
    least = min(people, key=lambda person: len(bench.vendor.rows(network.id, table, person)))
    assert 0 < len(bench.vendor.rows(network.id, table, least)) < len(bench.vendor.rows(network.id, table))
    bench.read_as(network, least)


def back(bench: GeeseBench) -> None:
    """The admin's password reads again."""
    bench.viewers[bench.vendor.networks[0].id] = bench.vendor.networks[0].admin
    bench.companies(bench.entry(bench.vendor.networks[0]))


# The same person reads


def test_a_hidden_row_is_closed_with_its_children_and_comes_back_as_a_new_version(geese, network, book):
    row = geese.vendor.rows(network, "key_results")[0]
    book.run(geese, "objectives")
    geese.vendor.hide(network, "objectives", row["objective_id"], geese.vendor.networks[0].admin)
    geese.vendor.advance(60)

    book.run(geese, "objectives")

    assert (row["objective_id"],) not in book.keys("objectives", "open")
    for table in ("key_results", "objective_owners", "objective_history"):
        assert row["objective_id"] not in {key[0] for key in book.keys(table, "open")}
    geese.vendor.unhide(network, "objectives", row["objective_id"], geese.vendor.networks[0].admin)
    geese.vendor.advance(60)
    book.run(geese, "objectives")
    for table, id in (("objectives", row["objective_id"]), ("key_results", row["id"])):
        first, second = book.versions(table, id)
        assert first["_dlt_id"] == second["_dlt_id"]
        assert first["_dlt_valid_from"] < first["_dlt_valid_to"] < second["_dlt_valid_from"]
        assert second["_dlt_valid_to"] is None


def test_a_hidden_row_is_closed_in_the_warehouse_and_comes_back(geese, network, monkeypatch):
    few(monkeypatch, "recognitions")
    gone = held(geese, "recognitions")[3]
    geese.run(["recognitions"])
    geese.vendor.hide(network, "recognitions", gone, geese.vendor.networks[0].admin)
    geese.vendor.advance(60)
    geese.run(["recognitions"])
    assert geese.differences(geese.vendor.networks[0], ["recognitions", "recognition_recipients"]) == []
    geese.vendor.unhide(network, "recognitions", gone, geese.vendor.networks[0].admin)
    geese.vendor.advance(60)

    geese.run(["recognitions"])

    assert geese.differences(geese.vendor.networks[0], ["recognitions", "recognition_recipients"]) == []
    versions = geese.sql("SELECT _dlt_valid_to IS NULL FROM seven_geese.recognitions WHERE id = ? "
                         "ORDER BY _dlt_valid_from", gone)  # fmt: skip
    assert versions == [(False,), (True,)]


def test_a_removed_objective_takes_everything_below_it_along(geese, network, book):
    book.run(geese, "objectives")
    gone = geese.vendor.rows(network, "checkins")[0]["objective_id"]
    geese.vendor.delete(network, "objectives", gone)

    book.run(geese, "objectives")

    assert book.keys("objectives") == ids(geese, "objectives")
    assert book.keys("key_results") == set(held(geese, "key_results", "objective_id", "id"))
    assert book.keys("objective_checkins") == set(held(geese, "checkins", "objective_id", "id"))
    assert gone not in {key[0] for key in book.keys("objective_history", "open")}


def test_a_changed_key_result_is_the_only_thing_that_gets_a_new_version(geese, network, book):
    book.run(geese, "objectives")
    geese.vendor.advance(60)
    several = [row for row in geese.vendor.rows(network, "key_results")
               if len([one for one in geese.vendor.rows(network, "key_results")
                       if one["objective_id"] == row["objective_id"]]) > 1]  # fmt: skip
    geese.vendor.edit(network, "key_results", several[0]["id"], current_value=77.5)

    unit = book.run(geese, "objectives")

    assert unit.status == "ok"
    for table in [table.name for table in unit.task.resource.tables]:
        wanted = {(several[0]["objective_id"], several[0]["id"])} if table == "key_results" else set()
        assert book.keys(table, "ended") == wanted
    assert [row["current_value"] for row in book.versions("key_results", several[0]["id"])][-1] == 77.5


def test_two_rows_may_go_from_a_short_list_and_three_are_suspicious(geese, network, book):
    book.run(geese, "feedback_requests")
    first, second, *others = held(geese, "feedback_requests")
    for id in (first, second):
        geese.vendor.delete(network, "feedback_requests", id)
    book.run(geese, "feedback_requests")
    assert book.keys("feedback_requests") == ids(geese, "feedback_requests") == {(id,) for id in others}
    for id in others[:3]:
        geese.vendor.delete(network, "feedback_requests", id)

    with pytest.raises(SuspectError, match=r"had 4 rows and now lists 1 \(3 are missing\).*--allow-shrink"):
        book.run(geese, "feedback_requests")

    assert len(book.keys("feedback_requests")) == 4
    book.run(geese, "feedback_requests", allow_shrink=True)
    assert book.keys("feedback_requests") == ids(geese, "feedback_requests")


def test_a_listing_that_is_suddenly_empty_is_suspicious(geese, book):
    book.run(geese, "review_cycles")
    for id in held(geese, "snapshot_groups"):
        geese.vendor.hide(geese.vendor.networks[0].id, "snapshot_groups", id, geese.vendor.networks[0].admin)

    with pytest.raises(SuspectError, match="now lists 0"):
        book.run(geese, "review_cycles")


@pytest.mark.parametrize("reactivated", [False, True])
def test_somebody_who_leaves_or_returns_between_the_two_listings_of_people_is_not_closed(geese, network, book,
                                                                                       reactivated):  # fmt: skip
    book.run(geese, "user_profiles")
    person = next(row["id"] for row in geese.vendor.rows(network, "profiles")[::-1] if row["activated"] != reactivated)
    pages = []

    def on_page(transport: str, table: str, page: int, network: int) -> None:
        pages.append(table)
        if pages == ["profiles"]:
            (geese.vendor.reactivate if reactivated else geese.vendor.deactivate)(network, person)

    geese.vendor.on_page = lambda *told: on_page(*told) if geese.vendor.graphql_requests else None
    book.run(geese, "user_profiles")

    assert pages
    assert book.keys("user_profiles") == ids(geese, "profiles")
    assert book.versions("user_profiles", person)[-1]["activated"] is reactivated


# Somebody else reads


def test_what_another_person_does_not_see_is_marked_and_the_mark_goes_without_a_new_version(geese, network, book):
    everything = ids(geese, "objectives")
    book.run(geese, "objectives")
    somebody_else(geese)
    private = everything - ids(geese, "objectives")
    geese.vendor.advance(60)

    unit = book.run(geese, "objectives")

    assert unit.status == "ok"
    assert book.keys("objectives", "marked") == private
    assert book.keys("objectives", "listed") == ids(geese, "objectives")
    assert book.keys("objectives", "ended") == book.keys("key_results", "ended") == set()
    assert {key[0] for key in book.keys("key_results", "marked")} <= {key[0] for key in private}
    assert "they are marked, not closed" in unit.note
    back(geese)
    geese.vendor.advance(60)
    book.run(geese, "objectives")
    hidden = min(private)[0]
    assert book.keys("objectives", "listed") == everything
    assert len(book.versions("objectives", hidden)) == 1
    geese.vendor.edit(network, "objectives", hidden, name="Renamed")
    geese.vendor.advance(60)
    book.run(geese, "objectives")
    assert [row["name"] == "Renamed" for row in book.versions("objectives", hidden)] == [False, True]
    assert book.keys("objectives", "listed") == everything


def test_a_marked_row_that_changed_before_it_is_seen_again_gets_a_new_version_without_a_mark(geese, network, book):
    everything = ids(geese, "objectives")
    book.run(geese, "objectives")
    somebody_else(geese)
    hidden = min(everything - ids(geese, "objectives"))[0]
    geese.vendor.advance(60)
    book.run(geese, "objectives")
    geese.vendor.edit(network, "objectives", hidden, name="Renamed")
    back(geese)
    geese.vendor.advance(60)

    book.run(geese, "objectives")

    first, second = book.versions("objectives", hidden)
    assert first["_dlt_valid_to"] == second["_dlt_valid_from"]
    assert (second["name"], second.get("_unseen_since"), second["_dlt_valid_to"]) == ("Renamed", None, None)


def test_another_person_marks_in_the_warehouse_and_the_first_one_clears_the_marks(geese, monkeypatch):
    few(monkeypatch, "action_items")
    everything = held(geese, "action_items")
    geese.run(["action_items"])
    somebody_else(geese, "action_items")
    hers = held(geese, "action_items")

    geese.run(["action_items"])

    counts = ("SELECT count(*), count(_unseen_since), count(_dlt_valid_to) FROM seven_geese.action_items")
    assert geese.sql(counts) == [(len(everything), len(everything) - len(hers), 0)]
    back(geese)
    geese.run(["action_items"])
    assert geese.sql(counts) == [(len(everything), 0, 0)]
    assert geese.differences(geese.vendor.networks[0], ["action_items", "action_item_participants"]) == []


def test_other_rights_of_the_same_person_are_another_person(geese, book):
    everything, admin = ids(geese, "objectives"), geese.vendor.networks[0].admin
    book.run(geese, "objectives")
    geese.vendor.set_permissions(admin, admin_content_visibility=0)
    assert ids(geese, "objectives") < everything

    book.run(geese, "objectives")

    assert book.keys("objectives", "marked") == everything - ids(geese, "objectives")
    assert book.keys("objectives", "ended") == set()
    geese.vendor.set_permissions(admin, admin_content_visibility=2)
    book.run(geese, "objectives")
    assert book.keys("objectives", "listed") == everything
    assert len(book.versions("objectives", min(everything)[0])) == 1


def test_other_rights_do_not_go_through_the_filter_of_changes(geese, book):
    """Who sees more sees more of a meeting that has not changed."""
    book.run(geese, "one_on_ones")
    geese.vendor.set_permissions(geese.vendor.networks[0].admin, admin_content_visibility=0)

    unit = book.run(geese, "one_on_ones")

    assert unit.kind == "snapshot"
    assert not any("since" in asked.variables for asked in geese.vendor.graphql_requests)


@pytest.mark.parametrize("spoiled", ["count_wrong", "null_node", "partial_error", "rejected"])
def test_a_first_reading_by_somebody_else_that_was_not_whole_does_not_make_the_next_one_close_rows(
    geese, book, monkeypatch, spoiled
):
    def spoil(fault, data, starts):
        data["objectives"]["edges"][0]["node"]["id"] = "none"

    everything = ids(geese, "objectives")
    book.run(geese, "objectives")
    somebody_else(geese)
    kind, how = (spoiled, {"field": "keyResults"}) if spoiled == "partial_error" else (spoiled, {})
    if spoiled == "rejected":
        monkeypatch.setattr(page_faults, "spoil_graphql", spoil)
        kind = "null_node"
    geese.vendor.faults.add(kind, operation="Objectives", times=1 if spoiled == "null_node" else 9, **how)
    unit = book.run(geese, "objectives")
    assert unit.doubt or unit.batch.rejected
    assert book.keys("objectives") == everything
    geese.vendor.faults.clear()

    book.run(geese, "objectives")

    assert book.keys("objectives", "open") == everything
    assert book.keys("objectives", "marked") == everything - ids(geese, "objectives")


# What another transport does not bring


def test_tables_that_a_transport_does_not_bring_are_left_alone_until_their_parent_goes(geese, network, book):
    book.run(geese, "objectives")
    before = {table: book.keys(table) for table in ("objective_history", "objective_children", "key_result_owners")}
    assert all(before.values())
    geese.set("TRANSPORT", "rest")

    unit = book.run(geese, "objectives")

    assert unit.transport == "rest"
    assert unit.unread == set(before)
    assert "not brought by this transport: key_result_owners, objective_children, objective_history" in unit.note
    assert {table: book.keys(table) for table in before} == before
    assert book.keys("key_results") == set(held(geese, "key_results", "objective_id", "id"))
    gone = min(before["objective_history"])[0]
    geese.vendor.delete(network, "objectives", gone)
    book.run(geese, "objectives")
    kept = {key for key in before["objective_history"] if key[0] != gone}
    assert book.keys("objective_history") == kept


# By change


def sent(bench: GeeseBench) -> list[dict[str, Any]]:
    return [asked.variables for asked in bench.vendor.graphql_requests]


def query(bench: GeeseBench, number: int = 0) -> str:
    return bench.vendor.graphql_requests[number].query


@pytest.mark.parametrize(("name", "table", "column", "param", "days"), [
    ("one_on_ones", "one_on_ones", "updated_time", "updatedDatetime_Gte", 28),
    ("recognitions", "recognitions", "awarded_date", "awardedDate_Gte", 90),
])  # fmt: skip
def test_the_second_run_asks_for_what_changed_and_for_the_keys_of_all_there_is(geese, network, book, name, table,
                                                                            column, param, days):  # fmt: skip
    first = book.run(geese, name)
    geese.vendor.advance(3600)
    added = geese.vendor.create(network, table, **({"recipient_ids": [32]} if name == "recognitions" else {}))
    geese.vendor.delete(network, "recognitions", held(geese, "recognitions")[0])  # an old one

    unit = book.run(geese, name)

    since = datetime.strptime(sent(geese)[0]["since"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    newest = max(row[column] for row in geese.vendor.rows(network, table) if row["id"] != added)
    assert first.kind == "snapshot"
    assert since == (min(newest, first.scan_started_at) - timedelta(days=days)).replace(microsecond=0)
    assert f"{param}: $since" in query(geese)
    assert unit.kind == "incremental"
    assert [set(variables) for variables in sent(geese)] == [{"first", "since"}, {"first"}]
    assert "message" not in query(geese, 1)
    assert "name" not in query(geese, 1)
    recent = {row["id"] for row in geese.vendor.rows(network, table) if row[column] >= since}
    assert set(keys(unit)) == recent
    assert recent < set(held(geese, table))
    assert book.keys(name) == ids(geese, table)
    assert added in {key[0] for key in book.keys(name)}


def test_a_note_of_an_unchanged_meeting_is_found_within_a_month_and_an_older_one_within_a_week(geese, network, book):
    geese.vendor.set(note_edits_bump=False)
    notes = geese.vendor.rows(network, "notes", geese.vendor.networks[0].admin)
    met = {row["id"]: row["updated_time"] for row in geese.vendor.rows(network, "one_on_ones")}
    notes.sort(key=lambda row: met[row["one_on_one_id"]])
    old, new = notes[0], notes[-1]
    assert met[old["one_on_one_id"]] < geese.vendor.now - timedelta(days=60)
    book.run(geese, "one_on_ones")
    for row in (old, new):
        geese.vendor.edit(network, "notes", row["id"], content="edited")
    geese.vendor.advance(DAY)

    book.run(geese, "one_on_ones")

    assert [row["content"] for row in book.versions("one_on_one_notes", new["id"])][-1] == "edited"
    assert len(book.versions("one_on_one_notes", old["id"])) == 1
    geese.vendor.advance(8 * DAY)
    unit = book.run(geese, "one_on_ones")
    assert unit.kind == "snapshot"
    assert [row["content"] for row in book.versions("one_on_one_notes", old["id"])][-1] == "edited"


@pytest.mark.parametrize(("after", "kind"), [(6, "incremental"), (8, "snapshot")])
def test_everything_is_read_once_a_week(geese, book, after, kind):
    book.run(geese, "recognitions")
    geese.vendor.advance(after * DAY)

    assert book.run(geese, "recognitions").kind == kind


def test_how_often_everything_is_read_is_a_setting(geese, book):
    book.run(geese, "recognitions")
    geese.set("WHOLE_EVERY_HOURS", "1")
    geese.vendor.advance(3700)

    assert book.run(geese, "recognitions").kind == "snapshot"


def test_everything_is_read_where_the_server_does_not_tell_the_time(geese, book):
    geese.vendor.set(send_date=False)
    book.run(geese, "recognitions")

    assert book.run(geese, "recognitions").kind == "snapshot"


def test_a_filter_that_the_server_ignores_is_told_and_everything_is_read(geese, book):
    book.run(geese, "recognitions")
    geese.vendor.set(filters_ignored={"awardedDate_Gte"})

    unit = book.run(geese, "recognitions")

    assert unit.kind == "snapshot"
    assert keys(unit) == held(geese, "recognitions")
    assert "the filter awardedDate_Gte let rows through that it should not" in unit.note
    assert book.keys("recognitions", "ended") == set()


def test_a_row_that_became_visible_without_a_change_is_asked_for_by_its_key(geese, network, book):
    old = min(held(geese, "recognitions", "awarded_date", "id"))[1]
    geese.vendor.hide(network, "recognitions", old, geese.vendor.networks[0].admin)
    book.run(geese, "recognitions")
    geese.vendor.unhide(network, "recognitions", old, geese.vendor.networks[0].admin)

    unit = book.run(geese, "recognitions")

    assert unit.kind == "incremental"
    assert [variables.get("keys") for variables in sent(geese)] == [None, None, [old]]
    assert book.keys("recognitions") == ids(geese, "recognitions")
    assert len(book.versions("recognition_recipients", old, "recognition_id")) > 0


def test_a_filter_by_key_that_the_server_ignores_is_told_and_everything_is_read(geese, network, book):
    old = min(held(geese, "recognitions", "awarded_date", "id"))[1]
    geese.vendor.hide(network, "recognitions", old, geese.vendor.networks[0].admin)
    book.run(geese, "recognitions")
    geese.vendor.unhide(network, "recognitions", old, geese.vendor.networks[0].admin)
    geese.vendor.set(filters_ignored={"pk_In"})

    unit = book.run(geese, "recognitions")

    assert unit.kind == "snapshot"
    assert "the filter pk_In let rows through that it should not" in unit.note
    assert book.keys("recognitions") == ids(geese, "recognitions")


def test_a_row_hidden_among_unchanged_ones_is_closed_by_the_listing_of_keys(geese, network, book):
    book.run(geese, "one_on_ones")
    old = min(held(geese, "one_on_ones", "updated_time", "id"))[1]
    geese.vendor.hide(network, "one_on_ones", old, geese.vendor.networks[0].admin)

    unit = book.run(geese, "one_on_ones")

    assert unit.kind == "incremental"
    assert book.keys("one_on_ones") == ids(geese, "one_on_ones")
    assert old not in {key[0] for key in book.keys("one_on_one_questions", "open")}
    assert book.keys("one_on_one_notes") == set(held(geese, "notes", "one_on_one_id", "id"))


# What the vendor flags, or turns back


def test_a_department_flagged_as_deleted_stays_by_rest_and_goes_by_graphql(geese, network, book):
    geese.set("TRANSPORT", "rest")
    book.run(geese, "departments")
    gone = geese.vendor.rows(network, "departments")[0]["id"]
    geese.vendor.delete(network, "departments", gone)
    geese.vendor.advance(60)

    book.run(geese, "departments")

    assert [row["deleted"] for row in book.versions("departments", gone)] == [False, True]
    assert (gone,) in book.keys("departments")
    geese.set("TRANSPORT", "graphql")
    book.run(geese, "departments")
    assert (gone,) not in book.keys("departments")


def test_a_retired_badge_and_a_person_who_left_stay_and_are_marked_so_by_the_vendor(geese, network, book):
    badge, person = held(geese, "badges")[0], held(geese, "profiles")[2]
    people = Book()
    book.run(geese, "badges")
    people.run(geese, "user_profiles")
    geese.vendor.delete(network, "badges", badge)
    geese.vendor.deactivate(network, person)
    geese.vendor.advance(60)

    book.run(geese, "badges")
    people.run(geese, "user_profiles")

    assert [row["active"] for row in book.versions("badges", badge)] == [True, False]
    assert [row["activated"] for row in people.versions("user_profiles", person)] == [True, False]
    assert people.keys("user_profiles") == ids(geese, "profiles")


def test_an_objective_that_was_reopened_and_a_review_that_was_taken_back_are_open_again(geese, network, book):
    objective, review = held(geese, "objectives")[0], held(geese, "snapshots")[0]
    reviews = Book()
    for change in ("close_objective", "reopen_objective"):
        getattr(geese.vendor, change)(network, objective)
        geese.vendor.finalize_review(network, review) if change[0] == "c" else geese.vendor.reopen_review(
            network, review
        )
        geese.vendor.advance(60)
        book.run(geese, "objectives")
        reviews.run(geese, "reviews")

    assert [row["closed"] for row in book.versions("objectives", objective)] == [True, False]
    assert [row["state"] for row in reviews.versions("reviews", review)] == [4, 1]
    approvals = [row for row in geese.vendor.rows(network, "snapshot_approvals") if row["snapshot_id"] == review]
    assert {key for key in reviews.keys("review_approvals") if key[0] == review} == {
        (review, row["id"]) for row in approvals
    }


@pytest.mark.parametrize("transport", ["graphql", "rest"])
def test_progress_beyond_a_hundred_and_targets_below_the_start_are_kept_as_sent(geese, network, transport):
    geese.set("TRANSPORT", transport)
    result = held(geese, "key_results")[0]
    values = {"starting_value": 30.0, "current_value": 5.0, "target_value": 10.0, "progress": 125.0}
    geese.vendor.edit(network, "key_results", result, **values)
    geese.vendor.edit(network, "objectives", held(geese, "objectives")[0], progress=-12.5)

    unit = Book().run(geese, "objectives")

    columns = ("id", *values)
    assert keys(unit, "key_results", columns) == held(geese, "key_results", *columns)
    assert (result, 30.0, 5.0, 10.0, 125.0) in keys(unit, "key_results", columns)
    assert keys(unit, columns=("id", "progress"))[0][1] == -12.5
