"""`sevens demo`: the main job without an account. Simulated restaurants are loaded, changed, and loaded again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from pipelines.demo_day import live_a_day
from pipelines.progress import Progress
from pipelines.run import Report, run
from simulators.seven_shifts import Company, SevenShifts

Counts = dict[str, int]


def show(folder: str, as_json: bool) -> int:
    """Run the demo in `folder` (made anew) and print what happened. Returns 0 if every check against the simulated
    vendor holds, else 1."""
    place = Path(folder).resolve()
    shutil.rmtree(place / ".sevens", ignore_errors=True)
    file = place / "sevens.duckdb"
    file.unlink(missing_ok=True)
    console = Console(stderr=as_json)
    with SevenShifts(companies=3, seed=7, weeks=3, staff=14) as vendor, _settings(vendor, place, file):
        slugs = ", ".join(company.slug for company in vendor.companies)
        console.print(f"A simulated 7shifts with three companies ({slugs}) is up at {vendor.url}.")
        first = _load()
        vendor.advance(3600)
        changes = live_a_day(vendor)
        second = _load()
        differences = _compare(vendor, file, revoked=vendor.companies[2])
    with duckdb.connect(str(file), read_only=True) as connection:
        picked_up = {change.told: change.arrived(connection) for change in changes}
    differences += [f"not picked up: {told}" for told, arrived in picked_up.items() if not arrived]
    _print(console, first, second, picked_up)
    _judge(console, file, differences)
    if as_json:
        print(json.dumps({"first": first.as_dict(), "second": second.as_dict(), "differences": differences,
                          "file": str(file)}, indent=2))  # fmt: skip
    return 1 if differences else 0


def _load() -> Report:
    with Progress() as progress:
        return run("seven_shifts", listener=progress)


def _compare(vendor: SevenShifts, file: Path, revoked: Company) -> list[str]:
    """Where the tables differ from what the vendor holds, key by key; an empty list is the point of the product."""
    differences = []
    with duckdb.connect(str(file), read_only=True) as connection:
        for company in vendor.companies:
            for table, column in _COMPARED.items():
                where = "company_guid = ?" + (" AND _dlt_valid_to IS NULL" if table in _VERSIONED else "")
                query = f"SELECT id, {column} FROM seven_shifts.{table} WHERE {where}"
                ours = sorted((id, str(value)) for id, value in connection.execute(query, [company.guid]).fetchall())
                theirs = sorted((row["id"], str(row[column])) for row in vendor.rows(company.guid, table))
                if company == revoked and len(ours) != len(theirs):
                    differences.append(f"{company.slug} {table}: rows of a revoked company were touched")
                elif company != revoked and ours != theirs:
                    differences.append(f"{company.slug} {table}: {len(set(ours) ^ set(theirs))} rows differ")
        for table, key in _CHILDREN.items():
            rows, keys = connection.execute(
                f"SELECT count(*), count(DISTINCT (company_guid, {key}, id)) FROM seven_shifts.{table}"
            ).fetchone() or (0, 0)
            if rows != keys:
                differences.append(f"{table}: {rows - keys} rows stand twice")
    return differences


_CHILDREN = {"shift_breaks": "shift_id", "time_punch_breaks": "time_punch_id"}
_COMPARED = {"shifts": "deleted", "time_punches": "deleted", "users": "active", "roles": "name",
             "shift_drafts": "notes", "locations": "deleted", "departments": "name"}  # fmt: skip
_VERSIONED = ("roles", "shift_drafts", "departments")


def _print(console: Console, first: Report, second: Report, picked_up: dict[str, bool]) -> None:
    table = Table("table", "first load", "second load", title="Rows written", title_justify="left")
    for name in dict.fromkeys([*first.tables, *second.tables]):
        table.add_row(name, f"{first.tables.get(name, 0):,}", f"{second.tables.get(name, 0):,}")
    console.print(table)
    console.print(f"{first.requests} requests the first time, {second.requests} the second. Between the two loads, and "
                  "found in the tables after the second:")  # fmt: skip
    for told, arrived in picked_up.items():
        console.print(f"  {'[green]yes[/green]' if arrived else '[red]NO [/red]'} {told}", soft_wrap=True)


def _judge(console: Console, file: Path, differences: list[str]) -> None:
    for difference in differences:
        console.print(f"[red]WRONG[/red] {difference}")
    if not differences:
        console.print("[green]Every shift, punch, user, role and draft equals what the vendor holds.[/green]")
    console.print(f"The tables are in {file}, schema seven_shifts. Look around with\n  "
                  f"duckdb {os.path.relpath(file)} -c \"FROM seven_shifts.sync_log\"", soft_wrap=True)  # fmt: skip


@contextmanager
def _settings(vendor: SevenShifts, place: Path, file: Path) -> Iterator[None]:
    """The simulator in the environment, as a user would set the real API. Its limits are its own."""
    companies: list[dict[str, Any]] = [{"slug": company.slug, "guid": company.guid} for company in vendor.companies]
    settings = {
        "SOURCES__SEVEN_SHIFTS__API_URL": vendor.url,
        "SOURCES__SEVEN_SHIFTS__TOKEN_URL": vendor.token_url,
        "SOURCES__SEVEN_SHIFTS__COMPANIES": json.dumps(companies),
        "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_ID": vendor.client_id,
        "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_SECRET": vendor.client_secret,
        "SOURCES__SEVEN_SHIFTS__REQUESTS_PER_SECOND": "200",
        "SOURCES__SEVEN_SHIFTS__REQUESTS_PER_MINUTE": "12000",
        "DESTINATION__WAREHOUSE__DESTINATION_TYPE": "duckdb",
        "DESTINATION__WAREHOUSE__CREDENTIALS": str(file),
        "DLT_DATA_DIR": str(place / ".sevens"),
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
