"""The DAG file as the scheduler reads it: often, without secrets, and without a network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import airflow_dag
from pipelines.run import VENDORS
from tests.airflow.conftest import DAG_FILE

READ = """
import json, socket, sys, time
from pathlib import Path

import airflow.sdk  # every DAG file has that
from airflow.dag_processing.dagbag import DagBag

def refuse(*args, **kwargs):
    raise OSError("the DAG file wanted a network")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
begun = time.perf_counter()
bag = DagBag(sys.argv[1])
print(json.dumps({
    "seconds": time.perf_counter() - begun,
    "errors": bag.import_errors,
    "dags": {name: [task.pool for task in dag.tasks] for name, dag in bag.dags.items()},
    "imported": sorted({"dlt", "duckdb", "pyarrow", "requests", "pipelines.run"} & set(sys.modules)),
}))
"""


@pytest.fixture(scope="module", params=["the file of the package", "a file of one's own"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a process without any setting finds in the file, in place and as the guide has it."""
    folder = tmp_path_factory.mktemp("parsing")
    file = Path(airflow_dag.__file__)
    if request.param == "a file of one's own":
        file = folder / "sevens.py"
        file.write_text(DAG_FILE, encoding="utf-8")
    bare = {"AIRFLOW_HOME": str(folder), "HOME": str(folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(file)], cwd=folder, env=bare, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_source_has_a_dag_and_none_has_an_error(read: dict[str, object]) -> None:
    assert read["errors"] == {}
    assert sorted(read["dags"]) == sorted(VENDORS)


def test_parsing_imports_neither_dlt_nor_what_it_loads_with(read: dict[str, object]) -> None:
    assert read["imported"] == []
    assert read["seconds"] < 2


def test_what_writes_to_the_destination_takes_a_slot_of_the_pool() -> None:
    for dag in (airflow_dag.seven_shifts, airflow_dag.seven_geese):
        assert {task.task_id for task in dag.tasks if task.pool == airflow_dag.POOL} == {"load", "transform"}


def test_a_load_is_tried_again_and_waits_longer_each_time_but_dbt_is_not() -> None:
    load, transform = (airflow_dag.seven_shifts.get_task(name) for name in ("load", "transform"))

    assert load.retries == 4
    assert load.retry_exponential_backoff == 2
    assert transform.retries == 0


def test_only_shifts_can_be_read_by_window() -> None:
    windowed = set(airflow_dag.seven_shifts.params) - set(airflow_dag.seven_geese.params)

    assert windowed == {"since", "until"}
