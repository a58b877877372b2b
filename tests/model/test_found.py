"""Counter-examples that the model found, shrunk and named. What is not mended yet is expected to fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.verify import verify
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
