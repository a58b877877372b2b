"""The wrapping of a listing: `data`, and the cursor that leads to the next page."""

from __future__ import annotations

import msgspec


class CursorLinks(msgspec.Struct):
    """The part of `meta.cursor` that steers paging. `current` is not among it: it is null on some endpoints."""

    next: str | None = None
    count: int | None = None


class PageMeta(msgspec.Struct):
    """Paging information; `/companies` sends none."""

    cursor: CursorLinks | None = None


class Envelope(msgspec.Struct):
    """The wrapping of every listing. A reply without `data` is an error, never an empty page."""

    data: msgspec.Raw
    meta: PageMeta | None = None

    @property
    def next(self) -> str | None:
        """The cursor of the next page; None on the last one."""
        return self.meta.cursor.next if self.meta and self.meta.cursor else None

    @property
    def count(self) -> int | None:
        """How many rows the server says it sent; never more than a listing has."""
        return self.meta.cursor.count if self.meta and self.meta.cursor else None


open_envelope = msgspec.json.Decoder(Envelope).decode
