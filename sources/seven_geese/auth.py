"""How 7Geese knows us: per network a static token, a person's password, or a consent whose tokens are kept."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_exponential

from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.core.http import Company, secure
from sources.core.verdict import AgainError
from sources.seven_geese.token_store import Tokens, TokenStore

LIFETIME = 36_000.0  # seconds an access token lives where the reply does not say
TIMEOUT = (5.0, 30.0)  # no try begins after 24 s: all of them take less than others wait for the token store
PASSING = ("server_error", "temporarily_unavailable")
REMEDIES = {  # by error; invalid_grant by grant
    "password": "Check its username and password. A network with single sign-on only takes no passwords: remove them "
                "and run {again} for a consent, or set a static token.",
    "refresh_token": "The consent has ended: it was withdrawn, its refresh token was used elsewhere, or the reply to "
                     "the last refresh was lost on its way (a refresh token works once). Run {again}.",
    "authorization_code": "A code works once, for a minute, and for one redirect URI. Run {again} anew.",
    "invalid_client": "Check its client_id and client_secret against {apps}; a public application has no secret.",
    "unauthorized_client": "The application at {apps} has another grant type. A password needs 'Resource owner "
                           "password-based', {again} needs 'Authorization code'.",
    "invalid_scope": "This application or this person does not get all of: {scope}. Leave out the resources that "
                     "need what is missing.",
    "access_denied": "Somebody of the network has to log in and to agree; what is loaded is what that person may see. "
                     "Run {again} anew.",
}  # fmt: skip
REMEDIES["unsupported_grant_type"] = REMEDIES["unauthorized_client"]


@dataclass(frozen=True)
class Credentials:
    """Of one network."""

    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """How tokens are had. What has the least to keep and to lose comes first."""
        if self.token:
            return "static token"
        return "password grant" if self.username and self.password else "authorization code"

    @property
    def identity(self) -> str:
        """Tells these credentials from others without revealing them."""
        if self.token:
            return f"{self.kind} {_digest(self.token)}"
        who = f" {_digest(self.username)}" if self.username and self.password else ""
        return f"{self.kind}{who} of client {self.client_id}"


class NetworkAuth:
    """A bearer token per network, asked for at its first request, renewed before its end and once after a 401.

    One thread and one process at a time renews the tokens of a network while others wait; networks do not wait for
    each other. Raises `ConfigurationError` for a network without credentials or consent, `RefusedError` for one
    whose credentials are not accepted, which is not asked about again, and `UnavailableError`.
    """

    def __init__(
        self, origin: str, credentials: Mapping[str, Credentials], scopes: frozenset[str], store: TokenStore,
        *, backoff: float = 1.0,
    ) -> None:  # fmt: skip
        self._credentials = dict(credentials)
        self._networks = {
            slug: _Network(TokenEndpoint(origin, slug, known, scopes, backoff), known, store)
            for slug, known in self._credentials.items()
            if not known.token
        }

    @property
    def identity(self) -> str:
        return ", ".join(f"{slug} by {known.identity}" for slug, known in self._credentials.items())

    def headers(self, company: Company) -> dict[str, str]:
        token = self._known(company).token or self._networks[company.slug].tokens().access_token
        return {"Authorization": f"Bearer {token}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Forget the token, unless it has been renewed meanwhile. A static token cannot be renewed."""
        bearer = headers.get("Authorization", "")
        for network in self._networks.values():
            if network.forget(bearer):
                return True
        return all(bearer != f"Bearer {known.token}" for known in self._credentials.values())

    def granted(self, company: Company) -> frozenset[str] | None:
        """The scopes the token was given, None where nobody said. Asks for a token if there is none yet."""
        scope = None if self._known(company).token else self._networks[company.slug].tokens().scope
        return frozenset(scope.split()) if scope else None

    def kind(self, company: Company) -> str:
        return self._known(company).kind

    def _known(self, company: Company) -> Credentials:
        try:
            return self._credentials[company.slug]
        except KeyError:
            raise ConfigurationError(f"{company.slug}: it has no credentials for 7Geese. Set its token, its username "
                                     "and password, or the client_id of an application it consents to."
                                     ) from None  # fmt: skip


