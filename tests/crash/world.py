"""Both vendors, a destination, and a child process that loads: what a crash is tried on."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from unittest import mock

from pipelines.comparison import Compared
from pipelines.verify import verify
from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts
from tests.crash.changes import a_day_passes
from tests.crash.places import Trap
from tests.crash.uniqueness import doubled

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120.0  # a run that takes longer hangs


class World:
    """`destination` is a PostgreSQL address; without one it is a DuckDB file in the folder."""

    def __init__(self, folder: Path, shifts: SevenShifts, geese: SevenGeese, destination: str = "") -> None:
        self.folder, self.shifts, self.geese = folder, shifts, geese
        self.destination = destination or str(folder / "warehouse.duckdb")
        self.settings = {**_settings(shifts, geese, folder), "DESTINATION__WAREHOUSE__CREDENTIALS": self.destination}
        self.settings["TMPDIR"] = str(folder)  # locks and the shared pace: nobody else's
        self.seen: dict[str, set[tuple]] = {}
        self.move()

    def move(self) -> None:
        """The next run finds an empty working directory, as on another machine."""
        self.settings["DLT_DATA_DIR"] = str(self.folder / f"scratch-{uuid.uuid4().hex[:8]}")

    def run(self, trap: Trap | None = None, limit: float = SECONDS, **how) -> subprocess.CompletedProcess[str]:
        """`sevens run all` in a process of its own, with a trap or without."""
        return subprocess.run(self.command(trap), env=self.environment(), cwd=self.folder, capture_output=True,
                              text=True, timeout=limit, check=False, **how)  # fmt: skip

    def start(self, trap: Trap | None = None) -> subprocess.Popen[str]:
        """The same, not waited for."""
        return subprocess.Popen(self.command(trap), env=self.environment(), cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    def command(self, trap: Trap | None) -> list[str]:
        module = ["tests.crash.victim", json.dumps(asdict(trap))] if trap else ["pipelines.cli"]
        return [sys.executable, "-m", *module, "run", "all"]

    def environment(self) -> Mapping[str, str]:
        return {**os.environ, **self.settings, "PYTHONPATH": str(ROOT)}

    def change(self, chance: random.Random) -> None:
        a_day_passes(self.shifts, self.geese, chance)

    def differences(self) -> list[str]:
        """What is lost, doubled or otherwise not as at the vendors, a line each."""
        with mock.patch.dict(os.environ, {**self.settings, "DLT_DATA_DIR": str(self.folder / "verify")}):
            compared = [result for source in ("seven_shifts", "seven_geese") for result in verify(source)]
        found = [line for result in compared for line in _told(result)]
        return found + self.doubled()

    def doubled(self) -> list[str]:
        return doubled(self.destination, self.seen)


@contextmanager
def world(folder: Path, destination: str = "", seed: int = 7, size: int = 4) -> Iterator[World]:
    """A new one, with nothing loaded. `size` is how many people each company has."""
    with ExitStack() as running:
        shifts = running.enter_context(SevenShifts(companies=1, seed=seed, weeks=1, staff=size))
        geese = running.enter_context(SevenGeese(networks=1, seed=seed, people=size))
        yield World(folder, shifts, geese, destination)


def _settings(shifts: SevenShifts, geese: SevenGeese, folder: Path) -> dict[str, str]:
    quick = {"REQUESTS_PER_SECOND": "1000", "REQUESTS_PER_MINUTE": "60000", "BACKOFF": "0.02"}
    companies = [{"slug": company.slug, "guid": company.guid} for company in shifts.companies]
    networks = [{"slug": one.slug, "client_id": one.client_id, "client_secret": one.client_secret,
                 "username": one.username, "password": one.password} for one in geese.networks]  # fmt: skip
    both = {
        "SEVEN_SHIFTS": {**quick, "API_URL": shifts.url, "TOKEN_URL": shifts.token_url,
                         "COMPANIES": json.dumps(companies), "CREDENTIALS__CLIENT_ID": shifts.client_id,
                         "CREDENTIALS__CLIENT_SECRET": shifts.client_secret},
        "SEVEN_GEESE": {**quick, "API_URL": geese.url, "COMPANIES": json.dumps(networks),
                        "TOKEN_STORE": str(folder / "tokens")},
    }  # fmt: skip
    return {f"SOURCES__{source}__{name}": value for source, values in both.items() for name, value in values.items()}


def _told(result: Compared) -> Iterator[str]:
    place = f"{result.source}.{result.table}"
    if result.error:
        yield f"{place}: {result.error}"
    yield from (f"{place}: lost {key}" for key in result.missing)
    yield from (f"{place}: doubled or not removed {key}" for key in result.extra)
    yield from (f"{place}: lost an edit of {key} in {names}" for key, names in result.different.items())
