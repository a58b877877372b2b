"""The laws of sync: what of a unit is written, given what the destination already holds.

A stale page never overwrites a newer row, an unchanged row is not written again, children follow their
parent, and a snapshot's missing rows are closed, unless so many are missing that the listing is suspect.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import reduce
from math import inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sources.core.columns import CONTENT, GUID, OWNER, TOMBSTONE, UNSEEN, VALID_FROM, VALID_TO
from sources.core.errors import SuspectError
from sources.core.memory import Memory
from sources.core.moments import LAST
from sources.core.resource import Mode, Table
from sources.core.rows import ARROW, Row, Rows, arrow_field
from sources.core.task import Unit

SHRINK = 0.8  # a snapshot below this share of the last one closes nothing
MANY = 20  # nested rows that do not vanish all at once below parents that stay
FEW = 2  # but as many rows as this may always go: a small list changes by large shares


def settle(unit: Unit, memory: Memory, allow_shrink: bool = False) -> list[Rows]:
    """The rows of a unit that change the destination, table by table. Raises `SuspectError` for a snapshot
    that may not be believed."""
    _tell_absent(unit, memory)
    if unit.task.resource.mode is Mode.SNAPSHOT:
        return _versions(unit, memory, allow_shrink)
    return _merged(unit, memory)


def _tell_absent(unit: Unit, memory: Memory) -> None:
    """A field that the vendor stops sending is null from now on; that it had values before makes it worth telling."""
    for table in unit.task.resource.tables:
        columns = unit.batch.absent_from(table.name)
        for name in sorted(memory.having(table, unit.task.company.guid, columns)) if columns else ():
            unit.batch.drift[f"{table.name}: no `{name}` any more"] += 1


def _merged(unit: Unit, memory: Memory) -> list[Rows]:
    task, tables = unit.task, unit.task.resource.tables
    parent = unit.batch.rows[tables[0].name]
    if not len(parent):
        return []
    known = {} if task.rewrite else memory.known(tables[0], task.company.guid, unit.reach)
    kept, whole = _news(parent, known)
    if not task.rewrite and _beyond(kept, unit):
        known = memory.known(tables[0], task.company.guid, ())
        kept, whole = _news(parent, known)
    found = [kept]
    for child in tables[1:]:
        rows = unit.batch.rows[child.name]
        chosen = rows.once() if whole else None
        rows = rows.keep(_once(rows, set(kept.values(CONTENT.name))) if chosen is None else chosen)
        found.append(rows if memory.empty(child) else _bury(rows, kept))
    return [rows for rows in found if len(rows)]


def _news(rows: Rows, known: dict[tuple[Any, ...], tuple[str, int | None]]) -> tuple[Rows, bool]:
    """The rows to write: of several versions of a key the newest (the later read, if as new), and that only if it
    differs from the destination's and is not older. And whether these are all but repetitions."""
    once = None if known else rows.once()
    if once is not None:
        return rows.keep(once), True
    table = rows.table
    keys = list(zip(*(rows.values(name) for name in table.natural_key), strict=True))
    contents = rows.values(CONTENT.name)
    modified = [m if isinstance(m, int) else None for m in rows.values(table.modified or CONTENT.name)]
    winner: dict[tuple[Any, ...], int] = {}
    for at, key in enumerate(keys):
        best = winner.get(key)
        if best is None or _when(modified[at]) >= _when(modified[best]):
            winner[key] = at
    chosen = [winner[key] == at for at, key in enumerate(keys)]
    for key, at in winner.items():
        content, stored = known.get(key, ("", None))
        stale = modified[at] is not None and _when(modified[at]) < _when(stored)
        if content == contents[at] or stale:
            chosen[at] = False
    return rows.keep(chosen), False


def _when(modified: int | None) -> float:
    """Microseconds since 1970, which some moments are before; a row that does not tell is older than all."""
    return -inf if modified is None else modified


def _beyond(rows: Rows, unit: Unit) -> bool:
    """Whether the server sent rows that were not asked for: theirs have to be looked for in all of the table."""
    spans: list[Any] = [rows.within(column, start, end or LAST) for column, start, end in unit.reach]
    return bool(spans and len(rows)) and not pc.all(reduce(pc.or_, spans)).as_py()


def _once(children: Rows, owners: set[Any]) -> list[bool]:
    """Which children to write: those sent with a parent that is written, each key once, however often a scan read
    the same parent."""
    keys = list(zip(*(children.values(name) for name in children.table.natural_key), strict=True))
    wanted = [owner in owners for owner in children.values(OWNER.name)]
    last = {key: at for at, key in enumerate(keys) if wanted[at]}
    return [last.get(key) == at for at, key in enumerate(keys)]


