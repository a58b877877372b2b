"""One pace per credential: whatever the number of companies, threads and processes, the vendor's limit holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from simulators.seven_shifts import RateLimit
from tests.conftest import Bench

ROOT = Path(__file__).parent.parent


def default_pace(bench: Bench) -> None:
    bench.unset("REQUESTS_PER_SECOND")
    bench.unset("REQUESTS_PER_MINUTE")
    bench.vendor.rate_limit = RateLimit(per_second=10, per_minute=600, block_seconds=60.0)


def in_pace(bench: Bench) -> bool:
    """No request was refused, and no second saw more than ten arrive."""
    times = sorted(r.at for r in bench.vendor.requests if r.method == "GET")
    close = [late - early for early, late in zip(times, times[10:], strict=False)]
    return 429 not in {r.status for r in bench.vendor.requests} and all(gap > 1.0 for gap in close)


def test_all_companies_and_threads_together_stay_under_the_vendors_limit(bench: Bench) -> None:
    default_pace(bench)

    assert not bench.run(resources=["companies", "locations", "users", "shifts", "time_punches", "wages"]).failed

    assert len(bench.vendor.requests) > 25
    assert in_pace(bench)


def test_two_processes_with_one_client_id_share_one_pace(bench: Bench) -> None:
    default_pace(bench)
    command = [sys.executable, "-m", "pipelines.cli", "run", "seven_shifts", "--json"]
    for name in ("companies", "locations", "users", "roles", "departments"):
        command += ["--resource", name]
    runs = []
    for name in ("one", "two"):
        place = {"DLT_DATA_DIR": str(bench.folder / name), "PYTHONPATH": str(ROOT),
                 "DESTINATION__WAREHOUSE__CREDENTIALS": str(bench.folder / f"{name}.duckdb")}  # fmt: skip
        runs.append(subprocess.Popen(command, env={**os.environ, **place}, cwd=bench.folder, stdout=subprocess.DEVNULL))

    assert [process.wait(timeout=120) for process in runs] == [0, 0]

    assert len(bench.vendor.requests) > 25
    assert in_pace(bench)
