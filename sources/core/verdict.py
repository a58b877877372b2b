"""What a reply means: weather, worth another try, or an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import msgspec

from sources.core.errors import MalformedError, RefusedError, UnavailableError


@dataclass(frozen=True)
class Answer:
    """What came back for one request: read to its end, headers by lower-case names."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    sent: Mapping[str, str]  # the headers that were asked with


class AgainError(Exception):
    """Weather: worth another try. `patient` weather (a block, a challenge) is sat out, other is retried."""

    def __init__(self, cause: Exception, patient: bool = False, after: float | None = None) -> None:
        super().__init__(str(cause))
        self.cause, self.patient, self.after = cause, patient, after


def judge(
    asked: str, response: Answer, url: str, patience: float, remedies: Mapping[int, str]
) -> None:
    """Pass a success, raise everything else as weather or as an answer."""
    status, html = response.status_code, response.content.lstrip()[:1] == b"<"
    if status == 429:
        wait = _retry_after(response)
        error = UnavailableError(f"{asked} was refused for too many requests (429) for "
                                 f"{patience:.0f} s. Is something else using this client id?")  # fmt: skip
        raise AgainError(error, patient=True, after=wait)
    if status >= 500:
        raise AgainError(UnavailableError(f"{asked} kept failing with {status}. The vendor has a problem; "
                                           "run again later, nothing loaded is lost."))  # fmt: skip
    if status == 403 and (html or "cf-mitigated" in response.headers):
        raise AgainError(UnavailableError(f"{asked} was stopped by a challenge page (403, HTML), not by the "
                                           "API. Run again later or from another address."),
                          patient=True)  # fmt: skip
    if status == 200 and html:
        raise AgainError(MalformedError(f"{asked} answered with an HTML page instead of JSON: "
                                         f"{excerpt(response)!r}. Check that api_url ({url}) is the "
                                         "API's address."))  # fmt: skip
    if 300 <= status < 400:
        raise RefusedError(f"{asked} redirects to another address ({status}), which is never followed. "
                           "Set api_url to the API's own address.", status)  # fmt: skip
    if status != 200:
        remedy = remedies.get(status) or _remedy(status)
        remedy = remedy.replace("SLUG", asked.partition(":")[0])
        raise RefusedError(f"{asked} was refused: {status} {_reason(response)}. {remedy}", status, response.content)


def server_time(response: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(timezone.utc)
    except (KeyError, ValueError):
        return None


def _retry_after(response: Answer) -> float | None:
    value = response.headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    try:
        now = server_time(response) or datetime.now(timezone.utc)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def excerpt(response: Answer) -> str:
    return response.content[:60].decode("utf-8", "replace")


def _reason(response: Answer) -> str:
    """What a JSON error says, in either documented shape."""
    try:
        body = msgspec.json.decode(response.content)
        told = [str(body[name]) for name in ("error", "title", "message", "detail") if body.get(name)]
        return ", ".join(dict.fromkeys(told)).rstrip(". ") or "without a reason"
    except (msgspec.DecodeError, AttributeError):
        return "without a reason"


def _remedy(status: int) -> str:
    return {
        400: "The vendor did not accept the request; check --since, --until and the API version.",
        401: "The token is not valid (any more): renew it, or ask the company's admin to.",
        402: "The company's subscription has a payment problem.",
        403: "Either the company revoked the grant, its plan does not include this, or the GUID is not its own: "
             "ask its admin to connect the app again.",
        404: "The vendor does not know this address: check api_url and the company id.",
    }.get(status, "See the vendor's documentation of this status.")  # fmt: skip
