"""Asking for a listing until there is an answer with rows: in smaller pieces where a page is too large, without a field
that fails in every row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import DocumentNode, FieldNode

from sources.core.company import Company
from sources.core.errors import MalformedError, RefusedError, SkippedError, UnavailableError
from sources.seven_geese.asking import Told, ask
from sources.seven_geese.documents import with_lists
from sources.seven_geese.network import NetworkClient
from sources.seven_geese.resources import Listing
from sources.seven_geese.selection import response_name, root_of, takes, under
from sources.seven_geese.translation import LISTS, Fields, NodeReader, snake

LARGEST, SMALLEST = 100, 5
WIDE = 1_000  # a list below a nested list cannot be continued: it is asked for in one piece of this size
_LIMIT = re.compile(r"`?first`?.*?limit of (\d+)|limit.*?first", re.IGNORECASE | re.DOTALL)
_SCOPE = re.compile(r"scope|permission|not (?:allowed|authorized|authorised|permitted)", re.IGNORECASE)


@dataclass
class Conversation:
    """About one connection of a network. `size` rows are asked for at once and `nested` of a list below them. Columns
    that were left out are `lost`: no row that has a value there is to be replaced."""

    client: NetworkClient
    company: Company
    resource: Listing
    document: DocumentNode
    variables: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.size, self.nested, self._good = LARGEST, WIDE, 0
        self._retried: set[str | None] = set()
        self.left_out: list[str] = []
        self.lost: list[str] = []
        self._compile()

    @property
    def asked(self) -> str:
        return f"{self.company.slug}: the listing {root_of(self.document).name.value} of POST /graphql"

    def answer(self, cursor: str | None) -> tuple[Told, list[str], int]:
        """An answer with rows, the faults that stay in it, and the requests it took."""
        requests = 0
        while True:
            try:
                told = self._send({"first": self.size, **({"after": cursor} if cursor else {})})
            except (UnavailableError, MalformedError, RefusedError) as error:
                smaller = error.status == 413 if isinstance(error, RefusedError) else not _sat_out(error)
                if not smaller or not self._shrink():
                    raise
                continue
            requests += told.requests
            if not told.errors:
                self._grow()
                return told, [], requests
            if told.data.get(self.root) is None:
                self._root_failed(told.errors, cursor)
            elif self._limited(told.errors) or cursor not in self._retried:
                self._retried.add(cursor)
            elif not self._reduced(told):
                return told, _paths(told.errors), requests

    def _send(self, variables: Mapping[str, Any]) -> Told:
        known = {**self.variables, **variables}
        known = {name: value for name, value in known.items() if takes(self.document, name)}
        tries = None if self.size <= SMALLEST else 2
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
                size = self.nested if nested else self.size
                cap = max(1, int(found[1]) if found[1] else size // 2)
                if cap >= size:
                    return False
                if nested:
                    self.nested, self.document = cap, with_lists(self.document, partial(min, cap))
                else:
                    self.size = cap
                self._compile()
                return True
        return False

    def _reduced(self, told: Told) -> bool:
        """Leave out what fails in every row: it is the field that fails, not the row."""
        edges = (told.data[self.root] or {}).get("edges") or ()
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
                listed = LISTS.get(snake(names[-1]), snake(names[-1])) in self.fields.lists
                self.lost += [] if listed else [f"{'.'.join(names)} fails in every row"]
                self.left_out.append(f"{'.'.join(names)} fails in every row: {told.errors[0].get('message')}")
        self._compile()
        return bool(gone)

    def _shrink(self) -> bool:
        smaller = max(SMALLEST, self.size // 2)
        shrunk, self.size, self._good = smaller < self.size, smaller, 0
        return shrunk

    def _grow(self) -> None:
        self._good += 1
        if self._good >= 5 and self.size < LARGEST:
            self.size, self._good = min(LARGEST, self.size * 2), 0

    def _compile(self) -> None:
        root = root_of(self.document)
        self.root = response_name(root)
        self.fields = Fields(self.resource)
        node = under(root, "edges", "node") or root
        assert node.selection_set
        self.reader = NodeReader(node.selection_set, self.fields, self.fields.own, self.resource.name)


def _sat_out(error: Exception) -> bool:
    """A block that outlasted all patience: a smaller page would only sit out another."""
    return isinstance(error, UnavailableError) and error.patient


def _paths(errors: list[dict[str, Any]]) -> list[str]:
    """The failing paths, those of many rows as one."""
    found: Counter[str] = Counter()
    for error in errors:
        path = ".".join("*" if isinstance(part, int) else str(part) for part in error.get("path") or ())
        found[f"{path or 'the answer'}: {error.get('message')}"] += 1
    return [f"{count} x {what}" for what, count in found.items()]
