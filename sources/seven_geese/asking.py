"""One GraphQL query, sent without the parts that the server complains of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from graphql import DocumentNode, print_ast

from sources.core.company import Company
from sources.core.errors import RefusedError, SevensError, UnavailableError
from sources.seven_geese.network import NetworkClient
from sources.seven_geese.pruning import prune_places
from sources.seven_geese.selection import operation_of, takes


class NotOfferedError(SevensError):
    """This server does not have it: another transport may."""


class Answer(msgspec.Struct):
    """What `/graphql` sends: data, errors, or both."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        if self.data is None and self.errors is None:
            raise ValueError("neither data nor errors")


_decode = msgspec.json.Decoder(Answer).decode


@dataclass
class Told:
    """One answer: its data, the errors beside it, when it came and what it took."""

    data: dict[str, Any]
    errors: list[dict[str, Any]]
    date: datetime | None
    requests: int
    document: DocumentNode  # what was asked in the end
    dropped: list[str]
    mended: Counter[str] = field(default_factory=Counter)


def ask(
    client: NetworkClient, company: Company, name: str, document: DocumentNode, variables: Mapping[str, Any],
    tries: int | None = None,
) -> Told:  # fmt: skip
    """Send a query. Where the server complains of parts it does not know, they are left out, for good. Raises
    `NotOfferedError` if nothing is left, and what the client raises."""
    requests, dropped = 0, list[str]()
    while True:
        body = {"query": print_ast(document), "variables": dict(variables),
                "operationName": _operation_name(document)}  # fmt: skip
        try:
            reply = client.post(company, "graphql", body, _decode, tries)
            requests += reply.requests
            client.has_answered = True
            return Told(reply.body.data or {}, reply.body.errors or [], reply.date, requests, document, dropped,
                        reply.mended)  # fmt: skip
        except RefusedError as error:
            if error.status == 404 and client.has_answered:
                raise UnavailableError(f"{error} It did offer it a moment ago: run again.") from None
            if error.status == 404:
                raise NotOfferedError("the server has no GraphQL") from None
            if error.status != 400:
                raise
            requests += 1
            left, less = _mended(company, name, document, error)
            if client.document(name) is document:
                client.reduce(name, left, less)
            if left is None:
                raise NotOfferedError(f"GraphQL knows nothing of {name}") from None
            document, dropped = left, dropped + less
            variables = {key: value for key, value in variables.items() if takes(document, key)}


def _operation_name(document: DocumentNode) -> str | None:
    named = operation_of(document).name
    return named.value if named else None


def _mended(
    company: Company, name: str, document: DocumentNode, refusal: RefusedError
) -> tuple[DocumentNode | None, list[str]]:
    """The document without what a 400 complains of, and what that was."""
    try:
        errors = msgspec.json.decode(refusal.body, type=Answer).errors or []
    except msgspec.DecodeError:
        raise refusal from None
    places = [(place["line"], place["column"]) for error in errors for place in error.get("locations") or ()]
    left, dropped = prune_places(document, places)
    if not dropped:
        told = "; ".join(str(error.get("message")) for error in errors[:3])
        raise RefusedError(f"{company.slug}: the query {name} was refused: {told}. Nothing of it was loaded; please "
                           "report it.", 400) from None  # fmt: skip
    return left, dropped
