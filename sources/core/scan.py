"""Reading one company's resource from the vendor: by change, by window, whole, or once per user.

A scan yields units. A unit is what may be committed on its own: its rows, and the `sync_log` row that says
how far they reach. Nothing here touches the destination, so scans of many companies run in threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyarrow.compute as pc

from sources.core.envelope import Envelope, open_envelope
from sources.core.errors import RefusedError
from sources.core.http import Client, Reply
from sources.core.moments import EPOCH, FIRST, LAST, iso, moment
from sources.core.reading import LANES, Reading
from sources.core.resource import Mode
from sources.core.rows import Rows
from sources.core.task import Reach, Task, Unit

FAN_OUT = 8  # requests in flight where a resource asks once per user
HOUR = timedelta(hours=1)
LOOK = 5_000  # rows of a first look: what follows is read again in windows


def scan(client: Client, task: Task) -> Iterator[Unit]:
    """Read what the task asks for, unit by unit. Raises what the client raises, and `SuspectError`."""
    if task.resource.per:
        yield _fan_out(client, task)
    elif task.resource.mode is Mode.SNAPSHOT:
        reading = Reading(client, task)
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


def _incremental(client: Client, task: Task, mark: datetime) -> Unit:
    resource = task.resource
    assert resource.cursor
    since = resource.cursor.since(mark)
    reading = Reading(client, task)
    for fixed in resource.passes:
        reading.walk({**fixed, resource.cursor.param: since})
    start = resource.cursor.start(mark)
    reach: Reach = ((resource.cursor.field, start, None),)
    if resource.rolling and resource.window:
        back = (reading.started or mark) - resource.rolling
        for fixed in resource.passes:
            reading.walk({**fixed, f"{resource.window}[gte]": iso(back)})
        reach += ((resource.window, back, None),)
    unit = reading.unit("incremental", modified_since=since, reach=reach)
    unit.rows_outside = 0 if resource.rolling else outside(unit.batch.rows[resource.name], resource.cursor.field, start)
    unit.high_water_mark = max(mark, mark_of(unit, mark) or mark)
    return unit


def _first_load(client: Client, task: Task) -> Iterator[Unit]:
    """Everything in one listing, if it is short; otherwise the window column cuts it, into listings that are read at
    once, and the first look only tells how."""
    look = min(task.unit_rows, LOOK) if task.resource.window else None
    unit = _read_window(client, task, "backfill", None, None, look)
    if unit.status == "partial":
        yield from _windows(client, task, None, "backfill", sample=unit)
    else:
        unit.high_water_mark = mark_of(unit)
        yield unit


def _windows(
    client: Client, task: Task, edge: datetime | None, kind: str, sample: Unit | None = None
) -> Iterator[Unit]:
    """Window after window from `edge` on, oldest first, each short enough to be one unit; the last one is open
    unless an end was asked for. Where the server ignores the window, one whole listing takes its place."""
    begun, newest, seconds = task.begun, task.newest, 0.0
    first, horizon, step, short = None, begun, timedelta(days=28), False
    if sample:
        begun, newest = sample.scan_started_at, sample.newest_modified
        first, latest = _span(sample)
        horizon = max(latest, begun or latest)
        short = sample.rows_read < task.unit_rows  # the first window holds what is older than all it saw, too
        step = max(HOUR, (latest - first) * (task.unit_rows / sample.rows_read * 0.8 if short else 1 / 3))
    closing = False
    while not closing:
        stop = min((moment for moment in (task.until, horizon) if moment), default=None)
        blind = edge is None and first is None  # nothing tells yet where the history begins
        low = edge or (first if short else None)
        closing = blind or stop is None or (low is not None and low + step >= stop)
        end = task.until if closing else low + step if low else first
        budget = task.unit_rows if blind or (low and step > HOUR) else None
        unit = _read_window(client, task, kind, edge, end, budget, (low, end or horizon))
        if sample:  # it is told of with what follows
            unit.requests, unit.seconds, sample = unit.requests + sample.requests, unit.seconds + sample.seconds, None
        seconds += unit.seconds
        begun = min((moment for moment in (begun, unit.scan_started_at) if moment), default=None)
        newest = max((moment for moment in (newest, unit.newest_modified) if moment), default=None)
        if unit.status == "partial":
            step = max(HOUR, min(step, end - low if end and low else step) / 2)
            closing = False
            earliest, latest = _span(unit)
            first, horizon = first or earliest, max(latest, horizon or latest)
            yield unit
            continue
        if unit.rows_outside and kind == "backfill":
            yield unit
            unit, closing = _read_window(client, task, kind, None, None, None), True
        if closing and kind == "backfill":
            unit.high_water_mark = mark_of(Unit(task, unit.batch, kind, scan_started_at=begun, newest_modified=newest,
                                              seconds=seconds))  # fmt: skip
        yield unit
        edge = end
        step = step * 2 if unit.rows_read < task.unit_rows / 4 else step


def _read_window(
    client: Client, task: Task, kind: str, start: datetime | None, end: datetime | None, budget: int | None,
    span: tuple[datetime | None, datetime | None] = (None, None),
) -> Unit:  # fmt: skip
    """One unit of all passes between `start` and `end`; `partial` if it holds more than `budget` rows. Most of its rows
    are expected within `span`."""
    window, (usual, *rare) = task.resource.window, task.resource.passes
    reading = Reading(client, task)
    slices = [{**usual, **_limits(window, *part)} for part in _slices(start, end, *span)]
    complete = reading.gather(slices, budget)
    # Not at the same time: what is deleted meanwhile has to come in one of the passes.
    limits = _limits(window, start, end)
    complete = complete and all(reading.walk({**fixed, **limits}, reading.beyond(budget)) for fixed in rare)
    reach = ((window, start or EPOCH, end),) if window and (start or end) else ()
    unit = reading.unit(kind, window_start=start, window_end=end if complete else None, reach=reach)
    unit.status = "ok" if complete else "partial"
    if window and reach:
        unit.rows_outside = outside(unit.batch.rows[task.resource.name], window, start, end)
    return unit


def _limits(window: str | None, start: datetime | None, end: datetime | None) -> dict[str, str]:
    limits = {f"{window}[gte]": start, f"{window}[lte]": end}
    return {name: iso(moment) for name, moment in limits.items() if moment}


def _slices(
    start: datetime | None, end: datetime | None, low: datetime | None, high: datetime | None
) -> list[tuple[datetime | None, datetime | None]]:
    """What lies between `start` and `end`, in parts that are equally long between `low` and `high`."""
    if low is None or high is None or high - low < LANES * HOUR:
        return [(start, end)]
    cuts = [low + (high - low) / LANES * part for part in range(1, LANES)]
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _fan_out(client: Client, task: Task) -> Unit:
    """One request per row of another listing (the wages of each user), in the order of its passes."""
    resource = task.resource
    assert resource.per
    parents = Reading(client, Task(task.company, resource.per))
    for fixed in resource.per.passes:
        parents.walk(fixed)
    rows = parents.reader.finish().rows[resource.per.name]
    ids: list[int] = list(dict.fromkeys(rows.values("id")))
    reading = Reading(client, task, started=parents.started, requests=parents.requests)
    asked: set[int] = set()
    with ThreadPoolExecutor(FAN_OUT, thread_name_prefix=f"{task.company.slug}-{resource.name}") as pool:
        try:
            for parent, reply in zip(ids, pool.map(lambda parent: _ask(client, task, parent), ids), strict=True):
                reading.requests += reply.requests if reply else 1
                if reply:
                    asked.add(parent)
                    reading.take(reply.body.data, {resource.per_key: parent}, reply.mended)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return reading.unit("snapshot", scope=frozenset(asked))


def _ask(client: Client, task: Task, parent: int) -> Reply[Envelope] | None:
    """One parent's reply; None for a parent that has gone meanwhile, whose rows then stay as they are."""
    path = task.resource.path.format(company_id=task.company.id, **{task.resource.per_key: parent})
    try:
        return client.get(task.company, path, {}, open_envelope)
    except RefusedError as error:
        if error.status == 404:
            return None
        raise


