"""Two restaurants and two networks, invented: enough rows that every part of the report has something to show."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.report.marts import STAFF, Warehouse, month
from tests.report.networks import fill_network

BISTRO, DINER, ACME = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "a" * 32
TODAY, WEEK = date(2026, 11, 11), timedelta(days=7)
UNSAFE = "<script>alert('kitchen')</script>"
HASHED = "0123456789abcdef0123456789abcdef"


def fill(warehouse: Warehouse, companies: int = 2) -> None:
    """All marts, with rows of the restaurants `bistro` and `diner` and of the network `acme`; the bistro has both."""
    warehouse.build()
    restaurants = (
        (BISTRO, "bistro", "Maple & Main Bistro", "America/New_York"),
        (DINER, "diner", "Silver Spoon Diner", "America/Los_Angeles"),
    )[:companies]
    for number, (guid, slug, name, zone) in enumerate(restaurants):
        warehouse.log("seven_shifts", guid, slug, ("shifts", "time_punches", "users", "wages", "locations"))
        _restaurant(warehouse, Random(number), guid, name, zone)
    for number, (guid, slug) in enumerate(((BISTRO, "bistro"), (ACME, "acme"))[:companies]):
        warehouse.log("seven_geese", guid, slug, ("objectives", "reviews", "user_profiles"))
        fill_network(warehouse, Random(10 + number), guid)
    warehouse.log(
        "seven_geese",
        BISTRO,
        "bistro",
        ("recognitions",),
        status="skipped",
        scan_started_at=None,
        error="403: the grant has no scope recognition:read",
        drift="badges.colour_name added",
    )
    warehouse.reject("seven_shifts", BISTRO, "time_punches", "user_id is null")
    warehouse.reject("seven_shifts", BISTRO, "time_punches", "user_id is null")


def _restaurant(warehouse: Warehouse, chance: Random, guid: str, name: str, zone: str) -> None:
    known_to = datetime(2026, 11, 11, 15, 30)
    warehouse.add("companies", {"company_guid": guid, "company": name, "week_starts_on": 1, "known_to_at": known_to})
    for back in range(63, -1, -1):
        day = TODAY - timedelta(days=back)
        _costs(warehouse, chance, guid, day)
        _shifts(warehouse, chance, guid, zone, day)
        _edits_and_breaks(warehouse, chance, guid, day)
    for back in range(9):
        _week(warehouse, chance, guid, TODAY - timedelta(days=TODAY.weekday()) - WEEK * back, back == 0)
    for index in range(12):
        warehouse.add(
            "headcount_and_turnover_monthly",
            {
                "company_guid": guid,
                "company": name,
                "month": month(index),
                "headcount_at_start": 20 + index,
                "joined": 2,
                "left_company": 1,
                "headcount_at_end": 21 + index,
                "turnover_rate": Decimal("0.0488"),
            },
        )
    warehouse.add(
        "employees", *({"company_guid": guid, "user_id": id, "employee": who} for id, who in enumerate(STAFF))
    )


def _costs(warehouse: Warehouse, chance: Random, guid: str, day: date) -> None:
    places = (("Kitchen", 0.9), ("Floor", 1.2), (UNSAFE, 0.3), (None, 0.1))
    busy = 1.5 if day.weekday() in (4, 5) else 1.0
    for place, share in places:
        hours = Decimal(chance.randint(2000, 3500)) / 100 * Decimal(str(busy * share))
        cost = (hours * Decimal("17.35")).quantize(Decimal("0.01"))
        salaried = Decimal("164.29") if place == "Floor" else Decimal(0)
        warehouse.add(
            "labor_cost_daily",
            {
                "company_guid": guid,
                "business_date": day,
                "location": "Main",
                "department": place,
                "paid_hours": hours,
                "paid_seconds": int(hours * 3600),
                "hourly_cost": cost,
                "salaried_cost": salaried,
                "labor_cost": cost + salaried,
                "people": 4,
            },
        )


def _shifts(warehouse: Warehouse, chance: Random, guid: str, zone: str, day: date) -> None:
    rows = []
    for id, who in enumerate(STAFF):
        late, gone = chance.random() < 0.08, chance.random() < 0.02
        rows.append(
            {
                "company_guid": guid,
                "attendance_id": f"shift:{day}-{id}",
                "user_id": id,
                "employee": who,
                "business_date": day,
                "timezone": zone,
                "status": "no_show" if gone else "worked",
                "is_late": late and not gone,
                "is_no_show": gone,
                "is_early_leave": chance.random() < 0.03,
                "is_missing_punch_out": chance.random() < 0.01,
                "is_unscheduled": False,
                "punches": 0 if gone else 1,
                "scheduled_hours": Decimal("7.5"),
            }
        )
    warehouse.add("shift_attendance", *rows)


def _edits_and_breaks(warehouse: Warehouse, chance: Random, guid: str, day: date) -> None:
    if day.weekday() == 2:
        warehouse.add(
            "punch_edits",
            {
                "company_guid": guid,
                "time_punch_id": day.toordinal(),
                "business_date": day,
                "edit": "deleted",
                "may_be_approval": False,
            },
        )
        warehouse.add(
            "schedule_changes",
            {"company_guid": guid, "change_id": f"deleted:{day}", "business_date": day, "change": "deleted"},
        )
    states = chance.choices(("met", "missed", "late", "short", "waivable"), (40, 2, 3, 2, 1), k=4)
    warehouse.add(
        "break_compliance",
        *(
            {
                "company_guid": guid,
                "work_period_id": day.toordinal() * 10 + number,
                "rule_id": "US-CA meal 1",
                "location": "Main",
                "business_date": day,
                "status": state,
                "is_violation": state in ("missed", "late", "short"),
            }
            for number, state in enumerate(states)
        ),
    )


def _week(warehouse: Warehouse, chance: Random, guid: str, start: date, present: bool) -> None:
    rows: list[dict[str, Any]] = []
    for id, who in enumerate((*STAFF[:-2], None, HASHED)):
        weekly, daily = max(0, chance.randint(-60, 30)) * 360, max(0, chance.randint(-60, 12)) * 360
        rows.append(
            {
                "company_guid": guid,
                "user_id": 900 + id,
                "employee": who,
                "week_start": start,
                "is_complete": not present,
                "paid_seconds": 120_000,
                "paid_hours": Decimal("33.3333"),
                "daily_overtime_seconds": daily,
                "weekly_overtime_seconds": weekly,
                "overtime_seconds": daily + weekly,
                "overtime_hours": Decimal(daily + weekly) / 3600,
                "double_time_seconds": 900 if daily > 3600 else 0,
                "overtime_premium": Decimal(daily + weekly) / 3600 * Decimal("8.67"),
                "scheduled_seconds_ahead": 30_600 if present else 0,
                "projected_overtime_seconds": daily + weekly + (id * 900 if present else 0),
                "projected_overtime_hours": Decimal(daily + weekly + (id * 900 if present else 0)) / 3600,
            }
        )
    exempt = {
        **rows[0],
        "user_id": 1,
        "employee": "Sal Aried",
        "is_salaried": True,
        "projected_overtime_seconds": 90_000,
    }
    warehouse.add("overtime_weekly", *rows, exempt)
