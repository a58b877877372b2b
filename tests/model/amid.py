"""What happens between the pages of a run: edits and jumps of the vendor's clock, when a listing gets to a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.model.machine import JUMP, MANY, Edit, edits

Deed = tuple[str, int, float, list[Edit]]  # at which table's page, how far the clock jumps, what happens then


def interference(kinds: Sequence[str], tables: Sequence[str], table_edits: Sequence[str]) -> st.SearchStrategy[Any]:
    """Anything between any pages, or a long reading of one table in which rows before and behind the page that is
    being read are edited: the newest modification seen then says nothing of those that were not. `table_edits` are
    those of `tables` for which there is a kind of that name with "edit " before it."""
    anything = st.lists(
        st.tuples(st.sampled_from(tables), st.integers(1, 4), JUMP, edits(kinds, 3)), min_size=1, max_size=3
    )
    return st.one_of(anything, st.builds(_long, st.sampled_from(table_edits), JUMP.filter(bool), MANY))


def _long(table: str, jump: float, value: int) -> list[Deed]:
    def both(place: int, more: int) -> list[Edit]:
        return [(f"edit {table}", company, place, value + more) for company in (0, 1)]

    return [(table, 1, 0, both(0, 0)), (table, 2, jump, both(-1, 1))]


class Amid:
    """Does each deed once, when its page has been computed but not yet sent. The clock jumps first, so that no edit
    is older than an answer that is dated later and does not show it."""

    def __init__(self, happen: Callable[[Sequence[Edit]], None], pass_time: Callable[[float], None]) -> None:
        self.deeds: list[Deed] = []
        self.errors: list[Exception] = []
        self._happen, self._pass_time, self._lock = happen, pass_time, threading.Lock()

    def page(self, table: str, number: int) -> None:
        with self._lock:
            due = [deed for deed in self.deeds if deed[:2] == (table, number)]
            self.deeds = [deed for deed in self.deeds if deed not in due]
            for _, _, jump, batch in due:
                try:
                    self._pass_time(jump)
                    self._happen(batch)
                except Exception as error:  # the server would answer 500, and nobody would know why
                    self.errors.append(error)
