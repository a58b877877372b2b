"""A network and its client: who reads it, and what its server offers by GraphQL."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from graphql import DocumentNode, GraphQLError, GraphQLSchema, build_client_schema, get_introspection_query

from sources.core.company import Company
from sources.core.errors import RefusedError
from sources.core.http import Client
from sources.seven_geese.documents import load
from sources.seven_geese.pruning import prune

NO_INTROSPECTION = "GraphQL introspection is disabled: queries are fitted to the server by what it complains of"


@dataclass(frozen=True)
class Network(Company):
    """A network as found: what it is called, and who reads it. What is listed depends on that person."""

    name: str = ""
    granted: frozenset[str] | None = None

    def lacks(self, scope: str) -> bool:
        """Whether the credential was told that it may not read this."""
        return bool(scope) and self.granted is not None and not self.granted & {scope, "all:read", "all"}

    def reading(self, scope: str) -> Network:
        """The network as somebody who reads with this scope: what else was granted makes no difference."""
        return replace(self, identity=f"{self.identity}, {scopes_told(None if self.granted is None else {scope})}")


class NetworkClient(Client):
    """The client, with what the server said of its GraphQL schema: asked once, by whoever comes first."""

    transport = "auto"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - those of Client
        super().__init__(*args, **kwargs)
        self.no_graphql = ""  # why, if there is none
        self.has_answered = False  # GraphQL did, in this run
        self.dropped: dict[str, list[str]] = {}  # what was left out of each document
        self.slugs: dict[str, str] = {}  # by GUID, of the networks found so far
        self._schema: GraphQLSchema | None = None
        self._documents: dict[str, DocumentNode | None] = {}
        self._asked = threading.Lock()
        self._known = False

    def meet(self, company: Company) -> None:
        """Ask for the schema, once. A server that does not tell is asked with the whole documents."""
        with self._asked:
            if not self._known and self.transport == "rest":
                self.no_graphql = "the setting transport is rest"
            elif not self._known:
                self._introspect(company)
            self._known = True

    def _introspect(self, company: Company) -> None:
        self.auth.headers(company)  # what is wrong with a credential says nothing of the server
        try:
            body = {"query": get_introspection_query(descriptions=False)}
            found = self.post(company, "graphql", body, as_json).body.get("data")
        except RefusedError as error:
            if error.status in (404, 405):
                self.no_graphql = "the server has no GraphQL"
                return
            if error.status not in (400, 403):
                raise
            found = None
        self.has_answered = True
        try:
            self._schema = build_client_schema(found or {})  # type: ignore[arg-type] # it finds out itself
        except (TypeError, GraphQLError):  # nothing, or what is no schema
            self.notices.add(NO_INTROSPECTION)

    def document(self, name: str) -> DocumentNode | None:
        """A document as this server can answer it; None if nothing of it is left."""
        with self._asked:
            if name not in self._documents:
                self._documents[name], self.dropped[name] = (
                    prune(load(name), self._schema) if self._schema else (load(name), [])
                )
            return self._documents[name]

    def reduce(self, name: str, document: DocumentNode | None, dropped: Sequence[str]) -> None:
        """Keep what a server's complaints have left of a document."""
        with self._asked:
            self._documents[name] = document
            self.dropped[name] = self.dropped.get(name, []) + list(dropped)


as_json = msgspec.json.Decoder(dict[str, Any]).decode


def scopes_told(granted: Collection[str] | None) -> str:
    """The scopes of a token in words."""
    return "scopes unknown" if granted is None else f"scopes {' '.join(sorted(granted))}"
