"""The row: one `Resource` is everything the project knows about one endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property

from sources.core.columns import (
    CONTENT,
    GUID,
    OWNER,
    TOMBSTONE,
    UNSEEN,
    VALID_FROM,
    VALID_TO,
    Column,
    Record,
    columns_of,
)


class Mode(Enum):
    """How a resource is kept up to date."""

    INCREMENTAL = "incremental"  # a change filter; merged, newest modification wins
    SNAPSHOT = "snapshot"  # read whole, versioned; absence closes a row


@dataclass(frozen=True)
class Cursor:
    """A change filter: rows carry `field`, the server filters by `param`, to the second or to the day. `lookback`
    reads so much again on every run."""

    field: str
    param: str
    grain: str = "second"
    lookback: timedelta | None = None

    @property
    def overlap(self) -> timedelta:
        """How far the next scan reaches back behind the high-water mark."""
        if self.lookback:
            return self.lookback
        return timedelta(days=1) if self.grain == "day" else timedelta(minutes=5)

    def start(self, mark: datetime) -> datetime:
        """Where a scan that continues from `mark` begins."""
        start = mark - self.overlap
        return start.replace(hour=0, minute=0, second=0, microsecond=0) if self.grain == "day" else start

    def since(self, mark: datetime) -> str:
        """That moment, spelled as the filter wants it."""
        start = self.start(mark)
        return start.date().isoformat() if self.grain == "day" else start.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Child:
    """A nested list that becomes a table of its own: `field` of the parent, `parent_key` names the parent's
    id in the child, `key` is the child's own key below its parent, one column or several."""

    table: str
    field: str
    parent_key: str
    record: type[Record]
    key: str | tuple[str, ...] = "id"

    @property
    def keys(self) -> tuple[str, ...]:
        """The child's own key, always as a tuple."""
        return (self.key,) if isinstance(self.key, str) else self.key


@dataclass(frozen=True)
class Part:
    """Where in a reply the rows of one table are, and what is added to each of them."""

    table: str
    at: str
    record: type[Record]
    key: tuple[str, ...]
    constants: tuple[tuple[str, str], ...] = ()
    carry: tuple[tuple[str, str], ...] = ()  # (field of `data`, column it becomes)


@dataclass(frozen=True)
class Resource:
    """One endpoint. `window` is the column whose `[gte]`/`[lte]` filters cut a backfill; `rolling` re-reads that
    far back on every run, for edits the change filter may not show; `per` asks once per row of that listing."""

    name: str
    path: str
    scope: str
    record: type[Record] | None = None
    mode: Mode = Mode.INCREMENTAL
    key: tuple[str, ...] = ("id",)
    cursor: Cursor | None = None
    passes: tuple[Mapping[str, str], ...] = ({},)
    window: str | None = None
    rolling: timedelta | None = None
    children: tuple[Child, ...] = ()
    parts: tuple[Part, ...] = ()
    per: Resource | None = None
    per_key: str = ""  # the placeholder in `path` and the column that holds the parent's id
    cadence: timedelta | None = None
    limit: int | None = 500
    by_position: bool = False  # pages are cut by offset: what goes meanwhile moves the rows behind it
    gate: bool = False  # whoever refuses this one is not asked for the others
    owner: str = "company_id"  # the field that tells whose row it is
    drop: tuple[str, ...] = ()
    may_empty: bool = False  # its nature is to empty: shrinking is no suspicion
    personal: bool = False  # what is listed depends on who asks: a row they do not see is not gone

    def __post_init__(self) -> None:
        if self.mode is Mode.INCREMENTAL and not self.cursor:
            raise ValueError(f"{self.name}: an incremental resource needs a cursor")
        if (self.record is None) == (not self.parts):
            raise ValueError(f"{self.name}: give either a record or parts")
        if self.rolling and not self.window:
            raise ValueError(f"{self.name}: a rolling re-read needs a window column")
        if self.per and f"{{{self.per_key}}}" not in self.path:
            raise ValueError(f"{self.name}: the path has no place for {self.per_key!r}")

    @property
    def asked(self) -> str:
        """The request in words, for documents."""
        return f"`GET /{self.path}`"

    @property
    def listings(self) -> tuple[Part, ...]:
        """Where a reply has rows: `data` itself, or lists inside it."""
        return self.parts or ((Part(self.name, "", self.record, self.key),) if self.record else ())

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every table this resource fills, the parent first."""
        return _tables(self)


@dataclass(frozen=True)
class Table:
    """A destination table: its typed columns in order and its keys, `company_guid` first in both. `personal`: its
    rows carry a mark while they are not listed to who reads."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    versioned: bool = False
    personal: bool = False
    parent: str | None = None
    parent_key: str | None = None
    modified: str | None = None

    @property
    def natural_key(self) -> tuple[str, ...]:
        """The vendor's key, unique within a company."""
        return self.key[1:]

    def column(self, name: str) -> Column:
        """A declared column by its name."""
        return next(column for column in self.columns if column.name == name)

    def kind(self, name: str) -> str | None:
        """The declared kind of a column, None for one the vendor added."""
        return next((column.kind for column in self.columns if column.name == name), None)


def _tables(resource: Resource) -> tuple[Table, ...]:
    versioned = resource.mode is Mode.SNAPSHOT
    tail = (VALID_FROM, VALID_TO, CONTENT) if versioned else (CONTENT,)
    tail = (UNSEEN, *tail) if resource.personal else tail
    modified = resource.cursor.field if resource.cursor else None
    found: list[Table] = []
    for part in resource.listings:
        added = tuple(Column(name, "text") for name, _ in part.constants)
        added += tuple(Column(name, "text") for _, name in part.carry)
        parent = (Column(resource.per_key, "bigint", nullable=False),) if resource.per_key else ()
        columns = (GUID, *parent, *columns_of(part.record), *added, *tail)
        if part.table not in [table.name for table in found]:
            key = ("company_guid", *part.key)
            found.append(Table(part.table, columns, key, versioned, resource.personal, modified=modified))
    for child in resource.children:
        found.append(_child_table(resource, child, versioned, tail))
    return tuple(found)


def _child_table(resource: Resource, child: Child, versioned: bool, tail: tuple[Column, ...]) -> Table:
    own = columns_of(child.record)
    if child.parent_key not in [column.name for column in own]:
        own = (Column(child.parent_key, "bigint", nullable=False), *own)
    columns = (GUID, *own, *tail, *(() if versioned else (OWNER, TOMBSTONE)))
    key = ("company_guid", child.parent_key, *child.keys)
    return Table(child.table, columns, key, versioned, resource.personal, resource.name, child.parent_key)
