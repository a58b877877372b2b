"""What the marts of 7shifts have to hold, worked out in Python from what the vendor showed. Nothing here is read from
the dbt project: the rules are written again, from docs/metrics.md, as a walk over moments instead of sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

import pendulum

from tests.dbt.shifts_build import AS_OF, Row, World

NOW = pendulum.instance(AS_OF)
READ = NOW.subtract(hours=1)  # when the third load began, by the vendor's clock


def moment(text: str | None) -> pendulum.DateTime | None:
    """A vendor's time, in UTC."""
    found = pendulum.parse(text) if text else None
    assert found is None or isinstance(found, pendulum.DateTime)
    return found


def money(cents: Fraction | int) -> Decimal:
    """Cents as an amount, half a cent rounded up."""
    exact = Decimal(Fraction(cents).numerator) / Decimal(Fraction(cents).denominator)
    return (exact / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass
class Rate:
    """A wage as it was listed: from `effective` on, or for an edit from the moment of the edit."""

    id: int
    role: int | None
    cents: int
    salary: bool
    effective: str
    edited: pendulum.DateTime | None = None
    gone: pendulum.DateTime | None = None

    def begins(self, zone: str) -> pendulum.DateTime:
        midnight = pendulum.parse(self.effective, tz=zone)
        assert isinstance(midnight, pendulum.DateTime)
        return max(midnight, self.edited) if self.edited else midnight


@dataclass
class Piece:
    """Time of a punch within which nothing changes."""

    day: date
    seconds: int
    paid: bool
    source: str = ""
    cents: int = 0


@dataclass
class Company:
    """One company of the world."""

    world: World
    guid: str
    rates: dict[int, list[Rate]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        last: dict[int, Rate] = {}
        since = None
        for at, listings in self.world.wages:
            now = pendulum.instance(at)
            rows = {row["id"]: row for row in listings[self.guid]}
            for key, row in rows.items():
                known = last.get(key)
                if known and known.cents == row["wage_cents"] and not known.gone:
                    continue
                touched = moment(row["modified"])
                edited = None
                if known and known.effective == row["effective_date"]:
                    edited = touched if touched and since and since < touched <= now else now
                last[key] = Rate(key, row["role_id"], row["wage_cents"], row["wage_type"] == "weekly_salary",
                                 row["effective_date"], edited)  # fmt: skip
                self.rates[row["user_id"]].append(last[key])
            for key in last.keys() - rows.keys():
                last[key].gone = last[key].gone or now
            since = now

    def rows(self, table: str) -> dict[int, Row]:
        return {row["id"]: row for row in self.world.shown[self.guid][table]}

    @cached_property
    def punches(self) -> dict[int, Row]:
        """Live punches with the place filled in."""
        shifts, roles, places = self.rows("shifts"), self.rows("roles"), self.rows("locations")
        found = {}
        for key, row in self.rows("time_punches").items():
            if row["deleted"]:
                continue
            shift = shifts.get(row["shift_id"], {})
            role = row["role_id"] or shift.get("role_id") or None
            department = row["department_id"] or shift.get("department_id")
            department = department or roles.get(role or 0, {}).get("department_id")
            place = places[row["location_id"]]
            found[key] = {**row, "role_id": role, "department_id": department or None, "zone": place["timezone"],
                          "in": moment(row["clocked_in"]), "out": moment(row["clocked_out"]),
                          "place": place}  # fmt: skip
        return found

    def in_force(self, user: int, role: int | None, at: pendulum.DateTime, zone: str) -> Rate | None:
        """The rate for just this role (None: for all roles)."""
        begun = [rate for rate in self.rates[user] if rate.role == role and rate.begins(zone) <= at]
        if not begun:
            return None
        newest = max(begun, key=lambda rate: (rate.begins(zone), rate.effective, rate.id))
        return None if newest.gone and newest.gone <= at else newest

    def price(self, punch: Row, at: pendulum.DateTime) -> tuple[str, int]:
        """Where the wage of a moment comes from, and how many cents an hour it is."""
        own = self.in_force(punch["user_id"], None, at, punch["zone"])
        role = self.in_force(punch["user_id"], punch["role_id"], at, punch["zone"]) if punch["role_id"] else None
        rate = role or own
        if rate:
            return ("salary", 0) if rate.salary else ("wage", rate.cents)
        return ("punch", punch["hourly_wage"]) if punch["hourly_wage"] else ("none", 0)

    def pieces(self, punch: Row) -> Iterator[Piece]:
        """A closed punch, cut wherever anything could change."""
        start, end, zone = punch["in"], punch["out"], punch["zone"]
        breaks = [(moment(each["in"]), moment(each["out"])) for each in punch["breaks"]
                  if not each["paid"] and not each["deleted"] and each["out"]]  # fmt: skip
        cuts = {start, end, *(time for each in breaks for time in each)}
        cuts |= {rate.begins(zone) for rate in self.rates[punch["user_id"]]}
        cuts |= {rate.gone for rate in self.rates[punch["user_id"]] if rate.gone}
        midnight = start.in_timezone(zone).start_of("day")
        while midnight < end:
            cuts.add(midnight)
            midnight = midnight.add(days=1)
        inside = sorted(cut for cut in cuts if start <= cut <= end)
        for begin, until in pairwise(inside):
            paid = not any(one <= begin < other for one, other in breaks)
            yield Piece(begin.in_timezone(zone).date(), round((until - begin).total_seconds()), paid,
                        *self.price(punch, begin))  # fmt: skip

    @cached_property
    def worked(self) -> dict[int, list[Piece]]:
        return {key: list(self.pieces(row)) if row["out"] else [] for key, row in self.punches.items()}

    def week(self, day: date) -> date:
        """The first day of the company's week."""
        first = next(iter(self.rows("companies").values()))["start_week_on"] % 7
        return day - timedelta(days=(day.isoweekday() - first) % 7)

    def jurisdiction(self, place: Row) -> str | None:
        country = "US" if place["country"] == "US" else None
        return {"California": "US-CA", "Ontario": "CA-ON"}.get(place["state"], country)


def key_of(punch: Row) -> tuple[Any, ...]:
    return punch["location_id"], punch["department_id"], punch["role_id"]
