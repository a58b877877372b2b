"""Weather is waited out and changes nothing; what stays broken is told in a paragraph and read again later."""

from __future__ import annotations

import time

import pytest

from pipelines.outcome import Report
from pipelines.run import run
from sources.core.task import Unit
from tests.conftest import Bench

PASSING = ["429", "429_retry_after", "500", "502", "503", "cloudflare", "html", "truncated", "no_data", "reset"]


@pytest.mark.parametrize("kind", PASSING)
def test_weather_that_passes_costs_no_row(bench: Bench, guid: str, kind: str) -> None:
    options = {"seconds": 1} if kind == "429_retry_after" else {}
    bench.vendor.faults.add(kind, times=2, path="/shifts", after=1, **options)

    report = bench.run(resources=["shifts", "time_punches"])

    assert not report.failed
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")


def test_a_block_is_waited_out_and_every_row_arrives(bench: Bench, guid: str) -> None:
    bench.set("BACKOFF", "0.1")
    bench.vendor.block(2.0)

    report = bench.run(resources=["companies", "shifts", "time_punches"])

    assert not report.failed
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")


def test_a_block_in_the_middle_holds_every_thread_back(bench: Bench, guid: str) -> None:
    bench.set("BACKOFF", "0.2")
    bench.vendor.faults.add("block", times=1, path="/shifts", seconds=1.5)

    report = bench.run()

    assert not report.failed
    refused = [r for r in bench.vendor.requests if r.status == 429]
    assert 0 < len(refused) < 40
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("500", "kept failing with 500"),
        ("html", "HTML page instead of JSON"),
        ("truncated", "not the documented JSON"),
        ("no_data", "missing required field `data`"),
        ("reset", "got no answer"),
        ("403", "403"),
        ("404", "404"),
        ("bad_request", "400"),
        ("endless_cursor", "does not end"),
    ],
)
def test_what_stays_broken_is_told_and_read_again_next_time(bench: Bench, guid: str, kind: str, told: str) -> None:
    bench.vendor.faults.add(kind, times=500, path="/shifts")

    report = bench.run(companies=[bench.vendor.companies[0].slug], resources=["shifts", "time_punches"])

    failed = [unit for unit in report.units if unit.status == "failed"]
    assert [unit.task.resource.name for unit in failed] == ["shifts"]
    assert told in (failed[0].error or "")
    assert bench.vendor.companies[0].slug in (failed[0].error or "")
    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")

    bench.vendor.faults.clear()
    assert not bench.run().failed
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_empty_pages_with_a_next_cursor_are_followed_to_the_end(bench: Bench, guid: str) -> None:
    bench.vendor.faults.add("empty_page_with_next", times=1, path="/time_punches")

    assert not bench.run(resources=["time_punches"]).failed

    assert bench.loaded(guid, "time_punches") == bench.held(guid, "time_punches")


def test_both_shapes_of_an_error_are_understood(bench: Bench, guid: str) -> None:
    told = []
    for shape in ("problem", "legacy"):
        bench.vendor.error_shape = shape
        bench.vendor.plan_too_low(guid, "shifts")
        report = bench.run(companies=[bench.vendor.companies[0].slug], resources=["shifts"])
        told.append(report.units[0].error or "")

    assert all("403" in error and "without a reason" not in error for error in told)


def test_an_unreachable_api_is_told_and_everything_loaded_is_kept(bench: Bench, guid: str) -> None:
    bench.run()
    before = bench.loaded(guid, "shifts")
    bench.set("API_URL", "http://127.0.0.1:9")

    report = bench.run(resources=["shifts"])

    assert report.failed
    assert "127.0.0.1:9" in (report.units[0].error or "")
    assert bench.loaded(guid, "shifts") == before


def test_an_interrupted_run_does_not_sit_out_a_block(bench: Bench) -> None:
    bench.vendor.faults.add("429_retry_after", times=500, path="/shifts", seconds=250)

    def interrupt(unit: Unit | None, report: Report) -> None:
        if 429 in {r.status for r in bench.vendor.requests}:
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run("seven_shifts", resources=["shifts"], listener=interrupt)

    assert time.monotonic() - began < 100  # the block alone is 250 s
