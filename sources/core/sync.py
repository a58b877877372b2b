"""The laws of sync: what of a unit is written, given what the destination already holds.

A stale page never overwrites a newer row, an unchanged row is not written again, children follow their
parent, and a snapshot's missing rows are closed, unless so many are missing that the listing is suspect.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa

from sources.core.columns import CONTENT, GUID, OWNER, TOMBSTONE, VALID_FROM, VALID_TO
from sources.core.errors import SuspectError
from sources.core.memory import Memory
from sources.core.resource import Mode, Table
from sources.core.rows import ARROW, Row, Rows, arrow_field
from sources.core.task import FAR, Unit, micros

SHRINK = 0.8  # a snapshot below this share of the last one closes nothing
FEW = 2  # but as many rows as this may always go: a small list changes by large shares


def settle(unit: Unit, memory: Memory, allow_shrink: bool = False) -> list[Rows]:
    """The rows of a unit that change the destination, table by table. Raises `SuspectError` for a snapshot
    that may not be believed."""
    if unit.task.resource.mode is Mode.SNAPSHOT:
        return _versions(unit, memory, allow_shrink)
    return _merged(unit, memory)


def _merged(unit: Unit, memory: Memory) -> list[Rows]:
    task, tables = unit.task, unit.task.resource.tables
    parent = unit.batch.rows[tables[0].name]
    if not len(parent):
        return []
    known = {} if task.rewrite else memory.known(tables[0], task.company.guid, unit.reach)
    kept = parent.keep(_news(parent, known))
    if not task.rewrite and _beyond(kept, unit):
        known = memory.known(tables[0], task.company.guid, ())
        kept = parent.keep(_news(parent, known))
    # Within a limited reach an older version of the parent may lie outside it: only a whole look proves there is none.
    old = None if unit.reach or task.rewrite else {key[0] for key in known}
    found = [kept]
    owners = set(kept.values(CONTENT.name))
    for child in tables[1:]:
        rows = unit.batch.rows[child.name]
        if len(rows):
            rows = rows.keep(_once(rows, owners))
        found.append(_bury(rows, kept, old))
    return [rows for rows in found if len(rows)]


def _news(rows: Rows, known: dict[tuple[Any, ...], tuple[str, int | None]]) -> list[bool]:
    """Which rows to write: of several versions of a key the newest (the later read, if as new), and that only
    if it differs from the destination's and is not older."""
    table = rows.table
    keys = list(zip(*(rows.values(name) for name in table.natural_key), strict=True))
    contents = rows.values(CONTENT.name)
    modified = [m if isinstance(m, int) else None for m in rows.values(table.modified or CONTENT.name)]
    winner: dict[tuple[Any, ...], int] = {}
    for at, key in enumerate(keys):
        best = winner.get(key)
        if best is None or (modified[at] or 0) >= (modified[best] or 0):
            winner[key] = at
    chosen = [winner[key] == at for at, key in enumerate(keys)]
    for key, at in winner.items():
        content, stored = known.get(key, ("", None))
        if content == contents[at] or (stored or 0) > (modified[at] or stored or 0):
            chosen[at] = False
    return chosen


def _beyond(rows: Rows, unit: Unit) -> bool:
    """Whether the server sent rows that were not asked for: theirs have to be looked for in all of the table."""
    spans = [(rows.values(column), micros(start), micros(end or FAR)) for column, start, end in unit.reach]
    return bool(spans) and any(
        not any(isinstance(values[at], int) and low <= values[at] <= high for values, low, high in spans)
        for at in range(len(rows))
    )


def _once(children: Rows, owners: set[Any]) -> list[bool]:
    """Which children to write: those sent with a parent that is written, each key once, however often a scan read
    the same parent."""
    keys = list(zip(*(children.values(name) for name in children.table.natural_key), strict=True))
    wanted = [owner in owners for owner in children.values(OWNER.name)]
    last = {key: at for at, key in enumerate(keys) if wanted[at]}
    return [last.get(key) == at for at, key in enumerate(keys)]


def _bury(children: Rows, parents: Rows, old: set[Any] | None) -> Rows:
    """Add a tombstone for every parent without children (of the `old` ones, if they are known), so that the merge
    removes the children it had."""
    table = children.table
    have = set(children.values(table.parent_key or ""))
    ids = parents.values(parents.table.natural_key[0])
    bare = [id for id in ids if id not in have and (old is None or id in old)]
    if not bare:
        return children
    none = 0 if table.kind(table.key[-1]) == "bigint" else ""
    guid = parents.values(GUID.name)[0]
    columns = {
        GUID: [guid] * len(bare),
        table.column(table.parent_key or ""): bare,
        table.column(table.key[-1]): [none] * len(bare),
        CONTENT: [f"{id}-none" for id in bare],
        TOMBSTONE: [True] * len(bare),
    }
    fields = [arrow_field(column) for column in columns]
    arrays = [pa.array(values, field.type) for values, field in zip(columns.values(), fields, strict=True)]
    return Rows(table, [*children.arrow, pa.table(arrays, schema=pa.schema(fields))], children.slow)


