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
GOAL_PEAK = 600.0  # megabytes, for histories of 20 million rows
LONG = 20_000_000


def measure(companies: int, rows: int) -> tuple[Cost, Cost]:
    """The first load of so many companies, and a run in which nothing is new."""
    configured = [{"slug": f"company-{number}", "guid": guid} for number, guid in enumerate(guids(companies))]
    settings = {name: value for name, value in OURS.settings.items() if not name.endswith("__COMPANIES")}
    contender = replace(OURS, settings=settings)
    with vendor(rows, companies) as site, tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
        config = Path(folder, ".dlt", "config.toml")  # too long for an environment variable
        config.parent.mkdir()
        config.write_text(f"[sources.seven_shifts]\ncompanies = '{json.dumps(configured)}'\n")
        return run(contender, site, Path(folder)), run(contender, site, Path(folder))


HEAD = ("companies", "rows", "", "CPU s", "wall s", "peak MB", "requests", "CPU ms per request")


def main() -> int:
    """Measure, tell, and answer 1 if a goal is missed. They are stated for 1,000 companies, and for 20 million rows."""
    parser = page.options("benchmarks.companies", __doc__)
    parser.add_argument("--companies", type=int, nargs="*", default=[100, 1_000], help="how many (default: 100 1000)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"shifts, and punches, of each (default: {ROWS})")
    asked = parser.parse_args()
    rows, goals = [], []
    for companies in asked.companies:
        first, again = measure(companies, asked.rows)
        for name, cost in (("first load", first), ("nothing new", again)):
            rows.append((f"{companies:,}", f"{2 * companies * asked.rows:,}", name, f"{cost.cpu:.1f}",
                         f"{cost.wall:.1f}", f"{cost.peak:,.0f}", f"{cost.requests:,}",
                         f"{1000 * cost.cpu / cost.requests:.2f}"))  # fmt: skip
        if companies == 1_000 and asked.rows == ROWS:
            goals.append((again.cpu < GOAL, f"1,000 companies, nothing new, under {GOAL:.0f} CPU s: {again.cpu:.1f}"))
        if 2 * companies * asked.rows == LONG:
            goals.append((first.peak < GOAL_PEAK, f"{LONG:,} rows under {GOAL_PEAK:.0f} MB: {first.peak:.0f}"))
    return page.tell("companies" if asked.rows == ROWS else "histories", HEAD, rows, goals, asked.write)


if __name__ == "__main__":
    sys.exit(main())
