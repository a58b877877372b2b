"""The public class: a stateful 7Geese over real HTTP, with its options, edits, clock and faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from graphql import GraphQLSchema

from simulators.clock import VirtualClock
from simulators.server import LocalServer, Recorded
from simulators.seven_geese.access import Access
from simulators.seven_geese.asking import Asking
from simulators.seven_geese.definitions import YEARS, Drift
from simulators.seven_geese.faults import Faults
from simulators.seven_geese.graphql_endpoint import Asked
from simulators.seven_geese.names import BASE
from simulators.seven_geese.resolvers import bound_schema
from simulators.seven_geese.routes import AUTHORIZE_PATH, GRAPHQL_PATH, TOKEN_PATH, build_app
from simulators.seven_geese.seed import seed_networks
from simulators.seven_geese.state import Volume
from simulators.seven_geese.tokens import READ_SCOPES, Grant

START = datetime(2026, 11, 5, 15, tzinfo=timezone.utc)
NORMAL = Volume()
OnPage = Callable[[str, str, int, int], None]


@dataclass(frozen=True)
class GraphQLRequest:
    """One request to /graphql. `network` and `profile` are None without a good token."""

    operation: str | None
    variables: dict[str, Any]
    query: str
    network: int | None
    status: int
    kind: str
    profile: int | None


class SevenGeese(Access):
    """As a context manager it serves on 127.0.0.1 and stops at exit.

    One origin serves all networks: the token decides which network, and as whom.
    """

    def __init__(
        self,
        networks: int = 2,
        seed: int = 7,
        people: int = 12,
        volume: Volume = NORMAL,
        start: datetime = START,
        port: int = 0,
        schema: str = YEARS[-1],
    ) -> None:
        super().__init__(seed)
        self.set(schema=schema)
        self.on_page: OnPage | None = None
        self.faults = Faults()
        self.documents: dict[Any, Any] = {}
        self._drifts: tuple[Drift, ...] = ()
        self._asked: list[GraphQLRequest] = []
        self._clock = VirtualClock(start)
        for network, state in seed_networks(networks, seed, people, volume, start, lambda: self.now):
            self.networks.append(network)
            self.states[network.id] = state
            self.tokens.static(network.token, Grant(network.id, network.admin, READ_SCOPES, static=True))
        self._server = LocalServer(build_app(self), port)

    def __enter__(self) -> SevenGeese:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def token_url(self) -> str:
        return self.url + TOKEN_PATH

    @property
    def authorize_url(self) -> str:
        return self.url + AUTHORIZE_PATH

    @property
    def now(self) -> datetime:
        return self._clock.now

    def advance(self, seconds: float) -> None:
        self._clock.advance(seconds)

    @property
    def requests(self) -> list[Recorded]:
        return self._server.requests

    @property
    def graphql_requests(self) -> list[GraphQLRequest]:
        with self.lock:
            return list(self._asked)

    def clear_requests(self) -> None:
        self._server.clear_requests()
        with self.lock:
            self._asked.clear()

    def note(self, asked: Asked, grant: Grant | None, status: int) -> None:
        network, profile = (grant.network, grant.profile) if grant is not None else (None, None)
        with self.lock:
            self._asked.append(
                GraphQLRequest(asked.operation, asked.variables, asked.text, network, status, asked.kind, profile)
            )

    @property
    def graphql_schema(self) -> GraphQLSchema:
        return bound_schema(self.schema, self._drifts)

    def change_schema(self, type: str, field: str, sdl: str = "") -> None:
        """`sdl` is the field's new type, say "Float"; without one it goes. It holds until restored.

        An argument is named behind its field: `recognitions.senderId`.
        """
        with self.lock:
            bound_schema(self.schema, (*self._drifts, Drift(type, field, sdl)))
            self._drifts = (*self._drifts, Drift(type, field, sdl))

    def restore_schema(self) -> None:
        self._drifts = ()

    def asking(self, grant: Grant | None) -> Asking:
        return Asking(
            view=None if grant is None else self.view(self.state(grant.network), grant.profile),
            scopes=frozenset(grant.scopes.split()) if grant is not None else frozenset(),
            url=self.url,
            first_cap=self.first_cap,
            nested_cap=self.first_cap if self.nested_cap is None else self.nested_cap,
            default_first=self.default_first,
            dates=self.dates,
            mask_errors=self.mask_errors,
            order_ignored=self.order_ignored,
            filters_ignored=frozenset(self.filters_ignored),
        )

    def describe(self) -> dict[str, Any]:
        """What a client needs to connect."""
        return {
            "url": self.url,
            "token_url": self.token_url,
            "authorize_url": self.authorize_url,
            "rest_url": self.url + BASE,
            "graphql_url": self.url + GRAPHQL_PATH,
            "schema": self.schema,
            "networks": [vars(network) for network in self.networks],
        }
