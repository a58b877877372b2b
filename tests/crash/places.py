"""Where a run is killed: a function of dlt's or ours, before its n-th call, after it, or while it goes on."""

from __future__ import annotations

import random
from dataclasses import dataclass

JOB = "dlt.common.destination.client:RunnableLoadJob.run_managed"
MERGE = "dlt.destinations.job_client_impl:SqlLoadJob.run"
STORE = "dlt.common.storages.load_package:PackageStorage"
STORAGE = "dlt.common.storages.load_storage:LoadStorage"
CLIENT = "dlt.destinations.job_client_impl:SqlJobClientBase"
PIPELINE = "dlt.pipeline.pipeline:Pipeline"
LOAD = "dlt.load.load:Load"
AT_ONCE = 0.03  # seconds within which a kill "during" a call comes


@dataclass(frozen=True)
class Place:
    """`calls`: how many calls of it a run makes, about. `table`: only load jobs of this table count, or SQL that begins
    like this. `when` is before, during, after, or within: after the first of several SQL statements. `again`: only a
    run that finds what a killed one left comes by."""

    group: str
    target: str
    when: str
    calls: int = 1
    table: str = ""
    again: bool = False

    @property
    def name(self) -> str:
        """For people: `before Load.complete_package`."""
        return f"{self.when} {self.target.partition(':')[2]}{f' of {self.table}' if self.table else ''}"


def _around(group: str, target: str, calls: int = 1, table: str = "", again: bool = False) -> list[Place]:
    return [Place(group, target, when, calls, table, again) for when in ("before", "during", "after")]


PLACES = [
    *_around("reading pages", "sources.core.http:Client._once", 24),
    *_around("settling a unit", "sources.core.plan:_add", 12),
    *_around("between packages", "pipelines.run:commit", 2),
    *_around("extract", f"{PIPELINE}.extract", 2),
    *_around("extract", "dlt.extract.extract:Extract.commit_packages", 2),
    *_around("normalize", f"{PIPELINE}.normalize", 2),
    *_around("normalize", f"{STORAGE}.commit_new_load_package", 2),
    *_around("making tables", f"{CLIENT}.update_stored_schema", 2),
    *_around("making tables", f"{PIPELINE}.sync_schema"),
    *_around("making tables", f"{LOAD}.initialize_package", 2),
    *_around("a load job", JOB, 12),
    Place("a load job", f"{STORE}.start_job", "after", 12),
    Place("a load job done, not yet noted", f"{STORE}.complete_job", "before", 12),
    Place("a load job done, not yet noted", f"{STORE}.complete_job", "after", 12),
    *_around("a merge", MERGE, 4),
    *_around("the rows of sync_log", JOB, 2, table="sync_log"),
    *_around("marking the load complete", f"{CLIENT}.complete_load", 2),
    Place("marking the load complete", f"{LOAD}._maybe_truncate_staging_dataset", "before", 2),
    *_around("marking the load complete", f"{STORAGE}.complete_load_package", 2),
    Place("after the last package", f"{PIPELINE}.run", "after", 2),
    Place("after the last package", "pipelines.run:run", "after", 2),
    *_around("opening the destination", f"{PIPELINE}.sync_destination", 2),
    Place("opening the destination", "pipelines.warehouse:Warehouse.meet", "during"),
    Place("opening the destination", "pipelines.warehouse:Warehouse.meet", "after", 2),
    *_around("clearing away what a kill left", f"{PIPELINE}.abort_packages", again=True),
    Place("clearing away what a kill left", f"{STORE}.set_abort_flag", "after", again=True),
]
GROUPS = [*dict.fromkeys(place.group for place in PLACES), "any moment"]


@dataclass(frozen=True)
class Trap:
    """What a run that is to die is told: where, at which call, how late after it began; and how small its packages
    and units are. Without a place it dies `seconds` after its start; with `hold` it waits there for that file to go."""

    place: Place | None
    call: int = 1
    seconds: float = 0.0
    package_rows: int = 100_000
    unit_rows: int = 200_000
    hold: str = ""

    @property
    def group(self) -> str:
        return self.place.group if self.place else "any moment"

    def __str__(self) -> str:
        where = f"{self.place.name}, call {self.call}" if self.place else f"{self.seconds:.2f} s after the start"
        return f"{where}, packages of {self.package_rows:,} rows"


def trap(group: str, chance: random.Random, many: bool = True) -> Trap:
    """A trap somewhere in a group; the run loads `many` packages or few."""
    size = {"package_rows": chance.choice((10, 60) if many else (1, 5, 100_000)),
            "unit_rows": chance.choice((25, 200_000))}  # fmt: skip
    if group == "any moment":
        return Trap(None, seconds=chance.uniform(0.7, 3.5), **size)
    place = chance.choice([place for place in PLACES if place.group == group])
    return Trap(place, chance.randint(1, place.calls), chance.uniform(0, AT_ONCE), **size)
