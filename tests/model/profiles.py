"""The two lengths of the model-based tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# A failure in CI is reported as found: to shrink it takes minutes, and the soak does that.
CI = settings(
    max_examples=6, stateful_step_count=6, derandomize=True, database=None, deadline=None,
    phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
)  # fmt: skip
SOAK = settings(
    max_examples=25, stateful_step_count=14, derandomize=False, database=None, deadline=None, print_blob=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def register() -> None:
    settings.register_profile("ci", CI)
    settings.register_profile("soak", SOAK)


def chosen() -> settings:
    return SOAK if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else CI
