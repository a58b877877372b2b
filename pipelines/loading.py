"""dlt's part of a run: its pipeline, and one load package after the other committed with it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import dlt
from dlt.common.pipeline import LoadInfo
from dlt.common.schema import Schema
from dlt.common.schema.typing import C_DLT_LOAD_ID
from dlt.extract import DltResource
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.warehouse import Warehouse
from sources.core.build import LOGS
from sources.core.errors import UnavailableError
from sources.core.memory import Memory
from sources.core.plan import Package
from sources.core.resource import Table
from sources.core.vendor import Vendor

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
# What fails is raised and told once; dlt would log pages of it.
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")


def open_pipeline(source: str, warehouse: Warehouse, shard: str) -> dlt.Pipeline:
    """The dlt pipeline, in step with the destination. What a killed run left half loaded is aborted, not resumed:
    resuming one killed between its jobs doubles rows."""
    try:
        pipeline = dlt.pipeline(
            shard, pipelines_dir=str(working_dir()), destination=warehouse.destination(shard), dataset_name=source
        )
    except OSError as error:
        raise UnavailableError(f"The working directory {working_dir()} cannot be written: {cause(error)}. Set "
                               "DLT_DATA_DIR to a folder that can.") from None  # fmt: skip
    # Not `has_pending_data`: a package whose abort was itself cut short is no longer pending to dlt, and would take
    # the next one with it.
    if pipeline.list_extracted_load_packages() or pipeline.list_normalized_load_packages():
        pipeline.abort_packages()
    try:
        pipeline.sync_destination()
    except Exception as error:
        raise UnavailableError(f"The destination {warehouse.name} could not be reached: {cause(error)}. Check "
                               "destination.warehouse.credentials and that it is running.") from None  # fmt: skip
    return pipeline


def commit(
    pipeline: dlt.Pipeline, vendor: Vendor, package: Package, run_id: str, warehouse: Warehouse, memory: Memory
) -> list[str]:
    """Load a package; its load ids. Every table exists afterwards. Raises `UnavailableError`, and `KeyboardInterrupt`
    where dlt has made another error of it: then nothing of the package counts."""
    try:
        source = vendor.source(package=package, run_id=run_id, file_format=warehouse.file_format)
        made = set(pipeline.default_schema.tables) if pipeline.default_schema_name else set[str]()
        written = set(package.rows)

        def first(table: Table) -> bool:
            return (table.name in written or table.name not in made) and memory.empty(table)

        source = warehouse.fit(source, (table for row in vendor.resources for table in row.tables), first)
        memory.close()
        new = source.resources.keys() - made - LOGS.keys() if warehouse.declares else set[str]()
        bare = new - written
        _declare(source.schema, (source.resources[name] for name in sorted(new & written)))
        info = pipeline.run(source.with_resources(*(name for name in source.resources if name not in bare)))
        info.raise_on_failed_jobs()
        _refuse_unloaded(pipeline, info)
        if bare:  # by DDL alone: to make them with a load, dlt would load an empty file into each
            _declare(pipeline.default_schema, (source.resources[name] for name in sorted(bare)))
            pipeline.sync_schema()
    except PipelineStepFailed as error:
        if any(isinstance(link, KeyboardInterrupt) for link in _chain(error)):
            raise KeyboardInterrupt from error
        with suppress(Exception):  # where even that fails (a full disk), the next run aborts what is left
            pipeline.abort_packages()
        raise UnavailableError(f"A load package could not be committed to {warehouse.name}: {cause(error)}. "
                               "Packages committed before it are kept and the next run continues from them."
                               ) from error  # fmt: skip
    return info.loads_ids


def _declare(schema: Schema, resources: Iterable[DltResource]) -> None:
    """Tell dlt of tables before any row comes to them."""
    for resource in resources:
        table = resource.compute_table_schema()
        table["columns"][C_DLT_LOAD_ID] = {"name": C_DLT_LOAD_ID, "data_type": "text", "nullable": False}
        table["x-normalizer"] = {**(table.get("x-normalizer") or {}), "seen-data": True}
        schema.update_table(table)


def _refuse_unloaded(pipeline: dlt.Pipeline, info: LoadInfo) -> None:
    """What was extracted has to be what was loaded: dlt may return well after it has cleared a package away."""
    steps = pipeline.last_trace.steps if pipeline.last_trace else ()
    extracted = {package.load_id for step in steps if step.step == "extract" and step.step_info
                 for package in step.step_info.load_packages}  # fmt: skip
    lost = extracted - {package.load_id for package in info.load_packages if package.state == "loaded"}
    if lost:
        raise UnavailableError(f"The load package {', '.join(sorted(lost))} was cleared away before it was loaded. Run "
                               "again: nothing of it counts as read.")  # fmt: skip


def working_dir() -> Path:
    """Where dlt keeps its scratch files. Nothing in it is needed by the next run."""
    return Path(os.environ.get("DLT_DATA_DIR", ".sevens")).resolve() / "pipelines"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, down to the first."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def cause(error: BaseException) -> str:
    """The first error of a chain tells why, but for a full disk: what came before is only how that was tried."""
    *_, first = [link for link in _chain(error) if getattr(link, "errno", None) in NO_ROOM] or _chain(error)
    return str(first).strip().splitlines()[0].rstrip(".") if str(first).strip() else type(first).__name__
