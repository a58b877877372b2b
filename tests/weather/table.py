"""The generated parts of `docs/reliability.md`, as the runs that prove them write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.weather.case import Case
from tests.weather.destinations import TROUBLES, Met, Trouble
from tests.weather.planting import Planted
from tests.weather.proof import Outcome
from tests.weather.values import VALUES, Value

HEAD = (
    "| fault | vendor | it lasts | exit | requests | the user reads | after it | after the next run |\n"
    "|---|---|---|---:|---:|---|---|---|"
)
DESTINATION_HEAD = (
    "| fault | destination | it lasts | exit | the user reads | after the next run |\n"
    "|---|---|---|---:|---|---|"
)
VALUE_HEAD = "| column | what is sent | DuckDB | PostgreSQL | told |\n|---|---|---|---|---|"
SHORT = 60


def listed(page: str, name: str) -> list[tuple[str, ...]]:
    """The first three cells of every row between the marks of that name."""
    between = page.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
    rows = [line[2:-2].split(" | ") for line in between.splitlines() if line.startswith("| ")]
    return [tuple(row[:3]) for row in rows if row[0] not in ("fault", "column")]


def weather(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """A part per group, and how many cases there are."""
    count = sum(len(found) for found in outcomes.values())
    parts = [f"{count} cases.\n"]
    for group, found in outcomes.items():
        parts += [f"\n### {group}\n", HEAD, *map(_outcome, found)]
    return "\n".join(parts) + "\n"


def destinations(found: Iterable[Met]) -> str:
    return "\n".join([DESTINATION_HEAD, *map(_met, found)]) + "\n"


def drift(found: Mapping[str, Sequence[Planted]]) -> str:
    """Every value with what became of it on each destination."""
    fates = {(one.value.source, one.value.name): {} for planted in found.values() for one in planted}
    for destination, planted in found.items():
        for one in planted:
            fates[one.value.source, one.value.name][destination] = one
    rows = (_value(value, fates.get((value.source, value.name), {})) for value in VALUES)
    return "\n".join([VALUE_HEAD, *rows]) + "\n"


def cells(case: Case) -> tuple[str, ...]:
    """What a row of the page is known by."""
    return case.fault, f"`{case.source}`", case.lasts


def destination_cells(trouble: Trouble) -> tuple[str, ...]:
    return trouble.fault, trouble.destination, trouble.lasts


def value_cells(value: Value) -> tuple[str, ...]:
    return f"`{value.source}.{value.table}.{_short(value.field)}`", _cell(value.what)


def _outcome(outcome: Outcome) -> str:
    case = outcome.case
    after = "complete" if outcome.complete else "as before"
    return _row(*cells(case), str(outcome.exit), str(outcome.requests), _cell(outcome.reads) or "nothing", after,
                "complete" if outcome.complete_next else "**not complete**")  # fmt: skip


def _met(met: Met) -> str:
    after = "not tried on this machine" if met.skipped else "complete" if not met.wrong else "**not complete**"
    return _row(*destination_cells(met.trouble), str(met.exit), _cell(met.reads) or "nothing", after)


def _value(value: Value, fates: Mapping[str, Planted]) -> str:
    became = [_became(fates[destination]) for destination in ("duckdb", "postgres")]
    return _row(*value_cells(value), *became, "yes" if value.tells("duckdb") else "it fits")


def _became(one: Planted) -> str:
    column, _, found = one.becomes.partition(": ")
    if one.becomes == "nothing":
        return "null"
    return _cell(one.becomes) if column == "set aside" else f"`{_short(column)}`: {_cell(found) or 'empty'}"


def _row(*texts: str) -> str:
    return "| " + " | ".join(texts) + " |"


def _cell(text: str) -> str:
    """A text that stays in its cell."""
    shown = text.replace("\0", "NUL").replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
    return shown if len(shown) < 3 * SHORT else shown[: 3 * SHORT] + " …"


def _short(name: str) -> str:
    return name if len(name) < SHORT // 2 else name[: SHORT // 4] + "…"


def tables() -> dict[str, list[tuple[str, ...]]]:
    """What the page has to list, by the name of its marks."""
    from tests.weather.cases import CASES

    return {
        "weather": [cells(case) for case in CASES],
        "destinations": [destination_cells(trouble) for trouble in TROUBLES],
        "drift": [value_cells(value) for value in VALUES],
    }
