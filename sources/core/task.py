"""What is to be read, and what a reading brought: tasks go into threads, units come out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.core.company import Company
from sources.core.resource import Resource
from sources.core.rows import Batch

UNIT_ROWS = 100_000  # a listing longer than this is cut into several units
LARGE_ROWS = 10_000  # from here on a scan needs a place in the room
Span = tuple[str, datetime, datetime | None]  # of a column, the last moment None if it is open
Reach = tuple[Span, ...]
NOT_LOADED = ("failed", "skipped", "incomplete")  # statuses of what a run owes


@dataclass
class Place:
    """What a scan has of the room. All threads that read for it go by the same one."""

    held: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class Room:
    """Bounds the rows in memory, however many scans go on: a scan that has grown large needs one of few places, and
    keeps it until it ends. Who has one goes on, so nobody waits for ever. While a package is committed, all of them
    together read a little ahead, not another package."""

    def __init__(self, places: int = 2, ahead: int = 50_000) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._threads = threading.local()
        self._ahead, self._left, self._counting = ahead, 0, threading.Lock()
        self._open = threading.Event()
        self._open.set()

    @property
    def mine(self) -> Place:
        """The place of this thread's scan."""
        if not hasattr(self._threads, "place"):
            self._threads.place = Place()
        place: Place = self._threads.place
        return place

    def read_for(self, place: Place) -> None:
        """Let this thread read for another one's scan."""
        self._threads.place = place

    def enter(self) -> None:
        """Wait for a place, unless this thread's scan has one."""
        with self.mine.lock:
            if not self.mine.held:
                self._places.acquire()
                self.mine.held = True

    @contextmanager
    def committing(self) -> Iterator[None]:
        """A package is committed meanwhile: its rows are in memory too."""
        self._left = self._ahead
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def took(self, rows: int, held: int) -> None:
        """Tell of rows that have come, and how many this thread's scan holds with them. Wait if there is no room for
        more."""
        if not self._open.is_set():
            with self._counting:
                self._left -= rows
            if self._left < 0:
                self._open.wait()
        if held > LARGE_ROWS:
            self.enter()

    def leave(self) -> None:
        """Give the place back, if there is one."""
        with self.mine.lock:
            if self.mine.held:
                self.mine.held = False
                self._places.release()


@dataclass(frozen=True)
class Task:
    """What to read of a resource, decided from what the destination remembers of it.

    `mark`: the high-water mark to continue from. `covered`: how far an unfinished backfill got, begun at
    server time `begun` with `newest` the newest modification it saw. `since`/`until`: a window asked for.
    `rewrite`: write rows again even where the destination's look the same. `known`: the keys the destination has of a
    resource that is read by change, with their cursor's value (microseconds).
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
    whole_at: datetime | None = None  # when it was last read whole
    transport: str | None = None  # by which it was last read
    known: Mapping[Any, int | None] = field(default_factory=dict, compare=False)
    unit_rows: int = UNIT_ROWS
    room: Room = field(default_factory=Room, compare=False)


@dataclass
class Unit:
    """Rows that belong together, and what `sync_log` will say of them. All times are the server's.

    `status`: ok; incomplete (rows came, but not all, so nothing is closed); skipped (not to be had with this
    credential); failed.
    """

    task: Task
    batch: Batch
    kind: str
    status: str = "ok"
    error: str | None = None
    note: str | None = None
    transport: str = "rest"
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
    reach: Reach = ()  # destination rows that may be the same
    identity: str = ""
    scope: frozenset[int] | None = None  # parents a snapshot was read for; None is all of the company
    listed: frozenset[Any] | None = None  # keys the vendor has, where only the rows that changed were read
    unread: frozenset[str] = frozenset()  # nested tables of which not all rows came: absence says nothing
    partial: frozenset[Any] = frozenset()  # keys of rows that have null where a value did not come
    unavailable: bool = False  # the vendor was not to be had: later it may be
    doubt: str = ""  # why what is missing may not be taken for gone: "count" (the server's) or "rows"

    def tell(self, note: str) -> None:
        """Add to what `sync_log` says of this unit."""
        self.note = f"{self.note}; {note}" if self.note else note
