"""Whatever happens between and during runs of 7shifts, a calm run ends with what the vendor holds."""

from __future__ import annotations

import pytest

from tests.model.profiles import chosen
from tests.model.shifts_machine import Shifts

TestSevenShiftsConverges = Shifts.TestCase
TestSevenShiftsConverges.settings = chosen()
TestSevenShiftsConverges.pytestmark = [pytest.mark.timeout(3_600)]
