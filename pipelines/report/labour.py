"""Labour and attendance: what work cost, who came when, and how the schedule and the punches were changed."""

from __future__ import annotations

from datetime import timedelta

from pipelines.report import periods
from pipelines.report.marts import Marts, Row
from pipelines.report.page import Figure, Figures, Part, Section, Sentence, Table
from pipelines.report.periods import Measure, by_week, over_time
from pipelines.report.scope import DAYS, Company, Scope
from pipelines.report.sections import gaps, section, total
from pipelines.report.wording import count, hours, moment, money, month, percent, shown, week

LEAD = (
    "Paid hours are net of unpaid breaks and belong to the local date on which they were worked. Cost is straight "
    "time at the wage in force, in the company's currency; what overtime adds is in the next section."
)
NEEDS = (
    "labor_cost_daily",
    "shift_attendance",
    "schedule_changes",
    "punch_edits",
    "headcount_and_turnover_monthly",
    "companies",
)
COSTS = (
    Measure("hours", "Paid hours", "", hours),
    Measure("hourly", "Hourly", "base", money),
    Measure("salaried", "Salaried", "soft", money),
    Measure("cost", "Labour cost", "", money),
)
ATTENDED = (
    Measure("shifts", "Shifts"),
    Measure("late", "Late", "soft"),
    Measure("left_early", "Left early", "base"),
    Measure("no_show", "No-show", "bad"),
    Measure("missing", "No punch-out", "warn"),
    Measure("sick", "Sick"),
    Measure("unscheduled", "Unscheduled"),
    Measure("not_known", "Not known"),
)


def labour(marts: Marts, scope: Scope) -> Section:
    """The section, a block per company of 7shifts."""
    since = scope.since
    cost, attendance = marts.rows(COST, since), marts.rows(ATTENDANCE, since)
    known = marts.rows(KNOWN)
    changes, edits, heads = marts.rows(CHANGES, since), marts.rows(EDITS, since), marts.rows(HEADS, scope.months[0])

    def parts(company: Company) -> list[Part]:
        of_day = [row for row in cost.get(company.guid, []) if row["day"] < company.today]
        days = [row for row in attendance.get(company.guid, []) if row["day"] < company.today]
        made: list[Part] = []
        if of_day or days:
            made += [
                _week(
                    company,
                    _within(of_day, company),
                    _within(days, company),
                    _within(changes.get(company.guid, []), company),
                    _within(edits.get(company.guid, []), company),
                )
            ]
        made += _unknown(days, known.get(company.guid, []))
        made += [_daily(company, of_day)] if of_day else []
        made += [_weekly(company, days)] if days else []
        made += [_departments(company, _within(of_day, company)), _heads(heads.get(company.guid, []))]
        return made

    return section("labour", "Labour and attendance", LEAD, scope, parts, gaps(marts, ["seven_shifts"], *NEEDS))


def _within(rows: list[Row], company: Company) -> list[Row]:
    """Those of the last full week."""
    return [row for row in rows if company.last_week <= row["day"] < company.this_week]


def _week(company: Company, cost: list[Row], days: list[Row], changes: list[Row], edits: list[Row]) -> Figures:
    paid, spent, shifts = total(cost, "hours"), total(cost, "cost"), total(days, "shifts")
    items = [
        Figure("Labour cost", money(spent), f"{money(spent / paid)} per paid hour" if paid else ""),
        Figure("Paid hours", hours(paid), f"{hours(total(days, 'scheduled'))} scheduled, with planned breaks"),
        Figure(
            "Late arrivals",
            count(total(days, "late")),
            f"{percent(total(days, 'late'), shifts)} of {count(shifts)} shifts",
        ),
        Figure(
            "No-shows",
            count(total(days, "no_show") if shifts else None),
            f"{percent(total(days, 'no_show'), shifts)} of shifts",
        ),
        Figure(
            "Without punch-out", count(total(days, "missing")), f"{count(total(days, 'auto'))} clocked out by 7shifts"
        ),
        Figure("Punches changed", count(total(edits, "edits")), f"{count(total(edits, 'deleted'))} of them deleted"),
        Figure("Shifts deleted", count(total(changes, "deleted")), "after they were published"),
    ]
    if total(cost, "unpriced"):
        items.append(Figure("Hours without a wage", hours(total(cost, "unpriced")), "their cost is missing", True))
    return Figures(f"Last full week, {week(company.last_week)}", tuple(items))