def _bury(children: Rows, parents: Rows) -> Rows:
    """Add a tombstone for every parent without children, so that the merge removes the children it had. It may have
    had some though it is new here: of a load that was killed before it came to the parents."""
    table = children.table
    have = set(children.values(table.parent_key or ""))
    ids = parents.values(parents.table.natural_key[0])
    bare = [id for id in ids if id not in have]
    if not bare:
        return children
    guid = parents.values(GUID.name)[0]
    columns = {
        GUID: [guid] * len(bare),
        table.column(table.parent_key or ""): bare,
        **{table.column(name): [0 if table.kind(name) == "bigint" else ""] * len(bare) for name in table.key[2:]},
        CONTENT: [f"{id}-none" for id in bare],
        TOMBSTONE: [True] * len(bare),
    }
    fields = [arrow_field(column) for column in columns]
    arrays = [pa.array(values, field.type) for values, field in zip(columns.values(), fields, strict=True)]
    return Rows(table, [*children.arrow, pa.table(arrays, schema=pa.schema(fields))], children.slow)


def _versions(unit: Unit, memory: Memory, allow_shrink: bool) -> list[Rows]:
    """New versions of what changed, and the old ones closed. The clock is the server's, where it tells one."""
    if allow_shrink and unit.doubt == "count":
        unit.tell(f"believed because of --allow-shrink: {unit.error}")
        unit.doubt, unit.status, unit.error = "", "ok", None
    now, guid = unit.scan_started_at or datetime.now(timezone.utc), unit.task.company.guid
    plans: list[_Plan] = []
    for table in unit.task.resource.tables:
        plans.append(_plan(unit, memory, table, plans[0] if table.parent else None))
    _refuse_shrunk(unit, plans[0], allow_shrink)
    if not allow_shrink:
        _refuse_vanished(unit, plans)
    found = []
    for plan in plans:
        begun = memory.begun(plan.rows.table, guid) if unit.task.rewrite else {}
        fresh = _stamp(plan.rows.keep(plan.chosen), now, begun)
        fresh.slow += _rewritten(memory, plan, guid, now)
        found.append(fresh)
    return [rows for rows in found if len(rows)]


@dataclass
class _Plan:
    """What becomes of a table: its rows, which of them are new, and content hashes of open versions that end, that
    are not listed to who reads now (`unseen`), or are listed again (`seen`)."""

    rows: Rows
    chosen: list[bool]
    ended: set[str]
    unseen: set[str]
    seen: set[str]
    before: int  # open rows that a reading by the same identity has to list again
    now: int
    missing: set[Any]  # of the rows that are gone the key, of nested ones that of the parent
    bereft: int  # rows that are gone though their parent is not


def _plan(unit: Unit, memory: Memory, table: Table, root: _Plan | None) -> _Plan:
    rows, (active, hidden) = unit.batch.rows[table.name], memory.active(table, unit.task.company.guid)
    if unit.scope is not None:
        at = table.natural_key.index(unit.task.resource.per_key)
        active = {key: content for key, content in active.items() if key[at] in unit.scope}
    keys = list(zip(*(rows.values(name) for name in table.natural_key), strict=True)) if len(rows) else []
    contents = rows.values(CONTENT.name) if len(rows) else []
    last = {key: at for at, key in enumerate(keys)}
    # A row whose parts did not come ends no version that has them; it is better than none only where there is none.
    spared = {key for key in active if root is None and key[0] in unit.partial}
    chosen = [last[key] == at and key not in spared
              and (active.get(key) != contents[at] or (unit.task.rewrite and key not in hidden))
              for at, key in enumerate(keys)]  # fmt: skip
    ended = {content for key, content in active.items()
             if key in last and key not in spared and contents[last[key]] != content}  # fmt: skip
    seen = {active[key] for key in hidden & last.keys()} - ended
    missing = _missing(unit, table, active.keys() - hidden - last.keys(), root)
    gone = {active[key] for key in missing}
    unseen: set[str] = set()
    if table.personal and _stranger(unit):
        gone, unseen = unseen, gone
    listed = len(last) if unit.listed is None else len(unit.listed)
    bereft = sum(key[0] not in root.missing for key in missing) if root else 0
    return _Plan(rows, chosen, ended | gone, unseen, seen, len(active.keys() - hidden), listed,
                 {key[0] for key in missing}, bereft)  # fmt: skip


