"""A run: companies and resources to load packages, each committed with its rows of `sync_log`."""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections import UserDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import dlt
from dlt.common.destination.exceptions import DestinationException
from dlt.common.pipeline import LoadInfo
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.outcome import Report
from pipelines.warehouse import Warehouse
from pipelines.watching import span
from sources.core.company import Company
from sources.core.errors import ConfigurationError, UnavailableError
from sources.core.memory import Memory
from sources.core.plan import Harvest, Order, Package, packages
from sources.core.resource import Resource, Table
from sources.core.settings import company_setting
from sources.core.task import Unit
from sources.core.vendor import Vendor

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Vendors(UserDict[str, Any]):
    """Every vendor by its slug, imported when it is first asked for."""

    def __getitem__(self, slug: str) -> Vendor:
        if isinstance(self.data[slug], str):
            self.data[slug] = import_module(self.data[slug]).VENDOR
        found: Vendor = self.data[slug]
        return found


VENDORS = _Vendors(seven_shifts="sources.seven_shifts", seven_geese="sources.seven_geese")

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
# What fails is raised and told once; dlt would log pages of it.
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")


def configured() -> list[str]:
    """The sources that have companies; all of them if none has, so that each tells what it needs."""
    return [slug for slug in VENDORS if company_setting(slug)] or list(VENDORS)


Listener = Callable[[Unit | None, Report], None]


def run(
    source: str,
    companies: Sequence[str] = (),
    resources: Sequence[str] = (),
    order: Order | None = None,
    listener: Listener = lambda unit, report: None,
) -> Report:
    """Load a source into the warehouse and say what happened. A company's failure is in the report, the rest is
    committed. Raises `ConfigurationError` before anything is read, `UnavailableError` if the destination is not
    to be had."""
    vendor, order = VENDORS[source], order or Order()
    chosen = choose_companies(vendor, companies)
    rows = choose_resources(vendor, resources)
    client = vendor.connect(rows)
    warehouse = Warehouse.configured()
    shard = f"{source}{_shard(companies)}"
    report = Report(source, warehouse.name, uuid.uuid4().hex)
    folder = working_dir()
    try:
        with span(report), warehouse.writing(folder / shard):
            pipeline = open_pipeline(source, warehouse, shard)
            memory = Memory(lambda: pipeline.sql_client(), source)
            harvest = Harvest(client, rows, chosen, memory, order, vendor.discover, vendor.scan)
            for package in packages(harvest, memory, order, lambda unit: listener(unit, report)):
                _commit(pipeline, vendor, package, report, warehouse, memory)
                report.requests, report.notices = client.requests, client.notices
    except (DestinationException, OSError) as error:
        raise UnavailableError(f"The run to {warehouse.name} ended early: {_cause(error)}. What was committed is kept "
                               "and the next run continues from it. Check the destination, the free space and that "
                               f"{folder} can be written.") from error  # fmt: skip
    return report


def open_pipeline(source: str, warehouse: Warehouse, shard: str) -> dlt.Pipeline:
    """The dlt pipeline, in step with the destination. What a killed run left half loaded is aborted, not resumed:
    resuming one killed between its jobs doubles rows."""
    try:
        pipeline = dlt.pipeline(
            shard, pipelines_dir=str(working_dir()), destination=warehouse.destination(shard), dataset_name=source
        )
    except OSError as error:
        raise UnavailableError(f"The working directory {working_dir()} cannot be written: {_cause(error)}. Set "
                               "DLT_DATA_DIR to a folder that can.") from None  # fmt: skip
    # Not `has_pending_data`: a package whose abort was itself cut short is no longer pending to dlt, and would take
    # the next one with it.
    if pipeline.list_extracted_load_packages() or pipeline.list_normalized_load_packages():
        pipeline.abort_packages()
    try:
        pipeline.sync_destination()
    except Exception as error:
        raise UnavailableError(f"The destination {warehouse.name} could not be reached: {_cause(error)}. Check "
                               "destination.warehouse.credentials and that it is running.") from None  # fmt: skip
    return pipeline


