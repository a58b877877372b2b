"""The bench of Airflow: both vendors over HTTP, one warehouse, and `airflow dags test` on disks that are new."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import pytest

from simulators.seven_geese import Recorded, SevenGeese
from simulators.seven_shifts import SevenShifts

AIRFLOW = (sys.executable, "-m", "airflow")
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
DAG_FILE = dedent(GUIDE.partition("sevens.py <<'END'\n")[2].partition("    END\n")[0])  # as a reader copies it
# Airflow writes a configuration where it is first imported.
PARSER = tempfile.TemporaryDirectory(prefix="airflow-of-tests-")
os.environ["AIRFLOW_HOME"] = PARSER.name
CANARY = "canary-of-the-hashes-4711"
# What is never said must not be said at the most talkative level either.
LOUD = {"RUNTIME__LOG_LEVEL": "DEBUG", "AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG"}
# Stands where dbt has its own environment, and tells what it was called with.
SEVENS = """#!/bin/sh
echo "$@ in $DLT_DATA_DIR" >> "{told}"
test -d "$DLT_DATA_DIR"
"""


@dataclass(frozen=True)
class Disk:
    """A machine that nothing was ever run on: AIRFLOW_HOME, home and temporary folder."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "airflow"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Of Airflow's metadata."""
        with sqlite3.connect(self.home / "airflow.db") as connection:
            return connection.execute(query).fetchall()

    def states(self, dag: str) -> dict[str, str]:
        """How each task ended, the mapped ones by the name that Airflow shows."""
        query = f"SELECT task_id, rendered_map_index, state FROM task_instance WHERE dag_id = '{dag}'"
        return {f"{task}[{label}]" if label else task: state for task, label, state in self.rows(query)}

    def bytes(self) -> Iterator[tuple[Path, bytes]]:
        for path in self.folder.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes()


@dataclass(frozen=True)
class Ran:
    """One run of a DAG: exit code, log, how it and its tasks ended, and its requests."""

    code: int
    said: str
    state: str
    tasks: dict[str, str]
    asked: list[Recorded]

    def sent(self, path: str) -> list[dict[str, str]]:
        """The query of each request for what ends in `path`."""
        return [dict(request.query) for request in self.asked if request.path.endswith(path)]


class Bench:
    """What is the same on every disk: the vendors, the settings and the warehouse."""

    def __init__(self, folder: Path, shifts: SevenShifts, geese: SevenGeese, migrated: Path) -> None:
        self.folder, self.shifts, self.geese, self._migrated = folder, shifts, geese, migrated
        self.file, self.transformed = folder / "warehouse.duckdb", folder / "transformed.txt"
        sevens = folder / "sevens"
        sevens.write_text(SEVENS.format(told=self.transformed), encoding="utf-8")
        sevens.chmod(0o755)
        self.settings = {**self._of_shifts(), **self._of_geese(), **LOUD, "SEVENS_EXECUTABLE": str(sevens),
                         "DESTINATION__WAREHOUSE__CREDENTIALS": str(self.file)}  # fmt: skip

    def _of_shifts(self) -> dict[str, str]:
        companies = [{"slug": company.slug, "guid": company.guid} for company in self.shifts.companies]
        return prefixed("SEVEN_SHIFTS", API_URL=self.shifts.url, TOKEN_URL=self.shifts.token_url,
                        COMPANIES=json.dumps(companies), CREDENTIALS__CLIENT_ID=self.shifts.client_id,
                        CREDENTIALS__CLIENT_SECRET=self.shifts.client_secret, PII__KEY=CANARY)  # fmt: skip

    def _of_geese(self) -> dict[str, str]:
        """Credentials beside the slugs, where a list of companies would take them along."""
        companies = [{"slug": network.slug, "client_id": network.client_id, "client_secret": network.client_secret,
                      "username": network.username, "password": network.password}
                     for network in self.geese.networks]  # fmt: skip
        return prefixed("SEVEN_GEESE", API_URL=self.geese.url, COMPANIES=json.dumps(companies))

    def secrets(self) -> list[str]:
        networks = self.geese.networks
        tokens = [*self.shifts.access.issued, *self.geese.tokens.access, *self.geese.tokens.refresh]
        known = [CANARY, self.shifts.client_secret, *tokens]
        return known + [secret for one in networks for secret in (one.client_secret, one.password, one.token)]

    def disk(self, name: str) -> Disk:
        disk = Disk(self.folder / name)
        for folder in ("airflow/dags", "home", "tmp", "work"):
            (disk.folder / folder).mkdir(parents=True)
        shutil.copy(self._migrated, disk.home)
        (disk.home / "dags" / "sevens.py").write_text(DAG_FILE, encoding="utf-8")
        return disk

    def test(self, disk: Disk, dag: str, **params: Any) -> Ran:
        """`airflow dags test`, and what it asked of the vendors."""
        self.shifts.clear_requests()
        self.geese.clear_requests()
        done = airflow(disk, "dags", "test", dag, *(["--conf", json.dumps(params)] if params else []), **self.settings)
        asked = [*self.shifts.requests, *self.geese.requests]
        states = disk.rows(f"SELECT state FROM dag_run WHERE dag_id = '{dag}'")
        assert states, done.stdout
        return Ran(done.returncode, done.stdout, states[0][0], disk.states(dag), asked)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(query).fetchall()


def prefixed(source: str, **settings: str) -> dict[str, str]:
    return {f"SOURCES__{source}__{name}": value
            for name, value in {"REQUESTS_PER_SECOND": "1000", "REQUESTS_PER_MINUTE": "60000", "BACKOFF": "0.02",
                                **settings}.items()}  # fmt: skip


def airflow(disk: Disk, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command in an environment that has nothing of ours but these settings."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(disk.folder / "home"), "TMPDIR": str(disk.folder / "tmp"),
        "AIRFLOW_HOME": str(disk.home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "NO_COLOR": "1", **settings,
    }  # fmt: skip
    return subprocess.run(
        [*AIRFLOW, *arguments], cwd=disk.folder / "work", env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", timeout=600, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty metadata database, made once."""
    disk = Disk(tmp_path_factory.mktemp("migrated"))
    for folder in ("airflow", "home", "tmp", "work"):
        (disk.folder / folder).mkdir()
    done = airflow(disk, "db", "migrate")
    assert not done.returncode, done.stdout
    return disk.home / "airflow.db"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Bench]:
    """Three restaurants and two networks, nothing loaded yet."""
    with SevenShifts(companies=3, seed=7, weeks=1, staff=6) as shifts, SevenGeese(networks=2, people=6) as geese:
        yield Bench(tmp_path_factory.mktemp("bench"), shifts, geese, migrated)
