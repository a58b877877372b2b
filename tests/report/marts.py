"""Marts without dbt: tables as the contracts in the dbt project declare them, filled by hand, and a log beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pyarrow as pa
import yaml
from psycopg2.extras import execute_values

from sources.core.build import LOGS

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
TYPES = {"text": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE", "timestamp": "TIMESTAMPTZ"}
NOTHING = {
    "text": "",
    "bigint": 0,
    "boolean": False,
    "date": date(2026, 11, 1),
    "timestamp": datetime(2026, 11, 1),
    "double precision": 0.0,
}
AS_OF = datetime(2026, 11, 11, 15, 30, tzinfo=timezone.utc)  # a Wednesday
STAFF = (
    "Ana Duarte",
    "Ben Okafor",
    "Chloé Martin",
    "Dmitri Sokolov",
    "Eun-ji Park",
    "Farid Haddad",
    "Grace Lindqvist",
    "Hugo Fernández",
    "Imani Wright",
    "Jonas Weber",
)


@cache
def contracts() -> Mapping[str, list[dict[str, Any]]]:
    """The columns of every mart, from the YAML beside the models."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(MODELS.rglob("*.yml")):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            found[model["name"]] = model["columns"]
    return found


class Warehouse:
    """A DuckDB file with marts. `add` fills what is not given: nothing where the contract forbids null. Rows are
    written at the end of the `with` block."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._marts: dict[str, list[list[Any]]] = {}
        self._logs: dict[str, list[dict[str, Any]]] = {}

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        with duckdb.connect(str(self.file)) as connection:
            connection.execute("BEGIN; SET TimeZone = 'UTC'; CREATE SCHEMA IF NOT EXISTS sevens_marts")
            for mart, rows in self._marts.items():
                columns = {column["name"]: column["data_type"] for column in contracts()[mart]}
                _insert(connection, f"sevens_marts.{mart}", columns, rows)
            for source, entries in self._logs.items():
                _log(connection, source, entries)
            connection.execute("COMMIT")

    def build(self, *marts: str) -> None:
        """Have these marts, empty as yet; all of them if none is named."""
        for mart in marts or contracts():
            self._marts.setdefault(mart, [])

    def add(self, mart: str, *rows: Mapping[str, Any]) -> None:
        columns = {column["name"]: column for column in contracts()[mart]}
        unknown = {name for row in rows for name in row} - set(columns)
        assert not unknown, f"{mart} has no {unknown}"
        self.build(mart)
        self._marts[mart] += [[row.get(name, _nothing(column)) for name, column in columns.items()] for row in rows]

    def log(self, source: str, guid: str, slug: str, resources: Iterable[str], **more: Any) -> None:
        """What a run leaves: an `ok` row of sync_log for each resource, and the load it belongs to."""
        self._logs.setdefault(source, []).extend(
            {
                "company_guid": guid,
                "company_slug": slug,
                "resource": resource,
                "status": "ok",
                "rows_rejected": 0,
                "scan_started_at": AS_OF,
                "logged_at": AS_OF,
                "_dlt_load_id": "1",
                **more,
            }
            for resource in resources
        )

    def reject(self, source: str, guid: str, table: str, reason: str) -> None:
        """A row of rejected_rows; its payload is nobody's business."""
        self._logs[source].append(
            {"company_guid": guid, "table_name": table, "reason": reason, "payload": "{'ssn': 'secret'}"}
        )


def _log(connection: duckdb.DuckDBPyConnection, source: str, entries: list[dict[str, Any]]) -> None:
    connection.execute(f"CREATE SCHEMA {source}")
    loads = {"load_id": "VARCHAR", "schema_name": "VARCHAR", "status": "BIGINT"}
    _insert(connection, f"{source}._dlt_loads", loads, [["1", source, 0]])
    for name, columns in LOGS.items():
        types = {**{column.name: TYPES[column.kind] for column in columns}, "_dlt_load_id": "VARCHAR"}
        own = [entry for entry in entries if ("payload" in entry) is (name == "rejected_rows")]
        rows = [[entry.get(column) for column in types] for entry in own]
        _insert(connection, f"{source}.{name}", types, rows)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: list[list[Any]]
) -> None:
    """Make a table and fill it. Values go as text: a statement per row takes a hundred times as long."""
    spelled = ", ".join(f'"{name}" {type}' for name, type in columns.items())
    connection.execute(f"CREATE TABLE {table} ({spelled})")
    if rows:
        values = pa.table(
            {
                name: pa.array([None if row[at] is None else str(row[at]) for row in rows], pa.string())
                for at, name in enumerate(columns)
            }
        )
        connection.register("given", values)
        casts = ", ".join(f'CAST("{name}" AS {type})' for name, type in columns.items())
        connection.execute(f"INSERT INTO {table} SELECT {casts} FROM given")
        connection.unregister("given")


def _nothing(column: Mapping[str, Any]) -> Any:
    if not column.get("constraints"):
        return None
    return 0 if column["data_type"].startswith("decimal") else NOTHING[column["data_type"]]


def month(index: int) -> date:
    """The months of the year up to AS_OF, the oldest first."""
    months = AS_OF.year * 12 + AS_OF.month - 12 + index
    return date(months // 12, months % 12 + 1, 1)


def copy(file: Path, address: str) -> None:
    """Make the tables of a DuckDB file in an empty PostgreSQL database too."""
    spelled = {"DOUBLE": "DOUBLE PRECISION"}
    with duckdb.connect(str(file), read_only=True) as source, psycopg2.connect(address) as target:
        cursor = target.cursor()
        tables = source.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
        for schema in sorted({schema for schema, _ in tables}):
            cursor.execute(f"CREATE SCHEMA {schema}")
        for schema, table in tables:
            columns = source.execute(f"DESCRIBE {schema}.{table}").fetchall()
            types = ", ".join(f'"{name}" {spelled.get(type, type)}' for name, type, *_ in columns)
            cursor.execute(f"CREATE TABLE {schema}.{table} ({types})")
            rows = source.execute(f"FROM {schema}.{table}").fetchall()
            if rows:
                execute_values(cursor, f"INSERT INTO {schema}.{table} VALUES %s", rows)
    target.close()
