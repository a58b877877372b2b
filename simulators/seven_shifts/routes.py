"""The vendor's read endpoints as a Flask app: who may ask, what they get, and the headers on every answer."""

from __future__ import annotations

import time
import uuid
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from simulators.server import ARRIVED, Headers
from simulators.seven_shifts import fault_answers, readings
from simulators.seven_shifts.control import add_control
from simulators.seven_shifts.filters import Query
from simulators.seven_shifts.listings import LISTINGS
from simulators.seven_shifts.pages import Page
from simulators.seven_shifts.refusals import ApiError, denied, not_found, refusal_response

if TYPE_CHECKING:
    from simulators.seven_shifts.simulator import SevenShifts

DEFAULT_VERSION = "2026-01-01"
TOKEN_PATH = "/oauth2/token"
_COMPANY = "/v2/company/<int:company_id>"


def build_app(sim: SevenShifts) -> Flask:
    app = Flask("simulators.seven_shifts")
    app.before_request(partial(_admit, sim))
    app.after_request(partial(_sign, sim))
    app.register_error_handler(ApiError, lambda refusal: refusal_response(refusal, sim.error_shape))
    app.register_error_handler(HTTPException, partial(_http_error, sim))
    app.add_url_rule(TOKEN_PATH, "token", partial(_token, sim), methods=["POST"])
    _add_pages(app, sim)
    add_control(app, sim)
    return app


def _add_pages(app: Flask, sim: SevenShifts) -> None:
    """Every GET of the API; endpoint names that start with `page.` can be spoiled by page faults."""

    def add(rule: str, name: str, read: readings.Reading) -> None:
        view = partial(_answer, sim, name, read)
        app.add_url_rule(rule, f"page.{name}", view, methods=["GET"])

    add("/v2/whoami", "whoami", readings.whoami)
    add("/v2/companies", "companies", readings.companies)
    add("/v2/companies/<int:id>", "company", readings.company)
    for listing in LISTINGS:
        add(f"{_COMPANY}/{listing.table}", listing.table, partial(readings.listing, listing))
        key = "<identifier>" if listing.table == "users" else f"<int:{listing.single}_id>"
        add(f"{_COMPANY}/{listing.table}/{key}", listing.single, partial(readings.single, listing))
    for kind in (
        "wages",
        "assignments",
        "location_assignments",
        "department_assignments",
        "role_assignments",
    ):
        read = partial(readings.of_user, kind)
        add(f"{_COMPANY}/users/<int:user_id>/{kind}", kind, read)


def _admit(sim: SevenShifts) -> Response | None:
    """Everything that can stand between a request and its answer."""
    g.fault = None
    if request.path.startswith("/_control"):
        return None
    is_token = request.path == TOKEN_PATH
    is_page = bool(request.endpoint and request.endpoint.startswith("page."))
    if sim.latency and not is_token:
        time.sleep(sim.latency)
    g.fault = sim.faults.take(request.path, is_page)
    if g.fault is not None:
        answer = fault_answers.answer(g.fault, request, sim.meter)
        if answer is not None:
            return answer
    if is_token:
        return None
    wait = sim.meter.wait_for_all()
    if wait > 0:
        return fault_answers.too_many(wait, sim.retry_after)
    headers = Headers({name.lower(): value for name, value in request.headers})
    with sim.lock:
        credential, g.state = sim.access.admit(headers, sim.states, sim.now)
        wait = sim.meter.wait(credential, sim.rate_limit, request.environ[ARRIVED])
    return fault_answers.too_many(wait, sim.retry_after) if wait > 0 else None


def _answer(sim: SevenShifts, name: str, read: readings.Reading, **keys: int | str) -> Response:
    state = g.state
    query = request.args.to_dict()
    if keys.pop("company_id", state.company.id) != state.company.id:
        raise denied("This company is not the one access was granted for")
    with sim.lock:
        if (state.company.guid, name) in sim.plans_too_low:
            raise denied("The company's plan does not include this endpoint")
        page = read(sim, state, query, **keys)
        number = _page_number(sim, state.company.guid, page, query)
    if g.fault is not None:
        fault_answers.spoil(g.fault, page)
    if sim.on_page is not None:
        sim.on_page(state.company.guid, page.table, number, dict(query))
    body = page.body()
    spoiled = fault_answers.spoil_body(g.fault, body) if g.fault is not None else None
    return spoiled or Response(body, 200, content_type="application/json")


def _page_number(sim: SevenShifts, guid: str, page: Page, query: Query) -> int:
    """1 for a request without cursor, else one more than the page that handed the cursor out."""
    if sim.on_page is None:
        return 1
    filters = tuple(sorted(item for item in query.items() if item[0] not in ("cursor", "limit")))
    number = sim.page_numbers.get((guid, page.table, filters, query.get("cursor", "")), 1)
    following = page.cursor["next"] if page.cursor else None
    if following:
        sim.page_numbers[guid, page.table, filters, following] = number + 1
    return number


def _token(sim: SevenShifts) -> Response:
    with sim.lock:
        return sim.access.token(request.form, sim.now, sim.token_seconds)


def _sign(sim: SevenShifts, response: Response) -> Response:
    asked = request.headers.get("x-api-version", DEFAULT_VERSION)
    applied = asked if asked in sim.supported_versions else min(sim.supported_versions)
    response.headers["x-api-version"] = sim.api_version_echo or applied
    response.headers["x-request-id"] = str(uuid.uuid4())
    response.headers["Cache-Control"] = "no-store"
    response.headers["Server"] = "cloudflare"
    response.headers["CF-RAY"] = f"{uuid.uuid4().hex[:16]}-SIM"
    if sim.send_date:
        response.headers["Date"] = format_datetime(sim.now, usegmt=True)
    return response


def _http_error(sim: SevenShifts, error: HTTPException) -> Response:
    if error.code == 405:
        return refusal_response(ApiError(405, "This API only reads here", "unknown"), sim.error_shape)
    if error.code == 404:
        return refusal_response(not_found(), sim.error_shape)
    return refusal_response(ApiError(error.code or 500, str(error.description), "unknown"), sim.error_shape)
