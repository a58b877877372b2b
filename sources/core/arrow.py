"""Typed records as Arrow tables, column by column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress, repeat
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from sources.core.columns import CONTENT, GUID, NULL, Record
from sources.core.moments import EPOCH
from sources.core.resource import Table
from sources.core.rows import Row, arrow_field


@dataclass
class Waiting:
    """Typed rows on their way to Arrow: records, the hashes of their contents, and what is added to each."""

    records: list[Record] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    extras: list[Row] = field(default_factory=list)

    def add(self, records: list[Record], contents: list[str], extras: list[Row], but: Collection[int]) -> None:
        """All of them but those at these places."""
        near = [at not in but for at in range(len(records))] if but else repeat(True)
        self.records += compress(records, near)
        self.contents += compress(contents, near)
        self.extras += compress(extras, near)

    def each(self) -> Iterator[Waiting]:
        """One by one."""
        for record, content, extra in zip(self.records, self.contents, self.extras, strict=True):
            yield Waiting([record], [content], [extra])


def arrow_of(table: Table, guid: str, rows: Waiting, dropped: Iterable[str]) -> pa.Table:
    """Column by column: what the record declares, what was added to it, and the content hash. Versions get
    their validity later, when it is known which of them are new."""
    fields, arrays = [arrow_field(GUID)], [pa.repeat(guid, len(rows.records))]
    for column in table.columns:
        values: list[Any]
        if column.name == CONTENT.name:
            values = [*rows.contents]
        elif column.name in rows.extras[0]:
            values = [extra.get(column.name) for extra in rows.extras]
        elif column.attribute:
            values = list(map(attrgetter(column.attribute), rows.records))
        else:
            continue
        if column.kind == "json":
            paths = [path.split(".")[1:] for path in dropped if path.startswith(f"{column.name}.")]
            values = [_json(value, paths) for value in values]
        fields.append(arrow_field(column))
        arrays.append(_array(values, fields[-1].type))
    return pa.table(arrays, schema=pa.schema(fields))


def _array(values: list[Any], type: pa.DataType) -> Any:  # noqa: ANN401 - an array of this type
    """Arrow asks every moment for its distance from UTC, which takes five times as long as to subtract."""
    if pa.types.is_timestamp(type):
        since = [None if value is None else value - EPOCH for value in values]
        return pa.array(since, pa.duration("us")).view(type)
    return pa.array(values, type)


def _json(value: msgspec.Raw | None, dropped: list[list[str]]) -> str | None:
    if value is None or value == NULL:
        return None
    if dropped:
        content = msgspec.json.decode(value)
        for path in dropped:
            drop(content, path)
        return msgspec.json.encode(content).decode()
    return bytes(value).decode()


def drop(row: Any, path: list[str]) -> None:  # noqa: ANN401 - whatever the vendor sent
    """Take the value at a path out of nested objects."""
    for name in path[:-1]:
        row = row.get(name) if isinstance(row, dict) else None
    if isinstance(row, dict):
        row.pop(path[-1], None)
