"""The dbt marts, read from the destination of `sevens run`: rows by company, and which marts there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dlt.common.destination.exceptions import DestinationException
from dlt.destinations.sql_client import SqlClientBase

from pipelines import status
from pipelines.loading import open_pipeline, working_dir
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse
from sources.core.errors import ConfigurationError, UnavailableError

SCHEMA = "sevens_marts"  # where dbt_project.yml puts the marts
Row = Mapping[str, Any]
ByCompany = dict[str, list[Row]]


class Marts:
    """Questions to the marts. In SQL `{name}` stands for a mart, and the first column is `company_guid`."""

    def __init__(self, client: SqlClientBase[Any], entries: list[status.Entry]) -> None:
        self._client = client
        self.entries = entries
        self.names = self._tables(SCHEMA)

    def rows(self, sql: str, *params: object) -> ByCompany:
        """By company GUID, in the order of the query; empty if a mart of the query is not there."""
        wanted = set(re.findall(r"{(\w+)}", sql))
        if not wanted <= self.names:
            return {}
        named = sql.format_map({name: f"{SCHEMA}.{name}" for name in wanted})
        found: ByCompany = {}
        for row in self._dicts(named, *params):
            found.setdefault(row["company_guid"], []).append(row)
        return found

    def rejected(self, source: str) -> list[Row]:
        """How many rows were set aside, by company, table and reason."""
        if "rejected_rows" not in self._tables(source):
            return []
        return self._dicts(_REJECTED.format(name=f"{source}.rejected_rows"))

    def _tables(self, schema: str) -> frozenset[str]:
        return frozenset(row[0] for row in self._ask(_TABLES, schema))

    def _dicts(self, sql: str, *params: object) -> list[Row]:
        try:
            with self._client.execute_query(sql, *params) as cursor:
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except DestinationException as error:
            raise UnavailableError(
                f"The marts could not be read ({str(error).splitlines()[0]}). If sevens was updated "
                "since they were built, build them again: sevens transform."
            ) from None

    def _ask(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        with self._client.execute_query(sql, *params) as cursor:
            return [tuple(row) for row in cursor.fetchall()]


@contextmanager
def reading() -> Iterator[Marts]:
    """The marts, while no run or transform writes. Raises `ConfigurationError` if there are none."""
    warehouse = Warehouse.configured()
    if warehouse.type not in ("duckdb", "postgres"):
        raise ConfigurationError(f"Marts are on DuckDB and PostgreSQL; the destination is {warehouse.type}.")
    if warehouse.file and not warehouse.file.exists():
        raise ConfigurationError(
            f"There is no {warehouse.file} yet. Load first, then build the marts: sevens run all, "
            "then sevens transform."
        )
    with warehouse.writing(working_dir() / "report"):
        entries = [entry for source in VENDORS for entry in status.read(source)]
        pipeline = open_pipeline(next(iter(VENDORS)), warehouse, "report")
        with pipeline.sql_client() as client:
            marts = Marts(client, entries)
            if not marts.names:
                raise ConfigurationError(
                    f"There are no marts in {warehouse.name} (schema {SCHEMA}). Build them: sevens transform."
                )
            yield marts


_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"

_REJECTED = """
SELECT company_guid, table_name, reason, count(*) AS rows
FROM {name} GROUP BY company_guid, table_name, reason ORDER BY company_guid, table_name, reason"""
