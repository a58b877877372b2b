"""7shifts as a dlt source: shifts, time punches, users and what surrounds them, for any number of companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dlt
from dlt.common.configuration.specs import BaseConfiguration
from dlt.extract import DltResource

from sources.core.build import build, deferred
from sources.core.company import Company
from sources.core.http import Client
from sources.core.plan import Order, Package
from sources.core.vendor import Vendor
from sources.seven_shifts.connection import companies as configured
from sources.seven_shifts.connection import connect, discover
from sources.seven_shifts.resources import RESOURCES

__all__ = ["VENDOR", "seven_shifts"]


@dlt.source(name="seven_shifts", max_table_nesting=0, spec=BaseConfiguration)  # dlt fills in no argument
def seven_shifts(
    companies: Sequence[Company | Mapping[str, Any]] | None = None,
    plan: Order | None = None,
    client: Client | None = None,
    *,
    package: Package | None = None,
    run_id: str = "",
    file_format: str = "parquet",
) -> Iterable[DltResource]:
    """Load 7shifts companies. One resource per table, whatever the number of companies.

    Building it needs neither a secret nor a network: both are used when a resource is first iterated.

    Args:
        companies: The companies to load, as `Company` or as mappings of slug and guid; by default those of
            `sources.seven_shifts.companies`.
        plan: A window or a full refresh; by default each resource continues where the destination's
            `sync_log` says it stopped.
        client: How to reach the API; by default built from the configuration.
        package: Rows that were read already. `sevens run` passes one bounded package after the other.
        run_id: Written to `sync_log`.
        file_format: dlt's load file format. On PostgreSQL use `insert_values`: the csv that dlt makes of Arrow
            there turns empty text into null.
    """
    ready = (lambda: package) if package is not None else deferred(VENDOR, companies, plan or Order(), client)
    return build(RESOURCES, ready, run_id, file_format)


VENDOR = Vendor("seven_shifts", RESOURCES, configured, connect, discover, seven_shifts)
