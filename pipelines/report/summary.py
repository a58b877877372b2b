"""The summary: what an operator and an HR lead look for first, a card per company."""

from __future__ import annotations

from datetime import timedelta

from pipelines.report.labour import ATTENDANCE, COST
from pipelines.report.marts import Marts, Row
from pipelines.report.objectives import COUNTS
from pipelines.report.overtime import PER_DAY, RISKS, WEEKLY, at_risk
from pipelines.report.page import Block, Figure, Figures, Section, Sentence
from pipelines.report.reviews import BY_CYCLE
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import MANY, total
from pipelines.report.wording import NONE, age, count, day, hours, money, of, percent, person, week

LEAD = "Each company's last full week and how things stand now. Everything is explained further down."


STALE = timedelta(days=2)
Asked = dict[str, list[Row]]
QUESTIONS = {"cost": COST, "breaks": PER_DAY, "risks": RISKS, "weeks": WEEKLY, "shifts": ATTENDANCE}


def summary(marts: Marts, scope: Scope) -> Section:
    """The section, a card per company."""
    answers = {name: marts.rows(sql, scope.since) for name, sql in QUESTIONS.items()}
    answers |= {"objectives": marts.rows(COUNTS), "cycles": marts.rows(BY_CYCLE)}
    blocks = []
    for company in scope.companies[:MANY]:
        asked = {name: rows.get(company.guid, []) for name, rows in answers.items()}
        cards = (
            Figures("Now", (*_work_now(company, asked, marts), *_people_now(asked))),
            Figures(f"Last full week, {week(company.last_week)}", _last_week(company, asked)),
        )
        shown = tuple(card for card in cards if card.items)
        blocks.append(Block(company.name, shown or (Sentence("The marts have nothing of this company."),)))
    left = len(scope.companies) - MANY
    gaps = [f"{left} more companies are left out: a page shows {MANY}. Choose with --company."] if left > 0 else []
    if scope.read_at and scope.looked_at - scope.read_at > STALE:
        old = age(scope.read_at, scope.looked_at)
        gaps.append(f"The newest data here is {old} old. To read what is new: sevens run all.")
    return Section("summary", "Summary", LEAD, tuple(blocks), tuple(gaps))


def _work_now(company: Company, asked: Asked, marts: Marts) -> list[Figure]:
    found: list[Figure] = []
    if asked["cost"]:
        found.append(_yesterday(company, asked["cost"]))
    if asked["cost"] and "overtime_weekly" in marts.names:
        risky = at_risk(company, asked["risks"])[:1]
        who = [person(row["employee"], "user", row["user_id"]) for row in risky] or ["Nobody"]
        how = [f"{hours(row['projected'])} hours of it if all shifts are worked" for row in risky] or ["this week"]
        found.append(Figure("Top overtime risk", who[0], how[0]))
    if asked["breaks"]:
        own = [row for row in asked["breaks"] if row["day"] in company.last_days]
        note = f"of {count(total(own, 'due'))} required, {week(company.last_week)}"
        found.append(Figure("Breaks missed", count(total(own, "missed")), note))
    return found


def _yesterday(company: Company, cost: list[Row]) -> Figure:
    """Without a row there is no figure: nobody worked, or the marts are older than the data."""
    own = [row for row in cost if row["day"] == company.yesterday]
    note = day(company.yesterday)
    if not own:
        last = max((row["day"] for row in cost if row["day"] < company.today), default=None)
        note = f"nothing on {note}; the last day with cost is {day(last)}"
    return Figure("Labour cost yesterday", money(total(own, "cost") if own else None), note)


def _people_now(asked: Asked) -> list[Figure]:
    found = [
        Figure("Objectives at risk", count(row["at_risk"]), f"of {count(row['open'])} open")
        for row in asked["objectives"]
    ]
    if asked["cycles"]:
        overdue, going = total(asked["cycles"], "overdue"), total(asked["cycles"], "going")
        found.append(Figure("Reviews overdue", count(overdue), f"of {count(overdue + going)} not finalized"))
    return found


def _last_week(company: Company, asked: Asked) -> tuple[Figure, ...]:
    cost = [row for row in asked["cost"] if row["day"] in company.last_days]
    days = [row for row in asked["shifts"] if row["day"] in company.last_days]
    weeks = [row for row in asked["weeks"] if row["week_start"] == company.last_week]
    found: list[Figure] = []
    if cost:
        found += [Figure("Labour cost", money(total(cost, "cost"))), Figure("Paid hours", hours(total(cost, "hours")))]
    if weeks:
        found.append(Figure("Overtime hours", hours(total(weeks, "daily") + total(weeks, "weekly"))))
    if days:
        shifts = total(days, "shifts")
        found += [
            Figure("Late arrivals", percent(total(days, "late"), shifts)),
            Figure("No-shows", of(total(days, "no_show"), shifts) if shifts else NONE),
        ]
    return tuple(found)
