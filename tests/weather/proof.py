"""A case tried, and what may never come of it: a loss, a hang, or an exit 0 that should not be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.weather.bench import LIMIT, SOON, Bench, Ran, bench
from tests.weather.case import Case
from tests.weather.troubles import certificate


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `wrong` is empty where it is as promised."""

    case: Case
    exit: int
    seconds: float
    complete: bool
    complete_next: bool
    wrong: tuple[str, ...]


def tried(case: Case) -> Outcome:
    """A change at the vendor, a run in this weather, another change, a run in good weather."""
    with bench(case.source, certificate() if case.secure else None) as here:
        here.change()
        good = dict(here.settings)
        case.prepare(here)
        ran = here.run(SOON if case.bug else LIMIT)
        if ran.exit == -1:
            return Outcome(case, ran.exit, ran.seconds, False, False, ("it hangs",))
        spoiled = here.proxy.spoiled
        _clear(here, good, case)
        lost, complete = here.differences()
        here.change()
        following = here.run()
        _, complete_next = here.differences()
    wrong = [*_wrong(case, ran, spoiled, complete)]
    wrong += [f"lost {sorted(lost)}"] if lost else []
    wrong += [f"the next run: exit {following.exit}, {following.output[-300:]}"] if following.exit else []
    wrong += [] if complete_next else ["not complete after the next run"]
    return Outcome(case, ran.exit, ran.seconds, complete, complete_next, tuple(wrong))


def _clear(here: Bench, good: dict[str, str], case: Case) -> None:
    """The weather is good again."""
    here.unpatch()
    here.afterwards()
    here.proxy.order()
    here.vendor.faults.clear()
    here.settings.clear()
    here.settings.update(good)
    if case.secure:
        here.set("API_URL", here.vendor.url)
        if case.source == "seven_shifts":
            here.set("TOKEN_URL", here.vendor.token_url)


def _wrong(case: Case, ran: Ran, spoiled: int, complete: bool) -> list[str]:
    found = []
    if ran.exit != (case.exit if case.told else 0):
        found.append(f"exit {ran.exit}: {ran.output[-600:]}")
    if case.told and not re.search(case.told, ran.output):
        found.append(f"not told {case.told!r}: {ran.output[-600:]}")
    if re.search("Traceback|nobody foresaw|CRASHED", ran.output):
        found.append(f"not foreseen: {ran.output[-600:]}")
    if ran.exit == 0 and not complete:
        found.append("exit 0, and rows are missing")
    if not spoiled and case.expects_spoiling:
        found.append("nothing was spoiled: the case tries nothing")
    return found
