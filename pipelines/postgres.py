"""PostgreSQL as several runs meet it: whoever makes or changes tables does so alone, or two first runs at once would
both create what neither found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from dlt.common.schema.typing import TSchemaTables
from dlt.destinations import postgres
from dlt.destinations.impl.postgres.postgres import PostgresClient


class _Client(PostgresClient):
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


class Postgres(postgres):
    """dlt's own destination but for that."""

    @property
    def client_class(self) -> type[PostgresClient]:
        return _Client

    @property
    def destination_type(self) -> str:
        return "dlt.destinations.postgres"
