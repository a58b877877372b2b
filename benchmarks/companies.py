"""`python -m benchmarks.companies`: many companies, loaded, and read again with nothing new: what that costs us."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.child import Cost, run, vendor
from benchmarks.data import guids
from benchmarks.ours import OURS

GOAL = 20.0  # CPU seconds for 1,000 companies with nothing new
ROWS = 10  # shifts of a company, and as many punches


def measure(companies: int) -> tuple[Cost, Cost]:
    """The first load of so many companies, and a run in which nothing is new."""
    configured = [{"slug": f"company-{number}", "guid": guid} for number, guid in enumerate(guids(companies))]
    settings = {**OURS.settings, "SOURCES__SEVEN_SHIFTS__COMPANIES": json.dumps(configured)}
    contender = replace(OURS, settings=settings)
    with vendor(ROWS, companies) as site, tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
        return run(contender, site, Path(folder)), run(contender, site, Path(folder))


def main() -> int:
    """Measure, print, and answer 1 if the goal is missed. It is stated for 1,000 companies."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.companies", description=__doc__)
    parser.add_argument("--companies", type=int, nargs="*", default=[100, 1_000], help="how many (default: 100 1000)")
    asked = parser.parse_args()
    met = True
    print(f"{'companies':>10}{'':<14}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'requests':>10}{'CPU ms/request':>16}")
    for companies in asked.companies:
        for name, cost in zip(("first load", "nothing new"), measure(companies), strict=True):
            print(f"{companies:>10,}  {name:<12}{cost.cpu:>8.1f}{cost.wall:>8.1f}{cost.peak:>9,.0f}{cost.requests:>10,}"
                  f"{1000 * cost.cpu / cost.requests:>16.2f}", flush=True)  # fmt: skip
        if companies == 1_000:
            met = cost.cpu < GOAL
            print(
                f"{'PASS' if met else 'FAIL'}  1,000 companies with nothing new under {GOAL:.0f} CPU s: {cost.cpu:.1f}"
            )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
