"""What the simulated 7shifts holds, as the tables should have it, in the simulator's own words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from simulators.seven_shifts import SevenShifts
from simulators.seven_shifts.rows import ASSIGNMENTS
from tests.model.warehouse import Held, comparable, difference

TABLES = ("companies", "locations", "departments", "roles", "users", "wages", *ASSIGNMENTS, "shifts", "shift_drafts",
          "time_punches")  # fmt: skip
# Table: the table and the list in it that it is made of, and how it calls the parent.
CHILDREN = {
    "shift_breaks": ("shifts", "breaks", "shift_id"),
    "shift_draft_breaks": ("shift_drafts", "breaks", "shift_id"),
    "time_punch_breaks": ("time_punches", "breaks", "time_punch_id"),
    "role_stations": ("roles", "stations", "role_id"),
}
VERSIONED = ("departments", "roles", "shift_drafts")  # whose rows leave only when somebody takes them away
LISTS = {"breaks", "stations"}


def rows(vendor: SevenShifts, guid: str, table: str) -> Iterator[dict[str, Any]]:
    if table in CHILDREN:
        parents, name, key = CHILDREN[table]
        for parent in vendor.rows(guid, parents):
            yield from ({**child, key: parent["id"]} for child in parent[name])
        return
    noun = table.removesuffix("_assignments")
    for row in vendor.rows(guid, table):
        yield {"id" if table in ASSIGNMENTS and name == f"{noun}_id" else name: value for name, value in row.items()}


def differences(
    held: Held, vendor: SevenShifts, guid: str, tables: Collection[str] | None = None
) -> list[str]:
    """Column by column; a column that a table does not have, and should, is a difference too."""
    found = []
    for table in (*TABLES, *CHILDREN):
        if tables is not None and table not in tables:
            continue
        theirs, ours = list(rows(vendor, guid, table)), held.columns(table)
        sent = {name for row in theirs for name in row}
        found += [f"{table} has no column {name}" for name in sorted(sent - set(ours) - LISTS)]
        columns = [name for name in ours if name in sent] or ["company_guid"]
        told = sorted((tuple(comparable(row.get(name)) for name in columns) for row in theirs), key=repr)
        found += difference(f"{guid} {table} ({', '.join(columns)})", held.current(guid, table, columns), told)
    return found
