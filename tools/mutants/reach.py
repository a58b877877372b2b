"""Which tests reach which lines, and how much each computes: found by running them with nothing changed.

A plugin of pytest (`-p tools.mutants.reach`) in a process of its own, and what is made of its findings. Lines are known
by their text: what was found stays right when a line moves, and only test files that changed have to run again.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import coverage
import pytest

OUTPUT = "SEVENS_MUTANTS_OUTPUT"
SOURCES = "SEVENS_MUTANTS_SOURCES"


@dataclass
class Reach:
    """Of one test file: its content, seconds by test, and tests by source file and text of the line."""

    content: str
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def content(file: Path) -> str:
    """What tells whether a file has changed."""
    return blake2b(file.read_bytes(), digest_size=12).hexdigest()


def load(file: Path) -> dict[str, Reach]:
    """What is known, by test file."""
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: Reach(**reach) for name, reach in found.items()}


def save(file: Path, known: Mapping[str, Reach]) -> None:
    """Keep it for the next time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({name: vars(reach) for name, reach in known.items()}), encoding="utf-8")


def merge(known: Iterable[Reach]) -> tuple[dict[str, float], dict[str, dict[str, set[str]]]]:
    """Seconds by test, and tests by source file and text of the line, over all test files."""
    seconds: dict[str, float] = {}
    lines: dict[str, dict[str, set[str]]] = {}
    for reach in known:
        seconds |= reach.seconds
        for source, by_text in reach.lines.items():
            for text, tests in by_text.items():
                lines.setdefault(source, {}).setdefault(text, set()).update(tests)
    return seconds, lines


class _Watch:
    def __init__(self, output: Path, sources: list[str]) -> None:
        self._output, self._sources = output, sources
        self._seconds: dict[str, float] = {}
        self._unfit: set[str] = set()
        self._coverage = coverage.Coverage(data_file=None, include=[str(Path(name).resolve()) for name in sources])
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _forget()
        self._coverage.switch_context(item.nodeid)
        began = time.process_time()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = round(time.process_time() - began, 3)
            self._coverage.switch_context("")

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401 - pytest's
        if not report.passed:
            self._unfit.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        known: dict[str, Reach] = {}
        for test, took in self._seconds.items():
            file = test.partition("::")[0]
            reach = known.setdefault(file, Reach(content(Path(file))))
            if test not in self._unfit:
                reach.seconds[test] = took
        for source in self._sources:
            texts = Path(source).read_text(encoding="utf-8").splitlines()
            for line, tests in data.contexts_by_lineno(str(Path(source).resolve())).items():
                for test in tests:
                    found = known.get(test.partition("::")[0])
                    if found and test in found.seconds:
                        found.lines.setdefault(source, {}).setdefault(texts[line - 1].strip(), []).append(test)
        save(self._output, known)


def _forget() -> None:
    """Empty the caches of the kit: what is computed once is reached by every test that uses it."""
    for module in [module for name, module in sys.modules.items() if name.startswith(("sources.", "tests."))]:
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()
            for name in [name for name, kind in vars(type(value)).items() if isinstance(kind, cached_property)]:
                vars(value).pop(name, None)


def pytest_configure(config: pytest.Config) -> None:
    """Start before anything of the kit is imported."""
    if OUTPUT in os.environ:
        config.pluginmanager.register(_Watch(Path(os.environ[OUTPUT]), os.environ[SOURCES].split(os.pathsep)))
