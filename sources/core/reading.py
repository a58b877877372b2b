"""The pages of one unit: following cursors, with guards against listings that lie."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from sources.core.envelope import open_envelope
from sources.core.errors import MalformedError, SuspectError
from sources.core.http import Client
from sources.core.moments import moment
from sources.core.pages import PageReader
from sources.core.passes import EMPTY_PAGES, TRIES, Census
from sources.core.privacy import Privacy
from sources.core.rows import Batch, Row
from sources.core.task import Task, Unit

LANES = 4  # listings of one unit that are read at once: one alone is bound by the time that an answer takes


@dataclass
class Reading:
    """The state of one unit while its pages come in."""

    client: Client
    task: Task
    started: datetime | None = None
    requests: int = 0
    clock: float = field(default_factory=time.monotonic)
    lanes: int = 1  # how many of its kind read at once

    def __post_init__(self) -> None:
        self.reader = self._fresh()
        self.path = self.task.resource.path.replace("{company_id}", str(self.task.company.id))

    @property
    def rows(self) -> int:
        """Rows read so far, also those set aside."""
        return self.reader.taken

    def walk(self, params: Mapping[str, str], enough: Callable[[], bool] = lambda: False) -> bool:
        """Read a listing to its end. False if it stopped between two pages, because there was `enough`."""
        if not self.task.resource.by_position:
            return self._follow(params, enough) is not None
        whole, before = self.reader, set[tuple[Any, ...]]()
        for _ in range(TRIES):
            self.reader = self._fresh()
            pages = self._follow(params) or []
            keys = set().union(*pages)
            if len(pages) == 1 or keys == before:
                break
            before = keys
        else:
            raise SuspectError(f"{self.task.company.slug}: GET /{self.path} goes by position and had other rows each "
                               f"of the {TRIES} times it was read: one may have been between two pages. Nothing of it "
                               "was loaded; run again.")  # fmt: skip
        read, self.reader = self.reader, whole
        self._join(read)
        return True

    def _follow(
        self, params: Mapping[str, str], enough: Callable[[], bool] = lambda: False
    ) -> list[set[tuple[Any, ...]]] | None:
        """Follow `next` from the first page to the last. The keys of each page; None if it stopped."""
        sent: dict[str, str | int] = dict(params)
        if self.task.resource.limit:
            sent["limit"] = self.task.resource.limit
        cursors: set[str] = set()
        seen: set[tuple[Any, ...]] = set()
        pages: list[set[tuple[Any, ...]]] = []
        empty, before = 0, self.rows
        while True:
            reply = self.client.get(self.task.company, self.path, sent, open_envelope)
            self.arrived(reply.date, reply.requests)
            keys = self.take(reply.body.data, mended=reply.mended)
            pages.append(set(keys))
            self.task.room.took(len(keys), self.rows * self.lanes)
            cursor = reply.body.next
            if cursor is None:
                self._refuse_cut(self.rows - before, reply.body.count)
                return pages
            empty = 0 if keys else empty + 1
            if cursor in cursors or empty > EMPTY_PAGES or (keys and seen.issuperset(keys)):
                raise SuspectError(f"{self.task.company.slug}: GET /{self.path} does not end: after "
                                   f"{len(cursors) + 1} pages its cursor {cursor!r} leads to nothing new. Nothing of "
                                   "this listing was marked as read; report it to the vendor.")  # fmt: skip
            if enough():
                return None
            cursors.add(cursor)
            seen.update(keys)
            sent["cursor"] = cursor

    def arrived(self, date: datetime | None, requests: int) -> None:
        """Note an answer: the server's clock at the first one is when the scan began."""
        self.requests += requests
        self.started = self.started or date

    def adopt(self, census: Census, pages: Pages) -> Census:
        """Take over what a pass has read."""
        self.arrived(census.started, census.requests)
        self._join(pages.reader)
        self.reader.batch.drift += census.noticed
        return census

    def gather(self, listings: Sequence[Mapping[str, str]], budget: int | None = None, sure: bool = False) -> int:
        """Read listings in their order, a few at once, until there are `budget` rows. How many of them, from the first
        on, are here to their end; rows of others are left out. The first one at least, if that is `sure`. None: its
        beginning."""
        if len(listings) == 1:
            return int(self.walk(listings[0], lambda: budget is not None and self.rows > budget and not sure))
        lanes = [Reading(self.client, self.task, lanes=LANES) for _ in listings]
        complete = [False] * len(lanes)
        failed = threading.Event()

        def beyond(share: float) -> bool:
            return budget is not None and sum(lane.rows for lane in lanes) > budget * share

        def enough(place: int) -> bool:
            if failed.is_set() or not all(complete[:place]):
                return failed.is_set() or beyond(1.5)
            # All others wait for this one: it goes on unless it is too long by itself.
            return budget is not None and lanes[place].rows > budget and not (sure and place == 0)

        def walk(place: int) -> None:
            try:
                if not failed.is_set() and (place == 0 or not beyond(1)):
                    complete[place] = lanes[place].walk(listings[place], lambda: enough(place))
                    lanes[place].reader.finish()  # its last rows may have to wait for the slowest lane
            except BaseException:
                failed.set()
                raise

        room = self.task.room
        with ThreadPoolExecutor(LANES, "lane", initializer=room.read_for, initargs=(room.mine,)) as pool:
            list(pool.map(walk, range(len(lanes))))
        self.started = min((lane.started for lane in lanes if lane.started), default=self.started)
        self.requests += sum(lane.requests for lane in lanes)
        done = [*complete, False].index(False)
        for lane in lanes[: max(done, 1)]:
            self._join(lane.reader)
        return done

    def _fresh(self) -> PageReader:
        return PageReader(self.task.resource, self.task.company.guid, self.client.privacy)

    def _join(self, other: PageReader) -> None:
        self.reader.batch.add(other.finish())
        self.reader.taken += other.taken

    def take(
        self, data: msgspec.Raw, extra: Mapping[str, Any] | None = None, mended: Mapping[str, int] | None = None
    ) -> list[tuple[Any, ...]]:
        """Read the rows of one reply; returns their keys. What was mended in it is drift."""
        for told, count in (mended or {}).items():
            self.reader.batch.drift[f"{self.task.resource.name}: {told}"] += count
        try:
            return self.reader.read(data, extra)
        except msgspec.DecodeError as error:
            raise MalformedError(f"{self.task.company.slug}: GET /{self.path} answered with a `data` that is not the "
                                 f"documented one: {error}. Nothing of it was loaded; run again, and if it stays, "
                                 "check the API version.") from None  # fmt: skip

    def _refuse_cut(self, rows: int, counted: int | None) -> None:
        """A listing holds at least as many rows as its last page counts, whatever the count is meant to be
        (an echo of the limit says nothing)."""
        if counted is not None and counted > rows and counted != self.task.resource.limit:
            raise SuspectError(f"{self.task.company.slug}: GET /{self.path} ended after {rows:,} rows, but counts "
                               f"{counted:,}: the listing is cut off. Nothing of it was loaded; run again."
                               )  # fmt: skip

    def unit(self, kind: str, **known: Any) -> Unit:  # noqa: ANN401 - fields of Unit
        """Close the unit. Refuses rows of another company, whatever GUID they came under."""
        batch = self.reader.finish()
        _own_rows(self.task, batch)
        identity = self.task.company.identity or self.client.auth.identity
        unit = Unit(self.task, batch, kind, scan_started_at=self.started, rows_read=self.rows, requests=self.requests,
                    seconds=time.monotonic() - self.clock, identity=identity, **known)  # fmt: skip
        cursor = self.task.resource.cursor
        if cursor:
            span = batch.rows[self.task.resource.name].span(cursor.field)
            unit.newest_modified = moment(span[1]) if span else None
        return unit


class Pages:
    """A sink that makes typed rows of a pass."""

    def __init__(self, task: Task, privacy: Privacy) -> None:
        self.reader, self._room = PageReader(task.resource, task.company.guid, privacy), task.room

    def add(self, rows: list[Row]) -> None:
        """Take in the rows of one page."""
        self.reader.read(msgspec.json.encode(rows))
        self._room.took(len(rows), self.reader.taken)


def _own_rows(task: Task, batch: Batch) -> None:
    """Drop other companies from the listing of companies; refuse any other listing that has rows of them."""
    owner = task.resource.owner
    for name, rows in batch.rows.items():
        if rows.table.kind(owner) and rows.table.parent is None:
            foreign = {str(found) for found in rows.unique(owner)} - {str(task.company.id), "None"}
            if foreign and owner in task.resource.key:
                batch.rows[name] = rows.keep([str(found) == str(task.company.id) for found in rows.values(owner)])
            elif foreign:
                raise SuspectError(f"{task.company.slug}: {task.resource.name} came with rows of company "
                                   f"{sorted(foreign)[0]}, but {task.company.guid} is company "
                                   f"{task.company.id}. Nothing of it was loaded: check guid and id in the "
                                   "configuration.")  # fmt: skip