class _Network:
    """The tokens of one network."""

    def __init__(self, endpoint: TokenEndpoint, credentials: Credentials, store: TokenStore) -> None:
        self._endpoint, self._credentials, self._store = endpoint, credentials, store
        self._lock = threading.Lock()
        self._held: Tokens | None = None
        self._refused = ""  # the access token that was answered with 401
        self._dead: dict[str, RefusedError] = {}  # by refresh token; the password's under ""

    def tokens(self) -> Tokens:
        with self._lock:
            if self._held is None or not self._good(self._held):
                self._held = self._log_in() if self._credentials.kind == "password grant" else self._renew()
            return self._held

    def forget(self, bearer: str) -> bool:
        """True if `bearer` was in hand. Only then is the lock taken: another network's renewal is not waited for."""
        if not _carries(bearer, self._held):
            return False
        with self._lock:
            if self._held and _carries(bearer, self._held):
                self._refused = self._held.access_token
        return True

    def _good(self, tokens: Tokens) -> bool:
        return tokens.access_token != self._refused and not tokens.spent

    def _log_in(self) -> Tokens:
        """By the refresh token in hand or else the password. Nothing is written down."""
        refresh, who = self._held.refresh_token if self._held else None, self._credentials
        if refresh and refresh not in self._dead:
            try:
                return self._ask("refresh_token", refresh, refresh_token=refresh)
            except RefusedError:
                pass  # the password still works, or says why not
        scope = self._endpoint.scope
        return self._ask("password", username=who.username or "", password=who.password or "", scope=scope)

    def _renew(self) -> Tokens:
        """What another process renewed meanwhile; else new tokens, which are kept before anybody uses them."""
        origin, slug = self._endpoint.origin, self._endpoint.slug
        with self._store.locked(origin, slug):
            kept = self._store.read(origin, slug)
            if kept and self._good(kept):
                return kept
            if kept is None or not kept.refresh_token:
                why = "its token has ended and came without a refresh token" if kept else "nobody has consented yet"
                raise ConfigurationError(f"{slug}: {why} (tokens are kept in {self._store.place(origin, slug)}). "
                                         f"Run `sevens auth seven_geese --company {slug}`.")  # fmt: skip
            self._store.write(origin, slug, kept)  # a store that cannot be written shows before the old pair is dead
            new = self._ask("refresh_token", kept.refresh_token, refresh_token=kept.refresh_token)
            new = replace(new, refresh_token=new.refresh_token or kept.refresh_token, scope=new.scope or kept.scope)
            self._store.write(origin, slug, new)
            return new

    def _ask(self, grant: str, key: str = "", **form: str) -> Tokens:
        """What was refused once is not asked again with every request of a run: it would lock the person out."""
        if key in self._dead:
            raise RefusedError(str(self._dead[key]), self._dead[key].status)
        try:
            return self._endpoint.ask(grant, **form)
        except RefusedError as error:
            self._dead[key] = error
            raise


