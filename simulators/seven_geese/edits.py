"""What people do in the vendor's own screens: the calls a test or a demo uses to change the data."""

from __future__ import annotations

from simulators.seven_geese import consequences
from simulators.seven_geese.blanks import BLANK
from simulators.seven_geese.state import NetworkState
from simulators.seven_geese.tables import PARENTS, TABLES, Row
from simulators.seven_geese.times import stored
from simulators.seven_geese.truth import Truth
from simulators.seven_geese.visibility import FINALIZED

_FLAGGED = ("departments", "one_on_ones", "action_items", "snapshots")
_CHANGED = ("modified", "updated", "updated_time")
# Columns that a row cannot do without: a caller who does not care gets the admin.
_PERSONS = ("creator_id", "sender_id", "user_id", "facilitator_id", "for_user_id", "assigned_to_id", "scheduled_by_id")


class Edits(Truth):
    """Edits by network id."""

    def create(self, network: int, table: str, **fields: object) -> int:
        with self.lock:
            state = self.state(network)
            if table not in TABLES or table == "networks":
                raise ValueError(f"no {table} can be made here")
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
