"""What a scan asks for and what it says of it: by change, by window, whole, and once per parent."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import datetime, timedelta, timezone
from math import inf
from types import SimpleNamespace
from typing import Any

import pytest

from sources.core.errors import RefusedError
from sources.core.pages import PageReader
from sources.core.reading import LANES
from sources.core.resource import Cursor, Mode, Part, Resource
from sources.core.scan import WINDOWS, mark_of, outside, scan
from sources.core.task import Room, Task, Unit
from tests.kit import BISTRO, NOON, PUNCHES, ROLES, START, Answers, Break, Shop, page, punch, spelled, task, without

HOURLY = [punch(number, 60 * number) for number in range(48)]
DELETED = ({}, {"deleted": "true"})
NEWEST = START + timedelta(hours=47)


def read(client: Answers, **known: Any) -> list[Unit]:
    resource = known.pop("resource", PUNCHES)
    return list(scan(client, task(resource, **known)))


def keys(units: list[Unit]) -> list[int]:
    return sorted(key for unit in units for key in unit.batch.rows["punches"].values("id"))


def test_a_first_load_reads_the_listing_without_a_filter_and_its_mark_is_the_newest_row() -> None:
    client = Answers(Shop(HOURLY))

    (unit,) = read(client)

    assert client.asked == [{"limit": 500}]
    assert (unit.kind, unit.status, unit.rows_read, unit.requests) == ("backfill", "ok", 48, 1)
    assert (unit.high_water_mark, unit.newest_modified, unit.scan_started_at) == (NEWEST, NEWEST, NOON)
    assert (unit.window_start, unit.window_end, unit.reach, unit.rows_outside) == (None, None, (), 0)
    assert unit.identity == "a token"


def test_the_mark_of_a_scan_is_never_later_than_its_start_by_the_servers_clock() -> None:
    (unit,) = read(Answers(Shop(HOURLY), clock=START))

    assert unit.high_water_mark == START


def test_a_listing_without_a_row_leaves_no_mark() -> None:
    (unit,) = read(Answers(Shop([])))

    assert (unit.high_water_mark, unit.newest_modified, unit.status) == (None, None, "ok")


def test_without_a_server_clock_the_length_of_the_scan_is_taken_off() -> None:
    unit = Unit(task(), None, "backfill", newest_modified=NOON, seconds=90.0)

    assert mark_of(unit) == NOON - timedelta(seconds=90)


def test_a_change_scan_asks_in_every_pass_for_five_minutes_before_its_mark() -> None:
    client, mark = Answers(Shop(HOURLY)), START + timedelta(hours=46)

    (unit,) = read(client, mark=mark, resource=without(PUNCHES, passes=DELETED))

    since = "2026-01-02T21:55:00Z"
    assert client.asked == [{"modified_since": since, "limit": 500},
                            {"deleted": "true", "modified_since": since, "limit": 500}]  # fmt: skip
    assert keys([unit]) == [46, 47]
    assert (unit.kind, unit.modified_since, unit.rows_outside) == ("incremental", since, 0)
    assert unit.reach == (("modified", mark - timedelta(minutes=5), None),)
    assert unit.high_water_mark == NEWEST


def test_a_change_scan_without_news_keeps_its_mark() -> None:
    (unit,) = read(Answers(Shop(HOURLY)), mark=NOON - timedelta(days=1))

    assert unit.high_water_mark == NOON - timedelta(days=1)


def test_a_mark_never_goes_back_though_the_servers_clock_does() -> None:
    mark = NEWEST

    (unit,) = read(Answers(Shop(HOURLY), clock=START), mark=mark)

    assert unit.high_water_mark == mark


def test_rows_older_than_asked_for_are_counted() -> None:
    client = Answers([page(HOURLY[:3])])

    (unit,) = read(client, mark=START + timedelta(hours=2))

    assert unit.rows_outside == 2


def test_a_rolling_reading_follows_the_changes_and_goes_back_from_the_servers_clock() -> None:
    client = Answers(Shop(HOURLY), clock=NEWEST)
    rolling = without(PUNCHES, rolling=timedelta(hours=3), passes=DELETED)

    (unit,) = read(client, mark=NEWEST - timedelta(minutes=30), resource=rolling)

    assert [query.get("start[gte]") for query in client.asked] == [None, None, *["2026-01-02T20:00:00Z"] * 2]
    assert [query.get("deleted") for query in client.asked] == [None, "true"] * 2
    assert unit.reach[1] == ("start", NEWEST - timedelta(hours=3), None)
    assert set(keys([unit])) == {44, 45, 46, 47}
    assert unit.rows_outside == 0


def test_a_rolling_reading_without_a_server_clock_goes_back_from_the_mark() -> None:
    client = Answers(Shop(HOURLY), clock=None)

    read(client, mark=NEWEST, resource=without(PUNCHES, rolling=timedelta(hours=3)))

    assert client.asked[1]["start[gte]"] == "2026-01-02T20:00:00Z"


def test_a_filter_of_days_goes_back_a_whole_day_to_midnight() -> None:
    cursor = Cursor("modified", "modified_since", grain="day")

    assert cursor.overlap == timedelta(days=1)
    assert cursor.start(NOON + timedelta(seconds=1, microseconds=1)) == datetime(2026, 3, 1, tzinfo=timezone.utc)
    assert cursor.since(NOON) == "2026-03-01"


def test_a_lookback_takes_the_place_of_the_overlap() -> None:
    cursor = Cursor("modified", "modified_since", lookback=timedelta(days=28))

    assert cursor.overlap == timedelta(days=28)
    assert cursor.since(NOON) == "2026-02-02T12:00:00Z"


def test_a_snapshot_is_read_in_all_its_passes_as_one_unit_without_a_mark() -> None:
    client = Answers(lambda query: page([{"id": len(query), "company_id": 41}]))

    (unit,) = read(client, resource=without(ROLES, passes=({}, {"status": "inactive"})), mark=NOON)

    assert client.asked == [{"limit": 500}, {"status": "inactive", "limit": 500}]
    assert (unit.kind, unit.rows_read, unit.high_water_mark, unit.scope) == ("snapshot", 2, None, None)


def test_a_listing_that_takes_no_limit_is_sent_none() -> None:
    client = Answers(Shop(HOURLY))

    read(client, resource=without(PUNCHES, limit=None))

    assert client.asked == [{}]


# A history that is longer than a unit.

DAILY = [punch(number, 24 * 60 * number) for number in range(100)]


def cuts(client: Answers) -> list[tuple[float | None, float | None]]:
    """The windows that were asked for, in days after `START`, in their order."""

    def day(query: dict[str, Any], end: str) -> float | None:
        moment = query.get(f"start[{end}]")
        return (datetime.fromisoformat(moment.replace("Z", "+00:00")) - START) / timedelta(days=1) if moment else None

    found = [(day(query, "gte"), day(query, "lte")) for query in client.asked if "cursor" not in query]
    asked = [window for window in found if window != (None, None)]
    return sorted(set(asked), key=lambda window: (window[0] or -inf, window[1] or inf))


def test_a_long_history_is_cut_into_windows_that_leave_nothing_out() -> None:
    client = Answers(Shop(HOURLY, size=5))

    units = read(client, unit_rows=10)

    assert set(keys(units)) == set(range(48))
    ok = [unit for unit in units if unit.status == "ok"]
    assert len(ok) > 3
    assert ok[0].window_start is None
    assert ok[-1].window_end is None
    assert all(early.window_end == late.window_start for early, late in itertools.pairwise(ok))
    assert [unit.high_water_mark for unit in units[:-1]] == [None] * (len(units) - 1)
    assert units[-1].high_water_mark == NEWEST
    assert {unit.kind for unit in units} == {"backfill"}


def test_what_a_first_look_took_is_told_with_the_first_window() -> None:
    client = Answers(Shop(HOURLY, size=5))

    units = read(client, unit_rows=10)

    assert "start[lte]" not in client.asked[0]
    assert sum(unit.requests for unit in units) == len(client.asked)
    assert set(keys(units)) == set(range(48))  # the rows it saw come again in their windows


def test_the_windows_of_a_history_are_asked_for_with_both_ends_and_in_every_pass() -> None:
    client = Answers(Shop(HOURLY, size=5))

    units = read(client, unit_rows=10, resource=without(PUNCHES, passes=DELETED))

    windows = [(query.get("start[gte]"), query.get("start[lte]")) for query in client.asked if "deleted" in query]
    assert len(windows) == len([unit for unit in units if unit.status == "ok"])
    assert windows[0][0] is None
    assert windows[-1][1] is None
    assert all(early[1] == late[0] for early, late in itertools.pairwise(windows))
    middle = units[1]
    assert middle.reach == (("start", middle.window_start, middle.window_end),)


def test_the_first_window_of_a_history_reaches_back_to_the_epoch() -> None:
    units = read(Answers(Shop(HOURLY, size=5)), unit_rows=10)

    assert units[0].reach == (("start", datetime(1970, 1, 1, tzinfo=timezone.utc), units[0].window_end),)


def test_the_mark_of_a_history_is_not_later_than_the_start_of_its_first_window() -> None:
    clocks = iter(range(1000))
    client = Answers(Shop(HOURLY, size=5))
    begun = START + timedelta(hours=30)
    type(client).clock = property(lambda self: begun + timedelta(minutes=next(clocks)), lambda self, value: None)
    try:
        units = read(client, unit_rows=10)
    finally:
        del type(client).clock

    assert units[-1].high_water_mark == begun


def test_the_newest_row_of_a_history_counts_wherever_it_is() -> None:
    rows = [*HOURLY[:20], punch(20, 20 * 60, modified="2026-02-01T00:00:00Z"), *HOURLY[21:]]

    units = read(Answers(Shop(rows, size=5)), unit_rows=10)

    assert units[-1].high_water_mark == datetime(2026, 2, 1, tzinfo=timezone.utc)


def test_a_history_that_was_broken_off_goes_on_behind_its_last_window() -> None:
    client = Answers(Shop(HOURLY))
    covered, begun = START + timedelta(hours=40), START + timedelta(hours=47)

    units = read(client, covered=covered, begun=begun, newest=NEWEST)

    assert client.asked[0]["start[gte]"] == "2026-01-02T16:00:00Z"
    assert keys(units) == list(range(40, 48))
    assert units[-1].high_water_mark == begun
    assert {unit.kind for unit in units} == {"backfill"}


def test_the_newest_row_before_a_history_was_broken_off_is_remembered() -> None:
    units = read(Answers(Shop(HOURLY)), covered=START + timedelta(hours=40), newest=NEWEST + timedelta(hours=5))

    assert units[-1].high_water_mark == NEWEST + timedelta(hours=5)


def test_a_history_that_goes_on_ends_with_an_open_window_behind_the_start_of_the_first_reading() -> None:
    client = Answers(Shop(HOURLY))

    units = read(client, covered=START, begun=START + timedelta(days=60))

    assert days(units) == [(0, None, "ok")]
    assert cuts(client) == [(0, 28), (28, 56), (56, None)]


def test_a_first_load_from_a_date_on_is_a_history_with_a_mark() -> None:
    client = Answers(Shop(HOURLY))

    units = read(client, since=START + timedelta(hours=45))

    assert client.asked == [{"start[gte]": "2026-01-02T21:00:00Z", "limit": 500}]
    assert keys(units) == [45, 46, 47]
    assert [(unit.kind, unit.high_water_mark) for unit in units] == [("backfill", NEWEST)]


@pytest.mark.parametrize("known", [{"mark": NOON}, {"covered": NOON}])
def test_a_window_asked_for_later_leaves_the_mark_alone(known: dict[str, datetime]) -> None:
    client = Answers(Shop(HOURLY))

    units = read(client, since=START + timedelta(hours=45), **known)

    assert client.asked[0]["start[gte]"] == "2026-01-02T21:00:00Z"
    assert [(unit.kind, unit.high_water_mark) for unit in units] == [("window", None)]


def test_a_window_with_an_end_is_asked_for_up_to_it() -> None:
    client = Answers(Shop(HOURLY))

    (unit,) = read(client, since=START + timedelta(hours=5), until=START + timedelta(hours=7))

    assert client.asked == [{"start[gte]": "2026-01-01T05:00:00Z", "start[lte]": "2026-01-01T07:00:00Z", "limit": 500}]
    assert keys([unit]) == [5, 6, 7]
    assert (unit.kind, unit.window_start, unit.window_end) == (
        "window", START + timedelta(hours=5), START + timedelta(hours=7))  # fmt: skip


def test_a_window_with_only_an_end_is_asked_for_from_the_beginning() -> None:
    client = Answers(Shop(HOURLY))

    (unit,) = read(client, until=START + timedelta(hours=2), mark=NOON)

    assert client.asked == [{"start[lte]": "2026-01-01T02:00:00Z", "limit": 500}]
    assert unit.kind == "window"


def test_a_long_window_is_read_by_months_and_ends_where_it_was_asked_to() -> None:
    client = Answers(Shop(DAILY))

    units = read(client, since=START, until=START + timedelta(days=90))

    assert cuts(client) == [(0, 28), (28, 56), (56, 84), (84, 90)]
    assert days(units) == [(0, 90, "ok")]
    assert set(keys(units)) == set(range(91))


def test_windows_grow_where_there_is_little() -> None:
    client = Answers(Shop(DAILY))

    units = read(client, since=START, until=START + timedelta(days=2000))

    assert days(units) == [(0, 560, "ok"), (560, 2000, "ok")]  # twenty of a month
    assert cuts(client)[WINDOWS:] == [(560, 1008), (1008, 1456), (1456, 1904), (1904, 2000)]


def test_a_window_with_too_many_rows_is_read_again_shorter_down_to_an_hour() -> None:
    rows = [punch(number, 2.5 * number) for number in range(200)]
    client = Answers(Shop(rows, size=10))

    units = read(client, since=START, until=START + timedelta(hours=10), unit_rows=20)

    assert set(keys(units)) == set(range(200))
    lengths = [(end or 10 / 24) - begin for begin, end in cuts(client)]
    assert min(lengths) == pytest.approx(1 / 24, abs=1e-5)
    assert {unit.status for unit in units} == {"ok"}
    assert all(25 <= unit.rows_read <= 25 * LANES for unit in units[:-1])  # an hour is read whole, however full it is


def test_a_server_that_ignores_the_window_is_read_whole_once_and_gets_its_mark() -> None:
    client = Answers(lambda query: page(HOURLY[:20]))

    units = read(client, since=START + timedelta(hours=10))

    assert client.asked[-1] == {"limit": 500}
    assert len(units) == 2
    assert [unit.rows_outside for unit in units] == [10, 0]
    assert units[-1].high_water_mark == START + timedelta(hours=19)


def test_a_server_that_ignores_the_window_somebody_asked_for_is_counted_and_no_more() -> None:
    client = Answers(lambda query: page(HOURLY[:20]))

    units = read(client, since=START + timedelta(hours=10), mark=NOON)

    assert [(unit.kind, unit.rows_outside) for unit in units] == [("window", 10)]


def test_rows_at_the_edges_of_a_window_are_inside_and_rows_without_a_moment_too() -> None:
    (unit,) = read(Answers([page([*HOURLY[:6], {"id": 99, "company_id": 41}])]))
    rows = unit.batch.rows["punches"]

    assert outside(rows, "start", START + timedelta(hours=1), START + timedelta(hours=4)) == 2
    assert outside(rows, "start", None, START + timedelta(hours=4)) == 1
    assert outside(rows, "start", None) == 0


def test_a_resource_without_a_window_is_never_cut() -> None:
    client = Answers(Shop(HOURLY, size=5))

    units = read(client, unit_rows=10, resource=without(PUNCHES, window=None), since=START, until=NOON)

    assert keys(units) == list(range(48))
    assert all("start[gte]" not in query for query in client.asked)
    assert [unit.high_water_mark for unit in units] == [NEWEST]


def days(units: list[Unit]) -> list[tuple[float | None, float | None, str]]:
    """Where windows begin and end, in days after `START`."""

    def day(moment: datetime | None) -> float | None:
        return (moment - START) / timedelta(days=1) if moment else None

    return [(day(unit.window_start), day(unit.window_end), unit.status) for unit in units]


def test_the_first_windows_of_a_history_are_a_twentieth_of_a_unit_by_what_a_first_look_saw() -> None:
    client = Answers(Shop(HOURLY, size=5))

    read(client, unit_rows=40)

    hour = 1 / 24
    step = 44 * hour * 40 / 45 / WINDOWS  # it saw 45 rows of 44 hours
    assert cuts(client)[0] == (None, pytest.approx(step, abs=1e-4))
    assert cuts(client)[1] == (pytest.approx(step, abs=1e-4), pytest.approx(2 * step, abs=1e-4))


def test_a_window_longer_than_a_unit_is_read_again_in_quarters() -> None:
    client = Answers(Shop(DAILY, size=10))

    units = read(client, since=START, until=START + timedelta(days=50), unit_rows=16)

    assert {(0, 28), (0, 7), (7, 14)} <= set(cuts(client))
    assert days(units)[0][1] in (7, 14, 21, 28)
    assert sum(unit.requests for unit in units) == len(client.asked)
    assert set(keys(units)) == set(range(51))


def test_a_unit_ends_with_the_last_window_before_one_that_did_not_come_to_its_end() -> None:
    rows = [*DAILY[:29], *[punch(1000 + number, 24 * 60 * 29 + number) for number in range(100)], *DAILY[30:]]
    client = Answers(Shop(rows, size=5))

    units = read(client, since=START, until=START + timedelta(days=90), unit_rows=40)

    assert days(units)[0] == (0, 28, "ok")  # the second month alone is longer than a unit
    assert set(keys(units)) == {row["id"] for row in rows} - set(range(91, 100))


def test_a_window_that_is_as_long_as_a_step_is_one() -> None:
    assert days(read(Answers(Shop(DAILY)), since=START, until=START + timedelta(days=28))) == [(0, 28, "ok")]


@pytest.mark.parametrize(("until", "begun", "wanted"), [(30, 300, [(0, 28), (28, 30)]), (90, 10, [(0, 90)])])
def test_windows_end_at_what_was_asked_for_or_behind_where_the_history_began_to_be_read(
    until: int, begun: int, wanted: list[tuple[int, int]]
) -> None:
    client = Answers(Shop(DAILY))

    read(client, since=START, until=START + timedelta(days=until), begun=START + timedelta(days=begun))

    assert cuts(client) == wanted


def test_a_history_up_to_a_moment_that_is_longer_than_a_unit_is_cut_as_well() -> None:
    rows = [*HOURLY[20:], *HOURLY[:20]]

    units = read(Answers(Shop(rows, size=5)), until=START + timedelta(hours=40), unit_rows=10)

    assert len(units) > 2
    assert set(keys(units)) == set(range(41))
    assert units[0].window_start is None
    assert units[-1].window_end == START + timedelta(hours=40)


@pytest.mark.parametrize("seen", [30, 40])
def test_rows_older_than_any_a_first_look_saw_are_cut_as_well(seen: int) -> None:
    late = [*HOURLY[seen:], *HOURLY[:seen]]  # the first look sees the last rows

    units = read(Answers(Shop(late, size=5)), unit_rows=10)

    assert set(keys(units)) == set(range(48))
    assert (units[0].window_start, units[-1].window_end) == (None, None)
    assert max(unit.rows_read for unit in units) < 40


def test_without_a_server_clock_the_time_of_all_windows_is_taken_off_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 100_000, 100))
    monkeypatch.setattr("sources.core.reading.time", SimpleNamespace(monotonic=lambda: next(ticks)))

    for known in ({}, {"since": START}):
        units = read(Answers(Shop(HOURLY, size=5), clock=None), unit_rows=10, **known)

        assert len(units) > 2
        assert units[-1].high_water_mark == NEWEST - timedelta(seconds=sum(unit.seconds for unit in units))


def test_a_history_whose_rows_tell_no_time_has_no_mark_and_rows_without_a_moment_stop_nobody() -> None:
    rows = [{**row, "modified": None} for row in HOURLY]
    rows[3]["start"] = None

    units = read(Answers(Shop(rows, size=5)), unit_rows=10)

    assert units[-1].high_water_mark is None
    assert len(units) > 3


def test_a_row_before_1970_is_not_outside_of_a_listing_without_a_window() -> None:
    (unit,) = read(Answers([page([punch(1, start="1969-07-20T20:17:40Z"), punch(2, start="1970-01-01T00:00:00Z")])]))

    assert unit.rows_outside == 0
    rows = unit.batch.rows["punches"]
    assert outside(rows, "start", None, START) == 0
    assert outside(rows, "start", datetime(1970, 1, 1, tzinfo=timezone.utc)) == 1


# Once per parent.

WAGES = Resource(
    "wages", "v2/company/{company_id}/punches/{punch_id}/wages", "punches:read", mode=Mode.SNAPSHOT, per=PUNCHES,
    per_key="punch_id", parts=(Part("wages", "now", Break, ("punch_id", "id"), (("state", "current"),),
                                    (("kind", "wage_kind"),)),),
)  # fmt: skip


def wages(refused: int | None = None, status: int = 404) -> Answers:
    def answer(query: dict[str, Any]) -> Any:
        if client.paths[-1].endswith("/punches"):
            return page([punch(1), punch(2), punch(1)])
        parent = int(client.paths[-1].split("/")[-2])
        if parent == refused:
            return RefusedError("no", status)
        return {"data": {"now": [{"id": 7 + parent}], "kind": "hourly"}}

    client = Answers(answer)
    return client


def test_every_parent_is_asked_once_with_its_own_address_and_its_rows_carry_its_key() -> None:
    client = wages()

    (unit,) = scan(client, Task(BISTRO, WAGES))

    rows = unit.batch.rows["wages"]
    assert client.paths[0] == "v2/company/41/punches"
    assert sorted(client.paths[1:]) == [f"v2/company/41/punches/{id}/wages" for id in (1, 2)]
    assert list(zip(rows.values("punch_id"), rows.values("id"), strict=True)) == [(1, 8), (2, 9)]
    assert (rows.values("state"), rows.values("wage_kind")) == (["current"] * 2, ["hourly"] * 2)
    assert (unit.kind, unit.scope, unit.requests, unit.scan_started_at) == ("snapshot", frozenset({1, 2}), 3, NOON)


def test_a_parent_that_has_gone_is_left_out_of_what_was_read() -> None:
    (unit,) = scan(wages(refused=2), Task(BISTRO, WAGES))

    assert unit.scope == frozenset({1})
    assert unit.batch.rows["wages"].values("id") == [8]


def test_another_refusal_of_a_parent_is_an_error() -> None:
    with pytest.raises(RefusedError):
        list(scan(wages(refused=1, status=403), Task(BISTRO, WAGES)))


def test_after_an_error_no_more_parents_are_asked() -> None:
    def answer(query: dict[str, Any]) -> Any:
        if client.paths[-1].endswith("/punches"):
            return page([punch(number) for number in range(300)])
        time.sleep(0.002)
        return RefusedError("no", 403)

    client = Answers(answer)

    with pytest.raises(RefusedError):
        list(scan(client, Task(BISTRO, WAGES)))

    assert len(client.paths) < 150


def test_the_parents_of_all_passes_are_asked() -> None:
    client = wages()
    resource = without(WAGES, per=without(PUNCHES, passes=DELETED))

    list(scan(client, Task(BISTRO, resource)))

    assert client.asked[:2] == [{"limit": 500}, {"deleted": "true", "limit": 500}]


@pytest.mark.parametrize(("until", "wanted"), [
    (28 * 24 - 1, [(0, 28 * 24 - 1, "ok")]),
    (28 * 24, [(0, 28 * 20, "ok"), (28 * 20, 28 * 24, "ok")]),
])  # fmt: skip
def test_less_than_four_windows_are_no_unit_of_their_own(until: int, wanted: list[tuple[int, int, str]]) -> None:
    rows = [punch(number, 24 * 60 * number) for number in range(until + 1)]

    units = read(Answers(Shop(rows)), since=START, until=START + timedelta(days=until), unit_rows=28 * 20 + 1)

    assert days(units) == wanted
    assert set(keys(units)) == set(range(until + 1))


def test_windows_are_read_at_once_and_the_other_pass_after_them_over_all() -> None:
    client = Answers(Shop([*DAILY, punch(100, 60, deleted=True)]))

    (unit,) = read(client, resource=without(PUNCHES, passes=DELETED), since=START, until=START + timedelta(days=84))

    assert cuts(client) == [(0, 28), (0, 84), (28, 56), (56, 84)]
    assert "deleted" in client.asked[-1]
    assert set(unit.batch.rows["punches"].values("id")) == {*range(85), 100}


def test_windows_are_in_flight_at_the_same_time() -> None:
    together = threading.Barrier(LANES, timeout=5)

    def answer(query: dict[str, Any]) -> dict[str, Any]:
        together.wait()
        return Shop(DAILY)(query)

    (unit,) = read(Answers(answer), since=START, until=START + timedelta(days=28 * LANES))

    assert set(unit.batch.rows["punches"].values("id")) == set(range(100))


def test_a_window_that_fails_fails_the_unit_and_the_others_ask_for_nothing_more() -> None:
    def answer(query: dict[str, Any]) -> Any:
        if query["start[lte]"] == spelled(START + timedelta(days=28)):
            return RefusedError("no", 403)
        time.sleep(0.05)
        return Shop(DAILY, size=1)(query)

    client = Answers(answer)
    with pytest.raises(RefusedError):
        read(client, since=START, until=START + timedelta(days=280))

    assert len(client.asked) < 2 * LANES


@pytest.mark.parametrize("known", [{"covered": START}, {}])
def test_a_long_history_is_read_when_there_is_a_place_for_its_rows(
    known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.core.scan.LOOK", 10)
    client, room = Answers(Shop(DAILY, size=3)), Room(places=1)
    other = threading.Thread(target=room.enter)
    other.start()
    other.join(5)
    reading = threading.Thread(target=lambda: read(client, room=room, **known), daemon=True)
    reading.start()
    reading.join(0.3)

    assert len(client.asked) == (0 if known else 4)  # of a first load only the look

    room._places.release()
    reading.join(5)
    assert not reading.is_alive()
    assert len(client.asked) > 30


def test_all_windows_of_a_unit_go_by_one_place_of_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.core.task.LARGE_ROWS", 1)
    room = Room(places=1)

    units = read(Answers(Shop(DAILY, size=3)), since=START, until=START + timedelta(days=84), room=room)

    assert [unit.status for unit in units] == ["ok"]
    assert room.mine.held


def test_windows_that_are_read_hold_no_records_while_a_slow_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[PageReader] = []
    held: list[int] = []

    class Noted(PageReader):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(self)

    def answer(query: dict[str, Any]) -> Any:
        if query["start[gte]"] == spelled(START):
            until = time.monotonic() + 5
            while (len(client.asked) < 3 or any(map(waiting, made))) and time.monotonic() < until:
                time.sleep(0.01)
            held.append(sum(map(waiting, made)))
        return Shop(DAILY, size=100)(query)

    def waiting(reader: PageReader) -> int:
        return sum(len(found.records) for found in reader._waiting.values())

    monkeypatch.setattr("sources.core.reading.PageReader", Noted)
    client = Answers(answer)
    (unit,) = read(client, since=START, until=START + timedelta(days=84))

    assert held == [0]
    assert unit.rows_read > 28


@pytest.mark.parametrize(("unit_rows", "units"), [(200, 1), (60, 2), (30, 3)])
def test_a_short_look_is_followed_by_as_few_units_as_it_lets_expect(
    unit_rows: int, units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.core.scan.LOOK", 8)
    client = Answers(Shop([*DAILY[1:], punch(0, -24 * 60)], size=5), clock=START + timedelta(days=70))

    found = read(client, unit_rows=unit_rows)

    assert units <= len(found) <= 2 * units
    assert set(keys(found)) == set(range(100))
    assert found[-1].high_water_mark == START + timedelta(days=70)