class TokenEndpoint:
    """`/o/token/` as one network's client sees it. Weather is tried again for a while, a refusal is explained."""

    def __init__(
        self, origin: str, slug: str, credentials: Credentials, scopes: frozenset[str], backoff: float = 1.0
    ) -> None:
        self.origin, self.slug, self.scope = secure(origin), slug, " ".join(sorted(scopes))
        self._url, self._backoff = f"{self.origin}/o/token/", backoff
        self._id, self._secret = credentials.client_id, credentials.client_secret

    def client(self, **options: str) -> OAuth2Session:
        """An OAuth client: Basic with a secret, `client_id` in the body without."""
        if not self._id:
            raise ConfigurationError(f"{self.slug}: 7Geese needs a client_id or a static token. Register an "
                                     f"application at {self.origin}/account/applications/ and set its client_id."
                                     )  # fmt: skip
        client = OAuth2Session(self._id, self._secret, **options)
        client.headers["User-Agent"] = "sevens"
        return client

    def ask(self, grant: str, **form: str) -> Tokens:
        """The tokens for a grant. Raises `RefusedError` and, when the weather does not clear, `UnavailableError`."""
        retrying = Retrying(
            retry=retry_if_exception_type(AgainError), stop=stop_after_attempt(4) | stop_after_delay(20),
            wait=wait_exponential(self._backoff, max=4), reraise=True,
        )  # fmt: skip
        try:
            return retrying(self._once, grant, form)
        except AgainError as error:
            raise error.cause from None

    def refusal(self, what: str, status: int, error: str, about: str, case: str = "") -> RefusedError:
        """What an OAuth error means for the person who reads it."""
        said = f"{error} - {about}" if about else error
        said = "".join(letter if " " <= letter <= "~" else "?" for letter in said)[:200]
        remedy = REMEDIES.get(case or error, "See RFC 6749, section 5.2, and the application at {apps}.").format(
            again=f"`sevens auth seven_geese --company {self.slug}`", apps=f"{self.origin}/account/applications/",
            scope=self.scope,
        )  # fmt: skip
        return RefusedError(f"{self.slug}: {what} was refused ({status}: {said}). {remedy}", status)

    def _once(self, grant: str, form: Mapping[str, str]) -> Tokens:
        with self.client() as client:
            client.register_compliance_hook("access_token_response", partial(self._judge, grant, form))
            try:
                return _tokens(
                    client.fetch_token(self._url, grant_type=grant, timeout=TIMEOUT, allow_redirects=False, **form)
                )
            except requests.RequestException as error:
                raise self._again(f"gave no answer ({type(error).__name__})") from None
            except (TypeError, ValueError):
                raise self._again("answered 200 without a token") from None

    def _judge(self, grant: str, form: Mapping[str, str], response: requests.Response) -> requests.Response:
        """Before Authlib, which takes any object without `error` for a token, whatever its status."""
        status, (error, about) = response.status_code, _error(response)
        if 300 <= status < 400:
            raise RefusedError(f"{self.slug}: {self._url} redirects to another address ({status}), which is never "
                               "followed. Set api_url to 7Geese's own address.", status)  # fmt: skip
        if error and status != 429 and error not in PASSING:
            for sent in filter(None, (*form.values(), self._secret)):
                about = about.replace(sent, "…")
            what = f"the {grant} grant at {self._url}"
            raise self.refusal(what, status, error, about, grant if error == "invalid_grant" else error)
        if status != 200:
            raise self._again(f"answered {status}")
        return response

    def _again(self, what: str) -> AgainError:
        return AgainError(UnavailableError(f"{self.slug}: {self._url} {what}. Check the network and api_url, or run "
                                           "again later; what was loaded before is kept."))  # fmt: skip


def _error(response: requests.Response) -> tuple[str, str]:
    """The error of a reply and its description, empty for a reply that has none."""
    try:
        body = response.json()
        return str(body.get("error") or ""), str(body.get("error_description") or "")
    except (ValueError, AttributeError):
        return "", ""


def _tokens(reply: Mapping[str, Any]) -> Tokens:
    """Raises `ValueError` for a reply without a usable token. Old servers echo `state` here, which is not needed."""
    access, refresh, scope, now = reply.get("access_token"), reply.get("refresh_token"), reply.get("scope"), time.time()
    if not isinstance(access, str) or not isinstance(refresh, str | None) or not isinstance(scope, str | None):
        raise ValueError("no token")
    lasts = LIFETIME if reply.get("expires_in") is None else float(reply["expires_in"])
    return Tokens(access, refresh or None, now + lasts, scope or None, now)


def _carries(bearer: str, tokens: Tokens | None) -> bool:
    return tokens is not None and bearer == f"Bearer {tokens.access_token}"


def _digest(secret: str) -> str:
    return hashlib.blake2b(secret.encode(), digest_size=4).hexdigest()
