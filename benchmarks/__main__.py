"""`python -m benchmarks`: both contenders against one server, a table of what each took, and our goals."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.child import Contender, Cost, Vendor, check, run, vendor
from benchmarks.ours import OURS
from benchmarks.plain_dlt import PLAIN_DLT

ROWS = 200_000  # the size the goals are stated for
GOAL_CPU = 15.0  # seconds
GOAL_PEAK = 512.0  # megabytes
GOAL_SHARE = 1 / 3  # of plain dlt's CPU


@dataclass
class Result:
    """The runs of one contender: loads into a fresh file, and what came after them."""

    name: str
    rows: int
    costs: list[Cost] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return median(cost.cpu for cost in self.costs)

    @property
    def peak(self) -> float:
        return max(cost.peak for cost in self.costs)

    def line(self) -> str:
        """A row of the table: medians over the rounds, the peak the highest of them."""
        wall = median(cost.wall for cost in self.costs)
        speed = f"{self.rows / self.cpu:>11,.0f}" if self.rows else f"{'-':>11}"
        return (f"{self.name:<20}{self.rows:>9,}{self.cpu:>8.1f}{wall:>8.1f}{self.peak:>9,.0f}"
                f"{self.costs[-1].requests:>10,}{speed}")  # fmt: skip


HEADER = f"{'':<20}{'rows':>9}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'requests':>10}{'rows/CPU-s':>11}"


def measure(rounds: int, rows: int) -> tuple[Result, Result, Result]:
    """Both contenders in turns, and ours once more when there is nothing new. Every load is checked."""
    ours, again = Result(OURS.name, rows), Result(f"{OURS.name}, nothing new", 0)
    other = Result(PLAIN_DLT.name, rows)
    with vendor(rows // 2) as site:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
                ours.costs.append(_load(OURS, site, Path(folder)))
                again.costs.append(_load(OURS, site, Path(folder)))
            with tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
                other.costs.append(_load(PLAIN_DLT, site, Path(folder)))
    return ours, again, other


def _load(contender: Contender, site: Vendor, folder: Path) -> Cost:
    cost = run(contender, site, folder)
    check(contender, site, folder)
    return cost


def goals(ours: Result, other: Result) -> list[tuple[bool, str]]:
    """Each goal, met or not, with the figures."""
    share = ours.cpu / other.cpu
    return [
        (ours.cpu <= GOAL_CPU, f"at most {GOAL_CPU:.0f} CPU s: {ours.cpu:.1f}"),
        (ours.peak < GOAL_PEAK, f"under {GOAL_PEAK:.0f} MB: {ours.peak:.0f}"),
        (share <= GOAL_SHARE, f"at most a third of plain dlt's CPU: {share:.0%}"),
    ]


def main() -> int:
    """Measure, print, and answer 1 if a goal is missed. Goals are judged at the size they are stated for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="how often each contender loads (default: 1)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"shifts and punches (default: {ROWS:,})")
    asked = parser.parse_args()
    ours, again, other = measure(asked.rounds, asked.rows)
    print(HEADER, *(result.line() for result in (ours, again, other)), sep="\n")
    times = other.cpu / ours.cpu
    print(f"\nPlain dlt takes {times:.1f} times the CPU. Row counts and checksums are right in both.\n")
    if asked.rows != ROWS:
        print(f"The goals are stated for {ROWS:,} rows and not judged at {asked.rows:,}.")
        return 0
    judged = goals(ours, other)
    for met, text in judged:
        print(f"{'PASS' if met else 'FAIL'}  {text}")
    return 0 if all(met for met, _ in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
