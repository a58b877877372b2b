"""A run: companies and resources to load packages, each committed with its rows of `sync_log`."""

from __future__ import annotations

import hashlib
import uuid
from collections import UserDict
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from dlt.common.destination.exceptions import DestinationException

from pipelines import heap
from pipelines.loading import cause, commit, open_pipeline, working_dir
from pipelines.outcome import Report
from pipelines.warehouse import Warehouse
from pipelines.watching import span
from sources.core.company import Company
from sources.core.errors import ConfigurationError, UnavailableError
from sources.core.memory import Memory
from sources.core.plan import Harvest, Order, packages
from sources.core.resource import Resource
from sources.core.settings import company_setting
from sources.core.task import Unit
from sources.core.vendor import Vendor


class _Vendors(UserDict[str, Any]):
    """Every vendor by its slug, imported when it is first asked for."""

    def __getitem__(self, slug: str) -> Vendor:
        if isinstance(self.data[slug], str):
            self.data[slug] = import_module(self.data[slug]).VENDOR
        found: Vendor = self.data[slug]
        return found


VENDORS = _Vendors(seven_shifts="sources.seven_shifts", seven_geese="sources.seven_geese")


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
                written = {name: sum(len(rows) for rows in parts) for name, parts in package.rows.items()}
                heap.give_back()
                with harvest.room.committing():
                    load_ids = commit(pipeline, vendor, package, report.run_id, warehouse, memory)
                heap.give_back()
                report.committed(package.units, written, load_ids)
                report.requests, report.notices = client.requests, client.notices
    except (DestinationException, OSError) as error:
        raise UnavailableError(f"The run to {warehouse.name} ended early: {cause(error)}. What was committed is kept "
                               "and the next run continues from it. Check the destination, the free space and that "
                               f"{folder} can be written.") from error  # fmt: skip
    return report


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


def _shard(companies: Sequence[str]) -> str:
    """Runs of different companies may go on at the same time: each selection is a pipeline of its own."""
    if not companies:
        return ""
    return "_" + hashlib.blake2b(",".join(sorted(companies)).encode(), digest_size=4).hexdigest()
