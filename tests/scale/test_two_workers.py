"""Two machines, fifty companies, one quota: nothing shared but the database they load into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from simulators.seven_shifts import RateLimit, SevenShifts
from tests.conftest import PREFIX

ROOT = Path(__file__).parents[2]
TABLES = ("companies", "departments", "users", "shifts")


class Machine:
    """A worker with a disk of its own, and half of the companies."""

    def __init__(self, folder: Path, settings: dict[str, str], slugs: list[str]) -> None:
        folder.mkdir()
        (folder / "tmp").mkdir()
        command = [sys.executable, "-m", "pipelines.cli", "run", "seven_shifts"]
        for option, values in (("--company", slugs), ("--resource", TABLES)):
            command += [part for value in values for part in (option, value)]
        place = {"TMPDIR": str(folder / "tmp"), "DLT_DATA_DIR": str(folder / "scratch"), "PYTHONPATH": str(ROOT)}
        self._output = folder / "output.txt"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(command, cwd=folder, env={**os.environ, **settings, **place}, stdout=output,
                                            stderr=output)  # fmt: skip

    def ends(self) -> None:
        assert self.process.wait(timeout=240) == 0, self._output.read_text()[-2000:]


class Fleet:
    """The vendor, the database, and the machines that load from one into the other."""

    def __init__(self, vendor: SevenShifts, address: str, folder: Path) -> None:
        self.vendor, self.address, self._folder, self._made = vendor, address, folder, 0
        slugs = [company.slug for company in vendor.companies]
        self.halves = [slugs[0::2], slugs[1::2]]
        companies = [{"slug": company.slug, "guid": company.guid} for company in vendor.companies]
        self._settings = {
            f"{PREFIX}API_URL": vendor.url, f"{PREFIX}TOKEN_URL": vendor.token_url, f"{PREFIX}PACE": address,
            f"{PREFIX}COMPANIES": json.dumps(companies), f"{PREFIX}CREDENTIALS__CLIENT_ID": vendor.client_id,
            f"{PREFIX}CREDENTIALS__CLIENT_SECRET": vendor.client_secret,
            "DESTINATION__WAREHOUSE__CREDENTIALS": address,
        }  # fmt: skip

    def start(self, half: int) -> Machine:
        """A new machine for a half of the companies."""
        self._made += 1
        return Machine(self._folder / f"machine-{self._made}", self._settings, self.halves[half])

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        now = " WHERE _dlt_valid_to IS NULL" if table == "departments" else ""
        with psycopg2.connect(self.address) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT company_guid, id FROM seven_shifts.{table}{now} ORDER BY 1, 2")
            return cursor.fetchall()

    def has_each_row_once(self) -> None:
        for table in TABLES:
            held = [(company.guid, row["id"]) for company in self.vendor.companies
                    for row in self.vendor.rows(company.guid, table)]  # fmt: skip
            assert held
            assert self.rows(table) == sorted(held), table

    def was_never_refused(self) -> None:
        assert 429 not in {request.status for request in self.vendor.requests}

    @property
    def use(self) -> float:
        """Requests made of ten a second, from the first to the last."""
        times = [request.at for request in self.vendor.requests if request.method == "GET"]
        return (len(times) - 1) / (max(times) - min(times)) / 10


@pytest.fixture
def fleet(postgres: str, tmp_path: Path) -> Iterator[Fleet]:
    name = f"fleet_{time.time_ns()}"
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    with SevenShifts(companies=50, seed=7, weeks=1, staff=3) as vendor:
        vendor.rate_limit = RateLimit(per_second=10, per_minute=600, block_seconds=60.0)
        yield Fleet(vendor, postgres.replace("/postgres?", f"/{name}?"), tmp_path)


def test_two_machines_use_one_quota_nearly_whole_and_never_exceed_it(fleet: Fleet) -> None:
    machines = [fleet.start(0), fleet.start(1)]
    for machine in machines:
        machine.ends()

    fleet.was_never_refused()
    assert fleet.use >= 0.9
    fleet.has_each_row_once()


def test_a_machine_that_is_killed_is_replaced_by_a_new_one_and_no_row_comes_twice(fleet: Fleet) -> None:
    killed, other = fleet.start(0), fleet.start(1)
    while len(fleet.vendor.requests) < 150:
        time.sleep(0.1)
    killed.process.kill()
    killed.process.wait()

    replacement = fleet.start(0)
    other.ends()
    replacement.ends()

    fleet.was_never_refused()
    fleet.has_each_row_once()
