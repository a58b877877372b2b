"""Reading one company's resource from the vendor: passes, windows, pages and the guards on them.

A scan yields units. A unit is what may be committed on its own: its rows, and the `sync_log` row that says
how far they reach. Nothing here touches the destination, so scans of many companies run in threads.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from sources.core.errors import RefusedError, SuspectError
from sources.core.http import Client, Company
from sources.core.pages import Batch, PageReader, open_envelope
from sources.core.resource import Mode, Resource

UNIT_ROWS = 200_000  # a listing longer than this is cut into windows
FAN_OUT = 8  # requests in flight where a resource asks once per user
EMPTY_PAGES = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Task:
    """What to read of a resource, decided from what the destination remembers of it.

    `mark`: the high-water mark to continue from. `covered`: how far an unfinished backfill got, begun at
    server time `begun` with `newest` the newest modification it saw. `since`/`until`: a window asked for.
    `rewrite`: write rows again even where the destination's look the same.
    """

    company: Company
    resource: Resource
    mark: datetime | None = None
    covered: datetime | None = None
    begun: datetime | None = None
    newest: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    rewrite: bool = False
    identity: str | None = None
    unit_rows: int = UNIT_ROWS


@dataclass
class Unit:
    """Rows that belong together, and what `sync_log` will say of them. All times are the server's."""

    task: Task
    batch: Batch
    kind: str
    status: str = "ok"
    error: str | None = None
    modified_since: str | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    scan_started_at: datetime | None = None
    newest_modified: datetime | None = None
    high_water_mark: datetime | None = None
    rows_read: int = 0
    rows_outside: int = 0
    written: int = 0
    requests: int = 0
    seconds: float = 0.0
    reach: tuple[tuple[str, datetime, datetime | None], ...] = ()  # destination rows that may be the same
    identity: str = ""
    scope: frozenset[int] | None = None  # parents a snapshot was read for; None is all of the company


def scan(client: Client, task: Task) -> Iterator[Unit]:
    """Read what the task asks for, unit by unit. Raises what the client raises, and `SuspectError`."""
    if task.resource.per:
        yield _fan_out(client, task)
    elif task.resource.mode is Mode.SNAPSHOT:
        reading = _Reading(client, task)
        for fixed in task.resource.passes:
            reading.walk(fixed)
        yield reading.unit("snapshot")
    elif task.resource.window and (task.until or (task.since and (task.mark or task.covered))):
        yield from _windows(client, task, task.since, "window")
    elif task.mark:
        yield _incremental(client, task, task.mark)
    elif task.resource.window and (task.since or task.covered):
        yield from _windows(client, task, task.covered or task.since, "backfill")
    else:
        yield from _first_load(client, task)


@dataclass
class _Reading:
    """The state of one unit while its pages come in."""

    client: Client
    task: Task
    started: datetime | None = None
    requests: int = 0
    rows: int = 0
    clock: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.reader = PageReader(self.task.resource, self.task.company.guid)
        self.path = self.task.resource.path.replace("{company_id}", str(self.task.company.id))

    def walk(self, params: Mapping[str, str], budget: int | None = None) -> bool:
        """Follow `next` from the first page to the last. False if more than `budget` rows came and it stopped."""
        sent: dict[str, str | int] = dict(params)
        if self.task.resource.limit:
            sent["limit"] = self.task.resource.limit
        cursors: set[str] = set()
        seen: set[tuple[Any, ...]] = set()
        empty, before = 0, self.rows
        while True:
            reply = self.client.get(self.task.company, self.path, sent, open_envelope)
            self.requests += reply.requests
            self.started = self.started or reply.date
            keys = self.reader.read(reply.body.data)
            self.rows += len(keys)
            cursor, page = reply.body.next, reply.body.count
            if cursor is None and page is not None and page > self.rows - before:
                raise SuspectError(f"{self.task.company.slug}: GET /{self.path} ended after {self.rows - before:,} rows, but "
                                   f"counts {page:,}: the listing is cut off. Nothing of it was loaded; run again.")  # fmt: skip
            if cursor is None:
                return True
            empty = 0 if keys else empty + 1
            if cursor in cursors or empty > EMPTY_PAGES or (keys and seen.issuperset(keys)):
                raise SuspectError(f"{self.task.company.slug}: GET /{self.path} does not end: after "
                                   f"{len(cursors) + 1} pages its cursor {cursor!r} leads to nothing new. Nothing of "
                                   "this listing was marked as read; report it to the vendor.")  # fmt: skip
            if budget is not None and self.rows > budget:
                return False
            cursors.add(cursor)
            seen.update(keys)
            sent["cursor"] = cursor

    def unit(self, kind: str, **known: Any) -> Unit:  # noqa: ANN401 - fields of Unit
        """Close the unit. Refuses rows of another company, whatever GUID they came under."""
        batch = self.reader.finish()
        _own_rows(self.task, batch)
        unit = Unit(self.task, batch, kind, scan_started_at=self.started, rows_read=self.rows, requests=self.requests,
                    seconds=time.monotonic() - self.clock, identity=self.client.auth.identity, **known)  # fmt: skip
        cursor = self.task.resource.cursor
        if cursor:
            moments = [value for value in batch.rows[self.task.resource.name].values(cursor.field)
                       if isinstance(value, int)]  # fmt: skip
            unit.newest_modified = _moment(max(moments)) if moments else None
        return unit


