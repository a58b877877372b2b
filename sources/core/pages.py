"""Page bytes to rows: decoded strictly into typed records, row by row where a page has a misfit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from sources.core.arrow import Waiting, arrow_of, drop
from sources.core.columns import CONTENT, GUID, NULL, OWNER, Record, columns_of
from sources.core.mending import mend
from sources.core.misfits import fit, normalized, unloadable
from sources.core.privacy import Privacy
from sources.core.resource import Child, Mode, Part, Resource
from sources.core.rows import Batch, Rejected, Row, Rows

CHUNK = 8_000  # records held before they become Arrow: more than a window of a history has
_pack = msgspec.msgpack.Encoder(order="deterministic", enc_hook=str).encode


class PageReader:
    """Reads the pages of one scan into a `Batch`. Not thread-safe: one scan, one reader."""

    def __init__(self, resource: Resource, guid: str, privacy: Privacy = Privacy()) -> None:  # noqa: B008 - frozen
        self.batch = Batch({table.name: Rows(table) for table in resource.tables})
        self.taken = 0  # rows read so far, rejected ones too
        self._resource, self._guid = resource, guid
        self._versioned = resource.mode is Mode.SNAPSHOT
        records = {part.table: part.record for part in resource.listings}
        records |= {child.table: child.record for child in resource.children}
        self._masks = {name: privacy.masks(record) for name, record in records.items()}
        self._tables = {table.name: table for table in resource.tables}
        self._looked: set[str] = set()  # tables whose first page was looked at for what it lacks
        self._waiting = {name: Waiting() for name in self._tables}
        self._seed = {name: hashlib.blake2b(f"{guid}/{name}/".encode(), digest_size=12) for name in self._tables}

    def read(self, data: bytes | msgspec.Raw, extra: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Take in the rows of one reply. Returns the keys seen, for paging guards. `extra` is added to each
        row (the user a wage belongs to)."""
        keys: list[tuple[Any, ...]] = []
        lists: dict[str, bytes | msgspec.Raw] = {"": data}
        if self._resource.parts:
            lists = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        for part in self._resource.listings:
            if part.at not in lists:
                raise msgspec.ValidationError(f"`data` has no `{part.at}`")
            carried = {name: msgspec.json.decode(lists.get(at, b"null")) for at, name in part.carry}
            keys += self._part(part, lists[part.at], {**(extra or {}), **dict(part.constants), **carried})
        return keys

    def finish(self) -> Batch:
        """Flush what is waiting and return the batch."""
        for name in self._waiting:
            self._flush(name)
        return self.batch

    def _part(self, part: Part, data: bytes | msgspec.Raw, extra: Row) -> list[tuple[Any, ...]]:
        bad: list[Row] = []
        try:
            good = _strict(part.record).decode(data)
        except msgspec.DecodeError:
            good, bad = self._sort_out(part, data)
        self.taken += len(good) + len(bad)
        if good and part.table not in self._looked:
            self._looked.add(part.table)
            self.batch.absent |= {(part.table, name) for name in _absent(part.record, good, bytes(data))}
        self._take(part.table, good, extra)
        columns = [[extra[name]] * len(good) if name in extra else map(attrgetter(name), good) for name in part.key]
        keys: list[tuple[Any, ...]] = list(zip(*columns, strict=True))
        for row in bad:
            key = self._take_slow(part, {**row, **extra})
            if key:
                keys.append(key)
        if len(self._waiting[part.table].records) >= CHUNK:
            for name in self._waiting:
                self._flush(name)
        return keys

    def _sort_out(self, part: Part, data: bytes | msgspec.Raw) -> tuple[list[Record], list[Row]]:
        """Decode row by row, so that one misfit does not slow its neighbours down."""
        good: list[Record] = []
        bad: list[Row] = []
        decode = _strict_one(part.record).decode
        for raw in msgspec.json.decode(data, type=list[msgspec.Raw]):
            try:
                good.append(decode(raw))
            except msgspec.DecodeError as error:
                row = msgspec.json.decode(mend(bytes(raw))[0])
                if isinstance(row, dict):
                    self.batch.drift[f"{part.table}: {error}"] += 1
                    bad.append(row)
                else:
                    self._reject(part.table, "not an object", row)
                    self.taken += 1
        return good, bad

    def _take(self, table: str, records: list[Record], extra: Row) -> None:
        below = [(child, [getattr(record, child.field) for record in records]) for child in self._resource.children]
        for child, lists in below:
            self._mask(child.table, [inner for found in lists for inner in found or ()])
            if self._versioned:  # a version of a parent is one of its own columns
                for record in records:
                    setattr(record, child.field, None)
        self._mask(table, records)
        contents = self._keep(table, records, [extra] * len(records))
        for child, lists in below:
            key, inner, extras = attrgetter(self._resource.key[0]), list[Record](), list[Row]()
            for record, content, found in zip(records, contents, lists, strict=True):
                if found:
                    parent = {child.parent_key: key(record)}
                    if not self._versioned:  # a version of a child stands by itself
                        parent[OWNER.name] = content
                    inner += found
                    extras += [parent] * len(found)
            self._keep(child.table, inner, extras)

    def _keep(self, table: str, records: list[Record], extras: list[Row]) -> list[str]:
        """Take in typed rows, to each of which something is added; returns the hashes of their contents."""
        seed, contents, far = self._seed[table].copy, list[str](), set[int]()
        last, added = None, b""
        for record, extra in zip(records, extras, strict=True):
            if extra is not last:
                last, added = extra, _pack(extra) if extra else b""
            digest = seed()
            try:
                digest.update(_pack(record) + added)
            except OverflowError:  # a moment in no year of UTC: Arrow would make another of it
                digest.update(msgspec.json.encode(record) + added)
                far.add(len(contents))
            contents.append(digest.hexdigest())
        for at in far:
            self._keep_far(table, records[at], contents[at], extras[at])
        self._waiting[table].add(records, contents, extras, far)
        return contents

    def _mask(self, table: str, records: list[Record]) -> None:
        for attribute, mask in self._masks[table].values():
            for record in records:
                setattr(record, attribute, mask(getattr(record, attribute)))

    def _mask_slow(self, table: str, row: Row) -> None:
        for name in row:
            if normalized(name) in self._masks[table]:
                row[name] = self._masks[table][normalized(name)][1](row[name])

    def _take_slow(self, part: Part, row: Row) -> tuple[Any, ...] | None:
        table = self._tables[part.table]
        for path in self._resource.drop:
            drop(row, path.split("."))
        self._mask_slow(part.table, row)
        for child in self._resource.children:
            for inner in row[child.field] if _rows(row.get(child.field)) else ():
                self._mask_slow(child.table, inner)
        below = {child: row[child.field] for child in self._resource.children if _rows(row.get(child.field))}
        lists = {child.field: rows for child, rows in below.items()}
        own = {name: value for name, value in row.items() if name not in lists}
        fault = unloadable(table, own)
        if fault:
            self._reject(part.table, fault, row)
            return None
        own = fit(table, own)
        own[CONTENT.name] = self._hash(part.table, own if self._versioned else {**own, **lists})
        for child, children in below.items():
            self._slow_children(child, children, own)
        own[GUID.name] = self._guid
        self.batch.rows[part.table].slow.append(own)
        return tuple(own[name] for name in part.key)

    def _slow_children(self, child: Child, below: list[Row], parent: Row) -> None:
        for row in below:
            row[child.parent_key] = parent[self._resource.key[0]]
            fault = unloadable(self._tables[child.table], row)
            if fault:
                self._reject(child.table, fault, row)
                continue
            own = fit(self._tables[child.table], row)
            content = self._hash(child.table, own)
            owner = {} if self._versioned else {OWNER.name: parent[CONTENT.name]}
            self.batch.rows[child.table].slow.append({**own, **owner, GUID.name: self._guid, CONTENT.name: content})

    def _reject(self, table: str, reason: str, row: Any) -> None:  # noqa: ANN401 - whatever the vendor sent
        self.batch.rejected.append(Rejected(table, reason, _text(row)))

    def _hash(self, table: str, row: Row) -> str:
        digest = self._seed[table].copy()
        digest.update(_text(row).encode())
        return digest.hexdigest()

    def _flush(self, name: str) -> None:
        waiting = self._waiting[name]
        if waiting.records:
            self._waiting[name] = Waiting()
            rows = self.batch.rows[name]
            try:
                rows.arrow.append(arrow_of(rows.table, self._guid, waiting, self._resource.drop))
            except pa.ArrowInvalid:  # digits that a double does not hold: Arrow does not tell whose
                for one in waiting.each():
                    try:
                        rows.arrow.append(arrow_of(rows.table, self._guid, one, self._resource.drop))
                    except pa.ArrowInvalid:
                        self._keep_far(name, one.records[0], one.contents[0], one.extras[0])

    def _keep_far(self, name: str, record: Record, content: str, extra: Row) -> None:
        """A typed row for the slow lane: a value of it is beyond what its column holds."""
        table = self._tables[name]
        row: Row = msgspec.json.decode(msgspec.json.encode(record))
        for path in self._resource.drop:
            drop(row, path.split("."))
        own = {name: value for name, value in row.items() if table.kind(name)}
        self.batch.drift[f"{name}: a moment or a number beyond what its column holds, kept beside it"] += 1
        owner = {OWNER.name: extra[OWNER.name]} if OWNER.name in extra else {}
        own = fit(table, {**own, **{column: extra[column] for column in extra.keys() - owner.keys()}})
        self.batch.rows[name].slow.append({**own, **owner, GUID.name: self._guid, CONTENT.name: content})


def _absent(record: type[Record], rows: list[Record], page: bytes) -> Iterator[str]:
    """The columns that a page does not mention at all."""
    for column in columns_of(record):
        empty = all(getattr(row, column.attribute) in (None, NULL) for row in rows)
        if empty and f'"{column.name}"'.encode() not in page:
            yield column.name


def _rows(value: Any) -> bool:  # noqa: ANN401 - whatever the vendor sent
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the vendor sent
    """JSON of what msgspec may not encode: integers of any size."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@cache
def _strict(record: type[Record]) -> msgspec.json.Decoder[list[Any]]:
    return msgspec.json.Decoder(list[record])  # type: ignore[valid-type]


@cache
def _strict_one(record: type[Record]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(record)
