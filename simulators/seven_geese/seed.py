"""A deterministic year of every network, ending when the simulator's clock starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from simulators.seven_geese.appraisals import seed_feedback, seed_reviews
from simulators.seven_geese.goals import seed_goals
from simulators.seven_geese.meetings import seed_meetings, seed_recognitions, seed_tasks
from simulators.seven_geese.people import Seeding, seed_people, seed_places
from simulators.seven_geese.state import Network, NetworkState, Numbers, Volume

_NAMES = ("Aurora Foods", "Borealis Labs", "Cascade Works", "Delta Dairy")


def seed_networks(
    networks: int, seed: int, people: int, volume: Volume, start: datetime, clock: Callable[[], datetime]
) -> list[tuple[Network, NetworkState]]:
    numbers = Numbers()
    return [_network(index, seed, people, volume, start, clock, numbers) for index in range(networks)]


def _network(
    index: int,
    seed: int,
    people: int,
    volume: Volume,
    start: datetime,
    clock: Callable[[], datetime],
    numbers: Numbers,
) -> tuple[Network, NetworkState]:
    random = Random(f"{seed}:{index}")
    name = _NAMES[index % len(_NAMES)] + (f" {index}" if index >= len(_NAMES) else "")
    slug = name.lower().replace(" ", "-")
    state = NetworkState(numbers.take("networks"), slug, numbers, clock)
    state.insert("networks", id=state.id, name=name, slug=slug)
    seeding = Seeding(state, start, random, max(2, people), volume)
    seed_places(seeding)
    seed_people(seeding)
    seed_goals(seeding)
    seed_recognitions(seeding)
    seed_meetings(seeding)
    seed_tasks(seeding)
    seed_feedback(seeding)
    seed_reviews(seeding)
    admin = state.get("profiles", state.admin)
    client = f"{random.getrandbits(160):040x}"
    network = Network(
        slug=slug,
        id=state.id,
        name=name,
        admin=state.admin,
        client_id=client,
        client_secret=f"{random.getrandbits(512):0128x}",
        username=admin["email"],
        password=f"geese-{seed}-{slug}",
        token=f"{random.getrandbits(160):040x}",
    )
    return network, state
