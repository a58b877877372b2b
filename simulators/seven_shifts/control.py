"""The simulator's own methods over HTTP, for tests and demos in another process."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from simulators.seven_shifts.rows import ASSIGNMENTS, TABLES

if TYPE_CHECKING:
    from simulators.seven_shifts.simulator import SevenShifts

METHODS = frozenset(
    {
        "rows",
        "create",
        "edit",
        "delete",
        "undelete",
        "draft_create",
        "draft_edit",
        "draft_delete",
        "publish",
        "add_break",
        "edit_break",
        "remove_break",
        "assign",
        "unassign",
        "set_wage",
        "revoke",
        "restore",
        "plan_too_low",
        "expire_tokens",
        "advance",
        "block",
        "clear_requests",
        "faults.add",
        "faults.clear",
        "set",
    }
)


def add_control(app: Flask, sim: SevenShifts) -> None:
    app.add_url_rule("/_control/state", "control.state", partial(_state, sim), methods=["GET"])
    app.add_url_rule("/_control/<method>", "control.call", partial(_call, sim), methods=["POST"])


def _state(sim: SevenShifts) -> Response:
    companies = []
    with sim.lock:
        for company in sim.companies:
            tables = (*TABLES, *ASSIGNMENTS)
            counts = {table: len(sim.states[company.guid].rows(table)) for table in tables}
            companies.append({**vars(company), "counts": counts})
    body = {
        **sim.describe(),
        "companies": companies,
        "now": sim.now.isoformat(),
        "requests": len(sim.requests),
    }
    return _json(body, 200)


def _call(sim: SevenShifts, method: str) -> Response:
    arguments = request.get_json(force=True, silent=True) if request.data else {}
    if method not in METHODS or not isinstance(arguments, dict):
        return _json({"error": f"call one of {', '.join(sorted(METHODS))} with a JSON object"}, 400)
    target: Any = sim
    for name in method.split("."):
        target = getattr(target, name)
    try:
        return _json({"result": target(**arguments)}, 200)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, 400)


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