def _missing(unit: Unit, table: Table, absent: set[Any], root: _Plan | None) -> set[Any]:
    """Which of the absent keys the vendor does not have (for who reads). A row that was set aside may be any of
    them. Where only the changed rows were read, the listed keys tell, and children go by their parent; so do those
    of which not all rows came."""
    aside = {rejected.table for rejected in unit.batch.rejected}
    if unit.doubt or unit.task.resource.tables[0].name in aside:
        return set()
    if root and table.name in unit.unread | aside:
        return {key for key in absent if key[0] in root.missing}
    if table.name in aside:
        return set()
    if unit.listed is None:
        return absent
    if root is None:
        return {key for key in absent if key[0] not in unit.listed}
    read = set(root.rows.values(root.rows.table.natural_key[0])) if len(root.rows) else set()
    return {key for key in absent if key[0] in read or key[0] in root.missing}


def _stranger(unit: Unit) -> bool:
    """Whether another identity read this resource last."""
    return unit.task.identity is not None and unit.task.identity != unit.identity


def _refuse_shrunk(unit: Unit, plan: _Plan, allow_shrink: bool) -> None:
    task, before, now, missing = unit.task, plan.before, plan.now, len(plan.missing)
    stranger = _stranger(unit) and missing > 0
    shrunk = (missing > FEW and now < before * SHRINK) or (before > 0 and now == 0 and missing > 0)
    if task.resource.may_empty or allow_shrink or not (shrunk or stranger):
        return
    if stranger and task.resource.personal:
        unit.tell(f"read as {unit.identity} now, as {task.identity} before: {missing:,} rows are not listed to this "
                  "identity; they are marked, not closed")  # fmt: skip
        return
    cause = f"it is read as {unit.identity} now and was as {task.identity}" if stranger else "that is suspicious"
    raise SuspectError(f"{task.company.slug}: {task.resource.name} had {before:,} rows and now lists {now:,} "
                       f"({missing:,} are missing); {cause}. Nothing was closed. If they are really gone, run "
                       "again with --allow-shrink.")  # fmt: skip


def _refuse_vanished(unit: Unit, plans: list[_Plan]) -> None:
    """Nested rows come and go by the share, but that a list is empty below every parent is suspicious."""
    for plan in plans[1:] if not _stranger(unit) else ():
        table = plan.rows.table
        if table.parent and unit.listed is None and plan.now == 0 and plan.bereft > MANY:
            raise SuspectError(f"{unit.task.company.slug}: {table.name} had {plan.before:,} rows and now lists none, "
                               f"though {table.parent} has {plans[0].now:,}; that is suspicious. Nothing was closed. "
                               "If they are really gone, run again with --allow-shrink.")  # fmt: skip


def _stamp(rows: Rows, now: datetime, begun: Mapping[str, datetime]) -> Rows:
    """Versions from now on; one that is written again keeps the moment at which it began."""
    arrow = []
    for part in rows.arrow:
        since = [begun.get(str(content), now) for content in part.column(CONTENT.name).to_pylist()]
        part = part.append_column(arrow_field(VALID_FROM), pa.array(since, ARROW["timestamp"]))
        arrow.append(part.append_column(arrow_field(VALID_TO), pa.array([None] * len(part), ARROW["timestamp"])))
    slow = [{**row, VALID_FROM.name: begun.get(row[CONTENT.name], now), VALID_TO.name: None} for row in rows.slow]
    return Rows(rows.table, arrow, slow)


def _rewritten(memory: Memory, plan: _Plan, guid: str, now: datetime) -> Iterator[Row]:
    """The versions that end or change their mark, as they stand in the destination."""
    table, wanted = plan.rows.table, plan.ended | plan.unseen | plan.seen
    documents = [column.name for column in table.columns if column.kind == "json"]
    for row in memory.open_rows(table, guid, wanted) if wanted else ():
        del row["_dlt_load_id"]
        content = row[CONTENT.name]
        row |= {name: _document(row.get(name)) for name in documents}
        if content in plan.ended:
            yield {**row, VALID_TO.name: now}
        else:
            yield {**row, UNSEEN.name: now if content in plan.unseen else None}


def _document(value: Any) -> Any:  # noqa: ANN401 - what the driver makes of a JSON column
    """A document as dlt takes it. Some drivers return its text, some its value. dlt parses text and writes what is a
    text then as it stands, so a document that is just a text needs its quotes twice."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)  # with integers of any size, which dlt's own does not take
    if not isinstance(value, str):
        return value
    try:
        text, content = value, json.loads(value)
    except json.JSONDecodeError:
        text, content = json.dumps(value), value
    return json.dumps(text) if isinstance(content, str) else text
