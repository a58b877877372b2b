"""What one company holds: its tables in id order, who is assigned where, and the rows derived from both."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.seven_shifts.rows import ASSIGNMENTS, BLANK, TABLES, Row
from simulators.seven_shifts.times import stamp

# The same numbers in every company: nothing may rely on an id being unique across companies.
FIRST_IDS = {
    "locations": 1001,
    "departments": 2001,
    "roles": 3001,
    "users": 500001,
    "wages": 6400001,
    "shifts": 70000001,
    "time_punches": 85000001,
    "shift_breaks": 310001,
    "punch_breaks": 910001,
    "stations": 7001,
}


@dataclass(frozen=True)
class Company:
    """One company that granted access."""

    id: int
    guid: str
    slug: str
    name: str
    access_token: str


def dumps(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


class Table:
    """Rows by ascending id, each serialised at most once per change."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.removed: dict[int, Row] = {}
        self._texts: dict[int, str] = {}

    def put(self, row: Row) -> None:
        key = row["id"]
        unordered = key not in self.rows and bool(self.rows) and key < next(reversed(self.rows))
        self.rows[key] = row
        self._texts.pop(key, None)
        if unordered:
            self.rows = dict(sorted(self.rows.items()))

    def remove(self, key: int) -> None:
        self.removed[key] = self.rows.pop(key)
        self._texts.pop(key, None)

    def text(self, key: int) -> str:
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = dumps(self.rows[key])
        return text


@dataclass
class CompanyState:
    """The tables of one company. `version` grows with every change, so answers can be remembered."""

    company: Company
    clock: Callable[[], datetime]
    tables: dict[str, Table] = field(default_factory=lambda: {name: Table() for name in TABLES})
    assigned: dict[str, dict[int, dict[int, Row]]] = field(
        default_factory=lambda: {kind: {} for kind in ASSIGNMENTS}
    )
    next_ids: dict[str, int] = field(default_factory=lambda: dict(FIRST_IDS))
    version: int = 0

    def new_id(self, kind: str) -> int:
        kind = "shifts" if kind == "shift_drafts" else kind
        number = self.next_ids[kind]
        self.next_ids[kind] = number + 1
        return number

    def now(self, table: str) -> str:
        return stamp(self.clock(), table)

    def get(self, table: str, key: int) -> Row:
        try:
            return self.tables[table].rows[key]
        except KeyError:
            raise KeyError(f"{self.company.slug} has no {table} {key}") from None

    def put(self, table: str, row: Row) -> Row:
        self.tables[table].put(row)
        self.version += 1
        return row

    def insert(self, table: str, fields: Row) -> Row:
        """A complete row from the fields given; datetimes are spelled as the table spells them."""
        row: Row = {"id": fields.get("id") or self.new_id(table)}
        if table not in ("companies", "wages"):
            row["company_id"] = self.company.id
        row.update(blank(table))
        row["created"] = row["modified"] = self.now(table)
        row.update(spelled(table, fields))
        kind = "shifts" if table == "shift_drafts" else table
        self.next_ids[kind] = max(self.next_ids.get(kind, 0), row["id"] + 1)
        return self.put(table, row)

    def assignments(self, kind: str, user_id: int | None = None) -> list[Row]:
        """Assignment rows with user_id; one to something removed meanwhile is gone."""
        noun = kind.split("_", 1)[0]
        rows = self.tables[f"{noun}s"].rows
        found = []
        for user, held in sorted(self.assigned[kind].items()):
            if user_id is not None and user != user_id:
                continue
            for key, extra in sorted(held.items()):
                if key in rows and not rows[key].get("deleted"):
                    found.append({"user_id": user, **_assignment(noun, rows[key]), **extra})
        return found

    def wages(self, user_id: int | None = None) -> tuple[list[Row], list[Row]]:
        """(current, upcoming) rows with user_id; the newest rate of a role that has begun hides the older."""
        today = self.clock().date().isoformat()
        current: dict[tuple[int, Any], Row] = {}
        upcoming = []
        for row in self.tables["wages"].rows.values():
            if user_id is not None and row["user_id"] != user_id:
                continue
            if row["effective_date"] > today:
                upcoming.append(row)
                continue
            slot = (row["user_id"], row["role_id"])
            if slot not in current or current[slot]["effective_date"] <= row["effective_date"]:
                current[slot] = row
        return list(current.values()), upcoming

    def rows(self, table: str) -> list[Row]:
        if table in ASSIGNMENTS:
            return self.assignments(table)
        if table == "wages":
            current, upcoming = self.wages()
            return copy.deepcopy(current + upcoming)
        return copy.deepcopy(list(self.tables[table].rows.values()))


def blank(table: str) -> Row:
    return {name: _own(value) for name, value in BLANK[table].items()}


def spelled(table: str, fields: Row) -> Row:
    return {
        name: stamp(value, table) if isinstance(value, datetime) else _own(value)
        for name, value in fields.items()
    }


def _own(value: object) -> object:
    return copy.deepcopy(value) if isinstance(value, (list, dict)) else value


def _assignment(noun: str, row: Row) -> Row:
    base = {f"{noun}_id": row["id"], "name": row["name"]}
    if noun == "department":
        return {**base, "location_id": row["location_id"]}
    if noun == "role":
        return {**base, "location_id": row["location_id"], "department_id": row["department_id"]}
    return base
