"""`python -m benchmarks.transform`: `sevens transform` on 1,000,000 shifts and punches of 4,000 people in ten
companies: from nothing, and again after 100 punches were edited. The tables are filled in place, so that only the
transformation is measured."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import page
from benchmarks.child import measured
from pipelines.warehouse import STORAGE_VERSION
from sources.core.build import LOGS
from sources.core.columns import Column
from sources.seven_shifts.resources import RESOURCES

PUNCHES, PEOPLE, COMPANIES, EDITS = 1_000_000, 4_000, 10, 100
GOAL_WALL, GOAL_PEAK = 60.0, 2_048.0  # seconds and megabytes on two cores
KINDS = {"text": "VARCHAR", "bool": "BOOLEAN", "timestamp": "TIMESTAMPTZ", "json": "VARCHAR"}
WHOSE = "'company-' || (person % {companies}) AS company_guid, 'x' AS _dlt_id"
SINCE = "TIMESTAMPTZ '2024-06-01 00:00:00+00'"
# Two places a company by turns, one in California; a wage of 120 days after the other; breaks in two of three punches.
ROWS = {
    "companies": "SELECT {whose}, person AS id, 'Company ' || person AS name, 'US' AS country, 1 AS start_week_on, "
    "{since} AS created FROM range({companies}) AS t (person)",
    "locations": "SELECT {whose}, place AS id, 'US' AS country, {since} AS created, 'Place ' || place AS name, "
    "CASE place WHEN 1 THEN 'California' ELSE 'New York' END AS state, false AS deleted, "
    "CASE place WHEN 1 THEN 'America/Los_Angeles' ELSE 'America/New_York' END AS timezone "
    "FROM range({companies}) AS c (person), range(1, 3) AS p (place)",
    "roles": "SELECT {whose}, role AS id, 'Role ' || role AS name, role % 2 + 1 AS department_id, "
    "{since} AS _dlt_valid_from FROM range({companies}) AS c (person), range(1, 6) AS r (role)",
    "users": "SELECT {whose}, person AS id, 'First' AS first_name, 'Last ' || person AS last_name, true AS active, "
    "{since} AS created, {since} AS modified FROM range({people}) AS t (person)",
    "wages": "SELECT {whose}, person AS user_id, person * 10 + number AS id, 'hourly' AS wage_type, "
    "DATE '2024-06-01' + (number * 120)::INT AS effective_date, 1500 + person % 700 + number * 50 AS wage_cents, "
    "{since} AS created, {since} AS modified, 'current' AS state, {since} AS _dlt_valid_from "
    "FROM range({people}) AS t (person), range(4) AS n (number)",
    "shifts": "SELECT {whose}, id, person AS user_id, place AS location_id, 1 + person % 5 AS role_id, "
    'false AS deleted, begun + INTERVAL 2 MINUTE AS "start", begun + INTERVAL 8 HOUR AS "end", '
    "'published' AS publish_status, begun - INTERVAL 8 DAY AS created, begun - INTERVAL 7 DAY AS modified FROM work",
    "time_punches": "SELECT {whose}, id, CASE WHEN id % 20 > 0 THEN id ELSE 0 END AS shift_id, person AS user_id, "
    "place AS location_id, 1 + person % 5 AS role_id, begun AS clocked_in, "
    "begun + long * INTERVAL 1 SECOND AS clocked_out, 1500 AS hourly_wage, id % 50 = 0 AS deleted, "
    "true AS approved, id % 900 AS tips, begun AS created, "
    "begun + INTERVAL 9 HOUR AS modified FROM work",
    "sync_log": "SELECT 'company-' || person AS company_guid, resource, 'ok' AS status, "
    "now() AS scan_started_at, '1' AS _dlt_load_id "
    "FROM range({companies}) AS c (person), (VALUES ('shifts'), ('time_punches')) AS r (resource)",
    "_dlt_loads": "SELECT '1' AS load_id, 'seven_shifts' AS schema_name, 0 AS status",
    "time_punch_breaks": 'SELECT {whose}, id AS time_punch_id, id, false AS paid, begun + INTERVAL 3 HOUR AS "in", '
    'begun + INTERVAL 210 MINUTE AS "out", false AS deleted FROM work WHERE id % 3 > 0',
}


def fill(file: Path, punches: int) -> None:
    """Every table of 7shifts in a new file, those of ROWS with rows."""
    import duckdb  # not in the process that measures: a child starts with its parent's peak memory

    names = {"companies": COMPANIES, "people": PEOPLE, "since": SINCE, "whose": WHOSE.format(companies=COMPANIES)}
    with duckdb.connect(str(file), config={"storage_compatibility_version": STORAGE_VERSION}) as connection:
        connection.execute("CREATE SCHEMA seven_shifts")
        for table in (table for resource in RESOURCES for table in resource.tables):
            connection.execute(f"CREATE TABLE seven_shifts.{table.name} ({_columns(table.columns)})")
        for log, columns in LOGS.items():
            connection.execute(f"CREATE TABLE seven_shifts.{log} ({_columns(columns)})")
        connection.execute("CREATE TABLE seven_shifts._dlt_loads (load_id VARCHAR, schema_name VARCHAR, status BIGINT)")
        connection.execute(
            f"CREATE TEMP TABLE work AS SELECT id, id % {PEOPLE} AS person, "
            f"1 + (id % {PEOPLE}) // {COMPANIES} % 2 AS place, TIMESTAMPTZ '2025-01-01 14:00:00+00' "
            f"+ (id // {PEOPLE}) * INTERVAL 1 DAY + (id * 7919 % 36000) * INTERVAL 1 SECOND AS begun, "
            f"14400 + id * 104729 % 21600 AS long "
            f"FROM range({punches}) AS t (id)"
        )
        for table_name, query in ROWS.items():
            connection.execute(f"INSERT INTO seven_shifts.{table_name} BY NAME {query.format(**names)}")


def edit(file: Path, punches: int) -> None:
    """A quarter of an hour more in as many punches as EDITS, each of another person and day."""
    import duckdb

    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "UPDATE seven_shifts.time_punches SET clocked_out = clocked_out + INTERVAL 15 MINUTE "
            f"WHERE id % {punches // EDITS} = 1"
        )


def _columns(columns: tuple[Column, ...]) -> str:
    named = [f'"{column.name}" {KINDS.get(column.kind, column.kind)}' for column in columns]
    return ", ".join([*named, "_dlt_load_id VARCHAR"])


HEAD = ("", "punches", "CPU s", "wall s", "peak MB")


def main() -> int:
    """Measure, tell, and answer 1 if the goal is missed. It is stated for 1,000,000 punches on two processors."""
    parser = page.options("benchmarks.transform", __doc__)
    parser.add_argument("--punches", type=int, default=PUNCHES)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--edit", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    punches = asked.punches
    if asked.fill or asked.edit:
        fill(asked.fill, punches) if asked.fill else edit(asked.edit, punches)
        return 0
    rows, goals = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {"DESTINATION__WAREHOUSE__CREDENTIALS": "load.duckdb"}
        for before, what in (("fill", "from nothing"), ("edit", f"after {EDITS} edits")):
            made = [f"--{before}={folder / 'load.duckdb'}", f"--punches={punches}"]
            subprocess.run([sys.executable, "-m", "benchmarks.transform", *made], check=True)
            cost = measured(["pipelines.cli", "transform"], folder, settings)
            rows.append((what, f"{punches:,}", f"{cost.cpu:.0f}", f"{cost.wall:.0f}", f"{cost.peak:,.0f}"))
            goals += [(cost.wall < GOAL_WALL, f"{what}: under {GOAL_WALL:.0f} s: {cost.wall:.0f}"),
                      (cost.peak < GOAL_PEAK, f"{what}: under {GOAL_PEAK:,.0f} MB: {cost.peak:,.0f}")]  # fmt: skip
            print((folder / "output.txt").read_text())
    return page.tell("transform", HEAD, rows, goals if punches == PUNCHES else [], asked.write)


if __name__ == "__main__":
    sys.exit(main())
