"""Which faults there are, and how to find every place for one.

Wording is left alone (documentation, errors, f-strings), and so are types: no test should have to repeat a sentence.
"""

from __future__ import annotations

import ast

from tools.mutants.mutant import Mutant
from tools.mutants.places import Places

COMPARE: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">="), ast.LtE: ("<", ">"), ast.Gt: (">=", "<="), ast.GtE: (">", "<"), ast.Eq: ("!=",),
    ast.NotEq: ("==",), ast.Is: ("is not",), ast.IsNot: ("is",), ast.In: ("not in",), ast.NotIn: ("in",),
}  # fmt: skip
BINARY: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*", ast.Pow: "*",
    ast.BitOr: "&", ast.BitAnd: "|", ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip
FOR_PEOPLE = ("strict", "thread_name_prefix")  # an assertion of our own, and a name in a debugger
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


def mutants(file: str, source: bytes) -> list[Mutant]:
    """Every fault that can be put into a file."""
    tree = ast.parse(source)
    finder = _Finder(file, source)
    finder.visit(tree)
    plain = ast.dump(tree)
    found: dict[tuple[int, int, str], Mutant] = {}
    for mutant in finder.found:
        try:
            changed = ast.dump(ast.parse(mutant.applied(source)))
        except SyntaxError:
            continue
        if changed != plain:
            found.setdefault((mutant.start, mutant.end, mutant.text), mutant)
    return list(found.values())


class _Finder(Places):
    # What is never changed, and what only carries on.

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert):
            return
        if isinstance(node, ast.Call) and _name(node.func).endswith(("Error", "TypeVar", "getLogger")):
            return  # wording
        if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.keyword) and node.arg in FOR_PEOPLE:
            return
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            self.begun = node.lineno
        for make in (self._expression, self._statement):
            make(node)
        super().visit(node)

    def visit_Module(self, node: ast.Module) -> None:  # noqa: N802 - the names of `ast`
        self._body(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802 - the names of `ast`
        protocol = any(_name(base).startswith("Protocol") for base in node.bases)
        if not protocol:
            self.scope.append(node.name)
            self._body(node.body)
            self.scope.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802 - the names of `ast`
        self.scope.append(node.name)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self.functions += 1
        self._body(node.body)
        self.functions -= 1
        self.scope.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802 - the names of `ast`
        if node.value is not None:
            self._named(node.target, node.value)

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802 - the names of `ast`
        if not _is_type(node.value):
            self._named(node.targets[0], node.value)

    def _named(self, target: ast.expr, value: ast.expr) -> None:
        """A constant is known by its name; so are the fields of a class, besides by that of the class."""
        name = target.id if isinstance(target, ast.Name) and not self.functions else ""
        if name.startswith("__"):
            return
        self.scope += [name] if name else []
        self.visit(value)
        if name:
            self.scope.pop()

    def _body(self, body: list[ast.stmt]) -> None:
        for statement in body[_documented(body) :]:
            self.visit(statement)

    # The faults.

    def _expression(self, node: ast.AST) -> None:
        if isinstance(node, ast.Compare):
            self._comparison(node)
        elif isinstance(node, ast.BoolOp):
            word = " or " if isinstance(node.op, ast.And) else " and "
            for left, right in zip(node.values, node.values[1:], strict=False):
                self.between(left, right, word, "another connective")
            for value in node.values:
                others = [self.text(other) for other in node.values if other is not value]
                joined = (" and " if isinstance(node.op, ast.And) else " or ").join(others)
                self.replace(node, f"({joined})" if len(others) > 1 else joined, "a condition left out")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            self.replace(node, self.text(node.operand), "a negation left out")
        elif isinstance(node, ast.BinOp) and not _is_type(node):
            self.between(node.left, node.right, f" {BINARY.get(type(node.op), '+')} ", "another operator")
        elif isinstance(node, ast.Constant):
            self._constant(node)
        elif isinstance(node, ast.IfExp) and not _turned_anyway(node.test):
            self.replace(node.test, f"not {self.text(node.test)}", "a choice turned round")
        elif isinstance(node, ast.comprehension):
            for condition in node.ifs:
                self.replace(condition, "True", "a filter left out")
        elif isinstance(node, ast.Call):
            if _name(node.func) in TWINS:
                self.replace(node.func, TWINS[_name(node.func)], "its twin")
            for keyword in node.keywords:
                if keyword.arg not in (None, *FOR_PEOPLE):
                    self.leave_out(node, keyword, "an argument left out")

    def _statement(self, node: ast.AST) -> None:
        if isinstance(node, ast.If | ast.While) and not _turned_anyway(node.test):
            self.replace(node.test, f"not {self.text(node.test)}", "a condition turned round")
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            self.replace(node, "return None", "nothing returned")
        elif isinstance(node, ast.Raise):
            self.replace(node, "pass", "nothing raised")
        elif isinstance(node, ast.Continue | ast.Break):
            self.replace(node, "break" if isinstance(node, ast.Continue) else "continue", "another way on")
        elif isinstance(node, ast.AugAssign | ast.Delete) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom)
        ):
            self.replace(node, "pass", "a statement left out")
        elif isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name):
            if self.functions and not (isinstance(node.targets[0], ast.Tuple) and _names_only(node.targets[0])):
                self.replace(node, "pass", "a statement left out")
        elif isinstance(node, ast.ExceptHandler) and not isinstance(node.body[0], ast.Raise):
            self.replace(node.body[0], "raise", "an exception let through", node.body[-1])

    def _comparison(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for at, op in enumerate(node.ops):
            for word in COMPARE[type(op)]:
                self.between(sides[at], sides[at + 1], f" {word} ", "another comparison")

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.replace(node, str(not value), "another constant")
        elif isinstance(value, int | float):
            self.replace(node, str(value + 1), "another constant")
        elif isinstance(value, str | bytes):
            kind = "b" if isinstance(value, bytes) else ""
            self.replace(node, f'{kind}""' if value else f'{kind}"other"', "another constant")


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _documented(body: list[ast.stmt]) -> int:
    first = body[0]
    return int(isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant))


def _turned_anyway(test: ast.expr) -> bool:
    """Whether the opposite of a condition is a fault of its own: `a is b`, `not a`; or it is always true."""
    if isinstance(test, ast.Compare):
        return len(test.ops) == 1
    return isinstance(test, ast.Constant) or (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_type(node: ast.AST) -> bool:
    """Whether it spells a type: `int | str`, `dict[str, Any]`, `Callable[[int], str]`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_type(node.left) and (_is_type(node.right) or _is_none(node.right))
    if isinstance(node, ast.Subscript):
        return _is_type(node.value)
    return _name(node) in TYPES or (isinstance(node, ast.Attribute) and node.attr[:1].isupper())


TYPES = frozenset({
    "int", "str", "bool", "float", "bytes", "dict", "list", "tuple", "set", "frozenset", "type", "date", "datetime",
    "Annotated", "Callable", "Mapping", "Sequence", "Iterator", "Iterable", "Any", "Company", "Record",
})  # fmt: skip


def _names_only(target: ast.Tuple) -> bool:
    return all(isinstance(part, ast.Name | ast.Starred) for part in target.elts)
