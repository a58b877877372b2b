"""The two lengths of the model-based tests."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine

# A failure in CI is reported as found: to shrink it takes minutes, and the soak does that.
CI = settings(
    max_examples=3, stateful_step_count=8, derandomize=True, database=None, deadline=None,
    phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
)  # fmt: skip
SOAK = settings(
    max_examples=25, stateful_step_count=14, derandomize=False, database=None, deadline=None, print_blob=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def register() -> None:
    settings.register_profile("ci", CI)
    settings.register_profile("soak", SOAK)


def in_profile(machine: type[RuleBasedStateMachine], examples: int, number: int) -> Any:
    """The test of a machine in the profile asked for. In CI it has so many examples, those of a seed that was chosen
    because they go through every rule."""
    soak = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
    case: Any = (machine if soak else seed(number)(machine)).TestCase
    case.settings = SOAK if soak else settings(CI, max_examples=examples)
    case.pytestmark = [pytest.mark.timeout(3_600 if soak else 600)]
    return case
