"""`sevens transform` says what it needs, leaves nothing behind, and its exit code tells what came of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines import transform
from pipelines.cli import main
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.setenv("DESTINATION__WAREHOUSE__LOCK_WAIT", "1")
    return tmp_path / "warehouse.duckdb"


def load(file: Path, *sources: str, without: str = "") -> None:
    """Every table of the sources, without rows."""
    with duckdb.connect(str(file)) as connection:
        for source in sources:
            connection.execute(f"CREATE SCHEMA {source}")
            names = [table.name for resource in VENDORS[source].resources for table in resource.tables]
            for name in [*names, "sync_log"]:
                if name != without:
                    connection.execute(f"CREATE TABLE {source}.{name} (id BIGINT)")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["transform", *arguments])


def answering(monkeypatch: pytest.MonkeyPatch, *statuses: str) -> list[list[str]]:
    """Let dbt answer so; its arguments are kept."""
    asked: list[list[str]] = []
    results = [SimpleNamespace(status=status, message=f"it is {status}", adapter_response={},
                               node=SimpleNamespace(name=f"model_{at}", resource_type="model"))
               for at, status in enumerate(statuses)]  # fmt: skip

    def invoke(arguments: list[str]) -> SimpleNamespace:
        asked.append([*arguments, os.environ["SEVENS_DBT_FILE"]])
        return SimpleNamespace(result=SimpleNamespace(results=results), exception=None)

    monkeypatch.setattr(transform, "_runner", lambda: invoke)
    return asked


def test_without_a_file_it_says_to_load_first(file):
    result = run()

    assert result.exit_code == 2
    assert "Load first: sevens run all" in result.output


def test_an_empty_destination_is_not_taken_for_a_loaded_one(file):
    load(file)
    result = run()

    assert result.exit_code == 2
    assert "Nothing was loaded" in result.output


def test_a_table_that_was_never_loaded_is_named(file):
    load(file, "seven_shifts", without="wages")
    result = run()

    assert result.exit_code == 2
    assert "wages missing" in result.output
    assert "sevens run seven_shifts" in result.output


def test_without_dbt_it_says_what_to_install(file, monkeypatch):
    load(file, "seven_shifts")
    monkeypatch.setattr(transform, "find_spec", lambda name: None)
    result = run()

    assert result.exit_code == 2
    assert "pip install -e '.[dbt]'" in result.output


def test_what_is_not_loaded_is_switched_off_and_options_are_passed_on(file, monkeypatch):
    load(file, "seven_geese")
    asked = answering(monkeypatch, "success")
    result = run("--select", "people", "--select", "+reviews", "--full-refresh")

    assert result.exit_code == 0, result.output
    assert '{"seven_shifts": false, "seven_geese": true, "as_of": ""}' in asked[0]
    assert "--full-refresh" in asked[0]
    assert asked[0][-4:] == ["--select", "people", "+reviews", str(file)]


def test_a_model_that_is_none_is_a_wrong_use(file, monkeypatch):
    load(file, "seven_geese")
    answering(monkeypatch)
    result = run("--select", "labour")

    assert result.exit_code == 2
    assert "Nothing in the dbt project is called labour" in result.output


def test_a_failed_model_is_named_and_ends_with_1(file, monkeypatch):
    load(file, "seven_shifts")
    answering(monkeypatch, "success", "error", "skipped")
    result = run()

    assert result.exit_code == 1
    assert "1 passed, 1 failed, 1 skipped" in result.output
    assert "model_1: it is error" in result.output


def test_it_tells_in_which_tables_rows_were_written(file, monkeypatch):
    load(file, "seven_shifts")
    told = {"hours": "2 rows deleted, 3 inserted, 1,204 in all", "costs": "0 rows deleted, 0 inserted, 9 in all"}
    results = [SimpleNamespace(status="success", message=message,
                               adapter_response={"code": "KEPT", "rows_affected": rows},
                               node=SimpleNamespace(name=name, resource_type="model"))
               for (name, message), rows in zip(told.items(), (5, 0), strict=True)]  # fmt: skip
    outcome = SimpleNamespace(result=SimpleNamespace(results=results), exception=None)
    monkeypatch.setattr(transform, "_runner", lambda: lambda arguments: outcome)

    lines = run().output.splitlines()
    assert lines[1:] == ["hours: 2 rows deleted, 3 inserted, 1,204 in all", "1 of 2 marts are as they were"]
    assert json.loads(run("--json").output)["rows_written"] == {"hours": 5, "costs": 0}


def test_another_run_on_the_file_is_waited_for(file, monkeypatch, tmp_path):
    load(file, "seven_shifts")
    answering(monkeypatch, "success")
    with Warehouse.configured().writing(tmp_path / "somebody"):
        result = run()

    assert result.exit_code == 1
    assert "has held the DuckDB file" in result.output


def test_the_environment_is_as_it_was(file, monkeypatch):
    load(file, "seven_shifts")
    answering(monkeypatch, "success")
    before = dict(os.environ)
    run()

    assert dict(os.environ) == before


def test_the_password_of_a_database_goes_only_where_dbt_keeps_secrets():
    warehouse = Warehouse("postgres", "postgresql://anna:s3cret@db.example:6543/sales?sslmode=require", None, 1)
    settings = transform._profile(warehouse)

    assert [name for name, value in settings.items() if "s3cret" in value] == ["DBT_ENV_SECRET_SEVENS_PASSWORD"]
    assert settings["SEVENS_DBT_HOST"] == "db.example"
    assert (settings["SEVENS_DBT_PORT"], settings["SEVENS_DBT_DATABASE"]) == ("6543", "sales")
    assert settings["SEVENS_DBT_SSLMODE"] == "require"
