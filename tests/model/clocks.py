"""Time in the model: the vendor's clock moves only when it is told to, and ours is wrong all the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from sources.core import build, sync, verdict

YEARS = 10 * 365 * 86_400


class StillClock:
    """The vendor's clock. Standing still it makes every run repeatable, and every edit one of the same second."""

    def __init__(self, start: datetime) -> None:
        self.now, self.start = start, start

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def days(self) -> float:
        """How far it has come."""
        return (self.now - self.start) / timedelta(days=1)


def confuse(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """From now on our own clock says something else, years off, whenever our code asks. (How long a
    token in hand is good for is counted from when it came, and decides nothing about rows.)"""
    luck = Random(seed)

    class Wild(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=luck.uniform(-YEARS, YEARS))

    for module in (build, sync, verdict):
        monkeypatch.setattr(module, "datetime", Wild)
