"""`python -m benchmarks`: ours, dlt and two floors against one server, a table of what each took, and our goals."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.child import Contender, Cost, Vendor, check, run, vendor
from benchmarks.floors import ARROW, JSON
from benchmarks.ours import OURS
from benchmarks.plain_dlt import DEFAULT, TUNED

ROWS = 200_000  # the size the goals are stated for
SOME = 40_000  # rows for dlt as it comes, which takes 9 GB for 100,000
GOAL_PEAK = 512.0  # megabytes
GOAL_FLOOR, GOAL_TUNED, GOAL_DEFAULT = 2.0, 4.0, 20.0  # times the CPU


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


@dataclass
class Measured:
    """What was measured against one server, and, with fewer rows, against dlt as it comes."""

    ours: Result
    again: Result
    arrow: Result
    json: Result
    tuned: Result
    fewer: Result
    default: Result


def measure(rounds: int, rows: int, some: int) -> Measured:
    """All contenders in turns, and ours once more when there is nothing new. Every load is checked."""
    found = Measured(Result(OURS.name, rows), Result(f"{OURS.name}, nothing new", 0), Result(ARROW.name, rows),
                     Result(JSON.name, rows), Result(TUNED.name, rows), Result(f"{OURS.name}, fewer rows", some),
                     Result(DEFAULT.name, some))  # fmt: skip
    with vendor(rows // 2) as site:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
                found.ours.costs.append(_load(OURS, site, Path(folder)))
                found.again.costs.append(_load(OURS, site, Path(folder)))
            for contender, result in ((ARROW, found.arrow), (JSON, found.json), (TUNED, found.tuned)):
                result.costs.append(_once(contender, site))
    if some:
        with vendor(some // 2) as site:
            found.fewer.costs.append(_once(OURS, site))
            found.default.costs.append(_once(DEFAULT, site))
    return found


def _once(contender: Contender, site: Vendor) -> Cost:
    with tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
        return _load(contender, site, Path(folder))


def _load(contender: Contender, site: Vendor, folder: Path) -> Cost:
    cost = run(contender, site, folder)
    check(contender, site, folder)
    return cost


def goals(found: Measured) -> list[tuple[bool, str]]:
    """Each goal, met or not, with the figures."""
    floor, tuned = found.ours.cpu / found.arrow.cpu, found.tuned.cpu / found.ours.cpu
    judged = [
        (floor <= GOAL_FLOOR, f"at most {GOAL_FLOOR} times the CPU of the Arrow floor: {floor:.2f}"),
        (tuned >= GOAL_TUNED, f"at least {GOAL_TUNED:.0f} times less CPU than plain dlt, tuned: {tuned:.1f}"),
        (found.ours.peak < GOAL_PEAK, f"under {GOAL_PEAK:.0f} MB: {found.ours.peak:.0f}"),
    ]
    if found.default.costs:
        default = found.default.cpu / found.fewer.cpu
        told = f"at least {GOAL_DEFAULT:.0f} times less CPU than plain dlt as it comes: {default:.1f}"
        judged.append((default >= GOAL_DEFAULT, f"{told}, at {found.default.rows:,} rows"))
    return judged


def main() -> int:
    """Measure, print, and answer 1 if a goal is missed. Goals are judged at the size they are stated for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="how often each contender loads (default: 1)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"shifts and punches (default: {ROWS:,})")
    parser.add_argument("--some", type=int, default=SOME, help=f"for dlt as it comes, 0 for none (default: {SOME:,})")
    asked = parser.parse_args()
    found = measure(asked.rounds, asked.rows, asked.some)
    results = (found.ours, found.again, found.arrow, found.json, found.tuned, found.fewer, found.default)
    print(HEADER, *(result.line() for result in results if result.costs), sep="\n")
    print("\nRow counts and checksums are right in all.\n")
    if asked.rows != ROWS:
        print(f"The goals are stated for {ROWS:,} rows and not judged at {asked.rows:,}.")
        return 0
    judged = goals(found)
    for met, text in judged:
        print(f"{'PASS' if met else 'FAIL'}  {text}")
    return 0 if all(met for met, _ in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
