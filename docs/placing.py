"""Tables for pages, and where a page takes them: between two comments with a name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def placed(page: Path, name: str, generated: str) -> str:
    """The page with this between the marks of that name. Raises `SystemExit` if it has none."""
    head, begin, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->")
    _, end, tail = rest.partition(f"<!-- /{name} -->")
    if not (begin and end):
        raise SystemExit(f"{page.name} has no place for its table: add the lines <!-- {name} --> and <!-- /{name} -->.")
    return f"{head}{begin}\n{generated}{end}{tail}"


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    return "".join(_line(cells) for cells in (head, ["---"] * len(head), *rows))


def _line(cells: Sequence[str]) -> str:
    return " ".join(["|", *(word for cell in cells for word in (cell, "|") if word)]) + "\n"
