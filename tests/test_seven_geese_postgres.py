"""7Geese on PostgreSQL: versions, marks and documents as on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from pipelines.export import export
from tests.geese import GeeseBench, build_geese, guid_of


@pytest.fixture
def geese(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    cursor = connection.cursor()

    def sql(query: str, *params: Any) -> list[tuple[Any, ...]]:
        cursor.execute(query.replace("?", "%s"), params)
        return cursor.fetchall()

    for bench in build_geese(tmp_path, monkeypatch, people=5):
        monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", postgres)
        bench.sql = sql
        yield bench
    connection.close()


def test_postgres_converges_through_edits_deletions_and_another_reader(geese):
    vendor, network = geese.vendor, geese.vendor.networks[0]
    geese.run()
    assert geese.differences(network) == []
    objective, other = (row["id"] for row in vendor.rows(network.id, "objectives")[:2])
    checkin = vendor.rows(network.id, "checkins")[0]["id"]
    vendor.edit(network.id, "checkins", checkin, metadata={"from": "slack", "n": [1, 2]})
    vendor.edit(network.id, "objectives", objective, name="It's renamed; \\ and 🦆")
    vendor.delete(network.id, "objectives", other)

    geese.run()

    assert geese.differences(network) == []
    before = geese.open_keys()
    geese.read_as(network, next(row["id"] for row in vendor.rows(network.id, "profiles") if not row["is_admin"]))
    assert not geese.run().failed
    assert geese.differences(network) == []
    assert geese.open_keys()["objectives"] == before["objectives"]
    manifest = export("seven_geese", geese.folder / "archive")
    objectives = next(table for table in manifest["tables"] if table["name"] == "objectives")
    assert objectives["current"].get(guid_of(network), 0) == len(geese.present("objectives"))
    assert sum(objectives["unseen"].values()) == len(before["objectives"]) - len(geese.present("objectives"))
