"""The laws of sync, one by one: what of a reading is written, given what the destination holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sources.core.columns import Key, Record, Text
from sources.core.errors import SuspectError
from sources.core.pages import PageReader
from sources.core.resource import Child, Mode, Part, Resource
from sources.core.rows import Rejected, Rows
from sources.core.scan import scan
from sources.core.sync import settle
from sources.core.task import Unit
from tests.kit import (
    GUID,
    NOON,
    PUNCHES,
    ROLES,
    START,
    Answers,
    Break,
    ByHeart,
    at,
    ids,
    page,
    punch,
    stored,
    task,
    without,
)
from tests.test_kit_scan import WAGES, wages

BREAKS = [{"id": 1, "paid": True}, {"id": 2, "paid": False}]


class Tag(Record):
    name: Text = None
    rank: Key = 0


def reading(*rows: dict[str, Any], resource: Any = PUNCHES, **known: Any) -> Unit:
    (unit,) = scan(Answers([page(list(rows))]), task(resource, **known))
    return unit


def held(unit: Unit, minutes: Mapping[int, float] | None = None, **shift: float) -> dict[Any, tuple[str, int | None]]:
    """What a destination knows that has loaded this unit."""
    return {key: (content, at(START, minutes=(minutes or {}).get(key[0], 0))) for key, content in stored(unit).items()}


# What is merged.


def test_everything_is_written_to_a_destination_that_knows_nothing() -> None:
    written = settle(reading(punch(1), punch(2)), ByHeart())

    assert ids(written, "punches") == [1, 2]


def test_a_reading_without_a_row_writes_nothing_and_asks_nothing() -> None:
    memory = ByHeart()

    assert settle(reading(), memory) == []
    assert memory.reaches == []


def test_a_row_that_did_not_change_is_not_written_again() -> None:
    memory = ByHeart(held(reading(punch(1), punch(2))))

    written = settle(reading(punch(1), punch(2, note="new")), memory)

    assert ids(written, "punches") == [2]
    assert ids(written, "punch_breaks", "punch_id") == [2]


def test_nothing_is_written_where_nothing_changed() -> None:
    memory = ByHeart(held(reading(punch(1, breaks=BREAKS))))

    assert settle(reading(punch(1, breaks=BREAKS)), memory) == []


def test_a_full_refresh_writes_again_what_did_not_change_and_asks_nothing() -> None:
    memory = ByHeart(held(reading(punch(1, breaks=BREAKS))))

    written = settle(reading(punch(1, breaks=BREAKS), rewrite=True), memory)

    assert ids(written, "punches") == [1]
    assert ids(written, "punch_breaks") == [1, 2]
    assert memory.reaches == []


def test_a_row_older_than_the_destinations_is_not_written() -> None:
    memory = ByHeart(held(reading(punch(1)), {1: 10}))

    assert ids(settle(reading(punch(1, 9, note="stale")), memory), "punches") == []
    assert ids(settle(reading(punch(1, 10, note="as new")), memory), "punches") == [1]
    assert ids(settle(reading(punch(1, 11, note="newer")), memory), "punches") == [1]


def test_a_row_that_says_no_time_is_written_over_one_that_does() -> None:
    memory = ByHeart(held(reading(punch(1)), {1: 10}))

    written = settle(reading(punch(1, modified=None)), memory)

    assert ids(written, "punches") == [1]


@pytest.mark.parametrize(("first", "second", "wanted"), [(5, 4, "first"), (4, 5, "second"), (4, 4, "second")])
def test_of_two_versions_of_a_row_the_newer_is_written_or_the_later_of_two_as_new(
    first: float, second: float, wanted: str
) -> None:
    unit = reading(punch(1, first, note="first"), punch(2), punch(1, second, note="second"))

    written = settle(unit, ByHeart())

    assert sorted(ids(written, "punches")) == [1, 2]
    assert sorted(note for note in ids(written, "punches", "note") if note) == [wanted]


def test_of_a_version_with_a_time_and_one_without_the_one_with_a_time_is_written() -> None:
    versions = punch(1, 5, note="timed"), punch(1, modified=None, note="timeless")

    for rows in (versions, versions[::-1]):
        assert ids(settle(reading(*rows), ByHeart()), "punches", "note") == ["timed"]


def test_the_destination_is_asked_for_what_the_scan_could_reach() -> None:
    memory = ByHeart()

    settle(reading(punch(1, 60), mark=START + timedelta(minutes=30)), memory)

    assert memory.reaches == [(("modified", START + timedelta(minutes=25), None),)]


def test_a_reading_of_everything_asks_once_and_a_full_refresh_never() -> None:
    memory = ByHeart()
    settle(reading(punch(1)), memory)
    assert memory.reaches == [()]

    memory = ByHeart()
    settle(reading(punch(1, 60), until=START + timedelta(minutes=10), rewrite=True), memory)
    assert memory.reaches == []


def test_a_row_outside_of_what_was_asked_for_is_looked_for_in_all_of_the_table() -> None:
    newer = held(reading(punch(1)), {1: 10})
    memory = ByHeart(beyond=newer)

    written = settle(reading(punch(1, 1, note="stale"), punch(2, 60), mark=START + timedelta(minutes=30)), memory)

    assert [bool(reach) for reach in memory.reaches] == [True, False]
    assert ids(written, "punches") == [2]


@pytest.mark.parametrize(("minutes", "asked"), [(25, 1), (24, 2), (60, 1)])
def test_a_row_at_the_edge_of_what_was_asked_for_is_within_it(minutes: int, asked: int) -> None:
    memory = ByHeart()

    settle(reading(punch(1, minutes), mark=START + timedelta(minutes=30)), memory)

    assert len(memory.reaches) == asked


@pytest.mark.parametrize(("minutes", "asked"), [(20, 1), (21, 2), (10, 1), (9, 2)])
def test_a_row_at_either_end_of_a_window_is_within_it(minutes: int, asked: int) -> None:
    memory = ByHeart()
    window = {"since": START + timedelta(minutes=10), "until": START + timedelta(minutes=20), "mark": NOON}

    settle(reading(punch(1, minutes), **window), memory)

    assert len(memory.reaches) == asked


def test_a_row_that_is_within_one_of_two_spans_is_within_reach() -> None:
    memory = ByHeart()
    resource = without(PUNCHES, rolling=timedelta(days=1))
    late = punch(1, 0, start="2026-03-02T00:00:00Z")  # modified long ago, but in the rolling days
    (unit,) = scan(Answers([page([]), page([late])]), task(resource, mark=NOON))

    settle(unit, memory)

    assert len(memory.reaches) == 1


def test_a_row_whose_time_is_none_is_looked_for_everywhere() -> None:
    memory = ByHeart()

    settle(reading(punch(1, modified=None), mark=START), memory)

    assert len(memory.reaches) == 2


# Children.


def test_children_are_written_with_their_parent_and_only_then() -> None:
    memory = ByHeart(held(reading(punch(1, breaks=BREAKS))))

    written = settle(reading(punch(1, breaks=BREAKS), punch(2, breaks=[{"id": 3}])), memory)

    assert list(zip(ids(written, "punch_breaks", "punch_id"), ids(written, "punch_breaks"), strict=True)) == [(2, 3)]


def test_children_of_a_parent_that_was_read_twice_are_written_once_and_as_of_the_version_that_is_written() -> None:
    unit = reading(
        punch(1, 1, breaks=[{"id": 1, "minutes": 5}, {"id": 9}]), punch(1, 2, breaks=[{"id": 1, "minutes": 7}])
    )

    written = settle(unit, ByHeart())

    assert list(zip(ids(written, "punch_breaks"), ids(written, "punch_breaks", "minutes"), strict=True)) == [(1, 7)]


def test_the_same_parent_read_twice_has_each_child_once() -> None:
    unit = reading(punch(1, breaks=BREAKS), punch(1, breaks=BREAKS))

    assert ids(settle(unit, ByHeart()), "punch_breaks") == [1, 2]


def test_a_parent_whose_children_have_gone_gets_a_tombstone() -> None:
    memory = ByHeart(held(reading(punch(1, breaks=BREAKS), punch(2, breaks=[{"id": 3}]))))

    (_, children) = settle(reading(punch(1), punch(2, breaks=[{"id": 3, "minutes": 1}])), memory)

    assert [part.to_pylist() for part in children.arrow][-1] == [
        {"company_guid": "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0", "punch_id": 1, "id": 0, "_dlt_id": "1-none",
         "_tombstone": True}
    ]  # fmt: skip
    assert children.values("punch_id") == [2, 1]


def test_a_table_without_a_row_needs_no_tombstone() -> None:
    memory = ByHeart()
    memory.without = {"punch_breaks"}

    assert ids(settle(reading(punch(1), punch(2, breaks=[{"id": 3}])), memory), "punch_breaks") == [3]


@pytest.mark.parametrize("known", [{}, {"rewrite": True}, {"mark": START}])
def test_a_tombstone_is_written_for_a_new_parent_too(known: dict[str, Any]) -> None:
    written = settle(reading(punch(1), **known), ByHeart())

    assert ids(written, "punch_breaks") == [0]


def test_a_tombstone_of_a_child_known_by_a_text_has_an_empty_one() -> None:
    tags = without(PUNCHES, children=(Child("punch_tags", "breaks", "punch_id", Tag, key=("name", "rank")),))

    (_, children) = settle(reading(punch(1), resource=tags, rewrite=True), ByHeart())

    assert children.values("name") == [""]
    assert children.values("rank") == [0]


def test_the_children_of_a_row_of_the_slow_lane_are_written_with_it() -> None:
    written = settle(reading(punch(1, breaks=BREAKS, mood="new field")), ByHeart())

    assert ids(written, "punch_breaks") == [1, 2]
    assert ids(written, "punches") == [1]


# What is versioned.

NAMES = ("Cook", "Waiter", "Host", "Bar", "Dish", "Porter", "Baker", "Sous", "Chef", "Runner")


def roles(*numbers: int, stations: Mapping[int, list[dict[str, Any]]] | None = None, **fields: Any) -> Unit:
    rows = [
        {"id": id, "company_id": 41, "name": NAMES[id % 10], "stations": (stations or {}).get(id)} for id in numbers
    ]
    resource = fields.pop("resource", ROLES)
    known = {name: fields.pop(name) for name in ("identity",) if name in fields}
    rows = [{**row, **fields} for row in rows]
    return reading(*rows, resource=resource, **known)


def remembering(unit: Unit, hidden: Mapping[str, set[Any]] | None = None) -> ByHeart:
    """A destination that has loaded this unit."""
    active = {"roles": stored(unit), "role_stations": stored(unit, "role_stations", ("role_id", "id"))}
    rows = [{"id": key[-1], "_dlt_id": content, "_dlt_load_id": "1", "company_guid": "x"}
            for table in active.values() for key, content in table.items()]  # fmt: skip
    return ByHeart(active=active, hidden=hidden, rows=rows)


def closed(written: list[Rows], table: str = "roles") -> list[Any]:
    return sorted(row["id"] for part in written if part.table.name == table for row in part.slow
                  if row.get("_dlt_valid_to"))  # fmt: skip


def opened(written: list[Rows], table: str = "roles") -> list[Any]:
    return sorted(row["id"] for part in written if part.table.name == table for chunk in part.arrow
                  for row in chunk.to_pylist())  # fmt: skip


def test_a_first_snapshot_opens_every_row_at_the_servers_time() -> None:
    written = settle(roles(1, 2), ByHeart())

    assert opened(written) == [1, 2]
    (chunk,) = written[0].arrow
    assert chunk.column("_dlt_valid_from").to_pylist() == [NOON, NOON]
    assert chunk.column("_dlt_valid_to").to_pylist() == [None, None]


def test_without_a_server_clock_versions_begin_by_ours() -> None:
    (unit,) = scan(Answers([page([{"id": 1}])], clock=None), task(ROLES))

    (rows,) = settle(unit, ByHeart())

    (begun,) = rows.arrow[0].column("_dlt_valid_from").to_pylist()
    assert abs(datetime.now(timezone.utc) - begun) < timedelta(minutes=5)


def test_a_row_of_the_slow_lane_is_opened_too() -> None:
    (rows,) = settle(roles(1, mood="new field"), ByHeart())

    assert [(row["id"], row["_dlt_valid_from"], row["_dlt_valid_to"]) for row in rows.slow] == [(1, NOON, None)]


def test_a_snapshot_in_which_nothing_changed_writes_nothing() -> None:
    assert settle(roles(1, 2), remembering(roles(1, 2))) == []


def test_a_change_ends_the_old_version_when_the_new_one_begins() -> None:
    written = settle(roles(1, 2, name="Other"), remembering(roles(1, 2)))

    assert (opened(written), closed(written)) == ([1, 2], [1, 2])
    assert {row["_dlt_valid_to"] for row in written[0].slow} == {NOON}
    assert all("_dlt_load_id" not in row for row in written[0].slow)


def test_a_row_that_is_not_listed_is_closed() -> None:
    written = settle(roles(1, 2), remembering(roles(1, 2, 3)))

    assert (opened(written), closed(written)) == ([], [3])


def test_a_row_that_comes_twice_is_written_as_it_came_last() -> None:
    unit = reading({"id": 1, "name": "early"}, {"id": 1, "name": "late"}, resource=ROLES)

    assert ids(settle(unit, ByHeart()), "roles", "name") == ["late"]


@pytest.mark.parametrize(("before", "now", "suspect"), [
    (10, 8, False), (10, 7, True), (3, 1, False), (2, 0, True), (1, 0, True), (20, 16, False), (20, 15, True),
    (4, 1, True),
])  # fmt: skip
def test_more_than_two_rows_and_a_fifth_may_not_go_at_once_and_not_the_last_one(
    before: int, now: int, suspect: bool
) -> None:
    memory = remembering(roles(*range(before)))

    if suspect:
        with pytest.raises(SuspectError, match=f"had {before} rows and now lists {now} .*; that is suspicious"):
            settle(roles(*range(now)), memory)
    else:
        assert len(closed(settle(roles(*range(now)), memory))) == before - now
    assert len(closed(settle(roles(*range(now)), memory, allow_shrink=True))) == before - now


def test_a_table_that_empties_by_nature_is_believed() -> None:
    written = settle(roles(resource=without(ROLES, may_empty=True)), remembering(roles(*range(10))))

    assert closed(written) == list(range(10))


def test_new_rows_do_not_make_up_for_too_many_that_went() -> None:
    with pytest.raises(SuspectError, match=r"\(9 are missing\)"):
        settle(roles(0, 11, 12, 13), remembering(roles(*range(10))))


def test_the_children_of_a_row_that_went_are_closed_with_it_and_others_stay() -> None:
    stations = {1: [{"id": 10}], 2: [{"id": 20}]}

    written = settle(roles(1, stations=stations), remembering(roles(1, 2, stations=stations)))

    assert (closed(written), closed(written, "role_stations")) == ([2], [20])


def test_a_change_of_a_child_is_no_change_of_its_parent() -> None:
    before = {1: [{"id": 10, "minutes": 1}, {"id": 11}]}

    written = settle(
        roles(1, stations={1: [{"id": 10, "minutes": 2}, {"id": 11}]}), remembering(roles(1, stations=before))
    )

    assert (opened(written), closed(written)) == ([], [])
    assert (opened(written, "role_stations"), closed(written, "role_stations")) == ([10], [10])


def many(first: int, count: int, role: int = 1) -> dict[int, list[dict[str, Any]]]:
    return {role: [{"id": number} for number in range(first, first + count)]}


@pytest.mark.parametrize(("count", "suspect"), [(20, False), (21, True)])
def test_that_no_row_has_children_any_more_is_suspicious_if_there_were_many(count: int, suspect: bool) -> None:
    memory = remembering(roles(1, 2, stations=many(100, count)))

    if suspect:
        with pytest.raises(
            SuspectError, match=f"role_stations had {count} rows and now lists none, though roles has 2"
        ):
            settle(roles(1, 2), memory)
    else:
        assert len(closed(settle(roles(1, 2), memory), "role_stations")) == count
    assert len(closed(settle(roles(1, 2), memory, allow_shrink=True), "role_stations")) == count


def test_many_children_that_go_with_their_parent_are_not_suspicious() -> None:
    memory = remembering(roles(1, 2, 3, stations=many(100, 30, role=2)))

    assert len(closed(settle(roles(1, 3), memory), "role_stations")) == 30


def test_many_children_may_go_where_others_stay() -> None:
    memory = remembering(roles(1, 2, stations={**many(100, 30), **many(200, 1, role=2)}))

    assert len(closed(settle(roles(1, 2, stations=many(200, 1, role=2)), memory), "role_stations")) == 30


# Doubts: nothing is closed.


@pytest.mark.parametrize("doubt", ["count", "rows"])
def test_where_there_is_a_doubt_nothing_is_closed_and_what_changed_is_written(doubt: str) -> None:
    unit = roles(2, 4)
    unit.doubt = doubt

    written = settle(unit, remembering(roles(1, 2, 3)))

    assert (opened(written), closed(written)) == ([4], [])


def test_the_doubt_of_a_count_is_overridden_by_who_says_so_and_that_is_noted() -> None:
    unit = roles(1, 2)
    unit.doubt, unit.status, unit.error = "count", "incomplete", "5 counted"

    written = settle(unit, remembering(roles(1, 2, 3)), allow_shrink=True)

    assert closed(written) == [3]
    assert (unit.status, unit.error, unit.note) == ("ok", None, "believed because of --allow-shrink: 5 counted")


def test_a_doubt_of_rows_is_overridden_by_nobody() -> None:
    unit = roles(1, 2)
    unit.doubt, unit.status, unit.error = "rows", "incomplete", "a row came as null"

    assert closed(settle(unit, remembering(roles(1, 2, 3)), allow_shrink=True)) == []
    assert (unit.status, unit.note) == ("incomplete", None)


def test_nobody_overrides_a_doubt_without_saying_so() -> None:
    unit = roles(1, 2)
    unit.doubt, unit.status, unit.error = "count", "incomplete", "5 counted"

    assert closed(settle(unit, remembering(roles(1, 2, 3)))) == []
    assert unit.status == "incomplete"


def test_a_row_that_was_set_aside_may_be_any_of_those_that_are_missing() -> None:
    unit = roles(1, stations={1: [{"id": 10}]})
    unit.batch.rejected.append(Rejected("roles", "no key", "{}"))
    stations = {1: [{"id": 10}, {"id": 11}], 2: [{"id": 20}]}

    written = settle(unit, remembering(roles(1, 2, stations=stations)))

    assert (closed(written), closed(written, "role_stations")) == ([], [])


def test_a_child_that_was_set_aside_keeps_its_table_from_being_closed_but_for_parents_that_went() -> None:
    stations = {1: [{"id": 10}, {"id": 11}], 2: [{"id": 20}]}
    unit = roles(1, stations={1: [{"id": 10}]})
    unit.batch.rejected.append(Rejected("role_stations", "no key", "{}"))

    written = settle(unit, remembering(roles(1, 2, stations=stations)))

    assert (closed(written), closed(written, "role_stations")) == ([2], [20])


def test_a_nested_list_that_did_not_come_whole_closes_only_what_went_with_its_parent() -> None:
    stations = {1: [{"id": 10}, {"id": 11}], 2: [{"id": 20}]}
    unit = roles(1, stations={1: [{"id": 10}]})
    unit.unread = frozenset({"role_stations"})

    written = settle(unit, remembering(roles(1, 2, stations=stations)))

    assert (closed(written), closed(written, "role_stations")) == ([2], [20])


def test_a_row_whose_parts_did_not_come_replaces_no_version_but_is_better_than_none() -> None:
    unit = roles(1, 2, 3, name="half")
    unit.partial = frozenset({1, 3})

    written = settle(unit, remembering(roles(1, 2)))

    assert (opened(written), closed(written)) == ([2, 3], [2])


def test_the_children_of_a_row_whose_parts_did_not_come_are_taken_as_they_came() -> None:
    unit = roles(1, stations={1: [{"id": 10, "minutes": 2}]})
    unit.partial = frozenset({1})

    written = settle(unit, remembering(roles(1, stations={1: [{"id": 10, "minutes": 1}]})))

    assert (opened(written, "role_stations"), closed(written, "role_stations")) == ([10], [10])


def test_a_row_that_was_set_aside_in_one_of_two_tables_side_by_side_keeps_that_one_from_being_closed() -> None:
    parts = tuple(Part(name, name, Break, ("id",)) for name in ("wages", "others"))
    resource = Resource("wages", "", "", mode=Mode.SNAPSHOT, parts=parts)
    unit = Unit(task(resource), PageReader(resource, GUID).batch, "snapshot", scan_started_at=NOON)
    unit.batch.rejected.append(Rejected("others", "no key", "{}"))
    contents = {name: {(1,): f"{name} 1"} for name in ("wages", "others")}
    memory = ByHeart(
        active=contents, rows=[{"id": 1, "_dlt_id": f"{name} 1", "_dlt_load_id": "1"} for name in contents]
    )

    written = settle(unit, memory, allow_shrink=True)

    assert (closed(written, "wages"), closed(written, "others")) == ([1], [])


# Where only what changed was read.


def test_where_only_changed_rows_were_read_the_listed_keys_tell_what_went() -> None:
    unit = roles(1, name="changed")
    unit.listed = frozenset({1, 2})

    written = settle(unit, remembering(roles(1, 2, 3)))

    assert (opened(written), closed(written)) == ([1], [1, 3])


def test_where_only_changed_rows_were_read_children_go_by_their_parent() -> None:
    stations = {1: [{"id": 10}, {"id": 11}], 2: [{"id": 20}], 3: [{"id": 30}]}
    unit = roles(1, stations={1: [{"id": 10}]})
    unit.listed = frozenset({1, 2})

    written = settle(unit, remembering(roles(1, 2, 3, stations=stations)))

    assert (closed(written), closed(written, "role_stations")) == ([3], [11, 30])


def test_where_nothing_changed_only_the_listed_keys_speak() -> None:
    stations = {2: [{"id": 20}], 3: [{"id": 30}]}
    unit = roles()
    unit.listed = frozenset({1, 2})

    written = settle(unit, remembering(roles(1, 2, 3, stations=stations)))

    assert (closed(written), closed(written, "role_stations")) == ([3], [30])


def test_of_changed_rows_many_may_lose_their_children() -> None:
    unit = roles(1)
    unit.listed = frozenset({1, 2})

    written = settle(unit, remembering(roles(1, 2, stations=many(100, 30))))

    assert len(closed(written, "role_stations")) == 30


def test_a_list_of_keys_that_shrank_is_suspicious_as_well() -> None:
    unit = roles(1)
    unit.listed = frozenset({1})

    with pytest.raises(SuspectError, match="had 10 rows and now lists 1 "):
        settle(unit, remembering(roles(*range(10))))


# Another reader.

PERSONAL = without(ROLES, personal=True)


def test_what_another_identity_does_not_see_closes_nothing_unless_it_is_allowed() -> None:
    memory = remembering(roles(1, 2, 3))

    with pytest.raises(SuspectError, match="it is read as a token now and was as somebody else"):
        settle(roles(1, 2, identity="somebody else"), memory)
    assert closed(settle(roles(1, 2, identity="somebody else"), memory, allow_shrink=True)) == [3]
    assert closed(settle(roles(1, 2, identity="a token"), memory)) == [3]


def test_another_identity_that_sees_everything_is_believed() -> None:
    written = settle(roles(1, 2, name="new", identity="somebody else"), remembering(roles(1, 2)))

    assert (opened(written), closed(written)) == ([1, 2], [1, 2])


def test_rows_that_depend_on_the_reader_are_marked_and_not_closed_for_another_one() -> None:
    unit = roles(1, resource=PERSONAL, identity="somebody else")

    written = settle(unit, remembering(roles(*range(1, 10), resource=PERSONAL)))

    assert closed(written) == []
    assert [(row["id"], row["_unseen_since"]) for row in written[0].slow] == [(id, NOON) for id in range(2, 10)]
    assert unit.note == ("read as a token now, as somebody else before: 8 rows are not listed to this identity; "
                         "they are marked, not closed")  # fmt: skip


def test_the_same_reader_closes_rows_that_depend_on_the_reader() -> None:
    unit = roles(1, 2, resource=PERSONAL, identity="a token")

    written = settle(unit, remembering(roles(1, 2, 3, resource=PERSONAL)))

    assert closed(written) == [3]
    assert unit.note is None


def test_a_marked_row_that_is_listed_again_loses_its_mark_without_a_new_version() -> None:
    memory = remembering(roles(1, 2, resource=PERSONAL), hidden={"roles": {(2,)}})

    written = settle(roles(1, 2, resource=PERSONAL), memory)

    assert opened(written) == []
    assert [(row["id"], row["_unseen_since"], row.get("_dlt_valid_to")) for row in written[0].slow] == [(2, None, None)]


def test_a_marked_row_that_changed_meanwhile_ends() -> None:
    memory = remembering(roles(1, 2, resource=PERSONAL), hidden={"roles": {(2,)}})

    written = settle(roles(1, 2, name="new", resource=PERSONAL), memory)

    assert (opened(written), closed(written)) == ([1, 2], [1, 2])


def test_a_marked_row_that_is_still_not_listed_is_not_missing() -> None:
    memory = remembering(roles(*range(10), resource=PERSONAL), hidden={"roles": {(key,) for key in range(3, 10)}})

    assert settle(roles(0, 1, 2, resource=PERSONAL), memory) == []


def test_children_of_what_another_reader_does_not_see_may_be_many() -> None:
    before = roles(1, 2, resource=PERSONAL, stations=many(100, 30))

    written = settle(roles(1, 2, resource=PERSONAL, identity="somebody else"), remembering(before))

    assert closed(written, "role_stations") == []
    assert len(written[0].slow) == 30


# A part of the parents.


def test_a_reading_of_some_parents_closes_rows_of_no_other() -> None:
    def held_rows() -> ByHeart:
        return ByHeart(active={"wages": {(1, 8): "a", (1, 80): "gone", (2, 9): "b"}},
                       rows=[{"id": 80, "_dlt_id": "gone", "_dlt_load_id": "1"},
                             {"id": 9, "_dlt_id": "b", "_dlt_load_id": "1"}])  # fmt: skip

    (unit,) = scan(wages(refused=2), task(WAGES))
    unit.batch.rows["wages"] = unit.batch.rows["wages"].keep([True])

    assert closed(settle(unit, held_rows()), "wages") == [80]


# Versions that are written again.


@pytest.mark.parametrize(("value", "wanted"), [
    ('{"a": 1}', '{"a": 1}'), ({"a": 2**70, "é": 1}, '{"a": 1180591620717411303424, "é": 1}'),
    (None, None), ("[1]", "[1]"),
    ("plain", json.dumps(json.dumps("plain"))),
    ('"quoted"', json.dumps('"quoted"')), ("7", "7"),
])  # fmt: skip
def test_a_document_of_a_version_that_ends_stays_what_it_is(value: Any, wanted: Any) -> None:
    memory = remembering(roles(1))
    memory._rows[0] |= {"meta": value, "name": "Cook"}

    (rows,) = settle(roles(1, name="new"), memory)

    assert (rows.slow[0]["meta"], rows.slow[0]["name"]) == (wanted, "Cook")


def test_a_resource_is_versioned_by_its_mode_alone() -> None:
    assert [table.versioned for table in ROLES.tables] == [True, True]
    assert ROLES.mode is Mode.SNAPSHOT
    assert [table.versioned for table in PUNCHES.tables] == [False, False]
