"""The REST transport: hyperlinked pages of one of the vendor's three generations, told apart by their envelope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from sources.core.company import Company
from sources.core.errors import MalformedError, RefusedError, SkippedError, SuspectError, UnavailableError
from sources.core.passes import Page, read_whole
from sources.core.rows import Row
from sources.seven_geese.asking import NotOfferedError
from sources.seven_geese.conversation import LARGEST, SMALLEST
from sources.seven_geese.network import NetworkClient
from sources.seven_geese.resources import Listing
from sources.seven_geese.translation import Fields, Notes, from_rest, reference

Envelope = Callable[[Any], tuple[list[Row], str | None, int | None]]

_ENVELOPES: dict[str, tuple[Callable[[Any], bool], Envelope]] = {
    "count/next/results": (
        lambda body: isinstance(body, dict) and isinstance(body.get("results"), list) and "count" in body,
        lambda body: (body["results"], body.get("next"), body["count"]),
    ),
    "meta/objects": (
        lambda body: isinstance(body, dict) and isinstance(body.get("objects"), list)
        and isinstance(body.get("meta"), dict),
        lambda body: (body["objects"], body["meta"].get("next"), body["meta"].get("total_count")),
    ),
    "a bare list": (lambda body: isinstance(body, list), lambda body: (body, None, len(body))),
}


@dataclass
class RestListing:
    """One listing of a network, page by page, its items as they came."""

    client: NetworkClient
    company: Company
    path: str
    scope: str

    def __post_init__(self) -> None:
        self._size, self._envelope = LARGEST * 2, ""

    @property
    def asked(self) -> str:
        return f"{self.company.slug}: GET /{self.path}"

    def page(self, cursor: str | None) -> Page:
        """A page. `cursor` is the query of `next`, one row earlier. Raises `NotOfferedError` for a 404,
        `SkippedError` for a 403, `SuspectError` for another host or envelope."""
        while True:
            query: dict[str, str | int] = {"limit": self._size, **(dict(parse_qsl(cursor)) if cursor else {})}
            query["limit"] = self._size
            try:
                reply = self.client.get(self.company, self.path, query, msgspec.json.decode)
                break
            except UnavailableError as error:
                if self._size <= SMALLEST or error.patient:
                    raise
                self._size = max(SMALLEST, self._size // 4)
            except RefusedError as error:
                if error.status == 404:
                    raise NotOfferedError(f"the server has no /{self.path}") from None
                if error.status == 403:
                    raise SkippedError(f"{error} Needed is {self.scope}.") from None
                raise
        items, link, total = self._open(reply.body)
        following = self._following(link, len(items)) if link else None
        overlap = cursor is not None and cursor.endswith(ANCHOR)
        rows = [{**item, "id": _key(item)} if isinstance(item, dict) else None for item in items]
        noticed = Counter({f"{self.path}: {what}": count for what, count in reply.mended.items()})
        return Page(rows, following, overlap, total, date=reply.date, requests=reply.requests, noticed=noticed)

    def _open(self, body: Any) -> tuple[list[Row], str | None, int | None]:  # noqa: ANN401 - whatever the vendor sent
        """The envelope, pinned for the run once it is known."""
        for name, (fits, opened) in _ENVELOPES.items():
            if fits(body):
                if self._envelope not in ("", name):
                    raise SuspectError(f"{self.asked} answered as {name} after {self._envelope}. Nothing of it was "
                                       "loaded; run again.")  # fmt: skip
                self._envelope = name
                return opened(body)
        told = sorted(body) if isinstance(body, dict) else type(body).__name__
        raise MalformedError(f"{self.asked} came in no known envelope, its keys are {told}. Nothing of it was loaded.")

    def _following(self, link: str, count: int) -> str:
        """The query of the next page, one row earlier where it goes by position. The link is only believed as far as
        it stays on this server: a token is never sent elsewhere."""
        parts, own = urlsplit(link), urlsplit(self.client.url)
        if parts.hostname and parts.hostname != own.hostname:
            raise SuspectError(f"{self.asked} leads to another host ({parts.hostname}). It was not followed, and "
                               "nothing of it was loaded; report it to the vendor.")  # fmt: skip
        query = dict(parse_qsl(parts.query))
        if count > 1 and query.get("offset", "").isdigit() and int(query["offset"]) > 0:
            query["offset"] = str(int(query["offset"]) - 1)
            return urlencode(query) + ANCHOR
        return urlencode(query)


ANCHOR = "&"  # an empty last part: this query begins one row earlier


def _key(item: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the vendor sent
    """The id of an item, by its number or its hyperlink."""
    value = item.get("id", item.get("pk"))
    return reference(value if value is not None else item.get("url") or item.get("resource_uri"))


class _Items:
    """A sink that keeps the items of a nested listing by their parent."""

    def __init__(self, parent: str) -> None:
        self._parent = parent
        self.found: dict[Any, list[Row]] = {}

    def add(self, rows: list[Row]) -> None:
        for row in rows:
            self.found.setdefault(reference(row.get(self._parent)), []).append(row)


class TranslatedListing:
    """A REST listing whose items are translated into rows, with the nested rows that REST lists apart."""

    def __init__(self, client: NetworkClient, company: Company, resource: Listing) -> None:
        self._listing = RestListing(client, company, resource.path, resource.scope)
        self._client, self._company, self._resource, self._fields = client, company, resource, Fields(resource)
        self._joined: dict[str, dict[Any, list[Row]]] | None = None
        self._faults: list[str] = []
        self.tables: set[str] = set()

    @property
    def asked(self) -> str:
        return self._listing.asked

    def page(self, cursor: str | None) -> Page:
        """A page of rows."""
        page, notes = self._listing.page(cursor), Notes()
        requests = self._join() if self._joined is None else 0
        page.rows = [self._row(item, notes) if item else None for item in page.rows]
        page.noticed += notes.noticed
        page.holes, page.requests = notes.holes, page.requests + requests
        if self._faults:
            page.faults, self._faults = self._faults, []
        return page

    def _row(self, item: Row, notes: Notes) -> Row:
        nested = {name: rows.get(item["id"], []) for name, rows in (self._joined or {}).items()}
        kept = {name: value for name, value in item.items() if name not in self._resource.joined}
        row = from_rest({**kept, **nested}, self._fields, self._resource.rest_shape, notes)
        partly = self._resource.adapt(row) if self._resource.adapt else None
        notes.holes |= {partly} if partly else set()
        self.tables |= row.keys() & self._fields.lists.keys()
        return row

    def _join(self) -> int:
        """Read what REST lists apart; what it does not list at all stays unread."""
        self._joined, requests = {}, 0
        for name, (path, parent) in self._resource.joined.items():
            listing = RestListing(self._client, self._company, path, self._resource.scope)
            try:
                census, items = read_whole(listing, "id", lambda parent=parent: _Items(parent))  # type: ignore[misc]
            except NotOfferedError:
                continue
            requests += census.requests
            if None in items.found:  # rows that do not tell whose they are
                continue
            self._joined[name] = items.found
            nulls = f"{census.nulls} rows came as null" if census.nulls else ""
            self._faults += [f"{path}: {told}" for told in (census.moved, nulls) if told]
        return requests
