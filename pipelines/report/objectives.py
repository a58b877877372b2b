"""Objectives: which are on course, which are not and why, and whether people check in on them."""

from __future__ import annotations

from pipelines.report import charts
from pipelines.report.marts import Marts, Row
from pipelines.report.page import Figure, Figures, Part, Section, Series, Table
from pipelines.report.periods import months
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import first, gaps, more, section, total
from pipelines.report.wording import count, day, of, percent, shown

LEAD = (
    "As 7Geese showed them to whoever reads. An open objective is at risk if it is overdue, somebody said that it is "
    "off track, or it is behind the time that has passed. Names and owners of private ones are left out."
)
NEEDS = ("objective_progress", "key_result_progress", "engagement_monthly")
REASONS = (("overdue", "Overdue"), ("off_track", "Off track"), ("behind", "Behind schedule"))
KINDS = (("On course", "base"), ("At risk", "warn"), ("Not visible now", "soft"))
MOST = 10


def objectives(marts: Marts, scope: Scope) -> Section:
    """The section, a block per network of 7Geese."""
    counts, risks = marts.rows(COUNTS), marts.rows(RISKS)
    results, engaged = marts.rows(RESULTS), marts.rows(ENGAGED, scope.months[0])

    def parts(company: Company) -> list[Part]:
        made: list[Part] = []
        for row in counts.get(company.guid, []):
            made += [
                _standing(row, next(iter(results.get(company.guid, [])), None)),
                _states(company, row),
                _risks(risks.get(company.guid, [])),
            ]
        if company.guid in engaged:
            made.insert(2, months("Check-ins by month", "check-ins", company, scope, engaged[company.guid], "checkins"))
        return made

    return section("objectives", "Objectives", LEAD, scope, parts, gaps(marts, ["seven_geese"], *NEEDS))


def _standing(row: Row, results: Row | None) -> Figures:
    items = [
        Figure(
            "Open objectives", count(row["open"]), f"closed: {count(row['closed'])}, drafts: {count(row['drafts'])}"
        ),
        Figure("At risk", count(row["at_risk"]), f"{percent(row['at_risk'], row['open'])} of the open"),
        Figure("Without check-in", count(row["silent"]), "for longer than the limit, 30 days unless set"),
        Figure("Serve another", of(row["aligned"], row["open"]), "open objectives with a parent"),
    ]
    if results:
        items.append(Figure("Key results reached", of(results["reached"], results["present"]), "of open objectives"))
    return Figures("As of the last transform", tuple(items))


def _states(company: Company, row: Row) -> Part:
    states = [("On course", "On course", row["judged"] - total([row], "at_risk"))]
    states += [("At risk", name, row[column]) for column, name in REASONS]
    if row["open"] > row["judged"]:
        states.append(("Not visible now", "Not visible now", row["open"] - row["judged"]))
    table = Table(
        f"Open objectives by state, {company.name}",
        ("State", "Objectives"),
        tuple((name, count(value)) for _, name, value in states),
    )
    series = [
        Series(kind, tone, tuple(int(value) if own == kind else 0 for own, _, value in states))
        for kind, tone in KINDS
        if any(own == kind for own, _, _ in states)
    ]
    return charts.rows("Open objectives by state", "objectives", [name for _, name, _ in states], series, table)


def _risks(rows: list[Row]) -> Table:
    return Table(
        "Objectives at risk, the earliest due first",
        ("Objective", "Owner", "Why", "Due", "Progress", "Time passed"),
        tuple(
            (
                _name(row),
                _owners(row),
                row["risk_reason"],
                day(row["due_at"]),
                percent(row["progress_percent"]),
                percent(row["expected_progress_percent"]),
            )
            for row in rows
        ),
        left=3,
        more=more(rows, "are at risk"),
    )


def _name(row: Row) -> str:
    if row["is_private"]:
        return f"private objective {row['objective_id']}"
    return shown(row["name"]) if row["name"] else f"objective {row['objective_id']}"


def _owners(row: Row) -> str:
    if row["owner_names"] and not row["is_private"]:
        return shown(row["owner_names"])
    return f"{count(row['owner_count'])} people" if row["owner_count"] != 1 else "1 person"


COUNTS = """
SELECT company_guid, count(*) FILTER (WHERE is_open) AS open, count(*) FILTER (WHERE is_closed) AS closed,
       count(*) FILTER (WHERE is_open AND NOT is_unseen) AS judged, count(*) FILTER (WHERE is_draft) AS drafts,
       count(*) FILTER (WHERE is_at_risk) AS at_risk, count(*) FILTER (WHERE risk_reason = 'overdue') AS overdue,
       count(*) FILTER (WHERE risk_reason = 'off track') AS off_track,
       count(*) FILTER (WHERE risk_reason = 'behind schedule') AS behind,
       count(*) FILTER (WHERE is_without_checkin) AS silent,
       count(*) FILTER (WHERE is_open AND parent_count > 0) AS aligned
FROM {objective_progress} GROUP BY company_guid"""

RISKS = first(
    MOST,
    "objective_id, name, is_private, owner_names, owner_count, risk_reason, due_at, "
    "progress_percent, expected_progress_percent",
    "FROM {objective_progress} WHERE is_at_risk",
    "CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, objective_id",
)

RESULTS = """
SELECT company_guid, count(*) AS present, count(*) FILTER (WHERE is_reached) AS reached
FROM {key_result_progress} WHERE is_objective_open GROUP BY company_guid"""

ENGAGED = (
    "SELECT company_guid, month, checkins FROM {engagement_monthly} WHERE month >= %s ORDER BY company_guid, month"
)
