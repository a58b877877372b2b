"""What a benchmark found: printed as a table with the goals below it, and the same in `docs/benchmarks.md`."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from docs.placing import grid, placed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("dlt", "duckdb", "pyarrow")


def options(module: str, told: str | None) -> argparse.ArgumentParser:
    """The command line of a benchmark."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=told)
    parser.add_argument("--write", action="store_true", help=f"put what is found into docs/{PAGE.name}")
    return parser


def tell(
    name: str, head: Sequence[str], rows: Sequence[Sequence[str]], goals: Iterable[tuple[bool, str]], write: bool
) -> int:
    """Print it, write it between the marks of this name if asked to, and answer 1 if a goal is missed."""
    judged = list(goals)
    found = grid(head, rows) + "\n" + "".join(f"- {'PASS' if met else 'FAIL'}: {text}\n" for met, text in judged)
    print(found, flush=True)
    if write:
        PAGE.write_text(placed(PAGE, name, f"{_where()}\n\n{found}"), encoding="utf-8")
    return 0 if all(met for met, _ in judged) else 1


def _where() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (f"{date.today():%Y-%m-%d}, {os.cpu_count()} processors ({platform.machine()}), "
            f"Python {platform.python_version()}, {packages}.")  # fmt: skip
