"""What the warehouse has to be after every run, whatever the vendor did meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sources.core.resource import Table
from tests.geese import plain

Numbers = Mapping[tuple[str, str], tuple[Any, ...]]


@dataclass
class Held:
    """One look at a DuckDB file."""

    connection: duckdb.DuckDBPyConnection
    dataset: str

    def sql(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, params).fetchall()

    def columns(self, table: str) -> list[str]:
        return [row[0] for row in self.sql(f"DESCRIBE {self.dataset}.{table}")]

    def current(self, guid: str, table: str, columns: Sequence[str], only: str = "true") -> list[tuple[Any, ...]]:
        """The present rows of a company, comparable with the vendor's."""
        names = self.columns(table)
        open_ones = [f"{name} IS NULL" for name in ("_dlt_valid_to", "_unseen_since") if name in names]
        query = f"SELECT {', '.join(map(_quoted, columns))} FROM {self.dataset}.{table} WHERE company_guid = ? AND "
        rows = self.sql(query + " AND ".join([only, *open_ones]), guid)
        return sorted((tuple(map(comparable, row)) for row in rows), key=repr)

    def doubled(self, tables: Sequence[Table]) -> list[str]:
        """Keys that are present more than once."""
        found = []
        for table in tables:
            only = " WHERE _dlt_valid_to IS NULL" if table.versioned else ""
            query = f"SELECT {', '.join(map(_quoted, table.key))}, count(*) FROM {self.dataset}.{table.name}{only}"
            found += [f"{table.name} {row}" for row in self.sql(query + " GROUP BY ALL HAVING count(*) > 1")]
        return found

    def numbers(self, tables: Sequence[Table]) -> Numbers:
        """By company and table: how many keys there are, and a print of all rows."""
        found = {}
        for table in tables:
            keys = ", ".join(map(_quoted, table.natural_key))
            query = f"""SELECT company_guid, count(DISTINCT ({keys}, '')), bit_xor(hash(rows)), count(*)
                        FROM {self.dataset}.{table.name} AS rows GROUP BY company_guid"""
            found |= {(row[0], table.name): row[1:] for row in self.sql(query)}
        return found

    def gaps(self, table: str, key: str = "id") -> set[tuple[str, Any]]:
        """Rows, by company and key, that were closed and did not go on at once in another version."""
        query = f"""SELECT company_guid, {key} FROM {self.dataset}.{table} AS old WHERE _dlt_valid_to IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM {self.dataset}.{table} AS new WHERE new.{key} = old.{key}
                    AND new.company_guid = old.company_guid AND new._dlt_valid_from = old._dlt_valid_to
                    AND (new._dlt_valid_from, new._dlt_id) <> (old._dlt_valid_from, old._dlt_id))"""
        return {(row[0], row[1]) for row in self.sql(query)}


@contextmanager
def looking(file: Path, dataset: str) -> Iterator[Held]:
    with duckdb.connect(str(file)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield Held(connection, dataset)


def comparable(value: Any) -> Any:
    """A value so that both sides compare: documents by their content, times in UTC, days as text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = json.loads(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    if hasattr(value, "isoformat") and not hasattr(value, "hour"):
        return value.isoformat()
    return plain(value)


def difference(table: str, ours: Sequence[Any], theirs: Sequence[Any]) -> list[str]:
    """What is missing and what is too many, a few of each."""
    missing, extra = [row for row in theirs if row not in ours], [row for row in ours if row not in theirs]
    if list(ours) == list(theirs):
        return []
    return [f"{table}: {len(missing)} missing {missing[:2]}, {len(extra)} too many {extra[:2]}, "
            f"{len(ours)} for {len(theirs)}"]  # fmt: skip


def _quoted(name: str) -> str:
    return f'"{name}"'
