"""From companies and resources to packages, and what a run makes of them."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import dlt
import pyarrow as pa
import pytest

from pipelines import loading
from pipelines import run as running
from pipelines.outcome import Report
from sources.core import build
from sources.core.company import Company
from sources.core.errors import ConfigurationError, RefusedError, SkippedError, SuspectError, UnavailableError
from sources.core.journal import Past
from sources.core.plan import PIECES, SMALL, TOGETHER_ROWS, TOGETHER_SECONDS, WORKERS, Harvest, Order, Package, packages
from sources.core.rows import Batch, Rejected, Rows
from sources.core.scan import scan
from sources.core.task import Task, Unit
from tests.kit import BISTRO, GUID, NOON, PUNCHES, ROLES, START, Answers, ByHeart, page, task, without

OTHER = Company("other", "5c0e4d56-4d1b-4f53-8e6e-1a53a2a3f9b1", 42)
GATE = without(ROLES, name="gate", gate=True, children=())


class Remembered(ByHeart):
    """A destination that remembers how far a resource was read."""

    def __init__(self, past: dict[Any, Past] | None = None, **known: Any) -> None:
        super().__init__()
        self._past, self._readers = past or {}, known.get("readers", {})
        self._ids, self._guids, self._listed = known.get("ids", {}), known.get("guids", {}), known.get("listed", {})
        self.closed = 0

    def past(self) -> Any:
        return self._past

    def company_ids(self) -> Any:
        return self._ids

    def guids(self) -> Any:
        return self._guids

    def readers(self) -> Any:
        return self._readers

    def listed(self, table: Any) -> Any:
        return self._listed

    def close(self) -> None:
        self.closed += 1


def found(client: Any, company: Company, id: int | None) -> Company:
    return replace(company, id=company.id or id)


def harvest(
    *resources: Any, memory: Any = None, order: Order | None = None, scan: Any = None, companies: Any = (BISTRO,),
    discover: Any = found, client: Any = None,
) -> Harvest:  # fmt: skip
    reading = scan or (lambda client, some: iter([Unit(some, Batch(), "snapshot")]))
    return Harvest(client or Answers([]), resources or (ROLES,), companies, memory or Remembered(), order or Order(),
                   discover, reading)  # fmt: skip


def units(some: Harvest) -> list[Unit]:
    return [unit for unit in some if unit]


def told(some: Harvest) -> set[tuple[str, str, str]]:
    return {(unit.task.company.slug, unit.task.resource.name, unit.status) for unit in units(some)}


@pytest.mark.parametrize(("asked", "told"), [
    ({"since": NOON, "until": NOON - timedelta(seconds=1)}, "Swap them"),
    ({"since": datetime(2026, 5, 1)}, r"since \(2026-05-01T00:00:00\) has no time zone"),
    ({"until": datetime(2026, 5, 1)}, "until .* has no time zone"),
])  # fmt: skip
def test_an_order_nobody_can_mean_is_refused_at_once(asked: dict[str, datetime], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Order(**asked)


@pytest.mark.parametrize("asked", [{"since": NOON}, {"until": NOON}, {"since": NOON, "until": NOON}])
def test_an_order_may_be_open_or_of_one_moment(asked: dict[str, datetime]) -> None:
    Order(**asked)


def test_every_resource_of_every_company_is_read() -> None:
    some = harvest(ROLES, PUNCHES, companies=(BISTRO, OTHER))

    assert told(some) == {(slug, name, "ok") for slug in ("bistro", "other") for name in ("roles", "punches")}


def test_a_gate_is_read_first_and_once_and_opens_the_others() -> None:
    order: list[str] = []

    def reading(client: Any, some: Task) -> Iterator[Unit]:
        order.append(some.resource.name)
        yield Unit(some, Batch(), "snapshot")

    told(harvest(ROLES, GATE, PUNCHES, scan=reading))

    assert order[0] == "gate"
    assert sorted(order) == ["gate", "punches", "roles"]


@pytest.mark.parametrize(("error", "status"), [(RefusedError("no", 403), "failed"), (SkippedError("none"), "skipped"),
                                               (SuspectError("odd"), "failed")])  # fmt: skip
def test_a_gate_that_fails_keeps_the_others_shut_and_no_other_company(error: Exception, status: str) -> None:
    def reading(client: Any, some: Task) -> Iterator[Unit]:
        if some.resource is GATE and some.company is not None and some.company.slug == "bistro":
            raise error
        yield Unit(some, Batch(), "snapshot")

    some = harvest(ROLES, GATE, scan=reading, companies=(BISTRO, OTHER))

    assert told(some) == {("bistro", "gate", status), ("other", "gate", "ok"), ("other", "roles", "ok")}


def test_what_fails_is_a_unit_of_its_own_with_the_error_and_the_identity() -> None:
    def reading(client: Any, some: Task) -> Iterator[Unit]:
        yield Unit(some, Batch(), "backfill")
        raise RefusedError("bistro: no", 403)

    company = replace(BISTRO, identity="a person")
    good, bad = units(harvest(scan=reading, companies=[company]))

    assert (good.status, bad.status, bad.kind, bad.error, bad.identity, bad.transport) == (
        "ok", "failed", "failed", "bistro: no", "a person", "")  # fmt: skip


def test_what_nobody_foresaw_is_told_without_its_words_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def reading(client: Any, some: Task) -> Iterator[Unit]:
        raise ZeroDivisionError("canary")
        yield

    (unit,) = units(harvest(scan=reading))

    assert unit.status == "failed"
    assert (unit.error or "").startswith("bistro: roles failed in a way nobody foresaw (ZeroDivisionError)")
    assert "canary" not in (unit.error or "")
    assert "bistro: roles failed unexpectedly" in caplog.text


def test_what_was_foreseen_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    def reading(client: Any, some: Task) -> Iterator[Unit]:
        raise SuspectError("odd")
        yield

    units(harvest(scan=reading))

    assert caplog.text == ""


def test_a_company_that_is_not_found_fails_and_the_others_do_not() -> None:
    def discover(client: Any, company: Company, id: int | None) -> Company:
        if company.slug == "bistro":
            raise RefusedError("bistro: no", 401)
        return company

    some = harvest(ROLES, PUNCHES, companies=(BISTRO, OTHER), discover=discover)

    assert told(some) == {("bistro", "roles", "failed"), ("other", "roles", "ok"), ("other", "punches", "ok")}


def test_a_company_is_found_with_the_id_and_the_guid_it_had() -> None:
    unknown = Company("bistro", "")
    memory = Remembered(guids={"bistro": GUID}, ids={GUID: 41})

    (unit,) = units(harvest(companies=[unknown], memory=memory))

    assert (unit.task.company.guid, unit.task.company.id) == (GUID, 41)


def test_a_company_that_was_never_loaded_has_no_guid_until_the_vendor_answers() -> None:
    (unit,) = units(harvest(companies=[Company("bistro", "")]))

    assert unit.task.company.guid == ""


def test_a_guid_that_is_configured_is_not_replaced() -> None:
    (unit,) = units(harvest(memory=Remembered(guids={"bistro": "another"})))

    assert unit.task.company.guid == GUID


def test_somebody_waiting_is_told_that_time_passes_and_threads_end_when_nobody_listens() -> None:
    go = threading.Event()

    def reading(client: Any, some: Task) -> Iterator[Unit]:
        go.wait(5)
        yield Unit(some, Batch(), "snapshot")

    client = Answers([])
    client.stopping.set()  # of the run before
    some = iter(harvest(scan=reading, client=client))

    assert next(some) is None
    assert not client.stopping.is_set()
    go.set()
    some.close()
    assert client.stopping.is_set()


def test_units_that_nobody_takes_any_more_hold_no_thread() -> None:
    ended = threading.Event()

    def reading(client: Any, some: Task) -> Iterator[Unit]:
        try:
            for _ in range(100):
                yield Unit(some, Batch(), "snapshot")
        finally:
            ended.set()

    some = iter(harvest(scan=reading))
    next(some)
    some.close()

    assert ended.wait(5)


def test_no_unit_is_lost_while_nobody_takes_one() -> None:
    def reading(client: Any, some: Task) -> Iterator[Unit]:
        for number in range(4):
            yield Unit(some, Batch(), "snapshot", rows_read=number)

    some = iter(harvest(scan=reading))
    first = next(unit for unit in some if unit)
    time.sleep(0.5)

    assert [first.rows_read, *(unit.rows_read for unit in some if unit)] == [0, 1, 2, 3]


def test_a_scan_goes_on_when_its_large_unit_is_taken_and_not_before() -> None:
    read: list[int] = []

    def reading(client: Any, some: Task) -> Iterator[Unit]:
        for number in range(3):
            read.append(number)
            yield Unit(some, large, "snapshot", rows_read=number)

    large = Batch({"roles": Rows(ROLES.tables[0], slow=[{}] * (SMALL + 1))})
    some = iter(harvest(scan=reading))
    next(unit for unit in some if unit)
    time.sleep(0.5)

    assert read == [0, 1]
    assert [unit.rows_read for unit in some if unit] == [1, 2]


def test_a_scan_goes_on_before_its_unit_is_taken_if_that_is_small_and_few_are_waiting() -> None:
    read: list[int] = []

    def reading(client: Any, some: Task) -> Iterator[Unit]:
        for number in range(3 * WORKERS):
            read.append(number)
            yield Unit(some, small, "snapshot", rows_read=number)

    small = Batch({"roles": Rows(ROLES.tables[0], slow=[{}] * SMALL)})
    some = iter(harvest(scan=reading))
    next(unit for unit in some if unit)
    time.sleep(0.5)

    assert len(read) == WORKERS + 2  # one that was taken, those that are waiting, and one that is not let in
    assert len([unit for unit in some if unit]) == 3 * WORKERS - 1


def test_the_next_company_begins_when_few_resources_are_left_of_those_before_it() -> None:
    begun: list[str] = []

    def discover(client: Any, company: Company, id: int | None) -> Company:
        begun.append(company.slug)
        return company

    many = [replace(BISTRO, slug=f"company {number}") for number in range(300)]
    ahead: list[int] = []
    for unit in harvest(GATE, ROLES, PUNCHES, companies=many, discover=discover):
        if unit and unit.task.resource is PUNCHES:
            ahead.append(len(begun) - begun.index(unit.task.company.slug))

    assert len(ahead) == len(many)
    assert median(ahead) < 40


def test_a_scan_gives_its_place_back_also_when_it_fails() -> None:
    left: list[int] = []

    def reading(client: Any, some: Task) -> Iterator[Unit]:
        some.room.enter()
        yield Unit(some, Batch(), "snapshot")
        raise SuspectError("odd")

    one = harvest(scan=reading)
    one.room.leave = lambda: left.append(1)

    units(one)

    assert left == [1]


# Where to continue.

WHEN = NOON - timedelta(days=1)
PAST = Past(
    mark=WHEN, covered=START, begun=START + timedelta(1), newest=START + timedelta(2), whole_at=START + timedelta(3)
)


def continuing(past: Past | None, resource: Any = PUNCHES, order: Order | None = None, **known: Any) -> Task | None:
    clock = known.pop("clock", NOON)
    memory = Remembered({(GUID, resource.name): past} if past else {}, **known)
    client = Answers([], clock=clock)
    found = harvest(resource, memory=memory, order=order, client=client).task(BISTRO, resource)
    if found:
        object.__setattr__(found, "notices", client.notices)
    return found


def test_what_was_never_read_is_read_from_the_beginning() -> None:
    assert continuing(None) == task()
    assert continuing(None, order=Order(full_refresh=True)) == task()


def test_what_was_read_goes_on_where_it_stopped() -> None:
    reader = {(GUID, "punches"): ("a person", "graphql")}

    assert continuing(PAST, readers=reader) == task(
        mark=WHEN, covered=START, begun=START + timedelta(1), newest=START + timedelta(2),
        whole_at=START + timedelta(3), identity="a person", transport="graphql",
    )  # fmt: skip


def test_what_a_run_was_asked_to_do_is_in_every_task() -> None:
    order = Order(since=START, until=NOON, unit_rows=7)

    assert continuing(None, order=order) == task(since=START, until=NOON, unit_rows=7)


def test_a_full_refresh_reads_from_the_beginning_and_writes_everything() -> None:
    assert continuing(PAST, order=Order(full_refresh=True)) == task(rewrite=True)


def test_a_mark_ahead_of_the_servers_clock_is_not_believed_and_that_is_told() -> None:
    found = continuing(PAST, clock=WHEN - timedelta(minutes=1))

    assert found == task()
    assert found.notices == {
        "bistro: the server's clock (2026-03-01 11:59) is behind the mark of punches; it was read whole"
    }
    for clock in (WHEN, None):
        found = continuing(PAST, clock=clock)
        assert found.mark == WHEN
        assert found.notices == set()


DAILY = without(ROLES, cadence=timedelta(days=1))


@pytest.mark.parametrize(("ago", "clock", "read"), [
    (timedelta(hours=23, minutes=30), NOON, True), (timedelta(hours=23, minutes=29), NOON, False),
    (timedelta(days=3), NOON, True), (None, NOON, True), (timedelta(hours=1), None, True),
])  # fmt: skip
def test_a_daily_resource_is_read_half_an_hour_before_its_day_is_over(ago: Any, clock: Any, read: bool) -> None:
    past = Past(mark=None, completed_at=NOON - ago if ago else None)

    assert (continuing(past, DAILY, clock=clock) is not None) == read
    assert continuing(past, DAILY, Order(full_refresh=True), clock=clock) is not None
    assert continuing(past, ROLES, clock=clock) is not None


def test_a_resource_that_is_not_due_is_left_out_and_counts_as_well() -> None:
    past = Past(completed_at=NOON)
    gate = without(GATE, cadence=timedelta(days=1))
    memory = Remembered({(GUID, "gate"): past})

    assert told(harvest(gate, ROLES, memory=memory)) == {("bistro", "roles", "ok")}


def test_the_keys_of_a_resource_that_is_read_by_change_are_looked_up() -> None:
    changing = without(ROLES, cursor=PUNCHES.cursor)
    listed = {GUID: {1: 5}, "another": {2: 6}}

    assert dict(continuing(PAST, changing, listed=listed).known) == {1: 5}
    assert dict(continuing(PAST, PUNCHES, listed=listed).known) == {}
    assert dict(continuing(PAST, ROLES, listed=listed).known) == {}


# Packages.


def reads(*sizes: int, kind: str = "snapshot") -> list[Unit]:
    """A unit per size, each of a company of its own."""
    found = []
    for number, size in enumerate(sizes):
        company = Company(f"c{number}", GUID, 41)
        answers = Answers([page([{"id": one + 1, "company_id": 41} for one in range(size)])])
        found += scan(answers, Task(company, without(ROLES, name=f"roles{number}", children=())))
    return found


def packed(some: Any, memory: Any = None, order: Order | None = None, **options: Any) -> list[list[str]]:
    found = packages(some, memory or Remembered(), order or Order(), **options)
    return [[unit.task.resource.name for unit in package.units] for package in found]


def test_units_go_into_one_package_until_it_is_full() -> None:
    assert packed(reads(1, 1, 1)) == [["roles0", "roles1", "roles2"]]
    assert packed(reads(1, 1, 1), order=Order(package_rows=2)) == [["roles0", "roles1"], ["roles2"]]
    assert packed(reads(1, 1, 1), order=Order(package_rows=1)) == [["roles0"], ["roles1"], ["roles2"]]
    assert packed(reads(0, 0), order=Order(package_rows=1)) == [["roles0", "roles1"]]


def test_a_second_unit_of_a_resource_waits_for_the_next_package() -> None:
    (one,) = reads(1)
    other = replace(one, task=replace(one.task, company=replace(BISTRO, guid="another")))

    again = replace(one, batch=Batch({}), status="failed")
    third = replace(other, batch=Batch({}), status="failed")
    assert packed([one, again]) == [["roles0"], ["roles0"]]
    assert packed([again, third]) == [["roles0", "roles0"]]
    assert packed([again, third, again]) == [["roles0", "roles0"], ["roles0"]]


def test_a_package_is_committed_when_its_time_is_up_also_while_nobody_brings_a_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("sources.core.plan.time", SimpleNamespace(monotonic=lambda: clock.now))
    one, two = reads(1, 1)

    def slowly() -> Iterator[Unit | None]:
        clock.now += 5000  # nothing is held yet
        yield None
        yield one
        yield None
        clock.now += 60
        yield None
        clock.now += 1
        yield None
        yield two

    seen: list[Any] = []
    found = packages(slowly(), Remembered(), Order(package_minutes=1), seen.append)
    first = next(found)

    assert [unit.task.resource.name for unit in first.units] == ["roles0"]
    assert seen == [None, one, None, None]
    assert [[unit.task.resource.name for unit in package.units] for package in found] == [["roles1"]]
    assert seen == [None, one, None, None, None, two]


class Expecting(Remembered):
    """Notes which units are settled together."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[str]] = []

    def expect(self, units: Any) -> None:
        self.groups.append([unit.task.resource.name for unit in units])


