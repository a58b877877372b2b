"""Reviews and one-on-ones: which cycles are done, where reviews are stuck, and which conversations have lapsed."""

from __future__ import annotations

from pipelines.report import charts
from pipelines.report.marts import Marts, Row
from pipelines.report.page import Figure, Figures, Part, Section, Series, Table
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import first, gaps, more, section, total
from pipelines.report.wording import count, day, of, percent, person, shown

LEAD = (
    "Reviews of published cycles. One is overdue if its end has passed or its step takes longer than the limit (14 "
    "days unless set), and its cycle was not marked complete. Answers and comments are not shown."
)
NEEDS = ("review_progress", "one_on_one_cadence")
MOST, CYCLES = 8, 5
STATES = (("finalized", "Finalized", "base"), ("going", "Under way", "soft"), ("overdue", "Overdue", "bad"),
          ("left_open", "Left when marked complete", ""))  # fmt: skip


def reviews(marts: Marts, scope: Scope) -> Section:
    """The section, a block per network of 7Geese."""
    cycles, steps, stuck = marts.rows(BY_CYCLE), marts.rows(BY_STEP), marts.rows(STUCK)
    cadence, lapsed = marts.rows(CADENCE), marts.rows(LAPSED)

    def parts(company: Company) -> list[Part]:
        own, talks = cycles.get(company.guid, []), cadence.get(company.guid, [])
        made: list[Part] = [_standing(own, talks)] if own or talks else []
        made += [_cycles(company, own)] if own else []
        return [
            *made,
            _steps(steps.get(company.guid, [])),
            _stuck(stuck.get(company.guid, [])),
            _lapsed(lapsed.get(company.guid, [])),
        ]

    return section("reviews", "Reviews and one-on-ones", LEAD, scope, parts, gaps(marts, ["seven_geese"], *NEEDS))


def _standing(cycles: list[Row], talks: list[Row]) -> Figures:
    reviews, done = total(cycles, "reviews"), total(cycles, "finalized")
    items = (
        [
            Figure("Reviews finalized", of(done, reviews), percent(done, reviews)),
            Figure(
                "Reviews overdue",
                count(total(cycles, "overdue")),
                f"{percent(total(cycles, 'overdue'), reviews)} of all",
            ),
        ]
        if cycles
        else []
    )
    items += [
        Figure("One-on-ones lapsed", of(row["lapsed"], row["pairs"]), "active pairs, none planned") for row in talks
    ]
    return Figures("As of the last transform", tuple(items))


def _cycles(company: Company, rows: list[Row]) -> Part:
    table = Table(
        f"Review cycles, {company.name}",
        ("Cycle", "Ends", "Reviews", *(name for _, name, _ in STATES)),
        tuple(
            (_cycle(row), day(row["ends_at"]), count(row["reviews"]), *(count(row[column]) for column, _, _ in STATES))
            for row in rows
        ),
    )
    latest = rows[:CYCLES]
    series = [Series(name, tone, tuple(int(row[column]) for row in latest)) for column, name, tone in STATES if tone]
    return charts.rows("Review cycles", "reviews, the latest cycles", [_cycle(row) for row in latest], series, table)


def _steps(rows: list[Row]) -> Table:
    return Table(
        "Where reviews are that are not finalized",
        ("Step", "Waits for", "Reviews", "Overdue", "Longest, days"),
        tuple(
            (
                row["state"],
                row["waiting_for"] or "nobody known",
                count(row["reviews"]),
                count(row["overdue"]),
                count(row["longest"]),
            )
            for row in rows
        ),
        left=2,
    )


def _stuck(rows: list[Row]) -> Table:
    return Table(
        "Overdue reviews, the longest in their step first",
        ("Review of", "Step", "Waits for", "Days in step"),
        tuple(
            (
                person(row["for_name"], "profile", row["for_profile_id"]),
                row["state"],
                person(row["waiting_for_name"], "profile", row["waiting_for_profile_id"])
                if row["waiting_for_profile_id"] is not None
                else row["waiting_for"] or "nobody known",
                count(row["days_in_step"]),
            )
            for row in rows
        ),
        left=3,
        more=more(rows, "are overdue"),
    )


def _lapsed(rows: list[Row]) -> Table:
    return Table(
        "One-on-ones that have lapsed",
        ("Led by", "With", "Days since the last"),
        tuple(
            (
                person(row["facilitator_name"], "profile", row["facilitator_profile_id"]),
                person(row["participant_name"], "profile", row["participant_profile_id"]),
                count(row["days_since_last"]),
            )
            for row in rows
        ),
        left=2,
        more=more(rows, "have lapsed"),
    )


def _cycle(row: Row) -> str:
    return shown(row["cycle_title"]) if row["cycle_title"] else f"cycle {row['review_cycle_id']}"


BY_CYCLE = """
SELECT company_guid, review_cycle_id, max(cycle_title) AS cycle_title, max(ends_at) AS ends_at, count(*) AS reviews,
       count(*) FILTER (WHERE is_finalized) AS finalized, count(*) FILTER (WHERE is_overdue) AS overdue,
       count(*) FILTER (WHERE NOT is_finalized AND NOT is_overdue AND NOT is_cycle_complete) AS going,
       count(*) FILTER (WHERE NOT is_finalized AND is_cycle_complete) AS left_open
FROM {review_progress} WHERE is_published
GROUP BY company_guid, review_cycle_id
ORDER BY company_guid, CASE WHEN max(ends_at) IS NULL THEN 1 ELSE 0 END, max(ends_at) DESC, review_cycle_id DESC"""

BY_STEP = """
SELECT company_guid, state_code, max(state) AS state, max(waiting_for) AS waiting_for, count(*) AS reviews,
       count(*) FILTER (WHERE is_overdue) AS overdue, max(days_in_step) AS longest
FROM {review_progress} WHERE is_published AND NOT is_finalized AND NOT is_cycle_complete
GROUP BY company_guid, state_code ORDER BY company_guid, reviews DESC, state_code"""

STUCK = first(
    MOST,
    "for_profile_id, for_name, state, waiting_for, waiting_for_profile_id, waiting_for_name, days_in_step",
    "FROM {review_progress} WHERE is_overdue",
    "CASE WHEN days_in_step IS NULL THEN 1 ELSE 0 END, days_in_step DESC, review_id",
)

CADENCE = """
SELECT company_guid, count(*) AS pairs, count(*) FILTER (WHERE is_lapsed) AS lapsed
FROM {one_on_one_cadence} WHERE is_active_pair GROUP BY company_guid"""

LAPSED = first(
    MOST,
    "facilitator_profile_id, facilitator_name, participant_profile_id, participant_name, days_since_last",
    "FROM {one_on_one_cadence} WHERE is_lapsed",
    "days_since_last DESC, facilitator_profile_id, participant_profile_id",
)
