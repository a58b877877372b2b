"""The vendor's three spellings of a UTC time, and how it reads the times it is asked for."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone

from simulators.seven_shifts.refusals import bad_request

ZONES = {
    "companies": "+00:00",
    "locations": "+00:00",
    "departments": "+00:00",
    "users": "+00:00",
    "time_punches": "+00:00",
    "roles": "+0000",
    "shifts": "Z",
    "shift_drafts": "Z",
    "wages": "Z",
}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)")


def stamp(moment: datetime, table: str) -> str:
    """`moment` as `table` spells it."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + ZONES[table]


def comparable(text: str) -> str:
    """A stored time without its zone: all are UTC, so these sort as text."""
    return text[:19]


def moment_bound(name: str, text: str) -> str:
    """A date-time asked for, in the form `comparable` gives; anything but full ISO 8601 is refused."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise bad_request(f"{name} must be an ISO 8601 date-time such as 2026-01-31T08:00:00Z", name)
    whole, fraction, zone = match.groups()
    zone = "+0000" if zone == "Z" else zone.replace(":", "")
    try:
        asked = datetime.strptime(whole + zone, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        raise bad_request(f"{name} is not a date-time that exists", name) from None
    utc = asked.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{utc}.{fraction}" if fraction and int(fraction) else utc


def day_bound(name: str, text: str) -> str:
    """A calendar day asked for; a date-time here is refused."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise bad_request(f"{name} must be a date in the form YYYY-MM-DD", name)
    try:
        date.fromisoformat(text)
    except ValueError:
        raise bad_request(f"{name} is not a date that exists", name) from None
    return text
