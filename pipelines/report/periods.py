"""Charts over time: measures by day, week or month, from the first one that has rows, with the table behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile

from pipelines.report import charts
from pipelines.report.marts import Row
from pipelines.report.page import Part, Sentence, Series, Table
from pipelines.report.scope import WEEK as SEVEN_DAYS
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import total
from pipelines.report.wording import Number, count, day, month, short_day, week


@dataclass(frozen=True)
class Measure:
    """A column to add up. With a tone it is in the chart too, without only in the table."""

    column: str
    name: str
    tone: str = ""
    write: Callable[[Number], str] = count


@dataclass(frozen=True)
class Period:
    """How the periods of a chart are written in the table and under the bars, and how many of those labels."""

    name: str
    long: Callable[[date], str]
    short: Callable[[date], str]
    every: int


def by_week(company: Company, rows: Sequence[Row]) -> dict[date, list[Row]]:
    """Rows of days by the week they are in, of the last full weeks."""
    return {start: [row for row in rows if start <= row["day"] < start + SEVEN_DAYS] for start in company.weeks}


DAY = Period("Day", lambda value: f"{value:%a} {day(value)}", short_day, 7)
WEEK = Period("Week", week, short_day, 2)
MONTH = Period("Month", month, lambda value: f"{value:%b}", 1)


def over_time(
    title: str, unit: str, company: str, period: Period, rows: Mapping[date, Sequence[Row]], measures: Sequence[Measure]
) -> Part:
    """Rows by the first day of their period, in order. Leading periods without rows are left out: nothing was known
    then, which is not zero."""
    known = dict(dropwhile(lambda one: not one[1], rows.items()))
    drawn = [measure for measure in measures if measure.tone]
    if not any(total(own, measure.column) for own in known.values() for measure in drawn):
        names = ", ".join(measure.name.lower() for measure in drawn)
        return Sentence(f"{title}: none in the periods shown ({names}).")
    table = Table(
        f"{title}, {company}",
        (period.name, *(measure.name for measure in measures)),
        tuple(
            (period.long(start), *(measure.write(total(own, measure.column)) for measure in measures))
            for start, own in known.items()
        ),
    )
    series = [
        Series(measure.name, measure.tone, tuple(float(total(own, measure.column)) for own in known.values()))
        for measure in drawn
    ]
    labels = [period.short(start) for start in known]
    return charts.columns(title, unit, labels, series, table, period.every, drawn[0].write)


def months(title: str, unit: str, company: Company, scope: Scope, rows: Sequence[Row], column: str) -> Part:
    """One count by month, of the last twelve."""
    by_month = {one: [row for row in rows if row["month"] == one] for one in scope.months}
    measures = (Measure(column, unit.capitalize(), "base"),)
    return over_time(title, f"{unit}, up to {month(scope.months[-1])}", company.name, MONTH, by_month, measures)
