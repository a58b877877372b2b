"""One reading of a 7Geese resource without a destination, and what it would close: no load, so it takes no second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sources.core.columns import CONTENT, VALID_TO
from sources.core.http import Company
from sources.core.resource import Table
from sources.core.rows import Rows
from sources.core.sync import settle
from sources.core.task import Task, Unit
from sources.seven_geese import VENDOR
from sources.seven_geese.connection import NetworkClient
from sources.seven_geese.resources import RESOURCES
from tests.geese import GeeseBench

LISTINGS = {row.name: row for row in RESOURCES}


def connect(company: Company | None = None) -> tuple[NetworkClient, Company]:
    """A client as a run has it, and the network as found."""
    client = VENDOR.connect(VENDOR.resources)
    assert isinstance(client, NetworkClient)
    return client, VENDOR.discover(client, company or VENDOR.companies()[0], None)


def read(bench: GeeseBench, name: str, before: Unit | None = None, **task: Any) -> Unit:
    """A reading as a run does it, after the reading `before`. The vendor's records hold just its requests."""
    client, network = connect()
    bench.vendor.clear_requests()
    if before:
        task = {"identity": before.identity, "mark": before.high_water_mark, "whole_at": before.scan_started_at,
                "known": frozenset(keys(before)), **task}  # fmt: skip
    (unit,) = VENDOR.scan(client, Task(network, LISTINGS[name], **task))
    return unit


def keys(unit: Unit, table: str = "", columns: Iterable[str] = ("id",)) -> list[Any]:
    """Columns of what a reading brought, sorted."""
    rows = unit.batch.rows[table or unit.task.resource.name]
    found = list(zip(*(rows.values(name) for name in columns), strict=True)) if len(rows) else []
    return sorted(value[0] if len(value) == 1 else value for value in found)


def contents(unit: Unit) -> dict[str, set[str]]:
    """The content of every row, table by table: two readings that say the same have the same."""
    return {name: set(rows.values(CONTENT.name)) for name, rows in unit.batch.rows.items() if len(rows)}


def held(bench: GeeseBench, table: str, *columns: str) -> list[Any]:
    """Columns of what the vendor shows to who reads the first network, sorted."""
    network = bench.vendor.networks[0]
    rows = bench.vendor.rows(network.id, table, bench.viewers[network.id])
    found = [tuple(row[name] for name in columns or ("id",)) for row in rows]
    return sorted(value[0] if len(value) == 1 else value for value in found)


def gone(unit: Unit, before: Unit, allow_shrink: bool = False) -> dict[str, list[Any]]:
    """The keys a reading closes for good, if `before` is all that was loaded so far."""
    found = {}
    for rows in settle(unit, _Loaded(before), allow_shrink):  # type: ignore[arg-type]
        key = rows.table.natural_key
        ended = {tuple(row[name] for name in key) for row in _dicts(rows) if row.get(VALID_TO.name)}
        fresh = {tuple(row[name] for name in key) for row in _dicts(rows) if not row.get(VALID_TO.name)}
        found[rows.table.name] = sorted(one[0] if len(one) == 1 else one for one in ended - fresh)
    return {name: found[name] for name in found if found[name]}


class _Loaded:
    """A destination in which one reading was loaded."""

    def __init__(self, unit: Unit) -> None:
        self._rows = {name: list(_dicts(rows)) for name, rows in unit.batch.rows.items()}

    def active(self, table: Table, guid: str) -> tuple[dict[tuple[Any, ...], str], set[tuple[Any, ...]]]:
        rows = self._rows[table.name]
        return {tuple(row[name] for name in table.natural_key): row[CONTENT.name] for row in rows}, set()

    def open_rows(self, table: Table, guid: str, wanted: set[str]) -> Iterator[dict[str, Any]]:
        return ({**row, "_dlt_load_id": "1"} for row in self._rows[table.name] if row[CONTENT.name] in wanted)


def _dicts(rows: Rows) -> Iterator[dict[str, Any]]:
    for part in rows.arrow:
        yield from part.to_pylist()
    yield from rows.slow
