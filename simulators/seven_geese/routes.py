"""The vendor's three doors as a Flask app: who may ask, what they get, and the headers on every answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import HTTPException

from simulators.server import RESET
from simulators.seven_geese import fault_answers, graphql_endpoint, oauth, rest_endpoint
from simulators.seven_geese.control import add_control
from simulators.seven_geese.faults import BODY_KINDS, Target
from simulators.seven_geese.names import BASE
from simulators.seven_geese.rest import ApiError, response
from simulators.seven_geese.tokens import Grant

if TYPE_CHECKING:
    from simulators.seven_geese.simulator import SevenGeese

TOKEN_PATH, AUTHORIZE_PATH, GRAPHQL_PATH = "/o/token/", "/o/authorize/", "/graphql"
_NOT_FOUND = "<!DOCTYPE html><html><head><title>Page not found</title></head><body></body></html>"


def build_app(sim: SevenGeese) -> Flask:
    app = Flask("simulators.seven_geese")
    app.before_request(partial(_admit, sim))
    app.after_request(partial(_sign, sim))
    app.register_error_handler(ApiError, response)
    app.register_error_handler(HTTPException, _http_error)
    for rule, view, method in (
        (AUTHORIZE_PATH, oauth.authorize, "GET"),
        (TOKEN_PATH, oauth.token, "POST"),
        ("/o/revoke_token/", oauth.revoke, "POST"),
    ):
        app.add_url_rule(rule, rule, partial(_locked, sim, view), methods=[method])
    app.add_url_rule(GRAPHQL_PATH, "graphql", partial(_graphql, sim), methods=["GET", "POST"])
    every = ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule(f"{BASE}<path:path>", "rest", partial(_rest, sim), methods=every, provide_automatic_options=False)
    app.add_url_rule(BASE, "rest.root", partial(_rest, sim), methods=every, provide_automatic_options=False)
    add_control(app, sim)
    return app


def _admit(sim: SevenGeese) -> Response | None:
    """Everything that can stand between a request and its answer."""
    g.fault = g.asked = g.grant = None
    if request.path.startswith("/_control"):
        return None
    if not request.path.endswith("/") and request.path != GRAPHQL_PATH:
        # Django appends the slash for readers and finds nothing for the others.
        there = f"{request.path}/?{request.query_string.decode()}".rstrip("?")
        return Response("", 301, {"Location": there}) if request.method == "GET" else _http_error(None)
    if request.path == GRAPHQL_PATH:
        g.asked = graphql_endpoint.read(request)
    if sim.latency:
        time.sleep(sim.latency)
    g.grant = _grant(sim)
    g.fault = sim.faults.take(_target(sim)) if sim.faults.left else None
    return fault_answers.answer(g.fault, request, sim) if g.fault is not None else None


def _target(sim: SevenGeese) -> Target:
    path = request.path
    if path == GRAPHQL_PATH:
        with sim.lock:
            kind = graphql_endpoint.kind_of(sim, g.asked)
        return Target(path, kind, g.asked.operation, g.asked.text)
    if path == TOKEN_PATH:
        return Target(path, "token")
    if not path.startswith(BASE):
        return Target(path, "other")
    parts = path[len(BASE) :].strip("/").split("/")
    return Target(path, "listing" if len(parts) == 1 and parts[0] else "rest")


def _grant(sim: SevenGeese) -> Grant | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with sim.lock:
        grant = sim.tokens.grant_of(token, sim.now) if scheme == "Bearer" else None
        return grant if grant is not None and sim.is_active(grant.profile) else None


def _rest(sim: SevenGeese, path: str = "") -> Response:
    return rest_endpoint.answer(sim, request, g.grant, path, g.fault)


def _graphql(sim: SevenGeese) -> Response:
    if not sim.graphql_enabled:
        return _http_error(None)
    if g.grant is None and sim.graphql_anonymous != "null":
        raise rest_endpoint.refused(request)
    with sim.lock:
        ask = sim.asking(g.grant)
        fault = None if g.fault is None or g.fault.kind in BODY_KINDS else g.fault
        if fault is not None and fault.kind == "first_cap":
            ask.first_cap = ask.nested_cap = int(fault.how.get("cap", 50))
        answer = graphql_endpoint.answer(sim, g.asked, ask, fault)
    if sim.on_page is not None and g.grant is not None:
        for table, number in graphql_endpoint.pages(ask):
            sim.on_page("graphql", table, number, g.grant.network)
    return answer


def _locked(sim: SevenGeese, view: Callable[[SevenGeese, Request], Response]) -> Response:
    with sim.lock:
        return view(sim, request)


def _sign(sim: SevenGeese, answer: Response) -> Response:
    if g.get("fault") is not None and g.fault.kind in BODY_KINDS:
        answer = fault_answers.spoiled(g.fault, answer)
    if g.get("asked") is not None:
        sim.note(g.asked, g.grant, 0 if request.environ.get(RESET) else answer.status_code)
    answer.headers["Server"] = "nginx"
    answer.headers["Vary"] = "Accept, Cookie"
    if sim.send_date:
        answer.headers["Date"] = format_datetime(sim.now, usegmt=True)
    return answer


def _http_error(error: HTTPException | None) -> Response:
    code = 404 if error is None else error.code or 500
    return Response(_NOT_FOUND, code, content_type="text/html; charset=utf-8")
