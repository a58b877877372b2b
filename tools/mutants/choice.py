"""Which tests to run against a fault: those that reach it, first those that reach little else."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from tools.mutants.mutant import Mutant


class Choice:
    """Chooses among the tests whose `seconds` and reached `lines` (by their text) are known."""

    def __init__(
        self, seconds: Mapping[str, float], lines: Mapping[str, Mapping[str, set[str]]], texts: Mapping[str, bytes]
    ) -> None:
        self.seconds, self._reached = seconds, lines
        self._lines = {name: [line.strip() for line in text.decode().splitlines()] for name, text in texts.items()}

    def tests(self, mutant: Mutant, budget: float) -> list[str]:
        """At most `budget` seconds of tests, but at least three. None if no test reaches it."""
        chosen: list[str] = []
        spent = 0.0
        for test in self._in_turn(self._reaching(mutant)):
            spent += self.seconds[test]
            if spent > budget and len(chosen) >= 3:
                break
            chosen.append(test)
        return chosen

    def _reaching(self, mutant: Mutant) -> set[str]:
        lines, reached = self._lines[mutant.file], self._reached.get(mutant.file, {})
        if mutant.inside:
            found = set().union(*(reached.get(lines[line - 1], set()) for line in mutant.lines))
            if found:
                return found
        named = self._mentioning(mutant.scope[-1:]) or self._mentioning(mutant.scope[:1])
        return named or set().union(*reached.values())

    def _mentioning(self, names: tuple[str, ...]) -> set[str]:
        """The tests that reach a line with this name in it, in any file, or have it in their own text."""
        if not names:
            return set()
        word = re.compile(rf"\b{re.escape(names[0])}\b")
        found = {test for reached in self._reached.values() for text, tests in reached.items() if word.search(text)
                 for test in tests}  # fmt: skip
        return found | {test for test, text in self._texts.items() if word.search(text)}

    @cached_property
    def _texts(self) -> dict[str, str]:
        """The text of every test."""
        found: dict[tuple[str, str], str] = {}
        for file in {test.partition("::")[0] for test in self.seconds}:
            text = Path(file).read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    found[file, node.name] = ast.get_source_segment(text, node) or ""
        return {test: found.get((test.partition("::")[0], test.partition("::")[2].partition("[")[0]), "")
                for test in self.seconds}  # fmt: skip

    @cached_property
    def _breadth(self) -> Counter[str]:
        """How many lines each test reaches: what reaches few is about them."""
        return Counter(test for reached in self._reached.values() for tests in reached.values() for test in tests)

    def _in_turn(self, tests: set[str]) -> list[str]:
        """From one file after the other, the narrowest first."""
        files: dict[str, list[str]] = {}
        for test in sorted(
            tests & self.seconds.keys(), key=lambda test: (self._breadth[test], self.seconds[test], test)
        ):
            files.setdefault(test.partition("::")[0], []).append(test)
        return [test for round in zip_longest(*files.values()) for test in round if test]
