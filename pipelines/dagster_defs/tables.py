"""Every table of a vendor as an asset, loaded by `pipelines.run` for one company at a time."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import dagster as dg

from pipelines.dagster_defs.companies import POOL
from pipelines.dagster_defs.trouble import answered
from pipelines.outcome import Report
from pipelines.run import run
from sources.core.build import LOGS
from sources.core.columns import Column
from sources.core.errors import SevensError, UnavailableError
from sources.core.resource import Resource
from sources.core.task import NOT_LOADED, Unit
from sources.core.vendor import Vendor

Told: TypeAlias = dg.MaterializeResult[Any] | dg.AssetMaterialization


def tables(vendor: Vendor, companies: dg.DynamicPartitionsDefinition) -> dg.AssetsDefinition:
    """All tables in one operation, of which any may be chosen. Their keys are those that dagster-dbt gives to our dbt
    sources, so that lineage joins by itself."""

    @dg.multi_asset(
        name=f"load_{vendor.slug}", specs=list(_specs(vendor, companies)), can_subset=True, pool=POOL,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    )  # fmt: skip
    def load(context: dg.AssetExecutionContext) -> Iterator[Told]:
        chosen = {key.path[-1] for key in context.selected_asset_keys}
        resources = [row for row in vendor.resources if chosen.intersection(table.name for table in row.tables)]
        names = [row.name for row in resources] if len(resources) < len(vendor.resources) else []
        heard: list[Report] = []

        def listen(unit: Unit | None, report: Report) -> None:
            heard[:] = [report]
            if unit:
                context.log.info(f"{unit.task.resource.name}: {unit.status}, {unit.rows_read:,} rows read, "
                                 f"{unit.written:,} written, {unit.requests} requests")  # fmt: skip

        with answered(context.retry_number):
            try:
                report = run(vendor.slug, [context.partition_key], names, listener=listen)
            except UnavailableError:
                for committed in heard:
                    yield from _loaded(context, committed, resources, chosen)
                raise
            yield from _loaded(context, report, resources, chosen)
            _refuse_failures(context, report)

    return load


def logs(vendor: Vendor, companies: dg.DynamicPartitionsDefinition) -> list[dg.AssetSpec]:
    """The tables that every run writes: they cannot be asked for."""
    return [
        dg.AssetSpec([vendor.slug, name], group_name=vendor.slug, partitions_def=companies, metadata=_columns(columns))
        for name, columns in LOGS.items()
    ]


def _specs(vendor: Vendor, companies: dg.DynamicPartitionsDefinition) -> Iterator[dg.AssetSpec]:
    for resource in vendor.resources:
        for table in resource.tables:
            yield dg.AssetSpec(
                [vendor.slug, table.name], group_name=vendor.slug, partitions_def=companies, skippable=True,
                kinds={"dlt"}, metadata={"resource": resource.name, **_columns(table.columns)},
            )  # fmt: skip


def _columns(columns: Sequence[Column]) -> dict[str, dg.TableSchema]:
    return {"dagster/column_schema": dg.TableSchema([
        dg.TableColumn(column.name, column.kind, constraints=dg.TableColumnConstraints(nullable=column.nullable))
        for column in columns
    ])}  # fmt: skip


def _loaded(
    context: dg.AssetExecutionContext, report: Report, resources: Sequence[Resource], chosen: set[str]
) -> Iterator[Told]:
    """The tables of the resources that were read to their end. One that was not chosen came with another of its
    resource; the logs come with everything."""
    for resource in resources:
        units = [unit for unit in report.units if unit.task.resource.name == resource.name]
        if not _whole(units):
            context.log.info(f"{resource.name}: {'not read to its end' if units else 'was not due, or not read'}")
            continue
        for table in resource.tables:
            metadata = _metadata(report, units, table.name)
            if table.name in chosen:
                yield dg.MaterializeResult(asset_key=[report.source, table.name], metadata=metadata)
            else:
                yield _came_along(context, report.source, table.name, metadata)
    for name in LOGS if report.load_ids else ():
        yield _came_along(context, report.source, name, {"load_ids": report.load_ids, "run_id": report.run_id})


def _whole(units: list[Unit]) -> bool:
    """Whether a resource was read to its end: the last window of a backfill is open."""
    return bool(units) and all(unit.status not in NOT_LOADED for unit in units) and (
        units[-1].status == "ok" and units[-1].window_end is None
    )  # fmt: skip


def _came_along(
    context: dg.AssetExecutionContext, source: str, name: str, metadata: dict[str, Any]
) -> dg.AssetMaterialization:
    return dg.AssetMaterialization([source, name], partition=context.partition_key, metadata=metadata)


def _metadata(report: Report, units: list[Unit], table: str) -> dict[str, Any]:
    """What the run says of a table; counts of reading are those of its resource."""
    found: dict[str, Any] = {
        "rows_written": report.tables.get(table, 0),
        "rows_read": sum(unit.rows_read for unit in units),
        "rows_rejected": sum(len(unit.batch.rejected) for unit in units),
        "requests": sum(unit.requests for unit in units),
        "requests_of_run": report.requests,
        "load_ids": report.load_ids,
        "run_id": report.run_id,
        "destination": report.destination,
        "notices": sorted({*report.notices, *(unit.note for unit in units if unit.note)}),
        "drift": sorted({told for unit in units for told in unit.batch.drift}),
    }
    return {**found, "high_water_mark": str(units[-1].high_water_mark)} if units[-1].high_water_mark else found


def _refuse_failures(context: dg.AssetExecutionContext, report: Report) -> None:
    """Raise what the report has of failures: `UnavailableError` if one of them may be over later."""
    if not report.failed:
        return
    text = "\n".join([f"{context.partition_key}: not all of {report.source} was loaded.", *report.failures()])
    context.log.error(text)
    raise (UnavailableError if any(unit.unavailable for unit in report.units) else SevensError)(text)
