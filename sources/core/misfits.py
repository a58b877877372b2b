"""Rows that do not fit their table: every value where it can be found again, none changed on the way.

Left to itself dlt would make a day of a moment, `true` of 2 and 12 of "0012", and one column of two names that it
spells alike. A value of another type than its column's goes into a column beside it, where dlt would put one that it
cannot convert.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from functools import cache
from math import isfinite
from typing import Any

import msgspec
from dlt.common.normalizers.naming.snake_case import NamingConvention

from sources.core.columns import CONTENT, GUID, OWNER, TOMBSTONE, UNSEEN, VALID_FROM, VALID_TO
from sources.core.resource import Table
from sources.core.rows import Row

BESIDE = "__v_"
OURS = {column.name for column in (GUID, CONTENT, OWNER, TOMBSTONE, UNSEEN, VALID_FROM, VALID_TO)} | {"_dlt_load_id"}
_INTEGER = re.compile(r"-?[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES = {bool: "bool", int: "bigint", float: "double", str: "text"}
_NAMING = NamingConvention()


@cache
def normalized(name: str) -> str:
    """The name of a field's column."""
    return _NAMING.normalize_identifier(name or "_empty")


def unloadable(table: Table, row: Row) -> str | None:
    """Why no table could hold this row, or None: a missing or malformed key, an integer beyond 64 bits."""
    for name in table.natural_key:
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str):
            return f"key {name!r} is {value!r}"
        if table.kind(name) == "bigint" and not _INTEGER.fullmatch(str(value)):
            return f"key {name!r} is {value!r}, not an integer"
    for name, value in row.items():
        if _too_big(int(value) if table.kind(name) == "bigint" and name in table.natural_key else value):
            return f"{name!r} is an integer beyond 64 bits"
    return None


def fit(table: Table, row: Row) -> Row:
    """The row as dlt may have it: keys of their type, other values of another type beside their column, no two fields
    in one column. Only for rows that are not `unloadable`."""
    row = _apart(table, row)
    for column in table.columns:
        value: Any = row.get(column.name)
        if column.name in table.natural_key:
            row[column.name] = int(value) if column.kind == "bigint" else str(value)
        elif value is not None and not _fits(column.kind, value):
            kind = "timestamp" if column.kind == "date" and _moment(value) else _TYPES[type(value)]
            row[f"{column.name}{BESIDE}{kind}"], row[column.name] = value, None
    return row


def beside(name: str) -> str | None:
    """The type of a column that is beside another one, None for any other."""
    return name.rpartition(BESIDE)[2] if BESIDE in name else None


def _apart(table: Table, row: Row) -> Row:
    """Fields the vendor added keep apart from our columns and from each other, whatever dlt makes of their names."""
    columns = {column.name for column in table.columns}
    found = {name: value for name, value in row.items() if name in columns - OURS}
    taken = columns | OURS
    for name in [name for name in row if name not in found]:
        column, number = normalized(name), 2
        while column in taken:
            column, number = f"{normalized(name)}_{number}", number + 1
        taken.add(column)
        found[column] = row[name]
    return found


def _fits(kind: str, value: Any) -> bool:  # noqa: ANN401 - whatever the vendor sent
    """Whether a column of this kind holds the value, and nothing but it. Lists and objects go where dlt puts them."""
    if kind == "json" or isinstance(value, dict | list):
        return True
    if kind in ("text", "bool"):
        return _TYPES[type(value)] == kind
    if isinstance(value, bool):
        return False
    if kind == "bigint":
        whole = _INTEGER.fullmatch(value) if isinstance(value, str) else float(value).is_integer()
        return bool(whole) and str(int(value)) == str(value).removesuffix(".0") and not _too_big(int(value))
    if kind == "double":
        return _same_number(value)
    return _moment(value) if kind == "timestamp" else _day(value)


def _same_number(value: Any) -> bool:  # noqa: ANN401 - a number or a text
    try:
        number = float(value)
    except ValueError:
        return False
    return isfinite(number) and (str(number).removesuffix(".0") == value if isinstance(value, str) else number == value)


def _moment(value: Any) -> bool:  # noqa: ANN401 - whatever the vendor sent
    """Whether it is a date with a time, in a year that tables have in every time zone."""
    try:
        moment = msgspec.convert(value, datetime)
        (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (msgspec.ValidationError, OverflowError):
        return False
    return True


def _day(value: Any) -> bool:  # noqa: ANN401 - whatever the vendor sent
    try:
        return bool(_DAY.fullmatch(value) and date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _too_big(value: Any) -> bool:  # noqa: ANN401 - whatever the vendor sent
    """Whether it is or holds an integer that neither a column nor dlt's JSON can hold."""
    if isinstance(value, dict | list):
        return any(_too_big(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and not -(2**63) <= value < 2**63
