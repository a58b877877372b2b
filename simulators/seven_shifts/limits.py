"""How many requests a credential may make, in real time, and the block that follows too many."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RateLimit:
    """Going over either number blocks the credential."""

    per_second: int = 10
    per_minute: int = 600
    block_seconds: float = 60.0


@dataclass
class Meter:
    """Counts per credential; `blocked_until` holds everyone."""

    blocked_until: float = 0.0
    _seen: dict[str, deque[float]] = field(default_factory=dict)
    _blocked: dict[str, float] = field(default_factory=dict)

    def block(self, seconds: float) -> None:
        self.blocked_until = time.monotonic() + seconds

    def wait_for_all(self) -> float:
        """Seconds left of the general block."""
        return max(0.0, self.blocked_until - time.monotonic())

    def wait(self, credential: str, limit: RateLimit | None, now: float) -> float:
        """Count a request that came at `now`; more than 0 means it is refused and for how long."""
        if limit is None:
            return 0.0
        blocked = self._blocked.get(credential, 0.0)
        if blocked > now:
            return blocked - now
        seen = self._seen.setdefault(credential, deque())
        while seen and seen[0] <= now - 60.0:
            seen.popleft()
        last_second = sum(1 for at in seen if now - 1.0 < at <= now)  # they may be counted out of order
        if len(seen) >= limit.per_minute or last_second >= limit.per_second:
            self._blocked[credential] = now + limit.block_seconds
            seen.clear()
            return limit.block_seconds
        seen.append(now)
        return 0.0


def retry_after(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))
