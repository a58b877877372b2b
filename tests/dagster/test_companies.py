"""Partitions follow the configuration, and the schedule asks for a run per company."""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
import pytest
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from pipelines.dagster_defs import assembled
from sources.core.errors import ConfigurationError
from tests.dagster.conftest import House


def slugs(house: House) -> set[str]:
    return {company.slug for company in house.shifts.vendor.companies}


def test_every_configured_company_is_a_partition_of_its_source(house: House):
    assert house.partitions("seven_shifts") == slugs(house)
    assert house.partitions("seven_geese") == {network.slug for network in house.geese.vendor.networks}
    assert isinstance(house.tick_sensor(), dg.SkipReason)


def test_a_new_company_is_added_and_one_that_is_gone_is_removed(house: House):
    house.shifts.set("COMPANIES", json.dumps([house.shifts.companies[1], {**house.shifts.companies[0], "slug": "new"}]))

    house.tick_sensor()

    assert house.partitions("seven_shifts") == {house.shifts.companies[1]["slug"], "new"}


def test_the_last_company_goes_too(house: House):
    house.shifts.unset("COMPANIES")

    house.tick_sensor()

    assert house.partitions("seven_shifts") == set()
    assert house.partitions("seven_geese")


def test_a_configuration_that_cannot_be_read_removes_nobody(house: House):
    house.shifts.set("COMPANIES", "[{")

    with pytest.raises(ConfigurationError, match="is not JSON"):
        house.tick_sensor()

    assert house.partitions("seven_shifts") == slugs(house)


def test_an_edited_file_is_seen_without_a_restart(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    house.shifts.unset("COMPANIES")
    monkeypatch.chdir(tmp_path)
    Container()[PluggableRunContext].reload(str(tmp_path))
    settings = tmp_path / ".dlt" / "config.toml"
    settings.parent.mkdir()
    try:
        for name in ("first", "second"):
            settings.write_text(f'[[sources.seven_shifts.companies]]\nslug = "{name}"\n'
                                f'guid = "{house.shifts.companies[0]["guid"]}"\n')  # fmt: skip
            house.tick_sensor()
            assert house.partitions("seven_shifts") == {name}
    finally:
        monkeypatch.undo()
        Container()[PluggableRunContext].reload(os.getcwd())


def test_the_schedule_asks_for_a_run_per_company(house: House):
    requests = house.tick_schedule("seven_shifts")

    assert {request.partition_key for request in requests} == slugs(house)
    assert len({request.run_key for request in requests}) == len(requests)


def test_a_company_whose_run_has_not_ended_gets_no_second_one(house: House):
    busy, other = (company.slug for company in house.shifts.vendor.companies)
    job = house.defs.resolve_job_def("seven_shifts")
    house.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": busy})

    assert [request.partition_key for request in house.tick_schedule("seven_shifts")] == [other]


def test_without_a_known_company_the_schedule_says_what_to_do(house: House):
    house.shifts.unset("COMPANIES")
    house.tick_sensor()

    assert "turn on the sensor" in house.tick_schedule("seven_shifts").skip_message


def test_when_it_runs_is_a_setting(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER__LOAD_CRON", "15 5 * * *")
    monkeypatch.setattr(assembled, "marts", lambda sources: None)

    found = assembled.definitions()

    assert found.resolve_schedule_def("seven_shifts_schedule").cron_schedule == "15 5 * * *"
    assert found.resolve_schedule_def("check_schedule").cron_schedule == "45 6 * * *"