def together(*came: Unit | None) -> list[list[str]]:
    memory = Expecting()
    list(packages(iter(came), memory, Order()))
    return [group for group in memory.groups if group]


def test_units_are_settled_together_until_time_passes_without_one() -> None:
    one, two, three = reads(1, 1, 1)

    assert together(one, two, None, None, three) == [["roles0", "roles1"], ["roles2"]]


def test_so_many_rows_are_settled_before_more_are_taken() -> None:
    one, two, three = reads(1, 1, 1)
    one.batch.rows["roles0"].slow = [{"id": id, "_dlt_id": str(id)} for id in range(TOGETHER_ROWS)]

    assert together(two, one, three) == [["roles1", "roles0"], ["roles2"]]


def test_a_full_package_is_committed_before_the_next_unit_is_there() -> None:
    (one,) = reads(1)
    one.batch.rows["roles0"].slow = [{"id": id, "_dlt_id": str(id)} for id in range(TOGETHER_ROWS)]

    def one_only() -> Iterator[Unit]:
        yield one
        raise AssertionError("asked for another")

    package = next(packages(one_only(), Remembered(), Order(package_rows=1)))

    assert package.units == [one]


def test_units_are_not_kept_waiting_for_others_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("sources.core.plan.time", SimpleNamespace(monotonic=lambda: clock.now))
    memory = Expecting()

    def slowly() -> Iterator[Unit]:
        for unit in reads(1, 1, 1, 1):
            yield unit
            clock.now += TOGETHER_SECONDS / 2 + 0.01

    list(packages(slowly(), memory, Order(package_minutes=1000)))

    assert [group for group in memory.groups if group] == [["roles0", "roles1", "roles2"], ["roles3"]]


