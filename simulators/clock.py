"""A server clock that runs with real time and can be moved, backwards too: servers' clocks do that."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from math import floor


class VirtualClock:
    """Starts at a chosen moment; whole seconds only, as the vendors' times are."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(timezone.utc).replace(microsecond=0)
        self._began = time.monotonic()
        self._moved = 0.0

    @property
    def now(self) -> datetime:
        passed = floor(time.monotonic() - self._began + self._moved)
        return self._start + timedelta(seconds=passed)

    def advance(self, seconds: float) -> None:
        self._moved += seconds
