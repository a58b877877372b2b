"""How 7shifts knows us: OAuth client credentials with a GUID per company, or one company's access token."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping

import msgspec
import requests

from sources.core.company import Company
from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.core.http import secure

EARLY = 120.0  # seconds before its end a token counts as spent


class Token(msgspec.Struct):
    """The token endpoint's answer; lives `expires_in` seconds and cannot be refreshed, only asked for again."""

    access_token: str
    expires_in: float = 3600.0


class ClientCredentials:
    """OAuth for vetted partners: one token for all companies, `x-company-guid` says which is meant.

    Asked for at the first request, renewed `EARLY` before its end and once after a 401, by one thread while
    the others wait. Raises `RefusedError` when the client is not accepted.
    """

    def __init__(self, token_url: str, client_id: str, client_secret: str, scopes: frozenset[str]) -> None:
        self._url, self._id, self._secret = secure(token_url), client_id, client_secret
        self._scope = " ".join(sorted(scopes))
        self._token: str | None = None
        self._spent_at = 0.0
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        return f"client {self._id}"

    def headers(self, company: Company) -> dict[str, str]:
        with self._lock:
            if self._token is None or time.monotonic() >= self._spent_at:
                self._ask()
            return {"Authorization": f"Bearer {self._token}", "x-company-guid": company.guid}

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Forget the token, unless another thread has renewed it meanwhile."""
        with self._lock:
            if headers.get("Authorization") == f"Bearer {self._token}":
                self._token = None
        return True

    def _ask(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret,
                "scope": self._scope}  # fmt: skip
        for attempt in range(5):
            if attempt:
                time.sleep(2.0 ** (attempt - 1))
            try:
                response = requests.post(self._url, data=form, timeout=(10, 60), allow_redirects=False)
            except requests.RequestException as error:
                problem = type(error).__name__
                continue
            if response.status_code == 200:
                return self._keep(response)
            if response.status_code < 500 and response.status_code != 429:
                raise self._refusal(response)
            # The definition documents refusals under status 500 too: those carry an OAuth error.
            if b'"error"' in response.content and response.status_code == 500:
                raise self._refusal(response)
            problem = f"status {response.status_code}"
        raise UnavailableError(f"The token endpoint {self._url} gave no token ({problem}). Check token_url and the "
                               "network; nothing was loaded and nothing is lost.")  # fmt: skip

    def _keep(self, response: requests.Response) -> None:
        try:
            token = msgspec.json.decode(response.content, type=Token)
        except msgspec.DecodeError:
            raise UnavailableError(f"The token endpoint {self._url} answered 200 but without a token. Is token_url "
                                   "the vendor's (the host begins with app., not api.)?") from None  # fmt: skip
        self._token = token.access_token
        self._spent_at = time.monotonic() + max(token.expires_in - EARLY, token.expires_in / 2)

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
