"""The example and its report, made once for all modules that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from pipelines.report import write
from tests.report.example import fill
from tests.report.marts import Warehouse


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with all marts, made once."""
    file = tmp_path_factory.mktemp("marts") / "warehouse.duckdb"
    with Warehouse(file) as warehouse:
        fill(warehouse)
    return file


@pytest.fixture(scope="session")
def page(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of all companies of the example, written once."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLT_DATA_DIR", str(folder / "scratch"))
        patch.setenv("DESTINATION__WAREHOUSE__DESTINATION_TYPE", "duckdb")
        patch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(example))
        return write(folder / "report.html")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The destination of `sevens`, set to a file."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "scratch"))
    monkeypatch.setenv("DESTINATION__WAREHOUSE__DESTINATION_TYPE", "duckdb")

    def configure(file: Path) -> None:
        monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(file))

    return configure


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """A PostgreSQL database of its own: other tests find theirs as they left it."""
    parts = urlsplit(postgres)
    with closing(psycopg2.connect(postgres)) as server:
        server.autocommit = True
        server.cursor().execute("CREATE DATABASE report")
        yield urlunsplit(parts._replace(path="/report"))
        server.cursor().execute("DROP DATABASE report WITH (FORCE)")
