"""Faults that change nothing one could notice, each with the reason: `justified.txt` beside this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.mutant import Mutant

Entry = tuple[str, str, str]  # file, line before, line after


@dataclass(frozen=True)
class Justified:
    """Reasons by fault. A fault is known by its lines, so it may move."""

    reasons: Mapping[Entry, str]

    @classmethod
    def read(cls, file: Path) -> Justified:
        """Paragraphs of: the file, `- ` the line before, `+ ` the line after, and the reason in one line or several."""
        reasons: dict[Entry, str] = {}
        for paragraph in file.read_text(encoding="utf-8").split("\n\n") if file.exists() else ():
            lines = [line for line in paragraph.strip().splitlines() if not line.startswith("#")]
            if lines:
                name, before, after, *reason = lines
                if not (before.startswith("- ") and after.startswith("+ ") and reason):
                    raise ValueError(f"{file.name}: {lines}")
                reasons[name, before[2:], after[2:]] = " ".join(reason)
        return cls(reasons)

    def reason(self, mutant: Mutant, source: bytes) -> str | None:
        """Why nobody could notice this fault; None if somebody could."""
        return self.reasons.get((mutant.file, *mutant.shown(source)))

    def without_a_fault(self, mutants: list[Mutant], texts: Mapping[str, bytes]) -> Iterator[str]:
        """Entries for which there is no such fault (any more)."""
        there = {(mutant.file, *mutant.shown(texts[mutant.file])) for mutant in mutants}
        for entry in self.reasons.keys() - there:
            yield " ".join(entry)
