"""What one network holds: its tables in pk order, grouped on demand, and who is kept from seeing what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from simulators.seven_geese.blanks import blank
from simulators.seven_geese.tables import BY_KIND, FIRST_IDS, TABLES, Key, Row, key_of
from simulators.seven_geese.times import stored


@dataclass(frozen=True)
class Network:
    """One network, its admin with full sight, and three ways to act as that admin."""

    slug: str
    id: int
    name: str
    admin: int
    client_id: str
    client_secret: str
    username: str
    password: str
    token: str


@dataclass(frozen=True)
class Volume:
    """How much of a year there is: rows per person, `cycles` per network, `answers` per review."""

    objectives: int = 2
    recognitions: int = 2
    one_on_ones: int = 3
    feedback: int = 1
    action_items: int = 1
    cycles: int = 2
    answers: int = 6


class Table:
    """Rows by ascending pk. `version` grows with every change, so groupings can be remembered."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self.version = 0
        self._groups: dict[str, tuple[int, dict[Any, list[Row]]]] = {}
        self._list: tuple[int, list[Row]] = (-1, [])

    def put(self, key: Key, row: Row) -> None:
        late = isinstance(key, int) and key not in self.rows and bool(self.rows) and key < next(reversed(self.rows))
        self.rows[key] = row
        self.version += 1
        if late:
            self.rows = dict(sorted(self.rows.items()))

    def remove(self, key: Key) -> Row:
        self.version += 1
        return self.rows.pop(key)

    def all(self) -> list[Row]:
        if self._list[0] != self.version:
            self._list = (self.version, list(self.rows.values()))
        return self._list[1]

    def by(self, column: str, value: object) -> list[Row]:
        """The rows whose `column` is `value`, or holds it when the column is a list."""
        known = self._groups.get(column)
        if known is None or known[0] != self.version:
            known = self._groups[column] = (self.version, self._grouped(column))
        return known[1].get(value, [])

    def _grouped(self, column: str) -> dict[Any, list[Row]]:
        groups: dict[Any, list[Row]] = {}
        many = column.endswith("_ids")
        for row in self.rows.values():
            for value in row[column] if many else (row[column],):
                groups.setdefault(value, []).append(row)
        return groups


class Numbers:
    """The vendor's pk sequences: one per table for all networks, and one per kind where kinds overlap."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, str], int] = {}

    def take(self, table: str, kind: str = "") -> int:
        slot = (table, kind if table in BY_KIND else "")
        number = self._next.get(slot, FIRST_IDS[table])
        self._next[slot] = number + 1
        return number

    def skip(self, table: str, number: int, kind: str = "") -> None:
        slot = (table, kind if table in BY_KIND else "")
        self._next[slot] = max(self._next.get(slot, FIRST_IDS[table]), number + 1)


@dataclass
class NetworkState:
    """The tables of one network."""

    id: int
    slug: str
    numbers: Numbers
    clock: Callable[[], datetime]
    admin: int = 0
    tables: dict[str, Table] = field(default_factory=lambda: {name: Table() for name in TABLES})
    hidden: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    version: int = 0
    _ticks: Any = field(default_factory=lambda: count(1))

    def stamp(self) -> datetime:
        """Now, with microseconds that tell two changes within one second apart."""
        return self.clock().replace(microsecond=next(self._ticks) % 1_000_000)

    def get(self, table: str, key: Key) -> Row:
        try:
            return self.tables[table].rows[key]
        except KeyError:
            raise KeyError(f"{self.slug} has no {table} {key}") from None

    def put(self, table: str, row: Row) -> Row:
        self.tables[table].put(key_of(table, row), row)
        self.version += 1
        return row

    def insert(self, table: str, /, **fields: object) -> Row:
        """A complete row from the fields given."""
        row = blank(table, self.stamp() if "created" not in fields else fields["created"])
        unknown = sorted(set(fields) - set(row) - {"id"})
        if unknown:
            raise ValueError(f"{table} has no column {unknown[0]}")
        row.update({name: stored(name, value) for name, value in fields.items()})
        kind = row.get("kind", "")
        row.setdefault("id", None)
        if row["id"] is None:
            row["id"] = self.numbers.take(table, kind)
        else:
            self.numbers.skip(table, row["id"], kind)
        return self.put(table, row)

    def find(self, table: str, id: int, kind: str | None = None) -> Key:
        """The key of a pk; where kinds overlap and none is named, the pk must belong to one only."""
        rows = self.tables[table].rows
        if table not in BY_KIND:
            self.get(table, id)
            return id
        keys = [(kind, id)] if kind else [key for key in rows if key[1] == id]
        if len(keys) > 1:
            raise ValueError(f"{table} {id} exists as {', '.join(sorted(key[0] for key in keys))}: say which kind")
        self.get(table, keys[0] if keys else (kind, id))
        return keys[0]