def test_without_a_unit_there_is_no_package_and_the_destination_is_let_go_of() -> None:
    memory = Remembered()

    assert packed([], memory) == []
    assert memory.closed == 1


def test_the_destination_is_let_go_of_before_every_load() -> None:
    memory = Remembered()
    closed = [memory.closed for _ in packages(reads(1, 1), memory, Order(package_rows=1))]

    assert closed == [0, 0] or memory.closed == 2


def test_a_package_has_the_settled_rows_and_each_unit_says_how_many() -> None:
    (package,) = packages(reads(2, 3), Remembered(), Order())

    assert {name: sum(len(part) for part in parts) for name, parts in package.rows.items()} == {
        "roles0": 2,
        "roles1": 3,
    }
    assert (len(package), [unit.written for unit in package.units]) == (5, [2, 3])
    assert all(not unit.batch.rows for unit in package.units)


def test_small_tables_of_a_package_become_one_and_large_ones_stay() -> None:
    def unit(number: int, size: int) -> Unit:
        (one,) = reads(size)
        one.batch.rows["roles0"].slow = [{"id": -number, "_dlt_id": str(number)}]
        return replace(one, task=replace(one.task, company=Company(f"c{number}", str(number), 41)))

    class Empty(Remembered):
        def having(self, table: Any, guid: str, columns: Any) -> Any:
            return []

        def active(self, table: Any, guid: str) -> Any:
            return {}, set()

    came = [unit(number, 1) for number in range(2 * PIECES)]
    (package,) = packages([*came, unit(1000, SMALL - 1), None], Empty(), Order())
    large, small = package.rows["roles0"]

    assert (len(large), len(small), len(package)) == (SMALL, 4 * PIECES, 4 * PIECES + SMALL)
    assert [part.column("id").num_chunks for part in small.arrow] == [1]
    assert sorted(small.values("company_guid")[: 2 * PIECES]) == [GUID] * 2 * PIECES
    assert {row["id"] for row in small.slow} == {-number for number in range(2 * PIECES)}

    (package,) = packages([unit(number, 1) for number in range(PIECES)], Empty(), Order())
    assert len(package.rows["roles0"]) == PIECES


