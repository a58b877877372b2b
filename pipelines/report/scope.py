"""What a report is of: which companies, and which day is today for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from pipelines.report.marts import Marts
from pipelines.report.zones import zone
from sources.core.errors import ConfigurationError

WEEK = timedelta(days=7)
WEEKS = 8  # shown in charts by week
DAYS = 28  # shown in charts by day


@dataclass(frozen=True)
class Company:
    """One company, by its GUID. Weeks begin on `week_starts_on` (0 is Monday); today is where most shifts are."""

    guid: str
    slug: str
    name: str
    today: date
    week_starts_on: int = 0

    @property
    def yesterday(self) -> date:
        return self.today - timedelta(days=1)

    @property
    def this_week(self) -> date:
        """First day of the week that today is in."""
        return self.week_of(self.today)

    @property
    def last_week(self) -> date:
        """First day of the last full week."""
        return self.this_week - WEEK

    @property
    def last_days(self) -> list[date]:
        """The days of the last full week."""
        return [self.last_week + timedelta(days=one) for one in range(7)]

    @property
    def weeks(self) -> list[date]:
        """First days of the last full weeks, the oldest first."""
        return [self.this_week - WEEK * back for back in range(WEEKS, 0, -1)]

    def week_of(self, day: date) -> date:
        """First day of the week that a day is in."""
        return day - timedelta(days=(day.weekday() - self.week_starts_on) % 7)


@dataclass(frozen=True)
class Scope:
    """The companies of a report and its moments, in UTC: the one that its windows end at, when the vendors were last
    read in full (their time), and the one from which ages count: the writing, or the day that was chosen as today."""

    companies: tuple[Company, ...]
    as_of: datetime
    read_at: datetime | None
    looked_at: datetime

    @property
    def since(self) -> date:
        """The first day of the charts by week."""
        return min((company.weeks[0] for company in self.companies), default=self.as_of.date())

    @property
    def months(self) -> list[date]:
        """First days of the last twelve months, the present one included."""
        last = self.as_of.year * 12 + self.as_of.month - 1
        return [date(index // 12, index % 12 + 1, 1) for index in range(last - 11, last + 1)]


def scope(marts: Marts, slugs: Sequence[str], as_of: date | None) -> Scope:
    """The companies of the marts, or those chosen by slug. Without `as_of` now is when the vendors were last read in
    full. Raises `ConfigurationError` for a slug that nobody has."""
    looked_at = datetime.now(timezone.utc)
    if as_of:
        as_of = date(as_of.year, as_of.month, as_of.day)  # of a moment only the day
        looked_at = datetime(as_of.year, as_of.month, as_of.day, 12, tzinfo=timezone.utc)
    readings = [entry["as_of"].astimezone(timezone.utc) for entry in marts.entries if entry["as_of"]]
    read_at = max(readings, default=None)
    now = looked_at if as_of else read_at or looked_at
    known = _known(marts)
    there = {slug for of_company in known.values() for slug in of_company}
    unknown = sorted(set(slugs) - there)
    if unknown:
        raise ConfigurationError(f"No company {', '.join(unknown)} was loaded. There are: {', '.join(sorted(there))}.")
    names = {guid: rows[0]["company"] for sql in (_NETWORKS, _NAMES) for guid, rows in marts.rows(sql).items()}
    zones = {guid: rows[0]["timezone"] for guid, rows in marts.rows(_ZONES).items()}
    starts = {guid: rows[0]["week_start"].weekday() for guid, rows in marts.rows(_STARTS).items()}
    found = [
        Company(guid, own[0], names.get(guid) or own[0], as_of or _local(now, zones.get(guid)), starts.get(guid, 0))
        for guid, own in known.items()
        if not slugs or set(own) & set(slugs)
    ]
    found.sort(key=lambda company: (company.name.lower(), company.guid))
    return Scope(tuple(found), now, read_at, looked_at)


def _known(marts: Marts) -> dict[str, list[str]]:
    """The slugs of each GUID; a company that no log names goes by its GUID."""
    known: dict[str, list[str]] = {}
    for entry in marts.entries:
        own = known.setdefault(entry["guid"], []) if entry["guid"] else []
        if entry["company"] not in own:
            own.append(entry["company"])
    for mart in sorted(marts.names & set(WHOSE)):
        for guid in marts.rows(f"SELECT DISTINCT company_guid FROM {{{mart}}}"):
            known.setdefault(guid, [guid])
    return known


def _local(now: datetime, name: str | None) -> date:
    return now.astimezone(zone(name)).date()


# The marts that have a row of every company of their source.
WHOSE = ("employees", "objective_progress", "engagement_monthly", "people")
_NAMES = "SELECT company_guid, max(company) AS company FROM {headcount_and_turnover_monthly} GROUP BY company_guid"
_NETWORKS = "SELECT company_guid, max(company) AS company FROM {engagement_monthly} GROUP BY company_guid"
_ZONES = """
SELECT company_guid, timezone, count(*) AS shifts FROM {shift_attendance}
GROUP BY company_guid, timezone ORDER BY company_guid, shifts DESC, timezone"""
_STARTS = "SELECT company_guid, max(week_start) AS week_start FROM {overtime_weekly} GROUP BY company_guid"
