"""What `sync_log` tells: how far each company's resources were read, by whom, and what came of it.

There is no other memory. Only rows of completed loads count (`_dlt_loads.status = 0`): a row left behind by a killed
run says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.destinations.sql_client import SqlClientBase

Client = Callable[[], SqlClientBase[Any]]


@dataclass(frozen=True)
class Past:
    """What completed loads say of one company's resource. All times are the server's."""

    mark: datetime | None = None
    covered: datetime | None = None
    begun: datetime | None = None
    newest: datetime | None = None
    completed_at: datetime | None = None
    whole_at: datetime | None = None


class Journal:
    """Reads the destination through dlt's SQL client; `schema` is the source's name in `_dlt_loads`."""

    def __init__(self, client: Client, schema: str) -> None:
        self._make, self._schema, self._open = client, schema, False

    @cached_property
    def _client(self) -> SqlClientBase[Any]:
        """Made once: dlt resolves the whole configuration for it."""
        return self._make()

    @property
    def client(self) -> SqlClientBase[Any]:
        """The destination, open for questions."""
        if not self._open:
            self._client.open_connection()
            self._open = True
        return self._client

    def close(self) -> None:
        """Let go of the destination, so that a load has it to itself; the next question opens it again."""
        if self._open:
            self._open = False
            self._client.close_connection()

    def past(self) -> dict[tuple[str, str], Past]:
        """By company GUID and resource. One grouped query, however many companies."""
        rows = self.query("sync_log", _PAST, self._schema)
        return {(row[0], row[1]): Past(*(utc(value) for value in row[2:])) for row in rows}

    def company_ids(self) -> dict[str, int]:
        """The company id each GUID had when it was last loaded."""
        return {guid: int(id) for guid, id in self.query("sync_log", _IDS, self._schema)}

    def guids(self) -> dict[str, str]:
        """The GUID each company was loaded under, by slug."""
        return {row[0]: row[1] for row in self.query("sync_log", _GUIDS, self._schema)}

    def readers(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        """Who read each company's resource last, and by which transport."""
        rows = self.query("sync_log", _READERS, self._schema)
        return {(guid, name): (identity, transport) for guid, name, identity, transport in rows}

    def latest(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The last `sync_log` row by company GUID and resource, with the time of the last complete reading."""
        names = ("slug", "as_of", "logged_at", "rejected", "drift", "error", "note", "transport", "identity")
        rows = self.query("sync_log", _LATEST, self._schema)
        known = {row[2] for row in rows if row[0]}  # a failure before a company's GUID was known is over by now
        rows = [row for row in rows if row[0] or row[2] not in known]
        return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows}

    def brought(self) -> dict[tuple[str, str], int]:
        """How many rows of each company's resource came with the last snapshot, or else with the longest listing. Rows
        that fit no table are left out."""
        return {(row[0], row[1]): row[2] for row in self.query("sync_log", _BROUGHT, self._schema)}

    def query(self, table: str, sql: str, *params: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Rows of a query in which `{table}` stands for the table and `{column}` for a quoted name; none if the
        table does not exist yet."""
        client = self.client
        try:
            with client.execute_query(quoted(client, table, sql), *params) as cursor:
                return [tuple(row) for row in cursor.fetchall()]
        except DestinationUndefinedEntity:
            return []


_COMPLETED = "FROM {table} AS s JOIN {loads} AS l ON l.load_id = s._dlt_load_id AND l.status = 0 AND l.schema_name = %s"

_PAST = f"""
SELECT s.company_guid, s.resource,
       max(s.high_water_mark),
       max(CASE WHEN s.kind = 'backfill' THEN s.window_end END),
       min(CASE WHEN s.kind = 'backfill' THEN s.scan_started_at END),
       max(CASE WHEN s.kind = 'backfill' THEN s.newest_modified END),
       max(s.scan_started_at),
       max(CASE WHEN s.kind = 'snapshot' THEN s.scan_started_at END)
{_COMPLETED}
WHERE s.status = 'ok'
GROUP BY s.company_guid, s.resource"""

_LATEST = f"""
SELECT company_guid, resource, company_slug, as_of, logged_at, rows_rejected, drift, error, note, transport, identity
FROM (
    SELECT s.*,
           max(CASE WHEN s.status = 'ok' THEN s.scan_started_at END)
               OVER (PARTITION BY s.company_guid, s.resource) AS as_of,
           row_number() OVER (PARTITION BY s.company_guid, s.resource ORDER BY s.logged_at DESC) AS place
    {_COMPLETED}
) AS ranked
WHERE place = 1"""

_BROUGHT = f"""
SELECT company_guid, resource, max(rows_brought) FROM (
    SELECT s.company_guid, s.resource, s.kind, s.rows_read - coalesce(s.rows_rejected, 0) AS rows_brought,
           row_number() OVER (PARTITION BY s.company_guid, s.resource, s.kind ORDER BY s.logged_at DESC) AS place
    {_COMPLETED}
    WHERE s.status = 'ok'
) AS ranked
WHERE kind <> 'snapshot' OR place = 1
GROUP BY company_guid, resource"""

_READERS = f"""
SELECT company_guid, resource, identity, transport FROM (
    SELECT s.company_guid, s.resource, s.identity, s.transport,
           row_number() OVER (PARTITION BY s.company_guid, s.resource ORDER BY s.logged_at DESC) AS place
    {_COMPLETED}
    WHERE s.status IN ('ok', 'incomplete')
) AS ranked
WHERE place = 1"""

_GUIDS = f"SELECT s.company_slug, max(s.company_guid) {_COMPLETED} WHERE s.status = 'ok' GROUP BY s.company_slug"

_IDS = f"SELECT s.company_guid, max(s.company_id) {_COMPLETED} WHERE s.status = 'ok' GROUP BY s.company_guid"


def quoted(client: SqlClientBase[Any], table: str, sql: str) -> str:
    """The SQL with names as the destination spells them: `start`, `in` and `end` are reserved somewhere."""
    names = {name: client.escape_column_name(name) for name in re.findall(r"{(\w+)}", sql)}
    names["table"], names["loads"] = (client.make_qualified_table_name(name) for name in (table, "_dlt_loads"))
    return sql.format_map(names)


def utc(value: Any) -> datetime | None:  # noqa: ANN401 - what the driver returns
    """A moment as UTC, whatever zone the driver has it in."""
    return value.astimezone(timezone.utc) if isinstance(value, datetime) else None
