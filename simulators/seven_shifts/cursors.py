"""The two kinds of opaque cursor the vendor hands out: by row id, and by offset."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.seven_shifts.refusals import bad_request

Cursor = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """The ids of one page and the cursors around it."""

    ids: Sequence[int]
    current: str | None
    prev: str | None
    next: str | None


def encode(cursor: Cursor) -> str:
    return base64.b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode()


def decode(text: str) -> Cursor:
    try:
        cursor = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        cursor = None
    if not isinstance(cursor, dict):
        raise bad_request("cursor is not one this API handed out", "cursor")
    return cursor


def same_place(text: str) -> str:
    """Another spelling of the same cursor, for a page that sends a client back without repeating itself."""
    return base64.b64encode(base64.b64decode(text) + b" ").decode()


def first_place(style: str, limit: int) -> str:
    """A cursor that means the first page."""
    return encode({"limit": limit, "offset": 0} if style == "offset" else {"id": 0, "next": True})


def _number(cursor: Cursor, key: str) -> int:
    try:
        return int(cursor[key])
    except (KeyError, TypeError, ValueError):
        raise bad_request("cursor does not belong to this listing", "cursor") from None


def by_offset(ids: Sequence[int], text: str | None, limit: int) -> Slice:
    """Position counted from the start, so rows that move meanwhile are skipped or repeated."""
    offset = max(0, _number(decode(text), "offset")) if text else 0
    end = offset + limit
    return Slice(
        ids[offset:end],
        encode({"limit": limit, "offset": offset}),
        encode({"limit": limit, "offset": max(0, offset - limit)}) if offset else None,
        encode({"limit": limit, "offset": end}) if end < len(ids) else None,
    )


def by_id(ids: Sequence[int], text: str | None, limit: int) -> Slice:
    """Position by the last id seen, ascending; `next` false walks backwards."""
    cursor = decode(text) if text else None
    begin = 0
    if cursor is not None:
        seen = _number(cursor, "id")
        begin = (
            bisect_right(ids, seen) if cursor.get("next", True) else max(0, bisect_left(ids, seen) - limit)
        )
    return _around(ids, begin, text, limit)


def by_key(
    ids: Sequence[int], text: str | None, limit: int, key: Callable[[int], Any], descending: bool
) -> Slice:
    """For a listing in another order than the id's: continue behind the row the cursor names."""
    begin = 0
    if text:
        seen = key(_number(decode(text), "id"))
        begin = sum(1 for each in ids if (key(each) >= seen if descending else key(each) <= seen))
    return _around(ids, begin, text, limit)


def _around(ids: Sequence[int], begin: int, text: str | None, limit: int) -> Slice:
    page = ids[begin : begin + limit]
    more = begin + limit < len(ids)
    return Slice(
        page,
        text,
        encode({"id": page[0], "next": False}) if page and begin else None,
        encode({"id": page[-1], "next": True}) if page and more else None,
    )
