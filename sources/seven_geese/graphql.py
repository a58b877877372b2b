"""The GraphQL transport: one document, page by page, whatever the server makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sources.core.errors import MalformedError
from sources.core.passes import Page
from sources.core.rows import Row
from sources.seven_geese.conversation import Conversation
from sources.seven_geese.nested import complete, cut
from sources.seven_geese.selection import root_of, under
from sources.seven_geese.translation import LISTS, Notes, snake


@dataclass
class GraphQLListing(Conversation):
    """One connection of a network, page by page. `added` is what asking so says of every row."""

    added: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._anchored: set[str] = set()
        self._brought: set[str] = set()

    @property
    def tables(self) -> set[str]:
        """The nested lists that it brings."""
        return self.reader.tables | self._brought

    def page(self, cursor: str | None) -> Page:
        """A page. Raises what `ask` raises, `SkippedError` without the right to see it."""
        notes = Notes()
        told, faults, requests = self.answer(cursor)
        notes.noticed.update({f"{self.resource.name}: {what}": count for what, count in told.mended.items()})
        found = told.data.get(self.root) or {}
        if under(root_of(self.document), "edges") is None and not found:
            raise MalformedError(f"{self.asked} came as null. Nothing of it was loaded; run again.")
        if under(root_of(self.document), "edges") is None:
            return Page([self._row(found, notes)], date=told.date, requests=requests, noticed=notes.noticed)
        edges = self._edges(found)
        nodes = [edge.get("node") if edge else None for edge in edges]
        rows = [self._row(node, notes) if node else None for node in nodes]
        for (key, outer), deep in cut(self.document, notes).items():
            row = next(row for row in rows if row and row.get("id") == key)
            requests += complete(self, row, outer, deep, faults, notes.holes)
        partial = self._spoiled(told.errors, rows)
        if self.lost:
            faults, partial = [*faults, *self.lost], {row["id"] for row in rows if row}
        for row in filter(None, rows):
            partly = self.resource.adapt(row) if self.resource.adapt else None
            notes.holes |= {partly} if partly else set()
            self._brought |= row.keys() & self.fields.lists.keys()
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
            at = next((at for at, name in enumerate(lists) if name in self.fields.lists), None)
            if row is not None and at is None:
                partial.add(row.get("id"))
            elif row is not None and at is not None and at < len(lists) - 1:
                row.pop(lists[at], None)
        return partial

    def _row(self, node: Mapping[str, Any], notes: Notes) -> Row:
        row: Row = dict(self.added)
        return self.reader.read(node, row, row, notes)

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
