"""The report: its figures are those of the marts, nothing in it comes from elsewhere, and what is missing is said."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.demo.answers import answers
from pipelines.report import write
from sources.core.errors import ConfigurationError
from tests.report.example import BISTRO, UNSAFE
from tests.report.marts import copy
from tests.report.reading import Report


@pytest.fixture(scope="module")
def told(page: Path) -> Report:
    return Report(page.read_text(encoding="utf-8"))


def test_the_figures_of_the_page_are_those_of_the_marts(told: Report, example: Path) -> None:
    with duckdb.connect(str(example), read_only=True) as marts:

        def one(sql: str) -> Any:
            return marts.execute(sql.replace("WHERE", f"WHERE company_guid = '{BISTRO}' AND")).fetchone()[0]

        summary = told.figures("summary", "Maple & Main Bistro")
        yesterday = one("SELECT sum(labor_cost) FROM sevens_marts.labor_cost_daily WHERE business_date = '2026-11-10'")
        assert summary["Labour cost yesterday"] == f"{yesterday:,.2f}"
        week = "business_date BETWEEN '2026-11-02' AND '2026-11-08'"
        cost = one(f"SELECT sum(labor_cost) FROM sevens_marts.labor_cost_daily WHERE {week}")
        assert summary["Labour cost"] == f"{cost:,.2f}"
        hours = one(f"SELECT sum(paid_hours) FROM sevens_marts.labor_cost_daily WHERE {week}")
        assert summary["Paid hours"] == f"{hours:,.2f}"
        missed = one(f"SELECT count(*) FROM sevens_marts.break_compliance WHERE status = 'missed' AND {week}")
        assert summary["Breaks missed"] == str(missed)
        at_risk = one("SELECT count(*) FROM sevens_marts.objective_progress WHERE is_at_risk")
        assert (
            summary["Objectives at risk"]
            == told.figures("objectives", "Maple & Main Bistro")["At risk"]
            == str(at_risk)
        )
        overdue = one("SELECT count(*) FROM sevens_marts.review_progress WHERE is_overdue")
        assert summary["Reviews overdue"] == str(overdue)
        worst = one(
            "SELECT employee FROM sevens_marts.overtime_weekly WHERE NOT is_salaried AND week_start = '2026-11-09' "
            "ORDER BY projected_overtime_seconds DESC LIMIT 1"
        )
        assert summary["Top overtime risk"] == worst
        overtime = one(
            "SELECT sum(overtime_hours) FROM sevens_marts.overtime_weekly "
            "WHERE NOT is_salaried AND week_start = '2026-11-02'"
        )
        assert summary["Overtime hours"] == f"{overtime:,.2f}"


def test_the_console_of_the_demo_says_the_same_as_the_page(told: Report, example: Path) -> None:
    with duckdb.connect(str(example), read_only=True) as marts:
        answered = answers(marts, datetime(2026, 11, 11, 12))
    for name in ("Maple & Main Bistro", "Silver Spoon Diner"):
        missed = told.figures("summary", name)["Breaks missed"]
        assert f"{name} {missed} of " in answered["Which breaks were missed in the last full week?"]
        assert "2 Nov to 8 Nov 2026" in answered["Which breaks were missed in the last full week?"]
    overdue = sum(int(told.figures("summary", name)["Reviews overdue"]) for name in ("Maple & Main Bistro", "acme"))
    assert answered["Which reviews are overdue?"].startswith(f"{overdue} of ")


def test_the_table_behind_a_chart_has_every_day_and_adds_up(told: Report, example: Path) -> None:
    table = told.tables("labour")["Labour cost by day, Maple & Main Bistro"]
    with duckdb.connect(str(example), read_only=True) as marts:
        days = marts.execute(
            "SELECT sum(labor_cost), sum(paid_hours) FROM sevens_marts.labor_cost_daily WHERE company_guid = ? "
            "AND business_date BETWEEN '2026-10-14' AND '2026-11-10' GROUP BY business_date "
            "ORDER BY business_date",
            [BISTRO],
        ).fetchall()
    assert [(row[4], row[1]) for row in table] == [(f"{cost:,.2f}", f"{paid:,.2f}") for cost, paid in days]
    assert len(table) == 28
    assert table[0][0] == "Wed 14 Oct 2026"


def test_companies_stand_side_by_side_and_each_only_where_it_has_rows(told: Report) -> None:
    assert told.companies("summary") == ["acme", "Maple & Main Bistro", "Silver Spoon Diner"]
    assert told.companies("labour") == ["Maple & Main Bistro", "Silver Spoon Diner"]
    assert told.companies("reviews") == ["acme", "Maple & Main Bistro"]


def test_one_company_may_be_chosen_and_an_unknown_one_is_refused(
    example: Path, configured: Any, tmp_path: Path
) -> None:
    configured(example)
    chosen = Report(write(tmp_path / "one.html", ["diner"]).read_text())
    assert chosen.companies("labour") == ["Silver Spoon Diner"]
    assert "Maple" not in chosen.html
    assert "The chosen companies have nothing here." in chosen.text("reviews")
    with pytest.raises(ConfigurationError, match=r"No company brasserie was loaded.*acme, bistro, diner"):
        write(tmp_path / "none.html", ["brasserie"])


def test_another_day_may_be_today(example: Path, configured: Any, tmp_path: Path) -> None:
    configured(example)
    answer = CliRunner().invoke(main, ["report", "--to", str(tmp_path / "then.html"), "--as-of", "2026-11-02"])
    assert answer.exit_code == 0
    then = Report((tmp_path / "then.html").read_text())
    table = then.tables("labour")["Labour cost by day, Maple & Main Bistro"]
    assert table[-1][0] == "Sun 1 Nov 2026"
    assert "Last full week, 26 Oct to 1 Nov 2026" in then.text("summary")
    assert "Today is 2 Nov 2026 in this report." in then.html


def test_values_are_escaped(told: Report) -> None:
    assert "<script" not in told.html
    assert '"2026" <b>' not in told.html
    assert any(row[0] == UNSAFE for row in told.tables("labour")["Departments, 2 to 8 Nov 2026"])


def test_hashed_values_stay_hashed_and_dropped_ones_show_ids(told: Report) -> None:
    people = [row[0] for row in told.tables("overtime")["Overtime risk this week, 9 to 15 Nov 2026, in hours"]]
    assert "user 908" in people
    assert "01234567…" in people


def test_private_objectives_have_neither_name_nor_owner(told: Report, example: Path) -> None:
    assert "Cut food waste in zone 1" in told.html
    assert "Cut food waste in zone 4<" not in told.html


def test_the_quality_of_the_data_is_told_and_no_payload_shown(told: Report) -> None:
    tables = told.tables("quality")
    assert ["7shifts time_punches", "user_id is null", "2"] in tables["Rows set aside (rejected_rows)"]
    assert "ssn" not in told.html
    trouble = tables["What did not go as it should"]
    assert ["error", "403: the grant has no scope recognition:read"] in [row[1:] for row in trouble]
    assert told.figures("quality", "Maple & Main Bistro")["People matched"] == "7 of 10"
    fresh = {row[0]: row[2] for row in tables["Freshness of every table"]}
    assert fresh["7Geese objectives"] == "11 Nov 2026, 15:30"


def test_nothing_is_fetched_from_anywhere(told: Report) -> None:
    assert not re.findall(r"https?://|//[a-z]|url\(|@import|javascript:|\bon[a-z]+=", told.html)
    assert not re.findall(r"<(script|link|img|iframe|object|embed|form)\b", told.html)
    assert {target[:1] for target in told.attributes("href")} == {"#"}
    assert not told.attributes("src")
    assert "default-src 'none'" in told.html


def test_nobody_else_may_read_the_file(page: Path) -> None:
    assert page.stat().st_mode & 0o777 == 0o600


def test_the_page_is_small_and_well_formed(told: Report) -> None:
    assert len(told.html.encode()) < 1_500_000
    assert told.faults == []
    assert len(set(told.attributes("id"))) == len(told.attributes("id"))
    assert all(f'id="{target[1:]}"' in told.html for target in told.attributes("href"))


def test_every_chart_says_what_it_shows_and_has_a_table(told: Report) -> None:
    assert told.html.count("<svg") == told.html.count("<figure>") == told.html.count('role="img" aria-label="') > 10
    assert told.html.count("<details>") >= told.html.count("<figure>")


def test_the_default_file_may_have_the_name_of_the_schema(
    page: Path, example: Path, configured: Any, tmp_path: Path
) -> None:
    configured(shutil.copy(example, tmp_path / "sevens.duckdb"))
    assert unstamped(write(tmp_path / "report.html")) == unstamped(page)


def test_on_postgresql_it_is_the_same(
    page: Path, example: Path, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy(example, database)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "scratch"))
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", database)
    assert unstamped(write(tmp_path / "report.html")) == unstamped(page)


def unstamped(page: Path) -> str:
    """Without the moment at which it was written, and ages then."""
    return re.sub(r"Written [^<]*|\d+ d \d+ h", "", page.read_text(encoding="utf-8"))
