"""How 7Geese knows us: per network a static token, a person's password, or a consent whose tokens are kept."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sources.core.company import Company
from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.seven_geese.token_endpoint import TokenEndpoint
from sources.seven_geese.token_store import Tokens, TokenStore

AGAIN = 60.0  # seconds before an endpoint that gave nothing is asked again for the same network


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
            slug: _Network(
                TokenEndpoint(origin, slug, known.client_id, known.client_secret, scopes, backoff), known, store
            )
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
        known = self._credentials.get(company.slug)
        if known is None or not (known.token or known.client_id):
            section = f"sources.seven_geese.credentials.{company.slug.replace('-', '_')}"
            half = "a login without a client_id" if known and (known.username or known.password) else "none"
            raise ConfigurationError(f"{company.slug}: it needs credentials for 7Geese and has {half}. Set "
                                     f"{section}.token, or {section}.client_id and .client_secret with .username and "
                                     ".password, or the client alone for a consent.")  # fmt: skip
        return known


class _Network:
    """The tokens of one network."""

    def __init__(self, endpoint: TokenEndpoint, credentials: Credentials, store: TokenStore) -> None:
        self._endpoint, self._credentials, self._store = endpoint, credentials, store
        self._lock = threading.Lock()
        self._held: Tokens | None = None
        self._refused = ""  # the access token that was answered with 401
        self._dead: dict[str, RefusedError] = {}  # by refresh token; the password's under ""
        self._away: tuple[float, UnavailableError] | None = None  # when the endpoint last gave nothing, and how

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
        """What was refused once is not asked again with every request of a run: it would lock the person out. Nor does
        every request wait for an endpoint that is away."""
        if key in self._dead:
            raise self._dead[key].with_traceback(None)
        if self._away and time.monotonic() < self._away[0] + AGAIN:
            raise self._away[1].with_traceback(None)
        try:
            return self._endpoint.ask(grant, **form)
        except RefusedError as error:
            self._dead[key] = error
            raise
        except UnavailableError as error:
            self._away = time.monotonic(), error
            raise


def _carries(bearer: str, tokens: Tokens | None) -> bool:
    return tokens is not None and bearer == f"Bearer {tokens.access_token}"


def _digest(secret: str) -> str:
    return hashlib.blake2b(secret.encode(), digest_size=4).hexdigest()
