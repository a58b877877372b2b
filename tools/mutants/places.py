"""Where in a file things stand, and the faults that were put down so far."""

from __future__ import annotations

import ast

from tools.mutants.mutant import Mutant


class Places(ast.NodeVisitor):
    """`scope` names where the visitor is; `functions` counts how many functions it is in."""

    def __init__(self, file: str, source: bytes) -> None:
        self.found: list[Mutant] = []
        self.scope: list[str] = []
        self.functions = 0
        self.begun = 1  # the line of the statement it is in
        self._file, self._source = file, source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def replace(self, first: ast.AST, text: str, what: str, last: ast.AST | None = None) -> None:
        """Put other text in the place of a node, or of all from one to another."""
        self._put(self._at(first)[0], self._at(last or first)[1], text, what, first.lineno)  # type: ignore[attr-defined]

    def between(self, left: ast.expr, right: ast.expr, text: str, what: str) -> None:
        """Put another operator between two operands, brackets and all."""
        start, end = self._at(left)[1], self._at(right)[0]
        between = self._source[start:end].decode()
        opened, closed = between.rstrip(" \n").count("("), between.count(")")
        self._put(start, end, ")" * closed + text + "(" * opened, what, left.end_lineno or left.lineno)

    def leave_out(self, call: ast.Call, keyword: ast.keyword, what: str) -> None:
        """Leave an argument out, with a comma before or after it."""
        start, end = self._at(keyword)
        after = self._source[end : self._at(call)[1]]
        rest = after.lstrip()
        if rest.startswith(b","):
            end += len(after) - len(rest) + 1
        else:
            start = len(self._source[:start].rstrip().removesuffix(b","))
        self._put(start, end, "", what, keyword.lineno)

    def text(self, node: ast.AST) -> str:
        """The text of a node, in brackets."""
        start, end = self._at(node)
        return f"({self._source[start:end].decode()})"

    def _at(self, node: ast.AST) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end

    def _put(self, start: int, end: int, text: str, what: str, line: int) -> None:
        lines, scope = range(min(self.begun, line), line + 1), tuple(self.scope)
        self.found.append(Mutant(self._file, start, end, text, what, lines, scope, self.functions > 0))
