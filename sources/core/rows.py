"""Rows on their way: typed ones as Arrow tables, misfits as dicts, and what could not be a row at all.

Arrow never casts (it would round 10.5 to 10): a value of another type, or a field the record does not know,
sends its row down the slow lane, where dlt evolves the schema and keeps the value in a column of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import msgspec
import pyarrow as pa

from sources.core.columns import Column
from sources.core.resource import Table

Row = dict[str, Any]

ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "json": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
}


def arrow_field(column: Column) -> pa.Field[Any]:
    """The Arrow field of a column."""
    return pa.field(column.name, ARROW[column.kind], nullable=column.nullable)


@dataclass
class Rejected:
    """A row no table can hold, with the reason."""

    table: str
    reason: str
    payload: str


@dataclass
class Rows:
    """Rows of one table: typed ones as Arrow tables, misfits as dicts. Both carry the content hash `_dlt_id`."""

    table: Table
    arrow: list[pa.Table] = field(default_factory=list)
    slow: list[Row] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(part) for part in self.arrow) + len(self.slow)

    def values(self, column: str) -> list[Any]:
        """A column over both lanes, timestamps in microseconds since 1970."""
        found: list[Any] = []
        for part in self.arrow:
            chunk = part.column(column)
            found += (chunk.cast(pa.int64()) if pa.types.is_timestamp(chunk.type) else chunk).to_pylist()
        return found + [_micros(row.get(column)) for row in self.slow]

    def keep(self, chosen: list[bool]) -> Rows:
        """The chosen rows, by position over both lanes."""
        if all(chosen):
            return self
        arrow, start = [], 0
        for part in self.arrow:
            arrow.append(part.filter(pa.array(chosen[start : start + len(part)], pa.bool_())))
            start += len(part)
        slow = [row for row, wanted in zip(self.slow, chosen[start:], strict=True) if wanted]
        return Rows(self.table, [part for part in arrow if len(part)], slow)


@dataclass
class Batch:
    """All rows of one scan of one company and resource, by table, with what was noticed on the way."""

    rows: dict[str, Rows] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    drift: Counter[str] = field(default_factory=Counter)
    absent: set[tuple[str, str]] = field(default_factory=set)  # columns, by table, that the first page does not mention

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.rows.values())

    def add(self, other: Batch) -> None:
        """Take in another batch of the same tables."""
        for name, rows in other.rows.items():
            self.rows[name].arrow += rows.arrow
            self.rows[name].slow += rows.slow
        self.rejected += other.rejected
        self.drift += other.drift
        self.absent |= other.absent


def _micros(value: Any) -> Any:  # noqa: ANN401 - a slow row's value may be anything
    """A slow row's timestamp in microseconds, so that both lanes compare; anything else as it is."""
    if isinstance(value, str):
        try:
            value = msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            return value
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return round(aware.timestamp() * 1_000_000)
    return value
