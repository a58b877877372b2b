"""The container, as far as that can be judged where no engine runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from platform import machine

import pytest

DOCKERFILE = Path(__file__).resolve().parents[1] / "deploy" / "Dockerfile"
HADOLINT = Path(sys.executable).parent / "hadolint"


@pytest.mark.skipif((sys.platform, machine()) != ("linux", "x86_64"), reason="this machine has no wheel of hadolint")
def test_the_linter_of_dockerfiles_minds_nothing() -> None:
    found = subprocess.run([str(HADOLINT), str(DOCKERFILE)], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout) == (0, "")


def test_the_image_is_locked_runs_without_rights_and_takes_no_secret_along() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]

    assert all("--require-hashes" in line or "--no-deps" in line for line in re.findall(r"pip install.*", text))
    assert re.search(r"^USER \d+:\d+$", last, re.MULTILINE)
    assert not re.search(r"^(COPY|ADD) .*(\.dlt|secrets|\s\.\s)", text, re.MULTILINE)
    assert not re.search(r"^(ARG|ENV) .*(TOKEN|SECRET|PASSWORD|CREDENTIALS)", text, re.MULTILINE)
