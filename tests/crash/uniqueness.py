"""Keys that stand twice, versions that overlap, and versions that vanished: what a comparison with the vendor does
not show, because it looks rows up by their key and only at the present ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import duckdb
import psycopg2

from pipelines.run import VENDORS
from sources.core.resource import Table

Ask = Callable[[str], list[tuple]]
LOG_KEY = "_dlt_load_id, company_guid, resource, kind, window_start, window_end, modified_since"


def doubled(destination: str, seen: dict[str, set[tuple]]) -> list[str]:
    """A line for everything of the kind. `seen` holds the versions of the last look, and those of this one after."""
    connect = psycopg2.connect if destination.startswith("postgres") else duckdb.connect
    with closing(connect(destination)) as connection:
        cursor = connection.cursor()

        def ask(query: str) -> list[tuple]:
            cursor.execute(query)
            return cursor.fetchall()

        return doubled_by(ask, seen)


def doubled_by(ask: Ask, seen: dict[str, set[tuple]]) -> list[str]:
    """The same of whatever answers questions."""
    try:
        return [line for vendor in VENDORS.values() for line in _of(vendor, ask, seen)]
    except (duckdb.CatalogException, psycopg2.errors.UndefinedTable) as error:
        return [f"a table is not there: {error}"]


def _of(vendor, ask: Ask, seen: dict[str, set[tuple]]) -> Iterator[str]:
    twice = ask(f"SELECT {LOG_KEY} FROM {vendor.slug}.sync_log GROUP BY {LOG_KEY} HAVING count(*) > 1")
    yield from (f"{vendor.slug}.sync_log: twice {key}" for key in twice)
    loads = ask(f"SELECT load_id FROM {vendor.slug}._dlt_loads GROUP BY load_id HAVING count(*) > 1")
    yield from (f"{vendor.slug}._dlt_loads: twice {key}" for key in loads)
    for table in (table for resource in vendor.resources for table in resource.tables):
        place = f"{vendor.slug}.{table.name}"
        yield from (f"{place}: {line}" for line in _table(place, table, ask))
        if not table.parent or table.versioned:  # children that are not versioned go with their parent's next version
            yield from _vanished(place, table, ask, seen)


def _table(place: str, table: Table, ask: Ask) -> Iterator[str]:
    key = ", ".join(table.key)
    present = " WHERE _dlt_valid_to IS NULL" if table.versioned else ""
    twice = ask(f"SELECT {key} FROM {place}{present} GROUP BY {key} HAVING count(*) > 1")
    yield from (f"twice {found}" for found in twice)
    if table.versioned:
        overlapping = ask(
            f"SELECT {key} FROM (SELECT {key}, _dlt_valid_from, "
            f"lag(coalesce(_dlt_valid_to, '9999-01-01')) OVER (PARTITION BY {key} ORDER BY _dlt_valid_from, "
            f"coalesce(_dlt_valid_to, '9999-01-01')) AS before FROM {place}) AS versions "
            "WHERE before > _dlt_valid_from"
        )
        yield from (f"versions overlap {found}" for found in overlapping)


def _vanished(place: str, table: Table, ask: Ask, seen: dict[str, set[tuple]]) -> Iterator[str]:
    """Rows are marked, never erased: what was there stays there."""
    columns = ", ".join((*table.key, *(("_dlt_id",) if table.versioned else ())))
    now = set(ask(f"SELECT {columns} FROM {place}"))
    yield from (f"{place}: erased {key}" for key in sorted(seen.get(place, set()) - now, key=repr))
    seen[place] = now
