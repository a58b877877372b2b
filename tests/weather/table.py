"""The table of faults in `docs/reliability.md`, as the runs that prove it write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.weather.proof import Outcome

BEGIN, END = "<!-- weather -->", "<!-- /weather -->"
HEAD = (
    "| fault | vendor | it lasts | the run says | exit | after it | after the next run |\n"
    "|---|---|---|---|---:|---|---|"
)


def placed(page: str, generated: str) -> str:
    """The page with the table between its marks. Raises `SystemExit` if it has none."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"The page has no place for the table: add the lines {BEGIN} and {END}.")
    return f"{head}{BEGIN}\n{generated}{END}{tail}"


def table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """A part per group, and how many cases there are."""
    count = sum(len(found) for found in outcomes.values())
    parts = [f"{count} cases.\n"]
    for group, found in outcomes.items():
        parts += [f"\n### {group}\n", HEAD, *(row(outcome) for outcome in found)]
    return "\n".join(parts) + "\n"


def row(outcome: Outcome) -> str:
    case = outcome.case
    said = f"failed: *{_told(case.told)}*" if case.told else "ok"
    exit, after = str(outcome.exit), "complete" if outcome.complete else "as before, nothing lost"
    if case.bug:
        said, exit, after = f"**open**: {case.bug}", "", ""
    cells = (case.fault, f"`{case.source}`", case.lasts, said, exit, after, _rows(outcome.complete_next))
    return "| " + " | ".join(cells) + " |"


def _rows(complete: bool) -> str:
    return "complete" if complete else "not complete"


def _told(pattern: str) -> str:
    """The first of the phrases that a run may use."""
    return pattern.partition("|")[0]