def _unknown(days: list[Row], known: list[Row]) -> list[Part]:
    """Why shifts are not judged, if any are not."""
    unknown = total(days, "not_known")
    if not unknown:
        return []
    read = next((row["known_to_at"] for row in known), None)
    until = f"shifts and punches are known up to {moment(read)} UTC" if read else "punches were never read in full"
    return [
        Sentence(
            f"{count(unknown)} shifts of these weeks are not judged: {until}, and where nobody clocks in, a shift "
            "without a punch means nothing."
        )
    ]


def _daily(company: Company, cost: list[Row]) -> Part:
    days = [company.today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    by_day = {one: [row for row in cost if row["day"] == one] for one in days}
    return over_time("Labour cost by day", "in the company's currency", company.name, periods.DAY, by_day, COSTS)


def _weekly(company: Company, days: list[Row]) -> Part:
    unit = "shifts; the label is the week's first day"
    return over_time("Attendance by week", unit, company.name, periods.WEEK, by_week(company, days), ATTENDED)


def _departments(company: Company, cost: list[Row]) -> Table:
    names = {row["department"] or "" for row in cost}
    rows = [(name, [row for row in cost if (row["department"] or "") == name]) for name in names]
    rows.sort(key=lambda one: (-total(one[1], "cost"), one[0]))
    return Table(
        f"Departments, {week(company.last_week)}",
        ("Department", "Paid hours", "Labour cost"),
        tuple(
            (shown(name) if name else "No department", hours(total(own, "hours")), money(total(own, "cost")))
            for name, own in rows
        ),
    )


def _heads(rows: list[Row]) -> Table:
    return Table(
        "People by month",
        ("Month", "At the end", "Joined", "Left", "Turnover"),
        tuple(
            (
                month(row["month"]),
                count(row["headcount_at_end"]),
                count(row["joined"]),
                count(row["left_company"]),
                percent(row["turnover_rate"], 1),
            )
            for row in rows[-6:]
        ),
    )


COST = """
SELECT company_guid, business_date AS day, department, sum(paid_hours) AS hours, sum(hourly_cost) AS hourly,
       sum(salaried_cost) AS salaried, sum(labor_cost) AS cost, sum(unpriced_seconds) / 3600.0 AS unpriced
FROM {labor_cost_daily} WHERE business_date >= %s
GROUP BY company_guid, business_date, department ORDER BY company_guid, business_date, department"""

ATTENDANCE = """
SELECT company_guid, business_date AS day,
       sum(CASE WHEN status NOT IN ('upcoming', 'not_known') THEN scheduled_hours ELSE 0 END) AS scheduled,
       count(*) FILTER (WHERE NOT is_unscheduled AND status NOT IN ('upcoming', 'not_known')) AS shifts,
       count(*) FILTER (WHERE status = 'not_known') AS not_known,
       count(*) FILTER (WHERE is_late) AS late, count(*) FILTER (WHERE is_early_leave) AS left_early,
       count(*) FILTER (WHERE is_no_show) AS no_show, count(*) FILTER (WHERE status = 'sick') AS sick,
       count(*) FILTER (WHERE is_unscheduled) AS unscheduled, count(*) FILTER (WHERE is_missing_punch_out) AS missing,
       count(*) FILTER (WHERE is_auto_clocked_out) AS auto
FROM {shift_attendance} WHERE business_date >= %s
GROUP BY company_guid, business_date ORDER BY company_guid, business_date"""

KNOWN = "SELECT company_guid, known_to_at FROM {companies}"

CHANGES = """
SELECT company_guid, business_date AS day, count(*) FILTER (WHERE change = 'deleted') AS deleted
FROM {schedule_changes} WHERE business_date >= %s
GROUP BY company_guid, business_date"""

EDITS = """
SELECT company_guid, business_date AS day, count(*) AS edits, count(*) FILTER (WHERE edit = 'deleted') AS deleted
FROM {punch_edits} WHERE business_date >= %s AND NOT may_be_approval
GROUP BY company_guid, business_date"""

HEADS = """
SELECT company_guid, month, headcount_at_end, joined, left_company, turnover_rate
FROM {headcount_and_turnover_monthly} WHERE month >= %s ORDER BY company_guid, month"""
