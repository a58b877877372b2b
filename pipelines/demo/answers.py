"""What the demo asks of the built tables: five questions, answered on the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb

# The windows and denominators are those of the report, so that one figure is one figure.
QUESTIONS = {
    "What did labour cost yesterday?": """
        SELECT coalesce(string_agg(told, '; ' ORDER BY told), 'nothing') FROM (
            SELECT companies.company || ' ' || printf('%,.2f', sum(cost.labor_cost)::double)
                || ' for ' || printf('%.1f', sum(cost.paid_hours)::double) || ' hours' AS told
            FROM {marts}.labor_cost_daily AS cost
            JOIN (SELECT DISTINCT company_guid, company FROM {marts}.headcount_and_turnover_monthly) AS companies
                USING (company_guid)
            WHERE cost.business_date = DATE '{today}' - 1 GROUP BY companies.company)""",
    "Who is most at risk of overtime this week?": """
        SELECT coalesce(max(told), 'nobody') FROM (
            SELECT employee || ' at ' || location || ', ' || printf('%.1f', projected_overtime_hours::double)
                || ' hours too many if all their shifts are worked' AS told
            FROM {marts}.overtime_weekly
            WHERE NOT is_complete AND NOT is_salaried AND projected_overtime_seconds > 0
            ORDER BY projected_overtime_seconds DESC, employee LIMIT 1)""",
    "Which breaks were missed in the last full week?": """
        WITH weeks AS (
            SELECT company_guid, DATE '{today}' - 7
                - ((date_part('dow', DATE '{today}') - date_part('dow', max(week_start)) + 7) % 7)::int AS first_day
            FROM {marts}.overtime_weekly GROUP BY company_guid
        ), told AS (
            SELECT max(companies.company) || ' ' || count(*) FILTER (status = 'missed') || ' of '
                || count(*) FILTER (status <> 'waivable') || ' required, '
                || count(*) FILTER (status = 'late') || ' more too late and ' || count(*) FILTER (status = 'short')
                || ' too short, ' || strftime(min(first_day), '%-d %b') || ' to '
                || strftime(min(first_day) + 6, '%-d %b %Y') AS told
            FROM {marts}.break_compliance JOIN weeks USING (company_guid)
            JOIN (SELECT DISTINCT company_guid, company FROM {marts}.headcount_and_turnover_monthly) AS companies
                USING (company_guid)
            WHERE business_date BETWEEN first_day AND first_day + 6 GROUP BY company_guid
        )
        SELECT coalesce(string_agg(told, '; ' ORDER BY told), 'none was required') FROM told""",
    "Which objectives are at risk?": """
        SELECT count(*) FILTER (is_at_risk) || ' of ' || count(*) || ' open ones'
            || coalesce(', first "' || min(name) FILTER (is_at_risk) || '"', '')
        FROM {marts}.objective_progress WHERE is_open""",
    "Which reviews are overdue?": """
        SELECT count(*) FILTER (is_overdue) || ' of ' || count(*) || ' not finalized' || coalesce(
            ', most of them in "' || mode(cycle_title) FILTER (is_overdue) || '"', '')
        FROM {marts}.review_progress WHERE is_published AND NOT is_finalized AND NOT is_cycle_complete""",
}


def answers(connection: duckdb.DuckDBPyConnection, now: datetime) -> Mapping[str, str]:
    """Question and answer, in order."""
    found = {}
    for question, query in QUESTIONS.items():
        row = connection.execute(query.format(marts="sevens_marts", today=now.date().isoformat())).fetchone()
        found[question] = str(row[0]) if row else ""
    return found
