"""Whatever happens between and during runs of 7Geese, a calm run ends with what the vendor shows to who reads."""

from __future__ import annotations

import pytest

from tests.model.geese_machine import Geese
from tests.model.profiles import chosen

TestSevenGeeseConverges = Geese.TestCase
TestSevenGeeseConverges.settings = chosen()
TestSevenGeeseConverges.pytestmark = [pytest.mark.timeout(3_600)]
