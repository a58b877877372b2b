"""One pace per credential: at most so many requests a second and a minute, over threads, processes and machines."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress

from sources.core.errors import ConfigurationError
from sources.core.schedule import Database, File, LostError, Own, Schedule

LATE = 0.005  # seconds that a request may leave behind its moment without room being made for it
AHEAD = 10  # moments that are booked at once from a database that is far away
ALONE = 4.0  # without the database that machines share, each takes a quarter: enough for four of them
AGAIN = 30.0  # seconds until the database is tried again
SLOWER, SLOWEST = 1.04, 1.2  # what a refusal makes of the distance between two requests, and how far that goes


class Pace:
    """Lets requests through one by one at the vendor's limit, and holds everyone back while the vendor blocks.

    `shared_as` names the credential: whoever paces the same one shares its budget, through a file in the temporary
    directory, or through PostgreSQL at `address` where several machines do. The vendor counts arrivals, not
    departures: requests are spread evenly, a little under its figures, and nobody leaves late.
    """

    def __init__(
        self, per_second: float = 9.6, per_minute: float = 576, shared_as: str = "", address: str | None = None
    ) -> None:
        self.distance = max(1 / per_second, 60 / per_minute)  # seconds between two requests
        self.notices: set[str] = set()
        self.late = 0.0  # seconds that were given away for who left late
        self._slowest = self.distance * SLOWEST
        self._machine: Schedule = Own()
        if shared_as:
            with suppress(LostError):
                self._machine = File(shared_as)
        self._shared = _database(address, shared_as) if address else None
        self._shared_from = 0.0
        self._held_until = 0.0
        self._moments: deque[float] = deque()
        self._trip = 0.0  # seconds the last booking took
        self._gate, self._booking = threading.Lock(), threading.Lock()

    def wait(self, stopping: threading.Event | None = None) -> float | None:
        """Block until one more request may leave; the moment it had for that. None if `stopping` was set before: then
        it may not."""
        stopping = stopping or threading.Event()
        with self._gate:
            while not stopping.is_set():
                moment = self._moment()
                if (left := moment - time.monotonic()) > 0 and stopping.wait(left):
                    break
                if moment >= self._held_until:
                    return moment
        return None

    def left(self, moment: float) -> None:
        """The request of this moment has left just now. If that was late, those behind it would come too close."""
        late = time.monotonic() - moment - LATE
        if late > 0:
            self.late += late
            self._book(0, late)

    def hold(self, seconds: float) -> None:
        """Keep everybody from sending for `seconds`: the vendor said stop to one, and means all. Requests may have
        been too close to each other on their way, so they are a little farther apart from here on."""
        if time.monotonic() >= self._held_until:
            self.distance = min(self.distance * SLOWER, self._slowest)
        self._held_until = max(self._held_until, time.monotonic() + seconds)
        self._book(0, after=seconds)

    def _moment(self) -> float:
        """The moment of the next request. One at a time: a moment booked long before could not be put off any more."""
        while self._moments:
            moment = self._moments.popleft()
            if moment > time.monotonic() - LATE:
                return moment
        asked = time.monotonic()
        self._moments.extend(self._book(min(1 + int(self._trip / self.distance), AHEAD)))
        self._trip = time.monotonic() - asked
        return self._moments.popleft()

    def _book(self, count: int, more: float = 0.0, after: float = 0.0) -> list[float]:
        """Book so many moments, and `more` seconds; or so much as makes nothing free before `after`."""
        with self._booking:
            if self._shared and time.monotonic() >= self._shared_from:
                try:
                    begins = self._shared.book(count * self.distance + more, after)
                    return [begins + number * self.distance for number in range(count)]
                except LostError as error:
                    self._shared_from = time.monotonic() + AGAIN
                    self.notices.add(f"the database of `pace` ({self._shared.place}) was not to be had ({error}); this "
                                     "machine went on at a quarter of the pace until it was")  # fmt: skip
            distance = self.distance * (ALONE if self._shared else 1)
            try:
                begins = self._machine.book(count * distance + more, after)
            except LostError:  # a full disk, say: this process keeps its own pace from here on
                self._machine = Own()
                begins = self._machine.book(count * distance + more, after)
            return [begins + number * distance for number in range(count)]


def _database(address: str, name: str) -> Database:
    if not address.startswith(("postgresql://", "postgres://")):
        raise ConfigurationError(f"`pace` is a {address.partition(':')[0]} address. Use postgresql://user:password@host"
                                 "/database, or leave it out where one machine does all.")  # fmt: skip
    return Database(address, name)
