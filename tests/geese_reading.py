"""Readings of 7Geese without a destination: a book stands in for it, so that a run takes no second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest

from sources import seven_geese
from sources.core.columns import CONTENT, UNSEEN, VALID_FROM, VALID_TO
from sources.core.http import Company
from sources.core.moments import micros
from sources.core.resource import Table
from sources.core.rows import Rows
from sources.core.sync import settle
from sources.core.task import Task, Unit
from sources.seven_geese import VENDOR
from sources.seven_geese.network import NetworkClient
from sources.seven_geese.resources import RESOURCES
from tests.geese import GeeseBench

LISTINGS = {row.name: row for row in RESOURCES}


def few(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Loads make these tables only: it is the making of all of them that takes a second."""
    monkeypatch.setattr(seven_geese, "RESOURCES", tuple(LISTINGS[name] for name in names))


def connect(company: Company | None = None) -> tuple[NetworkClient, Company]:
    """A client as a run has it, and the network as found."""
    client = VENDOR.connect(VENDOR.resources)
    assert isinstance(client, NetworkClient)
    return client, VENDOR.discover(client, company or VENDOR.companies()[0], None)


def read(bench: GeeseBench, name: str, before: Unit | None = None, **task: Any) -> Unit:
    """A reading as a run does it, after the reading `before`. The vendor's records hold just its requests."""
    client, network = connect()
    bench.vendor.clear_requests()
    task = {**(_Past([before]).task() if before else {}), **task}
    (unit,) = VENDOR.scan(client, Task(network, LISTINGS[name], **task))
    return unit


def keys(unit: Unit, table: str = "", columns: Iterable[str] = ("id",)) -> list[Any]:
    """Columns of what a reading brought, sorted."""
    rows = unit.batch.rows[table or unit.task.resource.name]
    return _sorted(list(zip(*(rows.values(name) for name in columns), strict=True)) if len(rows) else [])


def contents(unit: Unit) -> dict[str, set[str]]:
    """The content of every row, table by table: two readings that say the same have the same."""
    return {name: set(rows.values(CONTENT.name)) for name, rows in unit.batch.rows.items() if len(rows)}


def held(bench: GeeseBench, table: str, *columns: str) -> list[Any]:
    """Columns of what the vendor shows to who reads the first network, sorted."""
    network = bench.vendor.networks[0]
    rows = bench.vendor.rows(network.id, table, bench.viewers[network.id])
    return _sorted([tuple(row[name] for name in columns or ("id",)) for row in rows])


def gone(unit: Unit, before: Unit, allow_shrink: bool = False) -> dict[str, list[Any]]:
    """The keys a reading closes for good, if `before` is all that was loaded so far."""
    book = Book()
    book.enter(before)
    book.enter(unit, allow_shrink)
    tables = [table.name for table in unit.task.resource.tables]
    missing = {name: sorted(book.keys(name, "ended") - book.keys(name, "open")) for name in tables}
    return {name: [key[0] if len(key) == 1 else key for key in found] for name, found in missing.items() if found}


