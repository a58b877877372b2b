"""The destinations that run here: how each is set, and how its tables are looked at without dlt."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from dlt.destinations.impl.postgres.sql_client import Psycopg2SqlClient

from pipelines.destinations import MANNERS
from pipelines.lake.jobs import DeltaJob, IcebergJob
from tests.model.crashes import STATEMENT
from tests.model.warehouse import Held

_COUNT = itertools.count()
PREFIX = "DESTINATION__WAREHOUSE__"
POSTGRES = ("postgres", "ducklake on postgres")


@dataclass(frozen=True)
class Place:
    """`settings` have `{folder}` for a folder of its own and `{database}` for an empty database of PostgreSQL, which
    DuckDB's words for attaching it have too; without such words `scan` is how DuckDB reads a table's folder.
    `statement` is what a test lets a commit break off at."""

    name: str
    settings: Mapping[str, str]
    attach: str = ""
    scan: str = ""
    statement: tuple[Any, str] = STATEMENT

    @property
    def type(self) -> str:
        return self.settings.get("TABLE_FORMAT") or self.settings.get("DESTINATION_TYPE", self.name)

    @property
    def needs_database(self) -> bool:
        return any("{database}" in value for value in self.settings.values())

    def environment(self, folder: Path, database: str = "") -> dict[str, str]:
        return {PREFIX + name: value.format(folder=folder, database=database) for name, value in self.settings.items()}

    @contextmanager
    def looking(self, folder: Path, dataset: str, database: str = "") -> Iterator[Held]:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            if self.attach:
                connection.execute(self.attach.format(folder=folder, database=database) + "; USE place")
            for lake in (folder / "lake").glob("*/init"):
                self._view(connection, lake.parent)
            yield Held(connection, dataset)

    def _view(self, connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
        connection.execute(f"CREATE SCHEMA {lake.name}")
        loads = f"read_json('{lake}/_dlt_loads/*.jsonl', columns = {{load_id: 'TEXT', status: 'BIGINT'}})"
        if any(lake.glob("_dlt_loads/*")):
            connection.execute(f"CREATE VIEW {lake.name}._dlt_loads AS SELECT * FROM {loads}")
        for table in lake.glob("[a-z]*/"):
            files = self.scan.format(folder=table, newest=max(table.glob("metadata/*.json"), default=""))
            if any(table.glob("*/*.json")):
                connection.execute(f"CREATE VIEW {lake.name}.{table.name} AS SELECT * FROM {files}")


_LAKE = {"DESTINATION_TYPE": "filesystem", "BUCKET_URL": "file://{folder}/lake"}
_DUCKLAKE = {"DESTINATION_TYPE": "ducklake", "CREDENTIALS__DUCKLAKE_NAME": "place",
             "CREDENTIALS__STORAGE__BUCKET_URL": "file://{folder}/lake"}  # fmt: skip
PLACES = {place.name: place for place in (
    Place("duckdb", {"CREDENTIALS": "{folder}/warehouse.duckdb"}, "ATTACH '{folder}/warehouse.duckdb' AS place"),
    Place("postgres", {"CREDENTIALS": "{database}"}, "ATTACH '{database}' AS place (TYPE postgres)",
          statement=(Psycopg2SqlClient, "execute_query")),
    Place("ducklake", {**_DUCKLAKE, "CREDENTIALS__CATALOG": "duckdb:///{folder}/catalog.duckdb"},
          "ATTACH 'ducklake:{folder}/catalog.duckdb' AS place"),
    Place("ducklake on postgres", {**_DUCKLAKE, "CREDENTIALS__CATALOG": "{database}"},
          "ATTACH 'ducklake:postgres:{database}' AS place (METADATA_SCHEMA 'place')"),
    Place("delta", {**_LAKE, "TABLE_FORMAT": "delta"}, scan="delta_scan('{folder}')", statement=(DeltaJob, "run")),
    Place("iceberg", {**_LAKE, "TABLE_FORMAT": "iceberg"}, scan="iceberg_scan('{newest}')",
          statement=(IcebergJob, "run")),
)}  # fmt: skip


def ready(place: Place) -> None:
    """Raises `ConfigurationError` for what is missing; takes DuckDB's extensions from their packages."""
    MANNERS[place.type].require(place.type)
    if place.name in POSTGRES:
        MANNERS["ducklake"].require("ducklake")


def empty_database(server: Any) -> str:
    """The address of a new database of a PostgreSQL server."""
    name = f"place_{os.getpid()}_{next(_COUNT)}"
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(name))
