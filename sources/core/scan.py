"""Reading one company's resource from the vendor: by change, by window, whole, or once per user.

A scan yields units. A unit is what may be committed on its own: its rows, and the `sync_log` row that says
how far they reach. Nothing here touches the destination, so scans of many companies run in threads.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyarrow.compute as pc

from sources.core.envelope import Envelope, open_envelope
from sources.core.errors import RefusedError
from sources.core.http import Client, Reply
from sources.core.moments import EPOCH, FIRST, LAST, iso, moment
from sources.core.reading import Reading
from sources.core.resource import Mode
from sources.core.rows import Rows
from sources.core.task import Reach, Task, Unit

FAN_OUT = 8  # requests in flight where a resource asks once per user
HOUR = timedelta(hours=1)  # the shortest window
SPARSE = timedelta(days=28)  # a window where nothing tells yet how many rows there are
WINDOWS = 20  # of a unit: how finely its end can be chosen
REST = 4  # windows that are no unit of their own
LOOK = 5_000  # rows of a first look: they come again in windows
Window = tuple[datetime | None, datetime | None]


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
    unit, complete = _read_windows(client, task, "backfill", [(None, None)], look)
    if complete:
        unit.high_water_mark = mark_of(unit)
        yield unit
    else:
        yield from _windows(client, task, None, "backfill", look=unit)


def _windows(client: Client, task: Task, edge: datetime | None, kind: str, look: Unit | None = None) -> Iterator[Unit]:
    """Unit after unit from `edge` on, oldest first, each of as many windows as make one; the last window is open unless
    an end was asked for. Where the server ignores windows, one whole listing takes their place."""
    begun, newest, seconds, vain = task.begun, task.newest, 0.0, look
    first, horizon, step = None, begun, SPARSE
    if look:
        begun, newest = look.scan_started_at, look.newest_modified
        first, latest = _span(look)
        horizon = max(latest, begun or latest)
        step = (latest - first) * (task.unit_rows / WINDOWS / look.rows_read)
        look.batch.rows.clear()
    closing = False
    if look or task.covered:
        task.room.enter()  # there is more than others may read without a place
    while not closing:
        step = max(step, HOUR)
        low, stop = edge or first, min((moment for moment in (task.until, horizon) if moment), default=None)
        windows = _cut(edge, low, step, stop, task.until)
        last = windows[-1][1] == task.until
        budget = task.unit_rows * (WINDOWS + REST) // WINDOWS if last else task.unit_rows
        unit, done = _read_windows(client, task, kind, windows, budget, sure=step == HOUR and low is not None)
        if vain:  # it is told of with what follows
            unit.requests, unit.seconds = unit.requests + vain.requests, unit.seconds + vain.seconds
        ignored = bool(unit.rows_outside) and kind == "backfill"
        if not (done or ignored):
            earliest, latest = _span(unit)
            first, horizon = min(first or earliest, earliest), max(latest, horizon or latest)
            unit.batch.rows.clear()
            vain, step = unit, step / 4
            continue
        seconds, vain = seconds + unit.seconds, None
        begun = min((moment for moment in (begun, unit.scan_started_at) if moment), default=None)
        newest = max((moment for moment in (newest, unit.newest_modified) if moment), default=None)
        if ignored:
            if done:
                yield unit
            spent = 0 if done else unit.requests
            unit, done = _read_windows(client, task, kind, [(None, None)], None)
            unit.requests += spent
        closing = ignored or (done == len(windows) and last)
        if closing and kind == "backfill":
            unit.high_water_mark = mark_of(Unit(task, unit.batch, kind, scan_started_at=begun, newest_modified=newest,
                                              seconds=seconds))  # fmt: skip
        yield unit
        if not closing:
            edge = windows[done - 1][1]
            step *= min(16.0, max(0.25, task.unit_rows / WINDOWS / max(1.0, unit.rows_read / done)))


def _cut(
    edge: datetime | None, low: datetime | None, step: timedelta, stop: datetime | None, until: datetime | None
) -> list[Window]:
    """Windows as long as a step, from `edge` on, where rows begin at `low`; the last one ends at `until` if that is
    where it leads, behind `stop`. One window if nothing tells where rows begin or end. Whole seconds, as they are asked
    for: a row between two spellings of one cut would seem to be of neither window."""
    if low is None or stop is None:
        return [(edge, until)]
    cuts = [(low + step * count).replace(microsecond=0) for count in range(1, WINDOWS + 1)]
    cuts = [moment for moment in cuts if moment < stop]
    moments: list[datetime | None] = [edge, *cuts, until]
    short = stop - cuts[-1] < step * REST if cuts else True
    return list(itertools.pairwise(moments))[: WINDOWS + short]


def _read_windows(
    client: Client, task: Task, kind: str, windows: Sequence[Window], budget: int | None, sure: bool = False
) -> tuple[Unit, int]:
    """One unit of all passes over these windows, or the first ones of them if they hold more than `budget` rows, and
    how many they are: at least one if that is `sure`, however long it is. None: what it holds is not complete."""
    window, (usual, *rare) = task.resource.window, task.resource.passes
    reading = Reading(client, task)
    done = reading.gather([{**usual, **_limits(window, *part)} for part in windows], budget, sure)
    start, end = windows[0][0], windows[max(done, 1) - 1][1]
    for fixed in rare if done else ():  # not at the same time: what is deleted meanwhile has to come in one of them
        reading.walk({**fixed, **_limits(window, start, end)})
    reach = ((window, start or EPOCH, end),) if window and (start or end) else ()
    unit = reading.unit(kind, window_start=start, window_end=end, reach=reach)
    if window and reach:
        unit.rows_outside = outside(unit.batch.rows[task.resource.name], window, start, end)
    return unit, done


def _limits(window: str | None, start: datetime | None, end: datetime | None) -> dict[str, str]:
    limits = {f"{window}[gte]": start, f"{window}[lte]": end}
    return {name: iso(moment) for name, moment in limits.items() if moment}


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
