"""Things that go wrong on the way, ordered in advance for the next matching requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

# These need a computed page to spoil, so only requests for one use them up.
PAGE_KINDS = frozenset(
    {
        "truncated",
        "no_data",
        "endless_cursor",
        "other_company",
        "extra_field",
        "type_change",
        "empty_page_with_next",
    }
)
ANSWER_KINDS = frozenset(
    {
        "429",
        "429_retry_after",
        "block",
        "500",
        "502",
        "503",
        "cloudflare",
        "html",
        "reset",
        "401",
        "403",
        "404",
        "slow",
        "bad_request",
    }
)


@dataclass
class Fault:
    """One ordered fault; `times` and `after` count down as requests match."""

    kind: str
    times: int
    path: str
    after: int
    options: dict[str, Any]

    def matches(self, path: str, is_page: bool) -> bool:
        return self.times > 0 and self.path in path and (is_page or self.kind not in PAGE_KINDS)


@dataclass
class Faults:
    """The orders still open, first ordered first used."""

    _orders: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, times: int = 1, path: str = "", after: int = 0, **options: object) -> None:
        kind = str(kind)
        if kind not in PAGE_KINDS | ANSWER_KINDS:
            raise ValueError(f"no fault is called {kind}")
        with self._lock:
            self._orders.append(Fault(kind, times, path, after, options))

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    @property
    def left(self) -> int:
        """How many faults are still to come."""
        with self._lock:
            return sum(order.times for order in self._orders)

    def take(self, path: str, is_page: bool) -> Fault | None:
        with self._lock:
            for order in self._orders:
                if not order.matches(path, is_page):
                    continue
                if order.after > 0:
                    order.after -= 1
                    continue
                # A cursor that came back only once would end; this one never does.
                if order.kind != "endless_cursor":
                    order.times -= 1
                return order
            return None