def _incremental(client: Client, task: Task, mark: datetime) -> Unit:
    resource = task.resource
    assert resource.cursor
    since = resource.cursor.since(mark)
    reading = _Reading(client, task)
    for fixed in resource.passes:
        reading.walk({**fixed, resource.cursor.param: since})
    start = resource.cursor.start(mark)
    reach: list[tuple[str, datetime, datetime | None]] = [(resource.cursor.field, start, None)]
    if resource.rolling and resource.window:
        back = (reading.started or mark) - resource.rolling
        for fixed in resource.passes:
            reading.walk({**fixed, f"{resource.window}[gte]": _iso(back)})
        reach.append((resource.window, back, None))
    unit = reading.unit("incremental", modified_since=since, reach=tuple(reach))
    unit.rows_outside = 0 if resource.rolling else _outside(unit, resource.cursor.field, start)
    unit.high_water_mark = max(mark, _mark(unit, mark) or mark)
    return unit


def _first_load(client: Client, task: Task) -> Iterator[Unit]:
    """Everything in one listing, as long as it stays short enough; otherwise the window column cuts it."""
    unit = _read_window(client, task, "backfill", None, None, task.unit_rows if task.resource.window else None)
    if unit.status == "ok":
        unit.high_water_mark = _mark(unit)
    yield unit
    if unit.status == "partial":
        yield from _windows(client, task, None, "backfill", sample=unit)


def _windows(
    client: Client, task: Task, edge: datetime | None, kind: str, sample: Unit | None = None
) -> Iterator[Unit]:
    """Window after window from `edge` on, oldest first, each short enough to be one unit; the last one is open
    unless an end was asked for. Where the server ignores the window, one whole listing takes its place."""
    begun, newest, seconds = task.begun, task.newest, 0.0
    first, horizon, step = None, begun, timedelta(days=28)
    if sample:
        begun, newest, seconds = sample.scan_started_at, sample.newest_modified, sample.seconds
        first, horizon = _span(sample)
        step = max(HOUR, (horizon - first) / 3)
    closing = False
    while not closing:
        stop = task.until or horizon
        closing = stop is None or (edge is not None and edge + step >= stop)
        end = task.until if closing else edge + step if edge else first
        budget = task.unit_rows if edge and step > HOUR else None
        unit = _read_window(client, task, kind, edge, end, budget)
        seconds += unit.seconds
        begun = min((moment for moment in (begun, unit.scan_started_at) if moment), default=None)
        newest = max((moment for moment in (newest, unit.newest_modified) if moment), default=None)
        if unit.status == "partial":
            closing, step = False, max(HOUR, step / 2)
            horizon = max(moment for moment in (horizon, _span(unit)[1]) if moment)
            yield unit
            continue
        if unit.rows_outside and kind == "backfill":
            yield unit
            unit, closing = _read_window(client, task, kind, None, None, None), True
        if closing and kind == "backfill":
            unit.high_water_mark = _mark(Unit(task, unit.batch, kind, scan_started_at=begun, newest_modified=newest,
                                              seconds=seconds))  # fmt: skip
        yield unit
        edge = end
        step = step * 2 if unit.rows_read < task.unit_rows / 4 else step


