"""Pages spoiled before they are sent: REST envelopes, and the root lists of a GraphQL answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLError, GraphQLResolveInfo

from simulators.seven_geese.connections import cursor
from simulators.seven_geese.faults import Fault
from simulators.seven_geese.tables import Row, Value


def spoil_rest(fault: Fault, body: dict[str, Any], own_url: str) -> None:
    if fault.kind == "next_http" and body["next"]:
        body["next"] = urlsplit(body["next"])._replace(scheme=str(fault.how.get("scheme", "http"))).geturl()
    elif fault.kind == "next_foreign_host" and body["next"]:
        host = str(fault.how.get("host", "elsewhere.example.test"))
        body["next"] = urlsplit(body["next"])._replace(netloc=host).geturl()
    elif fault.kind == "same_cursor":
        body["next"] = own_url
    elif fault.kind == "count_wrong":
        body["count"] += int(fault.how.get("by", 1))
    elif fault.kind == "null_node" and body["results"]:
        body["results"][int(fault.how.get("index", 0)) % len(body["results"])] = None
    else:
        for row in body["results"]:
            _change(fault, row, str(fault.how.get("field", "surprise")))


def spoil_graphql(fault: Fault, data: dict[str, Any], starts: dict[str, int]) -> None:
    """`starts`: where the page of each root list begins."""
    for alias, found in data.items():
        if not isinstance(found, dict) or "edges" not in found:
            continue
        if fault.kind == "same_cursor" and "pageInfo" in found:
            start = starts.get(alias, next(iter(starts.values()), 0))
            found["pageInfo"].update(endCursor=cursor(start - 1), hasNextPage=True)
        elif fault.kind == "count_wrong" and "totalCount" in found:
            found["totalCount"] += int(fault.how.get("by", 1))
        elif fault.kind == "null_node" and found["edges"]:
            found["edges"][int(fault.how.get("index", 0)) % len(found["edges"])]["node"] = None
        else:
            *path, last = str(fault.how.get("field", "surprise")).split(".")
            for row in _nodes([edge.get("node") for edge in found["edges"]], path):
                _change(fault, row, last)


def failing(fault: Fault) -> Callable[..., Any] | None:
    """A middleware that makes the resolvers named by the fault fail."""
    if fault.kind not in ("partial_error", "masked_field_error"):
        return None
    root = fault.kind == "masked_field_error"
    wanted, left = fault.how.get("field"), [int(fault.how.get("index", 0))]

    def middleware(resolve: Callable[..., Any], source: object, info: GraphQLResolveInfo, **asked: Value) -> Value:
        type_name = info.parent_type.name
        hit = (type_name == "Query") is root and info.field_name == (wanted or info.field_name)
        if hit and not root:
            left[0] -= 1
            hit = left[0] == -1
        if hit:
            raise GraphQLError(f"An error occurred while resolving field {type_name}.{info.field_name}")
        return resolve(source, info, **asked)

    return middleware


def _nodes(rows: list[Any], path: list[str]) -> Iterator[Row]:
    for row in rows:
        if not isinstance(row, dict):
            continue
        if not path:
            yield row
            continue
        below = row.get(path[0])
        if isinstance(below, dict):
            inner = [edge.get("node") for edge in below["edges"]] if "edges" in below else [below]
            yield from _nodes(inner, path[1:])


def _change(fault: Fault, row: Row | None, name: str) -> None:
    if row is None:
        return
    if fault.kind == "added_field":
        row[name] = fault.how.get("value", "?")
    elif name in row and fault.kind == "removed_field":
        del row[name]
    elif name in row and fault.kind in ("unknown_code", "type_changed"):
        row[name] = fault.how.get("value", 99 if fault.kind == "unknown_code" else "text")
