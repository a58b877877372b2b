"""How times are spelled on either transport, and how the ones asked for are read."""

from __future__ import annotations

from datetime import date, datetime, time, timezone

SPELLINGS = ("datetime", "date", "naive", "mixed")
# Days in people's minds, whatever the column type: these may come without a time.
DAYS = frozenset({"start_date", "end_date", "due_date", "due_datetime", "hire_date", "sent_date"})
# Columns that hold a moment although their name does not say so.
_MOMENTS = frozenset(
    {
        "created",
        "modified",
        "updated",
        "scheduled_at",
        "submitted_timestamp",
        "deactivated_timestamp",
        "date_joined",
        "sent_date",
        "start_date",
        "end_date",
        "due_date",
        "awarded_date",
    }
)


def is_moment(column: str) -> bool:
    return column in _MOMENTS or column.endswith(("_datetime", "_time"))


def graphql_text(value: object, column: str, spelling: str) -> object:
    """A DateTime scalar: Python's isoformat of whatever the column holds."""
    if not isinstance(value, datetime):
        return value.isoformat() if isinstance(value, date) else value
    if spelling == "mixed":
        spelling = ("datetime", "naive", "zulu", "date")[(value.minute + value.second) % 4]
    if spelling == "date" and column in DAYS:
        return value.date().isoformat()
    if spelling == "naive":
        return value.replace(tzinfo=None).isoformat()
    return rest_text(value) if spelling == "zulu" else value.isoformat()


def rest_text(value: object) -> object:
    """Django REST framework's spelling: isoformat with Z."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def moment(text: str) -> datetime:
    """A date or date-time asked for, as an aware UTC time; naive means UTC."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(), timezone.utc)
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)


def stored(column: str, value: object) -> object:
    """A value given by a caller as the tables keep it: times as aware datetimes, days as dates."""
    if isinstance(value, str) and column == "hire_date":
        return date.fromisoformat(value[:10])
    if isinstance(value, str) and is_moment(column):
        return moment(value)
    if isinstance(value, datetime):
        return moment(value.isoformat())
    if isinstance(value, (list, tuple, set)) and column.endswith("_ids"):
        return sorted({int(one) for one in value})
    return value
