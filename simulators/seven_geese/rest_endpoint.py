"""Which REST view a path means, and what stands before it: token, scope, method."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Request, Response

from simulators.seven_geese import page_faults, rest
from simulators.seven_geese.faults import Fault
from simulators.seven_geese.rest import ApiError, Page
from simulators.seven_geese.tokens import Grant

if TYPE_CHECKING:
    from simulators.seven_geese.simulator import SevenGeese


def refused(request: Request) -> ApiError:
    shown = "Authorization" in request.headers
    more = ',error="invalid_token",error_description="The access token is invalid."' if shown else ""
    detail = {"detail": "Authentication credentials were not provided."}
    return ApiError(401, detail, {"WWW-Authenticate": f'Bearer realm="api"{more}'})


def answer(sim: SevenGeese, request: Request, grant: Grant | None, path: str, fault: Fault | None) -> Response:
    if grant is None:
        raise refused(request)
    parts = [part for part in path.split("/") if part]
    with sim.lock:
        found = _found(sim, request, grant, parts)
    if not isinstance(found, Page):
        return _json(found)
    if fault is not None:
        page_faults.spoil_rest(fault, found.body, request.url)
    if sim.on_page is not None:
        sim.on_page("rest", found.table, found.number, grant.network)
    return _json(found.body)


def _found(sim: SevenGeese, request: Request, grant: Grant, parts: list[str]) -> Page | dict[str, Any]:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        raise ApiError(405, {"detail": f'Method "{request.method}" not allowed.'}, {"Allow": "GET, HEAD, OPTIONS"})
    if not parts:
        return rest.root(sim)
    _, scope = rest.resource(sim, parts[0])
    if not grant.may(scope):
        raise rest.forbidden()
    if len(parts) > 2:
        raise rest.not_found()
    if request.method == "OPTIONS":
        return rest.options(sim, parts[0])
    view = sim.view(sim.state(grant.network), grant.profile)
    if len(parts) == 2:
        return rest.single(sim, view, parts[0], parts[1])
    return rest.listing(sim, view, parts[0], request)


def _json(body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), 200, content_type="application/json")