def _commit(
    pipeline: dlt.Pipeline, vendor: Vendor, package: Package, report: Report, warehouse: Warehouse, memory: Memory
) -> None:
    written = {name: sum(len(rows) for rows in parts) for name, parts in package.rows.items()}
    try:
        source = vendor.source(package=package, run_id=report.run_id, file_format=warehouse.file_format)
        tables = (table for row in vendor.resources for table in row.tables)
        made = set(pipeline.default_schema.tables) if pipeline.default_schema_name else set[str]()

        def first(table: Table) -> bool:
            return (table.name in written or table.name not in made) and memory.empty(table)

        source = warehouse.fit(source, tables, first)
        memory.close()
        info = pipeline.run(source)
        info.raise_on_failed_jobs()
        _refuse_unloaded(pipeline, info)
    except PipelineStepFailed as error:
        if any(isinstance(link, KeyboardInterrupt) for link in _chain(error)):
            raise KeyboardInterrupt from error
        with suppress(Exception):  # where even that fails (a full disk), the next run aborts what is left
            pipeline.abort_packages()
        raise UnavailableError(f"A load package could not be committed to {report.destination}: {_cause(error)}. "
                               "Packages committed before it are kept and the next run continues from them."
                               ) from error  # fmt: skip
    report.load_ids += info.loads_ids
    report.units += package.units
    for name, count in written.items():
        report.tables[name] = report.tables.get(name, 0) + count


def _refuse_unloaded(pipeline: dlt.Pipeline, info: LoadInfo) -> None:
    """What was extracted has to be what was loaded: dlt may return well after it has cleared a package away."""
    steps = pipeline.last_trace.steps if pipeline.last_trace else ()
    extracted = {package.load_id for step in steps if step.step == "extract" and step.step_info
                 for package in step.step_info.load_packages}  # fmt: skip
    lost = extracted - {package.load_id for package in info.load_packages if package.state == "loaded"}
    if lost:
        raise UnavailableError(f"The load package {', '.join(sorted(lost))} was cleared away before it was loaded. Run "
                               "again: nothing of it counts as read.")  # fmt: skip


def choose_companies(vendor: Vendor, slugs: Sequence[str]) -> list[Company]:
    """The configured companies, or those asked for. Raises `ConfigurationError` for a slug that is none."""
    configured = vendor.companies()
    known = [company.slug for company in configured]
    for slug in slugs:
        if slug not in known:
            raise ConfigurationError(f"No company {slug!r} is configured for {vendor.slug}. Configured are: "
                                     f"{', '.join(known)}.")  # fmt: skip
    return [company for company in configured if not slugs or company.slug in slugs]


def choose_resources(vendor: Vendor, names: Sequence[str]) -> list[Resource]:
    """All rows of a vendor, or those that fill the tables asked for."""
    known = {table.name: resource for resource in vendor.resources for table in resource.tables}
    known |= {resource.name: resource for resource in vendor.resources}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"{vendor.slug} has no resource {name!r}. It has: {', '.join(sorted(known))}.")
    wanted = {known[name].name for name in names}
    return [resource for resource in vendor.resources if not names or resource.name in wanted]


def working_dir() -> Path:
    """Where dlt keeps its scratch files. Nothing in it is needed by the next run."""
    return Path(os.environ.get("DLT_DATA_DIR", ".sevens")).resolve() / "pipelines"


def _shard(companies: Sequence[str]) -> str:
    """Runs of different companies may go on at the same time: each selection is a pipeline of its own."""
    if not companies:
        return ""
    return "_" + hashlib.blake2b(",".join(sorted(companies)).encode(), digest_size=4).hexdigest()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, down to the first."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _cause(error: BaseException) -> str:
    """The first error of a chain tells why, but for a full disk: what came before is only how that was tried."""
    *_, first = [link for link in _chain(error) if getattr(link, "errno", None) in NO_ROOM] or _chain(error)
    return str(first).strip().splitlines()[0].rstrip(".") if str(first).strip() else type(first).__name__
