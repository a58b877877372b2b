"""One session for all companies: auth, the shared pace, retries and refusals."""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
import requests
import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event

from sources.core.company import Company
from sources.core.deadline import Deadline
from sources.core.errors import ConfigurationError, MalformedError, UnavailableError
from sources.core.mending import NUL, mend
from sources.core.pace import Pace
from sources.core.privacy import Privacy
from sources.core.verdict import AgainError, Answer, excerpt, judge, server_time

T = TypeVar("T")
BOM = b"\xef\xbb\xbf"


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
    """A decoded answer, the server's own clock when it answered (UTC), the requests it took, and what had to be mended
    in it."""

    body: T
    date: datetime | None
    requests: int
    mended: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Asked:
    """One request, as errors name it."""

    method: str
    company: Company
    path: str
    params: Mapping[str, str | int]
    body: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.company.slug}: {self.method} /{self.path}"


class Client:
    """Asks for JSON for any number of companies and threads at one pace.

    Weather (no connection, 5xx, a challenge page, JSON that is none) is retried, a block waited out for up to
    `patience` seconds; an answer (4xx JSON) is raised as `RefusedError` at once, with what `remedies` says of its
    status. `backoff` scales every wait, for tests; `at_once` bounds the requests in flight, `longest` the seconds an
    answer may take to come in. No redirect is followed
    and plain http leaves this machine under no circumstances.
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
        at_once: int | None = None,
        remedies: Mapping[int, str] | None = None,
        timeout: tuple[float, float] = (10.0, 60.0),
        longest: float = 300.0,
    ) -> None:
        self.url, self.auth, self.pace = secure(url), auth, pace
        self.privacy = Privacy()  # what becomes of personal values in what is read
        self.notices = pace.notices
        self.requests = 0
        self.stopping = threading.Event()  # set: nobody waits or tries again any more
        self.clock: datetime | None = None  # the server's, as last seen
        self._sent = dict(headers)
        self._usual = dict(requests.utils.default_headers())
        self._tries, self._patience, self._backoff = tries, patience, backoff
        self._timeout = timeout
        self._remedies = remedies or {}
        self._at_once = threading.BoundedSemaphore(at_once) if at_once else nullcontext()
        self._lock = threading.Lock()
        self._session = _session(self.url)
        self._session.mount(url, Deadline(longest, self._turn, pool_maxsize=32))

    def get(
        self, company: Company, path: str, params: Mapping[str, str | int], decode: Callable[[bytes], T]
    ) -> Reply[T]:
        """GET `path` and decode its body. Errors name the company and the path."""
        return self._ask(Asked("GET", company, path, params), decode)

    def post(
        self, company: Company, path: str, body: Mapping[str, Any], decode: Callable[[bytes], T],
        tries: int | None = None,
    ) -> Reply[T]:  # fmt: skip
        """POST a JSON body that only asks (a GraphQL query), and decode the answer."""
        return self._ask(Asked("POST", company, path, {}, body), decode, tries)

    def _ask(self, asked: Asked, decode: Callable[[bytes], T], tries: int | None = None) -> Reply[T]:
        retrying = Retrying(
            retry=retry_if_exception_type(AgainError), stop=partial(self._enough, tries or self._tries),
            wait=self._wait, reraise=True, sleep=sleep_using_event(self.stopping),
        )
        try:
            body, date, mended = retrying(self._once, asked, decode)
        except AgainError as error:
            if isinstance(error.cause, UnavailableError):
                error.cause.patient = error.patient
            raise error.cause from None
        return Reply(body, date, int(retrying.statistics.get("attempt_number", 1)), mended)

    def _once(self, asked: Asked, decode: Callable[[bytes], T]) -> tuple[T, datetime | None, Counter[str]]:
        response = self._send(asked)
        if response.status_code == 401 and self.auth.refused(response.sent):
            response = self._send(asked)
        self._compare_echo(response)
        judge(str(asked), response, self.url, self._patience, self._remedies)
        date = self.clock = server_time(response)
        try:
            body, mended = _decoded(response.content.removeprefix(BOM), decode)
            return body, date, mended
        except (ValueError, RecursionError) as error:
            said = f"{asked} answered 200 with {excerpt(response)!r} ({len(response.content):,} bytes)"
            raise AgainError(MalformedError(f"{said}, which is not the documented JSON: {error}. "
                                             "Nothing of this page was loaded; run again, and if it stays, "
                                             "check that api_url is the API's address.")) from None  # fmt: skip

    def _send(self, asked: Asked) -> Answer:
        headers = {**self._usual, **self._sent, **self.auth.headers(asked.company)}
        with self._lock:
            self.requests += 1
        try:
            with self._at_once:
                request = _prepared(asked, self.url, headers)
                with self._session.send(request, timeout=self._timeout, allow_redirects=False, stream=True) as response:
                    body = response.raw.read(decode_content=True)
            return Answer(response.status_code, response.headers, body, response.request.headers)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            host = urlsplit(self.url).netloc
            raise AgainError(UnavailableError(f"{asked} got no answer from {host} ({why(error)}). "
                                               "Check the network and api_url; what was loaded before is kept.")
                              ) from None  # fmt: skip

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """What a connection does in it leaves when its turn has come."""
        moment = self.pace.wait(self.stopping)
        if moment is None:
            raise InterruptedError("the run stops")
        yield
        self.pace.left(moment)

    def _compare_echo(self, response: Answer) -> None:
        for name, sent in self._sent.items():
            echoed = response.headers.get(name)
            if echoed and echoed != sent:
                self.notices.add(f"{name}: sent {sent}, the server used {echoed}")

    def _enough(self, tries: int, state: RetryCallState) -> bool:
        if self.stopping.is_set():
            return True
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, AgainError) and error.patient:
            return (state.seconds_since_start or 0) + (error.after or 0) > self._patience
        return state.attempt_number >= tries

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, AgainError) and error.patient:
            seconds = error.after or min(60.0, 5.0 * 2 ** (state.attempt_number - 1)) * self._backoff
            if (state.seconds_since_start or 0) + seconds <= self._patience:  # this is asked before `_enough`
                self.pace.hold(seconds)
            return seconds
        return min(30.0, 2.0 ** (state.attempt_number - 1)) * self._backoff


def why(error: BaseException) -> str:
    """What kind of failure it was; of a certificate also what is wrong with it."""
    link: BaseException | None = error
    while link:
        if isinstance(link, ssl.SSLCertVerificationError):
            return f"{type(error).__name__}: {link.verify_message}"
        link = link.__context__
    return type(error).__name__


def _decoded(content: bytes, decode: Callable[[bytes], T]) -> tuple[T, Counter[str]]:
    """What was sent, mended only where that is needed. Raises `ValueError` or `RecursionError`."""
    if not content.isascii():
        content.decode()  # msgspec looks at the encoding of what it decodes, and of no more
    if b"\\" not in content or NUL not in content:  # the first question is the quick one
        with suppress(msgspec.DecodeError):
            return decode(content), Counter()
    mended, found = mend(content)
    return decode(mended), found


def _prepared(asked: Asked, url: str, headers: Mapping[str, str]) -> requests.PreparedRequest:
    """What `requests.Request` would make of it in three times the time: there is no address to mend."""
    request = requests.PreparedRequest()
    request.method = asked.method
    request.url = f"{url}/{asked.path}" + (f"?{urlencode(asked.params)}" if asked.params else "")
    request.prepare_headers(headers)
    request.prepare_cookies({})  # none; a session wants a jar to look into
    request.prepare_body(None, None, asked.body)
    return request


def _session(url: str) -> requests.Session:
    """Proxies and certificates as the environment has them now: a session would look for them with each request, and
    for a .netrc file to replace the token with. What it would add to a request, cookies of another company too, is
    left out."""
    session = requests.Session()
    found = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify, session.trust_env = found["proxies"], found["verify"], False
    return session


def secure(url: str) -> str:
    """The address without a trailing slash. Raises `ConfigurationError` for plain http off this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ConfigurationError(f"{url!r} is not an address. Write it as https://host.") from None
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return url.rstrip("/")
    raise ConfigurationError(f"{url!r} is not an https address. Tokens are sent over https only "
                             "(http is accepted for localhost).")  # fmt: skip
