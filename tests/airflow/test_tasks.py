"""What a task does with its parameters, and with what goes wrong."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from pipelines import run
from pipelines.airflow_dag import companies, load
from pipelines.outcome import Report
from sources.core.errors import UnavailableError
from sources.core.plan import Order
from tests.airflow.conftest import Bench


@pytest.fixture
def settings(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Those of the bench, a warehouse of its own, and a working directory that is nobody's."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**bench.settings, "DESTINATION__WAREHOUSE__CREDENTIALS": "tasks.duckdb"}.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def asked(settings: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the run was called with, instead of a run."""
    calls: list[tuple[Any, ...]] = []

    def note(source: str, *rest: Any) -> Report:
        calls.append((source, *rest, os.environ["DLT_DATA_DIR"]))
        return Report(source, "nowhere", "1")

    settings.setattr(run, "run", note)
    return calls


def test_parameters_become_the_order_of_the_run(asked: list[tuple[Any, ...]]) -> None:
    params = {"since": "2026-03-01", "until": "2026-04-01T06:00:00+02:00", "resources": ["shifts"],
              "full_refresh": True, "allow_shrink": True}  # fmt: skip

    load("seven_shifts", "bistro", params)

    ((source, slugs, resources, order, _),) = asked
    since, until = (datetime(2026, month, 1, hour, tzinfo=timezone.utc) for month, hour in ((3, 0), (4, 4)))
    assert (source, slugs, resources) == ("seven_shifts", ["bistro"], ["shifts"])
    assert order == Order(since, until, full_refresh=True, allow_shrink=True)


def test_without_parameters_everything_continues(asked: list[tuple[Any, ...]]) -> None:
    load("seven_geese", "aurora-foods", {"companies": [], "resources": []})

    assert asked[0][1:4] == (["aurora-foods"], [], Order())


def test_each_task_has_a_folder_of_its_own_and_leaves_none(asked: list[tuple[Any, ...]]) -> None:
    before = os.environ.get("DLT_DATA_DIR")
    load("seven_shifts", "bistro")
    load("seven_shifts", "harbor")

    folders = {Path(call[-1]) for call in asked}
    assert len(folders) == 2
    assert not any(folder.exists() for folder in folders)
    assert os.environ.get("DLT_DATA_DIR") == before


def test_airflow_is_asked_for_secrets_only_if_somebody_says_so(settings: pytest.MonkeyPatch) -> None:
    switch = "PROVIDERS__ENABLE_AIRFLOW_SECRETS"
    settings.delenv(switch, raising=False)
    companies("seven_shifts")
    assert os.environ[switch] == "false"

    settings.setenv(switch, "true")
    companies("seven_shifts")
    assert os.environ[switch] == "true"


@pytest.mark.parametrize("params", [{"since": "spring"}, {"since": "2026-04-01", "until": "2026-03-01T00:00:00Z"}])
def test_a_window_that_is_none_is_not_tried_again(asked: list[tuple[Any, ...]], params: dict[str, Any]) -> None:
    with pytest.raises(AirflowFailException, match="since"):
        load("seven_shifts", "bistro", params)

    assert asked == []


def test_what_only_a_setting_can_mend_is_not_tried_again(settings: pytest.MonkeyPatch) -> None:
    settings.delenv("SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_SECRET")

    with pytest.raises(AirflowFailException, match="client_secret"):
        load("seven_shifts", "bistro")


def test_a_destination_that_cannot_be_opened_is_tried_again(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tasks.duckdb").write_text("my notes\n" * 500, encoding="utf-8")

    with pytest.raises(UnavailableError, match="cannot be opened") as raised:
        load("seven_shifts", "bistro")

    assert not isinstance(raised.value, AirflowFailException)


def test_a_company_that_nobody_has_is_told_with_those_there_are(settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(AirflowFailException, match="bistro, harbor, noodle"):
        companies("seven_shifts", {"companies": ["bistor"]})


def test_companies_are_slugs_although_credentials_stand_beside_them(settings: pytest.MonkeyPatch) -> None:
    assert companies("seven_geese") == ["aurora-foods", "borealis-labs"]
    assert companies("seven_geese", {"companies": ["borealis-labs"]}) == ["borealis-labs"]


def test_a_resource_that_fails_fails_the_task_with_what_the_vendor_said(
    bench: Bench, settings: pytest.MonkeyPatch
) -> None:
    bench.shifts.plan_too_low(bench.shifts.companies[0].guid, "time_punches")

    with pytest.raises(AirflowFailException, match=r"FAILED bistro: GET .*time_punches was refused: 403"):
        load("seven_shifts", "bistro", {"resources": ["time_punches"]})