def _read_window(
    client: Client, task: Task, kind: str, start: datetime | None, end: datetime | None, budget: int | None
) -> Unit:
    """One unit of all passes between `start` and `end`; `partial` if it holds more than `budget` rows."""
    window = task.resource.window
    limits = {f"{window}[gte]": start, f"{window}[lte]": end}
    params = {name: _iso(moment) for name, moment in limits.items() if moment}
    reading = _Reading(client, task)
    complete = all(reading.walk({**fixed, **params}, budget) for fixed in task.resource.passes)
    reach = ((window, start or _EPOCH, end),) if window and params else ()
    unit = reading.unit(kind, window_start=start, window_end=end if complete else None, reach=reach)
    unit.status = "ok" if complete else "partial"
    if window and params:
        unit.rows_outside = _outside(unit, window, start, end)
    return unit


def _fan_out(client: Client, task: Task) -> Unit:
    """One request per row of another listing (the wages of each user), in the order of its passes."""
    resource = task.resource
    assert resource.per
    parents = _Reading(client, Task(task.company, resource.per))
    for fixed in resource.per.passes:
        parents.walk(fixed)
    rows = parents.reader.finish().rows[resource.per.name]
    ids: list[int] = list(dict.fromkeys(rows.values("id")))
    reading = _Reading(client, task, started=parents.started, requests=parents.requests)
    asked: set[int] = set()
    with ThreadPoolExecutor(FAN_OUT, thread_name_prefix=f"{task.company.slug}-{resource.name}") as pool:
        try:
            for parent, data in zip(ids, pool.map(lambda parent: _ask(client, task, parent), ids), strict=True):
                reading.requests += 1
                if data is not None:
                    asked.add(parent)
                    reading.rows += len(reading.reader.read(data, {resource.per_key: parent}))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return reading.unit("snapshot", scope=frozenset(asked))


def _ask(client: Client, task: Task, parent: int) -> msgspec.Raw | None:
    """One parent's reply; None for a parent that has gone meanwhile, whose rows then stay as they are."""
    path = task.resource.path.format(company_id=task.company.id, **{task.resource.per_key: parent})
    try:
        return client.get(task.company, path, {}, open_envelope).body.data
    except RefusedError as error:
        if error.status == 404:
            return None
        raise


def _mark(unit: Unit, floor: datetime | None = None) -> datetime | None:
    """The earlier of the server's clock at the start of the scan and the newest modification seen. An edit
    made while pages came in is newer than the start, so the next scan asks for it again. Without a server
    clock the scan's own length is taken off. No rows: no mark."""
    newest = max((moment for moment in (unit.newest_modified, floor) if moment), default=None)
    if newest is None:
        return None
    if unit.scan_started_at is None:
        return newest - timedelta(seconds=unit.seconds)
    return min(newest, unit.scan_started_at)


def _outside(unit: Unit, column: str, start: datetime | None, end: datetime | None = None) -> int:
    """How many rows the server should not have sent. They are loaded all the same: merging makes them harmless."""
    low, high = _micros(start) if start else 0, _micros(end) if end else sys.maxsize
    moments = unit.batch.rows[unit.task.resource.name].values(column)
    return sum(isinstance(value, int) and not low <= value <= high for value in moments)


def _span(unit: Unit) -> tuple[datetime, datetime]:
    """The earliest and the latest moment of the window column in a unit."""
    column = unit.task.resource.window or ""
    moments = [m for m in unit.batch.rows[unit.task.resource.name].values(column) if isinstance(m, int)]
    return _moment(min(moments)), _moment(max(moments))


def _own_rows(task: Task, batch: Batch) -> None:
    """Drop other companies from the listing of companies; refuse any other listing that has rows of them."""
    owner = task.resource.owner
    for name, rows in batch.rows.items():
        if rows.table.kind(owner) and rows.table.parent is None:
            owners = rows.values(owner)
            foreign = set(owners) - {task.company.id, None}
            if foreign and owner in task.resource.key:
                batch.rows[name] = rows.keep([found == task.company.id for found in owners])
            elif foreign:
                raise SuspectError(f"{task.company.slug}: {task.resource.name} came with rows of company "
                                   f"{sorted(map(str, foreign))[0]}, but {task.company.guid} is company "
                                   f"{task.company.id}. Nothing of it was loaded: check guid and id in the "
                                   "configuration.")  # fmt: skip


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
