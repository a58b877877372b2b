"""Times in UTC, as the kit counts, compares and spells them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST, LAST = datetime(1, 1, 1, tzinfo=timezone.utc), datetime(9999, 12, 31, tzinfo=timezone.utc)


def moment(count: int) -> datetime:
    """A count of microseconds since 1970 as a time in UTC."""
    return EPOCH + timedelta(microseconds=count)


def micros(time: datetime) -> int:
    """A time as a count of microseconds since 1970."""
    return (time - EPOCH) // timedelta(microseconds=1)


def iso(time: datetime) -> str:
    """A time as the vendors' filters want it."""
    return time.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
