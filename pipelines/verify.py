"""Reading the vendor again and holding every row and value against the destination: a number to show an auditor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timezone
from typing import Any

import msgspec
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.destinations.sql_client import SqlClientBase

from pipelines.comparison import Compared, Key
from pipelines.loading import open_pipeline
from pipelines.run import VENDORS, choose_companies, choose_resources
from pipelines.warehouse import Warehouse
from sources.core.columns import CONTENT, OWNER, UNSEEN, VALID_FROM, VALID_TO
from sources.core.company import Company
from sources.core.errors import ConfigurationError, SevensError
from sources.core.http import Client
from sources.core.memory import Memory
from sources.core.plan import Order
from sources.core.resource import Resource, Table
from sources.core.rows import Rejected, Rows
from sources.core.task import NOT_LOADED, Task
from sources.core.vendor import Vendor

CHUNK = 50_000  # rows fetched at a time
Found = dict[Key, dict[str, Any]]
_OURS = {CONTENT.name, OWNER.name, UNSEEN.name, VALID_FROM.name, VALID_TO.name, "_tombstone", "company_guid"}


def verify(
    source: str, companies: Sequence[str] = (), resources: Sequence[str] = (), order: Order | None = None
) -> list[Compared]:
    """Read everything, or the window of `order`, from the vendor and compare it with the destination, value by value.
    Writes nothing. What changed at the vendor since the last run differs: run first. Raises `ConfigurationError`."""
    vendor, order = VENDORS[source], order or Order()
    chosen, rows = choose_companies(vendor, companies), choose_resources(vendor, resources)
    client, warehouse = vendor.connect(rows), Warehouse.configured()
    if warehouse.file and not warehouse.file.exists():
        raise ConfigurationError(f"There is no {warehouse.file} yet. Load first: sevens run {source}.")
    pipeline = open_pipeline(source, warehouse, f"{source}_verify")
    memory = Memory(lambda: pipeline.sql_client(), source)
    ids, guids = memory.company_ids(), memory.guids()
    found: list[Compared] = []
    for company in chosen:
        try:
            known = vendor.discover(client, company, ids.get(company.guid or guids.get(company.slug, "")))
        except SevensError as error:
            names = [table.name for row in rows for table in row.tables]
            found += [Compared(source, company.slug, name, error=str(error)) for name in names]
            continue
        for row in rows:
            found += _resource(vendor, client, memory.client, known, row, order)
    memory.close()
    return found


def _resource(
    vendor: Vendor, client: Client, sql: SqlClientBase[Any], company: Company, resource: Resource, order: Order
) -> Iterator[Compared]:
    """A comparison per table of one resource."""
    results = {table.name: Compared(vendor.slug, company.slug, table.name) for table in resource.tables}
    theirs: dict[str, Found] = {name: {} for name in results}
    try:
        for unit in vendor.scan(client, Task(company, resource, since=order.since, until=order.until)):
            if unit.status in NOT_LOADED:
                raise SevensError(unit.error or unit.status)
            for table in resource.tables:
                if table.name in unit.unread:
                    results[table.name].note = f"not brought by {unit.transport}, not compared"
                theirs[table.name] |= _sent(unit.batch.rows[table.name])
                results[table.name].aside += _aside(table, unit.batch.rejected)
    except SevensError as error:
        for result in results.values():
            result.error = str(error)
        yield from results.values()
        return
    windowed = (order.since or order.until) and resource.window
    parents, aside = set(theirs[resource.tables[0].name]), {key for key, _ in results[resource.tables[0].name].aside}
    for table in resource.tables:
        ours = _held(sql, company.guid, table)
        if table.parent:  # what is nested in a row that was set aside is in its payload
            ours = {key: row for key, row in ours.items() if key[:1] not in aside}
        if windowed and table.parent:
            ours = {key: row for key, row in ours.items() if key[:1] in parents}
        elif windowed:
            ours = {key: row for key, row in ours.items() if _within(row.get(resource.window or ""), order)}
        _compare(results[table.name], table, theirs[table.name], ours)
    yield from results.values()


def _compare(result: Compared, table: Table, theirs: Found, ours: Found) -> None:
    if result.error or result.note:
        return
    result.rows = len(theirs)
    result.missing = sorted(theirs.keys() - ours.keys(), key=repr)
    result.extra = sorted(ours.keys() - theirs.keys() - {key for key, _ in result.aside}, key=repr)
    for key in sorted(theirs.keys() & ours.keys(), key=repr):
        sent, held = theirs[key], ours[key]
        names = [name for name in sent.keys() & held.keys() if sent[name] != held[name]]
        if names:
            result.different[key] = sorted(names)


def _sent(rows: Rows) -> Found:
    """The vendor's rows by key. Rows of the slow lane have values that went into columns of another type: only those
    of the declared type are compared."""
    table, found = rows.table, Found()
    kinds = {column.name: column.kind for column in table.columns if column.name not in _OURS}
    for part in rows.arrow:
        names = [name for name in part.column_names if name in kinds]
        for values in zip(*(part.column(name).to_pylist() for name in names), strict=True):
            row = {name: _plain(value, kinds[name]) for name, value in zip(names, values, strict=True)}
            found[tuple(row[name] for name in table.natural_key)] = row
    for sent in rows.slow:
        fits = {name: _plain(value, kinds[name]) for name, value in sent.items()
                if kinds.get(name) == "json" or (name in kinds and not isinstance(value, dict | list))}  # fmt: skip
        found[tuple(fits.get(name) for name in table.natural_key)] = fits
    return found


def _aside(table: Table, rejected: Sequence[Rejected]) -> Iterator[tuple[Key, str]]:
    """The rows that no table can hold, by their key as far as it can be read."""
    for one in rejected:
        if one.table == table.name:
            payload = json.loads(one.payload)  # as it was written by us
            row = payload if isinstance(payload, dict) else {}
            key = (row.get(name) for name in table.natural_key)
            yield tuple(part if isinstance(part, int | str | None) else repr(part) for part in key), one.reason


def _held(sql: SqlClientBase[Any], guid: str, table: Table) -> Found:
    """The destination's rows by key, the present and listed ones."""
    kinds = {column.name: column.kind for column in table.columns if column.name not in _OURS}
    where = ["company_guid = %s"]
    where += [f"{VALID_TO.name} IS NULL"] if table.versioned else []
    where += [f"{UNSEEN.name} IS NULL"] if table.personal else []
    names = ", ".join(sql.escape_column_name(name) for name in kinds)
    query = f"SELECT {names} FROM {sql.make_qualified_table_name(table.name)} WHERE {' AND '.join(where)}"
    found = Found()
    try:
        with sql.execute_query(query, guid) as cursor:
            while rows := cursor.fetchmany(CHUNK):
                for values in rows:
                    row = {name: _plain(value, kinds[name]) for name, value in zip(kinds, values, strict=True)}
                    found[tuple(row[name] for name in table.natural_key)] = row
    except DestinationUndefinedEntity:
        pass
    return found


def _plain(value: Any, kind: str) -> Any:  # noqa: ANN401 - whatever the driver or the vendor made of it
    """A value so that both sides compare: times as moments in UTC, documents by their content."""
    if value is None:
        return None
    if kind == "timestamp":
        moment = value if isinstance(value, datetime) else msgspec.convert(value, datetime)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    if kind == "date":
        return value if isinstance(value, date) else date.fromisoformat(value)
    if kind == "json":
        with suppress(ValueError):  # some drivers return a document as its text, some as what it says
            value = json.loads(value) if isinstance(value, str) else value
        return json.dumps(value, sort_keys=True)
    return {"double": float, "bigint": int}.get(kind, lambda as_it_is: as_it_is)(value)


def _within(moment: Any, order: Order) -> bool:  # noqa: ANN401 - a column's value
    return isinstance(moment, datetime) and (order.since or moment) <= moment <= (order.until or moment)
