"""Values tried: each in one row of a company of its own, all of them in one load, and what became of each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from pipelines import status
from pipelines.run import Report, run
from pipelines.verify import verify
from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts
from tests.weather.planting import Planted, in_geese, in_shifts
from tests.weather.proxy import Proxy
from tests.weather.values import ASIDE, Value

LONG = 1_000  # letters, from which on a text is told by its length
TYPES = ("DOUBLE", "double precision")


@dataclass
class Trial:
    """What was sent where, and where it was loaded. `destination` is duckdb or postgres."""

    source: str
    destination: str
    address: str
    vendor: Any
    proxy: Proxy
    planted: list[Planted]
    _cursor: Any = None
    _types: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def tables(self) -> list[str]:
        return sorted({one.value.table for one in self.planted})

    def run(self) -> Report:
        return run(self.source, resources=self.tables)

    def look(self) -> list[Planted]:
        """What became of each value, and whether the log and `sevens status` tell of it."""
        entries = {(one["guid"], one["table"]): one for one in status.read(self.source)}
        with self.reading():
            for one in self.planted:
                one.becomes = self._fate(one)
                entry = entries.get((one.guid, one.value.table), {})
                one.told = bool(entry.get("drift") or entry.get("rejected"))
        return self.planted

    def not_as_at_the_vendor(self) -> list[str]:
        """What `sevens verify` finds, a line each. Rows that were set aside have to be among it, and are left out."""
        guids = {company["slug"]: company["guid"] for company in json.loads(os.environ[f"{self._prefix}COMPANIES"])}
        found, aside = [], {one.guid for one in self.planted if one.becomes.startswith(ASIDE)}
        for one in verify(self.source, resources=self.tables):
            if one.error or one.missing or one.extra or one.different:
                found.append(f"{one.company} {one.table}: {one}")
            aside -= {guids[one.company]} if one.aside else set()
        return found + [f"verify does not tell what was set aside of {guid}" for guid in aside]

    @property
    def _prefix(self) -> str:
        return f"SOURCES__{self.source.upper()}__"

    @contextmanager
    def good(self) -> Iterator[None]:
        """The vendor sends what it documents for a while."""
        faults = list(self.proxy.faults)
        self.proxy.clear()
        yield
        self.proxy.order(*faults)

    def mend(self) -> None:
        """The vendor sends what it documents from now on; rows that were spoiled are edited, so that they come."""
        self.proxy.clear()
        for one in self.planted:
            _touch(self, one)

    def missing(self) -> list[str]:
        """Spoiled rows that are not in their table, or still have something beside their columns."""
        with self.reading():
            return [f"{one.value.name}: {rows}" for one in self.planted if (rows := self._whole(one)) != [(1,)]]

    def _whole(self, one: Planted) -> list[tuple[Any, ...]]:
        """(1,) if its row is there, and what is beside its columns, if anything is."""
        beside = [name for name in self._columns(one.value) if name != one.value.field and '"' not in name]
        wanted = ", ".join(["1", *(f'CAST("{name}" AS VARCHAR)' for name in beside)])
        return [tuple(cell for cell in row if cell is not None) for row in self._rows(one, wanted)]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One connection for all that is asked within: opening it costs more than the questions."""
        import psycopg2

        connect: Any = duckdb.connect if self.destination == "duckdb" else psycopg2.connect
        with closing(connect(self.address)) as connection, closing(connection.cursor()) as self._cursor:
            self._types.clear()
            self._cursor.execute("SET TimeZone = 'UTC'")
            yield

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        self._cursor.execute(sql)
        return self._cursor.fetchall()

    def _rows(self, one: Planted, wanted: str) -> list[tuple[Any, ...]]:
        """Its current row."""
        latest = " AND _dlt_valid_to IS NULL" if "_dlt_valid_to" in self._columns_of(one.value.table) else ""
        return self.query(f"SELECT {wanted} FROM {self.source}.{one.value.table} WHERE company_guid = '{one.guid}' "
                         f"AND id = {one.row}{latest}")  # fmt: skip

    def _fate(self, one: Planted) -> str:
        value = one.value
        aside = self.query(f"SELECT reason, payload FROM {self.source}.rejected_rows WHERE company_guid = '{one.guid}'")
        if aside:
            return f"{ASIDE}: {aside[0][0]}" + ("" if _holds(aside[0][1], value) else ", without the value")
        names = self._columns(value)
        if not names:
            return "nowhere"
        rows = self._rows(one, ", ".join(_read(name, kind) for name, kind in names.items()))
        if len(rows) != 1:
            return f"{len(rows)} rows"
        found = [f"{name}: {_told(name, kind, cell)}"
                 for (name, kind), cell in zip(names.items(), rows[0], strict=True) if cell is not None]  # fmt: skip
        return "; ".join(found) or "nothing"

    def _columns(self, value: Value) -> dict[str, str]:
        own = value.columns or (value.field, f"{value.field}__v_*")
        known = self._columns_of(value.table)
        return {name: kind for name, kind in known.items() if any(fnmatchcase(name, pattern) for pattern in own)}

    def _columns_of(self, table: str) -> dict[str, str]:
        if table not in self._types:
            asked = ("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = "
                     f"'{self.source}' AND table_name = '{table}' ORDER BY ordinal_position")  # fmt: skip
            self._types[table] = dict(self.query(asked))
        return self._types[table]


def _read(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return quoted if kind in TYPES else f"CAST({quoted} AS VARCHAR)"


def _told(name: str, kind: str, cell: Any) -> str:
    """A cell as text, the same on both destinations."""
    if kind.lower() in ("json", "jsonb") or str(cell)[:1] in ("{", "["):
        cell = json.dumps(json.loads(cell), separators=(",", ":"), ensure_ascii=kind.lower() in ("json", "jsonb"))
    text = str(cell)
    return text if len(text) < LONG else f"{len(text):,} characters"


def _holds(payload: str, value: Value) -> bool:
    """Whether a payload has the value that was sent, where that is one value."""
    try:
        sent = json.loads(value.raw)
    except ValueError:
        return True
    row = json.loads(payload)
    return isinstance(row, dict) and str(row.get(value.field)) == str(sent)


@contextmanager
def trial(source: str, values: Sequence[Value], address: str, folder: Path) -> Iterator[Trial]:
    """Every value in place, nothing loaded yet. `address` is a PostgreSQL database or a DuckDB file."""
    with ExitStack() as held:
        vendor: Any = SevenShifts(companies=len(values), seed=7, weeks=1, staff=1) if source == "seven_shifts" else (
            SevenGeese(networks=len(values), seed=7, people=2))  # fmt: skip
        held.enter_context(vendor)
        proxy = held.enter_context(Proxy(vendor.url))
        kind = "postgres" if address.startswith("postgres") else "duckdb"
        planted, settings = (in_shifts if source == "seven_shifts" else in_geese)(vendor, proxy, values)
        settings = {f"SOURCES__{source.upper()}__{name}": text for name, text in settings.items()}
        held.enter_context(mock.patch.dict(os.environ, {
            **settings, "DESTINATION__WAREHOUSE__CREDENTIALS": address, "DLT_DATA_DIR": str(folder / "scratch"),
        }))  # fmt: skip
        yield Trial(source, kind, address, vendor, proxy, planted)


def _touch(here: Trial, one: Planted) -> None:
    if here.source == "seven_shifts":
        name = "first_name" if one.value.table == "users" else "name"
        changed = {"notes": "mended"} if one.value.table == "shifts" else {name: "mended"}
        here.vendor.edit(one.guid, one.value.table, one.row, **changed)
