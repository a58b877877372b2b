"""A case tried, and what may never come of it: a loss, a hang, or an exit 0 that should not be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.weather.bench import Bench, Ran, bench
from tests.weather.case import Case

FAILURES = re.compile(r"^  (?:FAILED|SKIPPED|INCOMPLETE) .*$", re.MULTILINE)
FAILURE = re.compile(r"^(?:  (?:FAILED|SKIPPED|INCOMPLETE) |sevens: )(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `requests`: those to the spoiled address, all of them where no address is; `reads`: the
    first line of what the user is told. `wrong` is empty where it is as promised."""

    case: Case
    exit: int
    seconds: float
    requests: int
    reads: str
    complete: bool
    complete_next: bool
    wrong: tuple[str, ...]


def tried(case: Case) -> Outcome:
    """A change at the vendor, a run in this weather, another change, a run in good weather."""
    with bench(case.source) as here:
        ran, requests, wrong = _through(here, case)
        if ran.exit == -1:
            return Outcome(case, ran.exit, ran.seconds, requests, "", False, False, ("it hangs",))
        lost, complete = here.differences()[here.company.slug]
        here.change()
        following = here.run()
        _, complete_next = here.differences()[here.company.slug]
        lost -= here.created
    wrong += ["exit 0, and rows are missing"] if ran.exit == 0 and not complete else []
    wrong += [f"lost {sorted(lost)}"] if lost else []
    wrong += [f"the next run: exit {following.exit}, {following.output[-300:]}"] if following.exit else []
    wrong += [] if complete_next else ["not complete after the next run"]
    return Outcome(case, ran.exit, ran.seconds, requests, _first(ran.output, here), complete, complete_next,
                   tuple(wrong))  # fmt: skip


def tried_in_a_row(source: str, cases: Sequence[Case]) -> dict[str, list[str]]:
    """A run in the weather of each, one after another, and a calm one at the end. What is wrong, by case."""
    found = {}
    with bench(source) as here:
        for case in cases:
            _, _, found[case.name] = _through(here, case)
        found["the calm run after all of them"] = _calm(here)[here.company.slug]
    return {name: wrong for name, wrong in found.items() if wrong}


def tried_at_once(source: str, cases: Sequence[Case]) -> list[Outcome]:
    """One run in which each company has its own weather, and a calm one. A company that the run tells of counts as an
    exit code of 1."""
    with bench(source, len(cases)) as here:
        views = [here.of(at) for at in range(len(cases))]
        for view, case in zip(views, cases, strict=True):
            view.change()
            case.prepare(view)
        faults = list(here.proxy.faults)
        ran = here.run()
        here.clear()
        after = here.differences()
        for view in views:
            view.change()
        calm = _calm(here)
    found = []
    for view, case, fault in zip(views, cases, faults, strict=True):
        slug = view.company.slug
        told = "\n".join(line for line in FAILURES.findall(ran.output) if f" {slug}: " in line)
        (lost, complete), exit = (after[slug][0] - view.created, after[slug][1]), 1 if told else 0
        wrong = _judged(case, exit, told) + calm[slug]
        wrong += [f"the run: exit {ran.exit}"] if ran.exit not in (0, 1) else []
        wrong += ["nothing was spoiled"] if not fault.spoiled else []
        wrong += ["told nothing, and rows are missing"] if not told and not complete else []
        wrong += [f"lost {sorted(lost)}"] if lost else []
        found.append(Outcome(case, exit, ran.seconds, fault.asked, _first(told, view), complete, not calm[slug],
                             tuple(wrong)))  # fmt: skip
    return found


def _through(here: Bench, case: Case) -> tuple[Ran, int, list[str]]:
    """A change and a run in the weather of a case; afterwards it is good again."""
    here.change()
    case.prepare(here)
    faults = list(here.proxy.faults)
    ran = here.run()
    requests = max((fault.asked for fault in faults), default=here.proxy.requests)
    wrong = _judged(case, ran.exit, ran.output)
    wrong += ["nothing was spoiled"] if faults and not any(fault.spoiled for fault in faults) else []
    here.clear()
    return ran, requests, wrong


def _judged(case: Case, exit: int, output: str) -> list[str]:
    found = []
    if exit != (case.exit if case.told else 0):
        found.append(f"exit {exit}: {output[-600:]}")
    if case.told and not re.search(case.told, output):
        found.append(f"not told {case.told!r}: {output[-600:]}")
    if re.search("Traceback|nobody foresaw|CRASHED", output):
        found.append(f"not foreseen: {output[-600:]}")
    return found


def _calm(here: Bench) -> dict[str, list[str]]:
    """What is wrong after a run in good weather, by slug."""
    ran = here.run()
    failed = [f"the calm run: exit {ran.exit}: {ran.output[-300:]}"] if ran.exit else []
    return {slug: failed + ([] if complete else ["not complete after the calm run"])
            for slug, (_, complete) in here.differences().items()}  # fmt: skip


def _first(output: str, here: Bench) -> str:
    """The first line of a failure, without what differs from run to run."""
    found = FAILURE.search(output)
    text = found[1] if found else ""
    text = re.sub(r"127\.0\.0\.1:\d+", "api.example", text.replace(here.company.slug, "bistro"))
    return re.sub(r"company/\d+", "company/1", text)
