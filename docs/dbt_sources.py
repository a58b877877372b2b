"""The sources of the dbt project, from the resource tables: descriptions, columns, and freshness from `sync_log`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from docs.sentences import LOGS, SENTENCES
from sources.core.build import LOGS as LOG_COLUMNS
from sources.core.columns import Column
from sources.core.vendor import Vendor

HEAD = """# Generated from the resource tables by `make docs`; edit those instead.
version: 2

sources:
"""
# dlt's own: whether a load completed.
LOADS = "One row per load of dlt; status 0 means that all its tables were written."
LOAD_COLUMNS = (Column("load_id", "text"), Column("schema_name", "text"), Column("status", "bigint"))
# A completed listing that found nothing new is fresh all the same, so rows do not tell; the log does.
FRESH = (
    'select max(logged_at) from "{{{{ this.database }}}}".{slug}.sync_log '
    "where resource = '{resource}' and status = 'ok'"
)


def dbt_sources(slug: str, vendor: Vendor) -> str:
    """The file `_<slug>__sources.yml`."""
    return HEAD + "".join(f"{line}\n" for line in _lines(slug, vendor))


def _lines(slug: str, vendor: Vendor) -> Iterator[str]:
    yield f"  - name: {slug}"
    yield f"    schema: {slug}"
    yield f"    description: What `sevens run {slug}` loads, as the vendor sends it."
    yield "    config:"
    yield f"      enabled: \"{{{{ var('{slug}') }}}}\""
    yield "    tables:"
    for resource in vendor.resources:
        for table in resource.tables:
            fresh = FRESH.format(slug=slug, resource=resource.name)
            yield from _table(table.name, SENTENCES[slug][table.name], table.columns, fresh)
    for name, columns in LOG_COLUMNS.items():
        yield from _table(name, LOGS[name], columns, None)
    yield from _table("_dlt_loads", LOADS, LOAD_COLUMNS, None)


def _table(name: str, sentence: str, columns: Sequence[Column], fresh: str | None) -> Iterator[str]:
    yield f"      - name: {name}"
    yield f"        description: {json.dumps(sentence, ensure_ascii=False)}"
    if fresh:
        yield "        config:"
        yield f"          loaded_at_query: {json.dumps(fresh)}"
        yield "          freshness:"
        yield "            warn_after: {count: 26, period: hour}"
        yield "            error_after: {count: 50, period: hour}"
    yield "        columns:"
    for column in columns:
        yield f"          - name: {column.name}"
        yield f"            data_type: {column.kind}"
        told = [f"In {column.unit}." if column.unit else "", f"PII class {column.pii}." if column.pii else ""]
        if any(told):
            yield f"            description: {json.dumps(' '.join(filter(None, told)))}"