def test_a_reading_that_may_not_be_believed_becomes_a_failure_and_writes_nothing() -> None:
    class Fuller(Remembered):
        def active(self, table: Any, guid: str) -> Any:
            return {(number,): str(number) for number in range(10)}, set()

    (package,) = packages(reads(1), Fuller(), Order())
    (unit,) = package.units
    assert (unit.status, unit.written, package.rows) == ("failed", 0, {})
    assert "that is suspicious" in (unit.error or "")

    (package,) = packages(reads(1), Fuller(), Order(allow_shrink=True))
    assert package.units[0].status == "ok"


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_what_failed_is_not_held_against_the_destination(status: str) -> None:
    (unit,) = reads(1)

    (package,) = packages([replace(unit, status=status, batch=Batch())], Remembered(), Order())

    assert (len(package), package.units[0].written) == (0, 0)


def test_an_order_has_these_bounds_unless_it_says_otherwise() -> None:
    assert (Order().unit_rows, Order().package_rows, Order().package_minutes) == (100_000, 250_000, 10.0)
    assert not (Order().full_refresh)
    assert not (Order().allow_shrink)


# What a load is told.


def test_the_log_says_of_every_unit_what_it_did() -> None:
    batch = Batch(rejected=[Rejected("roles", "no key", '{"id": null}')], drift=Counter({"a": 2, "b": 1}))
    unit = Unit(task(ROLES), batch, "snapshot", rows_read=5, written=3, requests=2, seconds=1.23456, identity="me",
                modified_since="x", window_start=START, window_end=NOON, scan_started_at=START, newest_modified=NOON,
                high_water_mark=NOON, rows_outside=4, note="n", error="e", status="ok")  # fmt: skip

    (row,) = build._log_rows(Package(units=[unit]), "run-1")

    logged = row.pop("logged_at")
    assert isinstance(logged, datetime)
    assert logged.utcoffset() == timedelta(0)
    assert row == {
        "company_guid": GUID, "company_slug": "bistro", "company_id": 41, "resource": "roles", "run_id": "run-1",
        "kind": "snapshot", "status": "ok", "error": "e", "note": "n", "transport": "rest", "modified_since": "x",
        "window_start": START, "window_end": NOON, "scan_started_at": START, "newest_modified": NOON,
        "high_water_mark": NOON, "rows_read": 5, "rows_written": 3, "rows_outside": 4, "rows_rejected": 1,
        "requests": 2, "seconds": 1.235, "drift": "2 x a; 1 x b", "identity": "me",
    }  # fmt: skip
    assert {column.name for column in build.SYNC_LOG} == {*row, "logged_at"}
    assert build._log_rows(Package(units=[Unit(task(), Batch(), "x")]), "r")[0]["drift"] is None


