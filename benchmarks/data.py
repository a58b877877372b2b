"""A year of one company's shifts and punches, spelled as 7shifts spells them and seeded: every run reads the
same bytes, and knows the totals a correct load has to end with."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import msgspec

COMPANY = 310_001
GUID = "5f0c8d1e-2b7a-4c39-9e64-d1a7b3f08c52"
END = int(datetime(2026, 7, 1, 6, tzinfo=timezone.utc).timestamp())
DAY = 86_400
YEAR = 365 * DAY
SEED = 20_260_701

Row = dict[str, Any]
Totals = dict[str, int]  # "rows", and the sum of each checked column (moments in seconds since 1970)

# By table: the checked columns. A load that rounds, shifts a zone, doubles or drops a row changes a sum.
CHECKED = {
    "shifts": ("id", "user_id", "hourly_wage", "start", "modified"),
    "shift_breaks": ("id", "shift_id", "length", "start"),
    "time_punches": ("id", "user_id", "hourly_wage", "tips", "clocked_in", "modified"),
    "time_punch_breaks": ("id", "user_id", "in"),
}
MOMENTS = frozenset({"start", "modified", "clocked_in", "in"})


@dataclass
class Listing:
    """The rows of one endpoint as bytes, in id order, with what its filters look at (seconds since 1970)."""

    window: str
    ids: list[int] = field(default_factory=list)
    modified: list[int] = field(default_factory=list)
    moments: list[int] = field(default_factory=list)
    rows: list[bytes] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.ids.append(row["id"])
        self.modified.append(seconds(row["modified"]))
        self.moments.append(seconds(row[self.window]))
        self.rows.append(msgspec.json.encode(row))


@dataclass
class Restaurant:
    """Both listings and the totals by table."""

    shifts: Listing
    time_punches: Listing
    totals: dict[str, Totals]


def restaurant(rows: int) -> Restaurant:
    """`rows` shifts and as many punches. None is deleted and none is a draft: a plain pipeline does not ask
    for those, and has to read the same rows."""
    made = Restaurant(Listing("start"), Listing("clocked_in"), {name: {} for name in CHECKED})
    dice = random.Random(SEED)
    for number in range(rows):
        at = END - YEAR + YEAR * number // rows
        shift = _shift(dice, number, at)
        punch = _punch(dice, number, at, shift)
        made.shifts.add(shift)
        made.time_punches.add(punch)
        _count(made.totals["shifts"], "shifts", [shift])
        _count(made.totals["shift_breaks"], "shift_breaks", shift["breaks"])
        _count(made.totals["time_punches"], "time_punches", [punch])
        _count(made.totals["time_punch_breaks"], "time_punch_breaks", punch["breaks"])
    return made


def guids(companies: int) -> list[str]:
    """So many, the first of which is GUID."""
    return [GUID, *(str(UUID(int=UUID(GUID).int + number)) for number in range(1, companies))]


def seconds(moment: str) -> int:
    """A moment as sent, in seconds since 1970."""
    return int(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp())


def _count(totals: Totals, table: str, rows: Iterable[Row]) -> None:
    for row in rows:
        totals["rows"] = totals.get("rows", 0) + 1
        for name in CHECKED[table]:
            value = seconds(row[name]) if name in MOMENTS else row[name]
            totals[name] = totals.get(name, 0) + value


def _offset(moment: int) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat()


def _zulu(moment: int) -> str:
    return _offset(moment).replace("+00:00", "Z")


def _edited(dice: random.Random, created: int) -> int:
    """One row in eight was edited later, some of them weeks later."""
    later = dice.randrange(30 * DAY) if dice.random() < 0.12 else dice.randrange(600)
    return min(created + later, END)


def _shift(dice: random.Random, number: int, at: int) -> Row:
    id, place = 912_400_000 + number * 3, dice.randrange(6)
    start = at - at % 900 + dice.randrange(3, 14) * DAY
    end = start + dice.choice((4, 5, 6, 8)) * 3600
    return {
        "id": id, "company_id": COMPANY, "location_id": 404_100 + place,
        "user_id": 7_300_000 + dice.randrange(900), "department_id": 511_000 + place,
        "role_id": 2_583_000 + dice.randrange(40), "station_id": 0,
        "station": dice.randrange(4), "station_name": dice.choice((None, "Patio", "Bar", "Line 2")),
        "start": _zulu(start), "end": _zulu(end), "close": dice.random() < 0.1,
        "business_decline": dice.random() < 0.05, "hourly_wage": dice.randrange(1400, 2800, 25),
        "notes": dice.choice(("", "", "", "Bring the floor plan", "Training")), "draft": False,
        "notified": True, "open": False, "unassigned": False, "unassigned_skill_level": 2,
        "open_offer_type": None, "publish_status": "published",
        "attendance_status": dice.choice(("none", "none", "none", "late", "sick")),
        "late_minutes": dice.choice((0, 0, 0, 7)), "created": _zulu(at), "modified": _zulu(_edited(dice, at)),
        "deleted": False, "soft_deleted": None,
        "breaks": [_shift_break(dice, id, start)] if dice.random() < 0.5 else [],
    }  # fmt: skip


def _shift_break(dice: random.Random, shift: int, start: int) -> Row:
    begin, length = start + 2 * 3600, dice.choice((15, 30, 45))
    return {
        "id": shift * 2 + 1, "shift_id": shift, "start": _zulu(begin), "end": _zulu(begin + length * 60),
        "name": "Meal break", "length": length, "break_type_id": 88_100,
        "type": dice.choice(("paid", "unpaid")), "break_policy_id": None, "duration_override_min": None,
    }  # fmt: skip


def _punch(dice: random.Random, number: int, at: int, shift: Row) -> Row:
    id, user = 485_452_022 + number * 5, shift["user_id"]
    out = at + dice.randrange(3 * 3600, 9 * 3600)
    pauses = range(dice.choice((1, 1, 2)))
    return {
        "id": id, "company_id": COMPANY, "shift_id": dice.choice((shift["id"], shift["id"], 0)),
        "user_id": user, "editable_punch": dice.random() < 0.8, "role_id": shift["role_id"],
        "location_id": shift["location_id"], "department_id": shift["department_id"],
        "hourly_wage": shift["hourly_wage"], "approved": dice.random() < 0.9, "clocked_in": _offset(at),
        "clocked_out": _offset(out) if out < END else None,
        "notes": dice.choice(("", "", "", "Forgot to clock out")), "auto_clocked_out": dice.random() < 0.02,
        "clocked_in_offline": False, "clocked_out_offline": False, "tips": dice.choice((0, 0, 1250, 3075)),
        "created": _offset(at), "modified": _offset(_edited(dice, min(out, END))), "deleted": False,
        "pos_type": dice.choice((None, "toast", "web")),
        "breaks": [_punch_break(dice, id + part, user, at + (2 + part) * 3600) for part in pauses],
    }  # fmt: skip


def _punch_break(dice: random.Random, id: int, user: int, begin: int) -> Row:
    return {
        "id": id, "user_id": user, "custom_break_id": dice.choice((0, 4711)), "paid": dice.random() < 0.4,
        "in": _offset(begin), "out": _offset(begin + dice.choice((600, 900, 1800))), "deleted": False,
    }  # fmt: skip
