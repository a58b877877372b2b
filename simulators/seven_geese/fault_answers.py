"""The answers that ordered faults turn into; see `faults` for the table."""

from __future__ import annotations

import codecs
import json
import time
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from flask import Request, Response

from simulators.server import RESET
from simulators.seven_geese.faults import Fault

if TYPE_CHECKING:
    from simulators.seven_geese.simulator import SevenGeese

_GATEWAY = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_TITLES = {
    "500": "Server Error (500)",
    "502": "502 Bad Gateway",
    "503": "503 Service Temporarily Unavailable",
    "504": "504 Gateway Time-out",
}
_REFUSALS = {
    "401": "Authentication credentials were not provided.",
    "403": "You do not have permission to perform this action.",
    "404": "Not found.",
}


def answer(fault: Fault, request: Request, sim: SevenGeese) -> Response | None:
    """The whole answer, or None when the fault spoils the real one instead."""
    kind, how = fault.kind, fault.how
    if kind in _TITLES:
        return _html(_TITLES[kind], int(kind))
    if kind in _REFUSALS:
        headers = {"WWW-Authenticate": 'Bearer realm="api",error="invalid_token"'} if kind == "401" else {}
        return _json({"detail": _REFUSALS[kind]}, int(kind), headers)
    if kind == "429":
        return _throttled(sim, how.get("seconds", 1), bool(how.get("http_date")))
    if kind == "html":
        return _html("We will be back soon", 200)
    if kind == "reset":
        request.environ[RESET] = True
        return Response("", 500)
    if kind == "redirect":
        to = str(how.get("to", "http://elsewhere.example.test/"))
        return Response("", int(how.get("status", 302)), {"Location": to})
    if kind == "oauth_error":
        return _json({"error": str(how.get("error", "invalid_grant"))}, int(how.get("status", 400)), {})
    if kind == "slow":
        time.sleep(float(how.get("seconds", 1.0)))
    return None


def spoiled(fault: Fault, response: Response) -> Response:
    """A finished answer with its bytes changed."""
    body = response.get_data()
    if fault.kind == "truncated":
        body = body[: max(1, len(body) * 2 // 3)]
    if fault.kind == "bom":
        body = codecs.BOM_UTF8 + body
    response.set_data(body)
    return response


def _throttled(sim: SevenGeese, seconds: float | None, http_date: bool) -> Response:
    waits = "" if seconds is None else f" Expected available in {seconds} seconds."
    headers = {}
    if seconds is not None:
        until = format_datetime(sim.now + timedelta(seconds=seconds), usegmt=True)
        headers["Retry-After"] = until if http_date else str(seconds)
    return _json({"detail": f"Request was throttled.{waits}"}, 429, headers)


def _html(title: str, status: int) -> Response:
    return Response(_GATEWAY.format(title), status, content_type="text/html; charset=utf-8")


def _json(body: dict[str, str], status: int, headers: dict[str, str]) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")
