"""The GraphQL documents: read from `queries/`, only queries among them, and cut to smaller questions."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from importlib.resources import files

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from sources.core.errors import ConfigurationError
from sources.seven_geese.selection import operation_of, response_name, root_of, under


@cache
def load(name: str) -> DocumentNode:
    """A document of `queries/`. Raises `ConfigurationError` for one that does more than ask."""
    return only_query((files("sources.seven_geese") / "queries" / f"{name}.graphql").read_text("utf-8"), name)


def names() -> list[str]:
    """The documents there are."""
    folder = files("sources.seven_geese") / "queries"
    return sorted(file.name.removesuffix(".graphql") for file in folder.iterdir() if file.name.endswith(".graphql"))


def only_query(text: str, name: str) -> DocumentNode:
    """Parse a document. Raises `ConfigurationError` unless its one definition is a query: we only read."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise ConfigurationError(f"{name}.graphql is no GraphQL: {error.message}.") from None
    queries = [node for node in document.definitions
               if isinstance(node, OperationDefinitionNode) and node.operation == OperationType.QUERY]  # fmt: skip
    if len(queries) != 1 or len(document.definitions) != 1:
        raise ConfigurationError(f"{name}.graphql has to hold one query and nothing else: sevens never writes to a "
                                 "vendor.")  # fmt: skip
    return document


def only_keys(document: DocumentNode) -> DocumentNode:
    """The same listing with nothing but the keys."""
    document = deepcopy(document)
    node = under(root_of(document), "edges", "node")
    assert node
    assert node.selection_set
    node.selection_set.selections = tuple(
        field for field in node.selection_set.selections
        if isinstance(field, FieldNode) and response_name(field) == "id"
    )  # fmt: skip
    return document


def only_list(document: DocumentNode, path: tuple[str, ...]) -> DocumentNode:
    """Of each row only its key and one nested list, continued from `$inner`; the root arguments stay."""
    document = deepcopy(document)
    node = under(root_of(document), "edges", "node")
    for name in path:
        assert node
        assert node.selection_set
        node.selection_set.selections = tuple(
            field for field in node.selection_set.selections
            if isinstance(field, FieldNode) and response_name(field) in ("id", name)
        )  # fmt: skip
        node = under(node, name)
    assert node
    kept = tuple(argument for argument in node.arguments if argument.name.value not in ("after", "first"))
    node.arguments = (*kept, *_arguments("first: 100, after: $inner"))
    assert node.selection_set
    node.selection_set.selections = (*node.selection_set.selections, *_fields("totalCount"))
    operation = operation_of(document)
    inner = operation_of(parse("query Q($inner: String) { x }")).variable_definitions
    operation.variable_definitions = (*operation.variable_definitions, *inner)
    return document


def _fields(text: str) -> tuple[SelectionNode, ...]:
    return tuple(operation_of(parse(f"{{ {text} }}")).selection_set.selections)


def _arguments(text: str) -> tuple[ArgumentNode, ...]:
    return tuple(root_of(parse(f"{{ x({text}) }}")).arguments)


def with_lists(document: DocumentNode, sized: Callable[[int], int]) -> DocumentNode:
    """The same question with other sizes for the pieces of its nested lists."""
    document = deepcopy(document)

    def resize(chosen: SelectionSetNode | None) -> None:
        for node in chosen.selections if chosen else ():
            for argument in getattr(node, "arguments", ()):
                if argument.name.value == "first" and isinstance(argument.value, IntValueNode):
                    argument.value.value = str(sized(int(argument.value.value)))
            resize(getattr(node, "selection_set", None))

    resize(root_of(document).selection_set)
    return document
