"""The floors: what the machine takes at least for these rows, without a merge, a log, or a second run.

`arrow`: orjson to Arrow to DuckDB, in pieces of as many pages as we hold. `json`: the pages as they come to a file,
read by DuckDB's own JSON reader. Both read shifts and punches once, in one listing each, and no deletions or drafts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.child import Contender
from benchmarks.data import COMPANY, GUID

PAGES = 40  # of 500 rows each
CHILDREN = {"shifts": ("shift_breaks", "shift_id"), "time_punches": ("time_punch_breaks", "time_punch_id")}
MOMENTS = ("start", "end", "created", "modified", "clocked_in", "clocked_out", "in", "out")
TABLES = {name: name for parent, (child, _) in CHILDREN.items() for name in (parent, child)}


def floor(name: str, kind: str) -> Contender:
    return Contender(name, ("benchmarks.floors", kind), {}, "main", TABLES)


ARROW = floor("floor: Arrow", "arrow")
JSON = floor("floor: DuckDB's JSON", "json")


def pages(name: str) -> Iterator[bytes]:
    """Every page of a listing as it comes."""
    import orjson
    import requests

    session, cursor = requests.Session(), ""
    session.headers.update({"authorization": "Bearer benchmark-token", "x-company-guid": GUID})
    while True:
        query = {"limit": "500", **({"cursor": cursor} if cursor else {})}
        body = session.get(f"{os.environ['BENCHMARK_URL']}/v2/company/{COMPANY}/{name}", params=query).content
        yield body
        cursor = orjson.loads(body[body.rindex(b'"meta"') + 7 : body.rindex(b',"object"')])["cursor"]["next"]
        if not cursor:
            return


def arrow(connection: Any, name: str) -> None:  # noqa: ANN401 - a connection, without importing duckdb here
    """Pages to rows to Arrow to a table, piece by piece."""
    import orjson
    import pyarrow as pa
    import pyarrow.compute as pc

    child, key = CHILDREN[name]

    def write(table: str, rows: list[dict[str, Any]]) -> None:
        made = pa.Table.from_pylist(rows)
        for at, column in enumerate(made.column_names):
            if column in MOMENTS and pa.types.is_string(made.schema.field(column).type):
                moment = pc.cast(made.column(column), pa.timestamp("us", "UTC"))
                made = made.set_column(at, column, moment)
        connection.register("piece", made)
        names = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        verb = f'INSERT INTO "{table}" BY NAME' if table in names else f'CREATE TABLE "{table}" AS'
        connection.execute(f"{verb} SELECT * FROM piece")

    def flush(rows: list[dict[str, Any]]) -> None:
        below = [{**inner, key: row["id"]} for row in rows for inner in row.pop("breaks")]
        write(name, rows)
        write(child, below)

    held: list[dict[str, Any]] = []
    for count, page in enumerate(pages(name), 1):
        held += orjson.loads(page)["data"]
        if count % PAGES == 0:
            flush(held)
            held = []
    if held:
        flush(held)


def json(connection: Any, name: str) -> None:  # noqa: ANN401 - a connection, without importing duckdb here
    """Pages to a file to a table, whole."""
    child, key = CHILDREN[name]
    file = Path(f"{name}.json")
    with file.open("wb") as out:
        for page in pages(name):
            out.write(page + b"\n")
    connection.execute("CREATE TEMP TABLE raw AS SELECT unnest(data, max_depth := 2) "
                       f"FROM read_json('{file}', format = 'newline_delimited', sample_size = 40)")  # fmt: skip
    connection.execute(f"CREATE TABLE {name} AS SELECT * EXCLUDE (breaks) FROM raw")
    connection.execute(f"CREATE TABLE {child} AS SELECT unnest(breaks, max_depth := 2), id AS {key} FROM raw")
    connection.execute("DROP TABLE raw")
    file.unlink()


def main() -> None:
    """Load from the server at BENCHMARK_URL into load.duckdb."""
    import duckdb

    with duckdb.connect("load.duckdb") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in CHILDREN:
            {"arrow": arrow, "json": json}[sys.argv[1]](connection, name)


if __name__ == "__main__":
    main()
