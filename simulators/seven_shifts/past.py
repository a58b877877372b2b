"""Inserting seeded rows with a believable history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulators.seven_shifts.rows import Row
from simulators.seven_shifts.state import CompanyState


@dataclass
class Past:
    """One company's random stream, and the moment and weeks its data are seeded around."""

    state: CompanyState
    rng: Random
    start: datetime
    weeks: int

    def ago(self, days: float) -> datetime:
        moment = self.start - timedelta(days=days) - timedelta(seconds=self.rng.randrange(40_000))
        return moment.replace(microsecond=0)

    def insert(self, table: str, days: float, **fields: object) -> Row:
        """A row made `days` before the first seeded week and touched at some time since."""
        created = self.ago(days + 7 * self.weeks)
        modified = self.ago(self.rng.uniform(0.5, days + 7 * self.weeks - 1))
        return self.state.insert(table, {"created": created, "modified": modified, **fields})