def test_what_was_set_aside_is_logged_once_by_its_payload() -> None:
    def row(payload: str) -> dict[str, Any]:
        unit = Unit(task(ROLES), Batch(rejected=[Rejected("role_stations", "no key", payload)]), "snapshot")
        (found,) = build._rejected_rows(Package(units=[unit]), "run-1")
        return found

    assert row("{}") == {
        "company_guid": GUID, "resource": "roles", "table_name": "role_stations", "reason": "no key", "payload": "{}",
        "payload_hash": row("{}")["payload_hash"], "run_id": "run-1",
    }  # fmt: skip
    assert len(row("{}")["payload_hash"]) == 24
    assert row("{}")["payload_hash"] != row("[]")["payload_hash"]
    assert {column.name for column in build.REJECTED_ROWS} == set(row("{}"))


def test_the_logs_have_these_columns() -> None:
    kinds = {column.name: (column.kind, column.nullable) for column in build.SYNC_LOG}
    assert [name for name, (_, nullable) in kinds.items() if not nullable] == ["company_guid", "resource"]
    assert [name for name, (kind, _) in kinds.items() if kind == "bigint"] == [
        "company_id", "rows_read", "rows_written", "rows_outside", "rows_rejected", "requests"]  # fmt: skip
    assert [name for name, (kind, _) in kinds.items() if kind == "timestamp"] == [
        "window_start", "window_end", "scan_started_at", "newest_modified", "high_water_mark", "logged_at"]  # fmt: skip
    assert [name for name, (kind, _) in kinds.items() if kind == "double"] == ["seconds"]
    assert {column.unit for column in build.SYNC_LOG if column.kind == "timestamp"} == {"UTC"}
    assert all(kind in ("text", "bigint", "timestamp", "double") for kind, _ in kinds.values())
    assert [column.name for column in build.REJECTED_ROWS if not column.nullable] == ["company_guid", "payload_hash"]
    assert {column.kind for column in build.REJECTED_ROWS} == {"text"}


