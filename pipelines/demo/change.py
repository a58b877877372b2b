"""Something that happened at a vendor, and where it has to show."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Change:
    """What happened, in words, and the query that finds it in the warehouse."""

    told: str
    query: str
    found: object

    def arrived(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Whether the warehouse shows it."""
        return connection.execute(self.query).fetchone() == (self.found,)
