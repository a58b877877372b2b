"""The kit without a load: a small resource, a vendor that answers from a list, and a destination known by heart."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from sources.core.columns import NULL, Bool, ContactText, Day, Int, Json, Key, Record, Text, Timestamp
from sources.core.company import Company
from sources.core.http import Reply
from sources.core.moments import micros
from sources.core.privacy import Privacy
from sources.core.resource import Child, Cursor, Mode, Resource
from sources.core.rows import Rows
from sources.core.task import Task, Unit

GUID = "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0"
BISTRO = Company("bistro", GUID, 41)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Break(Record):
    id: Key
    paid: Bool = None
    minutes: Int = None


class Punch(Record):
    id: Key
    company_id: Int = None
    modified: Timestamp = None
    start: Timestamp = None
    day: Day = None
    note: ContactText = None
    meta: Json = NULL
    breaks: list[Break] | None = None


class Role(Record):
    id: Key
    company_id: Int = None
    name: Text = None
    meta: Json = NULL
    stations: list[Break] | None = None


MODIFIED = Cursor("modified", "modified_since")
PUNCHES = Resource(
    "punches", "v2/company/{company_id}/punches", "punches:read", Punch, cursor=MODIFIED, window="start",
    children=(Child("punch_breaks", "breaks", "punch_id", Break),),
)  # fmt: skip
ROLES = Resource(
    "roles", "v2/company/{company_id}/roles", "roles:read", Role, mode=Mode.SNAPSHOT,
    children=(Child("role_stations", "stations", "role_id", Break),),
)  # fmt: skip


def task(resource: Resource = PUNCHES, **known: Any) -> Task:
    return Task(BISTRO, resource, **known)


def punch(id: int, minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """A punch of minute `minutes` after `START`, modified then."""
    moment = spelled(START + timedelta(minutes=minutes))
    return {"id": id, "company_id": 41, "modified": moment, "start": moment, **fields}


def spelled(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def page(rows: Any, next: str | None = None, count: int | None = None) -> dict[str, Any]:
    return {"data": rows, "meta": {"cursor": {"next": next, "count": count}}}


class Answers:
    """A client whose vendor answers with these pages, one after the other, or with what a function makes of the
    query. `asked` has the queries."""

    def __init__(
        self, pages: Sequence[dict[str, Any]] | Callable[[dict[str, Any]], dict[str, Any]], *,
        clock: datetime | None = NOON, identity: str = "a token", privacy: Privacy | None = None,
    ) -> None:  # fmt: skip
        self._pages = pages if callable(pages) else iter(pages).__next__
        self._by_query = callable(pages)
        self.clock, self.privacy, self.auth = clock, privacy or Privacy(), SimpleNamespace(identity=identity)
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.stopping = threading.Event()
        self.notices: set[str] = set()
        self.requests = 0

    def get(self, company: Company, path: str, params: Mapping[str, Any], decode: Callable[[bytes], Any]) -> Any:
        self.asked.append(dict(params))
        self.paths.append(path)
        self.requests += 1
        found = self._pages(dict(params)) if self._by_query else self._pages()
        if isinstance(found, Exception):
            raise found
        return Reply(decode(json.dumps(found).encode()), self.clock, 1)


class Shop:
    """A vendor with punches that honours the filters, in pages of `size`."""

    def __init__(self, rows: Sequence[dict[str, Any]], size: int = 500) -> None:
        self.rows, self.size = list(rows), size

    def __call__(self, query: dict[str, Any]) -> dict[str, Any]:
        rows = [row for row in self.rows
                if query.get("start[gte]", "") <= (row["start"] or "") <= query.get("start[lte]", "9")
                and (row["modified"] or "") >= query.get("modified_since", "")
                and bool(row.get("deleted")) == ("deleted" in query)]  # fmt: skip
        rows = [{name: value for name, value in row.items() if name != "deleted"} for row in rows]
        at = int(query.get("cursor", 0))
        return page(rows[at : at + self.size], str(at + self.size) if at + self.size < len(rows) else None)


class ByHeart:
    """What a destination has: content and modification by key of merged tables, content by key of versioned ones."""

    def __init__(
        self, known: Mapping[Any, tuple[str, int | None]] | None = None,
        active: Mapping[str, Mapping[Any, str]] | None = None, hidden: Mapping[str, set[Any]] | None = None,
        rows: Sequence[dict[str, Any]] = (), beyond: Mapping[Any, tuple[str, int | None]] | None = None,
    ) -> None:  # fmt: skip
        self._known, self._active, self._hidden = dict(known or {}), active or {}, hidden or {}
        self._rows, self._beyond = rows, dict(beyond or {})
        self.reaches: list[Any] = []
        self.had: set[tuple[str, str]] = set()  # columns, by table, in which there are values
        self.without: set[str] = set()  # tables in which there is no row

    def known(self, table: Any, guid: str, reach: Any) -> dict[Any, Any]:
        assert (table.name, guid) == ("punches", GUID)
        self.reaches.append(reach)
        return {**self._known, **({} if reach else self._beyond)}

    def expect(self, units: Any) -> None:
        """Nothing is asked, so nothing is asked at once."""

    def empty(self, table: Any) -> bool:
        return table.name in self.without

    def having(self, table: Any, guid: str, columns: Sequence[str]) -> list[str]:
        assert guid == GUID
        return [name for name in columns if (table.name, name) in self.had]

    def active(self, table: Any, guid: str) -> tuple[dict[Any, str], set[Any]]:
        assert guid == GUID
        return dict(self._active.get(table.name, {})), set(self._hidden.get(table.name, ()))

    def open_rows(self, table: Any, guid: str, contents: Any) -> list[dict[str, Any]]:
        assert guid == GUID
        return [dict(row) for row in self._rows if row["_dlt_id"] in set(contents)]


def stored(unit: Unit, table: str = "", columns: Sequence[str] = ("id",)) -> dict[Any, str]:
    """The content by key of what a unit brought: what a destination that has loaded it holds."""
    rows = unit.batch.rows[table or unit.task.resource.name]
    contents = rows.values("_dlt_id") if len(rows) else []
    keys = zip(*(rows.values(name) for name in columns), strict=True) if len(rows) else []
    return dict(zip(keys, contents, strict=True))


def ids(rows: Sequence[Rows], table: str, column: str = "id") -> list[Any]:
    """A column of what is to be written to a table."""
    return [value for part in rows if part.table.name == table for value in part.values(column)]


def at(moment: datetime, **shift: float) -> int:
    return micros(moment + timedelta(**shift))


def without(resource: Resource, **fields: Any) -> Resource:
    """The resource with other fields."""
    return replace(resource, **fields)
