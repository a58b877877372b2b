"""From companies and resources to packages: what to read, in threads, and how much to commit at a time."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sources.core.company import Company
from sources.core.errors import ConfigurationError, SevensError, SkippedError, SuspectError, UnavailableError
from sources.core.http import Client
from sources.core.journal import Past
from sources.core.memory import Memory
from sources.core.resource import Mode, Resource
from sources.core.rows import Batch, Rows
from sources.core.scan import scan as by_cursor
from sources.core.sync import settle
from sources.core.task import UNIT_ROWS, Room, Task, Unit

WORKERS = 8
BEGUN = 2 * WORKERS  # companies and resources at work or in line; with fewer of them the next company begins
PACKAGE_ROWS = 250_000  # with nested ones; a load costs as much as to read some 10,000 rows
TOGETHER_ROWS, TOGETHER_SECONDS = 20_000, 2.0  # of units that are settled together
SMALL = 1_000  # rows of a unit that may wait until somebody takes it, and of a table that is not worth one of its own
PIECES = 64  # small tables that are left as they are
Scan = Callable[[Client, Task], Iterator[Unit]]
SLACK = timedelta(minutes=30)  # a daily cadence must not slip by the length of yesterday's run


logger = logging.getLogger(__name__)


class _StoppedError(Exception):
    """The caller has stopped listening."""


@dataclass(frozen=True)
class Order:
    """What a run was asked to do, beyond continuing where each resource stopped. Raises `ConfigurationError`."""

    since: datetime | None = None
    until: datetime | None = None
    full_refresh: bool = False
    allow_shrink: bool = False
    unit_rows: int = UNIT_ROWS
    package_rows: int = PACKAGE_ROWS
    package_minutes: float = 10.0

    def __post_init__(self) -> None:
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment and moment.tzinfo is None:
                raise ConfigurationError(f"{name} ({moment.isoformat()}) has no time zone. Give it one: "
                                         "datetime(..., tzinfo=timezone.utc).")  # fmt: skip
        if self.since and self.until and self.since > self.until:
            raise ConfigurationError(f"since ({self.since.isoformat()}) is after until ({self.until.isoformat()}). "
                                     "Swap them.")  # fmt: skip


@dataclass
class Package:
    """What one load commits: settled rows by table, and the log of the units they came in."""

    rows: dict[str, list[Rows]] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    born: float = field(default_factory=time.monotonic)
    _jobs: set[tuple[str, str]] = field(default_factory=set)
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    def holds(self, unit: Unit) -> bool:
        """Whether it has a unit of the same company and resource: two would have to be settled against each
        other, so the second one waits for the next package."""
        return _job(unit) in self._jobs

    def add(self, unit: Unit, settled: Iterable[Rows]) -> None:
        """Take in a unit and the rows of it that are to be written."""
        for rows in settled:
            self.rows.setdefault(rows.table.name, []).append(rows)
            self._count += len(rows)
        self._jobs.add(_job(unit))
        self.units.append(unit)

    def join(self) -> None:
        """Make one of many small tables: a table of a few rows takes ten times as much as they do."""
        for name, parts in self.rows.items():
            small = [rows for rows in parts if len(rows) < SMALL]
            if len(small) > PIECES:
                self.rows[name] = [*(rows for rows in parts if len(rows) >= SMALL), Rows.of(small)]


class Harvest:
    """Scans every company's resources in threads and hands their units over one by one.

    A gate (the row says so) is read before a company's other resources: refused there, it is not asked again. A
    failure of one scan is a unit with status `failed`; nothing of it is lost to the others. Iterating yields None
    now and then while waiting, so that the caller can commit what it has.
    """

    def __init__(
        self, client: Client, resources: Sequence[Resource], companies: Sequence[Company], memory: Memory,
        order: Order, discover: Callable[[Client, Company, int | None], Company], scan: Scan = by_cursor,
    ) -> None:  # fmt: skip
        self._client, self._resources, self._order, self._discover = client, resources, order, discover
        self._past, self._ids, guids = memory.past(), memory.company_ids(), memory.guids()
        # A vendor may derive a company's GUID when it answers; until then it is the one it had.
        self._companies = [replace(one, guid=one.guid or guids.get(one.slug, "")) for one in companies]
        self._readers, self._scans = memory.readers(), scan
        self._known = {
            resource.name: memory.listed(resource.tables[0])
            for resource in resources
            if resource.cursor and resource.mode is Mode.SNAPSHOT
        }
        self._units: queue.Queue[tuple[Unit, threading.Event]] = queue.Queue(maxsize=WORKERS)
        self._open, self._counting = 0, threading.Lock()
        self.room = Room()

    def __iter__(self) -> Iterator[Unit | None]:
        self._client.stopping.clear()
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="scan") as pool:
            try:
                upcoming = deque(self._companies)
                while upcoming or self._open or not self._units.empty():
                    while upcoming and self._open < BEGUN:
                        self._submit(pool, self._company, pool, upcoming.popleft())
                    try:
                        unit, taken = self._units.get(timeout=0.2)
                    except queue.Empty:
                        yield None
                    else:
                        taken.set()
                        yield unit
            finally:
                self._client.stopping.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *args: Any) -> None:  # noqa: ANN401
        with self._counting:
            self._open += 1
        pool.submit(work, *args).add_done_callback(self._done)

    def _done(self, _: Future[Any]) -> None:
        with self._counting:
            self._open -= 1

    def _company(self, pool: ThreadPoolExecutor, company: Company) -> None:
        gates = [resource for resource in self._resources if resource.gate]
        with self._noting(Task(company, self._resources[0])):
            known = self._discover(self._client, company, self._ids.get(company.guid))
            if all(self._scan(known, gate) for gate in gates):
                for resource in self._resources:
                    if not resource.gate:
                        self._submit(pool, self._scan, known, resource)

    def _scan(self, company: Company, resource: Resource) -> bool:
        """Whether it went well; units go to the queue as they come."""
        task = self.task(company, resource)
        if task is None:
            return True
        try:
            with self._noting(task):
                for unit in self._scans(self._client, task):
                    self._put(unit)
                return True
            return False
        finally:
            self.room.leave()

    @contextmanager
    def _noting(self, task: Task) -> Iterator[None]:
        """Whatever goes wrong with one resource of one company becomes a failed unit of it, and ends there."""
        try:
            yield
        except _StoppedError:
            pass
        except Exception as error:
            if not isinstance(error, SevensError):
                logger.exception("%s: %s failed unexpectedly", task.company.slug, task.resource.name)
            with suppress(_StoppedError):
                self._put(_failed(task, error))

    def _put(self, unit: Unit) -> None:
        """Hand a unit over. Whoever has a large one goes on when it is taken: one that nobody wants yet is one too
        many."""
        taken = threading.Event()
        while True:
            self._stop_if_told()
            with suppress(queue.Full):
                self._units.put((unit, taken), timeout=0.2)
                break
        while len(unit.batch) > SMALL and not taken.wait(0.2):
            self._stop_if_told()

    def _stop_if_told(self) -> None:
        if self._client.stopping.is_set():
            raise _StoppedError

    def task(self, company: Company, resource: Resource) -> Task | None:
        """Where to continue, or None for a resource whose cadence is not due."""
        past = self._past.get((company.guid, resource.name))
        identity, transport = self._readers.get((company.guid, resource.name), (None, None))
        asked = Task(company, resource, since=self._order.since, until=self._order.until,
                     unit_rows=self._order.unit_rows, room=self.room,
                     identity=identity, transport=transport)  # fmt: skip
        if past is None:
            return asked
        if self._order.full_refresh:
            return replace(asked, rewrite=True)
        if resource.cadence and not self._due(past, resource.cadence):
            return None
        now = self._client.clock
        if past.mark and now and past.mark > now:
            self._client.notices.add(f"{company.slug}: the server's clock ({now:%Y-%m-%d %H:%M}) is behind the mark of "
                                     f"{resource.name}; it was read whole")  # fmt: skip
            return asked
        return replace(asked, mark=past.mark, covered=past.covered, begun=past.begun, newest=past.newest,
                     whole_at=past.whole_at,
                     known=self._known.get(resource.name, {}).get(company.guid, {}))  # fmt: skip

    def _due(self, past: Past, cadence: timedelta) -> bool:
        now = self._client.clock
        return past.completed_at is None or now is None or now >= past.completed_at + cadence - SLACK


def packages(
    harvest: Harvest, memory: Memory, order: Order, seen: Callable[[Unit | None], None] = lambda unit: None
) -> Iterator[Package]:
    """Settled units, a load at a time: bounded by rows and by minutes, never two units of one resource. `seen`
    is told of every unit, and of the time that passes without one."""
    package = Package()
    try:
        for unit in _expected(harvest, memory):
            late = time.monotonic() - package.born > order.package_minutes * 60
            if package.units and (late or len(package) >= order.package_rows or (unit and package.holds(unit))):
                memory.close()
                yield package
                package = Package()
            if unit is None:
                package.join()
            else:
                if not package.units:
                    package.born = time.monotonic()
                unit = _add(package, unit, memory, order.allow_shrink)
            seen(unit)
    finally:
        memory.close()
    if package.units:
        yield package


def _expected(harvest: Iterable[Unit | None], memory: Memory) -> Iterator[Unit | None]:
    """The units as they come, a few at a time, so that the destination is asked for all of them at once."""
    waiting: list[Unit] = []
    rows, since = 0, time.monotonic()
    for unit in harvest:
        if unit:
            waiting.append(unit)
            rows += len(unit.batch)
        if unit is None or rows > TOGETHER_ROWS or time.monotonic() - since > TOGETHER_SECONDS:
            memory.expect(waiting)
            yield from waiting
            waiting, rows, since = [], 0, time.monotonic()
            yield None  # a package that is full need not wait for the next unit
    memory.expect(waiting)
    yield from waiting


def _add(package: Package, unit: Unit, memory: Memory, allow_shrink: bool) -> Unit:
    try:
        settled = settle(unit, memory, allow_shrink) if unit.status not in ("failed", "skipped") else []
    except SuspectError as error:
        settled, unit = [], _failed(unit.task, error)
    unit.written = sum(len(rows) for rows in settled)
    unit.batch.rows.clear()
    package.add(unit, settled)
    return unit


def _job(unit: Unit) -> tuple[str, str]:
    return unit.task.company.guid, unit.task.resource.name


def _failed(task: Task, error: Exception) -> Unit:
    told = str(error)
    if not isinstance(error, SevensError):
        told = (f"{task.company.slug}: {task.resource.name} failed in a way nobody foresaw ({type(error).__name__}); "
                "the log has the place. Please report it.")  # fmt: skip
    status = "skipped" if isinstance(error, SkippedError) else "failed"
    identity = task.company.identity
    return Unit(task, Batch(), status, status=status, error=told, identity=identity, transport="",
                unavailable=isinstance(error, UnavailableError))  # fmt: skip
