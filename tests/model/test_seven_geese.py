"""Whatever happens between and during runs of 7Geese, a calm run ends with what the vendor shows to who reads."""

from __future__ import annotations

from tests.model.geese_machine import Geese
from tests.model.profiles import in_profile

TestSevenGeeseConverges = in_profile(Geese, examples=1, number=116)
