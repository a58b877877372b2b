"""Both transports speak one row: names in snake_case, references as ids, nested lists as lists, times in UTC.

What an answer means is read from the question (GraphQL) and from the record (REST); a value that does not fit is
handed on as it came, and the strict decoder sends its row down the slow lane.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from sources.core.columns import columns_of
from sources.core.resource import Resource
from sources.core.rows import Row
from sources.seven_geese.selection import response_name

Kinds = Mapping[str, str]
_WHOLE = r"-?(?:0|[1-9][0-9]*)"  # zeros before a number would be lost
_REFERENCE = re.compile(rf"(?:.*/)?({_WHOLE})/?")
_NUMBER = re.compile(rf"{_WHOLE}(\.[0-9]+)?")
_ZONED = re.compile(r".*(?:[Zz]|[+-]\d\d:?\d\d)")


@dataclass
class Notes:
    """What was noticed while translating: oddities, and nested lists that were cut (root key, path, end cursor)."""

    noticed: Counter[str] = field(default_factory=Counter)
    cut: list[tuple[Any, tuple[str, ...], str | None]] = field(default_factory=list)
    holes: set[str] = field(default_factory=set)  # nested lists in which something came as null


@cache
def snake(name: str) -> str:
    """`dueDatetime` as `due_datetime`; `pk_In` and what is snake_case already as it is."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def reference(value: Any) -> Any:  # noqa: ANN401 - whatever the vendor sent
    """The id in a number, a numeric text, a hyperlink that ends in it, or an object that has one of these."""
    if isinstance(value, str):
        found = _REFERENCE.fullmatch(value)
        return int(found[1]) if found else value
    if isinstance(value, dict):
        inner = next((value[name] for name in ("id", "pk", "url", "resource_uri") if value.get(name) is not None), None)
        return value if inner is None else reference(inner)
    return value


def fitted(value: Any, kind: str | None, column: str, noticed: Counter[str]) -> Any:  # noqa: ANN401
    """A value in the form its column takes, if nothing is lost by it; otherwise as it came."""
    if value is None or kind is None:
        return value
    if kind == "json":
        return _document(value)
    if kind == "text" and type(value) is int:
        return str(value)
    if isinstance(value, str):
        if kind == "timestamp":
            return _moment(value, column, noticed)
        if kind == "date" and len(value) > 10 and value[10:19] in ("T00:00:00", " 00:00:00"):
            return value[:10]
        if kind == "bigint" and _REFERENCE.fullmatch(value):
            return reference(value)
        number = _NUMBER.fullmatch(value) if kind == "double" else None
        if number:  # a decimal may come as text
            return float(value) if number[1] else int(value)
    return value


def _moment(value: str, column: str, noticed: Counter[str]) -> str:
    if value[-1:] == "Z" or (value[-3:-2] == ":" and value[-6:-5] in ("+", "-")):
        return value
    if len(value) == 10:
        noticed[f"{column}: a date instead of a time, taken as midnight UTC"] += 1
        return f"{value}T00:00:00Z"
    if len(value) > 15 and value[10] in "T " and not _ZONED.fullmatch(value, 11):
        noticed[f"{column}: a time without a zone, taken as UTC"] += 1
        return f"{value[:10]}T{value[11:]}Z"
    return value