class Book:
    """What a destination holds after several runs of one resource, and what the next run is told of it."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Any, dict[str, Any]]] = {}
        self._tables: dict[str, Table] = {}
        self._units: list[Unit] = []

    def run(self, bench: GeeseBench, name: str, allow_shrink: bool = False, **task: Any) -> Unit:
        """Read and enter."""
        unit = read(bench, name, **{**_Past(self._units).task(), "known": self._known(name), **task})
        self.enter(unit, allow_shrink)
        return unit

    def enter(self, unit: Unit, allow_shrink: bool = False) -> None:
        """Merge what a reading changes, the way a load does."""
        for table in unit.task.resource.tables:
            self._tables[table.name] = table
        for rows in settle(unit, self, allow_shrink):  # type: ignore[arg-type]
            for row in _dicts(rows):
                key = (_key(rows.table, row), row[VALID_FROM.name], row[CONTENT.name])
                self._rows.setdefault(rows.table.name, {})[key] = row
        self._units.append(unit)
        for name, held in self._rows.items():
            current = [_key(self._tables[name], row) for row in held.values() if row[VALID_TO.name] is None]
            assert len(current) == len(set(current)), f"{name} has a row twice"

    def versions(self, table: str, id: int, column: str = "id") -> list[dict[str, Any]]:
        """All versions of a row, the oldest first."""
        found = [row for row in self._rows.get(table, {}).values() if row[column] == id]
        return sorted(found, key=lambda row: row[VALID_FROM.name])

    def keys(self, table: str, state: str = "listed") -> set[tuple[Any, ...]]:
        """The keys of the rows that are `open`, of those `listed` to who reads, `marked` as not listed, or `ended`."""
        found = self._rows.get(table, {}).values()
        tests = {
            "open": lambda row: row[VALID_TO.name] is None,
            "listed": lambda row: row[VALID_TO.name] is None and row.get(UNSEEN.name) is None,
            "marked": lambda row: row[VALID_TO.name] is None and row.get(UNSEEN.name) is not None,
            "ended": lambda row: row[VALID_TO.name] is not None,
        }
        return {_key(self._tables[table], row) for row in found if tests[state](row)}

    def having(self, table: Table, guid: str, columns: Sequence[str]) -> list[str]:
        """As `Memory` answers."""
        rows = self._rows.get(table.name, {}).values()
        return [name for name in columns if any(row.get(name) is not None for row in rows)]

    def active(self, table: Table, guid: str) -> tuple[dict[tuple[Any, ...], str], set[tuple[Any, ...]]]:
        """As `Memory` answers."""
        rows = [row for row in self._rows.get(table.name, {}).values() if row[VALID_TO.name] is None]
        return {_key(table, row): row[CONTENT.name] for row in rows}, self.keys(table.name, "marked")

    def open_rows(self, table: Table, guid: str, contents: set[str]) -> Iterator[dict[str, Any]]:
        """As `Memory` answers."""
        for row in list(self._rows.get(table.name, {}).values()):
            if row[VALID_TO.name] is None and row[CONTENT.name] in contents:
                yield {**row, "_dlt_load_id": "1"}

    def _known(self, name: str) -> dict[Any, int | None]:
        column = LISTINGS[name].cursor.field if LISTINGS[name].cursor else ""
        listed = self.keys(name) if name in self._tables else set()
        rows = [row for row in self._rows.get(name, {}).values() if row[VALID_TO.name] is None]
        moments = {key[0]: row.get(column) for row in rows if (key := _key(self._tables[name], row)) in listed}
        return {key: micros(moment) if isinstance(moment, datetime) else None for key, moment in moments.items()}


class _Past:
    """What `sync_log` says of earlier readings."""

    def __init__(self, units: list[Unit]) -> None:
        self._units = [unit for unit in units if unit.status in ("ok", "incomplete")]

    def task(self) -> dict[str, Any]:
        good = [unit for unit in self._units if unit.status == "ok"]
        whole = [unit for unit in good if unit.kind == "snapshot"]
        last = self._units[-1] if self._units else None
        return {
            "identity": last and last.identity,
            "mark": max((unit.high_water_mark for unit in good if unit.high_water_mark), default=None),
            "whole_at": max((one.scan_started_at for one in whole if one.scan_started_at), default=None),
            "transport": last and last.transport,
            "known": _moments(last) if last else {},
        }


def _moments(unit: Unit) -> dict[Any, int | None]:
    """The keys that a reading brought, with their value of the resource's cursor."""
    resource = unit.task.resource
    return dict(keys(unit, columns=("id", resource.cursor.field if resource.cursor else "id")))


def _key(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    values = (row[name] for name in table.natural_key)
    return tuple(micros(value) if isinstance(value, datetime) else value for value in values)


def _dicts(rows: Rows) -> Iterator[dict[str, Any]]:
    for part in rows.arrow:
        yield from part.to_pylist()
    yield from rows.slow


def _sorted(found: list[tuple[Any, ...]]) -> list[Any]:
    """Single columns as plain values; nulls come last."""
    ranked = sorted(found, key=lambda values: [(value is None, value or 0) for value in values])
    return [values[0] if len(values) == 1 else values for values in ranked]
