"""Logging in and out: credentials handed out and taken away, by tests or by the OAuth server."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Any

from simulators.seven_geese import oauth
from simulators.seven_geese.edits import Edits
from simulators.seven_geese.state import Network
from simulators.seven_geese.tokens import READ_SCOPES, Grant, Tokens


class Access(Edits):
    """Who may act in which network."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.tokens = Tokens(seed)
        self.networks: list[Network] = []

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The simulator's clock."""

    def network_of_client(self, client_id: str) -> Network | None:
        return next((network for network in self.networks if network.client_id == client_id), None)

    def is_active(self, profile: int) -> bool:
        return bool(self.state_of(profile).get("profiles", profile)["activated"])

    def login(self, username: str, password: str) -> int | None:
        """Everybody in a network has the same password, and logs in with username or email."""
        for network in self.networks:
            for row in self.states[network.id].tables["profiles"].all():
                if username in (row["username"], row["email"]) and password == network.password:
                    return int(row["id"]) if row["activated"] else None
        return None

    def static_token(self, profile: int, scopes: str = READ_SCOPES, seconds: float | None = None) -> str:
        with self.lock:
            expires = None if seconds is None else self.now + timedelta(seconds=seconds)
            grant = Grant(self.state_of(profile).id, profile, scopes, expires, static=True)
            return self.tokens.static(self.tokens.text(), grant)

    def authorize(self, network: int, profile: int | None = None, scopes: str = READ_SCOPES) -> dict[str, Any]:
        """The reply to a code exchange, without the browser's part."""
        with self.lock:
            state = self.state(network)
            client = next(one.client_id for one in self.networks if one.id == state.id)
            granted = oauth.granted_scopes(self, scopes)
            return oauth.reply(self, Grant(state.id, profile or state.admin, granted), client)

    def expire_tokens(self) -> None:
        """All access tokens that came from a grant die; refresh tokens and static tokens live."""
        with self.lock:
            self.tokens.expire()

    def revoke(self, network: int) -> None:
        """Every token of the network dies, static ones too. Logging in again works."""
        with self.lock:
            self.tokens.revoke(self.state(network).id)
