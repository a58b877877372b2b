"""POST and GET /graphql: reading the request, executing it, and wording the answer as graphene-django does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Request, Response
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
    parse,
    validate,
)
from graphql.validation import NoSchemaIntrospectionCustomRule, specified_rules

from simulators.seven_geese import page_faults
from simulators.seven_geese.asking import Asking
from simulators.seven_geese.faults import Fault
from simulators.seven_geese.roots import LISTS, SCOPES

if TYPE_CHECKING:
    from simulators.seven_geese.simulator import SevenGeese

_OPERATION = re.compile(r"^\s*(query|mutation|subscription)\b\s*(\w*)", re.MULTILINE)


@dataclass
class Asked:
    """A GraphQL request as sent; `problem` when it is none."""

    text: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    operation: str | None = None
    chosen: str | None = None  # which operation of several, if the request says so
    kind: str = "query"
    problem: str = ""


def read(request: Request) -> Asked:
    sent: Any = dict(request.args)
    if request.method == "POST":
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError:
            return Asked(problem="POST body sent invalid JSON.")
        if not isinstance(body, dict):
            return Asked(problem="The received data is not a valid JSON query.")
        sent = {**sent, **body}
    variables = sent.get("variables") or {}
    if isinstance(variables, str):
        try:
            variables = json.loads(variables)
        except ValueError:
            return Asked(problem="Variables are invalid JSON.")
    text = str(sent.get("query") or "")
    found = _OPERATION.search(text)
    chosen = sent.get("operationName") or None
    name = chosen or (found.group(2) if found else "") or None
    kind = found.group(1) if found else "query"
    return Asked(text, variables, name, chosen, kind, "" if text else "Must provide query string.")


def answer(sim: SevenGeese, asked: Asked, ask: Asking, fault: Fault | None) -> Response:
    if asked.problem:
        return _json({"errors": [{"message": asked.problem}]}, 400)
    document, errors = _document(sim, asked.text)
    if document is None:
        return _json({"errors": errors}, 400)
    if any(_kind(node) != "query" for node in document.definitions if isinstance(node, OperationDefinitionNode)):
        return _json({"errors": [{"message": "This server only reads: no mutation was carried out."}]}, 400)
    ask.required = _root_scopes(document)
    failing = page_faults.failing(fault) if fault is not None else None
    result = _execute(sim, document, asked, ask, failing)
    if result.data is None and all(error.path is None for error in result.errors or ()):
        return _json({"errors": [error.formatted for error in result.errors or ()]}, 400)
    if fault is not None and failing is None and result.data is not None:
        page_faults.spoil_graphql(fault, result.data, {name: start for name, start, _ in ask.pages})
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body = {"errors": [error.formatted for error in result.errors], **body}
    return _json(body, 200)


def kind_of(sim: SevenGeese, asked: Asked) -> str:
    """What faults call it."""
    document, _ = _document(sim, asked.text) if asked.text else (None, [])
    names = set() if document is None else {field.name.value for field in _root_fields(document)}
    if names & {"__schema", "__type"}:
        return "introspection"
    return "graphql_list" if names & set(LISTS) else "graphql"


def pages(ask: Asking) -> list[tuple[str, int]]:
    """(table, page number from 0) of every root list answered."""
    return [(LISTS[name].table, start // size if size else 0) for name, start, size in ask.pages]


def _execute(
    sim: SevenGeese, document: DocumentNode, asked: Asked, ask: Asking, failing: Callable[..., Any] | None
) -> ExecutionResult:
    result = execute(
        sim.graphql_schema,
        document,
        context_value=ask,
        variable_values=asked.variables,
        operation_name=asked.chosen,
        middleware=[failing] if failing is not None else None,
        is_awaitable=lambda value: False,
    )
    assert isinstance(result, ExecutionResult)
    return result


def _document(sim: SevenGeese, text: str) -> tuple[DocumentNode | None, list[Any]]:
    """Parsed and validated, remembered for as long as the schema stays."""
    slot = (sim.graphql_schema, sim.introspection, text)
    known = sim.documents.get(slot)
    if known is None:
        if len(sim.documents) > 500:
            sim.documents.clear()
        known = sim.documents[slot] = _checked(sim.graphql_schema, text, sim.introspection)
    return known


def _checked(schema: GraphQLSchema, text: str, introspection: bool) -> tuple[DocumentNode | None, list[Any]]:
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, [error.formatted]
    rules = list(specified_rules) + ([] if introspection else [NoSchemaIntrospectionCustomRule])
    errors = validate(schema, document, rules)
    if not errors:
        return document, []
    # The vendor's older library quotes names with double quotes.
    return None, [{**error.formatted, "message": error.message.replace("'", '"')} for error in errors]


def _root_scopes(document: DocumentNode) -> list[str]:
    return sorted({SCOPES[field.name.value] for field in _root_fields(document) if field.name.value in SCOPES})


def _root_fields(document: DocumentNode) -> list[FieldNode]:
    return [
        selection
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for selection in node.selection_set.selections
        if isinstance(selection, FieldNode)
    ]


def _kind(node: OperationDefinitionNode) -> str:
    return str(node.operation.value)


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body, separators=(",", ":")), status, content_type="application/json")
