"""Typed records as Arrow tables, column by column."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from sources.core.columns import CONTENT, GUID, NULL, Record
from sources.core.resource import Table
from sources.core.rows import Row, arrow_field


def arrow_of(
    table: Table, guid: str, waiting: list[tuple[Record, str, Row]], dropped: Iterable[str]
) -> pa.Table:
    """Column by column: what the record declares, what was added to it, and the content hash. Versions get
    their validity later, when it is known which of them are new."""
    records = [record for record, _, _ in waiting]
    first_extra = waiting[0][2]
    fields, arrays = [arrow_field(GUID)], [pa.repeat(guid, len(records))]
    for column in table.columns:
        values: list[Any]
        if column.name == CONTENT.name:
            values = [content for _, content, _ in waiting]
        elif column.name in first_extra:
            values = [extra.get(column.name) for _, _, extra in waiting]
        elif column.attribute:
            values = list(map(attrgetter(column.attribute), records))
        else:
            continue
        if column.kind == "json":
            paths = [path.split(".")[1:] for path in dropped if path.startswith(f"{column.name}.")]
            values = [_json(value, paths) for value in values]
        fields.append(arrow_field(column))
        arrays.append(pa.array(values, fields[-1].type))
    return pa.table(arrays, schema=pa.schema(fields))


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
