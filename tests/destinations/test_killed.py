"""A run that dies in the middle of a load loses nothing and doubles nothing, wherever the rows go."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.campaign import KILLED
from tests.crash.places import JOB, MERGE, Trap
from tests.crash.places import Place as At
from tests.crash.uniqueness import doubled_by
from tests.crash.world import World, world
from tests.destinations.places import PLACES, PREFIX, ready

COMPLETE = "dlt.load.load:Load.complete_package"
JOBS = "pipelines.lake.jobs:"
# Where a first load dies, and where the next one does, which brings edits.
TRAPS = {
    "ducklake": ((JOB, "during", 7), (MERGE, "during", 2)),
    "ducklake on postgres": ((MERGE, "after", 3), (COMPLETE, "before", 1)),
    "delta": ((f"{JOBS}DeltaJob.run", "after", 5), (f"{JOBS}DeltaJob.run", "before", 3)),
    "iceberg": ((f"{JOBS}IcebergJob.run", "during", 9), ("pyiceberg.table:Transaction.overwrite", "after", 2)),
}
UNNOTED = {"delta": (COMPLETE, "before", 1), "iceberg": (COMPLETE, "before", 1)}


def at(target: str, when: str, call: int) -> Trap:
    return Trap(At("", target, when), call=call, seconds=0.01, package_rows=40)


def lay(here: World, name: str, folder: Path, database: Callable[[], str]) -> None:
    """The world's rows go to a place."""
    there = PLACES[name]
    ready(there)
    address = database() if there.needs_database else ""
    del here.settings[f"{PREFIX}CREDENTIALS"]
    here.settings.update(there.environment(folder, address))

    def doubled() -> list[str]:
        with there.looking(folder, "seven_shifts", address) as held:
            return doubled_by(held.sql, here.seen)

    here.doubled = doubled  # type: ignore[method-assign]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", TRAPS)
def test_runs_killed_in_the_middle_of_loads_are_made_good_on_a_fresh_disk(name, tmp_path, database):
    chance = random.Random(11)
    with world(tmp_path, size=3) as here:
        lay(here, name, tmp_path, database)
        for trap in TRAPS[name]:
            died = here.run(at(*trap), limit=240)
            assert died.returncode == KILLED, died.stdout + died.stderr
            here.change(chance)
            here.move()

        last = here.run(limit=240)

        assert last.returncode == 0, last.stdout + last.stderr
        assert here.differences() == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", UNNOTED)
def test_rows_of_a_load_that_was_not_noted_as_complete_are_read_again(name, tmp_path, database):
    with world(tmp_path, size=3) as here:
        lay(here, name, tmp_path, database)
        assert here.run(limit=240).returncode == 0
        assert here.differences() == []
        here.change(random.Random(3))
        assert here.run(at(*UNNOTED[name]), limit=240).returncode == KILLED
        here.move()

        last = here.run(limit=240)

        assert (last.returncode, here.differences()) == (0, [])
