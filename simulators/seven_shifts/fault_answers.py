"""The answers and pages that ordered faults turn into."""

from __future__ import annotations

import json
import time
from typing import Any

from flask import Request, Response

from simulators.server import RESET
from simulators.seven_shifts.cursors import first_place, same_place
from simulators.seven_shifts.faults import Fault
from simulators.seven_shifts.limits import Meter, retry_after
from simulators.seven_shifts.pages import Page
from simulators.seven_shifts.refusals import TITLES, ApiError, bad_request, denied, not_found, unauthorized

_CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
_SIGN_IN = "<!DOCTYPE html><html><head><title>7shifts</title></head><body>Sign in</body></html>"
_REFUSALS = {
    "401": unauthorized("The access token is not valid"),
    "403": denied("You do not have permission to do this"),
    "404": not_found(),
}


def answer(fault: Fault, request: Request, meter: Meter) -> Response | None:
    """The whole answer, or None when the fault spoils the real one instead."""
    kind, options = fault.kind, fault.options
    if kind in _REFUSALS:
        raise _REFUSALS[kind]
    if kind == "bad_request":
        raise bad_request(str(options.get("message", "The request is not valid")))
    if kind in ("429", "429_retry_after", "block"):
        if kind == "block":
            meter.block(float(options.get("seconds", 60.0)))
        return _too_many(float(options.get("seconds", 1.0)) if kind == "429_retry_after" else None)
    if kind in ("500", "502", "503"):
        raise ApiError(int(kind), TITLES[int(kind)], "unknown")
    if kind == "cloudflare":
        return Response(
            _CHALLENGE, 403, {"cf-mitigated": "challenge"}, content_type="text/html; charset=UTF-8"
        )
    if kind == "html":
        return Response(_SIGN_IN, 200, content_type="text/html; charset=UTF-8")
    if kind == "reset":
        request.environ[RESET] = True
        return Response("", 500)
    if kind == "slow":
        time.sleep(float(options.get("seconds", 1.0)))
    return None


def too_many(wait: float, say_when: bool) -> Response:
    """A 429 during a block; the vendor documents no Retry-After, so it is only sent on demand."""
    return _too_many(wait if say_when else None)


def _too_many(seconds: float | None) -> Response:
    headers = {} if seconds is None else {"Retry-After": retry_after(seconds)}
    body = {"type": "about:blank", "title": TITLES[429], "status": 429, "detail": "Rate limit exceeded"}
    return Response(json.dumps(body), 429, headers, content_type="application/problem+json")


def spoil(fault: Fault, page: Page) -> None:
    """Change a computed page in place."""
    if fault.kind == "other_company":
        other = fault.options.get("company_id", 999999)
        page.change(lambda row: {**row, "company_id": other})
    elif fault.kind in ("extra_field", "type_change"):
        name, value = fault.options["field"], fault.options["value"]
        page.change(lambda row: {**row, name: value})
    elif fault.kind == "endless_cursor" and page.cursor is not None:
        page.cursor["next"] = page.asked or page.cursor["next"] or first_place(page.style, page.limit)
    elif fault.kind == "empty_page_with_next" and page.cursor is not None:
        page.texts = []
        again = same_place(page.asked) if page.asked else first_place(page.style, page.limit)
        page.cursor.update(next=again, count=0)


def spoil_body(fault: Fault, body: str) -> Response | None:
    """Change the finished text of a page."""
    if fault.kind == "no_data":
        kept: dict[str, Any] = json.loads(body)
        kept.pop("data", None)
        return Response(json.dumps(kept), 200, content_type="application/json")
    if fault.kind == "truncated":
        cut = body[: max(1, len(body) * 2 // 3)].encode()
        response = Response(cut, 200, content_type="application/json")
        if fault.options.get("content_length") == "too_long":
            # Only a closed connection tells the client that the rest will not come.
            response.headers["Content-Length"] = str(len(body.encode()))
            response.headers["Connection"] = "close"
        return response
    return None
