"""Reading one network's resource: whole and counted, or what changed where a filter proves itself.

A row that is missing from a whole reading is gone for who reads it; a whole reading is one in which nothing moved,
nothing failed, and the distinct keys are as many as the server counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from sources.core.errors import SkippedError
from sources.core.http import Client
from sources.core.moments import micros
from sources.core.passes import TRIES, Census, Page, read_whole
from sources.core.reading import Pages, Reading
from sources.core.rows import Row
from sources.core.scan import mark_of, outside
from sources.core.settings import number
from sources.core.task import Task, Unit
from sources.seven_geese import codes
from sources.seven_geese.asking import NotOfferedError
from sources.seven_geese.connection import SECTION
from sources.seven_geese.documents import only_keys
from sources.seven_geese.graphql import GraphQLListing
from sources.seven_geese.network import Network, NetworkClient
from sources.seven_geese.resources import Listing
from sources.seven_geese.rest import TranslatedListing
from sources.seven_geese.selection import takes

AT_ONCE = 100  # rows asked for by key in one request


class Listed(Protocol):
    """A listing that tells which nested lists it brings."""

    @property
    def asked(self) -> str: ...
    @property
    def tables(self) -> set[str]: ...
    def page(self, cursor: str | None) -> Page: ...


class _Nothing:
    """A sink for passes of which only the keys matter."""

    def add(self, rows: list[Row]) -> None:
        return


def scan(client: Client, task: Task) -> Iterator[Unit]:
    """Read what the task asks for: one unit. Raises what the client raises, `SkippedError` for what this credential
    may not read or this server does not have, `SuspectError`."""
    network, resource = task.company, task.resource
    assert isinstance(client, NetworkClient)
    assert isinstance(network, Network)
    assert isinstance(resource, Listing)
    if not resource.transports:
        yield _labels(client, task)
        return
    if network.lacks(resource.scope):
        granted = " ".join(sorted(network.granted or ()))
        raise SkippedError(f"{network.slug}: {resource.name} was not read: the scope {resource.scope} was not granted, "
                           f"only {granted}. Grant it, then run again.")  # fmt: skip
    task = replace(task, company=network.reading(resource.scope))
    reasons: list[str] = []
    for transport in resource.transports:
        if client.transport not in ("auto", transport):
            reasons.append(f"the setting transport is {client.transport}")
            continue
        try:
            unit = _by_graphql(client, task, resource) if transport == "graphql" else _by_rest(client, task, resource)
        except NotOfferedError as error:
            reasons.append(str(error))
            continue
        unit.transport = transport
        if task.since or task.until:
            unit.tell("--since and --until mean shifts and punches; this was read as always")
        for reason in reasons:
            unit.tell(f"read by {transport}: {reason}")
        yield unit
        return
    raise SkippedError(f"{network.slug}: {resource.name} is not to be had from this server: {'; '.join(reasons)}.")


def _by_rest(client: NetworkClient, task: Task, resource: Listing) -> Unit:
    return _whole(client, task, [TranslatedListing(client, task.company, resource)])


def _by_graphql(client: NetworkClient, task: Task, resource: Listing) -> Unit:
    if client.no_graphql:
        raise NotOfferedError(client.no_graphql)
    document = client.document(resource.document)
    if document is None:
        raise NotOfferedError(f"GraphQL knows nothing of {resource.document}")
    notes: list[str] = []
    unit = _changes(client, task, resource, notes) if _may_filter(client, task, resource) else None
    if unit is None:
        listings = [GraphQLListing(client, task.company, resource, document, variables, added)
                    for variables, added in resource.variables]  # fmt: skip
        again = None
        if len(listings) > 1:
            again = GraphQLListing(client, task.company, resource, only_keys(document), resource.variables[0][0])
        unit = _whole(client, task, listings, again)
        notes += [note for listing in listings for note in listing.left_out]
    dropped = client.dropped.get(resource.document)
    notes += [f"not offered: {', '.join(sorted(set(dropped)))}"] if dropped else []
    for note in notes:
        unit.tell(note)
    return unit


def _may_filter(client: NetworkClient, task: Task, resource: Listing) -> bool:
    """Whether a change filter may do: there is one, something to continue from, the last reading was by the same
    identity (another one sees other notes of a meeting) and transport (the other one brings less), and the last whole
    one not too long ago."""
    document = client.document(resource.document)
    if task.identity != task.company.identity or task.transport != "graphql":
        return False
    if not resource.cursor or not task.mark or document is None or not takes(document, "since"):
        return False
    every = timedelta(hours=number(f"{SECTION}.whole_every_hours", 168))
    now = client.clock
    return task.whole_at is not None and now is not None and now < task.whole_at + every and takes(document, "keys")


def _changes(client: NetworkClient, task: Task, resource: Listing, notes: list[str]) -> Unit | None:
    """What changed since the mark, the keys of all there is, and the rows of keys that are new to the destination: a
    row that only became visible has not changed. None if a filter lets rows through that it should not."""
    document, cursor = client.document(resource.document), resource.cursor
    assert document
    assert cursor
    assert task.mark
    since, reading = cursor.since(task.mark), Reading(client, task)
    filtered = GraphQLListing(client, task.company, resource, document, {"since": since})
    census, pages = read_whole(filtered, "id", lambda: Pages(task, client.privacy))
    found = [reading.adopt(census, pages)]
    if _let_through(reading, cursor.field, cursor.start(task.mark)):
        notes.append(f"the filter {cursor.param} let rows through that it should not: everything was read")
        return None
    listing = GraphQLListing(client, task.company, resource, only_keys(document))
    listed, _ = read_whole(listing, "id", _Nothing)
    reading.arrived(None, listed.requests)
    start = micros(cursor.start(task.mark))
    known = {key: moment for key, moment in task.known.items() if key in listed.keys and key not in census.keys}
    if any(moment is not None and moment >= start for moment in known.values()):
        notes.append(f"the filter {cursor.param} left rows out that it should not: everything was read")
        return None
    undated = {key for key, moment in known.items() if moment is None}  # no filter finds those
    wanted = sorted((listed.keys - task.known.keys() - census.keys) | undated)
    for at in range(0, len(wanted), AT_ONCE):
        keys = wanted[at : at + AT_ONCE]
        by_key = GraphQLListing(client, task.company, resource, document, {"keys": keys})
        more, pages = read_whole(by_key, "id", lambda: Pages(task, client.privacy))
        if more.keys - set(keys):
            notes.append("the filter pk_In let rows through that it should not: everything was read")
            return None
        found.append(reading.adopt(more, pages))
    unit = reading.unit("incremental", modified_since=since, listed=frozenset(listed.keys))
    unit.high_water_mark = max(task.mark, mark_of(unit, task.mark) or task.mark)
    return _judged(unit, [*found, listed], _unread(resource, filtered.tables))


def _let_through(reading: Reading, column: str, start: datetime) -> bool:
    """Whether a row is older than what was asked for, or does not tell."""
    rows = reading.reader.batch.rows[reading.task.resource.name]
    return bool(len(rows)) and (None in rows.values(column) or outside(rows, column, start) > 0)


def _whole(client: NetworkClient, task: Task, listings: Sequence[Listed], again: Listed | None = None) -> Unit:
    """Every row of every pass. Of several passes the first one's keys are listed `again` in the end: a row that went
    from a later pass to an earlier one meanwhile would be in none, and every count be right."""
    for _ in range(TRIES):
        reading, found, tables = Reading(client, task), list[Census](), set[str]()
        for listing in listings:
            census, pages = read_whole(listing, "id", lambda: Pages(task, client.privacy))
            found.append(reading.adopt(census, pages))
            tables |= listing.tables
        if again is None:
            break
        last, _ = read_whole(again, "id", _Nothing)
        reading.arrived(None, last.requests)
        if last.keys == found[0].keys:
            break
        found[0].moved = "rows went from one pass to another while they were read"
    resource = task.resource
    assert isinstance(resource, Listing)
    unit = reading.unit("snapshot")
    if resource.cursor:
        unit.high_water_mark = mark_of(unit, task.mark)
    return _judged(unit, found, _unread(resource, tables))


def _unread(resource: Listing, tables: set[str]) -> frozenset[str]:
    """The tables whose rows this transport or server does not have."""
    return frozenset(child.table for child in resource.children if child.field not in tables)


def _judged(unit: Unit, found: Sequence[Census], unread: frozenset[str]) -> Unit:
    """Decide whether what is missing may be taken for gone, and say what was odd."""
    task = unit.task
    faults = [fault for census in found for fault in census.faults]
    moved = [census.moved for census in found if census.moved]
    nulls, holes = sum(census.nulls for census in found), {name for census in found for name in census.holes}
    assert isinstance(task.resource, Listing)
    holed = frozenset(child.table for child in task.resource.children if child.field in holes)
    unit.partial = frozenset().union(*(census.partial for census in found))
    shifted = any(census.moved and not census.miscounted for census in found)
    unit.doubt = "rows" if faults or nulls or shifted else "count" if moved else ""
    unit.unread = unread | holed
    if faults or moved:
        unit.status = "incomplete"
        unit.high_water_mark = task.mark
        told = "; ".join([*moved, *faults[:10]])
        unit.error = (f"{task.company.slug}: {task.resource.name} was not read completely: {told}. What came is "
                      "loaded, nothing was closed; run again.")  # fmt: skip
    if (unit.doubt or unit.batch.rejected) and task.identity and task.identity != unit.identity:
        unit.identity += " (incomplete)"  # nothing was marked: the next reading is not by the same one
    if nulls:
        unit.tell(f"{nulls} rows came as null: not permitted or just removed; nothing was closed")
    if holed:
        unit.tell(f"not all rows came of {', '.join(sorted(holed))}: none of them was closed")
    if unread:
        unit.tell(f"not brought by this transport: {', '.join(sorted(unread))}")
    _note_codes(unit)
    return unit


def _note_codes(unit: Unit) -> None:
    """Tell of codes that nobody has written down. They are loaded like any other."""
    for (table, column), labels in codes.CODES.items():
        rows = unit.batch.rows.get(table)
        values = {value for value in (rows.values(column) if rows else ()) if isinstance(value, int)}
        for code in sorted(values - labels.keys()):
            unit.batch.drift[f"{table}.{column}: code {code} is not in code_labels"] += 1


def _labels(client: NetworkClient, task: Task) -> Unit:
    """The table of codes, which no request is needed for."""
    reading = Reading(client, task, started=client.clock)
    reading.take(msgspec.Raw(msgspec.json.encode(list(codes.rows()))))
    unit = reading.unit("snapshot")
    unit.transport, unit.identity = "", ""
    return unit
