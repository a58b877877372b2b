"""What a run does so that its memory stays flat."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from pipelines import heap

FREED = """
from pathlib import Path
from pipelines import heap

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

heap.share()
held = [bytes(50_000) for _ in range(3_000)]
held = held[-1:]  # the last one keeps what is below it from going back by itself
before = resident()
heap.give_back()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this C library has no malloc_trim")
def test_memory_that_is_free_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)

    assert int(done.stdout) > 100  # megabytes, of 150


def test_threads_share_the_heap_before_any_import_starts_one() -> None:
    told = "import sys; from pipelines import heap; heap.share = lambda: print('pyarrow' in sys.modules)"
    code = f"{told}; from pipelines.cli import main; main(['run', 'seven_shifts'])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout == "False\n"


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())

    heap.share()
    heap.give_back()
