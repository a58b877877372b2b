"""Freshness and rows of every table, of all configured companies, as `sevens status` reads them from `sync_log`."""

from collections.abc import Iterator

import dagster as dg

from pipelines.dagster_defs.companies import POOL, slugs
from pipelines.dagster_defs.trouble import answered
from pipelines.status import Entry, mark_stale, read
from sources.core.resource import Resource, Table
from sources.core.settings import number
from sources.core.vendor import Vendor

MAX_AGE = 26.0  # hours
LEAST = 0.8  # of the rows that were read; a snapshot that shrinks below it is suspect, too


def checks(vendor: Vendor) -> dg.AssetChecksDefinition:
    """`fresh` for every table and `rows` for every resource, from one look at the destination."""

    @dg.multi_asset_check(name=f"check_{vendor.slug}", specs=list(_specs(vendor)), can_subset=True, pool=POOL)
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with answered(context.retry_number):
            configured, max_age = slugs(vendor.slug), number("dagster.max_age", MAX_AGE)
            entries = [entry for entry in read(vendor.slug) if entry["company"] in configured]
        mark_stale(entries, max_age)
        for resource in vendor.resources:
            for table in resource.tables:
                key = dg.AssetKey([vendor.slug, table.name])
                if dg.AssetCheckKey(key, "fresh") in context.selected_asset_check_keys:
                    yield _fresh(key, entries, configured, max_age)
            if dg.AssetCheckKey(_first(vendor, resource), "rows") in context.selected_asset_check_keys:
                yield _rows(_first(vendor, resource), resource, entries)

    return check


def _specs(vendor: Vendor) -> Iterator[dg.AssetCheckSpec]:
    for resource in vendor.resources:
        for table in resource.tables:
            yield dg.AssetCheckSpec("fresh", asset=[vendor.slug, table.name], description="Every company's table was "
                                    "read in full within the last hours (`dagster.max_age`).")  # fmt: skip
        yield dg.AssetCheckSpec("rows", asset=_first(vendor, resource), description="Every company has about as many "
                                f"rows of {', '.join(table.name for table in _own(resource))} as `sync_log` says were "
                                "read.")  # fmt: skip


def _own(resource: Resource) -> list[Table]:
    """The tables that the rows of the listing go to; how many nested rows there were, no log says."""
    return [table for table in resource.tables if table.parent is None]


def _first(vendor: Vendor, resource: Resource) -> dg.AssetKey:
    return dg.AssetKey([vendor.slug, _own(resource)[0].name])


def _fresh(key: dg.AssetKey, entries: list[Entry], configured: list[str], max_age: float) -> dg.AssetCheckResult:
    """Whether the table of every configured company is fresh. One that was never loaded is not."""
    held = {entry["company"]: entry for entry in entries if entry["table"] == key.path[-1]}
    stale = {slug: f"{held[slug]['as_of']:%Y-%m-%d %H:%M}" if slug in held and held[slug]["as_of"] else "never"
             for slug in configured if slug not in held or held[slug]["stale"]}  # fmt: skip
    return dg.AssetCheckResult(
        passed=not stale, asset_key=key, check_name="fresh",
        description=f"Not read in full for more than {max_age:g} hours: {', '.join(stale)}" if stale else None,
        metadata={"last_read": stale, "companies": len(configured), "max_age_hours": max_age,
                  "errors": {slug: held[slug]["error"] for slug in stale if slug in held and held[slug]["error"]}},
    )  # fmt: skip


def _rows(key: dg.AssetKey, resource: Resource, entries: list[Entry]) -> dg.AssetCheckResult:
    """Whether a company has fewer rows than were read of it. The listing of companies may show others, left out."""
    names, held, read_of = [table.name for table in _own(resource)], dict[str, int](), dict[str, int]()
    for entry in entries:
        if entry["table"] in names:
            held[entry["company"]] = held.get(entry["company"], 0) + entry["rows"]
            read_of[entry["company"]] = entry["rows_read"] or 0
    if resource.owner in resource.key:
        read_of = {slug: min(count, 1) for slug, count in read_of.items()}
    few = {slug: f"{held[slug]:,} of {count:,}" for slug, count in read_of.items() if held[slug] < count * LEAST}
    return dg.AssetCheckResult(
        passed=not few, asset_key=key, check_name="rows",
        description=f"Fewer rows than were read: {', '.join(f'{slug} {count}' for slug, count in few.items())}"
        if few else None,
        metadata={"rows": held, "rows_read": read_of},
    )  # fmt: skip