def resources(package: Package | None = None, existing: bool = False) -> dict[str, Any]:
    source = dlt.source(lambda: build.build([PUNCHES, ROLES], lambda: package or Package(), "r", "parquet"), name="kit")
    return dict(source().resources)


def test_every_table_is_merged_by_its_key_and_a_childs_by_its_parent() -> None:
    found = {name: one.compute_table_schema() for name, one in resources().items()}

    def keys(name: str, hint: str) -> list[str]:
        return [column for column, hints in found[name]["columns"].items() if hints.get(hint)]

    assert set(found) == {"punches", "punch_breaks", "roles", "role_stations", "sync_log", "rejected_rows"}
    assert keys("punches", "primary_key") == ["company_guid", "id"]
    assert keys("punch_breaks", "merge_key") == ["company_guid", "punch_id"]
    assert keys("punch_breaks", "primary_key") == []
    assert keys("punch_breaks", "hard_delete") == ["_tombstone"]
    assert keys("roles", "primary_key") == ["company_guid", "id", "_dlt_valid_from", "_dlt_id"]
    assert keys("role_stations", "primary_key") == ["company_guid", "role_id", "id", "_dlt_valid_from", "_dlt_id"]
    assert keys("role_stations", "merge_key") == []
    assert keys("rejected_rows", "primary_key") == ["company_guid", "table_name", "payload_hash"]
    assert {name: table["write_disposition"] for name, table in found.items()} == {
        **dict.fromkeys(found, "merge"), "sync_log": "append"}  # fmt: skip
    assert {table["file_format"] for table in found.values()} == {"parquet"}
    assert all(one.max_table_nesting == 0 for one in resources().values())


