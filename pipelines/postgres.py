"""PostgreSQL as several runs meet it, and as rows get there fastest.

Whoever makes or changes tables does so alone, or two first runs at once would both create what neither found. Rows are
copied: dlt's own ways are text of statements, csv in which every empty text becomes null, and a driver of its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pyarrow.parquet as parquet
from dlt.common.destination import DestinationCapabilitiesContext
from dlt.common.destination.client import HasFollowupJobs, LoadJob, RunnableLoadJob
from dlt.common.destination.typing import PreparedTableSchema
from dlt.common.schema.typing import TColumnSchema, TSchemaTables
from dlt.destinations import postgres
from dlt.destinations.impl.postgres.factory import PostgresTypeMapper
from dlt.destinations.impl.postgres.postgres import PostgresClient
from pyarrow.csv import WriteOptions, write_csv

AT_ONCE = 20_000  # rows in memory as text
# Every text is quoted and null is not, so that an empty text is told from null.
TEXT = WriteOptions(include_header=False, quoting_style="needed")


class _Copy(RunnableLoadJob, HasFollowupJobs):
    """A parquet file into a table, in one transaction."""

    def run(self) -> None:
        client = self._job_client.sql_client  # type: ignore[attr-defined]
        with parquet.ParquetFile(self._file_path) as file:
            names = ", ".join(client.escape_column_name(name) for name in file.schema_arrow.names)
            table = client.make_qualified_table_name(self.load_table_name)
            with client.begin_transaction(), client.native_connection.cursor() as cursor:
                for batch in file.iter_batches(AT_ONCE):
                    text = io.BytesIO()
                    write_csv(batch, text, TEXT)
                    text.seek(0)
                    cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)", text)


class _Client(PostgresClient):
    def create_load_job(
        self, table: PreparedTableSchema, file_path: str, load_id: str, restore: bool = False
    ) -> LoadJob:
        if file_path.endswith(".parquet"):
            return _Copy(file_path)
        return super().create_load_job(table, file_path, load_id, restore)

    def initialize_storage(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as dlt has it
        with self._alone():
            super().initialize_storage(*args, **options)

    def update_stored_schema(self, *args: Any, **options: Any) -> TSchemaTables | None:  # noqa: ANN401 - as dlt has it
        with self._alone():
            return super().update_stored_schema(*args, **options)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # On a connection of its own: dlt resets its own after a question for a table that is not there yet, and a
        # reset lets go of all locks.
        connection = psycopg2.connect(self.config.credentials.to_native_representation())
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sevens makes tables'))")
                yield
        finally:
            connection.close()


class _Types(PostgresTypeMapper):
    def to_destination_type(self, column: TColumnSchema, table: PreparedTableSchema) -> str:
        """Documents are jsonb; dlt makes them json where parquet is loaded, for the sake of its driver."""
        return "jsonb" if column["data_type"] == "json" else super().to_destination_type(column, table)


class Postgres(postgres):
    """dlt's own destination but for that."""

    def _raw_capabilities(self) -> DestinationCapabilitiesContext:
        caps = super()._raw_capabilities()
        # It would drop parquet where the driver that dlt copies it with is not installed.
        caps.loader_file_format_selector = None  # type: ignore[assignment]
        caps.type_mapper = _Types
        return caps

    @property
    def client_class(self) -> type[PostgresClient]:
        return _Client

    @property
    def destination_type(self) -> str:
        return "dlt.destinations.postgres"
