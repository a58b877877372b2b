"""Believable small restaurant groups. Same seed, same data."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from simulators.seven_shifts import places, staff
from simulators.seven_shifts.names import GROUPS
from simulators.seven_shifts.past import Past
from simulators.seven_shifts.schedule import Schedule
from simulators.seven_shifts.state import Company, CompanyState

LOCATIONS = (2, 3, 1)


def restaurants(
    count: int, seed: int, weeks: int, people: int, clock: Callable[[], datetime]
) -> Iterator[CompanyState]:
    """One state per company, each from its own random stream, so adding a company changes no other.

    `people` work in each location; the schedule covers `weeks` weeks before the clock and one after.
    """
    start = clock()
    for index in range(count):
        rng = Random(f"{seed}/{index}")
        state = CompanyState(_company(index, rng), clock)
        past = Past(state, rng, start, weeks)
        Schedule(past).build(_group(past, index, people))
        yield state


def _company(index: int, rng: Random) -> Company:
    slug, name = GROUPS[index % len(GROUPS)]
    again = f"-{index // len(GROUPS) + 1}" if index >= len(GROUPS) else ""
    guid = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    token = f"sim-access-{rng.getrandbits(96):024x}"
    return Company(41001 + 17 * index, guid, slug + again, name + again, token)


def _group(past: Past, index: int, people: int) -> list[staff.Worker]:
    company = past.state.company
    converted = past.ago(880 + 7 * past.weeks)
    past.insert("companies", 900, id=company.id, name=company.name, uuid=company.guid, converted=converted)
    staff.user(past, "employer", 0, "Owner", company.name.split()[0])
    workers: list[staff.Worker] = []
    for number in range(LOCATIONS[index % len(LOCATIONS)]):
        location = places.location(past, index + 2 * number)
        workers += staff.workers(past, location, places.roles(past, location["id"]), people)
    places.location(past, index + 5, deleted=True, name="Closed kiosk")
    return workers
