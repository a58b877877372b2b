"""A partition per company, kept in step with the configuration, and the schedule that loads each of them.

The key is the slug: it is what `sevens run --company` takes, and the GUID of a 7Geese network may be derived only once
the network has answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dagster as dg
from dagster import DagsterRunStatus as Status
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from pipelines.run import VENDORS
from sources.core.settings import company_setting

POOL = "sevens"  # one for all: the vendors' pace is shared, and a DuckDB file has one writer
UNFINISHED = [Status.NOT_STARTED, Status.QUEUED, Status.STARTING, Status.STARTED, Status.CANCELING]
PARTITION = "dagster/partition"


def partitions(source: str) -> dg.DynamicPartitionsDefinition:
    """The companies of a source. Each source has its own: two vendors may know one company by the same slug."""
    return dg.DynamicPartitionsDefinition(name=f"{source}_companies")


def slugs(source: str) -> list[str]:
    """The configured companies of a source; none if it has no setting. Raises `ConfigurationError` for a wrong one."""
    return [company.slug for company in VENDORS[source].companies()] if company_setting(source) else []


def sensor(companies: Mapping[str, dg.DynamicPartitionsDefinition]) -> dg.SensorDefinition:
    """Add the partitions of new companies and remove those of companies that are gone. What was loaded stays."""

    @dg.sensor(name="companies", minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
    def step(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        # The files in .dlt may have been edited since this process began.
        Container()[PluggableRunContext].reload_providers()
        requests = [request for source, defined in companies.items() for request in _changes(context, source, defined)]
        if not requests:
            return dg.SkipReason("The partitions are the configured companies.")
        return dg.SensorResult(dynamic_partitions_requests=requests)

    return step


def _changes(
    context: dg.SensorEvaluationContext, source: str, defined: dg.DynamicPartitionsDefinition
) -> Iterator[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest]:
    wanted, known = slugs(source), _known(context.instance, defined)
    if new := [slug for slug in wanted if slug not in known]:
        yield defined.build_add_request(new)
    if gone := [slug for slug in known if slug not in wanted]:
        yield defined.build_delete_request(gone)


def schedule(
    job: dg.UnresolvedAssetJobDefinition, companies: dg.DynamicPartitionsDefinition, cron: str
) -> dg.ScheduleDefinition:
    """A run per company. One whose last run has not ended gets no second one."""

    @dg.schedule(name=f"{job.name}_schedule", job=job, cron_schedule=cron)
    def each(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        at = f"{context.scheduled_execution_time:%Y-%m-%dT%H:%M}"
        going = context.instance.get_runs(dg.RunsFilter(job_name=job.name, statuses=UNFINISHED))
        busy = {run.tags.get(PARTITION) for run in going}
        known = _known(context.instance, companies)
        if not known:
            return dg.SkipReason(f"No company of {job.name} is known yet: turn on the sensor `companies`.")
        return [dg.RunRequest(run_key=f"{at} {slug}", partition_key=slug) for slug in known if slug not in busy]

    return each


def _known(instance: dg.DagsterInstance, companies: dg.DynamicPartitionsDefinition) -> list[str]:
    assert companies.name
    return list(instance.get_dynamic_partitions(companies.name))
