"""What happens between the pages of a run: edits and jumps of the vendor's clock, when a listing gets to a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from tests.model.machine import JUMP, Edit, edits

Deed = tuple[str, int, float, list[Edit]]  # at which table's page, how far the clock jumps, what happens then


def interference(kinds: Sequence[str], tables: Sequence[str]) -> st.SearchStrategy[list[Deed]]:
    """Anything between any pages."""
    deed = st.tuples(st.sampled_from(tables), st.integers(1, 4), JUMP, edits(kinds, 3))
    return st.lists(deed, min_size=1, max_size=3)


def long_reading(table: str, jump: float, value: int) -> tuple[list[Edit], list[Deed]]:
    """Edits that make a run read three pages of a table, and what happens while it takes long over them: rows before
    and behind the page that is being read are edited, so that the newest modification seen says nothing of the one
    that was not."""

    kind = f"edit {table}"
    before = [(kind, company, place, value) for place in range(12) for company in (0, 1)]
    edits = [(f"{table} 0", 1, 0, [(kind, 0, 0, value + 1)]), (f"{table} 0", 2, jump, [(kind, 0, -1, value + 2)])]
    return before, edits


class Amid:
    """Does each deed once, when its page has been computed but not yet sent. The clock jumps first, so that no edit
    is older than an answer that is dated later and does not show it."""

    def __init__(self, happen: Callable[[Sequence[Edit]], None], pass_time: Callable[[float], None]) -> None:
        self.deeds: list[Deed] = []
        self.errors: list[Exception] = []
        self._happen, self._pass_time, self._lock = happen, pass_time, threading.Lock()

    def page(self, table: str, number: int, company: int) -> None:
        """A listing of a company has got to a page. A deed may name the company behind the table."""
        with self._lock:
            due = [deed for deed in self.deeds if deed[0] in (table, f"{table} {company}") and deed[1] == number]
            self.deeds = [deed for deed in self.deeds if deed not in due]
            for _, _, jump, batch in due:
                try:
                    self._pass_time(jump)
                    self._happen(batch)
                except Exception as error:  # the server would answer 500, and nobody would know why
                    self.errors.append(error)
