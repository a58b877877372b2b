"""What one person may see of a network. Both transports and the truth for tests ask here, so they agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.seven_geese.state import NetworkState
from simulators.seven_geese.tables import (
    ITEM_ANSWER_KINDS_2026,
    PARENTS,
    REFERENCES,
    TABLES,
    Key,
    Row,
)

Rule = Callable[["View", Row], bool]
FULL_SIGHT = 2
SUBMITTED, FINALIZED, PUBLISHED = 2, 4, 1
_DIRECTORY = frozenset({"networks", "profiles", "departments", "locations", "groups", "labels", "badges"})
_NEWER_ITEMS = frozenset(kind.replace("Answer", "") for kind in ITEM_ANSWER_KINDS_2026)


class View:
    """A network as profile `viewer` sees it, until anything in it changes.

    Full sight: an admin who was granted content visibility.
    """

    def __init__(self, state: NetworkState, viewer: int, old_schema: bool = False) -> None:
        self.state = state
        self.viewer = viewer
        self.old_schema = old_schema
        self._hidden = state.hidden.get(viewer) or None
        profile = state.get("profiles", viewer)
        self.full = bool(profile["is_admin"]) and profile["admin_content_visibility"] == FULL_SIGHT
        self._open = self.full and self._hidden is None
        self._lists: dict[str, list[Row]] = {}
        self.answers: dict[Any, list[Row]] = {}  # what listings have worked out from this view

    def unrestricted(self, table: str) -> bool:
        """Every row of `table` is seen, without looking at any."""
        if table in ("item_answers", "items"):
            return self._open and not self.old_schema
        return self._open and table not in _ALWAYS

    def sees(self, table: str, row: Row) -> bool:
        if self._hidden is not None and (table, row["id"]) in self._hidden:
            return False
        above = PARENTS.get(table)
        if above is not None:
            parent = self.state.tables[above[1]].rows.get(row[above[0]])
            if parent is None or not self.sees(above[1], parent):
                return False
        rule = _ALWAYS.get(table) or (None if self.full else _RULES.get(table))
        return rule is None or bool(rule(self, row))

    def rows(self, table: str) -> list[Row]:
        held = self.state.tables[table]
        if self.unrestricted(table):
            return held.all()
        if table not in self._lists:
            self._lists[table] = [row for row in held.all() if self.sees(table, row)]
        return self._lists[table]

    def get(self, table: str, key: Key) -> Row | None:
        row = self.state.tables[table].rows.get(key)
        if row is None or self.unrestricted(table) or self.sees(table, row):
            return row
        return None

    def by(self, table: str, column: str, value: object) -> list[Row]:
        found = self.state.tables[table].by(column, value)
        return found if self.unrestricted(table) else [row for row in found if self.sees(table, row)]

    def pointed(self, table: str, key: Key) -> Row | None:
        """The row a reference leads to: people and places are named even where they are not listed."""
        return self.state.tables[table].rows.get(key) if table in _DIRECTORY else self.get(table, key)

    def many(self, table: str, ids: list[int]) -> list[Row]:
        return [row for row in (self.pointed(table, one) for one in ids) if row is not None]

    def shaped(self, table: str, row: Row) -> Row:
        """A copy with the columns that depend on who looks: no reference leads to a row that is not seen."""
        shown = {name: list(value) if isinstance(value, list) else value for name, value in row.items()}
        for column, target in REFERENCES[table].items():
            if column.endswith("_ids"):
                shown[column] = [found["id"] for found in self.many(target, row[column])]
            elif row[column] is not None and self.pointed(target, row[column]) is None:
                shown[column] = None
        if table == "feedbacks" and not self.names_responder(row):
            shown["responder_id"] = None
        if table == "feedback_responders" and shown["feedback_id"] is not None:
            feedback = self.state.tables["feedbacks"].rows[row["feedback_id"]]
            shown["feedback_id"] = row["feedback_id"] if self.names_responder(feedback) else None
        if table == "departments":
            shown["member_ids"] = sorted(found["id"] for found in self.by("profiles", "team_ids", row["id"]))
        if table == "snapshots":
            shown["can_view_answers"] = self.reads_answers(row)
        if table == "objective_history":
            shown.pop("id")
        return shown

    def names_responder(self, feedback: Row) -> bool:
        """Anonymous feedback hides who gave it, from everybody but that person."""
        rows = self.state.tables
        responder = rows["feedback_responders"].rows.get(feedback["responder_id"])
        if responder is None or responder["profile_id"] == self.viewer:
            return responder is not None
        request = rows["feedback_requests"].rows[feedback["feedback_request_id"]]
        if request["respondents_names_visible_to"] == 1:
            return self.full or bool(request["creator_id"] == self.viewer)
        return bool(request["respondents_names_visible_to"])

    def reads_answers(self, review: Row) -> bool:
        return self.full or self.viewer in (review["for_user_id"], review["manager_id"])


def _objective(view: View, row: Row) -> bool:
    if not row["private"] or row["creator_id"] == view.viewer:
        return True
    return any(view.viewer in row[f"{part}_ids"] for part in ("owner", "stakeholder", "follower"))


def _request(view: View, row: Row) -> bool:
    if row["creator_id"] == view.viewer or (row["recipient_id"] == view.viewer and row["recipient_permissions"]):
        return True
    asked = view.state.tables["feedback_responders"].by("feedback_request_id", row["id"])
    return any(responder["profile_id"] == view.viewer for responder in asked)


def _feedback(view: View, row: Row) -> bool:
    """Your own, or a submitted one you asked for or received."""
    rows = view.state.tables
    responder = rows["feedback_responders"].rows.get(row["responder_id"])
    if responder is not None and responder["profile_id"] == view.viewer:
        return True
    request = rows["feedback_requests"].rows[row["feedback_request_id"]]
    received = request["recipient_id"] == view.viewer and request["recipient_permissions"]
    return row["state"] == SUBMITTED and bool(request["creator_id"] == view.viewer or received)


def _item_answer(view: View, row: Row) -> bool:
    """A 2020 server does not know the newer kinds at all; the rest depends on the review."""
    if view.old_schema and row["kind"] in ITEM_ANSWER_KINDS_2026:
        return False
    review = view.state.tables["snapshots"].rows[row["snapshot_id"]]
    if view.full or review["manager_id"] == view.viewer:
        return True
    own = row["responder_id"] == view.viewer
    return bool(review["for_user_id"] == view.viewer and (own or review["show_manager_answers"]))


def _takes_part(*columns: str) -> Rule:
    return lambda view, row: any(row[column] == view.viewer for column in columns)


def _action_item(view: View, row: Row) -> bool:
    return view.viewer in (row["creator_id"], row["assigned_to_id"]) or view.viewer in row["participant_ids"]


# Rules that bind an admin with full sight too.
_ALWAYS: dict[str, Rule] = {
    "private_notes": _takes_part("creator_id"),
    "notes": lambda view, row: row["shared"] or row["creator_id"] == view.viewer,
    "objective_relationships": lambda view, row: view.get("objectives", row["child_objective_id"]) is not None,
    "item_answers": _item_answer,
    "items": lambda view, row: not view.old_schema or row["kind"] not in _NEWER_ITEMS,
}
_RULES: dict[str, Rule] = {
    "objectives": _objective,
    "one_on_ones": _takes_part("facilitator_id", "participant_id", "scheduled_by_id"),
    "action_items": _action_item,
    "snapshot_groups": lambda view, row: row["state"] == PUBLISHED,
    "snapshots": _takes_part("for_user_id", "manager_id"),
    "feedback_requests": _request,
    "feedbacks": _feedback,
}
assert set(_ALWAYS) | set(_RULES) <= set(TABLES)
