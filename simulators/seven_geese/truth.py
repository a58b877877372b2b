"""What there is and who may see it, in the simulator's own words: the tables that tests compare with."""

from __future__ import annotations

import copy
import threading

from simulators.seven_geese.options import Options
from simulators.seven_geese.state import Network, NetworkState
from simulators.seven_geese.tables import TABLES, Row
from simulators.seven_geese.visibility import View


class Truth(Options):
    """Networks by id. Every returned row is a copy."""

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


def user_row(profile: Row) -> Row:
    """The login behind a profile; its pk is another number."""
    names = ("username", "first_name", "last_name", "email", "date_joined")
    return {
        "id": profile["user_id"],
        **{name: profile[name] for name in names},
        "is_active": profile["activated"],
        "profile_id": profile["id"],
    }
