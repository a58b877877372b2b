"""What came of `sevens transform`: counts by outcome, what failed, and in which tables rows were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

TESTS = ("test", "unit_test")
BAD = ("error", "fail", "runtime error")
KEPT = "KEPT"  # what macros/kept.sql answers if it wrote only rows that differ


@dataclass
class Built:
    """Counts by outcome, failures in words, and rows written (deleted and inserted) of tables that were kept."""

    destination: str
    sources: list[str]
    models: Counter[str] = field(default_factory=Counter)
    tests: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return bool(self.failures)

    def note(self, results: Iterable[Any]) -> None:
        """Take in what dbt tells of its nodes."""
        for result in results:
            status, kind, name = str(result.status), str(result.node.resource_type), str(result.node.name)
            counter = self.tests if kind in TESTS else self.models
            counter["failed" if status in BAD else "skipped" if status == "skipped" else "passed"] += 1
            if status in BAD:
                self.failures.append(f"{name}: {' '.join(str(result.message).split())}")
            elif result.adapter_response.get("code") == KEPT:
                self.written[name] = result.adapter_response["rows_affected"]
                self.changes += [f"{name}: {result.message}"] if self.written[name] else []

    def as_dict(self) -> dict[str, Any]:
        return {"ok": not self.failed, "destination": self.destination, "sources": self.sources,
                "models": dict(self.models), "tests": dict(self.tests), "failures": self.failures,
                "rows_written": self.written, "seconds": round(self.seconds, 1)}  # fmt: skip

    def as_text(self) -> str:
        """A line of counts, a line per table in which rows changed, and one per failure."""
        counts = [f"{_counted(self.models)} tables and views", f"{_counted(self.tests)} tests"]
        lines = [f"{', '.join(counts)}, in {self.seconds:.0f} s", *self.changes]
        if same := sum(1 for rows in self.written.values() if not rows):
            lines.append(f"{same} of {len(self.written)} marts are as they were")
        return "\n".join([*lines, *(f"FAILED {line}" for line in self.failures)])


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[name]} {name}" for name in ("passed", "failed", "skipped") if counts[name]) or "0"
