"""Whatever happens between and during runs of 7shifts, a calm run ends with what the vendor holds."""

from __future__ import annotations

from tests.model.profiles import tested
from tests.model.shifts_machine import Shifts

TestSevenShiftsConverges = tested(Shifts, examples=4, number=13)
