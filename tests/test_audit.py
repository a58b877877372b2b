"""The locked requirements hold nothing that is known to be vulnerable, as far as the database of that is reached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOCKED = Path(__file__).parent.parent / "requirements" / "dev.txt"


def test_no_locked_requirement_has_a_known_vulnerability() -> None:
    asked = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCKED), "--require-hashes", "--disable-pip",
             "--format", "json", "--progress-spinner", "off", "--timeout", "5"]  # fmt: skip
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=120)
        found = json.loads(answer.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        pytest.skip(f"the database of vulnerabilities could not be asked ({type(error).__name__})")
    if all("skip_reason" in one for one in found):
        pytest.skip(f"the database of vulnerabilities knows none of the packages: {found[0]['skip_reason']}")

    assert {one["name"]: [known["id"] for known in one["vulns"]] for one in found if one.get("vulns")} == {}
