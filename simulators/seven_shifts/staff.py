"""Seeded people: who works where, in which roles, for what pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from simulators.seven_shifts.names import FIRST, LAST, ROLES
from simulators.seven_shifts.past import Past
from simulators.seven_shifts.rows import Row

MANAGER_WEEK_CENTS = 120_000


@dataclass(frozen=True)
class Worker:
    """Someone who can be scheduled; `wage` in cents per hour."""

    user: Row
    location: Row
    roles: list[Row]
    wage: int


def user(past: Past, kind: str, wage: int, first: str, last: str, active: bool = True) -> Row:
    company, rng = past.state.company, past.rng
    user_id = past.state.new_id("users")
    number = user_id - 500_000
    joined = rng.randrange(10, 700)
    return past.insert(
        "users",
        joined,
        id=user_id,
        identity_id=3_200_000 + company.id * 100 + number,
        first_name=first,
        last_name=last,
        email=f"user{number}@{company.slug}.example.com",
        mobile_number=f"+1555{company.id % 1000:03d}{number:04d}",
        birth_date=f"{1965 + number % 40}-0{1 + number % 9}-1{number % 10}",
        type=kind,
        active=active,
        punch_id=f"{number * 7 % 10000:04d}",
        employee_id=f"{number:05d}" if number % 4 else "",
        skill_level=1 + number % 3,
        hourly_wage=wage,
        wage_type="weekly_salary" if kind == "manager" else "hourly",
        invited=past.ago(joined),
        invite_accepted=past.ago(joined - 1),
        last_login=past.ago(rng.uniform(0, 9)) if active else None,
    )


def workers(past: Past, location: Row, roles: list[Row], count: int) -> list[Worker]:
    """A salaried manager first, then everybody else; now and then somebody who has left."""
    made = []
    for number in range(count):
        is_manager = number == 0
        own = [roles[-1]] if is_manager else _own_roles(past, roles, number)
        wage = 0 if is_manager else ROLES[own[0]["sort"]][3] + 25 * past.rng.randrange(8)
        names = (past.rng.choice(FIRST), past.rng.choice(LAST))
        has_left = number > 2 and number % 6 == 5
        person = user(past, "manager" if is_manager else "employee", wage, *names, active=not has_left)
        _assign(past, person, location, own)
        _pay(past, person, own, wage, number)
        made.append(Worker(person, location, own, wage))
    return made


def _own_roles(past: Past, roles: list[Row], number: int) -> list[Row]:
    """One role for most, a second one for every third; every role has somebody."""
    first = roles[(number - 1) % (len(roles) - 1)]
    others = [role for role in roles[:-1] if role is not first]
    return [first, past.rng.choice(others)] if number % 3 == 1 else [first]


def _assign(past: Past, person: Row, location: Row, roles: list[Row]) -> None:
    held, key = past.state.assigned, person["id"]
    held["location_assignments"][key] = {location["id"]: {}}
    held["department_assignments"][key] = {
        role["department_id"]: {"appear_on_schedule": True} for role in roles
    }
    held["role_assignments"][key] = {
        role["id"]: {"is_primary": at == 0, "skill_level": person["skill_level"], "sort": at}
        for at, role in enumerate(roles)
    }


def _pay(past: Past, person: Row, roles: list[Row], wage: int, number: int) -> None:
    since = past.start - timedelta(days=past.rng.randrange(40, 400))
    rate = {"user_id": person["id"], "effective_date": since.date().isoformat()}
    if number == 0:
        past.insert("wages", 300, **rate, wage_type="weekly_salary", wage_cents=MANAGER_WEEK_CENTS)
        return
    for at, role in enumerate(roles):
        past.insert("wages", 300, **rate, role_id=role["id"], wage_cents=wage + 150 * at)
    if number in (1, 2):
        rate["effective_date"] = (past.start + timedelta(days=14 + number)).date().isoformat()
        past.insert("wages", 20, **rate, role_id=roles[0]["id"], wage_cents=wage + 100)
