"""The definitions load anywhere: without a secret, a network, a setting, or dbt; and Dagster itself approves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.dagster_defs import definitions
from sources.core.vendor import Vendor
from sources.seven_geese import VENDOR as GEESE
from sources.seven_shifts import VENDOR as SHIFTS

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = """
import socket
def refuse(*anything): raise AssertionError("a network was asked for")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
"""
COUNT = """
from pipelines.dagster_defs import defs
graph = defs.resolve_asset_graph()
print(*sorted({key.path[0] for key in graph.materializable_asset_keys}), len(graph.materializable_asset_keys))
"""
WITHOUT_DBT = """
import sys
sys.modules["dbt"] = sys.modules["dagster_dbt"] = None
"""


def tables(vendor: Vendor) -> int:
    return sum(len(resource.tables) for resource in vendor.resources)


def python(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A new process with nothing of this one's environment, in a folder without settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT),
                   "DLT_DATA_DIR": str(folder / "data"), **settings}  # fmt: skip
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
                          check=False)  # fmt: skip


def test_they_load_without_secrets_and_without_a_network(tmp_path: Path):
    done = python(tmp_path, "-c", OFFLINE + COUNT)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("seven_geese seven_shifts sevens_intermediate sevens_marts sevens_staging ")


def test_without_dbt_its_models_are_left_out_and_it_is_said(tmp_path: Path):
    done = python(tmp_path, "-c", WITHOUT_DBT + COUNT)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"seven_geese seven_shifts {tables(GEESE) + tables(SHIFTS)}\n"
    assert "The dbt models are left out. dbt is missing" in done.stderr
    assert "pip install 'sevens[dagster,dbt]'" in done.stderr


def test_a_source_without_companies_is_left_out(tmp_path: Path):
    done = python(tmp_path, "-c", WITHOUT_DBT + COUNT, SOURCES__SEVEN_GEESE__COMPANIES='[{"slug": "acme"}]')

    assert done.stdout == f"seven_geese {tables(GEESE)}\n", done.stderr


def test_everything_that_opens_the_destination_is_in_one_pool():
    graph = definitions().resolve_asset_graph()
    operations = [graph.get(key).assets_def.op for key in graph.materializable_asset_keys]

    assert {operation.pool for operation in operations} == {"sevens"}
    assert {check.node_def.pool for check in definitions().asset_checks} == {"sevens"}


def test_dagster_approves(tmp_path: Path):
    (tmp_path / "home").mkdir()
    done = python(tmp_path, "-m", "dagster", "definitions", "validate", "-m", "pipelines.dagster_defs",
                  DAGSTER_HOME=str(tmp_path / "home"))  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation successful" in done.stdout + done.stderr
