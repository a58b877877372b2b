"""Resolvers for every field of the schema, bound once; what a request may see comes with its context."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    is_interface_type,
    is_leaf_type,
    is_union_type,
)

from simulators.seven_geese import relations
from simulators.seven_geese.asking import Asking
from simulators.seven_geese.connections import cursor, page
from simulators.seven_geese.definitions import Drift, plain_schema
from simulators.seven_geese.names import table_url
from simulators.seven_geese.root_fields import root_resolver
from simulators.seven_geese.roots import NESTED
from simulators.seven_geese.tables import REFERENCES, Row, Value
from simulators.seven_geese.times import graphql_text

Resolver = Callable[..., Any]
_CAPITAL = re.compile(r"([A-Z])")


@lru_cache(maxsize=64)
def bound_schema(year: str, drifts: tuple[Drift, ...]) -> GraphQLSchema:
    schema = plain_schema(year, drifts)
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if is_union_type(kind) or is_interface_type(kind):
            kind.resolve_type = _type_name  # type: ignore[attr-defined]
        elif isinstance(kind, GraphQLObjectType):
            for field_name, definition in kind.fields.items():
                resolver = _resolver(name, field_name, get_named_type(definition.type))
                if resolver is not None:
                    definition.resolve = resolver
    return schema


def _resolver(type_name: str, name: str, target: Value) -> Resolver | None:
    if type_name == "Query":
        return root_resolver(name)
    if type_name.endswith("Edge"):
        return _edge_cursor if name == "cursor" else _item("node")
    if type_name.endswith("Connection") or type_name in ("PageInfo", "Mutation"):
        return _summary if name in ("stateSummary", "currentStateSummary") else None
    if target.name.endswith("Connection"):
        return _nested(type_name, name)
    if is_leaf_type(target):
        return _scalar(type_name, name, target.name)
    return _reference(type_name, name)


def snake(name: str) -> str:
    return _CAPITAL.sub(r"_\1", name).lower()


def _item(key: str) -> Resolver:
    return lambda source, info: source[key]


def _edge_cursor(source: Value, info: GraphQLResolveInfo) -> str:
    return cursor(source["at"])


def _summary(source: Value, info: GraphQLResolveInfo) -> dict[str, int]:
    """How many reviews are in each state."""
    counts: dict[str, int] = {}
    for row in source["rows"]:
        counts[str(row["state"])] = counts.get(str(row["state"]), 0) + 1
    return counts


def _type_name(row: Row, info: GraphQLResolveInfo, abstract: object) -> str:
    if "kind" in row:
        return str(row["kind"])
    return "OneOnOneTextNoteNode" if "question_id" in row else "OneOnOneTextQuestionNode"


def _scalar(type_name: str, name: str, kind: str) -> Resolver:
    value = relations.VALUES.get((type_name, name))
    if value is not None:
        return lambda row, info: value(info.context.view, row)
    if name == "id":
        return lambda row, info: base64.b64encode(f"{type_name}:{row['id']}".encode()).decode()
    if name == "url":
        return lambda row, info: _url(info.context.url, type_name, row)
    if name in ("canChange", "canDelete"):
        return lambda row, info: info.context.view.full
    if name == "type" and kind == "String":
        return lambda row, info: row["kind"].replace("Node", "").replace("Question", "").replace("Item", "").lower()
    column = "id" if name == "pk" else snake(name)
    if kind == "DateTime":
        return lambda row, info: graphql_text(row.get(column), column, info.context.dates)
    return lambda row, info: row.get(column)


def _url(origin: str, type_name: str, row: Row) -> str:
    table = relations.TABLE_OF.get(type_name, type_name.removesuffix("Node").lower() + "s")
    return table_url(origin, table, row["user_id"] if type_name == "UserNode" else row["id"])


def _table(type_name: str) -> str:
    if type_name in relations.TABLE_OF:
        return relations.TABLE_OF[type_name]
    return "item_answers" if type_name.endswith("ItemAnswerNode") else "answers"


def _reference(type_name: str, name: str) -> Resolver:
    special = relations.ONES.get((type_name, name))
    if special is not None:
        return lambda row, info: special(info.context.view, row)
    column = f"{snake(name)}_id"
    table = REFERENCES.get(_table(type_name), {}).get(column)
    if table is None:
        return lambda row, info: None

    def resolve(row: Row, info: GraphQLResolveInfo) -> Row | None:
        return info.context.view.pointed(table, row[column])  # type: ignore[no-any-return]

    return resolve


def _nested(type_name: str, name: str) -> Resolver:
    source = relations.LISTS[type_name, name]
    label = f"{type_name}.{name}"
    scope = NESTED.get(name) if type_name in ("UserProfileNode", "NetworkNode", "TeamNode") else None

    def resolve(row: Row, info: GraphQLResolveInfo, **asked: Value) -> dict[str, Any]:
        ask: Asking = info.context
        if scope is not None:
            ask.demand(scope)
        return page(source(ask.view, row), asked, label, ask.nested_cap, ask.default_first)  # type: ignore[arg-type]

    return resolve
