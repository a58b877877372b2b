"""What the destination remembers: how far each company's resources were read, and which rows it holds.

There is no other memory. Only `sync_log` rows of completed loads count (`_dlt_loads.status = 0`): a row
left behind by a killed run says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.destinations.sql_client import SqlClientBase

from sources.core.columns import UNSEEN, VALID_FROM
from sources.core.resource import Table
from sources.core.task import Reach

AT_ONCE = 1_000  # content hashes in one question

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


class Memory:
    """Reads the destination through dlt's SQL client; `schema` is the source's name in `_dlt_loads`."""

    def __init__(self, client: Client, schema: str) -> None:
        self._make, self._schema, self._open = client, schema, False
        self._filled: set[str] = set()  # tables that had a row: nobody takes the last one away while a run goes on

    @cached_property
    def _client(self) -> SqlClientBase[Any]:
        """Made once: dlt resolves the whole configuration for it."""
        return self._make()

    @property
    def client(self) -> SqlClientBase[Any]:
        """The destination, open for questions of other kinds."""
        return self._opened()

    def _opened(self) -> SqlClientBase[Any]:
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
        rows = self._query("sync_log", _PAST, self._schema)
        return {(row[0], row[1]): Past(*(_utc(value) for value in row[2:])) for row in rows}

    def company_ids(self) -> dict[str, int]:
        """The company id each GUID had when it was last loaded."""
        return {guid: int(id) for guid, id in self._query("sync_log", _IDS, self._schema)}

    def guids(self) -> dict[str, str]:
        """The GUID each company was loaded under, by slug."""
        return {row[0]: row[1] for row in self._query("sync_log", _GUIDS, self._schema)}

    def readers(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        """Who read each company's resource last, and by which transport."""
        rows = self._query("sync_log", _READERS, self._schema)
        return {(guid, name): (identity, transport) for guid, name, identity, transport in rows}

    def latest(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The last `sync_log` row by company GUID and resource, with the time of the last complete reading."""
        names = ("slug", "as_of", "logged_at", "rejected", "drift", "error", "note", "transport", "identity")
        rows = self._query("sync_log", _LATEST, self._schema)
        known = {row[2] for row in rows if row[0]}  # a failure before a company's GUID was known is over by now
        rows = [row for row in rows if row[0] or row[2] not in known]
        return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows}

    def brought(self) -> dict[tuple[str, str], int]:
        """How many rows of each company's resource came with the last snapshot, or else with the longest listing. Rows
        that fit no table are left out."""
        return {(row[0], row[1]): row[2] for row in self._query("sync_log", _BROUGHT, self._schema)}

    def counts(self, table: Table) -> dict[str, int]:
        """Rows by company GUID; of a versioned table the open ones, those listed to who reads."""
        open_only = " WHERE _dlt_valid_to IS NULL" if table.versioned else ""
        open_only += f" AND {{{UNSEEN.name}}} IS NULL" if table.personal else ""
        sql = "SELECT company_guid, count(*) FROM {table}" + open_only + " GROUP BY company_guid"
        return {row[0]: row[1] for row in self._query(table.name, sql)}

    def empty(self, table: Table) -> bool:
        """Whether a table has no row of anybody, or is not there yet."""
        if table.name not in self._filled and self._query(table.name, "SELECT 1 FROM {table} LIMIT 1"):
            self._filled.add(table.name)
        return table.name not in self._filled

    def known(self, table: Table, guid: str, reach: Reach) -> dict[tuple[Any, ...], tuple[str, int | None]]:
        """Content hash and modification (microseconds) by key, of the rows within `reach` (none: all). The hash is
        empty for a row of a load that did not complete: its children may be missing, so it has to come again."""
        wanted = [*table.natural_key, *([table.modified] if table.modified else [])]
        where, params = ["t.company_guid = %s"], [guid]
        spans = []
        for column, start, end in reach:
            spans.append(f"(t.{{{column}}} >= %s" + (f" AND t.{{{column}}} <= %s)" if end else ")"))
            params += [start, end] if end else [start]  # type: ignore[list-item]
        if spans:
            where.append(f"({' OR '.join(spans)})")
        sql = (
            "SELECT CASE WHEN l.load_id IS NULL THEN '' ELSE t._dlt_id END, "
            f"{', '.join(f't.{{{name}}}' for name in wanted)} FROM {{table}} AS t "
            f"LEFT JOIN {{loads}} AS l ON l.load_id = t._dlt_load_id AND l.status = 0 WHERE {' AND '.join(where)}"
        )
        size = len(table.natural_key) + 1
        return {
            row[1:size]: (row[0], _micros(row[size]) if table.modified else None)
            for row in self._query(table.name, sql, *params)
        }

    def having(self, table: Table, guid: str, columns: Sequence[str]) -> list[str]:
        """Those of the columns in which the company has a value somewhere."""
        rows = "SELECT 1 FROM {table} WHERE company_guid = %s"
        asked = [f"EXISTS ({rows} AND {{{name}}} IS NOT NULL)" for name in columns]
        found = self._query(table.name, f"SELECT {', '.join(asked)}", *[guid] * len(columns))
        return [name for row in found for name, has in zip(columns, row, strict=True) if has]

    def active(self, table: Table, guid: str) -> tuple[dict[tuple[Any, ...], str], set[tuple[Any, ...]]]:
        """Content hash by key of a versioned table's open rows, and the keys that carry the mark of not being
        listed to who reads."""
        mark = f"{{{UNSEEN.name}}}" if table.personal else "NULL"
        wanted = ", ".join(f"{{{name}}}" for name in table.natural_key)
        size, active, hidden = len(table.natural_key), {}, set()
        for row in self._query(table.name, f"SELECT {wanted}, _dlt_id, {mark} FROM {{table}}" + _OPEN, guid):
            key = tuple(_micros(value) if isinstance(value, datetime) else value for value in row[:size])
            active[key] = row[size]
            if row[size + 1] is not None:
                hidden.add(key)
        return active, hidden

    def begun(self, table: Table, guid: str) -> dict[str, datetime]:
        """When each open version began, by its content hash."""
        sql = f"SELECT _dlt_id, {VALID_FROM.name} FROM {{table}}" + _OPEN
        return {content: moment for content, start in self._query(table.name, sql, guid) if (moment := _utc(start))}

    def listed(self, table: Table) -> dict[str, dict[Any, int | None]]:
        """The keys of a versioned table's open rows by company GUID, those listed to who reads, with their value of
        the resource's cursor (microseconds)."""
        found: dict[str, dict[Any, int | None]] = {}
        wanted = f"{{{table.natural_key[0]}}}, {{{table.modified}}}"
        sql = f"SELECT company_guid, {wanted} FROM {{table}} WHERE _dlt_valid_to IS NULL"
        sql += f" AND {{{UNSEEN.name}}} IS NULL" if table.personal else ""
        for guid, key, moment in self._query(table.name, sql):
            found.setdefault(guid, {})[key] = _micros(moment)
        return found

    def open_rows(self, table: Table, guid: str, contents: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The open rows with these content hashes, whole."""
        wanted, client = list(contents), self._opened()
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            chosen = f"{_OPEN} AND _dlt_id IN ({', '.join(['%s'] * len(some))})"
            sql = _quoted(client, table.name, "SELECT * FROM {table}" + chosen)
            with client.execute_query(sql, guid, *some) as cursor:
                names = [column[0].lower() for column in cursor.description or ()]  # Snowflake shouts
                yield from [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _query(self, table: str, sql: str, *params: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Rows of a query in which `{table}` stands for the table and `{column}` for a quoted name; none if the
        table does not exist yet."""
        client = self._opened()
        try:
            with client.execute_query(_quoted(client, table, sql), *params) as cursor:
                return [tuple(row) for row in cursor.fetchall()]
        except DestinationUndefinedEntity:
            return []


_OPEN = " WHERE company_guid = %s AND _dlt_valid_to IS NULL"

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


def _quoted(client: SqlClientBase[Any], table: str, sql: str) -> str:
    """The SQL with names as the destination spells them: `start`, `in` and `end` are reserved somewhere."""
    names = {name: client.escape_column_name(name) for name in re.findall(r"{(\w+)}", sql)}
    names["table"], names["loads"] = (client.make_qualified_table_name(name) for name in (table, "_dlt_loads"))
    return sql.format_map(names)


def _utc(value: Any) -> datetime | None:  # noqa: ANN401 - what the driver returns
    return value.astimezone(timezone.utc) if isinstance(value, datetime) else None


def _micros(value: Any) -> int | None:  # noqa: ANN401 - what the driver returns
    return round(value.timestamp() * 1_000_000) if isinstance(value, datetime) else None
