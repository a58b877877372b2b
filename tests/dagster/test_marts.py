"""The dbt project stands downstream of the tables and is built as `sevens transform` builds it."""

from __future__ import annotations

from dataclasses import replace

import dagster as dg
import pytest

from pipelines.dagster_defs import definitions
from sources.seven_geese import VENDOR as GEESE
from sources.seven_shifts import VENDOR as SHIFTS
from tests.dagster.conftest import House, materialized, trouble_of


def test_every_table_that_a_model_reads_is_one_of_ours(house: House):
    graph = house.defs.resolve_asset_graph()
    models = [key for key in graph.get_all_asset_keys() if key.path[0].startswith("sevens_")]
    read = {parent for key in models for parent in graph.get(key).parent_keys if parent not in models}

    assert len(models) > 100
    assert {key for key in read if not graph.get(key).is_materializable} == {
        dg.AssetKey(["seven_shifts", "sync_log"]), dg.AssetKey(["seven_shifts", "_dlt_loads"])
    }  # fmt: skip
    for vendor in (SHIFTS, GEESE):
        assert any(key.path[0] == vendor.slug for key in read)
    assert dg.AssetKey(["seven_shifts", "shifts"]) in graph.get_ancestor_asset_keys(
        dg.AssetKey(["sevens_marts", "labor_cost_daily"])
    )


def test_what_was_loaded_is_built_and_tested(house: House):
    before = house.run("transform")
    assert "Load first: sevens run all" in trouble_of(before)
    assert not [e for e in before.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]
    house.load_all()

    result = house.run("transform")

    assert result.success, trouble_of(result)
    assert {"labor_cost_daily", "objective_progress", "people"} <= materialized(result)
    assert all(one.passed for one in result.get_asset_check_evaluations())
    assert len(result.get_asset_check_evaluations()) > 100
    assert house.shifts.sql("SELECT count(*) FROM sevens_marts.labor_cost_daily")[0][0] > 0


def test_of_two_sources_the_one_that_was_loaded_is_built(house: House):
    for company in house.shifts.vendor.companies:
        house.load("seven_shifts", company.slug)

    names = ("stg_seven_shifts__users", "stg_seven_geese__reviews")
    result = house.run("transform", asset_selection=[dg.AssetKey(["sevens_staging", name]) for name in names])

    assert result.success, trouble_of(result)
    assert materialized(result) == {"stg_seven_shifts__users"}


def test_on_postgresql_it_is_the_same(house: House, postgres: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", postgres)
    on_postgres = replace(house, defs=definitions())
    company = house.shifts.vendor.companies[0]
    assert on_postgres.load("seven_shifts", company.slug).success

    result = on_postgres.run("transform", asset_selection=[dg.AssetKey(["sevens_staging", "stg_seven_shifts__users"])])

    assert result.success, trouble_of(result)
    assert materialized(result) == {"stg_seven_shifts__users"}
    assert on_postgres.run("check").success
