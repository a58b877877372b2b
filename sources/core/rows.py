"""Rows on their way: typed ones as Arrow tables, misfits as dicts, and what could not be a row at all.

Arrow never casts (it would round 10.5 to 10): a value of another type, or a field the record does not know,
sends its row down the slow lane, where dlt evolves the schema and keeps the value in a column of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from sources.core.columns import CONTENT, Column
from sources.core.moments import micros
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

    @classmethod
    def of(cls, parts: Sequence[Rows]) -> Rows:
        """Those of several, as one table."""
        arrow = [part for rows in parts for part in rows.arrow]
        joined = [pa.concat_tables(arrow, promote_options="default").combine_chunks()] if arrow else []
        return cls(parts[0].table, joined, [row for rows in parts for row in rows.slow])

    def __len__(self) -> int:
        return sum(len(part) for part in self.arrow) + len(self.slow)

    def values(self, column: str) -> list[Any]:
        """A column over both lanes, timestamps in microseconds since 1970."""
        found: list[Any] = []
        for part in self.arrow:
            chunk = part.column(column)
            found += (chunk.cast(pa.int64()) if pa.types.is_timestamp(chunk.type) else chunk).to_pylist()
        return found + [_micros(row.get(column)) for row in self.slow]

    def unique(self, column: str) -> list[Any]:
        """What `values` gives, with few repetitions."""
        arrow = [pa.table({column: pc.unique(part.column(column))}) for part in self.arrow]
        return Rows(self.table, arrow, self.slow).values(column)

    def span(self, column: str) -> tuple[int, int] | None:
        """The first and the last moment of a timestamp column, in microseconds since 1970; None if it has none."""
        ends: list[Any] = [pc.min_max(part.column(column).cast(pa.int64())).as_py() for part in self.arrow]
        found = [moment for two in ends for moment in two.values()]
        found += [_micros(row.get(column)) for row in self.slow]
        known = [moment for moment in found if isinstance(moment, int)]
        return (min(known), max(known)) if known else None

    def within(self, column: str, first: datetime, last: datetime) -> pa.ChunkedArray[Any]:
        """Of each row whether its timestamp is known and between two moments."""
        low, high, found = micros(first), micros(last), list[Any]()
        for part in self.arrow:
            moments = part.column(column).cast(pa.int64())
            inside: Any = pc.and_(pc.greater_equal(moments, low), pc.less_equal(moments, high))  # type: ignore[call-overload]
            found += inside.fill_null(False).chunks
        aside = [_micros(row.get(column)) for row in self.slow]
        slow = [isinstance(moment, int) and low <= moment <= high for moment in aside]
        return pa.chunked_array([*found, pa.array(slow, pa.bool_())])

    def once(self) -> list[bool] | None:
        """Which rows to take so that each key stands once, where rows of a key are the same but for who sent them. None
        if they are not, or if it would take long to tell."""
        if self.slow or not self.arrow:
            return None if self.slow else []
        names = list(self.table.natural_key)
        rows = pa.concat_tables([part.select([*names, CONTENT.name]) for part in self.arrow])
        keys = len(rows.group_by(names).aggregate([]))
        if keys == len(rows):
            return [True] * keys
        places = rows.append_column("place", pa.array(range(len(rows))))
        last = places.group_by([*names, CONTENT.name]).aggregate([("place", "max")]).column("place_max")
        if len(last) != keys:
            return None
        taken = set(last.to_pylist())
        return [place in taken for place in range(len(rows))]

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

    def absent_from(self, table: str) -> list[str]:
        """The columns of a table that its first page does not mention."""
        return sorted(name for owner, name in self.absent if owner == table)

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
