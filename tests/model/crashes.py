"""A commit that breaks off: at a phase of the load, as if the process had died there, or at any of its statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dlt
import pytest
from dlt.destinations.exceptions import DatabaseTerminalException
from dlt.destinations.impl.duckdb.sql_client import DuckDbSqlClient
from dlt.load.load import Load

from pipelines import run as running
from sources.core.errors import UnavailableError

# After the rows are on disk, after they are normalized, after the jobs but before the load counts as complete.
PHASES = {"normalize": (dlt.Pipeline, "normalize"), "load": (dlt.Pipeline, "load"),
          "complete": (Load, "complete_package")}  # fmt: skip
STATEMENT = (DuckDbSqlClient, "execute_query")
STATEMENTS = 24  # of a commit; a quiet one has less, a first load twice as many


class Died(BaseException):
    """The process is gone: nobody cleans up, so nothing of ours may handle it as an error."""


@contextmanager
def crash(place: str, number: int, statement: tuple[Any, str] = STATEMENT) -> Iterator[None]:
    """The next commit breaks off at a phase, or at its statement `number`; the run ends as it would then."""
    with pytest.MonkeyPatch.context() as patch:
        if place == "statement":
            _break_statement(patch, number, *statement)
        else:
            patch.setattr(*PHASES[place], _die)
        with suppress(Died, UnavailableError):
            yield


def _die(*_: Any, **__: Any) -> None:
    raise Died


def _break_statement(patch: pytest.MonkeyPatch, number: int, owner: Any, name: str) -> None:
    """Terminal, so that dlt gives the job up instead of trying it again."""
    commit, execute = running.commit, getattr(owner, name)
    left = [-1]

    def counting(*args: Any, **kwargs: Any) -> list[str]:
        left[0] = number
        try:
            return commit(*args, **kwargs)
        finally:
            left[0] = -1

    def breaking(self: Any, *args: Any, **kwargs: Any) -> Any:
        if left[0] == 0:
            raise DatabaseTerminalException(OSError("No space left on device"))
        left[0] -= left[0] > 0
        return execute(self, *args, **kwargs)

    patch.setattr(running, "commit", counting)
    patch.setattr(owner, name, breaking)
