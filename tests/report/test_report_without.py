"""What is not there is said: sources, marts, rows, companies, packages, and a place to write to."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.report import write
from pipelines.report.zones import zone
from sources.core.errors import ConfigurationError
from tests.report.example import ACME, BISTRO
from tests.report.marts import AS_OF, Warehouse
from tests.report.reading import Report


def test_a_source_that_was_not_loaded_leaves_its_sections_out_and_says_why(configured: Any, tmp_path: Path) -> None:
    with Warehouse(tmp_path / "shifts.duckdb") as warehouse:
        warehouse.log("seven_shifts", BISTRO, "bistro", ["users"])
        warehouse.add("employees", {"company_guid": BISTRO})
        warehouse.add("labor_cost_daily", {"company_guid": BISTRO, "business_date": AS_OF.date(), "labor_cost": 5})
    configured(tmp_path / "shifts.duckdb")
    found = Report(write(tmp_path / "report.html").read_text())
    assert found.figures("summary", "bistro")["Labour cost yesterday"] == "–"  # not 0: there is no row of that day
    assert "7Geese has not been loaded" in found.text("objectives")
    assert "sevens run seven_geese, then sevens transform" in found.text("objectives")
    assert found.companies("objectives") == []
    assert "Left out, because not built: overtime_weekly, break_compliance" in found.text("overtime")
    assert "Left out, because not built: shift_attendance" in found.text("labour")


@pytest.mark.parametrize("empty", [True, False])
def test_without_marts_the_error_names_the_command(configured: Any, tmp_path: Path, empty: bool) -> None:
    if empty:
        with Warehouse(tmp_path / "w.duckdb") as warehouse:
            warehouse.log("seven_geese", ACME, "acme", ["objectives"])
    configured(tmp_path / "w.duckdb")
    answer = CliRunner().invoke(main, ["report", "--to", str(tmp_path / "report.html")])
    assert answer.exit_code == 2
    assert "sevens transform" in answer.stderr
    assert not (tmp_path / "report.html").exists()


def test_missing_packages_are_named_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.find_spec", lambda name: None)
    answer = CliRunner().invoke(main, ["report"])
    assert answer.exit_code == 2
    assert "pip install -e '.[report]'" in answer.stderr


def test_a_file_that_cannot_be_written_is_told(example: Path, configured: Any, tmp_path: Path) -> None:
    configured(example)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(tmp_path / "file" / "report.html")


def test_marts_without_a_row_make_a_page(configured: Any, tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.build()
        warehouse.log("seven_shifts", BISTRO, "bistro", ["users"])
        warehouse.log("seven_geese", BISTRO, "bistro", ["objectives"])
    configured(tmp_path / "w.duckdb")
    found = Report(write(tmp_path / "report.html").read_text())
    assert "The marts have nothing of this company." in found.text("summary")
    assert "The chosen companies have nothing here." in found.text("labour")


def test_shifts_of_which_nothing_is_known_are_no_accusation(configured: Any, tmp_path: Path) -> None:
    day = {"company_guid": BISTRO, "business_date": AS_OF.date() - timedelta(days=3), "timezone": "UTC"}
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.build()
        warehouse.log("seven_shifts", BISTRO, "bistro", ["users"])
        for one in range(3):
            warehouse.add("shift_attendance", {**day, "attendance_id": f"{one}", "status": "not_known"})
    configured(tmp_path / "w.duckdb")
    found = Report(write(tmp_path / "report.html").read_text())
    assert "3 shifts of these weeks are not judged: punches were never read in full" in found.text("labour")
    assert found.figures("labour", "bistro")["No-shows"] == "–"
    assert found.figures("summary", "bistro")["No-shows"] == "–"


def test_locations_without_a_known_time_zone_are_named(configured: Any, tmp_path: Path) -> None:
    place = {"company_guid": BISTRO, "timezone": "UTC", "is_timezone_known": False, "is_deleted": False}
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.build()
        warehouse.log("seven_shifts", BISTRO, "bistro", ["users"])
        warehouse.add(
            "locations",
            {**place, "location_id": 1, "location": "Annexe", "vendor_timezone": "Pacific/Atlantis"},
            {**place, "location_id": 2, "location": "Main", "is_timezone_known": True},
            {**place, "location_id": 3, "location": "Gone", "is_deleted": True},
            {**place, "location_id": 4},
        )
    configured(tmp_path / "w.duckdb")
    told = Report(write(tmp_path / "report.html").read_text()).tables("quality")
    rows = told["Locations counted in UTC: the database knows no such time zone"]
    assert [row[:2] for row in rows] == [["Annexe", "Pacific/Atlantis"], ["Location 4", "none"]]


def test_hours_without_a_rule_or_a_wage_are_told(configured: Any, tmp_path: Path) -> None:
    week = {"company_guid": BISTRO, "user_id": 1, "week_start": AS_OF.date() - timedelta(days=9), "paid_seconds": 7200}
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.build()
        warehouse.log("seven_shifts", BISTRO, "bistro", ["users"])
        warehouse.add("overtime_weekly", {**week, "location": "Annexe", "unpriced_seconds": 5400})
    configured(tmp_path / "w.duckdb")
    found = Report(write(tmp_path / "report.html").read_text())
    assert "No overtime rule is known for Annexe" in found.text("overtime")
    assert found.figures("overtime", "bistro")["Hours without a wage"] == "1.50"


def test_a_network_has_its_own_name(configured: Any, tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.build()
        warehouse.log("seven_geese", ACME, "acme", ["reviews"])
        warehouse.add("engagement_monthly", {"company_guid": ACME, "company": "Acme Foods", "month": AS_OF.date()})
    configured(tmp_path / "w.duckdb")
    assert Report(write(tmp_path / "report.html").read_text()).companies("summary") == ["Acme Foods"]


def test_reviews_of_a_cycle_marked_complete_are_not_under_way(configured: Any, tmp_path: Path) -> None:
    review = {"company_guid": ACME, "review_cycle_id": 1, "cycle_title": "Spring", "is_published": True}
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.build()
        warehouse.log("seven_geese", ACME, "acme", ["reviews"])
        warehouse.add("review_progress", {**review, "review_id": 1, "is_cycle_complete": True},
                      {**review, "review_id": 2, "is_overdue": True}, {**review, "review_id": 3})  # fmt: skip
    configured(tmp_path / "w.duckdb")
    found = Report(write(tmp_path / "report.html").read_text())
    assert found.tables("reviews")["Review cycles, acme"][0][2:] == ["3", "0", "1", "1", "1"]
    assert "of 2 not finalized" in found.text("summary")


def test_dates_follow_the_package_tzdata_and_not_the_operating_system() -> None:
    winter = datetime(2026, 12, 1, 7, 30, tzinfo=timezone.utc)
    assert winter.astimezone(zone("America/Vancouver")).date() == date(2026, 12, 1)  # summer time for good
    for name in (None, "", "Pacific/Atlantis", "../zones", "America", "tzdata.zi"):
        assert winter.astimezone(zone(name)).utcoffset() == timedelta()


def test_a_page_has_twelve_companies_and_says_that_there_are_more(configured: Any, tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.add("employees", *({"company_guid": f"{number:032}"} for number in range(14)))
    configured(tmp_path / "w.duckdb")
    found = Report(write(tmp_path / "report.html").read_text())
    assert len(found.companies("summary")) == 12
    assert "2 more companies are left out" in found.text("summary")
