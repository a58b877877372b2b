"""Many kills, one after another: kill, perhaps change the vendors, start again, compare."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.crash.places import GROUPS, Trap, trap
from tests.crash.world import World, world

LIFE = 6  # kills before both vendors and the destination are made anew
KILLED = -signal.SIGKILL


@dataclass
class Tally:
    """What came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    first_loads: int = 0
    moved: int = 0
    in_a_row: int = 0
    missed: int = 0  # runs that ended before their trap
    wrong: list[str] = field(default_factory=list)
    killed_seconds: float = 0.0
    restart_seconds: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.kills.values())


class Campaign:
    """`folder` is for scratch; `fresh` gives an empty PostgreSQL database, or "" for DuckDB."""

    def __init__(self, folder: Path, seed: int, fresh: Callable[[], str] = lambda: "",
                 say: Callable[[str], None] = lambda line: None) -> None:  # fmt: skip
        self._folder, self._chance, self._fresh, self._say = folder, random.Random(seed), fresh, say
        self._most: dict[tuple[str, bool], int] = {}
        self._groups: list[str] = []
        self.tally = Tally()

    def go(self, kills: int) -> Tally:
        """As many kills, each followed by a run that is left alone and by a comparison."""
        life = 0
        while self.tally.total < kills:
            folder = self._folder / f"life-{life}"
            folder.mkdir()
            with world(folder, self._fresh(), seed=self._chance.randrange(1_000)) as here:
                self._live(here, min(self.tally.total + LIFE, kills))
            life += 1
        return self.tally

    def _live(self, here: World, until: int) -> None:
        first, tally = True, self.tally
        while tally.total < until:
            while not self._kill(here, first):
                first = False  # it ran to its end: the next one is killed while it brings changes
                here.change(self._chance)
            tally.first_loads += first
            first = False
            if self._chance.random() < 0.25 and tally.total < until:
                tally.in_a_row += self._kill(here, False)
            began = time.monotonic()
            last = here.run()
            tally.restart_seconds.append(time.monotonic() - began)
            wrong = here.differences() if last.returncode == 0 else [f"exit {last.returncode}: {last.stderr[-800:]}"]
            tally.wrong += wrong
            self._say(f"{tally.total:4} {self._last} -> {wrong or 'as at the vendors'}")
            if wrong:
                return  # whatever comes after would tell the same again
            here.change(self._chance)

    def _kill(self, here: World, first: bool) -> bool:
        """Whether the run died in its trap. Groups take turns, so that each is tried as often."""
        self._groups = self._groups or self._chance.sample(GROUPS, len(GROUPS))
        self._last = set_here = self._fitting(trap(self._groups[-1], self._chance, many=first), first)
        if set_here.place and set_here.place.again:
            pending = here.run(trap("a load job", self._chance, many=first))
            if pending.returncode != KILLED:
                return False
            self.tally.kills["a load job"] += 1
        began = time.monotonic()
        died = here.run(set_here)
        self.tally.killed_seconds += time.monotonic() - began
        if died.returncode != KILLED:
            self.tally.missed += 1
            if died.returncode != 0:
                self.tally.wrong.append(f"exit {died.returncode} before {set_here}: {died.stderr[-800:]}")
            if set_here.place:
                self._most[set_here.place.name, first] = max(1, set_here.call // 2)
            return False
        self.tally.kills[self._groups.pop()] += 1
        if self._chance.random() < 0.5:
            self.tally.moved += 1
            here.move()
        if self._chance.random() < 0.6:
            here.change(self._chance)
        return True

    def _fitting(self, set_here: Trap, first: bool) -> Trap:
        """The trap at a call that this kind of run has come to before, if it is known how many there are."""
        if not set_here.place:
            return set_here
        most = self._most.get((set_here.place.name, first), set_here.place.calls)
        return replace(set_here, call=min(set_here.call, most))
