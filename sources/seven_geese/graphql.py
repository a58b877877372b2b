"""The GraphQL transport: one document, page by page, whatever the server makes of it.

A page that is too large is asked for in smaller pieces, a nested list that was cut is read to its end, parts that
fail are named and kept apart from what came.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from graphql import DocumentNode, FieldNode, print_ast

from sources.core.company import Company
from sources.core.errors import MalformedError, RefusedError, SevensError, SkippedError, UnavailableError
from sources.core.passes import TRIES, Page
from sources.core.rows import Row
from sources.seven_geese.documents import only_list, with_lists
from sources.seven_geese.network import NetworkClient
from sources.seven_geese.pruning import prune_places
from sources.seven_geese.resources import Listing
from sources.seven_geese.selection import operation_of, response_name, root_of, takes, under
from sources.seven_geese.translation import LISTS, Fields, NodeReader, Notes, snake

LARGEST, SMALLEST = 100, 5
WIDE = 1_000  # a list below a nested list cannot be continued: it is asked for in one piece of this size
_LIMIT = re.compile(r"`?first`?.*?limit of (\d+)|limit.*?first", re.IGNORECASE | re.DOTALL)
_SCOPE = re.compile(r"scope|permission|not (?:allowed|authorized|authorised|permitted)", re.IGNORECASE)


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
            return Told(reply.body.data or {}, reply.body.errors or [], reply.date, requests, document, dropped)
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


@dataclass
class GraphQLListing:
    """One connection of a network, page by page."""

    client: NetworkClient
    company: Company
    resource: Listing
    document: DocumentNode
    variables: Mapping[str, Any] = field(default_factory=dict)
    added: Mapping[str, Any] = field(default_factory=dict)  # what asking so says of every row

    def __post_init__(self) -> None:
        self._size, self._nested, self._good = LARGEST, WIDE, 0
        self._anchored: set[str] = set()
        self._retried: set[str | None] = set()
        self.left_out: list[str] = []
        self._brought: set[str] = set()
        self._holes: set[str] = set()
        self._lost: list[str] = []  # columns that were left out: no row with its value is to be replaced
        self._compile()

    @property
    def asked(self) -> str:
        return f"{self.company.slug}: the listing {root_of(self.document).name.value} of POST /graphql"

    @property
    def tables(self) -> set[str]:
        """The nested lists that it brings."""
        return self._reader.tables | self._brought

    def page(self, cursor: str | None) -> Page:
        """A page. Raises what `ask` raises, `SkippedError` without the right to see it."""
        notes = Notes()
        told, faults, requests = self._answer(cursor)
        found = told.data.get(self._root) or {}
        if under(root_of(self.document), "edges") is None and not found:
            raise MalformedError(f"{self.asked} came as null. Nothing of it was loaded; run again.")
        if under(root_of(self.document), "edges") is None:
            return Page([self._row(found, notes)], date=told.date, requests=requests, noticed=notes.noticed)
        edges = self._edges(found)
        nodes = [edge.get("node") if edge else None for edge in edges]
        rows = [self._row(node, notes) if node else None for node in nodes]
        for (key, outer), deep in self._cut(notes).items():
            row = next(row for row in rows if row and row.get("id") == key)
            requests += self._complete(row, outer, deep, faults, notes.holes)
        partial = self._spoiled(told.errors, rows)
        if self._lost:
            faults, partial = [*faults, *self._lost], {row["id"] for row in rows if row}
        for row in filter(None, rows):
            partly = self.resource.adapt(row) if self.resource.adapt else None
            notes.holes |= {partly} if partly else set()
            self._brought |= row.keys() & self._fields.lists.keys()
        return Page(rows, self._next(found, edges), cursor in self._anchored, found.get("totalCount"), faults, partial,
                    notes.holes, notes.noticed, told.date, requests)  # fmt: skip

    def _spoiled(self, errors: list[dict[str, Any]], rows: list[Row | None]) -> set[Any]:
        """The keys of rows with null where a value failed. A nested list with a failing part is not taken at all: the
        rows the destination has of it are better."""
        partial = set()
        for error in errors:
            path: list[Any] = error.get("path") or []
            row = rows[path[2]] if len(path) > 4 and isinstance(path[2], int) and path[2] < len(rows) else None
            lists = [LISTS.get(snake(name), snake(name)) if isinstance(name, str) else "" for name in path[4:]]
            at = next((at for at, name in enumerate(lists) if name in self._fields.lists), None)
            if row is not None and at is None:
                partial.add(row.get("id"))
            elif row is not None and at is not None and at < len(lists) - 1:
                row.pop(lists[at], None)
        return partial

    def _compile(self) -> None:
        root = root_of(self.document)
        self._root = response_name(root)
        self._fields = Fields(self.resource)
        node = under(root, "edges", "node") or root
        assert node.selection_set
        self._reader = NodeReader(node.selection_set, self._fields, self._fields.own, self.resource.name)

    def _row(self, node: Mapping[str, Any], notes: Notes) -> Row:
        row: Row = dict(self.added)
        return self._reader.read(node, row, row, notes)

    def _edges(self, found: Any) -> list[Any]:  # noqa: ANN401 - whatever the vendor sent
        if not (isinstance(found, dict) and isinstance(found.get("edges"), list) and "pageInfo" in found):
            told = ", ".join(sorted(found)) if isinstance(found, dict) else type(found).__name__
            raise MalformedError(f"{self.asked} came without edges and pageInfo, its keys are {told}. Nothing of it "
                                 "was loaded.")  # fmt: skip
        return list(found["edges"])

    def _next(self, found: Mapping[str, Any], edges: list[Any]) -> str | None:
        """Where the next page begins: with the last row of this one, where the cursors allow it."""
        info = found["pageInfo"] or {}
        if not info.get("hasNextPage"):
            return None
        before = edges[-2].get("cursor") if len(edges) > 1 and edges[-2] else None
        if before:
            self._anchored.add(before)
        return before or info.get("endCursor")

    def _answer(self, cursor: str | None) -> tuple[Told, list[str], int]:
        """An answer with rows, the faults that stay in it, and the requests it took."""
        requests = 0
        while True:
            try:
                told = self._send({"first": self._size, **({"after": cursor} if cursor else {})})
            except (UnavailableError, MalformedError, RefusedError) as error:
                smaller = error.status == 413 if isinstance(error, RefusedError) else not _sat_out(error)
                if not smaller or not self._shrink():
                    raise
                continue
            requests += told.requests
            if not told.errors:
                self._grow()
                return told, [], requests
            if told.data.get(self._root) is None:
                self._root_failed(told.errors, cursor)
            elif self._limited(told.errors) or cursor not in self._retried:
                self._retried.add(cursor)
            elif not self._reduced(told):
                return told, _paths(told.errors), requests

    def _send(self, variables: Mapping[str, Any]) -> Told:
        known = {**self.variables, **variables}
        known = {name: value for name, value in known.items() if takes(self.document, name)}
        tries = None if self._size <= SMALLEST else 2
        told = ask(self.client, self.company, self.resource.document, self.document, known, tries)
        if told.document is not self.document:
            self.document = told.document
            self._compile()
        return told

    def _root_failed(self, errors: list[dict[str, Any]], cursor: str | None) -> None:
        """Why there is nothing at all: too much was asked for, no right to see it, or a failure that may pass."""
        message = "; ".join(str(error.get("message")) for error in errors[:3])
        if self._limited(errors):
            return
        if _SCOPE.search(message):
            raise SkippedError(f"{self.company.slug}: {self.resource.name} may not be read with this credential: "
                               f"{message}. Grant {self.resource.scope}, then run again.")  # fmt: skip
        if cursor in self._retried:
            raise UnavailableError(f"{self.asked} failed twice: {message}. Nothing of it was loaded; run again, and if "
                                   "it stays, tell the vendor.")  # fmt: skip
        self._retried.add(cursor)
        self._shrink()

    def _limited(self, errors: list[dict[str, Any]]) -> bool:
        """Whether a list was asked for in too large pieces; then they are smaller from now on."""
        for error in errors:
            found = _LIMIT.search(str(error.get("message")))
            if found:
                nested = len(error.get("path") or ()) > 1
                size = self._nested if nested else self._size
                cap = max(1, int(found[1]) if found[1] else size // 2)
                if cap >= size:
                    return False
                if nested:
                    self._nested, self.document = cap, with_lists(self.document, partial(min, cap))
                else:
                    self._size = cap
                self._compile()
                return True
        return False

    def _reduced(self, told: Told) -> bool:
        """Leave out what fails in every row: it is the field that fails, not the row."""
        edges = (told.data[self._root] or {}).get("edges") or ()
        failing: dict[tuple[str, ...], set[int]] = {}
        for error in told.errors:
            path: list[Any] = error.get("path") or []
            if len(path) > 4 and isinstance(path[2], int):
                failing.setdefault(tuple(part for part in path if isinstance(part, str)), set()).add(path[2])
        gone = [path for path, rows in failing.items() if len(rows) >= max(len(edges), 2)]
        self.document = deepcopy(self.document)
        for names in gone:
            parent = under(root_of(self.document), *names[1:-1])
            if parent and parent.selection_set:
                parent.selection_set.selections = tuple(
                    node for node in parent.selection_set.selections
                    if not (isinstance(node, FieldNode) and response_name(node) == names[-1])
                )  # fmt: skip
                listed = LISTS.get(snake(names[-1]), snake(names[-1])) in self._fields.lists
                self._lost += [] if listed else [f"{'.'.join(names)} fails in every row"]
                self.left_out.append(f"{'.'.join(names)} fails in every row: {told.errors[0].get('message')}")
        self._compile()
        return bool(gone)

    def _cut(self, notes: Notes) -> dict[tuple[Any, tuple[str, ...]], bool]:
        """The nested lists that did not come whole, by the key of their row: whether it is lists below them that were
        cut."""
        found: dict[tuple[Any, tuple[str, ...]], bool] = {}
        for key, path, _ in notes.cut:
            outer = next(path[:size] for size in range(1, len(path) + 1) if _is_list(self.document, path[:size]))
            found[key, outer] = outer != path or found.get((key, outer), False)
        return found

    def _complete(self, row: Row, path: tuple[str, ...], deep: bool, faults: list[str], holes: set[str]) -> int:
        """Read a nested list of one row anew, from its beginning to its end, as often as it takes to get as many as the
        server counts; if `deep`, with larger lists below it. Returns the requests it took."""
        most = self._nested
        document = with_lists(only_list(self.document, path), lambda first: most if deep else min(first, most))
        requests = 0
        for _ in range(TRIES):
            listing = GraphQLListing(self.client, self.company, self.resource, document)
            listing._size, listing._nested = 1, self._nested
            found, asked, why = listing._list_of(row.get("id"), path)
            requests, self._nested = requests + asked, listing._nested
            if why == "deep" and not deep:
                return requests + self._complete(row, path, True, faults, holes)
            if not why:
                holes |= listing._holes
                row.update(found)
                return requests
        faults.append(f"{'.'.join(path)} of {self.resource.name} {row.get('id')} was cut and could not be read to its "
                      "end")  # fmt: skip
        return requests

    def _list_of(self, key: Any, path: tuple[str, ...]) -> tuple[Row, int, str]:  # noqa: ANN401 - a key
        """The nested lists of one row, the requests they took, and why they are not whole."""
        found, requests, end = Row(), 0, None
        ends, counted, came = set[str | None](), set[int | None](), 0
        while takes(self.document, "keys") and end not in ends:
            ends.add(end)
            self.variables = {"keys": [key], **({"inner": end} if end else {})}
            told, failed, asked = self._answer(None)
            requests += asked
            nodes = [edge["node"] for edge in (told.data[self._root] or {}).get("edges") or () if edge]
            if failed or len(nodes) != 1 or not nodes[0] or nodes[0].get("id") != key:
                return found, requests, "failed"
            notes, more = Notes(), Row()
            self._reader.read(nodes[0], more, more, notes)
            self._holes |= notes.holes
            inner: Any = nodes[0]
            for name in path:
                inner = (inner or {}).get(name)
            counted.add((inner or {}).get("totalCount"))
            came += len((inner or {}).get("edges") or ())
            for name, items in more.items():
                if isinstance(items, list):
                    found.setdefault(name, []).extend(items)
            cut = {place: last for _, place, last in notes.cut}
            if cut.keys() - {path}:
                return found, requests, "deep"
            if not cut:
                return found, requests, "" if counted - {None} <= {came} else "moved"
            end = cut[path]
        return found, requests, "endless"

    def _shrink(self) -> bool:
        smaller = max(SMALLEST, self._size // 2)
        shrunk, self._size, self._good = smaller < self._size, smaller, 0
        return shrunk

    def _grow(self) -> None:
        self._good += 1
        if self._good >= 5 and self._size < LARGEST:
            self._size, self._good = min(LARGEST, self._size * 2), 0


def _sat_out(error: Exception) -> bool:
    """A block that outlasted all patience: a smaller page would only sit out another."""
    return isinstance(error, UnavailableError) and error.patient


def _is_list(document: DocumentNode, path: tuple[str, ...]) -> bool:
    """Whether a path of response names below a row ends in a connection."""
    steps = ["edges", "node"]
    for name in path:
        steps.append(name)
        node = under(root_of(document), *steps)
        connection = node is not None and under(node, "edges") is not None
        steps += ["edges", "node"] if connection else []
    return connection


def _paths(errors: list[dict[str, Any]]) -> list[str]:
    """The failing paths, those of many rows as one."""
    found: Counter[str] = Counter()
    for error in errors:
        path = ".".join("*" if isinstance(part, int) else str(part) for part in error.get("path") or ())
        found[f"{path or 'the answer'}: {error.get('message')}"] += 1
    return [f"{count} x {what}" for what, count in found.items()]
