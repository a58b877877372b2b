"""`python -m benchmarks.companies`: many companies, loaded, and read again with nothing new: what that costs us."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import page
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


HEAD = ("companies", "", "CPU s", "wall s", "peak MB", "requests", "CPU ms per request")


def main() -> int:
    """Measure, tell, and answer 1 if the goal is missed. It is stated for 1,000 companies."""
    parser = page.options("benchmarks.companies", __doc__)
    parser.add_argument("--companies", type=int, nargs="*", default=[100, 1_000], help="how many (default: 100 1000)")
    asked = parser.parse_args()
    rows, goals = [], []
    for companies in asked.companies:
        for name, cost in zip(("first load", "nothing new"), measure(companies), strict=True):
            rows.append((f"{companies:,}", name, f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.peak:,.0f}",
                         f"{cost.requests:,}", f"{1000 * cost.cpu / cost.requests:.2f}"))  # fmt: skip
        if companies == 1_000:
            goals.append((cost.cpu < GOAL, f"1,000 companies, nothing new, under {GOAL:.0f} CPU s: {cost.cpu:.1f}"))
    return page.tell("companies", HEAD, rows, goals, asked.write)


if __name__ == "__main__":
    sys.exit(main())
