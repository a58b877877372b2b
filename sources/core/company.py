"""A company to load."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A company to load: our name for it, its GUID (the partition), and the vendor's id once known."""

    slug: str
    guid: str
    id: int | None = None
    identity: str = ""  # who reads, where credentials are a company's own
