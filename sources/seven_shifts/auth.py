"""How 7shifts knows us: OAuth client credentials with a GUID per company, or one company's access token."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping

import msgspec
import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from sources.core.company import Company
from sources.core.deadline import Deadline
from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.core.http import secure, why
from sources.core.verdict import AgainError

EARLY = 120.0  # seconds before its end a token counts as spent
AGAIN = 60.0  # seconds before an endpoint that gave nothing is asked again, whoever wants a token
TIMEOUT = (10.0, 60.0)


class Token(msgspec.Struct):
    """The token endpoint's answer; lives `expires_in` seconds and cannot be refreshed, only asked for again."""

    access_token: str
    expires_in: float = 3600.0


class ClientCredentials:
    """OAuth for vetted partners: one token for all companies, `x-company-guid` says which is meant.

    Asked for at the first request, renewed `EARLY` before its end and once after a 401, by one thread while
    the others wait. What that one was told holds for all: `RefusedError`, when the client is not accepted, for good,
    `UnavailableError` for `AGAIN` seconds.
    """

    def __init__(
        self, token_url: str, client_id: str, client_secret: str, scopes: frozenset[str],
        *, backoff: float = 1.0, longest: float = 300.0,
    ) -> None:  # fmt: skip
        self._url, self._id, self._secret = secure(token_url), client_id, client_secret
        self._scope = " ".join(sorted(scopes))
        self._backoff = backoff
        self._token: str | None = None
        self._spent_at = 0.0
        self._failure: Exception | None = None
        self._failed_at = 0.0
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.mount(self._url, Deadline(longest))

    @property
    def identity(self) -> str:
        return f"client {self._id}"

    def headers(self, company: Company) -> dict[str, str]:
        with self._lock:
            if self._token is None or time.monotonic() >= self._spent_at:
                self._renew()
            return {"Authorization": f"Bearer {self._token}", "x-company-guid": company.guid}

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Forget the token, unless another thread has renewed it meanwhile."""
        with self._lock:
            if headers.get("Authorization") == f"Bearer {self._token}":
                self._token = None
        return True

    def _renew(self) -> None:
        if self._failure and (isinstance(self._failure, RefusedError) or time.monotonic() < self._failed_at + AGAIN):
            raise self._failure.with_traceback(None)
        retrying = Retrying(
            retry=retry_if_exception_type(AgainError), stop=stop_after_attempt(5),
            wait=wait_exponential(self._backoff, max=8), reraise=True,
        )  # fmt: skip
        try:
            token = retrying(self._ask)
        except (AgainError, RefusedError) as error:
            failure = error.cause if isinstance(error, AgainError) else error
            self._failure, self._failed_at = failure, time.monotonic()
            raise failure from None
        self._token, self._failure = token.access_token, None
        self._spent_at = time.monotonic() + max(token.expires_in - EARLY, token.expires_in / 2)

    def _ask(self) -> Token:
        form = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret,
                "scope": self._scope}  # fmt: skip
        try:
            response = self._session.post(self._url, data=form, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise self._again(f"gave no answer ({why(error)})") from None
        if 300 <= response.status_code < 400:
            raise RefusedError(f"The token endpoint {self._url} redirects to another address ({response.status_code}), "
                               "which is never followed. Set token_url to the vendor's own address.", 401)  # fmt: skip
        # The definition documents refusals under status 500 too: those carry an OAuth error.
        refused = 200 < response.status_code < 500 and response.status_code != 429
        if refused or (response.status_code == 500 and b'"error"' in response.content):
            raise self._refusal(response)
        if response.status_code != 200:
            raise self._again(f"answered {response.status_code}")
        try:
            return msgspec.json.decode(response.content, type=Token)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._again("answered 200 but without a token") from None

    def _again(self, what: str) -> AgainError:
        return AgainError(UnavailableError(f"The token endpoint {self._url} {what}. Check the network and token_url "
                                           "(the host begins with app., not api.); nothing was loaded and nothing is "
                                           "lost."))  # fmt: skip

    def _refusal(self, response: requests.Response) -> RefusedError:
        try:
            body = msgspec.json.decode(response.content)
            reason = " - ".join(str(body[name]) for name in ("error", "error_description", "message") if body.get(name))
        except (msgspec.DecodeError, AttributeError):
            reason = "no reason given"
        return RefusedError(f"The token endpoint {self._url} refused the OAuth client {self._id!r} "
                            f"({response.status_code}: {reason}). Check credentials.client_id and "
                            "credentials.client_secret of [sources.seven_shifts].", 401)  # fmt: skip


class AccessToken:
    """One company's own token, made by an admin of it; long-lived, and dead once that admin is deactivated."""

    def __init__(self, token: str) -> None:
        if token.lower().startswith("basic "):
            raise ConfigurationError(API_KEY)
        self._token = token

    @property
    def identity(self) -> str:
        return f"access token {hashlib.blake2b(self._token.encode(), digest_size=4).hexdigest()}"

    def headers(self, company: Company) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        return False


API_KEY = (
    "This is a 7shifts API key. Keys belong to API v1, which ended on 2023-03-31. Make an access token instead "
    "(7shifts: Company Settings, Developer Tools) and set it as sources.seven_shifts.credentials.access_token, "
    "or use an OAuth client (credentials.client_id and credentials.client_secret)."
)
