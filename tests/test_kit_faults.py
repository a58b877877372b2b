"""The faults that `make mutants` puts into the kit: which there are, and what is left alone."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tools.mutants.choice import Choice
from tools.mutants.justified import Justified
from tools.mutants.operators import mutants


def faults(text: str) -> set[str]:
    """The lines that faults make of a text."""
    source = dedent(text).encode()
    return {mutant.shown(source)[1] for mutant in mutants("a.py", source)}


@pytest.mark.parametrize(("line", "wanted"), [
    ("x = a < b", {"x = a <= b", "x = a >= b"}),
    ("x = a is None", {"x = a is not None"}),
    ("x = a and b or c", {"x = a or b or c", "x = a and b and c", "x = (b) or c", "x = (a) or c", "x = (c)",
                          "x = (a and b)"}),
    ("x = not a", {"x = (a)"}), ("x = a + b", {"x = a - b"}),
    ("x = (a - 1) // b", {"x = (a + 1) // b", "x = (a - 2) // b",
                                                                                     "x = (a - 1) * b"}),
    ("x = True", {"x = False"}), ("x = 'word'", {'x = ""'}), ("x = ''", {'x = "other"'}),
    ("x = a if b else c", {"x = a if not (b) else c"}),
    ("x = [a for a in b if a]", {"x = [a for a in b if True]"}),
    ("x = min(a)", {"x = max(a)"}), ("x = f(a, b=c)", {"x = f(a)"}), ("x = f(b=c, d=e)", {"x = f( d=e)", "x = f(b=c)"}),
    ("a.b(c)", {"pass"}), ("a += b", {"pass"}), ("a.b = c", {"pass"}),
])  # fmt: skip
def test_a_fault_is_a_word_that_is_another_one(line: str, wanted: set[str]) -> None:
    assert faults(f"def f():\n    {line}\n") == wanted


def test_ways_through_a_function_are_faults_too() -> None:
    found = faults("""
        def f():
            for a in b:
                try:
                    continue
                except KeyError:
                    g()
            raise KeyError("told")
            return a
    """)

    assert found == {"break", "raise", "pass", "return None"}


@pytest.mark.parametrize("text", [
    '"""Documentation."""', "x: int | None = None", "x = int | str", "import a", "from a import b",
    'raise_it = SomeError(f"{a} or {b}")', "assert a", "def f(a: 'b' = None) -> 'c':\n    '''Documentation.'''",
    "if TYPE_CHECKING:\n    x = 1", "x = zip(a, b, strict=True)", '__all__ = ["a"]',
])  # fmt: skip
def test_wording_and_types_are_left_alone(text: str) -> None:
    assert faults(text) == set()


def test_a_fault_is_known_by_its_lines_wherever_they_move_to(tmp_path: Path) -> None:
    list_of_reasons = tmp_path / "justified.txt"
    list_of_reasons.write_text("# What it is.\n\na.py\n- x = 1\n+ x = 2\nAny number\nwould do.\n")
    justified, source = Justified.read(list_of_reasons), b"# moved\nx = 1\ny = 1\n"

    first, second = mutants("a.py", source)

    assert justified.reason(first, source) == "Any number would do."
    assert justified.reason(second, source) is None
    assert list(justified.without_a_fault([second], {"a.py": source})) == ["a.py x = 1 x = 2"]
    list_of_reasons.write_text("a.py\n- x = 1\n+ x = 2\n")
    with pytest.raises(ValueError, match=r"justified\.txt"):
        Justified.read(list_of_reasons)


def test_tests_that_are_about_a_line_are_run_first_and_no_more_than_there_is_time_for(tmp_path: Path) -> None:
    source = b"def f():\n    return 1\n\n\ndef g():\n    return 2\n"
    broad, narrow, other, slow = "t.py::broad", "t.py::narrow", "u.py::other", "t.py::slow"
    lines = {"a.py": {"return 1": {broad, narrow, other, slow}, "return 2": {broad, slow}, "def f():": {slow}}}
    choice = Choice({broad: 1.0, narrow: 2.0, other: 1.0, slow: 9.0}, lines, {"a.py": source})
    fault = next(mutant for mutant in mutants("a.py", source) if mutant.scope == ("f",))

    assert choice.tests(fault, 100) == [narrow, other, broad, slow] or choice.tests(fault, 100) == [
        other, narrow, broad, slow]  # fmt: skip
    assert len(choice.tests(fault, 5)) == 3
