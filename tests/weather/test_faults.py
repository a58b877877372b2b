"""The faults of docs/reliability.md in a short form (`make weather` tries all of them); and the page lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weather.case import BOTH
from tests.weather.cases import crowd, sample
from tests.weather.proof import tried_at_once, tried_in_a_row
from tests.weather.table import listed, tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


@pytest.mark.parametrize("source", BOTH)
def test_no_weather_of_one_company_loses_a_row_hangs_or_ends_well_when_it_should_not(source):
    assert {one.case.name: one.wrong for one in tried_at_once(source, crowd(source)) if one.wrong} == {}


@pytest.mark.parametrize("source", BOTH)
def test_no_weather_of_all_companies_loses_a_row_hangs_or_ends_well_when_it_should_not(source):
    assert tried_in_a_row(source, sample(source)) == {}


@pytest.mark.parametrize("name", tables())
def test_the_page_lists_exactly_what_is_tried(name):
    held = PAGE.read_text(encoding="utf-8")

    wanted = tables()[name]
    assert [row[: len(wanted[0])] for row in listed(held, name)] == wanted, "Run: make weather"
