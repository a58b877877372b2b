"""Bytes to rows: what becomes of every kind of row and value on its way to a table."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from sources.core import pages
from sources.core.columns import Column, Key, Record, Text, columns_of
from sources.core.errors import MalformedError, SuspectError
from sources.core.pages import PageReader, unloadable
from sources.core.passes import Census
from sources.core.privacy import Privacy
from sources.core.reading import Pages, Reading
from sources.core.resource import Child, Cursor, Mode, Part, Resource
from sources.core.rows import Batch, Rejected, Rows, arrow_field
from sources.core.task import Room
from tests.kit import BISTRO, GUID, NOON, PUNCHES, ROLES, START, Answers, Break, Punch, at, page, punch, task, without

BREAKS = [{"id": 1, "paid": True, "minutes": 5}]


def taken(*rows: Any, resource: Resource = PUNCHES, guid: str = GUID, privacy: Privacy | None = None) -> PageReader:
    reader = PageReader(resource, guid, privacy or Privacy())
    reader.read(json.dumps(list(rows)).encode())
    reader.finish()
    return reader


def batch(*rows: Any, **options: Any) -> Batch:
    return taken(*rows, **options).batch


def first(found: Batch, table: str = "punches") -> dict[str, Any]:
    """The first row of a table, whichever lane it is in."""
    rows = found.rows[table]
    return rows.arrow[0].to_pylist()[0] if rows.arrow else rows.slow[0]


def test_a_row_that_fits_goes_the_fast_lane_with_every_value() -> None:
    found = batch(punch(7, day="2026-01-31", note="x", meta={"b": 1, "a": [2]}))

    (row,) = found.rows["punches"].arrow[0].to_pylist()
    assert row == {
        "company_guid": GUID, "id": 7, "company_id": 41, "modified": START, "start": START, "day": date(2026, 1, 31),
        "note": "x", "meta": '{"b": 1, "a": [2]}', "_dlt_id": row["_dlt_id"],
    }  # fmt: skip
    assert found.rows["punches"].slow == []
    assert not found.drift


def test_the_columns_of_the_fast_lane_have_their_declared_types() -> None:
    schema = batch(punch(7, day="2026-01-31")).rows["punches"].arrow[0].schema

    assert {field.name: field.type for field in schema} == {
        "company_guid": pa.string(), "id": pa.int64(), "company_id": pa.int64(), "modified": pa.timestamp("us", "UTC"),
        "start": pa.timestamp("us", "UTC"), "day": pa.date32(), "note": pa.string(), "meta": pa.string(),
        "_dlt_id": pa.string(),
    }  # fmt: skip
    assert [field.name for field in schema if not field.nullable] == ["company_guid", "id", "_dlt_id"]


def test_a_field_that_was_not_sent_is_null_and_so_is_a_document_that_is_null() -> None:
    row = first(batch({"id": 7}, {"id": 8, "meta": None}))

    assert (row["note"], row["meta"], row["start"]) == (None, None, None)
    assert batch({"id": 8, "meta": None}).rows["punches"].values("meta") == [None]


def test_children_become_rows_of_their_own_that_name_their_parent_and_its_version() -> None:
    found = batch(punch(7, breaks=BREAKS))

    (row,) = found.rows["punch_breaks"].arrow[0].to_pylist()
    assert row == {"company_guid": GUID, "punch_id": 7, "id": 1, "paid": True, "minutes": 5, "_dlt_id": row["_dlt_id"],
                   "_dlt_parent_id": first(found)["_dlt_id"]}  # fmt: skip
    assert "breaks" not in first(found)


def test_a_version_of_a_child_stands_by_itself() -> None:
    def child(name: str) -> dict[str, Any]:
        return first(batch({"id": 7, "name": name, "stations": BREAKS}, resource=ROLES), "role_stations")

    assert "_dlt_parent_id" not in child("a")
    assert child("a") == child("b")


def test_the_keys_of_a_reply_are_told_for_both_lanes() -> None:
    reader = PageReader(PUNCHES, GUID)

    keys = reader.read(json.dumps([punch(7), punch(8, mood="new"), {"id": None}]).encode())

    assert keys == [(7,), (8,)]
    assert reader.taken == 3


def test_contents_are_alike_for_the_same_row_and_differ_with_value_company_and_table() -> None:
    def content(*rows: Any, table: str = "punches", **options: Any) -> str:
        return first(batch(*rows, **options), table)["_dlt_id"]

    plain = content(punch(7))
    assert plain == content(punch(7))
    assert plain != content(punch(7, note="x"))
    assert plain != content(punch(7), guid="another")
    assert len(plain) == 24
    break_of_7 = content(punch(7, breaks=BREAKS), table="punch_breaks")
    assert break_of_7 != content(punch(8, breaks=BREAKS), table="punch_breaks")
    other = without(ROLES, name="other")
    assert content({"id": 1}, resource=ROLES, table="roles") != content({"id": 1}, resource=other, table="other")


def test_a_changed_child_changes_what_a_merged_parent_is_but_not_what_a_versioned_one_is() -> None:
    other = [{**BREAKS[0], "minutes": 6}]

    def content(resource: Resource, field: str, children: Any) -> str:
        return first(batch({"id": 7, field: children}, resource=resource), resource.name)["_dlt_id"]

    assert content(PUNCHES, "breaks", BREAKS) != content(PUNCHES, "breaks", other)
    assert content(ROLES, "stations", BREAKS) == content(ROLES, "stations", other)


def test_the_slow_lane_tells_a_changed_child_in_the_same_way() -> None:
    other = [{**BREAKS[0], "minutes": 6}]

    def content(resource: Resource, field: str, children: Any) -> str:
        return batch({"id": 7, field: children, "mood": 1}, resource=resource).rows[resource.name].slow[0]["_dlt_id"]

    assert content(PUNCHES, "breaks", BREAKS) != content(PUNCHES, "breaks", other)
    assert content(ROLES, "stations", BREAKS) == content(ROLES, "stations", other)


def test_what_is_said_of_a_row_is_the_same_content_in_whatever_order_it_is_said() -> None:
    def content(extra: dict[str, Any]) -> str:
        reader = PageReader(PUNCHES, GUID)
        reader.read(json.dumps([punch(7)]).encode(), extra)
        return first(reader.finish())["_dlt_id"]

    assert content({"a": 1, "b": 2}) == content({"b": 2, "a": 1}) != content({"a": 1, "b": 3})


# The slow lane.


def test_a_row_with_a_new_field_goes_the_slow_lane_and_its_neighbours_do_not() -> None:
    found = batch(punch(7), punch(8, mood="new", breaks=BREAKS), punch(9))

    (row,) = found.rows["punches"].slow
    assert {name: row[name] for name in ("id", "mood", "company_guid")} == {
        "id": 8,
        "mood": "new",
        "company_guid": GUID,
    }
    assert "breaks" not in row
    assert found.rows["punches"].arrow[0].column("id").to_pylist() == [7, 9]
    assert [*found.drift.values()] == [1]
    assert "punches: " in next(iter(found.drift))
    assert "mood" in next(iter(found.drift))


def test_children_of_the_slow_lane_name_their_parent_and_its_version_too() -> None:
    found = batch(punch(8, mood="new", breaks=BREAKS))

    (parent,), (child,) = found.rows["punches"].slow, found.rows["punch_breaks"].slow
    assert child == {"id": 1, "paid": True, "minutes": 5, "punch_id": 8, "_dlt_parent_id": parent["_dlt_id"],
                     "company_guid": GUID, "_dlt_id": child["_dlt_id"]}  # fmt: skip


def test_a_versioned_child_of_the_slow_lane_names_no_version_of_its_parent() -> None:
    found = batch({"id": 7, "mood": 1, "stations": BREAKS}, resource=ROLES)

    assert "_dlt_parent_id" not in found.rows["role_stations"].slow[0]


def test_a_nested_field_that_is_no_list_of_rows_stays_with_its_row() -> None:
    for value in ("soup", [1, 2], {"id": 1}, [{"id": 1}, 2]):
        (row,) = batch(punch(8, breaks=value)).rows["punches"].slow
        assert row["breaks"] == value


def test_an_empty_nested_list_is_no_column() -> None:
    (row,) = batch(punch(8, mood="new", breaks=[])).rows["punches"].slow

    assert "breaks" not in row


def test_a_key_that_came_as_text_is_a_number_again() -> None:
    (row,) = batch({"id": "-8"}).rows["punches"].slow

    assert row["id"] == -8


def test_a_time_in_a_column_of_days_goes_beside_it_and_a_day_stays() -> None:
    (row,) = batch(punch(8, day="2026-01-31T09:30:00Z")).rows["punches"].slow
    assert (row["day"], row["day__v_timestamp"]) == (None, "2026-01-31T09:30:00Z")

    (row,) = batch(punch(8, day="2026-01-31", mood="new")).rows["punches"].slow
    assert row["day"] == "2026-01-31"
    assert "day__v_timestamp" not in row


def test_a_time_of_a_child_in_a_column_of_days_goes_beside_it_as_well() -> None:
    resource = without(PUNCHES, children=(Child("below", "breaks", "punch_id", Punch),))

    found = batch({"id": 8, "mood": 1, "breaks": [{"id": 1, "day": "2026-01-31T09:30:00Z"}]}, resource=resource)

    assert found.rows["below"].slow[0]["day__v_timestamp"] == "2026-01-31T09:30:00Z"


# What no table can hold.


@pytest.mark.parametrize(("row", "reason"), [
    ({"id": None}, "key 'id' is None"),
    ({}, "key 'id' is None"),
    ({"id": True}, "key 'id' is True"),
    ({"id": 1.5}, "key 'id' is 1.5"),
    ({"id": "a7"}, "key 'id' is 'a7', not an integer"),
    ({"id": 2**63}, "'id' is an integer beyond 64 bits"),
    ({"id": str(2**63)}, "'id' is an integer beyond 64 bits"),
    ({"id": -(2**63) - 1}, "'id' is an integer beyond 64 bits"),
    ({"id": 1, "company_id": 2**63}, "'company_id' is an integer beyond 64 bits"),
    ({"id": 1, "new": {"deep": [1, {"x": -(2**63) - 1}]}}, "'new' is an integer beyond 64 bits"),
    ({"id": 2**63 - 1}, None), ({"id": 1, "company_id": "x7"}, None),
    ({"id": -(2**63)}, None),
    ({"id": "7", "company_id": -(2**63), "new": [2**63 - 1, "a", None, 1e300]}, None),
])  # fmt: skip
def test_a_row_that_no_table_can_hold_is_told_by_its_reason(row: dict[str, Any], reason: str | None) -> None:
    assert unloadable(PUNCHES.tables[0], row) == reason


def test_a_text_may_be_a_key_where_the_column_is_one_of_texts() -> None:
    class Named(Record):
        name: str

    named = Resource("named", "named", "", Named, mode=Mode.SNAPSHOT, key=("name",))

    assert unloadable(named.tables[0], {"name": "a7"}) is None
    assert unloadable(named.tables[0], {"name": None}) == "key 'name' is None"


def test_what_no_table_can_hold_is_set_aside_with_its_payload() -> None:
    found = batch(punch(1), {"id": None, "note": "é", "breaks": BREAKS}, "soup", 7)

    assert [(one.table, one.reason) for one in found.rejected] == [
        ("punches", "not an object"), ("punches", "not an object"), ("punches", "key 'id' is None"),
    ]  # fmt: skip
    assert found.rejected[2].payload == '{"breaks": [{"id": 1, "minutes": 5, "paid": true}], "id": null, "note": "é"}'
    assert len(found.rows["punches"]) == 1
    assert len(found.rows["punch_breaks"]) == 0


def test_a_child_that_no_table_can_hold_is_set_aside_and_its_siblings_are_not() -> None:
    found = batch(punch(8, mood=1, breaks=[{"id": None}, {"id": 2}]))

    assert [(one.table, one.reason) for one in found.rejected] == [("punch_breaks", "key 'id' is None")]
    assert [row["id"] for row in found.rows["punch_breaks"].slow] == [2]


def test_an_integer_that_is_too_big_in_a_child_sets_aside_the_child_and_not_the_parent() -> None:
    found = batch(punch(8, breaks=[{"id": 1, "minutes": 2**70}]))

    assert [one.table for one in found.rejected] == ["punch_breaks"]
    assert [row["id"] for row in found.rows["punches"].slow] == [8]


# What is left out.


def test_what_a_row_says_to_drop_is_dropped_in_both_lanes_and_nothing_else() -> None:
    resource = without(PUNCHES, drop=("meta.api.key", "meta.gone"))
    meta = {"api": {"key": "secret", "kind": 1}, "other": 2}

    fast = first(batch(punch(1, meta=meta), resource=resource))
    slow = first(batch(punch(1, meta=meta, mood=1), resource=resource))

    assert json.loads(fast["meta"]) == {"api": {"kind": 1}, "other": 2} == slow["meta"]


@pytest.mark.parametrize("meta", [None, 7, "text", [1], {"api": 3}, {"api": None}, {}])
def test_a_path_to_drop_that_leads_nowhere_changes_nothing(meta: Any) -> None:
    resource = without(PUNCHES, drop=("meta.api.key", "note.deep", "nowhere.at.all"))

    fast = first(batch(punch(1, meta=meta), resource=resource))
    slow = first(batch(punch(1, meta=meta, mood=1), resource=resource))

    assert (json.loads(fast["meta"]) if fast["meta"] else None, slow["meta"]) == (meta, meta)


def test_a_whole_column_may_be_dropped_in_the_slow_lane() -> None:
    (row,) = batch(punch(1, mood="new"), resource=without(PUNCHES, drop=("mood",))).rows["punches"].slow

    assert "mood" not in row


def test_values_of_a_class_are_hashed_or_dropped_in_both_lanes_and_the_same_there() -> None:
    privacy = Privacy({"contact": "hash"}, b"k" * 16)

    fast = first(batch(punch(1, note="ada"), privacy=privacy))["note"]
    slow = first(batch(punch(1, note="ada", mood=1), privacy=privacy))["note"]

    assert fast == slow != "ada"
    assert first(batch(punch(1, note="ada"), privacy=Privacy({"contact": "drop"})))["note"] is None
    assert first(batch(punch(1, note="ada")))["note"] == "ada"


def test_values_of_a_class_are_masked_in_children_of_both_lanes() -> None:
    resource = without(PUNCHES, children=(Child("below", "breaks", "punch_id", Punch),))
    privacy = Privacy({"contact": "drop"})

    for extra in ({}, {"mood": 1}):
        found = batch({"id": 1, "breaks": [{"id": 2, "note": "ada"}], **extra}, resource=resource, privacy=privacy)
        assert first(found, "below")["note"] is None


def test_a_row_that_is_set_aside_shows_no_masked_value() -> None:
    found = batch({"id": None, "note": "ada"}, privacy=Privacy({"contact": "drop"}))

    assert "ada" not in found.rejected[0].payload


# Parts of a reply, and what is added to rows.


PARTS = Resource(
    "wages", "{user_id}", "", mode=Mode.SNAPSHOT, per=PUNCHES, per_key="user_id", parts=(
        Part("wages", "now", Break, ("user_id", "id"), (("state", "current"),), (("kind", "wage_kind"),)),
        Part("wages", "then", Break, ("user_id", "id"), (("state", "upcoming"),), (("kind", "wage_kind"),)),
        Part("others", "others", Break, ("user_id", "id")),
    ),
)  # fmt: skip


def parts(**data: Any) -> tuple[list[Any], Batch]:
    reader = PageReader(PARTS, GUID)
    body = {"now": [{"id": 1}], "then": [{"id": 2}], "others": [{"id": 3}], "kind": "hourly", **data}
    keys = reader.read(json.dumps(body).encode(), {"user_id": 9})
    return keys, reader.finish()


def test_the_parts_of_a_reply_go_to_their_tables_with_what_is_said_of_them() -> None:
    keys, found = parts()

    assert keys == [(9, 1), (9, 2), (9, 3)]
    rows = found.rows["wages"]
    assert [rows.values(name) for name in ("user_id", "id", "state", "wage_kind")] == [
        [9, 9], [1, 2], ["current", "upcoming"], ["hourly", "hourly"]]  # fmt: skip
    assert found.rows["others"].values("user_id") == [9]


def test_a_row_of_a_part_in_the_slow_lane_has_what_is_said_of_it_too() -> None:
    keys, found = parts(then=[{"id": 2, "mood": 1}])

    assert keys == [(9, 1), (9, 2), (9, 3)]
    (row,) = found.rows["wages"].slow
    assert (row["user_id"], row["state"], row["wage_kind"]) == (9, "upcoming", "hourly")


def test_what_is_said_of_a_row_is_part_of_its_content() -> None:
    _, found = parts(now=[{"id": 2}])
    current, upcoming = found.rows["wages"].values("_dlt_id")

    assert current != upcoming


def test_a_reply_without_one_of_its_parts_is_no_reply() -> None:
    reader = PageReader(PARTS, GUID)

    with pytest.raises(msgspec.ValidationError, match="`data` has no `then`"):
        reader.read(b'{"now": [], "others": []}')


def test_a_value_to_carry_that_was_not_sent_is_null() -> None:
    reader = PageReader(PARTS, GUID)
    reader.read(b'{"now": [{"id": 1}], "then": [], "others": []}', {"user_id": 9})

    assert reader.finish().rows["wages"].values("wage_kind") == [None]


def test_rows_are_made_into_tables_when_there_are_enough_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "CHUNK", 2)
    reader = PageReader(PUNCHES, GUID)
    sizes = []
    for number in range(3):
        reader.read(json.dumps([punch(number, breaks=BREAKS)]).encode())
        sizes.append(tuple(len(reader.batch.rows[name].arrow) for name in ("punches", "punch_breaks")))

    assert sizes == [(0, 0), (1, 1), (1, 1)]
    assert reader.finish().rows["punches"].values("id") == [0, 1, 2]


# Rows over both lanes.


def test_a_column_is_read_over_both_lanes_with_times_as_numbers() -> None:
    rows = batch(punch(1, 5), punch(2, 6, mood=1), punch(3, modified="soup"), {"id": 4, "mood": 1}).rows["punches"]

    assert rows.values("id") == [1, 2, 3, 4]
    assert rows.values("modified") == [at(START, minutes=5), at(START, minutes=6), None, None]
    assert len(rows) == 4


@pytest.mark.parametrize(("value", "wanted"), [
    (START, at(START)), (START.replace(tzinfo=None), at(START)), ("2026-01-01T02:00:00+02:00", at(START)),
    ("2026-01-01T00:00:00", at(START)), (7, 7), (None, None), ("", ""),
    (START.astimezone(timezone(timedelta(hours=5))), at(START)),
])  # fmt: skip
def test_a_time_of_the_slow_lane_is_compared_in_utc(value: Any, wanted: Any) -> None:
    assert Rows(PUNCHES.tables[0], slow=[{"modified": value}]).values("modified") == [wanted]


def test_rows_are_kept_by_their_place_over_both_lanes() -> None:
    rows = batch(punch(1), punch(2), punch(3, mood=1), punch(4, mood=1)).rows["punches"]
    rows.arrow.append(rows.arrow[0].slice(0, 1))

    assert rows.keep([False, True, True, False, True]).values("id") == [2, 1, 4]
    assert rows.keep([False, False, False, True, False]).arrow == []
    assert rows.keep([True] * 5) is rows


def test_batches_of_one_scan_are_joined() -> None:
    left, right = batch(punch(1), punch(2, mood=1)), batch(punch(3), punch(4, mood=1), "soup")

    left.add(right)

    assert sorted(left.rows["punches"].values("id")) == [1, 2, 3, 4]
    assert len(left) == 4
    assert [one.reason for one in left.rejected] == ["not an object"]
    assert sum(left.drift.values()) == 2
    assert left.rejected == [Rejected("punches", "not an object", '"soup"')]


def test_an_arrow_field_is_nullable_as_its_column_is() -> None:
    assert arrow_field(Column("a", "double")).nullable
    assert not arrow_field(Column("a", "bool", nullable=False)).nullable
    assert [arrow_field(Column("a", kind)).type for kind in ("double", "bool", "json", "bigint")] == [
        pa.float64(), pa.bool_(), pa.string(), pa.int64()]  # fmt: skip


def test_the_columns_of_a_record_are_read_from_its_declaration() -> None:
    columns = {column.name: column for column in columns_of(Punch)}

    assert {name: column.kind for name, column in columns.items()} == {
        "id": "bigint", "company_id": "bigint", "modified": "timestamp", "start": "timestamp", "day": "date",
        "note": "text", "meta": "json",
    }  # fmt: skip
    assert [name for name, column in columns.items() if not column.nullable] == ["id"]
    assert (columns["note"].pii, columns["id"].pii, columns["start"].unit, columns["id"].unit) == (
        "contact",
        "",
        "UTC",
        "",
    )


def test_a_field_that_is_spelled_in_another_way_is_a_column_by_the_vendors_spelling() -> None:
    class Renamed(Record, rename={"kind": "type"}):
        id: Key
        kind: Text = None

    resource = Resource("renamed", "renamed", "", Renamed, mode=Mode.SNAPSHOT)

    assert first(batch({"id": 1, "type": "x"}, resource=resource), "renamed")["type"] == "x"


def test_an_integer_beyond_64_bits_does_not_go_the_fast_lane() -> None:
    found = batch({"id": 1, "company_id": 2**63}, {"id": 2, "company_id": 2**63 - 1}, {"id": 3, "company_id": -(2**63)})

    assert found.rows["punches"].arrow[0].column("id").to_pylist() == [2, 3]
    assert len(found.rejected) == 1


# Following a listing.


def walked(*answers: dict[str, Any], budget: int | None = None, resource: Resource = PUNCHES) -> tuple[Any, Any, Any]:
    client = Answers(answers)
    reading = Reading(client, task(resource))
    return bool(reading.gather([{"a": "1"}], budget)), reading, client


def test_pages_are_followed_by_their_cursor_with_the_filters_on_every_one() -> None:
    done, reading, client = walked(page([punch(1)], "x"), page([punch(2)], "y"), page([punch(3)]))

    assert done is True
    assert client.asked == [{"a": "1", "limit": 500}, {"a": "1", "limit": 500, "cursor": "x"},
                            {"a": "1", "limit": 500, "cursor": "y"}]  # fmt: skip
    assert client.paths == ["v2/company/41/punches"] * 3
    assert (reading.rows, reading.requests, reading.started) == (3, 3, NOON)


def test_a_listing_may_come_without_a_word_on_paging() -> None:
    for answer in ({"data": [punch(1)]}, {"data": [punch(1)], "meta": None}, {"data": [punch(1)], "meta": {}}):
        assert walked(answer)[0] is True


@pytest.mark.parametrize(("budget", "done", "requests"), [(None, True, 3), (1, False, 2), (2, True, 3), (0, False, 1)])
def test_a_reading_stops_once_there_are_more_rows_than_its_budget(budget: int, done: bool, requests: int) -> None:
    found, reading, _ = walked(page([punch(1)], "x"), page([punch(2)], "y"), page([punch(3)]), budget=budget)

    assert (found, reading.requests) == (done, requests)


@pytest.mark.parametrize("pages", [
    [page([punch(1)], "x"), page([punch(2)], "x")],
    [page([punch(1)], "x"), page([punch(2)], "y"), page([punch(1)], "z")],
    [page([punch(1)], "a"), *(page([], name) for name in "bcdefg")],
])  # fmt: skip
def test_a_listing_that_leads_to_nothing_new_is_an_error(pages: list[dict[str, Any]]) -> None:
    with pytest.raises(SuspectError, match=f"does not end: after {len(pages)} pages its cursor"):
        walked(*pages)


def test_five_empty_pages_in_a_row_and_a_row_that_comes_again_are_no_error() -> None:
    empty = [page([], name) for name in "bcdef"]

    done, reading, _ = walked(page([punch(1)], "a"), *empty, page([punch(1), punch(2)], "g"), page([], "h"), page([]))

    assert (done, reading.rows) == (True, 3)


@pytest.mark.parametrize(("count", "limit", "cut"), [
    (3, 500, True), (2, 500, False), (1, 500, False), (500, 500, False), (500, None, True), (None, 500, False),
])  # fmt: skip
def test_a_listing_that_counts_more_rows_than_came_is_cut_off(count: int | None, limit: int | None, cut: bool) -> None:
    answers, resource = (page([punch(1)], "x", 1), page([punch(2)], None, count)), without(PUNCHES, limit=limit)

    if cut:
        with pytest.raises(SuspectError, match=f"ended after 2 rows, but counts {count}"):
            walked(*answers, resource=resource)
    else:
        assert walked(*answers, resource=resource)[0] is True


def test_the_count_of_a_second_pass_is_held_against_its_own_rows() -> None:
    reading = Reading(Answers([page([punch(1), punch(2)], None, 2), page([punch(3)], None, 2)]), task())
    reading.walk({})

    with pytest.raises(SuspectError, match="ended after 1 rows, but counts 2"):
        reading.walk({})


@pytest.mark.parametrize("data", [{"not": "a list"}, "soup", 7, None])
def test_data_that_is_no_listing_is_an_error(data: Any) -> None:
    with pytest.raises(MalformedError, match="a `data` that is not the documented one"):
        walked(page(data))


BY_POSITION = without(PUNCHES, by_position=True)


def test_a_listing_by_position_of_one_page_is_read_once() -> None:
    done, reading, _ = walked(page([punch(1), punch(2)]), resource=BY_POSITION)

    assert (done, reading.requests, reading.rows) == (True, 1, 2)


def test_a_listing_by_position_is_read_until_two_readings_are_the_same() -> None:
    first, second = [page([punch(1)], "x"), page([punch(3)])], [page([punch(1)], "x"), page([punch(2), punch(3)])]

    done, reading, _ = walked(*first, *second, *second, resource=BY_POSITION)

    assert (done, reading.requests, reading.rows) == (True, 6, 3)
    assert reading.reader.finish().rows["punches"].values("id") == [1, 2, 3]


def test_a_listing_by_position_that_is_another_each_time_is_an_error() -> None:
    answers = [page([punch(1)], "x") if number % 2 == 0 else page([punch(10 + number)]) for number in range(6)]

    with pytest.raises(SuspectError, match="goes by position and had other rows each of the 3 times"):
        walked(*answers, resource=BY_POSITION)


def test_the_passes_of_a_listing_by_position_add_up() -> None:
    reading = Reading(Answers([page([punch(1), {"id": None}]), page([punch(2, mood=1)])]), task(BY_POSITION))
    reading.walk({})
    reading.walk({})

    unit = reading.unit("backfill")

    assert (unit.batch.rows["punches"].values("id"), unit.rows_read, unit.requests) == ([1, 2], 3, 2)
    assert len(unit.batch.rejected) == 1


def test_the_clock_of_the_first_answer_is_when_a_scan_began() -> None:
    reading = Reading(Answers([]), task())
    for moment in (None, NOON, NOON + timedelta(hours=1)):
        reading.arrived(moment, 2)

    assert (reading.started, reading.requests) == (NOON, 6)


def test_a_unit_says_how_long_it_took_and_who_read() -> None:
    reading = Reading(Answers([page([punch(1)])], identity="a token"), task())
    reading.clock -= 90
    reading.walk({})

    unit = reading.unit("backfill", window_start=START)

    assert unit.seconds == pytest.approx(90, abs=5)
    assert (unit.identity, unit.window_start, unit.kind, unit.rows_read) == ("a token", START, "backfill", 1)
    own = Reading(Answers([]), replace(task(), company=replace(BISTRO, identity="a person")))
    assert own.unit("backfill").identity == "a person"


def test_a_unit_without_a_cursor_or_without_a_time_knows_no_newest_row() -> None:
    assert Reading(Answers([]), task(ROLES)).unit("snapshot").newest_modified is None
    reading = Reading(Answers([page([{"id": 1}, {"id": 2, "modified": "soup"}])]), task())
    reading.walk({})
    assert reading.unit("backfill").newest_modified is None


def test_rows_of_another_company_are_refused_and_rows_of_none_are_not() -> None:
    fine = Reading(Answers([page([punch(1), {"id": 2}])]), task())
    fine.walk({})
    assert len(fine.unit("backfill").batch) == 2

    reading = Reading(Answers([page([punch(1), punch(2, company_id=42)])]), task())
    reading.walk({})
    with pytest.raises(SuspectError, match=f"rows of company 42, but {GUID} is company 41"):
        reading.unit("backfill")


def test_of_the_listing_of_companies_only_ones_own_is_kept() -> None:
    resource = Resource("companies", "companies", "", Punch, cursor=Cursor("modified", "since"), owner="id")
    reading = Reading(Answers([page([punch(40), punch(41), punch(42, mood=1)])]), task(resource))
    reading.walk({})

    assert reading.unit("backfill").batch.rows["companies"].values("id") == [41]


def test_a_table_without_an_owner_or_of_children_is_not_held_against_the_company() -> None:
    resource = without(PUNCHES, owner="nobody", children=(Child("below", "breaks", "punch_id", Punch),))
    reading = Reading(Answers([page([punch(1, company_id=42)])]), task(resource))
    reading.walk({})
    assert len(reading.unit("backfill").batch) == 1

    resource = without(PUNCHES, children=(Child("below", "breaks", "punch_id", Punch),))
    reading = Reading(Answers([page([punch(1, breaks=[punch(2, company_id=42)])])]), task(resource))
    reading.walk({})
    assert len(reading.unit("backfill").batch) == 2


class Counted(Room):
    def __init__(self) -> None:
        super().__init__()
        self.entered = 0

    def enter(self) -> None:
        self.entered += 1


@pytest.mark.parametrize(("large", "entered"), [(1, 1), (2, 0)])
def test_a_scan_that_grows_large_asks_for_a_place(monkeypatch: pytest.MonkeyPatch, large: int, entered: int) -> None:
    monkeypatch.setattr("sources.core.task.LARGE_ROWS", large)
    room = Counted()
    Reading(Answers([page([punch(1), punch(2)])]), task(room=room)).walk({})
    sink = Pages(task(room=room), Privacy())
    sink.add([punch(1), punch(2)])

    assert room.entered == 2 * entered


def test_a_sink_takes_rows_as_they_were_decoded_and_masks_them() -> None:
    sink = Pages(task(), Privacy({"contact": "drop"}))
    sink.add([punch(1, note="ada")])

    assert first(sink.reader.finish())["note"] is None


def test_what_a_pass_has_read_is_taken_over_with_all_that_is_known_of_it() -> None:
    reading, sink = Reading(Answers([page([punch(1)])]), task()), Pages(task(), Privacy())
    sink.add([punch(2), {"id": 3, "mood": 1}])
    census = Census(noticed=Counter({"odd": 2}), started=NOON, requests=5)

    assert reading.adopt(census, sink) is census

    assert (reading.started, reading.requests, reading.rows) == (NOON, 5, 2)
    assert reading.reader.batch.drift["odd"] == 2
    assert reading.unit("backfill").batch.rows["punches"].values("id") == [2, 3]


def test_a_moment_with_a_part_of_a_second_is_kept() -> None:
    row = first(batch(punch(1, start="2026-01-01T00:00:00.25Z")))

    assert row["start"] == datetime(2026, 1, 1, 0, 0, 0, 250_000, timezone.utc)
