"""Who works in a seeded network: places, departments, people and whom they report to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulators.seven_geese import vocabulary as words
from simulators.seven_geese.state import NetworkState, Volume
from simulators.seven_geese.tables import Row

YEAR = timedelta(days=365)


@dataclass
class Seeding:
    """What the seeding steps share."""

    state: NetworkState
    start: datetime
    random: Random
    people: int
    volume: Volume
    profiles: list[Row] = field(default_factory=list)

    def ago(self, low: float, high: float) -> datetime:
        """A moment between `low` and `high` days before the start."""
        seconds = self.random.randint(int(low * 86400), int(high * 86400))
        return self.start - timedelta(seconds=seconds, microseconds=self.random.randint(1, 999_999))

    def others(self, profile: Row, number: int) -> list[int]:
        """Up to `number` people other than `profile`, sorted."""
        own = profile["id"]
        picked = {self.random.choice(self.profiles)["id"] for _ in range(number)} - {own}
        return sorted(picked)

    def manager_of(self, profile: Row) -> int:
        """The manager, or for the person at the top somebody else."""
        other = next(row["id"] for row in self.profiles if row["id"] != profile["id"])
        return int(profile["reports_to_id"] or other)


def seed_places(seeding: Seeding) -> None:
    state, long_ago = seeding.state, seeding.start - 2 * YEAR
    parents: list[int | None] = [None]
    for name in words.DEPARTMENTS[: max(4, min(8, seeding.people // 2))]:
        parent = parents[-1] if name in ("Mobile", "Platform") else None
        row = state.insert("departments", name=name, parent_id=parent, network_id=state.id, created=long_ago)
        row["modified"] = seeding.ago(10, 300)
        path = f"{state.get('departments', parent)['full_name']} > " if parent else ""
        row["full_name"] = path + name
        if parent is None:
            parents.append(row["id"])
    gone = state.insert("departments", name="Fax Desk", network_id=state.id, created=long_ago, deleted=True)
    gone.update(full_name="Fax Desk", modified=seeding.ago(100, 200))
    for city in words.CITIES:
        state.insert("locations", name=city, network_id=state.id)
    kind = state.insert("group_types", name="Job level")["id"]
    above = state.insert("groups", name="Staff", group_type_id=kind)["id"]
    state.insert("groups", name="Interns", group_type_id=kind, parent_id=above)
    for name, color in words.LABELS:
        state.insert("labels", name=name, background_color=color, text_color="#ffffff")
    for number, name in enumerate(words.BADGES):
        image = f"https://geese.example.test/badges/{number}.png"
        state.insert("badges", name=name, active=number != len(words.BADGES) - 1, image=image)


def seed_people(seeding: Seeding) -> None:
    """The first person is the admin with full sight; one in ten manages; the last one has left."""
    state, random = seeding.state, seeding.random
    teams = [row["id"] for row in state.tables["departments"].all() if not row["deleted"]]
    cities = list(state.tables["locations"].rows)
    groups = list(state.tables["groups"].rows)
    managers: list[int] = []
    for number in range(seeding.people):
        first, last = random.choice(words.FIRST), random.choice(words.LAST)
        manages = number == 0 or number % 10 == 3
        row = state.insert(
            "profiles",
            **_identity(state, number, first, last),
            position=random.choice(words.POSITIONS) + (" Lead" if manages else ""),
            hire_date=(seeding.start - timedelta(days=random.randint(30, 3000))).date(),
            is_manager=manages,
            is_admin=number in (0, 1),
            admin_content_visibility=2 if number == 0 else 0,
            can_change_admin_content_visibility=number == 0,
            reports_to_id=managers[number % len(managers)] if managers else None,
            location_ids=[random.choice(cities)],
            team_ids={random.choice(teams), random.choice(teams)} if number % 5 else {random.choice(teams)},
            group_ids=[groups[number % 2]],
            date_joined=seeding.ago(400, 900),
            last_page_load_time=seeding.ago(0, 20),
        )
        seeding.profiles.append(row)
        if manages:
            managers.append(row["id"])
    state.admin = seeding.profiles[0]["id"]
    _leave(seeding, seeding.profiles[-1])
    for row, leader in zip(state.tables["departments"].all(), managers * 8, strict=False):
        row.update(leader_ids=[leader], creator_id=state.admin)


def _identity(state: NetworkState, number: int, first: str, last: str) -> Row:
    username = f"{first}.{last}{number or ''}".lower()
    return {
        "network_id": state.id,
        "user_id": state.numbers.take("users"),
        "first_name": first,
        "last_name": last,
        "full_name": f"{first} {last}",
        "username": username,
        "email": f"{username}@{state.slug}.example.test",
        "employee_id": f"E-{number + 1}",
        "hris_id": f"H{1000 + number}" if number % 3 else None,
        "phone_number": f"+1 604 555 {number % 10000:04}" if number % 2 else "",
        "profile_url": f"https://geese.example.test/{state.slug}/{username}",
        "about": "Coffee ☕ first" if number % 4 == 1 else "",
    }


def _leave(seeding: Seeding, row: Row) -> None:
    if row["id"] != seeding.state.admin:
        row.update(activated=False, activation_state=3, deactivated_timestamp=seeding.ago(20, 200))
