"""Whole readings of listings that go by position, so that what moves meanwhile is neither lost nor doubled.

Pages overlap by one row: a page that does not begin with the last row of the page before tells that rows were
inserted or removed. Then, and where the distinct keys are not as many as the server counts, the pass is repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sources.core.errors import SuspectError
from sources.core.rows import Row

TRIES = 3
EMPTY_PAGES = 5  # in a row, before a listing counts as endless


@dataclass
class Page:
    """Rows in the order they came, None for a row that came as null. `next` leads on; `overlap` says that this page
    began with the last row of the one before. `faults` are parts of rows that did not come, `partial` the keys of rows
    that have null in their place, `holes` the nested lists in which something came as null."""

    rows: Sequence[Row | None]
    next: str | None = None
    overlap: bool = False
    total: int | None = None
    faults: list[str] = field(default_factory=list)
    partial: set[Any] = field(default_factory=set)
    holes: set[str] = field(default_factory=set)
    noticed: Counter[str] = field(default_factory=Counter)
    date: datetime | None = None
    requests: int = 1


class Listing(Protocol):
    """One listing of one company, however it is asked for. `asked` names it in errors."""

    @property
    def asked(self) -> str: ...

    def page(self, cursor: str | None) -> Page: ...


class Sink(Protocol):
    """Where the rows of one pass go; thrown away when the pass is repeated."""

    def add(self, rows: list[Row]) -> None: ...


S = TypeVar("S", bound=Sink)


@dataclass
class Census:
    """What a pass found: the keys, and what speaks against taking an absent one for gone. `moved` says what moved in
    the last try, `miscounted` that it is only the server's count; `faults` what could not be read. `anchored`: every
    page overlapped the one before. `started` is the server's clock at the very first page."""

    keys: set[Any] = field(default_factory=set)
    nulls: int = 0
    holes: set[str] = field(default_factory=set)
    partial: set[Any] = field(default_factory=set)
    moved: str = ""
    miscounted: bool = False
    endless: bool = False
    anchored: bool = True
    faults: list[str] = field(default_factory=list)
    noticed: Counter[str] = field(default_factory=Counter)
    started: datetime | None = None
    requests: int = 0


def read_whole(listing: Listing, key: str, sink: Callable[[], S]) -> tuple[Census, S]:
    """Read a listing, again if it moved meanwhile, and twice if its pages cannot be made to overlap. After the last try
    the rows are taken as they came, with `moved` telling why absence means nothing. Raises `SuspectError` for a listing
    that does not end."""
    started, requests, before = None, 0, set[Any]()
    for tries in range(TRIES):
        taken = sink()
        census = _once(listing, key, taken, patient=tries == TRIES - 1)
        started, requests = started or census.started, requests + census.requests
        if not census.moved and (census.anchored or census.keys == before):
            break
        if not census.moved:
            census.moved = "its pages do not overlap, and no two readings of it were the same"
        before = census.keys
    if census.endless:
        raise SuspectError(f"{listing.asked} does not end: {census.moved}. Nothing of it was loaded; report it to the "
                           "vendor.")  # fmt: skip
    census.started, census.requests = started, requests
    return census, taken


def _key(value: Any) -> Any:  # noqa: ANN401 - whatever the vendor sent
    """A key to count with; one that is no key is told from others all the same."""
    return value if isinstance(value, int | str | None) else repr(value)


def _once(listing: Listing, key: str, sink: Sink, patient: bool) -> Census:
    """One pass. An impatient one stops at the first sign that rows have moved."""
    census, cursors = Census(), set[str]()
    cursor: str | None = None
    last, empty, totals = None, 0, list[int | None]()
    while True:
        page = listing.page(cursor)
        rows, keys = page.rows, [_key(row.get(key)) if row else None for row in page.rows]
        census.started, census.requests = census.started or page.date, census.requests + page.requests
        census.faults += page.faults
        census.noticed += page.noticed
        census.partial |= page.partial
        census.holes |= page.holes
        totals.append(page.total)
        if page.overlap and keys[:1] != [last]:
            census.moved = "rows were inserted or removed while it was read"
        elif page.overlap:
            rows, keys = rows[1:], keys[1:]
        census.anchored = census.anchored and (page.overlap or cursor is None)
        if len(set(keys) & census.keys - {None}) or len(keys) - keys.count(None) > len(set(keys) - {None}):
            census.moved = census.moved or "rows came twice while it was read"
        new = set(keys) - census.keys - {None}
        empty = 0 if new or None in keys else empty + 1
        if page.next in cursors:
            census.moved, census.endless = f"its cursor {page.next!r} comes back after {len(cursors)} pages", True
        elif page.next and empty > (EMPTY_PAGES if not keys else 0) and cursor is not None:
            census.moved, census.endless = f"page {len(cursors) + 1} has nothing new", True
        census.keys |= new
        census.nulls += sum(row is None for row in rows)
        sink.add([row for row in rows if row is not None])
        if census.endless or (census.moved and not patient):
            return census
        if page.next is None:
            break
        cursor, last = page.next, keys[-1] if keys else last
        cursors.add(cursor)
    counted = {len(census.keys) + census.nulls}
    if not census.moved and {total for total in totals if total is not None} - counted:
        told = " and then ".join(f"{total:,}" for total in dict.fromkeys(totals) if total is not None)
        census.moved = f"{counted.pop():,} rows were listed where the server counts {told}"
        census.miscounted = True
    return census
