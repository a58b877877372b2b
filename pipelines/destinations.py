"""What each destination does with our tables: a row each, which the warehouse and `docs/destinations.md` read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from dlt.destinations.adapters import bigquery_adapter, clickhouse_adapter, databricks_adapter, iceberg_adapter
from dlt.destinations.impl.filesystem.iceberg_adapter import iceberg_partition
from dlt.extract import DltResource

from sources.core.columns import GUID
from sources.core.errors import ConfigurationError
from sources.core.resource import Table
from sources.core.settings import number, setting

OPEN_TABLES = ("delta", "iceberg")  # of dlt's `filesystem`
SECTION = "destination.warehouse"

Adapt = Callable[[DltResource, Table | None, int | None], Any]


def _column(*hints: str) -> Adapt:
    """Hints of the column `company_guid`, unless companies are not to be kept apart."""

    def adapt(resource: DltResource, table: Table | None, buckets: int | None) -> None:
        if buckets is None:
            resource.apply_hints(columns={GUID.name: {"name": GUID.name, **dict.fromkeys(hints, True)}})  # type: ignore[typeddict-item]

    return adapt


def _iceberg(resource: DltResource, table: Table | None, buckets: int | None) -> None:
    one_each, shared = iceberg_partition.identity(GUID.name), iceberg_partition.bucket(buckets or 1, GUID.name)
    apart = [one_each] if buckets is None else [shared] if buckets else []
    # A commit writes the table's metadata anew; ten old ones are plenty.
    few = {"write.metadata.delete-after-commit.enabled": "true", "write.metadata.previous-versions-max": "10"}
    iceberg_adapter(resource, partition=apart, table_properties=few)


def _bigquery(resource: DltResource, table: Table | None, buckets: int | None) -> None:
    bigquery_adapter(resource, cluster=list(table.key[:4]) if table else [GUID.name])


def _databricks(resource: DltResource, table: Table | None, buckets: int | None) -> None:
    if buckets is None:
        databricks_adapter(resource, partition=GUID.name)
    else:
        databricks_adapter(resource, cluster=GUID.name)


def _clickhouse(resource: DltResource, table: Table | None, buckets: int | None) -> None:
    """Sorted by what rows are replaced by: dlt makes the primary key of it, and that has to come first."""
    columns = resource.compute_table_schema()["columns"]
    keys = [name for name, column in columns.items() if column.get("primary_key") or column.get("merge_key")]
    clickhouse_adapter(resource, sort=keys or [GUID.name], settings={"allow_nullable_key": 1})


def _settled(resource: DltResource, table: Table | None, buckets: int | None) -> None:
    """Each key comes once in a load, so the merge need not look for the last of each: half of what it costs. Not where
    a job that is tried again may bring its rows to the staging table twice."""
    if table and (table.versioned or not table.parent):
        once = {"disposition": "merge", "strategy": "delete-insert", "deduplicated": True}
        resource.apply_hints(write_disposition=once)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Manner:
    """How rows are brought: dlt's load file format, the module that has to be there and the package or extra that has
    it, the DuckDB extensions that read it, and whether dlt has to be told that a merge is one transaction. `apart`
    says what keeps companies apart, `shares` how several can share a partition. `appends`: the first rows of a table
    are not merged; not where a job that is tried again may bring them twice."""

    file_format: str = "parquet"
    module: str = "dlt"
    package: str = ""
    extensions: tuple[str, ...] = ()
    transactions: bool = False
    apart: str = "nothing"
    shares: tuple[str, ...] = ()
    appends: bool = False
    adapt: Adapt | None = None

    def require(self, type: str) -> None:
        """Raises `ConfigurationError` for a package that is missing, with the command that installs it."""
        try:
            found = find_spec(self.module)
        except ModuleNotFoundError:  # the package above it
            found = None
        if not found:
            raise ConfigurationError(f"{type} needs a package that is missing: pip install {self.package}")
        for name in self.extensions:
            _install(name)


DEFAULT = Manner()
MANNERS = {
    "duckdb": Manner(transactions=True, appends=True, adapt=_settled),
    "postgres": Manner("parquet", "psycopg2", "-e '.[postgres]'", transactions=True),
    "ducklake": Manner(extensions=("ducklake", "sqlite_scanner", "postgres_scanner"), transactions=True,
                       apart="partition", shares=("all",), adapt=_column("partition")),
    "delta": Manner(module="deltalake", package="-e '.[lake]'", extensions=("delta",),
                    apart="partition", shares=("all",), adapt=_column("partition")),
    "iceberg": Manner(module="pyiceberg", package="-e '.[lake]'", extensions=("avro", "iceberg"),
                      apart="partition", shares=("all", "hash"), adapt=_iceberg),
    # It takes documents from JSON lines only.
    "bigquery": Manner("jsonl", "google.cloud.bigquery", "'dlt[bigquery]'", transactions=True,
                       apart="cluster", adapt=_bigquery),
    "snowflake": Manner(module="snowflake.connector", package="'dlt[snowflake]'", transactions=True,
                        apart="cluster", adapt=_column("cluster")),
    "databricks": Manner(module="databricks.sql", package="'dlt[databricks]'",
                         apart="partition", shares=("all",), adapt=_databricks),
    "redshift": Manner("insert_values", "psycopg2", "-e '.[postgres]'", transactions=True,
                       apart="distribution and sort key", adapt=_column("cluster", "sort")),
    "clickhouse": Manner(module="clickhouse_connect", package="'dlt[clickhouse]'", apart="sort", adapt=_clickhouse),
}  # fmt: skip


def table_format() -> str:
    """Of dlt's `filesystem`. Plain files know no merge: dlt would append to them, and every edit were a second row."""
    found = setting(f"{SECTION}.table_format")
    if found not in OPEN_TABLES:
        raise ConfigurationError(f"destination_type filesystem needs {SECTION}.table_format, which is {found!r}: set "
                                 "it to delta or iceberg. Plain files cannot be merged into.")  # fmt: skip
    return found


def company_buckets(type: str) -> int | None:
    """How many partitions all companies share: None is one each, 0 none at all."""
    key, shares = f"{SECTION}.company_buckets", MANNERS[type].shares if type in MANNERS else ()
    if setting(key) is None:
        return None
    found = int(number(key, 0))
    if ("hash" if found else "all") not in shares:
        told = " or ".join({"all": "0 (no partitions)", "hash": "a number of partitions"}[one] for one in shares)
        raise ConfigurationError(f"{key} is {found}, but {type} can do {told or 'nothing of the kind'}. Correct it, or "
                                 "leave it out for a partition per company.")  # fmt: skip
    return found


def _install(name: str) -> None:
    """DuckDB downloads an extension when it first needs it. Where the package duckdb-extension-* of the same release
    is installed, it is taken from there."""
    package = find_spec(f"duckdb_extension_{name}")
    if package is None or not package.submodule_search_locations:
        return
    with duckdb.connect() as connection:
        query = "SELECT version() , installed FROM duckdb_extensions() WHERE extension_name = ?"
        version, installed = connection.execute(query, [name]).fetchone() or ("", True)
        file = Path(package.submodule_search_locations[0], "extensions", version, f"{name}.duckdb_extension")
        if not installed and file.exists():
            connection.execute(f"INSTALL '{file}'")
