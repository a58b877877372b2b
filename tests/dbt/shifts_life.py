"""What happens in 7shifts in the marts' tests: the cases that seeded weeks do not have, each where it hurts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pendulum

from simulators.seven_shifts import SevenShifts

Row = dict[str, Any]
Person = tuple[Row, Row, Row]  # with a role and its location


@dataclass
class Life:
    """One simulated 7shifts. The first company is in New York and Toronto, the second in Los Angeles and elsewhere."""

    vendor: SevenShifts

    def people(self, guid: str, zone: str, count: int = 4) -> list[Person]:
        """Hourly people of a place who are still there, with their first role and its location."""
        rows = {table: {row["id"]: row for row in self.vendor.rows(guid, table)}
                for table in ("users", "roles", "locations")}  # fmt: skip
        found = []
        for assigned in self.vendor.rows(guid, "role_assignments"):
            user, role = rows["users"][assigned["user_id"]], rows["roles"][assigned["role_id"]]
            place = rows["locations"][role["location_id"]]
            stays = assigned["is_primary"] and user["active"] and user["type"] == "employee"
            if stays and place["timezone"] == zone:
                found.append((user, role, place))
        return found[:count]

    def punch(self, guid: str, person: Person, start: str, hours: float, *breaks: Any, **more: Any) -> Row:
        """On the clock from a local time on; breaks as (minutes after the start, minutes long, paid)."""
        user, role, place = person
        begins = pendulum.parse(start, tz=place["timezone"])
        fields = {"user_id": user["id"], "role_id": role["id"], "location_id": place["id"], "hourly_wage": 1111,
                  "department_id": role["department_id"], "clocked_in": _at(begins),
                  "clocked_out": _at(begins.add(seconds=round(hours * 3600))), **more}  # fmt: skip
        made = self.vendor.create(guid, "time_punches", **fields)
        for after, minutes, paid in breaks:
            out = begins.add(minutes=after + minutes) if minutes else None
            self.vendor.add_break(guid, made["id"], paid=paid, out=_at(out) if out else None,
                                  **{"in": _at(begins.add(minutes=after))})  # fmt: skip
        return made

    def shift(self, guid: str, person: Person, start: str, hours: float, **more: Any) -> Row:
        """A published shift from a local time on."""
        user, role, place = person
        begins = pendulum.parse(start, tz=place["timezone"])
        fields = {"user_id": user["id"], "role_id": role["id"], "department_id": role["department_id"],
                  "location_id": place["id"], "start": _at(begins),
                  "end": _at(begins.add(hours=hours)), **more}  # fmt: skip
        return self.vendor.create(guid, "shifts", **fields)


def _at(moment: Any) -> datetime:
    return datetime.fromtimestamp(moment.timestamp(), pendulum.UTC)


def before(life: Life) -> None:
    """Ahead of the first load: clock changes, midnights, long weeks, and what goes wrong at a time clock."""
    vendor, (first, second) = life.vendor, [company.guid for company in life.vendor.companies]
    vendor.edit(second, "companies", vendor.companies[1].id, start_week_on=0)
    for place in vendor.rows(first, "locations"):
        if place["timezone"] == "America/Vancouver":
            vendor.edit(first, "locations", place["id"], state="Ontario", timezone="America/Toronto")
    one, two, three, four = life.people(first, "America/New_York")
    night = life.shift(first, one, "2026-10-31T23:00", 7)
    life.punch(first, one, "2026-10-31T23:00", 7, (150, 40, False), shift_id=night["id"], role_id=0, department_id=0)
    life.punch(first, one, "2026-03-07T23:00", 6)
    breaks = ((30, 120, False), (40, 10, False), (100, 60, False), (200, 10, True), (900, 0, False))
    life.punch(first, two, "2026-10-20T22:30", 27, *breaks)
    for day in range(5):
        life.punch(first, three, f"2026-10-{26 + day}T08:00", 9.25)
    for person in (three, four):  # beside the one for their role
        vendor.set_wage(first, person[0]["id"], 1999, None, "2026-10-01")
    life.punch(first, (four[0], one[1] if one[1] != four[1] else two[1], four[2]), "2026-10-24T03:00", 2)
    shift = life.shift(first, four, "2026-10-21T09:00", 8)
    life.punch(first, four, "2026-10-21T08:58", 4, shift_id=shift["id"])
    life.punch(first, four, "2026-10-21T13:40", 3)  # after lunch, without the shift's id
    life.punch(first, four, "2026-10-22T09:00", 2, shift_id=night["id"])  # names a shift of somebody else
    for start, hours in (("03:00", 10), ("05:00", 2)):  # two shifts that a punch could belong to
        life.shift(first, four, f"2026-10-28T{start}", hours)
    life.punch(first, four, "2026-10-28T03:30", 2)
    life.shift(first, four, "2026-10-23T03:00", 8, attendance_status="sick")
    life.shift(first, two, "2026-10-23T03:00", 8)
    _ontario(life, first)
    _california(life, second)


def _ontario(life: Life, guid: str) -> None:
    one, two = life.people(guid, "America/Toronto", 2)
    for day in range(6):
        life.punch(guid, one, f"2026-10-{26 + day}T08:00", 9, (240 + day * 15, 30, False))
    life.punch(guid, two, "2026-10-20T08:00", 8, (120, 20, False), (300, 20, False))


def _california(life: Life, guid: str) -> None:
    one, two, three = life.people(guid, "America/Los_Angeles", 3)
    for day, hours in enumerate((9.0, 8.5, 13.5, 6, 9, 10, 11)):  # Sunday to Saturday
        life.punch(guid, one, f"2026-10-{25 + day}T06:00", hours, (240, 30, False))
    for day, (hours, *breaks) in enumerate((
        (8.5, (300, 30, False)), (8.5, (301, 30, False)), (8.5, (240, 29, False)), (8.5,),
        (5.75,), (5.75, (180, 30, True)),
        (13, (240, 30, False), (620, 30, False)), (11.5, (240, 30, False)),
        (13, (240, 30, False), (660, 30, False)), (8.5, (240, 0, False)),
    )):  # fmt: skip
        life.punch(guid, two, f"2026-10-{11 + day}T07:00", hours, *breaks)
    life.punch(guid, three, "2026-10-20T07:00", 4)
    life.punch(guid, three, "2026-10-20T11:35", 4.5)  # clocked out to eat
    life.punch(guid, three, "2026-10-20T18:30", 1)  # another period of work
    elsewhere = life.people(guid, "America/Chicago", 1)[0]
    life.punch(guid, (three[0], *elsewhere[1:]), "2026-10-21T03:00", 2)  # the rules stay those of California


def first_days(life: Life) -> None:
    """Between the first and the second load: a raise to come, and a rate that is edited while somebody works."""
    vendor, guid = life.vendor, life.vendor.companies[0].guid
    one, two, *_ = life.people(guid, "America/New_York")
    vendor.set_wage(guid, one[0]["id"], 2345, one[1]["id"], "2026-11-07")
    vendor.advance(29 * 3600)  # 6 November 20:00 UTC
    planned = life.shift(guid, two, "2026-11-20T09:00", 6)
    vendor.draft_edit(guid, planned["id"], end=_at(pendulum.parse("2026-11-20T17:00", tz="America/New_York")))
    rate = next(row for row in vendor.rows(guid, "wages") if row["user_id"] == two[0]["id"] and row["role_id"])
    vendor.edit(guid, "wages", rate["id"], wage_cents=rate["wage_cents"] + 333)


def next_days(life: Life) -> None:
    """Between the second and the third: work under both wages, edits, deletions, and who is still on the clock."""
    vendor, guid = life.vendor, life.vendor.companies[0].guid
    one, two, three, four = life.people(guid, "America/New_York")
    vendor.advance(45 * 3600)  # 8 November 17:00 UTC
    life.punch(guid, one, "2026-11-06T22:00", 8.5, (90, 45, False))
    life.punch(guid, two, "2026-11-06T11:00", 8, (230, 30, False))
    planned = max(row["id"] for row in vendor.rows(guid, "shift_drafts"))
    vendor.publish(guid, planned)
    closed = [row for row in vendor.rows(guid, "time_punches") if row["clocked_out"] and not row["deleted"]]
    rested = [row for row in closed if any(not each["paid"] for each in row["breaks"])]
    vendor.delete(guid, "time_punches", closed[7]["id"])
    later = _at(pendulum.parse(closed[8]["clocked_out"]) + timedelta(minutes=47))
    vendor.edit(guid, "time_punches", closed[8]["id"], clocked_out=later)
    for row, flagged in ((rested[1], True), (rested[2], False)):
        vendor.remove_break(guid, row["id"], row["breaks"][0]["id"], flagged)
    life.shift(guid, three, "2026-11-08T03:00", 6)
    life.punch(guid, three, "2026-11-08T03:11", 1, clocked_out=None)
    life.shift(guid, one, "2026-11-08T08:00", 4.5)  # over at 17:30 UTC, after the last reading
    life.shift(guid, four, "2026-11-08T11:00", 6)
    life.punch(guid, four, "2026-11-08T11:00", 1, clocked_out=None)
    life.punch(guid, two, "2026-11-07T02:00", 1, clocked_out=None)  # without a shift, 34 hours ago
