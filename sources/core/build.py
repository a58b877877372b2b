"""Rows to dlt resources: one per table, whatever the number of companies, with the hints that make the merge
right on every destination."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

import dlt
import pyarrow as pa
from dlt.common.schema.typing import TColumnSchema, TTableSchemaColumns
from dlt.extract import DltResource

from sources.core.columns import VALID_FROM, Column
from sources.core.company import Company
from sources.core.http import Client
from sources.core.memory import Memory
from sources.core.misfits import beside
from sources.core.plan import Harvest, Order, Package, packages
from sources.core.resource import Resource, Table
from sources.core.rows import Row, Rows
from sources.core.settings import parse_companies

if TYPE_CHECKING:
    from sources.core.vendor import Vendor

# Arrow rows bring their own `_dlt_id`; both lanes of a table have to carry `_dlt_load_id`.
os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_ID", "false")

TABLE_ROWS = 25_000  # that dlt gets at once: tiny tables cost it four times

SYNC_LOG = (
    Column("company_guid", "text", nullable=False),
    Column("company_slug", "text"),
    Column("company_id", "bigint"),
    Column("resource", "text", nullable=False),
    Column("run_id", "text"),
    Column("kind", "text"),
    Column("status", "text"),
    Column("error", "text"),
    Column("note", "text"),
    Column("transport", "text"),
    Column("modified_since", "text"),
    Column("window_start", "timestamp", unit="UTC"),
    Column("window_end", "timestamp", unit="UTC"),
    Column("scan_started_at", "timestamp", unit="UTC"),
    Column("newest_modified", "timestamp", unit="UTC"),
    Column("high_water_mark", "timestamp", unit="UTC"),
    Column("rows_read", "bigint"),
    Column("rows_written", "bigint"),
    Column("rows_outside", "bigint"),
    Column("rows_rejected", "bigint"),
    Column("requests", "bigint"),
    Column("seconds", "double", unit="seconds"),
    Column("drift", "text"),
    Column("identity", "text"),
    Column("logged_at", "timestamp", unit="UTC"),
)
REJECTED_ROWS = (
    Column("company_guid", "text", nullable=False),
    Column("resource", "text"),
    Column("table_name", "text"),
    Column("reason", "text"),
    Column("payload", "text"),
    Column("payload_hash", "text", nullable=False),
    Column("run_id", "text"),
)
LOGS = {"sync_log": SYNC_LOG, "rejected_rows": REJECTED_ROWS}


def build(
    resources: Sequence[Resource], package: Callable[[], Package], run_id: str, file_format: str
) -> list[DltResource]:
    """A dlt resource per table, and `sync_log` and `rejected_rows`. Nothing is read before one is iterated."""
    existing = cache(_existing)
    tables = [table for resource in resources for table in resource.tables]
    logs = (
        ("sync_log", lambda: _log_rows(package(), run_id), {"write_disposition": "append"}),
        ("rejected_rows", lambda: _rejected_rows(package(), run_id), _ONCE),
    )
    return [
        *(_table(table, package, existing, file_format) for table in tables),
        *(_log(name, rows, {**how, "file_format": file_format}, existing) for name, rows, how in logs),
    ]


def _existing() -> frozenset[str]:
    """The tables the destination has. The others are made, also without a row: every table exists after a run."""
    pipeline = dlt.current.pipeline()
    return frozenset(pipeline.default_schema.tables) if pipeline.default_schema_name else frozenset()


def _table(
    table: Table, package: Callable[[], Package], existing: Callable[[], frozenset[str]], file_format: str
) -> DltResource:
    def rows() -> Iterator[Any]:
        parts = package().rows.pop(table.name, [])  # dlt has them on disk from here on
        if not parts and table.name not in existing():
            yield dlt.mark.materialize_table_schema()
        batches = _batches(parts)
        while batches:
            yield _next_table(batches)
        for part in parts:
            if part.slow:
                yield _told(part.slow)

    how = {**_merge(table), "file_format": file_format}
    return dlt.resource(rows, name=table.name, columns=hints(table.columns), max_table_nesting=0, **how)


def _batches(parts: Iterable[Rows]) -> deque[pa.RecordBatch]:
    """The typed rows of all parts, out of the parts' hands, so that each can be let go when it is written."""
    chunks = [chunk for part in parts for chunk in part.arrow]
    for part in parts:
        part.arrow.clear()
    # Tombstones have few columns.
    return deque(pa.concat_tables(chunks, promote_options="default").to_batches() if chunks else ())


def _next_table(batches: deque[pa.RecordBatch]) -> pa.Table:
    """The next rows for dlt to write."""
    taken = [batches.popleft()]
    while batches and sum(map(len, taken)) < TABLE_ROWS:
        taken.append(batches.popleft())
    return pa.Table.from_batches(taken)


