"""`sync_log` may be made smaller as `docs/scaling.md` says: what a run goes by stays, and it continues as before."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from pipelines.loading import open_pipeline
from pipelines.warehouse import Warehouse
from sources.core.memory import Memory
from tests.conftest import Bench

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
(COMPACTION,) = re.findall(r"```sql\n(DELETE FROM seven_shifts\.sync_log.*?)```", PAGE.read_text(), re.DOTALL)


def remembered() -> list[Any]:
    """All that a run, `sevens status` and a discovery read from `sync_log`."""
    pipeline = open_pipeline("seven_shifts", Warehouse.configured(), "seven_shifts")
    memory = Memory(lambda: pipeline.sql_client(), "seven_shifts")
    found = [memory.past(), memory.company_ids(), memory.guids(), memory.readers(), memory.latest()]
    memory.close()
    return found


def many_runs(bench: Bench, guid: str) -> None:
    """A history read in windows, changes, a window that was asked for, a company that fails, and whole readings."""
    for number in range(900):
        start = bench.vendor.now - timedelta(hours=9 * number)
        bench.vendor.create(guid, "shifts", start=start, end=start + timedelta(hours=6))
    bench.run(unit_rows=400)
    for number in range(3):
        bench.vendor.advance(86_400)
        bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[number]["id"], notes="edited")
        bench.run()
    bench.run(resources=["shifts"], since=bench.vendor.now - timedelta(days=3), until=bench.vendor.now)
    bench.vendor.revoke(bench.vendor.companies[1].guid)
    bench.vendor.advance(3600)
    bench.run()
    bench.vendor.restore(bench.vendor.companies[1].guid)


@pytest.mark.parametrize("destination", ["duckdb", "postgres"])
def test_after_a_compaction_a_run_continues_exactly_as_it_would_have(
    bench: Bench, guid: str, postgres: str, destination: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if destination == "postgres":
        monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", postgres)

    def sql(query: str) -> int:
        if destination == "duckdb":
            with duckdb.connect(str(bench.file)) as connection:
                found = connection.execute(query).fetchone()
        else:
            with psycopg2.connect(postgres) as connection, connection.cursor() as cursor:
                cursor.execute(query)
                found = cursor.fetchone() if cursor.description else None
        return int(found[0]) if found else 0

    many_runs(bench, guid)
    sql("UPDATE seven_shifts.sync_log SET logged_at = logged_at - INTERVAL '200 days'")
    before, rows = remembered(), sql("SELECT count(*) FROM seven_shifts.sync_log")

    sql(COMPACTION)

    assert sql("SELECT count(*) FROM seven_shifts.sync_log") < rows * 0.7
    assert remembered() == before
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[-1]["id"], notes="after it")
    report = bench.run()
    assert not report.failed
    assert all("modified_since" in query for query in bench.sent("/shifts") if "draft" not in query)
    assert report.tables["shifts"] == 1