def mark_of(unit: Unit, floor: datetime | None = None) -> datetime | None:
    """The earlier of the server's clock at the start of the scan and the newest modification seen. An edit
    made while pages came in is newer than the start, so the next scan asks for it again. Without a server
    clock the scan's own length is taken off. No rows: no mark."""
    newest = max((moment for moment in (unit.newest_modified, floor) if moment), default=None)
    if newest is None:
        return None
    if unit.scan_started_at is None:
        return newest - timedelta(seconds=unit.seconds)
    return min(newest, unit.scan_started_at)


def outside(rows: Rows, column: str, start: datetime | None, end: datetime | None = None) -> int:
    """How many rows the server should not have sent. They are loaded all the same: merging makes them harmless."""
    inside = rows.within(column, start or FIRST, end or LAST)
    if pc.all(inside, min_count=0).as_py():
        return 0
    moments = zip(rows.values(column), inside.to_pylist(), strict=True)
    return sum(isinstance(value, int) and not here for value, here in moments)


def _span(unit: Unit) -> tuple[datetime, datetime]:
    """The earliest and the latest moment of the window column in a unit."""
    column = unit.task.resource.window or ""
    first, last = unit.batch.rows[unit.task.resource.name].span(column) or (0, 0)
    return moment(first), moment(last)
