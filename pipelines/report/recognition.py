"""Recognition: how much there is of it, and between whom."""

from __future__ import annotations

from pipelines.report.marts import Marts, Row
from pipelines.report.page import Figure, Figures, Part, Section, Table
from pipelines.report.periods import months
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import first, gaps, more, section, total
from pipelines.report.wording import count, day, month, person

LEAD = (
    "Who recognises whom; a recognition for three people is one given and three received. What people wrote is not "
    "shown. Months are in UTC."
)
NEEDS = ("recognition_given_received", "recognition_pairs", "engagement_monthly")
MOST = 8
RECENT = 3  # months that the tables of people look at, the present one included


def recognition(marts: Marts, scope: Scope) -> Section:
    """The section, a block per network of 7Geese."""
    monthly, people = marts.rows(MONTHLY, scope.months[0]), marts.rows(PEOPLE, scope.months[-RECENT])
    pairs, edges = marts.rows(PAIRS), marts.rows(EDGES)

    def parts(company: Company) -> list[Part]:
        rows, made = monthly.get(company.guid, []), list[Part]()
        if rows or company.guid in edges:
            made.append(_last(scope, rows, edges.get(company.guid, [])))
        if rows:
            made.append(months("Recognitions by month", "recognitions", company, scope, rows, "recognitions"))
        return [*made, _people(scope, people.get(company.guid, [])), _pairs(pairs.get(company.guid, []))]

    return section("recognition", "Recognition", LEAD, scope, parts, gaps(marts, ["seven_geese"], *NEEDS))


def _last(scope: Scope, rows: list[Row], edges: list[Row]) -> Figures:
    full = scope.months[-2]
    last = [row for row in rows if row["month"] == full]
    items = (
        [
            Figure("Recognitions", count(total(last, "recognitions"))),
            Figure("People who gave", count(total(last, "people_thanking"))),
            Figure("People who received", count(total(last, "people_thanked"))),
        ]
        if rows
        else []
    )
    items += [Figure("Mutual pairs", count(row["mutual"]), f"of {count(row['pairs'])} pairs ever") for row in edges]
    return Figures(f"Last full month, {month(full)}", tuple(items))


def _people(scope: Scope, rows: list[Row]) -> Table:
    return Table(
        f"Most active since {month(scope.months[-RECENT])}",
        ("Person", "Given", "Received"),
        tuple(
            (person(row["full_name"], "profile", row["profile_id"]), count(row["given"]), count(row["received"]))
            for row in rows
        ),
        more=more(rows, "people gave or received"),
    )


def _pairs(rows: list[Row]) -> Table:
    return Table(
        "Strongest ties, of all time",
        ("From", "To", "Recognitions", "Last"),
        tuple(
            (
                person(row["giver_name"], "profile", row["giver_profile_id"]),
                person(
                    row["receiver_name"],
                    "profile" if row["receiver_kind"] == "person" else "department",
                    row["receiver_id"],
                ),
                count(row["recognitions"]),
                day(row["last_awarded_at"]),
            )
            for row in rows
        ),
        left=2,
    )


MONTHLY = """
SELECT company_guid, month, recognitions, people_thanking, people_thanked
FROM {engagement_monthly} WHERE month >= %s ORDER BY company_guid, month"""

PEOPLE = first(
    MOST,
    "profile_id, max(full_name) AS full_name, sum(given) AS given, sum(received) AS received",
    "FROM {recognition_given_received} WHERE month >= %s GROUP BY company_guid, profile_id",
    "sum(given) + sum(received) DESC, profile_id",
)

PAIRS = first(
    MOST,
    "giver_profile_id, giver_name, receiver_kind, receiver_id, receiver_name, recognitions, last_awarded_at",
    "FROM {recognition_pairs} WHERE NOT is_self",
    "recognitions DESC, last_awarded_at DESC, giver_profile_id, receiver_kind, receiver_id",
)

# A mutual pair has an edge each way: it counts once.
EDGES = """
SELECT company_guid, count(*) FILTER (WHERE is_mutual) / 2 AS mutual,
       count(*) - count(*) FILTER (WHERE is_mutual) / 2 AS pairs
FROM {recognition_pairs} WHERE NOT is_self GROUP BY company_guid"""
