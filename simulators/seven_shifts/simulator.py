"""The public class: a stateful 7shifts over real HTTP, with its options, edits, clock and faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from simulators.clock import VirtualClock
from simulators.server import LocalServer, Recorded
from simulators.seven_shifts.access import Access
from simulators.seven_shifts.edits import Edits
from simulators.seven_shifts.faults import Faults
from simulators.seven_shifts.limits import Meter, RateLimit
from simulators.seven_shifts.restaurants import restaurants
from simulators.seven_shifts.routes import TOKEN_PATH, build_app
from simulators.seven_shifts.state import Company

START = datetime(2026, 11, 5, 15, tzinfo=timezone.utc)
OnPage = Callable[[str, str, int, dict[str, str]], None]
_OPTIONS = frozenset(
    {
        "token_seconds",
        "modified_since_exclusive",
        "retry_after",
        "latency",
        "send_date",
        "locations_deleted_adds",
        "error_shape",
        "companies_leak_api_key",
        "api_version_echo",
        "supported_versions",
        "break_edits_bump",
        "rate_limit",
    }
)


class SevenShifts(Edits):
    """As a context manager it serves on 127.0.0.1 and stops at exit.

    What the vendor leaves undocumented is an attribute, so a client can be tried with each answer.
    """

    def __init__(
        self,
        companies: int = 3,
        seed: int = 7,
        weeks: int = 2,
        staff: int = 12,
        start: datetime = START,
        port: int = 0,
    ) -> None:
        super().__init__()
        self.token_seconds = 3600
        self.modified_since_exclusive = False
        self.retry_after = False
        self.latency = 0.0
        self.send_date = True
        self.locations_deleted_adds = False
        self.error_shape = "problem"
        self.companies_leak_api_key = False
        self.api_version_echo: str | None = None
        self.supported_versions: Sequence[str] = ("2023-04-01", "2025-03-01", "2026-01-01")
        self.rate_limit: RateLimit | None = None
        self.on_page: OnPage | None = None
        self.faults = Faults()
        self.meter = Meter()
        self.plans_too_low: set[tuple[str, str]] = set()
        self.page_numbers: dict[tuple[Any, ...], int] = {}
        self.matches: dict[tuple[Any, ...], tuple[int, tuple[str, Sequence[int], bool]]] = {}
        self.client_id = f"sim-client-{seed}"
        self.client_secret = f"sim-secret-{seed}"
        self.access = Access(self.client_id, self.client_secret)
        self._clock = VirtualClock(start)
        for state in restaurants(companies, seed, weeks, staff, lambda: self.now):
            self.states[state.company.guid] = state
        self.companies: list[Company] = [state.company for state in self.states.values()]
        self._server = LocalServer(build_app(self), port)

    def __enter__(self) -> SevenShifts:
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
    def now(self) -> datetime:
        return self._clock.now

    @property
    def requests(self) -> list[Recorded]:
        return self._server.requests

    def clear_requests(self) -> None:
        self._server.clear_requests()

    def advance(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def block(self, seconds: float) -> None:
        self.meter.block(seconds)

    def revoke(self, guid: str) -> None:
        """The company's admin removes the app."""
        self.access.revoked.add(self.state(guid).company.guid)

    def restore(self, guid: str) -> None:
        self.access.revoked.discard(guid)

    def plan_too_low(self, guid: str, table: str) -> None:
        self.plans_too_low.add((self.state(guid).company.guid, table))

    def expire_tokens(self) -> None:
        with self.lock:
            self.access.issued.clear()

    def set(self, **options: object) -> None:
        """Options by name, for callers in another process."""
        unknown = sorted(set(options) - _OPTIONS)
        if unknown:
            raise ValueError(f"no option is called {unknown[0]}")
        for name, value in options.items():
            setattr(self, name, RateLimit(**value) if isinstance(value, dict) else value)

    def describe(self) -> dict[str, Any]:
        """What a client needs to connect."""
        return {
            "url": self.url,
            "token_url": self.token_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "companies": [vars(company) for company in self.companies],
        }