def _document(value: Any) -> Any:  # noqa: ANN401 - whatever the vendor sent
    """A JSON object may come as an object or as its text."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


class Fields:
    """The columns of a resource and of its nested lists, by name."""

    def __init__(self, resource: Resource) -> None:
        assert resource.record
        self.resource = resource
        self.own: Kinds = {column.name: column.kind for column in columns_of(resource.record)}
        self.lists: dict[str, Kinds] = {
            child.field: {column.name: column.kind for column in columns_of(child.record)}
            for child in resource.children
        }
        self.keys = {child.field: child.keys for child in resource.children}


class NodeReader:
    """Reads the nodes that a selection asks for. Compiled once per document: a review has ten answers of eight
    fields, and there are two hundred thousand of them."""

    def __init__(self, chosen: SelectionSetNode, fields: Fields, kinds: Kinds, name: str, prefix: str = "",
                 at: tuple[str, ...] = ()) -> None:  # fmt: skip
        self._name, self._kinds, self._fields, self._at = name, kinds, fields, at
        self._leaves: list[tuple[str, str, str | None]] = []
        self._objects: list[tuple[str, NodeReader]] = []
        self._lists: list[tuple[str, str, NodeReader, bool]] = []
        self._prefix = prefix
        self._add(chosen)
        self.keys = tuple(self.columns & set(fields.keys.get(name, ())))
        self._blank = tuple(self.columns)

    @property
    def tables(self) -> set[str]:
        """The nested lists it brings."""
        inner = [reader.tables for _, reader in self._objects] + [reader.tables for _, _, reader, _ in self._lists]
        return {name for _, name, _, _ in self._lists}.union(*inner)

    @property
    def columns(self) -> set[str]:
        """The columns it fills of its own table."""
        found = {name for _, name, _ in self._leaves}.union(*(reader.columns for _, reader in self._objects))
        return found | {name for _, name, _, within in self._lists if within}

    def _add(self, chosen: SelectionSetNode) -> None:
        for node in chosen.selections:
            if isinstance(node, InlineFragmentNode):
                self._add(node.selection_set)
            elif isinstance(node, FieldNode):
                self._add_field(node, response_name(node))

    def _add_field(self, node: FieldNode, key: str) -> None:
        name = self._prefix + snake(key)
        if not node.selection_set:
            name = ANSWERS.get(name, "other_answer" if key.startswith("other") else name)
            if key not in [known for known, _, _ in self._leaves]:
                kind = None if name == "other_answer" else self._kinds.get(name)  # a text there is no document
                self._leaves.append((key, name, kind))
            return
        inner = _nodes_of(node.selection_set)
        if inner is None:
            if key not in [known for known, _ in self._objects]:
                reader = NodeReader(node.selection_set, self._fields, self._kinds, self._name, f"{name}_",
                                    (*self._at, key))  # fmt: skip
                self._objects.append((key, reader))
            return
        name = LISTS.get(snake(key), snake(key))
        within = name in self._kinds
        kinds = {} if within else self._fields.lists.get(name, {})
        self._lists.append((key, name, NodeReader(inner, self._fields, kinds, name, at=(*self._at, key)), within))

    def read(self, node: Mapping[str, Any], row: Row, root: Row, notes: Notes) -> Row:
        """Add the node to `row`; lists below lists go to `root`, with a reference to where they were."""
        for key, name, kind in self._leaves:
            if key in node:
                value = node[key]
                # What comes in its own type needs no fitting, and nearly everything does.
                if kind is not None and value is not None and (type(value) is str) is not (kind == "text"):
                    value = fitted(value, kind, f"{self._name}.{name}", notes.noticed)
                row[name] = value
        for key, reader in self._objects:
            inner = node.get(key)
            if inner is not None:
                reader.read(inner, row, root, notes)
            elif key in node:  # its columns were sent all the same, and are null
                for name in reader._blank:
                    row.setdefault(name, None)
        for key, name, reader, within in self._lists:
            if key in node:
                self._read_list(node[key], key, name, reader, within, row, root, notes)
        return row

    def _read_list(
        self, value: Mapping[str, Any] | None, key: str, name: str, reader: NodeReader, within: bool, row: Row,
        root: Row, notes: Notes,
    ) -> None:  # fmt: skip
        if value is None:
            notes.holes.add(name)
            return
        edges = value.get("edges") or ()
        found = [reader.read(edge["node"], {}, root, notes) for edge in edges if edge and edge.get("node")]
        # A reference to what is hidden is null, and such a row has no key. One of an unknown kind is set aside later.
        whole = [item for item in found if "kind" in item or None not in [item.get(key) for key in reader.keys]]
        if len(whole) < len(edges):
            notes.holes.add(name)
        found = whole
        if within:
            row[name] = found
        else:
            if row is not root:
                for item in found:
                    item[f"{self._name.removesuffix('s')}_id"] = row.get("id")
            root.setdefault(name, []).extend(found)
        info = value.get("pageInfo") or {}
        if info.get("hasNextPage"):
            notes.cut.append((root.get("id"), (*self._at, key), info.get("endCursor")))


# A question that has to be asked under several names, because its kinds of answer have several types.
ANSWERS = {"int_answer": "number_answer", "rating_answer": "number_answer", "calculated_answer": "number_answer"}
LISTS = {"typed_questions": "questions"}


def _nodes_of(chosen: SelectionSetNode) -> SelectionSetNode | None:
    """What a connection asks of its nodes; None for an object."""
    for node in chosen.selections:
        if isinstance(node, FieldNode) and node.name.value == "edges" and node.selection_set:
            for inner in node.selection_set.selections:
                if isinstance(inner, FieldNode) and inner.name.value == "node":
                    return inner.selection_set
    return None


@dataclass(frozen=True)
class RestShape:
    """How the items of a REST listing differ from rows: fields under other names, fields that are left out, and
    objects whose fields are columns."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    inlined: frozenset[str] = frozenset()


def from_rest(item: Row, fields: Fields, shape: RestShape, notes: Notes) -> Row:
    """A REST item as a row. What is neither a column, a reference nor a nested list stays under its own name."""
    own, row = fields.own, Row()
    for key, value in item.items():
        name = shape.renamed.get(key, key)
        if name in shape.ignored:
            continue
        if key in shape.inlined and isinstance(value, dict):
            row |= _flat(value, "", fields, notes)
        if name in own:
            row[name] = fitted(value, own[name], f"{fields.resource.name}.{name}", notes.noticed)
        elif f"{name}_id" in own:
            row[f"{name}_id"] = reference(value)
            if isinstance(value, dict):
                row |= _flat(value, f"{name}_", fields, notes)
        elif name in fields.lists and isinstance(value, list):
            row[name] = [_item(inner, name, fields, shape, notes) for inner in value]
        else:
            row[name] = value
    if row.get("id") is None and item.get("url"):
        row["id"] = reference(item["url"])
    return row


def _flat(value: Mapping[str, Any], prefix: str, fields: Fields, notes: Notes) -> Row:
    """The fields of an object that are columns of their own."""
    names = {inner: f"{prefix}{inner}" for inner in value if inner != "id" and f"{prefix}{inner}" in fields.own}
    return {name: fitted(value[inner], fields.own[name], f"{fields.resource.name}.{name}", notes.noticed)
            for inner, name in names.items()}  # fmt: skip


def _item(value: Any, name: str, fields: Fields, shape: RestShape, notes: Notes) -> Row:  # noqa: ANN401
    """One element of a nested list: a reference alone, or an object of its own."""
    kinds = fields.lists[name]
    key = next(child.keys[-1] for child in fields.resource.children if child.field == name)
    if not isinstance(value, dict) or not set(value) & (set(kinds) - {"id"}):
        return {key: reference(value)}
    row: Row = {key: reference(value)}
    for sent, found in value.items():
        inner = shape.renamed.get(sent, sent)
        if inner in kinds:
            row[inner] = fitted(found, kinds[inner], f"{name}.{inner}", notes.noticed)
        elif f"{inner}_id" in kinds:
            row[f"{inner}_id"] = reference(found)
    return row
