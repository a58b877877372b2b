"""A fault: a word of a source file that is another one, so that it still compiles and means something else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One fault: the text between two places of a file, and what takes its place."""

    file: str
    start: int  # in bytes
    end: int
    text: str
    what: str
    lines: range  # of the statement it is in, up to it
    scope: tuple[str, ...]  # the names that stand for the place: of the function, class or constant it is in
    inside: bool  # whether it is in a function, and so on a line that tests run

    @property
    def line(self) -> int:
        return self.lines[-1]

    def applied(self, source: bytes) -> bytes:
        """The file with the fault in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def shown(self, source: bytes) -> tuple[str, str]:
        """The lines before and after, in one piece each: this is how a fault is named, wherever it moves to."""
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        last = len(source) if last < 0 else last
        after = source[first : self.start] + self.text.encode() + source[self.end : last]
        return _one_line(source[first:last]), _one_line(after)


def _one_line(text: bytes) -> str:
    return " ".join(text.decode().split())