def _versions(unit: Unit, memory: Memory, allow_shrink: bool) -> list[Rows]:
    """New versions of what changed, and the old ones closed. The clock is the server's, where it tells one."""
    now = unit.scan_started_at or datetime.now(timezone.utc)
    plans = [_compare(unit, memory, table) for table in unit.task.resource.tables]
    _refuse_shrunk(unit, plans[0], allow_shrink)
    found = []
    for rows, chosen, gone, _ in plans:
        fresh = _stamp(rows.keep(chosen), now)
        fresh.slow += _closed(memory, rows.table, unit.task.company.guid, gone, now)
        found.append(fresh)
    return [rows for rows in found if len(rows)]


_Comparison = tuple[Rows, list[bool], set[str], tuple[int, int]]


def _compare(unit: Unit, memory: Memory, table: Table) -> _Comparison:
    """A table's rows, which of them are new, the open versions that ended, and how many keys there were/are."""
    rows = unit.batch.rows[table.name]
    active = memory.active(table, unit.task.company.guid)
    if unit.scope is not None:
        at = table.natural_key.index(unit.task.resource.per_key)
        active = {key: content for key, content in active.items() if key[at] in unit.scope}
    keys = list(zip(*(rows.values(name) for name in table.natural_key), strict=True)) if len(rows) else []
    contents = rows.values(CONTENT.name) if len(rows) else []
    last = {key: at for at, key in enumerate(keys)}
    chosen = [last[key] == at and active.get(key) != contents[at] for at, key in enumerate(keys)]
    changed = {content for key, content in active.items() if key in last and contents[last[key]] != content}
    # A row that was set aside may be any of those that seem to be missing.
    missing = set() if unit.batch.rejected else active.keys() - last.keys()
    return rows, chosen, changed | {active[key] for key in missing}, (len(active), len(missing))


def _refuse_shrunk(unit: Unit, plan: _Comparison, allow_shrink: bool) -> None:
    task, (before, missing) = unit.task, plan[3]
    now = len({*zip(*(plan[0].values(n) for n in plan[0].table.natural_key), strict=True)}) if len(plan[0]) else 0
    stranger = task.identity is not None and task.identity != unit.identity and missing > 0
    shrunk = (missing > FEW and now < before * SHRINK) or (before > 0 and now == 0)
    if task.resource.may_empty or allow_shrink or not (shrunk or stranger):
        return
    cause = f"it is read as {unit.identity} now and was as {task.identity}" if stranger else "that is suspicious"
    raise SuspectError(f"{task.company.slug}: {task.resource.name} had {before:,} rows and now lists {now:,} "
                       f"({missing:,} are missing); {cause}. Nothing was closed. If they are really gone, run "
                       "again with --allow-shrink.")  # fmt: skip


def _stamp(rows: Rows, now: datetime) -> Rows:
    arrow = [
        part.append_column(arrow_field(VALID_FROM), pa.array([now] * len(part), ARROW["timestamp"]))
        .append_column(arrow_field(VALID_TO), pa.array([None] * len(part), ARROW["timestamp"]))
        for part in rows.arrow
    ]
    slow = [{**row, VALID_FROM.name: now, VALID_TO.name: None} for row in rows.slow]
    return Rows(rows.table, arrow, slow)


def _closed(memory: Memory, table: Table, guid: str, gone: set[str], now: datetime) -> Iterator[Row]:
    """The ended versions as they stand in the destination, with the moment they ended."""
    documents = [column.name for column in table.columns if column.kind == "json"]
    for row in memory.open_rows(table, guid, gone) if gone else ():
        del row["_dlt_load_id"]
        yield {**row, **{name: _document(row.get(name)) for name in documents}, VALID_TO.name: now}


def _document(value: Any) -> Any:  # noqa: ANN401 - what the driver makes of a JSON column
    """A document as dlt takes it. Some drivers return its text, some its value. dlt parses text and writes what is a
    text then as it stands, so a document that is just a text needs its quotes twice."""
    if not isinstance(value, str):
        return value
    try:
        text, content = value, json.loads(value)
    except json.JSONDecodeError:
        text, content = json.dumps(value), value
    return json.dumps(text) if isinstance(content, str) else text
