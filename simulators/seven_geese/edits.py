"""What people do in the vendor's own screens: the calls a test or a demo uses to change the data."""

from __future__ import annotations

import copy
import threading

from simulators.seven_geese import consequences
from simulators.seven_geese.blanks import BLANK
from simulators.seven_geese.options import Options
from simulators.seven_geese.state import Network, NetworkState
from simulators.seven_geese.tables import PARENTS, TABLES, Row
from simulators.seven_geese.times import stored
from simulators.seven_geese.visibility import FINALIZED, View

_FLAGGED = ("departments", "one_on_ones", "action_items", "snapshots")
_CHANGED = ("modified", "updated", "updated_time")
# Columns that a row cannot do without: a caller who does not care gets the admin.
_PERSONS = ("creator_id", "sender_id", "user_id", "facilitator_id", "for_user_id", "assigned_to_id", "scheduled_by_id")


class Edits(Options):
    """Edits by network id. Every returned row is a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.RLock()
        self.states: dict[int, NetworkState] = {}
        self._views: dict[int, tuple[tuple[int, str], View]] = {}

    def state(self, network: int | Network) -> NetworkState:
        number = network.id if isinstance(network, Network) else network
        try:
            return self.states[number]
        except KeyError:
            raise KeyError(f"no network has the id {number}") from None

    def state_of(self, profile: int) -> NetworkState:
        for state in self.states.values():
            if profile in state.tables["profiles"].rows:
                return state
        raise KeyError(f"no profile has the id {profile}")

    def view(self, state: NetworkState, viewer: int | None = None) -> View:
        """The same view until something changes, with all it has found out."""
        viewer = state.admin if viewer is None else viewer
        age = (state.version, self.schema)
        known = self._views.get(viewer)
        if known is None or known[0] != age:
            known = self._views[viewer] = (age, View(state, viewer, self.schema == "2020"))
        return known[1]

    def rows(self, network: int, table: str, viewer: int | None = None) -> list[Row]:
        """What `viewer` (the admin, if nobody is named) may see, flagged-deleted rows included."""
        with self.lock:
            view = self.view(self.state(network), viewer)
            if table == "users":
                return [user_row(profile) for profile in view.rows("profiles")]
            if table not in TABLES:
                raise KeyError(f"no table {table}")
            listed = [row for row in view.rows(table) if self.is_listed(table, row)]
            return copy.deepcopy([view.shaped(table, row) for row in listed])

    def is_listed(self, table: str, row: Row) -> bool:
        return table != "departments" or self.deleted_departments_listed or not row["deleted"]

    def create(self, network: int, table: str, **fields: object) -> int:
        with self.lock:
            state = self.state(network)
            row = state.insert(table, **{**_places(state, table), **fields})
            consequences.created(state, table, row)
            self._bump_parent(state, table, row)
            return int(row["id"])

    def edit(self, network: int, table: str, id: int, bump: bool = True, **fields: object) -> None:
        """`kind` picks the row where kinds of one table have pks of their own."""
        with self.lock:
            state = self.state(network)
            kind = fields.pop("kind", None)
            key = state.find(table, id, str(kind) if kind else None)
            before = state.get(table, key)
            unknown = sorted(set(fields) - set(BLANK[table]))
            if unknown:
                raise ValueError(f"{table} has no column {unknown[0]}")
            row = {**before, **{name: stored(name, value) for name, value in fields.items()}}
            if bump:
                row.update({name: state.stamp() for name in _CHANGED if name in row and name not in fields})
            state.put(table, row)
            consequences.edited(state, table, before, row)
            self._bump_parent(state, table, row)

    def delete(self, network: int, table: str, id: int, kind: str | None = None) -> None:
        """The vendor's way: a flag where it flags, otherwise gone with everything below it."""
        with self.lock:
            state = self.state(network)
            if table == "networks":
                raise ValueError("a network cannot be deleted")
            key = state.find(table, id, kind)
            if table == "profiles":
                self.deactivate(network, id)
            elif table == "badges":
                self.edit(network, table, id, active=False)
            elif table in _FLAGGED:
                self.edit(network, table, id, deleted=True)
            else:
                row = state.get(table, key)
                consequences.remove(state, table, key)
                self._bump_parent(state, table, row)

    def hide(self, network: int, table: str, id: int, profile: int) -> None:
        """`profile` loses sight of the row and of everything below it."""
        with self.lock:
            state = self.state(network)
            state.hidden.setdefault(profile, set()).add((table, id))
            state.version += 1

    def unhide(self, network: int, table: str, id: int, profile: int) -> None:
        with self.lock:
            state = self.state(network)
            state.hidden.get(profile, set()).discard((table, id))
            state.version += 1

    def set_permissions(
        self, profile: int, *, is_admin: bool | None = None, admin_content_visibility: int | None = None
    ) -> None:
        with self.lock:
            state = self.state_of(profile)
            row = dict(state.get("profiles", profile))
            if is_admin is not None:
                row["is_admin"] = is_admin
            if admin_content_visibility is not None:
                row["admin_content_visibility"] = admin_content_visibility
            state.put("profiles", row)

    def close_objective(self, network: int, id: int) -> None:
        with self.lock:
            moment = self.state(network).stamp()
            self.edit(network, "objectives", id, closed=True, completed_datetime=moment)
            consequences.remember_progress(self.state(network), id)

    def reopen_objective(self, network: int, id: int) -> None:
        """`completed_datetime` stays: it is the last time the objective was closed."""
        with self.lock:
            self.edit(network, "objectives", id, closed=False)
            consequences.remember_progress(self.state(network), id)

    def finalize_review(self, network: int, id: int) -> None:
        self._move_review(network, id, FINALIZED, None)

    def reopen_review(self, network: int, id: int) -> None:
        self._move_review(network, id, 1, FINALIZED)

    def deactivate(self, network: int, profile: int) -> None:
        with self.lock:
            moment = self.state(network).stamp()
            gone: Row = {"activated": False, "activation_state": 3, "deactivated_timestamp": moment}
            self.edit(network, "profiles", profile, **gone)

    def reactivate(self, network: int, profile: int) -> None:
        back: Row = {"activated": True, "activation_state": 1, "deactivated_timestamp": None}
        self.edit(network, "profiles", profile, **back)

    def _move_review(self, network: int, id: int, to: int, following: int | None) -> None:
        with self.lock:
            state = self.state(network)
            before = state.get("snapshots", id)["state"]
            self.edit(network, "snapshots", id, state=to, next_state=following, show_manager_answers=to == FINALIZED)
            who: Row = {"creator_id": state.admin, "approved_by_id": state.admin}
            state.insert("snapshot_approvals", snapshot_id=id, previous_state=before, new_state=to, **who)

    def _bump_parent(self, state: NetworkState, table: str, row: Row) -> None:
        """Whether a change below shows above is undocumented, so it is an option."""
        if table in ("key_results", "checkins") and self.key_result_edits_bump:
            parent = state.get("objectives", row["objective_id"])
            state.put("objectives", {**parent, "modified": state.stamp()})
        if table in ("questions", "notes", "comments") and self.note_edits_bump:
            parent = state.get("one_on_ones", row["one_on_one_id"])
            state.put("one_on_ones", {**parent, "updated_time": state.stamp()})


def user_row(profile: Row) -> Row:
    """The login behind a profile; its pk is another number."""
    names = ("username", "first_name", "last_name", "email", "date_joined")
    return {
        "id": profile["user_id"],
        **{name: profile[name] for name in names},
        "is_active": profile["activated"],
        "profile_id": profile["id"],
    }


def _places(state: NetworkState, table: str) -> Row:
    """References a new row needs: the network, the admin, and the first possible parent."""
    columns = BLANK[table]
    found: Row = {name: state.admin for name in _PERSONS if name in columns and table != "profiles"}
    if "network_id" in columns:
        found["network_id"] = state.id
    if table in PARENTS:
        column, parent = PARENTS[table]
        found[column] = next(iter(state.tables[parent].rows), None)
    return found
