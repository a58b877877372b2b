"""Every credential given out: what it may do, for whom, and how long."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

RESOURCES = (
    "userprofile",
    "network",
    "department",
    "recognition",
    "oneonone",
    "feedback",
    "privatenote",
    "objective",
    "review",
)
READ_SCOPES = " ".join(f"{name}:read" for name in RESOURCES)
KNOWN_SCOPES = frozenset(f"{name}:{verb}" for name in ("all", *RESOURCES) for verb in ("read", "write"))
CODE_SECONDS = 60


@dataclass(frozen=True)
class Grant:
    """A person's consent: `expires` None means never."""

    network: int
    profile: int
    scopes: str
    expires: datetime | None = None
    static: bool = False

    def may(self, scope: str) -> bool:
        return not {f"{scope}:read", "all:read"}.isdisjoint(self.scopes.split())


@dataclass(frozen=True)
class Code:
    """An authorization code waiting for its exchange."""

    grant: Grant
    client_id: str
    redirect_uri: str
    challenge: str
    method: str
    expires: datetime


@dataclass
class Refresh:
    """A refresh token with the access token it came with; `until`: rotated, but still good that long."""

    grant: Grant
    client_id: str
    access: str
    until: datetime | None = None


class Tokens:
    """30 letters and digits each, as the vendor's library makes them."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"tokens:{seed}")
        self.access: dict[str, Grant] = {}
        self.refresh: dict[str, Refresh] = {}
        self.codes: dict[str, Code] = {}

    def text(self) -> str:
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=30))

    def grant_of(self, token: str, now: datetime) -> Grant | None:
        grant = self.access.get(token)
        if grant is None or (grant.expires is not None and grant.expires <= now):
            return None
        return grant

    def static(self, token: str, grant: Grant) -> str:
        self.access[token] = grant
        return token

    def issue(self, grant: Grant, client_id: str, now: datetime, seconds: float) -> tuple[str, str]:
        """(access token, refresh token)"""
        access, refresh = self.text(), self.text()
        lasting = Grant(grant.network, grant.profile, grant.scopes, now + timedelta(seconds=seconds))
        self.access[access] = lasting
        self.refresh[refresh] = Refresh(grant, client_id, access)
        return access, refresh

    def expire(self) -> None:
        """Access tokens die, refresh tokens and static tokens live."""
        self.access = {token: grant for token, grant in self.access.items() if grant.static}

    def revoke(self, network: int) -> None:
        self.access = {token: grant for token, grant in self.access.items() if grant.network != network}
        self.refresh = {token: held for token, held in self.refresh.items() if held.grant.network != network}
        self.codes = {code: held for code, held in self.codes.items() if held.grant.network != network}
