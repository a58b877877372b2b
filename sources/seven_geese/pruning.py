"""Leaving out of a GraphQL document what a server does not have, and telling what it was.

The service has drifted over the years without notice, so a document is a wish list: what the introspection does not
know is dropped; without introspection, the places the server complains about are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
    parse,
    parse_type,
    print_ast,
    validate,
)

from sources.seven_geese.selection import has_key, operation_of

ROUNDS = 6


def prune(document: DocumentNode, schema: GraphQLSchema) -> tuple[DocumentNode | None, list[str]]:
    """The document as this server can answer it, and what was left out; None if nothing is left."""
    document, cut = deepcopy(document), _Cut(schema)
    operation = operation_of(document)
    assert schema.query_type
    operation.selection_set.selections = cut.selections(operation.selection_set, schema.query_type)
    operation.variable_definitions = tuple(
        definition for definition in operation.variable_definitions if definition.variable.name.value in cut.variables
    )
    for definition in operation.variable_definitions:
        definition.type = parse_type(cut.variables[definition.variable.name.value])
    for _ in range(ROUNDS):
        if not has_key(document):
            return None, cut.dropped
        nodes = [node for error in validate(schema, document) for node in (error.nodes or ())[:1]]
        if not nodes:
            break
        cut.dropped += _remove(document, nodes)
    return document, cut.dropped


def prune_places(document: DocumentNode, places: Iterable[tuple[int, int]]) -> tuple[DocumentNode | None, list[str]]:
    """The document without what stands at these places (line and column, from 1) of its printed text."""
    document = parse(print_ast(document))
    lines = print_ast(document).splitlines(keepends=True)
    starts = {sum(map(len, lines[: line - 1])) + column - 1 for line, column in places if line <= len(lines)}
    dropped = _remove(document, [node for node in _nodes(document) if node.loc and node.loc.start in starts])
    return (document if has_key(document) else None), dropped


class _Cut:
    """One pruning: what was dropped, and the types the server wants of the variables that are left."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.dropped: list[str] = []
        self.variables: dict[str, str] = {}

    def selections(self, chosen: SelectionSetNode, parent: GraphQLNamedType) -> tuple[SelectionNode, ...]:
        kept: list[SelectionNode] = []
        for node in chosen.selections:
            if isinstance(node, InlineFragmentNode):
                kept += self._fragment(node, parent)
            elif isinstance(node, FieldNode):
                kept += self._field(node, parent)
        named = [node for node in kept if isinstance(node, InlineFragmentNode)]
        if any(isinstance(node, InlineFragmentNode) for node in chosen.selections):
            return (*kept, *self._others(parent, {node.type_condition.name.value for node in named}))
        return tuple(kept)

    def _fragment(self, node: InlineFragmentNode, parent: GraphQLNamedType) -> list[SelectionNode]:
        name = node.type_condition.name.value
        found = self._schema.get_type(name)
        if found is None or name not in self._possible(parent):
            self.dropped.append(f"{parent.name} as {name}")
            return []
        node.selection_set.selections = self.selections(node.selection_set, found)
        return [node] if node.selection_set.selections else []

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> list[SelectionNode]:
        name = node.name.value
        if name == "__typename":
            return [node]
        offered = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        if offered is None:
            self.dropped.append(f"{parent.name}.{name}")
            return []
        known = [argument for argument in node.arguments if argument.name.value in offered.args]
        self.dropped += [f"{parent.name}.{name}({argument.name.value}:)" for argument in node.arguments
                         if argument not in known]  # fmt: skip
        node.arguments = tuple(known)
        given, kind = {argument.name.value for argument in known}, get_named_type(offered.type)
        lacking = [name for name, argument in offered.args.items() if is_required_argument(argument)]
        if set(lacking) - given or is_leaf_type(kind) == bool(node.selection_set):
            self.dropped.append(f"{parent.name}.{name} (of another shape)")
            return []
        if node.selection_set and is_composite_type(kind):
            node.selection_set.selections = self.selections(node.selection_set, kind)
            if not node.selection_set.selections:
                return []
        for argument in known:
            if isinstance(argument.value, VariableNode):
                self.variables[argument.value.name.value] = str(offered.args[argument.name.value].type)
        return [node]

    def _others(self, parent: GraphQLNamedType, named: Collection[str]) -> list[SelectionNode]:
        """Fragments for the kinds a document does not name, with what every kind has: a new kind is not lost."""
        found: list[SelectionNode] = []
        for name in sorted(self._possible(parent) - set(named)):
            kind = self._schema.get_type(name)
            if not isinstance(kind, GraphQLObjectType) or "pk" not in kind.fields:
                continue
            wanted = ["id: pk"]
            if "answer" in kind.fields and is_leaf_type(get_named_type(kind.fields["answer"].type)):
                wanted.append(f"other{name}: answer")
            wanted += [f"{other} {{ id: pk }}" for other in ("responder", "item") if _has_pk(kind, other)]
            fragment = parse(f"{{ ... on {name} {{ {' '.join(wanted)} }} }}")
            found += operation_of(fragment).selection_set.selections
        return found

    def _possible(self, parent: GraphQLNamedType) -> set[str]:
        if isinstance(parent, GraphQLUnionType | GraphQLInterfaceType):
            return {kind.name for kind in self._schema.get_possible_types(parent)}
        return {parent.name}


def _has_pk(kind: GraphQLObjectType, name: str) -> bool:
    inner = get_named_type(kind.fields[name].type) if name in kind.fields else None
    return isinstance(inner, GraphQLObjectType | GraphQLInterfaceType) and "pk" in inner.fields


def _nodes(node: Node) -> Iterable[Node]:
    yield node
    for key in node.keys:
        value: Any = getattr(node, key)
        for inner in value if isinstance(value, list | tuple) else (value,):
            if isinstance(inner, Node):
                yield from _nodes(inner)


def _remove(document: DocumentNode, nodes: Iterable[Node]) -> list[str]:
    """Take fields, arguments, fragments and variables out, and what is empty or unused without them."""
    gone, dropped = {id(node) for node in nodes}, list[str]()

    def sweep(node: Node) -> bool:
        """Whether the node stays."""
        inner = [getattr(node, key) for key in ("name", "type_condition", "value", "type")
                 if isinstance(getattr(node, key, None), NameNode | NamedTypeNode | VariableNode)]  # fmt: skip
        if id(node) in gone or any(id(part) in gone for part in inner):
            dropped.append(" ".join(print_ast(node).split())[:60])
            return False
        if isinstance(node, FieldNode):
            node.arguments = tuple(filter(sweep, node.arguments))
        chosen = getattr(node, "selection_set", None)
        if chosen:
            chosen.selections = tuple(filter(sweep, chosen.selections))
        return chosen is None or bool(chosen.selections) or isinstance(node, OperationDefinitionNode)

    operation = operation_of(document)
    sweep(operation)
    used = {node.value.name.value for node in _nodes(operation.selection_set)
            if isinstance(node, ArgumentNode) and isinstance(node.value, VariableNode)}  # fmt: skip
    operation.variable_definitions = tuple(
        definition for definition in operation.variable_definitions if definition.variable.name.value in used
    )
    return dropped
