"""What happens in restaurants while somebody loads them: edits of 7shifts, each named by a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulators.seven_shifts import SevenShifts

FLAGGED = ("shifts", "time_punches", "locations", "users")
REMOVED = ("departments", "roles", "wages")
TABLES = (*FLAGGED, *REMOVED)
KINDS = (
    *(f"edit {table}" for table in (*FLAGGED, "departments", "roles", "companies", "shift_drafts")),
    *(f"{deed} {table}" for table in TABLES for deed in ("create", "delete", "undelete")),
    *("shifts", "time_punches") * 2,
    "move shifts", "move time_punches", "move departments", "move users",
    "shift breaks", "no breaks", "no breaks", "add break", "edit break", "remove break", "flag break",
    "remove break", "stations",
    "draft", "draft edit", "draft delete", "publish", "publish", "raise_", "assign", "unassign",
)  # fmt: skip
NAMES = {"shifts": "notes", "shift_drafts": "notes", "time_punches": "notes", "users": "last_name"}


class ShiftsLife:
    """Everything that can be done to the vendor's data. What has nothing to act on does nothing."""

    def __init__(self, vendor: SevenShifts) -> None:
        self.vendor = vendor

    def happen(self, kind: str, company: int, place: int, value: int) -> None:
        guid = self.vendor.companies[company].guid
        deed, _, table = kind.partition(" ")
        if kind in TABLES:
            self.edit(guid, kind, place, value)
        elif deed in ("edit", "create", "delete", "undelete", "move") and table != "break":
            getattr(self, deed)(guid, table, place, value)
        else:
            getattr(self, kind.replace(" ", "_"))(guid, place, value)

    def pick(self, guid: str, table: str, place: int, **only: Any) -> dict[str, Any] | None:
        rows = [row for row in self.vendor.rows(guid, table) if all(row.get(name) == only[name] for name in only)]
        return rows[place % len(rows)] if rows else None

    def edit(self, guid: str, table: str, place: int, value: int) -> None:
        if row := self.pick(guid, table, place):
            self.vendor.edit(guid, table, row["id"], **{NAMES.get(table, "name"): f"edited {value} 🍕"})

    def create(self, guid: str, table: str, place: int, value: int) -> None:
        named = {} if table == "wages" else {NAMES.get(table, "name"): f"new {value}"}
        when = self.vendor.now - timedelta(days=value % 5)
        times = {"shifts": {"start": when, "end": when + timedelta(hours=4)}, "time_punches": {"clocked_in": when}}
        self.vendor.create(guid, table, **named, **times.get(table, {}))

    def delete(self, guid: str, table: str, place: int, value: int) -> None:
        if table == "wages":
            held = self.vendor.state(guid).tables["wages"].rows
            row = {"id": list(held)[place % len(held)]} if held else None
        else:
            row = self.pick(guid, table, place)
        if row:
            self.vendor.delete(guid, table, row["id"])

    def undelete(self, guid: str, table: str, place: int, value: int) -> None:
        if table in REMOVED:
            gone = list(self.vendor.state(guid).tables[table].removed)
            row = {"id": gone[place % len(gone)]} if gone else None
        else:
            row = self.pick(guid, table, place, **({"active": False} if table == "users" else {"deleted": True}))
        if row:
            self.vendor.undelete(guid, table, row["id"])

    def move(self, guid: str, table: str, place: int, value: int) -> None:
        """Somebody, or something, goes to another location."""
        to = self.pick(guid, "locations", value)
        row = self.pick(guid, table, place)
        if row and to and table == "users":
            self.assign(guid, place, value)
            self.unassign(guid, place, value + 1)
        elif row and to:
            self.vendor.edit(guid, table, row["id"], location_id=to["id"])

    def shift_breaks(self, guid: str, place: int, value: int) -> None:
        row = self.pick(guid, "shifts", place)
        if row and value % 2:
            self.vendor.edit(guid, "shifts", row["id"], breaks=row["breaks"][1:])
        elif row and row["breaks"]:
            more = {**row["breaks"][0], "id": 600_000 + self.vendor.state(guid).new_id("shift_breaks")}
            self.vendor.edit(guid, "shifts", row["id"], breaks=[*row["breaks"], more])

    def no_breaks(self, guid: str, place: int, value: int) -> None:
        """Nothing is left of them that could replace what was loaded."""
        table = ("shifts", "time_punches")[value % 2]
        held = [row for row in self.vendor.rows(guid, table) if row["breaks"]]
        if held:
            self.vendor.edit(guid, table, held[place % len(held)]["id"], breaks=[])

    def add_break(self, guid: str, place: int, value: int) -> None:
        if punch := self.pick(guid, "time_punches", place):
            self.vendor.add_break(guid, punch["id"], paid=bool(value % 2))

    def _with_break(self, guid: str, place: int) -> tuple[int, int] | None:
        held = [row for row in self.vendor.rows(guid, "time_punches") if row["breaks"]]
        return (held[place % len(held)]["id"], held[place % len(held)]["breaks"][0]["id"]) if held else None

    def edit_break(self, guid: str, place: int, value: int) -> None:
        if found := self._with_break(guid, place):
            self.vendor.edit_break(guid, *found, custom_break_id=value)

    def remove_break(self, guid: str, place: int, value: int) -> None:
        if found := self._with_break(guid, place):
            self.vendor.remove_break(guid, *found)

    def flag_break(self, guid: str, place: int, value: int) -> None:
        if found := self._with_break(guid, place):
            self.vendor.remove_break(guid, *found, flagged=True)

    def stations(self, guid: str, place: int, value: int) -> None:
        if role := self.pick(guid, "roles", place):
            self.vendor.edit(guid, "roles", role["id"], stations=role["stations"][value % 2 :][::-1])

    def draft(self, guid: str, place: int, value: int) -> None:
        self.vendor.draft_create(guid, notes=f"draft {value}", start=self.vendor.now, end=self.vendor.now)

    def draft_edit(self, guid: str, place: int, value: int) -> None:
        if shift := self.pick(guid, "shifts", place, deleted=False):
            self.vendor.draft_edit(guid, shift["id"], notes=f"not yet {value}")

    def draft_delete(self, guid: str, place: int, value: int) -> None:
        if shift := self.pick(guid, "shifts", place, deleted=False):
            self.vendor.draft_delete(guid, shift["id"])

    def publish(self, guid: str, place: int, value: int) -> None:
        if draft := self.pick(guid, "shift_drafts", place):
            self.vendor.publish(guid, draft["id"])

    def raise_(self, guid: str, place: int, value: int) -> None:
        if user := self.pick(guid, "users", place):
            day = (self.vendor.now + timedelta(days=value % 5 - 2)).date().isoformat()
            self.vendor.set_wage(guid, user["id"], 1000 + value, effective_date=day)

    def assign(self, guid: str, place: int, value: int) -> None:
        kind = ("location", "department", "role")[value % 3]
        user, to = self.pick(guid, "users", place), self.pick(guid, f"{kind}s", value)
        if user and to:
            self.vendor.assign(guid, user["id"], kind, to["id"])

    def unassign(self, guid: str, place: int, value: int) -> None:
        kind = ("location", "department", "role")[value % 3]
        if held := self.pick(guid, f"{kind}_assignments", place):
            self.vendor.unassign(guid, held["user_id"], kind, held[f"{kind}_id"])
