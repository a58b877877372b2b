"""One session for all companies: auth, the shared pace, retries and refusals."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from sources.core.errors import ConfigurationError, MalformedError, RefusedError, UnavailableError
from sources.core.pace import Pace

T = TypeVar("T")


@dataclass(frozen=True)
class Company:
    """A company to load: our name for it, its GUID (the partition), and the vendor's id once known."""

    slug: str
    guid: str
    id: int | None = None


class Auth(Protocol):
    """How a request proves who asks. `identity` names the asking credential without revealing it."""

    @property
    def identity(self) -> str: ...

    def headers(self, company: Company) -> dict[str, str]: ...

    def refused(self, headers: Mapping[str, str]) -> bool:
        """The server answered 401 to these headers. True if others can be had: ask again once."""
        ...


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A decoded answer, the server's own clock when it answered (UTC) and the requests it took."""

    body: T
    date: datetime | None
    requests: int


class _AgainError(Exception):
    """Weather: worth another try. `patient` weather (a block, a challenge) is sat out, other is retried."""

    def __init__(self, cause: Exception, patient: bool = False, after: float | None = None) -> None:
        super().__init__(str(cause))
        self.cause, self.patient, self.after = cause, patient, after


class Client:
    """GETs JSON for any number of companies and threads at one pace.

    Weather (no connection, 5xx, a challenge page, JSON that is none) is retried, a block waited out for up to
    `patience` seconds; an answer (4xx JSON) is raised as `RefusedError` at once. `backoff` scales every
    wait, for tests. No redirect is followed and plain http leaves this machine under no circumstances.
    """

    def __init__(
        self,
        url: str,
        auth: Auth,
        pace: Pace,
        headers: Mapping[str, str],
        *,
        tries: int = 6,
        patience: float = 300.0,
        backoff: float = 1.0,
        timeout: tuple[float, float] = (10.0, 60.0),
    ) -> None:
        self.url, self.auth, self.pace = secure(url), auth, pace
        self.notices: set[str] = set()
        self.requests = 0
        self.clock: datetime | None = None  # the server's, as last seen
        self._sent = dict(headers)
        self._tries, self._patience, self._backoff, self._timeout = tries, patience, backoff, timeout
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.mount(url, HTTPAdapter(pool_maxsize=32))

    def get(
        self, company: Company, path: str, params: Mapping[str, str | int], decode: Callable[[bytes], T]
    ) -> Reply[T]:
        """GET `path` and decode its body. Errors name the company and the path."""
        asked = f"{company.slug}: GET /{path}"
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError), stop=self._enough, wait=self._wait, reraise=True
        )
        try:
            body, date = retrying(self._once, asked, company, path, params, decode)
        except _AgainError as error:
            raise error.cause from None
        return Reply(body, date, int(retrying.statistics.get("attempt_number", 1)))

    def _once(
        self, asked: str, company: Company, path: str, params: Mapping[str, str | int], decode: Callable[[bytes], T]
    ) -> tuple[T, datetime | None]:
        response = self._send(asked, company, path, params)
        if response.status_code == 401 and self.auth.refused(response.request.headers):
            response = self._send(asked, company, path, params)
        self._judge(asked, response)
        date = self.clock = _server_time(response)
        try:
            return decode(response.content), date
        except msgspec.DecodeError as error:
            said = f"{asked} answered 200 with {_excerpt(response)!r} ({len(response.content):,} bytes)"
            raise _AgainError(MalformedError(f"{said}, which is not the documented JSON: {error}. "
                                             "Nothing of this page was loaded; run again, and if it stays, "
                                             "check that api_url is the API's address.")) from None  # fmt: skip

    def _send(
        self, asked: str, company: Company, path: str, params: Mapping[str, str | int]
    ) -> requests.Response:
        headers = {**self._sent, **self.auth.headers(company)}
        self.pace.wait()
        with self._lock:
            self.requests += 1
        try:
            return self._session.get(
                f"{self.url}/{path}", params=params, auth=_Headers(headers), timeout=self._timeout,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            host = urlsplit(self.url).netloc
            raise _AgainError(UnavailableError(f"{asked} got no answer from {host} ({type(error).__name__}). "
                                               "Check the network and api_url; what was loaded before is kept.")
                              ) from None  # fmt: skip

    def _judge(self, asked: str, response: requests.Response) -> None:
        """Pass a success, raise everything else as weather or as an answer."""
        status, html = response.status_code, "html" in response.headers.get("content-type", "").lower()
        self._compare_echo(response)
        if status == 429:
            wait = _retry_after(response)
            error = UnavailableError(f"{asked} was refused for too many requests (429) for "
                                     f"{self._patience:.0f} s. Is something else using this client id?")  # fmt: skip
            raise _AgainError(error, patient=True, after=wait)
        if status >= 500:
            raise _AgainError(UnavailableError(f"{asked} kept failing with {status}. The vendor has a problem; "
                                               "run again later, nothing loaded is lost."))  # fmt: skip
        if status == 403 and (html or "cf-mitigated" in response.headers):
            raise _AgainError(UnavailableError(f"{asked} was stopped by a challenge page (403, HTML), not by the "
                                               "API. Run again later or from another address."),
                              patient=True)  # fmt: skip
        if status == 200 and html:
            raise _AgainError(MalformedError(f"{asked} answered with an HTML page instead of JSON: "
                                             f"{_excerpt(response)!r}. Check that api_url ({self.url}) is the "
                                             "API's address."))  # fmt: skip
        if 300 <= status < 400:
            raise RefusedError(f"{asked} redirects to another address ({status}), which is never followed. "
                               "Set api_url to the API's own address.", status)  # fmt: skip
        if status != 200:
            raise RefusedError(f"{asked} was refused: {status} {_reason(response)}. {_remedy(status)}", status)

    def _compare_echo(self, response: requests.Response) -> None:
        for name, sent in self._sent.items():
            echoed = response.headers.get(name)
            if echoed and echoed != sent:
                self.notices.add(f"{name}: sent {sent}, the server used {echoed}")

    def _enough(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _AgainError) and error.patient:
            return (state.seconds_since_start or 0) + (error.after or 0) > self._patience
        return state.attempt_number >= self._tries

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _AgainError) and error.patient:
            seconds = error.after or min(60.0, 5.0 * 2 ** (state.attempt_number - 1)) * self._backoff
            self.pace.hold(seconds)
            return seconds
        return min(30.0, 2.0 ** (state.attempt_number - 1)) * self._backoff


class _Headers(requests.auth.AuthBase):
    """Sets our headers last, so that a .netrc file cannot replace the token."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def secure(url: str) -> str:
    """The address without a trailing slash. Raises `ConfigurationError` for plain http off this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return url.rstrip("/")
    raise ConfigurationError(f"{url!r} is not an https address. Tokens are sent over https only "
                             "(http is accepted for localhost).")  # fmt: skip


def _server_time(response: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(timezone.utc)
    except (KeyError, ValueError):
        return None


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    try:
        now = _server_time(response) or datetime.now(timezone.utc)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _excerpt(response: requests.Response) -> str:
    return response.content[:60].decode("utf-8", "replace")


def _reason(response: requests.Response) -> str:
    """What a JSON error says, in either documented shape."""
    try:
        body = msgspec.json.decode(response.content)
        told = [str(body[name]) for name in ("error", "title", "message", "detail") if body.get(name)]
        return ", ".join(dict.fromkeys(told)) or "without a reason"
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