def test_rows_that_dlt_has_written_are_let_go_while_it_writes_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "TABLE_ROWS", 1_000_000)
    rows = Rows(PUNCHES.tables[0], [pa.table({"id": range(500_000 * part, 500_000 * (part + 1))}) for part in range(8)])
    rows.arrow.append(pa.table({"id": [-1], "deleted": [True]}))
    package = Package()
    package.add(reads(0)[0], [rows])
    held, found, sizes = pa.total_allocated_bytes(), list[Any](), list[int]()

    for table in resources(package)["punches"]:
        found.append((table.schema.names, table.column("id")[0].as_py()))
        sizes.append(held - pa.total_allocated_bytes())

    assert [first for _, first in found] == [0, 1_000_000, 2_000_000, 3_000_000, -1]
    assert {tuple(names) for names, _ in found} == {("id", "deleted")}
    assert sizes[-1] > 20_000_000  # bytes, of 32 million


def test_columns_are_declared_to_the_destination_as_they_are() -> None:
    found = build.hints(PUNCHES.tables[1].columns)

    assert found["punch_id"] == {"name": "punch_id", "data_type": "bigint", "nullable": False}
    assert found["minutes"] == {"name": "minutes", "data_type": "bigint", "nullable": True}
    assert found["_tombstone"] == {"name": "_tombstone", "data_type": "bool", "nullable": True, "hard_delete": True}


# The run around it.


def test_a_report_tells_people_what_happened() -> None:
    fine = Unit(task(ROLES), Batch(drift=Counter({"roles: odd": 2})), "snapshot", note="noted " + "x" * 300)
    bad = Unit(task(PUNCHES), Batch(rejected=[Rejected("a", "b", "c")]), "failed", status="failed", error="it broke")
    report = Report("x", "a.duckdb", "r", [fine, bad], {"roles": 1234, "none": 0}, ["1", "2"], {"late", "early"}, 4321)

    lines = report.as_text().splitlines()

    assert lines[0] == "x -> a.duckdb"
    assert lines[1] == "  roles                          1,234 rows"
    assert lines[2] == "  FAILED it broke"
    assert lines[3].startswith("  note: bistro roles: noted")
    assert lines[3].endswith(" … (see sync_log)")
    assert lines[4] == "  note: bistro sent 2 rows of roles with a new or other field: roles: odd"
    assert lines[5] == "  note: bistro: 1 rows of punches fit no table, see x.rejected_rows"
    assert lines[6:] == ["  note: early", "  note: late", "  4,321 requests, 2 load packages"]
    assert report.failed


@pytest.mark.parametrize(("status", "failed"), [("ok", False), ("failed", True), ("skipped", True),
                                                ("incomplete", True)])  # fmt: skip
def test_a_run_that_owes_something_has_failed(status: str, failed: bool) -> None:
    assert Report("x", "y", "r", [Unit(task(), Batch(), "snapshot", status=status)]).failed == failed


def test_a_report_without_rows_says_so_and_one_note_names_every_company_that_has_it() -> None:
    units = [Unit(task(ROLES), Batch(), "snapshot", note="same"),
             Unit(replace(task(ROLES), company=OTHER), Batch(), "snapshot", note="same")]  # fmt: skip

    assert Report("x", "y", "r", units, {"roles": 0}).as_text().splitlines() == [
        "x -> y", "  nothing new", "  note: bistro, other roles: same", "  0 requests, 0 load packages"]  # fmt: skip


def test_a_report_as_json_has_plain_values_only() -> None:
    unit = Unit(task(ROLES), Batch(rejected=[Rejected("a", "b", "c")], drift=Counter("a")), "snapshot", rows_read=5,
                written=3, rows_outside=1, requests=2, high_water_mark=NOON, note="n", error="e")  # fmt: skip
    report = Report("x", "y", "r", [unit], {"roles": 3}, ["1"], {"b", "a"}, 9)

    assert report.as_dict() == {
        "source": "x", "destination": "y", "run_id": "r", "ok": True, "tables": {"roles": 3}, "requests": 9,
        "load_ids": ["1"], "notices": ["a", "b"],
        "resources": [{
            "company": "bistro", "guid": GUID, "resource": "roles", "kind": "snapshot", "status": "ok", "rows_read": 5,
            "rows_written": 3, "rows_rejected": 1, "rows_outside": 1, "requests": 2, "drift": {"a": 1},
            "high_water_mark": "2026-03-02T12:00:00+00:00", "error": "e", "note": "n", "transport": "rest",
        }],
    }  # fmt: skip


VENDOR = SimpleNamespace(slug="x", resources=(PUNCHES, ROLES), companies=lambda: [BISTRO, OTHER])


def test_companies_are_chosen_by_their_slug_and_all_of_them_without_one() -> None:
    assert running.choose_companies(VENDOR, []) == [BISTRO, OTHER]
    assert running.choose_companies(VENDOR, ["other"]) == [OTHER]
    with pytest.raises(
        ConfigurationError, match=r"No company 'none' is configured for x\. Configured are: bistro, other\."
    ):
        running.choose_companies(VENDOR, ["other", "none"])


