"""REST v2.0: the router's map, listings in Django REST framework's envelope, and single rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from flask import Request, Response

from simulators.seven_geese.names import BASE, PATHS
from simulators.seven_geese.rest_items import item
from simulators.seven_geese.tables import Row
from simulators.seven_geese.visibility import View

if TYPE_CHECKING:
    from simulators.seven_geese.simulator import SevenGeese

# path: (table, scope). There are no reviews here: they exist in GraphQL only.
RESOURCES = {
    PATHS[table]: (table, scope)
    for table, scope in (
        ("objectives", "objective"),
        ("checkins", "objective"),
        ("key_results", "objective"),
        ("labels", "objective"),
        ("recognitions", "recognition"),
        ("badges", "recognition"),
        ("users", "userprofile"),
        ("profiles", "userprofile"),
        ("departments", "department"),
        ("networks", "network"),
        ("one_on_ones", "oneonone"),
        ("feedback_requests", "feedback"),
        ("private_notes", "privatenote"),
    )
}
_FILTERS = {"userprofiles": "user", "recognitions": "created__date"}


class ApiError(Exception):
    """An answer other than 200, as Django REST framework words it."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


@dataclass
class Page:
    """What a request for a listing is answered with; faults spoil it before it is sent."""

    table: str
    number: int
    body: dict[str, Any] = field(default_factory=dict)


def not_found() -> ApiError:
    return ApiError(404, {"detail": "Not found."})


def forbidden() -> ApiError:
    return ApiError(403, {"detail": "You do not have permission to perform this action."})


def response(problem: ApiError) -> Response:
    return Response(json.dumps(problem.body), problem.status, problem.headers, content_type="application/json")


def root(sim: SevenGeese) -> dict[str, str]:
    return {path: f"{sim.url}{BASE}{path}/" for path in RESOURCES if path not in sim.rest_missing}


def resource(sim: SevenGeese, path: str) -> tuple[str, str]:
    """(table, scope)"""
    if path not in RESOURCES or path in sim.rest_missing:
        raise not_found()
    return RESOURCES[path]


def single(sim: SevenGeese, view: View, path: str, key: str) -> Row:
    table, _ = resource(sim, path)
    if table == "profiles" and key == "me":
        key = str(view.viewer)
    if not key.isdigit():
        raise not_found()
    if table == "users":
        held = view.by("profiles", "user_id", int(key))
        row = held[0] if held else None
    else:
        row = view.get(table, int(key))
    if row is None:
        raise not_found()
    return item(view, table, row, sim.url, sim.references)


def listing(sim: SevenGeese, view: View, path: str, request: Request) -> Page:
    table, _ = resource(sim, path)
    query = request.args.to_dict()
    rows = _rows(sim, view, path, table, query)
    size = _number(query.get("limit"), 0)
    size = sim.page_default if size <= 0 else min(size, sim.page_max)
    start = max(0, _number(query.get("offset"), 0))
    shown = [item(view, table, row, sim.url, sim.references) for row in rows[start : start + size]]
    body = {
        "count": len(rows),
        "next": _link(sim, request, query, start + size, size) if start + size < len(rows) else None,
        "previous": _link(sim, request, query, start - size, size) if start > 0 else None,
        "results": shown,
    }
    return Page(table, start // size, body)


def _rows(sim: SevenGeese, view: View, path: str, table: str, query: dict[str, str]) -> list[Row]:
    """The proven filters work, everything else is ignored, or refused when the server is strict."""
    allowed = {"limit", "offset", "format", _FILTERS.get(path, "limit")}
    unknown = sorted(set(query) - allowed)
    if sim.strict_filters and unknown:
        raise ApiError(400, {unknown[0]: ["Unknown filter."]})
    kept = {name: value for name, value in query.items() if name in allowed and name not in sim.filters_ignored}
    slot = ("rest", path, kept.get("user"), kept.get("created__date"), sim.deleted_departments_listed)
    if slot not in view.answers:
        view.answers[slot] = _filtered(sim, view, table, kept)
    return view.answers[slot]


def _filtered(sim: SevenGeese, view: View, table: str, query: dict[str, str]) -> list[Row]:
    rows = [row for row in view.rows("profiles" if table == "users" else table) if sim.is_listed(table, row)]
    if table == "profiles" and "user" in query:
        wanted = _number(query["user"], -1)
        rows = [row for row in rows if row["user_id"] == wanted]
    if table == "recognitions" and "created__date" in query:
        try:
            day = date.fromisoformat(query["created__date"])
        except ValueError:
            raise ApiError(400, {"created__date": ["Enter a valid date."]}) from None
        rows = [row for row in rows if row["awarded_date"].date() == day]
    if table == "recognitions":
        rows = sorted(rows, key=lambda row: row["awarded_date"], reverse=True)
    return rows


def _link(sim: SevenGeese, request: Request, query: dict[str, str], offset: int, size: int) -> str:
    """Absolute, keeping the other parameters; previous of the first page has no offset."""
    asked = {**query, "limit": str(size)}
    asked.pop("offset", None)
    if offset > 0:
        asked["offset"] = str(offset)
    split = urlsplit(sim.url)
    origin = f"{sim.next_scheme or split.scheme}://{sim.next_host or split.netloc}"
    return f"{origin}{request.path}?{urlencode(sorted(asked.items()))}"


def _number(text: str | None, default: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default


def options(sim: SevenGeese, path: str) -> dict[str, Any]:
    """What OPTIONS of a listing says."""
    resource(sim, path)
    return {
        "name": path.capitalize(),
        "description": "",
        "renders": ["application/json", "text/html"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    }
