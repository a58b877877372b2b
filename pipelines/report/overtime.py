"""Overtime and breaks: hours beyond the rules' limits, who is heading there, and breaks that the law asks for."""

from __future__ import annotations

from pipelines.report import periods
from pipelines.report.marts import Marts, Row
from pipelines.report.page import Figure, Figures, Part, Section, Sentence, Table
from pipelines.report.periods import Measure, by_week, over_time
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import gaps, section, total
from pipelines.report.wording import count, hours, money, percent, person, shown, week

LEAD = (
    "Overtime and breaks follow the rules of each location, as the seeds overtime_rules and break_rules of the dbt "
    "project have them; they are no legal advice. People with a weekly salary are left out of overtime: whether they "
    "are exempt is not known. A break that may be waived is no violation."
)
NEEDS = ("overtime_weekly", "break_compliance")
WORKED = (
    Measure("paid", "Paid hours", "", hours),
    Measure("daily", "Daily rule", "soft", hours),
    Measure("weekly", "Weekly rule", "base", hours),
    Measure("double", "Double time", "bad", hours),
    Measure("premium", "Premium", "", money),
    Measure("unpriced", "Without a wage", "", hours),
)
BREAKS = (
    Measure("due", "Required"),
    Measure("missed", "Missed", "bad"),
    Measure("short", "Too short", "warn"),
    Measure("late", "Too late", "soft"),
    Measure("waivable", "May be waived"),
)
MOST = 8


def overtime(marts: Marts, scope: Scope) -> Section:
    """The section, a block per company of 7shifts."""
    weekly, risks = marts.rows(WEEKLY, scope.since), marts.rows(RISKS, scope.since)
    lawless = marts.rows(WITHOUT_RULES, scope.since)
    breaks, rules = marts.rows(PER_DAY, scope.since), marts.rows(PER_RULE, scope.since)

    def parts(company: Company) -> list[Part]:
        weeks = [row for row in weekly.get(company.guid, []) if row["week_start"] in company.weeks]
        days = [row for row in breaks.get(company.guid, []) if row["day"] < company.today]
        if not (weeks or days or company.guid in risks):
            return []
        made: list[Part] = [_week(company, weeks, days)]
        made += [_weekly(company, weeks)] if weeks else []
        made += _without_rules(lawless.get(company.guid, []))
        if "overtime_weekly" in marts.names:
            made.append(_risks(company, risks.get(company.guid, [])))
        if days:
            made += [_breaks(company, days), _rules(company, rules.get(company.guid, []))]
        elif "break_compliance" in marts.names:
            made.append(Sentence("No break rule applies here, or nobody worked long enough for one."))
        return made

    return section("overtime", "Overtime and breaks", LEAD, scope, parts, gaps(marts, ["seven_shifts"], *NEEDS))


def at_risk(company: Company, rows: list[Row]) -> list[Row]:
    """Of the present week, those with overtime now or if they work what is scheduled; the most first."""
    return [row for row in rows if row["week_start"] == company.this_week and row["projected"]]


def _week(company: Company, weeks: list[Row], days: list[Row]) -> Figures:
    weeks = [row for row in weeks if row["week_start"] == company.last_week]
    days = [row for row in days if company.last_week <= row["day"] < company.this_week]
    beyond = total(weeks, "daily") + total(weeks, "weekly")
    above = f"people above a limit: {count(total(weeks, 'people'))}"
    items = [
        Figure("Overtime hours", hours(beyond), f"{percent(beyond, total(weeks, 'paid'))} of paid hours"),
        Figure("Double time hours", hours(total(weeks, "double")), above),
        Figure("Overtime premium", money(total(weeks, "premium")), "on top of straight time"),
    ]
    if total(weeks, "unpriced"):
        items.append(Figure("Hours without a wage", hours(total(weeks, "unpriced")), "their premium is missing", True))
    broken, due = total(days, "violations"), total(days, "due")
    if days:
        items += [
            Figure("Break violations", count(broken), f"{percent(broken, due)} of {count(due)} required"),
            Figure(
                "Breaks missed", count(total(days, "missed")), f"{count(total(days, 'waivable'))} more may be waived"
            ),
        ]
    return Figures(f"Last full week, {week(company.last_week)}", tuple(items))


