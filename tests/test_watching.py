"""Whoever watches runs from afar is told what happened, and only if that was set up."""

from __future__ import annotations

import json

import pytest
import requests
import requests_mock
from click.testing import CliRunner, Result
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pipelines.cli import main
from tests.conftest import Bench

HOOK = "https://hooks.example/services/T000/B000/canary"


def load() -> Result:
    return CliRunner().invoke(main, ["run", "seven_shifts", "--resource", "locations", "--resource", "shifts"])


@pytest.fixture
def half_refused(bench: Bench) -> Bench:
    """The second company's plan is too low for shifts."""
    bench.vendor.plan_too_low(bench.companies[1]["guid"], "shifts")
    return bench


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> requests_mock.Mocker:
    monkeypatch.setenv("ALERTS__WEBHOOK", HOOK)
    with requests_mock.Mocker(real_http=True) as mocker:
        mocker.post(HOOK)
        yield mocker


def posted(hook: requests_mock.Mocker) -> list[str]:
    return [sent.json()["text"] for sent in hook.request_history if sent.url == HOOK]


def test_what_failed_is_posted_once_with_every_company_and_reason(
    half_refused: Bench, hook: requests_mock.Mocker
) -> None:
    assert load().exit_code == 1

    [text] = posted(hook)
    assert half_refused.companies[1]["slug"] in text
    assert "403" in text


@pytest.mark.usefixtures("bench")
def test_a_run_in_which_all_is_well_posts_nothing(hook: requests_mock.Mocker) -> None:
    assert load().exit_code == 0
    assert posted(hook) == []


@pytest.mark.usefixtures("half_refused")
@pytest.mark.parametrize("trouble", [{"status_code": 404}, {"exc": requests.ConnectTimeout}])
def test_a_message_that_cannot_be_sent_is_told_without_its_address(
    hook: requests_mock.Mocker, trouble: dict[str, object]
) -> None:
    hook.post(HOOK, **trouble)

    result = load()

    assert result.exit_code == 1
    assert "alerts.webhook" in result.stderr
    assert "canary" not in result.output


def test_a_webhook_without_https_is_refused_before_anything_is_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS__WEBHOOK", HOOK.replace("https", "http"))

    result = load()

    assert result.exit_code == 2
    assert "ALERTS__WEBHOOK" in result.stderr
    assert "canary" not in result.output
    assert bench.vendor.requests == []


def test_log_lines_are_json_where_the_setting_says_so(
    half_refused: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME__LOG_FORMAT", "JSON")

    lines = [json.loads(line) for line in load().stderr.splitlines()]

    assert [(line["event"], line["level"]) for line in (lines[0], lines[-1])] == [
        ("run started", "info"), ("run ended", "error"),
    ]  # fmt: skip
    units = {(line["company"], line["resource"]): line for line in lines[1:-1]}
    refused, read = (units[company["slug"], "shifts"] for company in reversed(half_refused.companies))
    assert (refused["level"], refused["status"], read["level"], read["status"]) == ("error", "failed", "info", "ok")
    assert read["rows_read"] == len(half_refused.vendor.rows(half_refused.companies[0]["guid"], "shifts"))


def test_opentelemetry_gets_a_span_per_run_and_an_event_per_unit(
    half_refused: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)

    report = half_refused.run(resources=["shifts"])

    [span] = spans.get_finished_spans()
    assert (span.name, span.status.is_ok) == ("sevens run seven_shifts", False)
    assert span.attributes["sevens.run_id"] == report.run_id
    assert span.attributes["sevens.rows"] == sum(report.tables.values())
    told = {(event.attributes["company"], event.attributes["status"]) for event in span.events}
    assert told == {(half_refused.companies[0]["slug"], "ok"), (half_refused.companies[1]["slug"], "failed")}
