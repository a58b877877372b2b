"""A run that dies loses nothing and doubles nothing, wherever it dies. `make crash` kills two hundred."""

from __future__ import annotations

import random
import uuid

import psycopg2
import pytest

from tests.crash.campaign import KILLED
from tests.crash.changes import DAY
from tests.crash.places import JOB, MERGE, PIPELINE, STORAGE, STORE, Place, Trap
from tests.crash.world import World, world

EARLY = Trap(Place("", "sources.core.http:Client._once", "after"), call=5)
MID_MERGE = Trap(Place("", MERGE, "during"), call=2, seconds=0.005)
TWICE = [  # where a first load dies, and where the next one does
    (Trap(Place("", STORE + ".complete_job", "before"), call=4, package_rows=40), EARLY),
    (Trap(Place("", JOB, "during"), call=7, seconds=0.002, package_rows=40),
     Trap(Place("", JOB, "after", table="sync_log"))),
    (Trap(Place("", PIPELINE + ".normalize", "after"), package_rows=40, unit_rows=25), MID_MERGE),
]  # fmt: skip


def loaded_after(world: World, *traps: Trap) -> list[str]:
    """Runs that die in these traps, both vendors changing meanwhile; then a run that is left alone. Every second one
    finds an empty working directory."""
    chance = random.Random(11)
    for number, trap in enumerate(traps):
        died = world.run(trap)
        assert died.returncode == KILLED, died.stdout + died.stderr
        world.change(chance)
        if number % 2:
            world.move()
    last = world.run()
    assert last.returncode == 0, last.stdout + last.stderr
    return world.differences()


@pytest.mark.parametrize("traps", [
    pytest.param(traps, id=" then ".join(trap.place.name for trap in traps), marks=[pytest.mark.long][: number // 2])
    for number, traps in enumerate(TWICE)
])  # fmt: skip
def test_a_run_killed_twice_is_made_good_by_the_next_one(tmp_path, traps):
    with world(tmp_path) as here:
        assert loaded_after(here, *traps) == []


@pytest.mark.parametrize(
    "left", [Place("", PIPELINE + ".normalize", "after"),
             pytest.param(Place("", STORE + ".complete_job", "after"), marks=pytest.mark.long)],
    ids=lambda place: place.name,
)  # fmt: skip
def test_a_run_killed_while_it_clears_away_what_a_kill_left_hides_nothing_from_the_next(tmp_path, left):
    with world(tmp_path) as here:
        assert here.run().returncode == 0
        here.change(random.Random(3))
        for trap in (Trap(left), Trap(Place("", STORE + ".set_abort_flag", "after"))):
            assert here.run(trap).returncode == KILLED

        last = here.run()

        assert (last.returncode, here.differences()) == (0, [])


def test_a_kill_between_the_two_statements_of_a_merge_erases_no_version(tmp_path):
    with world(tmp_path) as here:
        assert here.run().returncode == 0
        assert here.differences() == []
        guid = here.shifts.companies[0].guid
        here.shifts.delete(guid, "roles", here.shifts.rows(guid, "role_assignments")[0]["role_id"])
        here.shifts.advance(DAY)
        half = Place("", "dlt.destinations.impl.duckdb.sql_client:DuckDbSqlClient.execute_sql", "within",
                     table='DELETE FROM "seven_shifts"."role_assignments"')  # fmt: skip
        assert here.run(Trap(half)).returncode == KILLED

        assert here.run().returncode == 0

        assert here.differences() == []


@pytest.fixture
def database(postgres) -> str:
    """An empty database of the server."""
    name = f"crash_{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return postgres.replace("/postgres?", f"/{name}?")


def test_three_kills_in_a_row_are_made_good_on_postgres_too(tmp_path, database):
    with world(tmp_path, database) as here:
        first = Trap(Place("", JOB, "after"), call=9)
        unnoted = Trap(Place("", STORAGE + ".complete_load_package", "before"), package_rows=40)
        assert loaded_after(here, first, unnoted, MID_MERGE) == []
