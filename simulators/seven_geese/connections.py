"""Relay connections with positional cursors, cut the way graphene-django cuts them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

_PREFIX = "arrayconnection:"


def cursor(position: int) -> str:
    return base64.b64encode(f"{_PREFIX}{position}".encode()).decode()


def position(text: str | None, default: int) -> int:
    """Anything that is no cursor counts as none, the empty string included."""
    if not text:
        return default
    try:
        return int(base64.b64decode(text.encode(), validate=True).decode().removeprefix(_PREFIX))
    except (binascii.Error, UnicodeError, ValueError):
        return default


def bounds(total: int, asked: dict[str, Any], name: str, cap: int, default_first: int | None) -> tuple[int, int]:
    """Start and end of the page in a list of `total`."""
    first, last = asked.get("first"), asked.get("last")
    for side, number in (("first", first), ("last", last)):
        if number is not None and number > cap:
            raise GraphQLError(
                f"Requesting {number} records on the `{name}` connection exceeds the `{side}` limit of {cap} records."
            )
        if number is not None and number < 0:
            raise GraphQLError(f"Argument '{side}' must be a non-negative integer.")
    if first is None and last is None:
        first = default_first if default_first is None else min(default_first, cap)
    offset = asked.get("offset") or 0
    start = max(0, position(asked.get("after"), -1) + 1 + offset)
    end = min(total, position(asked.get("before"), total))
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    return start, max(start, end)


def connection(rows: Sequence[Any], start: int, end: int, first_asked: bool, last_asked: bool) -> dict[str, Any]:
    """hasNextPage is only worked out with `first`, hasPreviousPage only with `last`, as graphql-relay does."""
    nodes = rows[start:end]
    info = {
        "hasNextPage": first_asked and end < len(rows),
        "hasPreviousPage": last_asked and start > 0,
        "startCursor": cursor(start) if nodes else None,
        "endCursor": cursor(start + len(nodes) - 1) if nodes else None,
    }
    edges = [{"node": node, "at": start + index} for index, node in enumerate(nodes)]
    return {"pageInfo": info, "edges": edges, "totalCount": len(rows), "rows": rows}


def page(
    rows: Sequence[Any],
    asked: dict[str, Any],
    name: str,
    cap: int,
    default_first: int | None,
    noted: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    start, end = bounds(len(rows), asked, name, cap, default_first)
    if noted is not None:
        noted(start, end)
    limited = asked.get("first") is not None or (asked.get("last") is None and default_first is not None)
    return connection(rows, start, end, limited, asked.get("last") is not None)
