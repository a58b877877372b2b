"""Time zones of the package tzdata: the operating system's may be years old, and marts follow newer rules."""

from __future__ import annotations

from datetime import timezone, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def zone(name: str | None) -> tzinfo:
    """The zone of that name; UTC without one, or if there is none."""
    name = name or "UTC"
    parts = name.split("/")
    found = files("tzdata").joinpath("zoneinfo", *parts)
    if ".." in parts or "" in parts or not found.is_file():
        return timezone.utc
    try:
        with found.open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except ValueError:
        return timezone.utc
