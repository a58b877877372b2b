"""Whatever happens between and during runs, a calm run ends with what the vendor holds: on every destination here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.destinations.machine import elsewhere
from tests.destinations.places import PLACES, ready
from tests.model.geese_machine import Geese
from tests.model.profiles import CI
from tests.model.shifts_machine import Shifts

MACHINES = {"seven_shifts": (Shifts, 156), "seven_geese": (Geese, 116)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("vendor", MACHINES)
@pytest.mark.parametrize("name", PLACES)
def test_a_calm_run_ends_with_what_the_vendor_holds(name: str, vendor: str, database: Callable[[], str]) -> None:
    machine, number = MACHINES[vendor]
    there = PLACES[name]
    ready(there)

    run_state_machine_as_test(seed(number)(elsewhere(machine, there, database)), settings=settings(CI, max_examples=1))
