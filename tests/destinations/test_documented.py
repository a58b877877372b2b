"""The set-ups of docs/destinations.md work as they stand there, and its table says what the tests do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docs import matrix
from simulators.seven_shifts import SevenShifts
from tests.conftest import Bench
from tests.destinations.places import PLACES, PREFIX, ready
from tests.destinations.test_statements import CREDENTIALS

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```toml\n# \.dlt/(\w+\.toml): ([\w, ]+).*?\n(.*?)```", re.DOTALL)
PAGE = (ROOT / "docs" / "destinations.md").read_text(encoding="utf-8")
SET_UPS = {name: (file, text) for file, name, text in BLOCK.findall(PAGE)}
HERE = {"DuckLake, catalog in a file": "ducklake", "DuckLake, catalog in PostgreSQL": "ducklake",
        "Delta": "delta", "Iceberg": "iceberg"}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with SevenShifts(companies=1, seed=7, weeks=1, staff=2) as vendor:
        yield Bench(vendor, tmp_path, monkeypatch)
        monkeypatch.undo()


def sevens(folder: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run([sys.executable, "-m", "pipelines.cli", *words], cwd=folder, capture_output=True, text=True,
                          env={**environment, "PYTHONPATH": str(ROOT)}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", HERE)
def test_a_set_up_loads_as_it_is_written(name: str, bench: Bench, database: Callable[[], str]) -> None:
    ready(PLACES[HERE[name]])
    dlt = bench.folder / ".dlt"
    dlt.mkdir()
    file, text = SET_UPS[name]
    (dlt / file).write_text(re.sub(r"postgresql://[^\"]+", lambda _: database(), text))

    assert f"destination: {HERE[name]}" in sevens(bench.folder, "check", "seven_shifts")
    sevens(bench.folder, "run", "seven_shifts", "--resource", "shifts")
    assert "0 missing, 0 too many" in sevens(bench.folder, "verify", "seven_shifts", "--resource", "shifts")
    assert "shifts" in sevens(bench.folder, "status")
    assert list((bench.folder / "lake" / "seven_shifts").rglob("*.parquet"))


@pytest.mark.parametrize("type", CREDENTIALS)
def test_a_set_up_for_elsewhere_is_understood(type: str, tmp_path: Path) -> None:
    file, text = next((file, text) for file, text in SET_UPS.values() if f'destination_type = "{type}"' in text)
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / file).write_text(text)
    asked = ("from pipelines.warehouse import Warehouse; found = Warehouse.configured().destination('own'); "
             "print(found.config_params['credentials'].is_resolved())")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)  # fmt: skip

    assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr


def test_the_table_of_the_page_says_what_is_tested() -> None:
    assert {place.type for place in PLACES.values()} == set(matrix.RUN)
    assert {*matrix.RUN, *CREDENTIALS} == set(matrix.MANNERS)
