"""What people do in the vendor's own screens: the calls a test or a demo uses to change the data."""

from __future__ import annotations

import copy
import threading

from simulators.seven_shifts.rows import ASSIGNMENTS, TABLES, Row
from simulators.seven_shifts.state import CompanyState, spelled

_FLAGGED = ("locations", "shifts", "time_punches")
_KINDS = {
    **{kind: kind for kind in ASSIGNMENTS},
    **{kind.split("_", 1)[0]: kind for kind in ASSIGNMENTS},
    **{kind.split("_", 1)[0] + "s": kind for kind in ASSIGNMENTS},
}


class Edits:
    """Edits by company guid. Every returned row is a copy."""

    break_edits_bump = False

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.states: dict[str, CompanyState] = {}

    def state(self, guid: str) -> CompanyState:
        try:
            return self.states[guid]
        except KeyError:
            raise KeyError(f"no company has the guid {guid}") from None

    def rows(self, guid: str, table: str) -> list[Row]:
        if table not in (*TABLES, *ASSIGNMENTS):
            raise KeyError(f"no table {table}")
        with self.lock:
            return self.state(guid).rows(table)

    def create(self, guid: str, table: str, **fields: object) -> Row:
        with self.lock:
            state = self.state(guid)
            return copy.deepcopy(state.insert(table, {**_places(state, table), **fields}))

    def edit(self, guid: str, table: str, id: int, bump: bool = True, **changes: object) -> Row:
        with self.lock:
            state = self.state(guid)
            row = {**state.get(table, id), **spelled(table, changes)}
            if bump and "modified" not in changes:
                row["modified"] = state.now(table)
            return copy.deepcopy(state.put(table, row))

    def delete(self, guid: str, table: str, id: int) -> None:
        """Flag what the vendor flags, deactivate users, remove the rest for good."""
        with self.lock:
            state = self.state(guid)
            state.get(table, id)
            if table in _FLAGGED:
                self.edit(guid, table, id, deleted=True)
            elif table == "users":
                self.edit(guid, table, id, active=False)
            else:
                state.tables[table].remove(id)
            if table == "shifts" and id in state.tables["shift_drafts"].rows:
                state.tables["shift_drafts"].remove(id)
            state.version += 1

    def undelete(self, guid: str, table: str, id: int) -> None:
        with self.lock:
            state = self.state(guid)
            if table in _FLAGGED:
                self.edit(guid, table, id, deleted=False)
            elif table == "users":
                self.edit(guid, table, id, active=True)
            else:
                state.put(table, state.tables[table].removed.pop(id))

    def draft_create(self, guid: str, **fields: object) -> Row:
        """A shift that was never published."""
        unpublished = {"draft": True, "notified": False, "publish_status": "draft"}
        return self.create(guid, "shift_drafts", **{**unpublished, **fields})

    def draft_edit(self, guid: str, shift_id: int, **changes: object) -> Row:
        """An unpublished edit: same id in the draft pass, the published row untouched."""
        return self._draft(guid, shift_id, "published", changes)

    def draft_delete(self, guid: str, shift_id: int) -> Row:
        return self._draft(guid, shift_id, "published_deleted", {})

    def publish(self, guid: str, shift_id: int) -> Row:
        """Apply the draft: create, change or delete the published shift."""
        with self.lock:
            state = self.state(guid)
            draft = copy.deepcopy(state.get("shift_drafts", shift_id))
            state.tables["shift_drafts"].remove(shift_id)
            draft["deleted"] = draft["publish_status"] == "published_deleted"
            draft |= {"draft": False, "notified": True, "publish_status": "published"}
            draft["modified"] = state.now("shifts")
            return copy.deepcopy(state.put("shifts", draft))

    def add_break(self, guid: str, punch_id: int, **fields: object) -> Row:
        with self.lock:
            state = self.state(guid)
            punch = state.get("time_punches", punch_id)
            added = {
                "id": state.new_id("punch_breaks"),
                "user_id": punch["user_id"],
                "custom_break_id": 0,
                "paid": False,
                "in": state.now("time_punches"),
                "out": None,
                "deleted": False,
                **spelled("time_punches", fields),
            }
            self._set_breaks(guid, punch_id, [*punch["breaks"], added])
            return dict(added)

    def edit_break(self, guid: str, punch_id: int, break_id: int, **changes: object) -> Row:
        with self.lock:
            breaks = copy.deepcopy(self.state(guid).get("time_punches", punch_id)["breaks"])
            edited: Row = next(each for each in breaks if each["id"] == break_id)
            edited.update(spelled("time_punches", changes))
            self._set_breaks(guid, punch_id, breaks)
            return dict(edited)

    def remove_break(self, guid: str, punch_id: int, break_id: int, flagged: bool = False) -> None:
        if flagged:
            self.edit_break(guid, punch_id, break_id, deleted=True)
            return
        with self.lock:
            breaks = self.state(guid).get("time_punches", punch_id)["breaks"]
            self._set_breaks(guid, punch_id, [each for each in breaks if each["id"] != break_id])

    def assign(self, guid: str, user_id: int, kind: str, id: int, **extra: object) -> None:
        """`kind` is location, department or role."""
        with self.lock:
            held = self.state(guid).assigned[_KINDS[kind]].setdefault(user_id, {})
            held[id] = {**_assignment_extras(_KINDS[kind], len(held)), **extra}
            self.state(guid).version += 1

    def unassign(self, guid: str, user_id: int, kind: str, id: int) -> None:
        with self.lock:
            del self.state(guid).assigned[_KINDS[kind]][user_id][id]
            self.state(guid).version += 1

    def set_wage(
        self,
        guid: str,
        user_id: int,
        wage_cents: int,
        role_id: int | None = None,
        effective_date: str | None = None,
        wage_type: str = "hourly",
    ) -> Row:
        """A new rate from `effective_date` (today unless told); the user's own row is not touched."""
        with self.lock:
            day = effective_date or self.state(guid).clock().date().isoformat()
            rate = {"wage_cents": wage_cents, "role_id": role_id, "wage_type": wage_type}
            return self.create(guid, "wages", user_id=user_id, effective_date=day, **rate)

    def _draft(self, guid: str, shift_id: int, status: str, changes: Row) -> Row:
        with self.lock:
            state = self.state(guid)
            published = state.get("shifts", shift_id)
            draft = copy.deepcopy(state.tables["shift_drafts"].rows.get(shift_id, published))
            draft |= {"draft": True, "publish_status": status, "modified": state.now("shifts")}
            draft |= spelled("shifts", changes)
            return copy.deepcopy(state.put("shift_drafts", draft))

    def _set_breaks(self, guid: str, punch_id: int, breaks: list[Row]) -> None:
        self.edit(guid, "time_punches", punch_id, bump=self.break_edits_bump, breaks=breaks)


def _assignment_extras(kind: str, held: int) -> Row:
    if kind == "role_assignments":
        return {"is_primary": held == 0, "skill_level": 1, "sort": held}
    return {"appear_on_schedule": True} if kind == "department_assignments" else {}


def _places(state: CompanyState, table: str) -> Row:
    """Sensible references for a row made with few fields."""
    if table in ("companies", "locations", "users"):
        return {}
    locations = [row["id"] for row in state.tables["locations"].rows.values() if not row["deleted"]]
    users = [row["id"] for row in state.tables["users"].rows.values() if row["active"]]
    places: Row = {"location_id": locations[0] if locations else 0}
    if table in ("departments", "roles"):
        return places
    if table == "wages":
        return {"user_id": users[0] if users else 0}
    places["user_id"] = users[0] if users else 0
    if table == "time_punches":
        return {**places, "clocked_in": state.clock()}
    return {**places, "start": state.clock(), "end": state.clock()}
