"""Asking Delta and Iceberg tables by SQL: DuckDB views of them, made when they are first asked for."""

from __future__ import annotations

from typing import Any

import duckdb
from dlt.destinations.impl.filesystem.sql_client import FilesystemSqlClient


class LakeSqlClient(FilesystemSqlClient):
    """Views of tables as they are when the connection is opened, with the columns that they have: what this machine
    knows of them may be old, or ahead of a load that was killed."""

    def open_connection(self) -> duckdb.DuckDBPyConnection:
        self._seen: set[str] = set()
        return super().open_connection()

    def create_views_for_tables(self, tables: dict[str, str]) -> None:
        for table, view in tables.items():
            if view in self._seen:
                continue
            if table.startswith("_dlt"):
                super().create_views_for_tables({table: view})
            else:
                name = self.make_qualified_table_name(view)
                self._conn.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {self._scan(table)}")
            self._seen.add(view)

    def should_replace_view(self, view_name: str, table_schema: Any) -> bool:  # noqa: ANN401 - as dlt has it
        return True

    def _scan(self, table: str) -> str:
        """Raises `DestinationUndefinedEntity` for a table that does not exist."""
        client = self.remote_client
        place = client.get_open_table_location("delta", table).rstrip("/")
        if client.fs_client.exists(f"{place}/_delta_log"):
            return f"delta_scan('{place}')"
        from dlt.common.libs.pyiceberg import get_last_metadata_file

        newest = get_last_metadata_file(f"{place}/metadata", client.fs_client, client.config)
        return f"iceberg_scan('{newest}')"
