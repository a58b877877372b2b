"""A fortnight of both vendors, loaded three times and built by dbt: the marts beside what the vendors showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from pipelines.transform import transform
from simulators.seven_geese import Network, SevenGeese
from simulators.seven_shifts import SevenShifts
from tests.conftest import Bench
from tests.dbt import geese_life
from tests.dbt.once import once
from tests.geese import GeeseBench, guid_of

Row = dict[str, Any]
AS_OF = datetime(2026, 11, 20)  # a day after the last load
MARTS = ("objective_progress", "objective_progress_history", "key_result_progress", "recognition_given_received",
         "recognition_pairs", "review_progress", "review_completion", "one_on_one_cadence", "engagement_monthly",
         "people", "people_360", "worked_hours_daily")  # fmt: skip
SHOWN = ("profiles", "objectives", "checkins", "objective_history", "key_results", "recognitions", "snapshots",
         "snapshot_groups", "snapshot_approvals", "one_on_ones", "feedbacks", "feedback_responders", "action_items",
         "departments")  # fmt: skip
SELECTED = ("+path:models/marts/seven_geese", "+path:models/marts/people", "path:models/staging/seven_geese",
            "path:models/intermediate/seven_geese", "path:models/intermediate/people")  # fmt: skip


@dataclass
class World:
    """What the vendors showed at each load, and what the marts hold. The first company is in both systems, the second
    in 7Geese only."""

    guid: str
    other_guid: str
    loads: list[tuple[datetime, datetime]] = field(default_factory=list)  # before and after, by the vendor's clock
    shown: list[dict[str, list[Row]]] = field(default_factory=list)  # of the first company, at each load
    file: Path | None = None  # on DuckDB
    others: list[Row] = field(default_factory=list)  # the second company's profiles
    users: list[Row] = field(default_factory=list)  # of 7shifts
    marts: dict[str, list[Row]] = field(default_factory=dict)

    def mart(self, name: str, guid: str = "") -> list[Row]:
        """The rows of a company, of the first one if none is named."""
        return [row for row in self.marts[name] if row["company_guid"] == (guid or self.guid)]

    def last(self, table: str) -> list[Row]:
        """What the vendor showed at the last load."""
        return self.shown[-1][table]


def world_on(database: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> World:
    """On `duckdb` or `postgres`, built by the first process of the test run that asks."""

    def make(folder: Path) -> World:
        if database == "duckdb":
            return _build(folder)
        server = request.getfixturevalue("postgres_server")
        server.ensure_postgres_running()
        connection = psycopg2.connect(server.get_uri())
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE geese_marts")  # one of its own: other tests have the same schemas
        return _build(folder, server.get_uri("geese_marts"))

    return once(f"geese_{database}", make, request, folders)


def _build(folder: Path, address: str = "") -> World:
    with (
        pytest.MonkeyPatch.context() as patch,
        SevenShifts(companies=1, seed=7, weeks=1, staff=4) as shifts,
        SevenGeese(networks=2, seed=7, people=9) as geese,
    ):
        bench, goose, network = Bench(shifts, folder, patch), GeeseBench(geese, folder, patch), geese.networks[0]
        world = World(shifts.companies[0].guid, guid_of(geese.networks[1]))
        goose.companies(goose.entry(network, guid=world.guid), goose.entry(geese.networks[1]))
        if address:
            patch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", address)
        geese_life.before(shifts, geese, world.guid)
        bench.run()
        for step in (None, geese_life.first_week, geese_life.second_week):
            if step:
                geese.advance(7 * 86400)
                step(geese, network.id)
            _load(goose, world, network, ("objectives",) if step else ())
        world.file = None if address else goose.file
        world.others = geese.rows(geese.networks[1].id, "profiles")
        world.users = shifts.rows(world.guid, "users")
        patch.setenv("DBT_INDIRECT_SELECTION", "empty")  # the tests of 7shifts' models are run with those
        built = transform(SELECTED, as_of=AS_OF.isoformat(" "))
        assert not built.failed, built.failures
        with _reader(address or str(goose.file)) as rows:
            world.marts = {name: rows(name) for name in MARTS}
    return world


def _load(goose: GeeseBench, world: World, network: Network, resources: tuple[str, ...]) -> None:
    before = goose.vendor.now
    report = goose.run(resources)
    assert not report.failed, [unit.error for unit in report.units if unit.error]
    world.loads.append((before, goose.vendor.now + timedelta(seconds=1)))
    world.shown.append({table: goose.vendor.rows(network.id, table) for table in SHOWN})


@contextmanager
def _reader(place: str) -> Iterator[Callable[[str], list[Row]]]:
    connection = psycopg2.connect(place) if "://" in place else duckdb.connect(place)
    with closing(connection):
        cursor = connection.cursor()

        def rows(mart: str) -> list[Row]:
            cursor.execute(f"SELECT * FROM sevens_marts.{mart}")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, map(_plain, values), strict=True)) for values in cursor.fetchall()]

        yield rows


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
