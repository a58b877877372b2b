"""Whatever happens between and during runs of 7shifts, a calm run ends with what the vendor holds."""

from __future__ import annotations

from tests.model.profiles import in_profile
from tests.model.shifts_machine import Shifts

TestSevenShiftsConverges = in_profile(Shifts, examples=1, number=156)
