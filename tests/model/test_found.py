"""Counter-examples that the model found, shrunk and named. What is not mended yet is expected to fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.verify import verify
from simulators.seven_shifts import listings, readings
from tests.conftest import Bench
from tests.geese import GeeseBench, build_geese, guid_of


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=3)


def test_a_day_that_came_as_a_moment_does_not_end_the_verification(geese: GeeseBench) -> None:
    network = geese.vendor.networks[0]
    objective = geese.vendor.rows(network.id, "objectives")[0]["id"]
    geese.vendor.edit(network.id, "objectives", objective, start_date=geese.vendor.now)
    geese.run(["objectives"])

    results = verify("seven_geese", resources=["objectives"])

    assert [result for result in results if not result.ok] == []
    assert geese.sql("SELECT count(*) FROM seven_geese.objectives WHERE company_guid = ?", guid_of(network)) != [(0,)]


@pytest.fixture
def shrinking(bench: Bench, guid: str, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A vendor of short pages: the first row of a listing goes when its first page has been read."""
    for module in (listings, readings):
        monkeypatch.setattr(module, "page_limit", lambda query, default: 3)

    def on_page(company: str, table: str, number: int, query: dict[str, str]) -> None:
        if company == guid and number == 1 and "deleted" not in query and table in ("locations", "departments"):
            bench.vendor.on_page = None
            bench.vendor.delete(guid, table, bench.vendor.rows(guid, table)[0]["id"])

    bench.vendor.on_page = on_page
    return bench


def test_a_location_is_not_lost_when_another_is_deleted_between_two_pages(shrinking: Bench, guid: str) -> None:
    for number in range(6):
        shrinking.vendor.create(guid, "locations", name=f"Branch {number}")
    shrinking.vendor.advance(3 * 86_400)

    shrinking.run(resources=["locations"])
    shrinking.run(resources=["locations"])

    assert shrinking.loaded(guid, "locations") == shrinking.held(guid, "locations")


def test_a_department_is_not_closed_when_another_is_deleted_between_two_pages(shrinking: Bench, guid: str) -> None:
    deletes, shrinking.vendor.on_page = shrinking.vendor.on_page, None
    for number in range(6):
        shrinking.vendor.create(guid, "departments", name=f"Department {number}")
    shrinking.run(resources=["departments"])
    shrinking.vendor.on_page = deletes
    shrinking.vendor.advance(60)

    shrinking.run(resources=["departments"])

    assert shrinking.loaded(guid, "departments") == shrinking.held(guid, "departments")
