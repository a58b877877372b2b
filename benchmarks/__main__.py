"""`python -m benchmarks`: ours, dlt and two floors against one server, a table of what each took, and our goals."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import page
from benchmarks.airbyte import AIRBYTE
from benchmarks.child import Contender, Cost, Vendor, check, run, vendor
from benchmarks.floors import ARROW, JSON
from benchmarks.ours import OURS
from benchmarks.plain_dlt import DEFAULT, TUNED

ROWS = 200_000  # the size the goals are stated for
GOAL_PEAK = 512.0  # megabytes
TIMES, GOAL_GROWTH = 10, 1.2  # so many times the rows, at most so many times the peak
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

    def cells(self, floor: Result) -> tuple[str, ...]:
        """A row of the table: medians over the rounds, the peak the highest of them; the CPU also in multiples of the
        floor's, where both have read as many rows."""
        wall, same = median(cost.wall for cost in self.costs), self.rows == floor.rows
        return (self.name, f"{self.rows:,}" if self.rows else "", f"{self.cpu:.1f}",
                f"{self.cpu / floor.cpu:.2f}" if same else "", f"{wall:.1f}", f"{self.peak:,.0f}",
                f"{self.costs[-1].requests:,}", f"{self.rows / self.cpu:,.0f}" if self.rows else "")  # fmt: skip


HEAD = ("", "rows", "CPU s", "times the floor", "wall s", "peak MB", "requests", "rows per CPU s")


@dataclass
class Measured:
    """What was measured against one server."""

    ours: Result
    again: Result
    more: Result
    arrow: Result
    json: Result
    tuned: Result
    default: Result
    airbyte: Result

    @property
    def results(self) -> tuple[Result, ...]:
        """In the order of the table; without Airbyte's where that is not installed."""
        every = (self.ours, self.again, self.more, self.arrow, self.json, self.tuned, self.default, self.airbyte)
        return tuple(result for result in every if result.costs)


def measure(rounds: int, rows: int) -> Measured:
    """All contenders in turns, ours once more when there is nothing new, and in the end what takes a minute: dlt as it
    comes, Airbyte, and ours with ten times the rows. Every load is checked."""
    found = Measured(Result(OURS.name, rows), Result(f"{OURS.name}, nothing new", 0), Result(OURS.name, TIMES * rows),
                     Result(ARROW.name, rows), Result(JSON.name, rows), Result(TUNED.name, rows),
                     Result(DEFAULT.name, rows), Result(AIRBYTE.name, rows))  # fmt: skip
    with vendor(rows // 2) as site:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(prefix="sevens-bench-") as folder:
                found.ours.costs.append(_load(OURS, site, Path(folder)))
                found.again.costs.append(_load(OURS, site, Path(folder)))
            for contender, result in ((ARROW, found.arrow), (JSON, found.json), (TUNED, found.tuned)):
                result.costs.append(_once(contender, site))
        found.default.costs.append(_once(DEFAULT, site))
        if Path(AIRBYTE.python).exists():
            found.airbyte.costs.append(_once(AIRBYTE, site))
    with vendor(TIMES * rows // 2) as site:
        found.more.costs.append(_once(OURS, site))
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
    floor, tuned, default = (found.ours.cpu / found.arrow.cpu, found.tuned.cpu / found.ours.cpu,
                             found.default.cpu / found.ours.cpu)  # fmt: skip
    growth = found.more.peak / found.ours.peak
    return [
        (floor <= GOAL_FLOOR, f"at most {GOAL_FLOOR} times the CPU of the Arrow floor: {floor:.2f}"),
        (tuned >= GOAL_TUNED, f"at least {GOAL_TUNED:.0f} times less CPU than plain dlt, tuned: {tuned:.1f}"),
        (default >= GOAL_DEFAULT, f"at least {GOAL_DEFAULT:.0f} times less CPU than plain dlt, default: {default:.1f}"),
        (found.ours.peak < GOAL_PEAK, f"under {GOAL_PEAK:.0f} MB: {found.ours.peak:.0f}"),
        (growth <= GOAL_GROWTH, f"at most {GOAL_GROWTH} times the peak with {TIMES} times the rows: {growth:.2f}"),
    ]


def main() -> int:
    """Measure, tell, and answer 1 if a goal is missed. Goals are judged at the size they are stated for."""
    parser = page.options("benchmarks", __doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender loads (default: 3)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"shifts and punches (default: {ROWS:,})")
    asked = parser.parse_args()
    found = measure(asked.rounds, asked.rows)
    judged = goals(found) if asked.rows == ROWS else []
    cells = [result.cells(found.arrow) for result in found.results]
    return page.tell("loads", HEAD, cells, [(True, "row counts and checksums are right in all"), *judged], asked.write)


if __name__ == "__main__":
    sys.exit(main())
