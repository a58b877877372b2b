"""Seeded punches: minutes early or late, breaks, tips, and what goes wrong at a time clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

from simulators.seven_shifts.rows import Row
from simulators.seven_shifts.state import CompanyState
from simulators.seven_shifts.times import stamp


@dataclass
class Punches:
    """Punches in the order their shifts are given; `finish` adds what every company must have one of."""

    state: CompanyState
    rng: Random
    start: datetime
    _ids: list[int] = field(default_factory=list)

    def of_shift(self, shift: Row, tipped: bool) -> None:
        begin, end = _moment(shift["start"]), _moment(shift["end"])
        if begin > self.start or not shift["user_id"]:
            return
        fate = self.rng.random()
        if fate < 0.05:
            status = "no_show" if fate < 0.025 else "sick"
            self.state.put("shifts", {**shift, "attendance_status": status})
            return
        late = fate < 0.13
        minutes = self.rng.randrange(6, 40) if late else self.rng.randrange(-8, 5)
        clocked_in = begin + timedelta(minutes=minutes, seconds=self.rng.randrange(60))
        if clocked_in > self.start:
            return
        if late:
            self.state.put("shifts", {**shift, "attendance_status": "late", "late_minutes": minutes})
        clocked_out = end + timedelta(minutes=self.rng.randrange(-10, 25), seconds=self.rng.randrange(60))
        self._punch(shift, clocked_in, None if clocked_out > self.start else clocked_out, tipped)

    def _punch(self, shift: Row, clocked_in: datetime, clocked_out: datetime | None, tipped: bool) -> None:
        forgot = clocked_out is not None and self.rng.random() < 0.03
        offline = self.rng.random() < 0.03
        punch = self.state.insert(
            "time_punches",
            {
                "shift_id": 0 if self.rng.random() < 0.06 else shift["id"],
                "user_id": shift["user_id"],
                "role_id": shift["role_id"],
                "location_id": shift["location_id"],
                "department_id": 0 if self.rng.random() < 0.03 else shift["department_id"],
                "hourly_wage": shift["hourly_wage"],
                "clocked_in": clocked_in,
                "clocked_out": clocked_out,
                "auto_clocked_out": forgot,
                "clocked_in_offline": offline,
                "editable_punch": not offline,
                "tips": self.rng.randrange(1500, 9000) if tipped and clocked_out else 0,
                "pos_type": self.rng.choice(("web", "toast")),
                "notes": "Forgot to clock out" if forgot else "",
                "deleted": self.rng.random() < 0.03,
                **self._history(clocked_in, clocked_out),
            },
        )
        if clocked_out is not None:
            punch["breaks"] = self._breaks(punch["user_id"], clocked_in, clocked_out)
        self.state.put("time_punches", punch)
        self._ids.append(punch["id"])

    def _history(self, clocked_in: datetime, clocked_out: datetime | None) -> Row:
        """Made at clock-in; last touched at clock-out or when a manager approved it on the next day."""
        latest = self.start - timedelta(seconds=self.rng.randrange(1, 600))
        touched = clocked_out or clocked_in
        approved = clocked_out is not None and self.rng.random() < 0.7
        if approved:
            touched += timedelta(hours=self.rng.uniform(4, 20))
            approved = touched <= latest
        created = min(clocked_in + timedelta(seconds=self.rng.randrange(5)), self.start)
        return {"approved": approved, "created": created, "modified": max(created, min(touched, latest))}

    def _breaks(self, user_id: int, clocked_in: datetime, clocked_out: datetime) -> list[Row]:
        breaks = []
        kinds = [(False, 30, 3.5)] if clocked_out - clocked_in > timedelta(hours=5.5) else []
        kinds += [(True, 10, 1.5)] if self.rng.random() < 0.4 else []
        for paid, minutes, after in sorted(kinds, key=lambda kind: kind[2]):
            begin = clocked_in + timedelta(hours=after, seconds=self.rng.randrange(900))
            breaks.append(
                {
                    "id": self.state.new_id("punch_breaks"),
                    "user_id": user_id,
                    "custom_break_id": self.rng.choice((0, 77)),
                    "paid": paid,
                    "in": stamp(begin, "time_punches"),
                    "out": stamp(
                        begin + timedelta(minutes=minutes, seconds=self.rng.randrange(120)), "time_punches"
                    ),
                    "deleted": self.rng.random() < 0.04,
                }
            )
        return breaks

    def finish(self) -> None:
        """What chance may have left out: somebody on the clock, no match, a deletion, no length."""
        rows = self.state.tables["time_punches"].rows
        if len(self._ids) < 5:
            return
        last, unmatched, deleted, forgotten, empty = self._ids[-1], *self._ids[:4]
        if all(row["clocked_out"] for row in rows.values()):
            self._set(
                last, clocked_out=None, approved=False, auto_clocked_out=False, breaks=[], deleted=False
            )
        self._set(unmatched, shift_id=0, department_id=0)
        self._set(deleted, deleted=True)
        self._set(forgotten, auto_clocked_out=True)
        self._set(empty, clocked_out=rows[empty]["clocked_in"], breaks=[], tips=0)

    def _set(self, punch_id: int, **changes: object) -> None:
        self.state.put("time_punches", {**self.state.get("time_punches", punch_id), **changes})


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