def _told(rows: list[Row]) -> Any:  # noqa: ANN401 - what dlt takes
    """Rows with the types of their columns beside others, of which dlt would guess some again."""
    kinds = {name: kind for row in rows for name in row if (kind := beside(name))}
    hinted: TTableSchemaColumns = {name: {"name": name, "data_type": kind} for name, kind in kinds.items()}  # type: ignore[typeddict-item]
    return dlt.mark.with_hints(rows, dlt.mark.make_hints(columns=hinted)) if hinted else rows


def _merge(table: Table) -> dict[str, Any]:
    """The portable merge: by primary key, no strategy named. Children go by their parent, all at once."""
    if table.parent and not table.versioned:
        return {"write_disposition": "merge", "merge_key": ("company_guid", table.parent_key)}
    key = (*table.key, VALID_FROM.name, "_dlt_id") if table.versioned else table.key
    return {"write_disposition": "merge", "primary_key": key}


def hints(columns: Sequence[Column]) -> TTableSchemaColumns:
    """dlt's column hints for typed columns."""
    found: TTableSchemaColumns = {}
    for column in columns:
        hint: TColumnSchema = {"name": column.name, "data_type": column.kind, "nullable": column.nullable}  # type: ignore[typeddict-item]
        if column.name == "_tombstone":
            hint["hard_delete"] = True
        found[column.name] = hint
    return found


# A poison row is read again with every overlap; it is kept once.
_ONCE = {"write_disposition": "merge", "primary_key": ("company_guid", "table_name", "payload_hash")}


def _log(
    name: str, rows: Callable[[], list[dict[str, Any]]], how: dict[str, Any], existing: Callable[[], frozenset[str]]
) -> DltResource:
    def entries() -> Iterator[Any]:
        found = rows()
        if not found and name not in existing():
            yield dlt.mark.materialize_table_schema()
        yield from found

    return dlt.resource(entries, name=name, columns=hints(LOGS[name]), max_table_nesting=0, **how)


def _log_rows(package: Package, run_id: str) -> list[dict[str, Any]]:
    now = datetime.now(timezone.utc)
    return [
        {
            "company_guid": unit.task.company.guid,
            "company_slug": unit.task.company.slug,
            "company_id": unit.task.company.id,
            "resource": unit.task.resource.name,
            "run_id": run_id,
            "kind": unit.kind,
            "status": unit.status,
            "error": unit.error,
            "note": unit.note,
            "transport": unit.transport,
            "modified_since": unit.modified_since,
            "window_start": unit.window_start,
            "window_end": unit.window_end,
            "scan_started_at": unit.scan_started_at,
            "newest_modified": unit.newest_modified,
            "high_water_mark": unit.high_water_mark,
            "rows_read": unit.rows_read,
            "rows_written": unit.written,
            "rows_outside": unit.rows_outside,
            "rows_rejected": len(unit.batch.rejected),
            "requests": unit.requests,
            "seconds": round(unit.seconds, 3),
            "drift": "; ".join(f"{count} x {what}" for what, count in unit.batch.drift.most_common(20)) or None,
            "identity": unit.identity,
            "logged_at": now,
        }
        for unit in package.units
    ]


def _rejected_rows(package: Package, run_id: str) -> list[dict[str, Any]]:
    return [
        {
            "company_guid": unit.task.company.guid,
            "resource": unit.task.resource.name,
            "table_name": row.table,
            "reason": row.reason,
            "payload": row.payload,
            "payload_hash": hashlib.blake2b(row.payload.encode(), digest_size=12).hexdigest(),
            "run_id": run_id,
        }
        for unit in package.units
        for row in unit.batch.rejected
    ]


def deferred(
    vendor: Vendor, companies: Sequence[Company | Mapping[str, Any]] | None, order: Order, client: Client | None
) -> Callable[[], Package]:
    """A package that is read when it is first asked for, within a dlt pipeline whose destination says where to
    continue. It is one package: `sevens run` bounds them, a plain `pipeline.run(source)` does not."""

    @cache
    def read() -> Package:
        pipeline = dlt.current.pipeline()
        memory = Memory(lambda: pipeline.sql_client(), vendor.slug)
        reach = client or vendor.connect(vendor.resources)
        found = vendor.companies()
        if companies is not None:
            found = parse_companies(vendor.slug, companies, vendor.derives_guid)
        unbounded = replace(order, package_rows=sys.maxsize, package_minutes=sys.maxsize)
        harvest = Harvest(reach, vendor.resources, found, memory, unbounded, vendor.discover, vendor.scan)
        return next(packages(harvest, memory, unbounded), Package())

    return read
