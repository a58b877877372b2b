"""Seeded shifts around the clock's start, and the punches of those that have begun."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from simulators.seven_shifts.names import PATTERNS
from simulators.seven_shifts.past import Past
from simulators.seven_shifts.punches import Punches
from simulators.seven_shifts.rows import Row
from simulators.seven_shifts.staff import Worker


class Schedule:
    """Builds the weeks before `past.start` and one after it."""

    def __init__(self, past: Past) -> None:
        self.state, self.rng, self.start, self.weeks = past.state, past.rng, past.start, past.weeks

    def build(self, workers: Sequence[Worker]) -> None:
        punches = Punches(self.state, self.rng, self.start)
        first = self.start.date() - timedelta(days=7 * self.weeks)
        for day in (first + timedelta(days=number) for number in range(7 * self.weeks + 8)):
            for worker in workers:
                # A leaver's shifts stop after the first week.
                left = not worker.user["active"] and day > first + timedelta(days=6)
                if left or self.rng.random() > 0.66:
                    continue
                shift = self._shift(worker, day)
                if not shift["deleted"]:
                    punches.of_shift(shift, worker.roles[0]["is_tipped_role"])
        punches.finish()
        self._drafts()

    def _shift(self, worker: Worker, day: date) -> Row:
        role = self.rng.choice(worker.roles)
        begins, ends, closes = self.rng.choice(PATTERNS[role["name"]])
        zone = ZoneInfo(worker.location["timezone"])
        start, end = local(day, begins, zone), local(day, ends, zone)
        created = start - timedelta(days=self.rng.uniform(6, 12))
        modified = created + timedelta(minutes=self.rng.uniform(0, 5 * 1440))
        is_open = start > self.start and self.rng.random() < 0.08
        fields: Row = {
            "user_id": self.rng.choice((0, None)) if is_open else worker.user["id"],
            "location_id": worker.location["id"],
            # The vendor answers 0 for none, now and then also where there is a role.
            "role_id": 0 if self.rng.random() < 0.02 else role["id"],
            "department_id": role["department_id"],
            "start": start,
            "end": end,
            "close": closes,
            "hourly_wage": worker.wage,
            "open": is_open,
            "unassigned": False,
            "open_offer_type": "all_role_members" if is_open else None,
            "notes": self.rng.choice(("", "", "", "Private party at 7", "Inventory")),
            "deleted": self.rng.random() < 0.04,
            "created": min(created, self.start - timedelta(minutes=30)),
            "modified": min(modified, self.start - timedelta(seconds=self.rng.randrange(60, 90_000))),
        }
        fields["modified"] = max(fields["modified"], fields["created"])
        shift = self.state.insert("shifts", {**fields, **self._station(role)})
        if end - start > timedelta(hours=6):
            shift["breaks"] = [self._break(shift["id"], start)]
        return self.state.put("shifts", shift)

    def _station(self, role: Row) -> Row:
        if not role["stations"]:
            return {}
        station = self.rng.choice(role["stations"])
        return {
            "station": station["station_number"],
            "station_id": station["id"],
            "station_name": station["name"],
        }

    def _break(self, shift_id: int, start: datetime) -> Row:
        begin = start + timedelta(hours=self.rng.choice((3, 4)))
        timed = self.rng.random() < 0.5
        return {
            "id": self.state.new_id("shift_breaks"),
            "shift_id": shift_id,
            "start": utc_z(begin) if timed else None,
            "end": utc_z(begin + timedelta(minutes=30)) if timed else None,
            "name": "Meal break",
            "length": 30,
            "break_type_id": 501,
            "type": "unpaid",
            "break_policy_id": None,
            "duration_override_min": None,
        }

    def _drafts(self) -> None:
        """Unpublished edits, an unpublished deletion, and shifts nobody has published yet."""
        ahead = [
            row
            for row in self.state.tables["shifts"].rows.values()
            if row["start"] > utc_z(self.start) and not row["deleted"]
        ]
        touched = {
            "modified": utc_z(self.start - timedelta(minutes=self.rng.randrange(5, 600))),
            "draft": True,
        }
        for number, row in enumerate(self.rng.sample(ahead, min(4, len(ahead)))):
            change = (
                {"publish_status": "published_deleted"} if number == 0 else {"notes": "Moved to the patio"}
            )
            self.state.put("shift_drafts", {**copy.deepcopy(row), **touched, **change})
        for row in self.rng.sample(ahead, min(3, len(ahead))):
            unseen = {
                "notified": False,
                "publish_status": "draft",
                "breaks": [],
                "created": touched["modified"],
            }
            fresh = {**copy.deepcopy(row), **touched, **unseen, "id": self.state.new_id("shifts")}
            self.state.put("shift_drafts", fresh)


def local(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """Wall-clock `hour` of `day` (24 and later: the next day) as UTC, so nights of a clock change differ."""
    days, rest = divmod(hour, 24)
    wall = datetime.combine(day + timedelta(days=days), time(int(rest), int(rest % 1 * 60)), zone)
    return wall.astimezone(timezone.utc)


def utc_z(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