def _without_rules(rows: list[Row]) -> list[Part]:
    """Where no hour is overtime because no rule is known, which is not the same as none."""
    names = ", ".join(shown(row["location"]) if row["location"] else "no location" for row in rows)
    return [Sentence(f"No overtime rule is known for {names}: hours there are never overtime here.")] if rows else []


def _weekly(company: Company, weeks: list[Row]) -> Part:
    unit = "hours; the label is the week's first day"
    rows = {start: [row for row in weeks if row["week_start"] == start] for start in company.weeks}
    return over_time("Overtime by week", unit, company.name, periods.WEEK, rows, WORKED)


def _risks(company: Company, rows: list[Row]) -> Part:
    risky = at_risk(company, rows)
    if not risky:
        return Sentence("Nobody is above a limit this week, or would be if all shifts are worked as scheduled.")
    return Table(
        f"Overtime risk this week, {week(company.this_week)}, in hours",
        ("Person", "Paid", "Ahead", "Overtime", "Expected"),
        tuple(
            (
                person(row["employee"], "user", row["user_id"]),
                hours(row["paid"]),
                hours(row["ahead"]),
                hours(row["beyond"]),
                hours(row["projected"]),
            )
            for row in risky[:MOST]
        ),
        more="Ahead: scheduled after the last reading, and open punches. Expected: overtime if all of that is worked."
        + (f" {len(risky) - MOST} more people are at risk." if len(risky) > MOST else ""),
    )


def _breaks(company: Company, days: list[Row]) -> Part:
    unit = "breaks; the label is the week's first day"
    return over_time("Break violations by week", unit, company.name, periods.WEEK, by_week(company, days), BREAKS)


def _rules(company: Company, rows: list[Row]) -> Table:
    rows = [row for row in rows if row["day"] in company.last_days]
    kinds = sorted({(row["location"] or "", row["rule_id"]) for row in rows})
    each = ((kind, [row for row in rows if (row["location"] or "", row["rule_id"]) == kind]) for kind in kinds)
    return Table(
        f"Break rules, {week(company.last_week)}",
        ("Location", "Rule", "Required", "Violations"),
        tuple(
            (shown(location), rule, count(total(own, "due")), count(total(own, "violations")))
            for (location, rule), own in each
        ),
        left=2,
    )


WEEKLY = """
SELECT company_guid, week_start, sum(paid_seconds) / 3600.0 AS paid, sum(daily_overtime_seconds) / 3600.0 AS daily,
       sum(weekly_overtime_seconds) / 3600.0 AS weekly, sum(double_time_seconds) / 3600.0 AS double,
       sum(overtime_premium) AS premium, sum(unpriced_seconds) / 3600.0 AS unpriced,
       count(*) FILTER (WHERE overtime_seconds > 0 OR double_time_seconds > 0) AS people
FROM {overtime_weekly} WHERE week_start >= %s AND NOT is_salaried
GROUP BY company_guid, week_start"""

WITHOUT_RULES = """
SELECT DISTINCT company_guid, location FROM {overtime_weekly}
WHERE week_start >= %s AND jurisdiction IS NULL ORDER BY company_guid, location"""

RISKS = """
SELECT company_guid, week_start, user_id, employee, paid_hours AS paid, scheduled_seconds_ahead / 3600.0 AS ahead,
       overtime_hours AS beyond, projected_overtime_hours AS projected
FROM {overtime_weekly} WHERE week_start >= %s AND projected_overtime_seconds > 0 AND NOT is_salaried
ORDER BY company_guid, projected_overtime_seconds DESC, user_id"""

_STATES = """count(*) FILTER (WHERE status <> 'waivable') AS due, count(*) FILTER (WHERE is_violation) AS violations,
       count(*) FILTER (WHERE status = 'missed') AS missed, count(*) FILTER (WHERE status = 'short') AS short,
       count(*) FILTER (WHERE status = 'late') AS late, count(*) FILTER (WHERE status = 'waivable') AS waivable"""

PER_DAY = f"""
SELECT company_guid, business_date AS day, {_STATES}
FROM {{break_compliance}} WHERE business_date >= %s
GROUP BY company_guid, business_date"""

PER_RULE = f"""
SELECT company_guid, business_date AS day, location, rule_id, {_STATES}
FROM {{break_compliance}} WHERE business_date >= %s
GROUP BY company_guid, business_date, location, rule_id"""
