"""What a run shows while it goes on: a moving line on a terminal, plain lines elsewhere, all on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from sources.core.task import NOT_LOADED

if TYPE_CHECKING:
    from pipelines.outcome import Report
    from sources.core.task import Unit

EVERY = 15.0  # seconds between plain lines


class Progress:
    """A listener for `pipelines.run.run`; call it with each unit, or None for time passing."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, highlight=False)
        self._status: Status | None = None
        self._began = self._told = time.monotonic()
        self._rows = self._units = 0

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status = self._console.status("Connecting")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def __call__(self, unit: Unit | None, report: Report) -> None:
        if unit:
            self._rows += unit.rows_read
            self._units += 1
            if unit.status in NOT_LOADED:
                self._console.print(f"[red]{unit.status}[/red] {escape(unit.error or '')}", soft_wrap=True)
        now = time.monotonic()
        line = f"{report.source}: {self._rows:,} rows read in {now - self._began:.0f} s"
        if unit:
            line += f", last {unit.task.company.slug} {unit.task.resource.name}"
        if self._status and unit:
            self._status.update(line)
        elif not self._status and now - self._told > EVERY:
            self._told = now
            self._console.print(line, soft_wrap=True)
