"""How REST v2.0 spells a row: hyperlinks in places, nested objects in others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.seven_geese.names import table_url
from simulators.seven_geese.tables import REFERENCES, Row, Value
from simulators.seven_geese.times import rest_text
from simulators.seven_geese.truth import user_row
from simulators.seven_geese.visibility import View

# Shown under another name than GraphQL's.
_RENAMED: dict[str, dict[str, str]] = {
    "recognitions": {
        "awarded_date": "created",
        "recognition_web_view_url": "recognition_url",
        "sender_id": "creator",
    },
    "checkins": {"status": "assessment_status"},
}
_LEFT_OUT: dict[str, frozenset[str]] = {
    "profiles": frozenset(
        {"user_id", "first_name", "last_name", "full_name", "email", "date_joined", "location_ids", "team_ids"}
        | {"group_ids", "profile_url"}
    ),
    "recognitions": frozenset({"recipient_ids", "team_recipient_ids", "parsed_message"}),
    "departments": frozenset({"leader_ids"}),
    "objectives": frozenset({"starting_value", "current_value", "target_value", "measurement_type", "format"}),
}
_NESTED = frozenset({("recognitions", "sender_id"), ("objectives", "creator_id"), ("departments", "creator_id")})


def item(view: View, table: str, row: Row, origin: str, references: str) -> Row:
    """`references` is "urls" (as evidenced: mixed), "ids" or "objects"."""
    if table == "users":
        return _user(row, origin)
    shown: Row = {"url": table_url(origin, table, row["id"]), "id": row["id"]}
    point = _pointer(view, origin, references)
    shaped = view.shaped(table, row)
    for column, value in shaped.items():
        if column == "id" or column in _LEFT_OUT.get(table, ()):
            continue
        target = REFERENCES[table].get(column) or ("profiles" if column == "member_ids" else None)
        name = _RENAMED.get(table, {}).get(column) or _plain(column)
        if target is None:
            shown[name] = rest_text(value)
        elif isinstance(value, list):
            shown[name] = [point(target, one, False) for one in value]
        else:
            shown[name] = point(target, value, (table, column) in _NESTED)
    _special(view, table, shaped, shown, point, origin)
    return shown


def _plain(column: str) -> str:
    if column.endswith("_ids"):
        return column.removesuffix("_ids") + "s"
    return column.removesuffix("_id") if column != "hris_id" and column != "employee_id" else column


def _special(view: View, table: str, row: Row, shown: Row, point: Callable[[str, Any, bool], Any], origin: str) -> None:
    if table == "profiles":
        shown["user"] = _user(view.state.get(table, row["id"]), origin)
        shown["profile_img"] = row["profile_image_url"]
    elif table == "recognitions":
        first = next(iter(row["recipient_ids"]), None)
        shown["recipient"] = point("profiles", first, True)
    elif table == "objectives":
        below = view.by("key_results", "objective_id", row["id"])
        shown["key_results"] = [point("key_results", one["id"], False) for one in below]
        parts = ("owner_ids", "stakeholder_ids", "follower_ids")
        roles = [code for code, part in enumerate(parts, start=1) if view.viewer in row[part]]
        shown["participant_type"] = roles[0] if roles else None


def _pointer(view: View, origin: str, references: str) -> Callable[[str, Any, bool], Any]:
    def point(table: str, id: int | None, nested: bool) -> Value:
        if id is None or references == "ids":
            return id
        url = table_url(origin, table, id)
        if references == "urls" and not nested:
            return url
        if table != "profiles":
            return {"id": id, "url": url}
        person = view.state.get(table, id)
        return {"id": id, "url": url, "user": {name: person[name] for name in ("first_name", "last_name")}}

    return point


def _user(profile: Row, origin: str) -> Row:
    row = user_row(profile)
    row.pop("profile_id")
    shown = {name: rest_text(value) for name, value in row.items()}
    return {"url": table_url(origin, "users", row["id"]), **shown}
