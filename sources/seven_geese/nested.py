"""Nested lists that did not come whole: read anew, from their beginning to their end."""

from __future__ import annotations

from typing import Any

from graphql import DocumentNode

from sources.core.passes import TRIES
from sources.core.rows import Row
from sources.seven_geese.conversation import Conversation
from sources.seven_geese.documents import only_list, with_lists
from sources.seven_geese.selection import root_of, takes, under
from sources.seven_geese.translation import Notes


def cut(document: DocumentNode, notes: Notes) -> dict[tuple[Any, tuple[str, ...]], bool]:
    """The nested lists that did not come whole, by the key of their row: whether it is lists below them that were
    cut."""
    found: dict[tuple[Any, tuple[str, ...]], bool] = {}
    for key, path, _ in notes.cut:
        outer = next(path[:size] for size in range(1, len(path) + 1) if _is_list(document, path[:size]))
        found[key, outer] = outer != path or found.get((key, outer), False)
    return found


def complete(
    about: Conversation, row: Row, path: tuple[str, ...], deep: bool, faults: list[str], holes: set[str]
) -> int:
    """Read a nested list of one row anew, from its beginning to its end, as often as it takes to get as many as the
    server counts; if `deep`, with larger lists below it. Returns the requests it took."""
    most = about.nested
    document = with_lists(only_list(about.document, path), lambda first: most if deep else min(first, most))
    requests = 0
    for _ in range(TRIES):
        listing = NestedList(about.client, about.company, about.resource, document)
        listing.size, listing.nested = 1, about.nested
        found, asked, why = listing.read(row.get("id"), path)
        requests, about.nested = requests + asked, listing.nested
        if why == "deep" and not deep:
            return requests + complete(about, row, path, True, faults, holes)
        if not why:
            holes |= listing.holes
            row.update(found)
            return requests
    faults.append(f"{'.'.join(path)} of {about.resource.name} {row.get('id')} was cut and could not be read to its "
                  "end")  # fmt: skip
    return requests


class NestedList(Conversation):
    """About one nested list of one row. `holes` are the lists in which something came as null."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.holes: set[str] = set()

    def read(self, key: Any, path: tuple[str, ...]) -> tuple[Row, int, str]:  # noqa: ANN401 - a key
        """The nested lists of one row, the requests they took, and why they are not whole."""
        found, requests, end = Row(), 0, None
        ends, counted, came = set[str | None](), set[int | None](), 0
        while takes(self.document, "keys") and end not in ends:
            ends.add(end)
            self.variables = {"keys": [key], **({"inner": end} if end else {})}
            told, failed, asked = self.answer(None)
            requests += asked
            nodes = [edge["node"] for edge in (told.data[self.root] or {}).get("edges") or () if edge]
            if failed or len(nodes) != 1 or not nodes[0] or nodes[0].get("id") != key:
                return found, requests, "failed"
            notes, more = Notes(), Row()
            self.reader.read(nodes[0], more, more, notes)
            self.holes |= notes.holes
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


def _is_list(document: DocumentNode, path: tuple[str, ...]) -> bool:
    """Whether a path of response names below a row ends in a connection."""
    steps = ["edges", "node"]
    for name in path:
        steps.append(name)
        node = under(root_of(document), *steps)
        connection = node is not None and under(node, "edges") is not None
        steps += ["edges", "node"] if connection else []
    return connection
