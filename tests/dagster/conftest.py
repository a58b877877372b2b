"""Both vendors simulated, one warehouse, and a Dagster instance that lasts as long as a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.dagster_defs import definitions, trouble
from tests.conftest import Bench, build_bench
from tests.geese import GeeseBench, build_geese

NIGHT = datetime(2026, 11, 22, 3, tzinfo=timezone.utc)


@dataclass
class House:
    """The definitions in an instance, with the daemon's part played by the test."""

    shifts: Bench
    geese: GeeseBench
    instance: dg.DagsterInstance
    defs: dg.Definitions = field(default_factory=cache(definitions))  # dbt takes its time to parse the project

    def partitions(self, source: str) -> set[str]:
        return set(self.instance.get_dynamic_partitions(f"{source}_companies"))

    def tick_sensor(self) -> Any:
        """What the sensor `companies` says, done."""
        with dg.build_sensor_context(instance=self.instance) as context:
            said = self.defs.resolve_sensor_def("companies")(context)
        for request in getattr(said, "dynamic_partitions_requests", None) or ():
            if isinstance(request, dg.AddDynamicPartitionsRequest):
                self.instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
            else:
                for key in request.partition_keys:
                    self.instance.delete_dynamic_partition(request.partitions_def_name, key)
        return said

    def tick_schedule(self, name: str, at: datetime = NIGHT) -> list[dg.RunRequest]:
        with dg.build_schedule_context(self.instance, scheduled_execution_time=at) as context:
            return self.defs.resolve_schedule_def(f"{name}_schedule")(context)

    def load(self, source: str, slug: str, tables: Sequence[str] = ()) -> dg.ExecuteInProcessResult:
        """One company's run, of all tables or of some."""
        chosen = [dg.AssetKey([source, table]) for table in tables] or None
        return self.run(source, partition_key=slug, asset_selection=chosen)

    def load_all(self) -> dict[str, dg.ExecuteInProcessResult]:
        """What the schedules ask for, one after the other; by source and company."""
        requests = [(source, request) for source in ("seven_shifts", "seven_geese")
                    for request in self.tick_schedule(source)]  # fmt: skip
        return {f"{source}/{request.partition_key}": self.load(source, request.partition_key)
                for source, request in requests}  # fmt: skip

    def run(self, job: str, **options: Any) -> dg.ExecuteInProcessResult:
        definition = self.defs.resolve_job_def(job)
        return definition.execute_in_process(instance=self.instance, raise_on_error=False, **options)


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    """The tables that a run says it has loaded."""
    return {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}


def metadata(result: dg.ExecuteInProcessResult, table: str) -> dict[str, Any]:
    event = next(e for e in result.get_asset_materialization_events() if e.asset_key.path[-1] == table)
    return {name: value.value for name, value in event.materialization.metadata.items()}


def trouble_of(result: dg.ExecuteInProcessResult) -> str:
    """What the failed step of a run says."""
    return "\n".join(event.event_specific_data.error.to_string() for event in result.all_events
                     if event.event_type_value == "STEP_FAILURE")  # fmt: skip


@contextmanager
def built(folder: Path, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance) -> Iterator[House]:
    """Two restaurants and two networks, today, and every company a partition."""
    monkeypatch.setattr(trouble, "PAUSE", 0.0)
    with (
        contextmanager(build_bench)(folder, monkeypatch) as shifts,
        contextmanager(build_geese)(folder, monkeypatch, networks=2) as geese,
    ):
        for vendor in (shifts.vendor, geese.vendor):
            vendor.advance((datetime.now(timezone.utc) - vendor.now).total_seconds())
        house = House(shifts, geese, instance)
        house.tick_sensor()
        yield house
        for source in ("seven_shifts", "seven_geese"):
            for slug in house.partitions(source):
                instance.delete_dynamic_partition(f"{source}_companies", slug)
        for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
            instance.delete_run(run.run_id)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """Where Dagster keeps runs and partitions: one for all tests, as its databases take seconds to make."""
    quiet = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    settings = {"compute_logs": quiet, "telemetry": {"enabled": False}}
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("instance")), settings) as instance:
        yield instance


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance) -> Iterator[House]:
    """Nothing loaded yet."""
    with built(tmp_path, monkeypatch, instance) as house:
        yield house