def test_resources_are_chosen_by_their_name_or_by_a_table_they_fill() -> None:
    assert running.choose_resources(VENDOR, []) == [PUNCHES, ROLES]
    assert running.choose_resources(VENDOR, ["role_stations"]) == [ROLES]
    assert running.choose_resources(VENDOR, ["roles", "punches"]) == [PUNCHES, ROLES]
    with pytest.raises(
        ConfigurationError, match=r"x has no resource 'none'\. It has: punch_breaks, punches, role_stations, "
    ):
        running.choose_resources(VENDOR, ["none"])


def test_a_name_that_is_a_resource_and_a_table_of_another_one_means_the_resource() -> None:
    other = without(ROLES, name="punch_breaks", children=())

    assert running.choose_resources(SimpleNamespace(slug="x", resources=(PUNCHES, other)), ["punch_breaks"]) == [other]


def test_scratch_files_are_where_dlt_is_told_to_have_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path))
    assert loading.working_dir() == tmp_path.resolve() / "pipelines"
    monkeypatch.delenv("DLT_DATA_DIR")
    monkeypatch.chdir(tmp_path)
    assert loading.working_dir() == tmp_path.resolve() / ".sevens" / "pipelines"


def test_a_selection_of_companies_has_a_pipeline_of_its_own_whatever_their_order() -> None:
    assert running._shard([]) == ""
    assert running._shard(["a", "b"]) == running._shard(["b", "a"]) != running._shard(["a"])
    assert running._shard(["a", "b"]) != running._shard(["ab"])
    assert len(running._shard(["a"])) == 9


def test_an_error_is_told_by_its_first_cause_and_first_line() -> None:
    first = ValueError("  it broke.\nat line 7")
    middle, last = KeyError("x"), UnavailableError("y")
    middle.__cause__, last.__context__ = first, middle

    assert loading.cause(last) == "it broke"
    assert loading.cause(ValueError("")) == "ValueError"
    assert [type(error).__name__ for error in loading._chain(last)] == ["UnavailableError", "KeyError", "ValueError"]


def test_of_a_chain_of_errors_the_one_that_tells_of_a_full_disk_is_told() -> None:
    first, full = ValueError("a file is cut off"), OSError(errno.ENOSPC, "No space left on device")
    last = UnavailableError("y")
    full.__cause__, last.__cause__ = first, full

    assert loading.cause(last) == "[Errno 28] No space left on device"


def test_the_sources_are_those_with_companies_or_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert running.configured() == ["seven_shifts", "seven_geese"]
    monkeypatch.setenv("SOURCES__SEVEN_GEESE__COMPANIES", '[{"slug": "acme"}]')
    assert running.configured() == ["seven_geese"]


def test_dlt_is_told_to_send_nothing_to_log_little_and_to_mark_rows_of_both_lanes_with_their_load() -> None:
    names = ("RUNTIME__DLTHUB_TELEMETRY", "RUNTIME__LOG_LEVEL", "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID",
             "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_ID")  # fmt: skip

    assert [os.environ.get(name) for name in names] == ["false", "CRITICAL", "true", "false"]


def test_a_package_that_was_extracted_and_not_loaded_is_an_error() -> None:
    def info(*loaded: str, state: str = "loaded") -> Any:
        return SimpleNamespace(load_packages=[SimpleNamespace(load_id=id, state=state) for id in loaded])

    def pipeline(*extracted: str, name: str = "extract") -> Any:
        return SimpleNamespace(
            last_trace=SimpleNamespace(
                steps=[
                    SimpleNamespace(step=name, step_info=info(*extracted)),
                    SimpleNamespace(step="extract", step_info=None),
                ]
            )
        )

    loading._refuse_unloaded(pipeline("1", "2"), info("1", "2", "3"))
    loading._refuse_unloaded(pipeline("1", name="load"), info())
    loading._refuse_unloaded(SimpleNamespace(last_trace=None), info())
    for loaded in (info("2"), info("1", "2", state="aborted")):
        with pytest.raises(UnavailableError, match=r"The load package 1.* was cleared away"):
            loading._refuse_unloaded(pipeline("1", "2"), loaded)


def test_a_disk_without_room_is_known_by_these_errors() -> None:
    assert loading.NO_ROOM == (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def test_rows_are_counted_over_all_parts_of_a_package() -> None:
    package = Package()
    package.add(Unit(task(), Batch(), "x"), [Rows(ROLES.tables[0], slow=[{}, {}]), Rows(ROLES.tables[0], slow=[{}])])

    assert len(package) == 3
    assert package.born == pytest.approx(time.monotonic(), abs=60)
