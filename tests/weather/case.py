"""A case, and a fault that makes several: at both vendors, passing and staying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.weather.bench import Bench
from tests.weather.proxy import MANY, Fault, Spoil

BOTH = ("seven_shifts", "seven_geese")
PAGE = {"seven_shifts": "/shifts", "seven_geese": "query Badges"}  # the request that is spoiled
WHOLE = {"seven_shifts": "/roles", "seven_geese": "/departments/"}  # one whose rows are closed when they are missing
TOKEN = {"seven_shifts": "/oauth2/token", "seven_geese": "/o/token/"}
NO_ANSWER, NO_JSON = "got no answer", "not the documented JSON"
NOBODY = "no answer"  # by the API, or by the token endpoint that was asked first
Prepare = Callable[[Bench], None]


@dataclass(frozen=True)
class Case:
    """`told`: what the run says of it; empty if it has to end well. `alone`: it
    concerns every company, or keeps every one waiting; the others can be tried in one run, each on a company of its
    own."""

    source: str
    fault: str
    lasts: str
    prepare: Prepare
    told: str = ""
    exit: int = 1
    alone: bool = True  # it may not share a run with other cases

    @property
    def name(self) -> str:
        return f"{self.source}: {self.fault}, {self.lasts}"


def _order(spoil: Spoil, where: dict[str, str], times: int, after: int, here: Bench) -> None:
    here.order(Fault(spoil, where[here.source], times, after))


@dataclass(frozen=True)
class Weather:
    """A fault that is tried passing (`passes` answers are spoiled) and staying (all are). `told`: what is said when it
    stays; None if it does no harm then either."""

    fault: str
    spoil: Spoil
    told: str | None = None
    passes: int = 2
    where: dict[str, str] = field(default_factory=lambda: PAGE)
    sources: tuple[str, ...] = BOTH
    alone: bool = False

    def cases(self) -> list[Case]:
        found = []
        for source in self.sources:
            everybody = self.where is TOKEN and source == "seven_shifts"  # one token serves all companies
            case = partial(Case, source, self.fault, alone=self.alone or everybody)
            order = partial(partial, _order, self.spoil, self.where)
            if self.told is None:
                found.append(case("always", order(MANY, 0)))
                continue
            if self.passes:
                found.append(case(_times(self.passes), order(self.passes, 0)))
            found.append(case("stays", order(MANY, 0), self.told))
        return found


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
