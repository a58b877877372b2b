"""The figures of each mart of 7shifts, from the walk in `shifts_truth`."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pendulum

from tests.dbt.shifts_build import Row
from tests.dbt.shifts_truth import NOW, READ, Company, key_of, moment, money

HOUR = 3600
OVERTIME = {"US": (40, None, None), "US-CA": (40, 8, 12), "CA-ON": (44, None, None)}
BREAKS = {
    "US-CA": (("US-CA meal 1", 1, 5, 6), ("US-CA meal 2", 2, 10, 12)),
    "CA-ON": (("CA-ON eating period", 1, 5, 0),),
}
Figures = dict[tuple[Any, ...], tuple[Any, ...]]


def worked_hours(company: Company) -> Figures:
    """(date, person, place) -> clocked, paid and unapproved seconds, punches, open punches."""
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, 0, 0, set(), 0])
    for key, punch in company.punches.items():
        for piece in company.worked[key]:
            row = found[(piece.day, punch["user_id"], *key_of(punch))]
            row[0] += piece.seconds
            row[1] += piece.seconds * piece.paid
            row[2] += piece.seconds * (piece.paid and not punch["approved"])
            row[3].add(key)
        if not punch["out"]:
            row = found[(punch["in"].in_timezone(punch["zone"]).date(), punch["user_id"], *key_of(punch))]
            row[3].add(key)
            row[4] += 1
    return {key: (*row[:3], len(row[3]), row[4]) for key, row in found.items()}


def labor_cost(company: Company) -> Figures:
    """(date, place) -> people, paid seconds, hourly and salaried cost, seconds by source of the wage."""
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [set(), 0, 0, 0, Counter()])
    for key, punch in company.punches.items():
        for piece in company.worked[key]:
            if piece.paid:
                row = found[(piece.day, *key_of(punch))]
                row[0].add(punch["user_id"])
                row[1] += piece.seconds
                row[2] += piece.seconds * piece.cents
                row[4][piece.source] += piece.seconds
    for day, user, place, cents in _salaries(company):
        found[(day, *place)][0].add(user)
        found[(day, *place)][3] += cents
    return {
        key: (len(people), seconds, money(Fraction(pay, HOUR)), money(salary),
              sources["salary"], sources["punch"], sources["none"])
        for key, (people, seconds, pay, salary, sources) in found.items()
    }  # fmt: skip


def _salaries(company: Company) -> list[tuple[date, int, tuple[Any, ...], int]]:
    first = min(piece.day for pieces in company.worked.values() for piece in pieces)
    roles, places, found = company.rows("roles"), company.rows("locations"), []
    homes = {row["user_id"]: roles[row["role_id"]] for row in company.world.shown[company.guid]["role_assignments"]
             if row["is_primary"]}  # fmt: skip
    for user, home in homes.items():
        zone, day = places[home["location_id"]]["timezone"], first
        while day <= READ.in_timezone(zone).date():
            night = pendulum.datetime(day.year, day.month, day.day, 23, 59, 59, tz=zone)
            rate = company.in_force(user, None, night, zone)
            if rate and rate.salary:
                at = (day - company.week(day)).days
                cents = rate.cents * (at + 1) // 7 - rate.cents * at // 7
                found.append((day, user, (home["location_id"], home["department_id"], home["id"]), cents))
            day += timedelta(days=1)
    return found


def overtime(company: Company) -> Figures:
    """(person, week) -> jurisdiction, days, paid, daily and weekly overtime, double time, straight pay, premium."""
    weeks: dict[tuple[int, date], list[Any]] = defaultdict(lambda: [Counter(), Counter(), 0, False, 0])
    for key, punch in company.punches.items():
        for piece in company.worked[key]:
            if piece.paid:
                row = weeks[(punch["user_id"], company.week(piece.day))]
                row[0][piece.day] += piece.seconds
                row[1][punch["location_id"]] += piece.seconds
                row[2] += piece.seconds * piece.cents
                row[3] |= piece.source == "salary"
                row[4] += piece.seconds * (piece.source != "none")
    found = {}
    for (user, week), (days, spots, pay, salaried, priced) in weeks.items():
        place = min(spots, key=lambda spot: (-spots[spot], spot))
        rule = company.jurisdiction(company.rows("locations")[place])
        daily, double, weekly = _split(days, week, rule)
        paid = sum(days.values())
        premium = None if salaried or (not priced and daily + weekly + double) else money(0)
        if priced and not salaried:
            premium = money(Fraction(pay, priced) * (daily + weekly + 2 * double) / (2 * HOUR))
        found[(user, week)] = (rule, len(days), paid, daily, weekly, double, money(Fraction(pay, HOUR)), premium)
    return found


def _split(days: Counter[date], week: date, rule: str | None) -> tuple[int, int, int]:
    """Daily overtime, double time and weekly overtime of a week, in seconds."""
    if rule is None:
        return 0, 0, 0
    weekly, daily, double = OVERTIME[rule]
    half = whole = 0
    for day, seconds in days.items():
        if daily is None or double is None:
            continue
        seventh = len(days) == 7 and day == week + timedelta(days=6)
        free, full = (0, daily * HOUR) if seventh else (daily * HOUR, double * HOUR)
        whole += max(0, seconds - full)
        half += max(0, min(seconds, full) - free)
    return half, whole, max(0, sum(days.values()) - half - whole - weekly * HOUR)


def attendance(company: Company) -> Figures:
    """Id -> status, matched by, punches, whole minutes late, whole minutes left early, paid seconds."""
    shifts = {key: row for key, row in company.rows("shifts").items() if not row["deleted"] and row["user_id"]}
    belongs: dict[str, list[tuple[Row, str | None]]] = {f"shift:{key}": [] for key in shifts}
    for key, punch in company.punches.items():
        named = shifts.get(punch["shift_id"])
        if named and named["user_id"] == punch["user_id"]:
            belongs[f"shift:{named['id']}"].append((punch, "shift_id"))
            continue
        near = [(abs((moment(row["start"]) - punch["in"]).total_seconds()), one) for one, row in shifts.items()
                if row["user_id"] == punch["user_id"] and moment(row["end"]) > punch["in"]
                and moment(row["start"]) <= punch["in"].add(minutes=120)]  # fmt: skip
        if near:
            belongs[f"shift:{min(near)[1]}"].append((punch, "nearest_shift"))
        else:
            belongs[f"punch:{key}"] = [(punch, None)]
    return {(name,): _judged(company, shifts.get(int(name[6:])), punches) for name, punches in belongs.items()}


def _judged(company: Company, shift: Row | None, punches: list[tuple[Row, str | None]]) -> tuple[Any, ...]:
    rows, matched = [punch for punch, _ in punches], min((by for _, by in punches if by), default=None)
    still, late, early = any(not row["out"] for row in rows), 0, 0
    paid = sum(piece.seconds for row in rows for piece in company.worked[row["id"]] if piece.paid)
    if shift is None:
        lost = still and max(row["in"] for row in rows).add(hours=16) < READ
        return ("missing_punch_out" if lost else "unscheduled", matched, len(rows), 0, 0, paid)
    start, end = moment(shift["start"]), moment(shift["end"])
    if rows and min(row["in"] for row in rows) > start.add(minutes=5):
        late = int((min(row["in"] for row in rows) - start).total_seconds() // 60)
    if rows and not still and not shift["close"] and not shift["business_decline"]:
        gone = max(row["out"] for row in rows)
        early = int((end - gone).total_seconds() // 60) if gone < end.subtract(minutes=5) else 0
    if still:
        last = max(row["in"] for row in rows)
        over = last.add(hours=16) if shift["close"] or shift["business_decline"] else end.add(hours=2)
        status = "missing_punch_out" if over < READ else "not_known" if over < NOW else "on_the_clock"
    elif rows:
        status = "worked"
    elif shift["attendance_status"] == "sick":
        status = "sick"
    else:
        status = "upcoming" if end > NOW else "no_show" if _stayed_away(company, shift) else "not_known"
    return (status, matched, len(rows), late, early, paid)


def _stayed_away(company: Company, shift: Row) -> bool:
    """A manager says so; or people clocked in at the place at the time, that was read, and no manager saw them come."""
    times = [row["in"] for row in company.punches.values() if row["location_id"] == shift["location_id"]]
    clocked = bool(times) and min(times) < moment(shift["end"]) <= min(max(times).add(days=7), READ)
    return shift["attendance_status"] == "no_show" or (clocked and shift["attendance_status"] != "late")


def breaks(company: Company) -> Figures:
    """(period, rule) -> status, longest stretch in seconds."""
    found: Figures = {}
    for period in _periods(company):
        rule = company.jurisdiction(period[0]["place"])
        paid = sum(piece.seconds for row in period for piece in company.worked[row["id"]] if piece.paid)
        for name, number, after, waivable in BREAKS.get(rule or "", ()):
            if paid > after * HOUR:
                found[(period[0]["id"], name)] = _break(period, number, after, paid <= waivable * HOUR)
    return found


def _periods(company: Company) -> list[list[Row]]:
    periods: list[list[Row]] = []
    for punch in sorted(company.punches.values(), key=lambda row: (row["user_id"], row["in"], row["id"])):
        same = periods and periods[-1][0]["user_id"] == punch["user_id"]
        if same and punch["in"] <= max(row["out"] or row["in"] for row in periods[-1]).add(hours=2):
            periods[-1].append(punch)
        else:
            periods.append([punch])
    return [period for period in periods if all(row["out"] for row in period)]


def _break(period: list[Row], number: int, limit: int, waivable: bool) -> tuple[str, int]:
    start, end, taken = period[0]["in"], max(row["out"] for row in period), []
    for at, row in enumerate(period):
        for each in row["breaks"]:
            if not each["deleted"] and each["out"]:
                span = max(moment(each["in"]), row["in"]), min(moment(each["out"]), row["out"])
                taken.append((*span, each["paid"]))
        before = max((one["out"] for one in period[:at]), default=row["in"])
        taken.append((before, row["in"], False))
    taken = sorted(each for each in taken if each[1] > each[0])
    meals = [each for each in taken if (each[1] - each[0]).total_seconds() >= 1800]
    marks = [start, *(time for each in meals for time in each[:2]), end]
    longest = max(int((marks[at + 1] - marks[at]).total_seconds()) for at in range(0, len(marks), 2))
    if number <= len(meals):
        meal = meals[number - 1]
        away = sum((each[1] - each[0]).total_seconds() for each in taken[: taken.index(meal)] if not each[2])
        in_time = (meal[0] - start).total_seconds() - away <= limit * HOUR
    else:
        in_time = False
    if (longest <= limit * HOUR) if period[0]["place"]["state"] == "Ontario" else in_time:
        return "met", longest
    if waivable and len(meals) >= number - 1:
        return "waivable", longest
    if number <= len(meals):
        return "late", longest
    short = [each for each in taken if not each[2] or each in meals]
    return "short" if number <= len(short) else "missed", longest
