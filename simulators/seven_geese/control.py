"""The simulator's own methods over HTTP, for tests and demos in another process."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from simulators.seven_geese.tables import TABLES

if TYPE_CHECKING:
    from simulators.seven_geese.simulator import SevenGeese

METHODS = frozenset(
    {
        "rows",
        "create",
        "edit",
        "delete",
        "close_objective",
        "reopen_objective",
        "finalize_review",
        "reopen_review",
        "deactivate",
        "reactivate",
        "hide",
        "unhide",
        "set_permissions",
        "static_token",
        "authorize",
        "expire_tokens",
        "revoke",
        "advance",
        "clear_requests",
        "change_schema",
        "restore_schema",
        "faults.add",
        "faults.clear",
        "set",
    }
)


def add_control(app: Flask, sim: SevenGeese) -> None:
    app.add_url_rule("/_control/state", "control.state", partial(_state, sim), methods=["GET"])
    app.add_url_rule("/_control/<method>", "control.call", partial(_call, sim), methods=["POST"])


def _state(sim: SevenGeese) -> Response:
    networks = []
    with sim.lock:
        for network in sim.networks:
            counts = {table: len(sim.rows(network.id, table)) for table in TABLES}
            networks.append({**vars(network), "counts": counts})
    body = {**sim.describe(), "networks": networks, "now": sim.now.isoformat(), "requests": len(sim.requests)}
    return _json(body, 200)


def _call(sim: SevenGeese, method: str) -> Response:
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
    return Response(json.dumps(body, default=_text), status, content_type="application/json")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
