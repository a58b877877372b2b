"""What the demo asks of the built tables: five questions, answered on the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb

# Violations of the last seven days, and people whose week is still running: what somebody can act on today.
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
    "Which breaks were missed in the last week?": """
        SELECT count(*) FILTER (is_violation) || ' of ' || count(*) || ' that were required: '
            || count(*) FILTER (status = 'missed') || ' missed, ' || count(*) FILTER (status = 'late') || ' late, '
            || count(*) FILTER (status = 'short') || ' too short'
        FROM {marts}.break_compliance WHERE business_date >= DATE '{today}' - 7""",
    "Which objectives are at risk?": """
        SELECT count(*) FILTER (is_at_risk) || ' of ' || count(*) || ' open ones'
            || coalesce(', first "' || min(name) FILTER (is_at_risk) || '"', '')
        FROM {marts}.objective_progress WHERE is_open""",
    "Which reviews are overdue?": """
        SELECT coalesce(sum(reviews_overdue), 0)::bigint || ' of ' || coalesce(sum(reviews), 0)::bigint || coalesce(
            ', most of them in "' || arg_max(cycle_title, reviews_overdue) FILTER (reviews_overdue > 0) || '"', '')
        FROM {marts}.review_completion""",
}


def answers(connection: duckdb.DuckDBPyConnection, now: datetime) -> Mapping[str, str]:
    """Question and answer, in order."""
    found = {}
    for question, query in QUESTIONS.items():
        row = connection.execute(query.format(marts="sevens_marts", today=now.date().isoformat())).fetchone()
        found[question] = str(row[0]) if row else ""
    return found
