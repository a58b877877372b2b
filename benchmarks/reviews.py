"""`python -m benchmarks.reviews`: the reviews of a large 7Geese network, loaded in one run, and once more with nothing
new. The simulator runs in a process of its own; what is measured is `sevens run` as a cron job would start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.child import ROOT, Cost, measured

GOAL_PEAK = 600.0  # megabytes, for 10,000 people
PEOPLE, CYCLES, ANSWERS = 10_000, 2, 10


@contextmanager
def simulator(people: int) -> Iterator[dict[str, Any]]:
    """A network of so many people with nothing but reviews, for as long as it is needed."""
    volume = {"objectives": 0, "recognitions": 0, "one-on-ones": 0, "feedback": 0, "action-items": 0,
              "cycles": CYCLES, "answers": ANSWERS}  # fmt: skip
    options = [f"--volume-{name}={count}" for name, count in volume.items()]
    options += ["--port=0", "--networks=1", f"--people={people}"]
    command = [sys.executable, "-m", "simulators.seven_geese", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            lines = iter(server.stdout.readline, "}\n")
            yield json.loads("".join(lines) + "}")
        finally:
            server.send_signal(signal.SIGINT)


def load(site: dict[str, Any], folder: Path) -> Cost:
    """One run in `folder`. Raises `RuntimeError` if it fails."""
    network = site["networks"][0]
    return measured(["pipelines.cli", "run", "seven_geese", "--resource", "reviews", "--json"], folder, {
        "SOURCES__SEVEN_GEESE__API_URL": site["url"],
        "SOURCES__SEVEN_GEESE__COMPANIES": json.dumps([{"slug": "large", "token": network["token"]}]),
        # The pace of 5 requests a second would be what is measured: 20,000 reviews are 200 requests.
        "SOURCES__SEVEN_GEESE__REQUESTS_PER_SECOND": "1000",
        "SOURCES__SEVEN_GEESE__REQUESTS_PER_MINUTE": "60000",
        "DESTINATION__WAREHOUSE__CREDENTIALS": "load.duckdb",
    })  # fmt: skip


def check(people: int, folder: Path) -> None:
    """Compare the row counts with what there is; `RuntimeError` if they differ."""
    import duckdb  # after the last run: a forked child starts with its parent's peak memory

    with duckdb.connect(str(folder / "load.duckdb"), read_only=True) as connection:
        for table, expected in (("reviews", people * CYCLES), ("review_answers", people * CYCLES * ANSWERS)):
            sql = f"SELECT count(*), count(*) FILTER (_dlt_valid_to IS NULL) FROM seven_geese.{table}"
            if connection.execute(sql).fetchone() != (expected, expected):
                raise RuntimeError(f"{table}: {connection.execute(sql).fetchone()} rows where there are {expected:,}")


HEAD = ("", "reviews", "answers", "CPU s", "wall s", "peak MB")


def main() -> int:
    """Measure, tell, and answer 1 if the goal is missed."""
    parser = page.options("benchmarks.reviews", __doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sevens-bench-") as name, simulator(asked.people) as site:
        costs = [load(site, Path(name)) for _ in range(2)]
        check(asked.people, Path(name))
    reviews = asked.people * CYCLES
    rows = [(what, f"{reviews:,}", f"{reviews * ANSWERS:,}", f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.peak:,.0f}")
            for what, cost in zip(("everything", "nothing new"), costs, strict=True)]  # fmt: skip
    peak = max(cost.peak for cost in costs)
    return page.tell("reviews", HEAD, rows, [(peak < GOAL_PEAK, f"under {GOAL_PEAK:.0f} MB: {peak:.0f}")], asked.write)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
