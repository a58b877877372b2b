"""Running a contender in a process of its own, measuring what it took, and checking what it left behind."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.data import CHECKED, MOMENTS

ROOT = Path(__file__).resolve().parents[1]
ADDRESS_SPACE = 20 << 30  # bytes; a load that runs away dies instead of taking the machine along
MEGABYTE = 1 << 20
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Contender:
    """A way of loading: the module that is run, its settings, what it calls the tables it fills, and the interpreter
    that has what it needs."""

    name: str
    command: tuple[str, ...]
    settings: Mapping[str, str]
    dataset: str
    tables: Mapping[str, str]
    python: str = sys.executable


@dataclass(frozen=True)
class Cost:
    """What one run took. `cpu` is user and system time of the process and the children it waited for."""

    cpu: float
    wall: float
    peak: float  # megabytes, of the largest process
    requests: int


class Vendor:
    """The benchmark's server, as seen from outside."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.totals: dict[str, dict[str, int]] = self._ask("totals")

    @property
    def requests(self) -> int:
        return int(self._ask("requests"))

    def _ask(self, what: str) -> Any:  # noqa: ANN401 - whatever the server tells
        with urlopen(f"{self.url}/benchmark/{what}") as answer:
            return json.load(answer)


@contextmanager
def vendor(rows: int, companies: int = 1) -> Iterator[Vendor]:
    """A server with `rows` shifts and as many punches of each company, in its own process, for as long as it is
    needed."""
    command = [sys.executable, "-m", "benchmarks.server", str(rows), str(companies)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            if not port:
                raise RuntimeError("The benchmark's server did not start; what it said is above.")
            yield Vendor(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def run(contender: Contender, site: Vendor, folder: Path) -> Cost:
    """Run a contender in `folder`, which may hold what an earlier run left."""
    given = {name: value.replace("{url}", site.url) for name, value in contender.settings.items()}
    before = site.requests
    cost = measured(list(contender.command), folder, {**given, "BENCHMARK_URL": site.url}, contender.python)
    return replace(cost, requests=site.requests - before)


def measured(command: list[str], folder: Path, settings: Mapping[str, str], python: str = sys.executable) -> Cost:
    """Run a module in `folder` and measure it. Raises `RuntimeError` with the end of what it said if it fails."""
    log = folder / "output.txt"
    with log.open("w") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            [python, "-m", *command], cwd=folder, env=_environment(folder, settings),
            stdout=output, stderr=subprocess.STDOUT, preexec_fn=_bounded,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = log.read_text()[-3000:]
        raise RuntimeError(f"{command[0]} ended with exit code {process.returncode}:\n{said}")
    peak = used.ru_maxrss * MAXRSS_UNIT / MEGABYTE
    return Cost(used.ru_utime + used.ru_stime, wall, peak, 0)


def check(contender: Contender, site: Vendor, folder: Path) -> None:
    """Compare every table's row count and checksums with what was served; `RuntimeError` if they differ."""
    import duckdb  # after the first run: a forked child starts with its parent's peak memory

    with duckdb.connect(str(folder / "load.duckdb"), read_only=True) as connection:
        compare(contender, site, lambda sql: connection.execute(sql).fetchone(), 'epoch_ms("{}") // 1000')


def compare(contender: Contender, site: Vendor, ask: Callable[[str], Any], seconds: str) -> None:
    """The same by any database: `ask` answers a query with a row, `seconds` makes whole seconds of a moment there."""
    for table, name in contender.tables.items():
        expected = site.totals[table]
        numbers = [(seconds if column in MOMENTS else '"{}"').format(column) for column in CHECKED[table]]
        sums = ", ".join(f"sum({number})::BIGINT" for number in numbers)
        row = ask(f'SELECT count(*), {sums} FROM "{contender.dataset}"."{name}"')
        found = dict(zip(("rows", *CHECKED[table]), row, strict=True))
        if found != expected:
            both = f"  served {expected}\n  loaded {found}"
            raise RuntimeError(f"{contender.name} loaded {table} wrongly:\n{both}")


def _environment(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the user's own configuration: neither variables nor files of the home folder."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "DLT_DATA_DIR": str(folder / "scratch"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        **given,
    }


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
