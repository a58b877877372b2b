"""Every fault of docs/reliability.md, tried once (`make weather` tries all cases); and the page lists them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weather.case import Case
from tests.weather.cases import CASES, sample
from tests.weather.proof import tried
from tests.weather.table import BEGIN, END

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


def _as_it_is(case: Case):
    marks = [pytest.mark.xfail(strict=True, reason=case.bug)] if case.bug else []
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [_as_it_is(case) for case in sample()])
def test_no_weather_loses_a_row_hangs_or_ends_with_an_exit_0_that_should_not_be(case):
    assert tried(case).wrong == ()


def test_the_page_lists_every_case():
    listed = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]

    missing = [case.name for case in CASES if f"| {case.fault} | `{case.source}` | {case.lasts} |" not in listed]

    assert missing == [], "Run: make weather"
