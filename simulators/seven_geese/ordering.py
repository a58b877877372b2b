"""orderBy as the database behind the vendor would do it, and the rows of a listing in that order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.seven_geese.listings import Listing
from simulators.seven_geese.tables import Row, Value
from simulators.seven_geese.visibility import View


def listed(listing: Listing, view: View, asked: Mapping[str, Any], ignored: frozenset[str], ordered: bool) -> list[Row]:
    """The rows of a listing, remembered until something changes: pages of one pass cost one evaluation."""
    if not listing.table:
        return []
    kept = {name: value for name, value in asked.items() if value is not None and name not in ignored}
    order = str(kept.pop("orderBy", None) or listing.order) if ordered else listing.order
    slot = (listing.table, order, *sorted((name, repr(value)) for name, value in kept.items()))
    if slot not in view.answers:
        view.answers[slot] = in_order(_passing(listing, view, kept), order)
    return view.answers[slot]


def _passing(listing: Listing, view: View, kept: dict[str, Any]) -> list[Row]:
    tests = [build(view, kept.get(name)) for name, build in listing.always.items()]
    tests += [listing.filters[name](view, value) for name, value in kept.items() if name in listing.filters]
    rows = view.rows(listing.table)
    for test in tests:
        rows = [row for row in rows if test(row)]
    return rows


def in_order(rows: list[Row], order: str) -> list[Row]:
    """A comma list of columns, `-` turns one around; empty values last, or first when turned around."""
    if not rows or order == "id":
        return rows
    found = list(rows)
    for part in reversed([part.strip() for part in order.split(",") if part.strip()]):
        column = _column(part.lstrip("-"), found[0])
        found.sort(key=lambda row, column=column: _rank(row[column]), reverse=part.startswith("-"))  # type: ignore[misc]
    return found


def _column(name: str, row: Row) -> str:
    name = "id" if name == "pk" else name
    for column in (name, f"{name}_id"):
        if column in row and not isinstance(row[column], (list, dict)):
            return column
    raise ValueError(f"Cannot resolve keyword '{name}' into field.")


def _rank(value: Value) -> tuple[bool, Any]:
    return (True, 0) if value is None else (False, value)
