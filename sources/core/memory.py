"""What the destination holds: which rows of a company, as far as a unit that is to be settled wants to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sources.core.columns import UNSEEN, VALID_FROM
from sources.core.errors import ConfigurationError
from sources.core.journal import Client, Journal, quoted, utc
from sources.core.resource import Table
from sources.core.task import Reach, Span, Unit

AT_ONCE = 1_000  # content hashes in one question

Key = tuple[Any, ...]
Known = dict[Key, tuple[str, int | None]]
Active = tuple[dict[Key, str], set[Key]]
T = TypeVar("T")


class Memory(Journal):
    """The journal and the rows."""

    def __init__(self, client: Client, schema: str) -> None:
        super().__init__(client, schema)
        self._filled: dict[str, bool] = {}  # whether a table has a row
        self._expected: dict[str, dict[str, Unit]] = {}  # by table and GUID
        self._answers: dict[Hashable, Any] = {}

    def close(self) -> None:
        """Let go of the destination, and of what a load may change in it."""
        self.expect(())
        self._filled = {name: filled for name, filled in self._filled.items() if filled}  # nobody takes rows away
        super().close()

    def expect(self, units: Iterable[Unit]) -> None:
        """These are settled next: what one of them wants to know of a table is asked for all of them at once."""
        self._expected, self._answers = {}, {}
        for unit in units:
            for table in unit.task.resource.tables:
                self._expected.setdefault(table.name, {})[unit.task.company.guid] = unit

    def _for_all(
        self, what: Hashable, table: Table, guid: str, ask: Callable[[list[Unit]], Mapping[str, T]],
        nothing: Callable[[], T], alike: Callable[[Unit], bool] = lambda unit: True,
    ) -> T:  # fmt: skip
        """A company's answer to a question that is asked once for all expected units that are `alike`, if its own is
        one of them."""
        if (what, table.name, guid) not in self._answers:
            units = {one: unit for one, unit in self._expected.get(table.name, {}).items() if alike(unit)}
            units = units if guid in units else {}
            answers = ask(list(units.values()))
            for one in units or [guid]:
                self._answers[what, table.name, one] = answers[one] if one in answers else nothing()
        answer: T = self._answers.pop((what, table.name, guid))
        return answer

    def counts(self, table: Table) -> dict[str, int]:
        """Rows by company GUID; of a versioned table the open ones, those listed to who reads."""
        open_only = " WHERE _dlt_valid_to IS NULL" if table.versioned else ""
        open_only += f" AND {{{UNSEEN.name}}} IS NULL" if table.personal else ""
        sql = "SELECT company_guid, count(*) FROM {table}" + open_only + " GROUP BY company_guid"
        return {row[0]: row[1] for row in self.query(table.name, sql)}

    def empty(self, table: Table) -> bool:
        """Whether a table has no row of anybody, or is not there yet."""
        if table.name not in self._filled:
            self._filled[table.name] = bool(self.query(table.name, "SELECT 1 FROM {table} LIMIT 1"))
        return not self._filled[table.name]

    def known(self, table: Table, guid: str, reach: Reach) -> Known:
        """Content hash and modification (microseconds) by key, of the rows within `reach` (none: all), and maybe of
        others. The hash is empty for a row of a load that did not complete: its children may be missing, so it has to
        come again."""
        days = _days(reach)

        def ask(units: list[Unit]) -> dict[str, Known]:
            same = zip(reach, *(unit.reach for unit in units), strict=True)
            spans = [(column, min(start for _, start, _ in all), end) for all in same for column, _, end in all[:1]]
            return self._known(table, _guids(units, guid), spans)

        return self._for_all(("known", days), table, guid, ask, dict, lambda unit: _days(unit.reach) == days)

    def _known(self, table: Table, guids: Sequence[str], reach: Sequence[Span]) -> dict[str, Known]:
        wanted = [*table.natural_key, *([table.modified] if table.modified else [])]
        where, params, spans = [f"t.company_guid IN ({_texts(guids)})"], list[Any](), list[str]()
        for column, start, end in reach:
            spans.append(f"(t.{{{column}}} >= %s" + (f" AND t.{{{column}}} <= %s)" if end else ")"))
            params += [start, end] if end else [start]
        if spans:
            where.append(f"({' OR '.join(spans)})")
        sql = (
            "SELECT t.company_guid, CASE WHEN l.load_id IS NULL THEN '' ELSE t._dlt_id END, "
            f"{', '.join(f't.{{{name}}}' for name in wanted)} FROM {{table}} AS t "
            f"LEFT JOIN {{loads}} AS l ON l.load_id = t._dlt_load_id AND l.status = 0 WHERE {' AND '.join(where)}"
        )
        size, found = len(table.natural_key) + 2, dict[str, Known]()
        for row in self.query(table.name, sql, *params):
            found.setdefault(row[0], {})[row[2:size]] = (row[1], _micros(row[size]) if table.modified else None)
        return found

    def having(self, table: Table, guid: str, columns: Iterable[str]) -> set[str]:
        """Those of the columns in which the company has a value somewhere."""

        def ask(units: list[Unit]) -> dict[str, set[str]]:
            names = sorted({*columns, *(name for unit in units for name in unit.batch.absent_from(table.name))})
            sql = (f"SELECT company_guid, {', '.join(f'count({{{name}}})' for name in names)} FROM {{table}} "
                   f"WHERE company_guid IN ({_texts(_guids(units, guid))}) GROUP BY 1")  # fmt: skip
            rows = self.query(table.name, sql)
            return {row[0]: {name for name, count in zip(names, row[1:], strict=True) if count} for row in rows}

        found: set[str] = self._for_all("having", table, guid, ask, set)
        return found & {*columns}

    def active(self, table: Table, guid: str) -> Active:
        """Content hash by key of a versioned table's open rows, and the keys that carry the mark of not being
        listed to who reads."""
        mark = f"{{{UNSEEN.name}}}" if table.personal else "NULL"
        wanted, size = ", ".join(f"{{{name}}}" for name in table.natural_key), len(table.natural_key) + 1

        def ask(units: list[Unit]) -> dict[str, Active]:
            found: dict[str, Active] = {}
            sql = (f"SELECT company_guid, {wanted}, _dlt_id, {mark} FROM {{table}} "
                   f"WHERE company_guid IN ({_texts(_guids(units, guid))}) AND _dlt_valid_to IS NULL")  # fmt: skip
            for row in self.query(table.name, sql):
                active, hidden = found.setdefault(row[0], ({}, set()))
                key = tuple(_micros(value) if isinstance(value, datetime) else value for value in row[1:size])
                active[key] = row[size]
                if row[size + 1] is not None:
                    hidden.add(key)
            return found

        return self._for_all("active", table, guid, ask, lambda: ({}, set()))

    def begun(self, table: Table, guid: str) -> dict[str, datetime]:
        """When each open version began, by its content hash."""
        sql = f"SELECT _dlt_id, {VALID_FROM.name} FROM {{table}}" + _OPEN
        return {content: moment for content, start in self.query(table.name, sql, guid) if (moment := utc(start))}

    def listed(self, table: Table) -> dict[str, dict[Any, int | None]]:
        """The keys of a versioned table's open rows by company GUID, those listed to who reads, with their value of
        the resource's cursor (microseconds)."""
        found: dict[str, dict[Any, int | None]] = {}
        wanted = f"{{{table.natural_key[0]}}}, {{{table.modified}}}"
        sql = f"SELECT company_guid, {wanted} FROM {{table}} WHERE _dlt_valid_to IS NULL"
        sql += f" AND {{{UNSEEN.name}}} IS NULL" if table.personal else ""
        for guid, key, moment in self.query(table.name, sql):
            found.setdefault(guid, {})[key] = _micros(moment)
        return found

    def open_rows(self, table: Table, guid: str, contents: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The open rows with these content hashes, whole."""
        wanted, client = list(contents), self.client
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            chosen = f"{_OPEN} AND _dlt_id IN ({', '.join(['%s'] * len(some))})"
            sql = quoted(client, table.name, "SELECT * FROM {table}" + chosen)
            with client.execute_query(sql, guid, *some) as cursor:
                names = [column[0].lower() for column in cursor.description or ()]  # Snowflake shouts
                yield from [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_OPEN = " WHERE company_guid = %s AND _dlt_valid_to IS NULL"


def _guids(units: Sequence[Unit], guid: str) -> list[str]:
    return [unit.task.company.guid for unit in units] or [guid]


def _texts(guids: Sequence[str]) -> str:
    """GUIDs as a query spells them. As parameters DuckDB would take nine times as long for a hundred of them."""
    for guid in guids:
        if not re.fullmatch(r"[\w-]*", guid):
            raise ConfigurationError(f"The guid {guid!r} is not a GUID (8-4-4-4-12 hexadecimal digits).")
    return ", ".join(f"'{guid}'" for guid in guids)


def _days(reach: Reach) -> Hashable:
    """What reaches have to have in common for one question: to ask from the earliest of their beginnings on then
    brings little more."""
    return tuple((column, start.date(), end) for column, start, end in reach)


def _micros(value: Any) -> int | None:  # noqa: ANN401 - what the driver returns
    return round(value.timestamp() * 1_000_000) if isinstance(value, datetime) else None
