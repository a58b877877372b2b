"""How many examples: few and always the same in CI, many and random in a soak (`HYPOTHESIS_PROFILE=soak`)."""

from __future__ import annotations

import os

from tests.model.profiles import register

register()


def pytest_report_header() -> str:
    return f"model: profile {os.environ.get('HYPOTHESIS_PROFILE', 'ci')}"
