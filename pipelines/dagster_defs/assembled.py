"""All definitions together. Building them needs neither a secret nor a network."""

from __future__ import annotations

import dagster as dg

from pipelines.dagster_defs.checks import checks
from pipelines.dagster_defs.companies import partitions, schedule, sensor
from pipelines.dagster_defs.marts import marts
from pipelines.dagster_defs.tables import logs, tables
from pipelines.run import VENDORS, configured
from sources.core.settings import setting

CRON = {"load": "0 * * * *", "transform": "30 * * * *", "check": "45 6 * * *"}


def definitions() -> dg.Definitions:
    """Assets, checks, jobs, schedules and the sensor for the sources that have companies, or for all if none has."""
    sources = configured()
    companies = {source: partitions(source) for source in sources}
    loads = [tables(VENDORS[source], companies[source]) for source in sources]
    checked, built = [checks(VENDORS[source]) for source in sources], marts(sources)
    loading = [
        dg.define_asset_job(source, dg.AssetSelection.assets(load).without_checks())
        for source, load in zip(sources, loads, strict=True)
    ]
    others = [dg.define_asset_job("check", dg.AssetSelection.checks(*checked))]
    if built:
        others.append(dg.define_asset_job("transform", dg.AssetSelection.assets(built)))
    return dg.Definitions(
        assets=[*loads, *(log for source in sources for log in logs(VENDORS[source], companies[source])),
                *([built] if built else [])],
        asset_checks=checked,
        jobs=[*loading, *others],
        schedules=[*(schedule(job, companies[job.name], _cron("load")) for job in loading),
                   *(dg.ScheduleDefinition(job=job, cron_schedule=_cron(job.name)) for job in others)],
        sensors=[sensor(companies)],
        executor=dg.in_process_executor,  # a job has one step; a process for it alone would only start later
    )  # fmt: skip


def _cron(job: str) -> str:
    """When: `dagster.load_cron` and so on."""
    return setting(f"dagster.{job}_cron", CRON[job]) or CRON[job]
