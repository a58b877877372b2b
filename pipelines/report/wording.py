"""How values are written: grouped thousands, a unit, an id where there is no name."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

Number = int | float | Decimal
NONE = "–"
HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")  # what `privacy` makes of a value


def count(value: Number | None) -> str:
    """A whole number."""
    return NONE if value is None else f"{round(value):,}"


def money(value: Number | None) -> str:
    """Two decimals; in the company's currency, which the data does not name."""
    return NONE if value is None else f"{value:,.2f}"


def hours(value: Number | None) -> str:
    """Hours with two decimals."""
    return NONE if value is None else f"{value:,.2f}"


def percent(value: Number | None, whole: Number | None = 100) -> str:
    """`value` of `whole` in percent; of nothing there is no share."""
    return NONE if value is None or not whole else f"{100 * float(value) / float(whole):,.1f}%"


def of(value: Number | None, whole: Number | None) -> str:
    """A part and its whole."""
    return f"{count(value)} of {count(whole)}"


def day(value: date | None) -> str:
    """A date, or the date of a moment."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def short_day(value: date) -> str:
    """A date without its year."""
    return f"{value.day} {value:%b}"


def week(start: date) -> str:
    """The seven days from `start`."""
    end = start + timedelta(days=6)
    first = short_day(start) if start.year == end.year else day(start)
    return f"{first if start.month != end.month else start.day} to {day(end)}"


def month(value: date) -> str:
    """A month and its year."""
    return f"{value:%b %Y}"


def moment(value: datetime | None) -> str:
    """A moment in UTC, to the minute."""
    return "never" if value is None else f"{day(value)}, {value:%H:%M}"


def age(value: datetime | None, now: datetime) -> str:
    """How long ago."""
    if value is None:
        return NONE
    passed = max(now - value, timedelta())
    return f"{passed.days} d {passed.seconds // 3600} h" if passed.days else f"{passed.seconds / 3600:.1f} h"


def person(name: str | None, kind: str, id: object) -> str:
    """A name; without one (not listed, or dropped) the id. Of a hash the first eight digits."""
    return shown(name) if name and name.strip() else f"{kind} {id}" if id is not None else NONE


def shown(text: str | None) -> str:
    """A name as it was loaded, hashes shortened."""
    return HASH.sub(r"\1…", text) if text else NONE
