"""Finding one's way in a GraphQL document by the names its answer will have."""

from __future__ import annotations

from graphql import DocumentNode, FieldNode, OperationDefinitionNode


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    """The document's operation."""
    return next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def root_of(document: DocumentNode) -> FieldNode:
    """The one root field a document asks for."""
    return next(node for node in operation_of(document).selection_set.selections if isinstance(node, FieldNode))


def takes(document: DocumentNode, variable: str) -> bool:
    """Whether the document has this variable."""
    return any(node.variable.name.value == variable for node in operation_of(document).variable_definitions)


def under(node: FieldNode, *path: str) -> FieldNode | None:
    """The field reached by response names."""
    found: FieldNode | None = node
    for name in path:
        chosen = found.selection_set.selections if found and found.selection_set else ()
        found = next((n for n in chosen if isinstance(n, FieldNode) and response_name(n) == name), None)
    return found


def response_name(node: FieldNode) -> str:
    """What a field is called in the answer."""
    return node.alias.value if node.alias else node.name.value


def has_key(document: DocumentNode) -> bool:
    """Whether rows can be told apart: a listing asks for `id` of its nodes, or of its one object."""
    if not operation_of(document).selection_set.selections:
        return False
    root = root_of(document)
    rows = under(root, "edges", "node") if under(root, "edges") else root
    return rows is not None and under(rows, "id") is not None
