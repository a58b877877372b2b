"""The GraphQL schema of a year, from the shorthand in schema/*.graphql, with any drift a test asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import DocumentNode, GraphQLSchema, assert_valid_schema, build_ast_schema, parse

from simulators.seven_geese.tables import Value

_FILES = Path(__file__).with_name("schema")
_OWN = ("since", "until", "unmoved")
_SHARED = {
    "DRFNode": "id: ID! pk: Int url: String canChange: Boolean canDelete: Boolean",
    "DjangoModelNode": "id: ID! pk: Int canChange: Boolean canDelete: Boolean",
}
_PAGING = "first: Int, last: Int, before: String, after: String"
_MORE = {"SnapshotConnection": "stateSummary: JSONObject currentStateSummary: JSONObject answerSummaries: [JSONObject]"}
YEARS = ("2020", "2026")


@dataclass(frozen=True)
class Drift:
    """One change of the schema: `sdl` is the new definition of the field, or empty when it goes."""

    type: str
    field: str
    sdl: str = ""


@lru_cache(maxsize=64)
def plain_schema(year: str, drifts: tuple[Drift, ...]) -> GraphQLSchema:
    """Without resolvers; a fresh object per year and drifts."""
    schema = build_ast_schema(_document(int(year), drifts))
    assert_valid_schema(schema)
    return schema


def _document(year: int, drifts: tuple[Drift, ...]) -> DocumentNode:
    found: list[Any] = []
    for path in sorted(_FILES.glob("*.graphql")):
        found += parse(path.read_text(encoding="utf-8"), no_location=True).definitions
    kept = [definition for definition in found if _exists(definition, year)]
    for definition in kept:
        _expand(definition, year)
    for drift in drifts:
        _apply(drift, kept)
    kept += parse(_connections(kept), no_location=True).definitions
    return DocumentNode(definitions=tuple(kept))


def _exists(node: Value, year: int) -> bool:
    bounds = {directive.name.value: directive for directive in node.directives or ()}
    since = int(bounds["since"].arguments[0].value.value) if "since" in bounds else year
    until = int(bounds["until"].arguments[0].value.value) if "until" in bounds else year
    return since <= year <= until


def _expand(definition: Value, year: int) -> None:
    """Drop what the year lacks, add what the shorthand leaves out."""
    definition.directives = ()
    if not getattr(definition, "fields", None):
        return
    fields = [field for field in definition.fields if _exists(field, year)]
    shared: list[Any] = []
    for interface in getattr(definition, "interfaces", ()):
        more = _SHARED.get(interface.name.value)
        if more and definition.kind == "object_type_definition":
            shared = _fields(more)
            definition.interfaces = (*definition.interfaces, _interface("Node"))
    definition.fields = (*shared, *fields)
    for field in fields:
        field.arguments = tuple(argument for argument in field.arguments if _exists(argument, year))
        for argument in field.arguments:
            argument.directives = ()
        if _named(field.type).endswith("Connection"):
            unmoved = any(directive.name.value == "unmoved" for directive in field.directives)
            field.arguments = (*field.arguments, *_arguments(_PAGING + ("" if unmoved else ", offset: Int")))
        field.directives = ()


def _connections(definitions: Iterable[Any]) -> str:
    """SDL of every connection some field mentions."""
    names = {
        _named(field.type)
        for definition in definitions
        for field in getattr(definition, "fields", None) or ()
        if _named(field.type).endswith("Connection")
    }
    parts = []
    for name in sorted(names):
        stem = name.removesuffix("Connection")
        node = stem if stem.endswith(("Node", "Union", "Interface")) else f"{stem}Node"
        more = _MORE.get(name, "")
        parts.append(f"type {name} {{ pageInfo: PageInfo! edges: [{stem}Edge]! totalCount: Int {more} }}")
        parts.append(f"type {stem}Edge {{ node: {node} cursor: String! }}")
    return "\n".join(parts)


def _apply(drift: Drift, definitions: list[Any]) -> None:
    for definition in definitions:
        if definition.name.value == drift.type and getattr(definition, "fields", None):
            name, _, argument = drift.field.partition(".")
            if argument:
                _drop_argument(definition, name, argument)
                return
            kept = tuple(field for field in definition.fields if field.name.value != name)
            definition.fields = (*kept, *(_fields(f"{drift.field}: {drift.sdl}") if drift.sdl else ()))
            return
    raise ValueError(f"no type is called {drift.type}")


def _drop_argument(definition: Value, name: str, argument: str) -> None:
    for field in definition.fields:
        if field.name.value == name:
            field.arguments = tuple(one for one in field.arguments if one.name.value != argument)


def _named(type_node: Value) -> str:
    while not hasattr(type_node, "name"):
        type_node = type_node.type
    return str(type_node.name.value)


def _fields(text: str) -> list[Any]:
    definition: Any = parse(f"type X {{ {text} }}", no_location=True).definitions[0]
    return list(definition.fields)


def _arguments(text: str) -> list[Any]:
    return list(_fields(f"x({text}): Int")[0].arguments)


def _interface(name: str) -> Value:
    definition: Any = parse(f"type X implements {name} {{ x: Int }}", no_location=True).definitions[0]
    return definition.interfaces[0]
