"""Whole readings of a listing that moves while it is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sources.core.errors import SuspectError
from sources.core.passes import Page, read_whole


class Moving:
    """A listing by position, three rows to a page, whose pages overlap by one. `between` is told of each page and may
    change the rows."""

    asked = "acme: a listing"

    def __init__(self, rows: list[int | None], between: Callable[[int, list], None] = lambda page, rows: None) -> None:
        self.rows, self.between, self.pages, self.wrong = rows, between, 0, 0

    def page(self, cursor: str | None) -> Page:
        start = int(cursor or 0)
        found = self.rows[start : start + 3]
        end = start + len(found)
        total = None if self.wrong is None else len(self.rows) + self.wrong
        page = Page([{"id": row} if row is not None else None for row in found],
                    str(end - 1) if end < len(self.rows) else None, cursor is not None, total)  # fmt: skip
        self.pages += 1
        self.between(self.pages, self.rows)
        return page


class Rows(list):
    def add(self, rows: list) -> None:
        self.extend(row["id"] for row in rows)


def test_a_listing_at_rest_is_read_once_and_each_row_once():
    listing = Moving([1, 2, 3, 4, 5, 6, 7])

    census, rows = read_whole(listing, "id", Rows)

    assert rows == [1, 2, 3, 4, 5, 6, 7]
    assert (census.moved, listing.pages) == ("", 3)


@pytest.mark.parametrize("change", [
    lambda rows: rows.pop(0),
    lambda rows: rows.insert(0, 9),
    lambda rows: (rows.pop(0), rows.append(9)),
    lambda rows: (rows.pop(), rows.insert(0, 9)),
], ids=["deletion", "insertion", "deletion and insertion", "insertion and deletion"])  # fmt: skip
def test_a_pass_in_which_rows_moved_is_repeated_and_nothing_is_lost_or_doubled(change):
    listing = Moving([1, 2, 3, 4, 5, 6, 7], lambda page, rows: change(rows) if page == 1 else None)

    census, rows = read_whole(listing, "id", Rows)

    assert rows == listing.rows
    assert census.moved == ""


def test_a_row_that_is_removed_ahead_of_the_reader_shows_in_the_count():
    listing = Moving([1, 2, 3, 4, 5], lambda page, rows: rows.pop() if page == 1 else None)

    census, rows = read_whole(listing, "id", Rows)

    assert rows == [1, 2, 3, 4]
    assert census.moved == ""


def test_a_listing_that_never_rests_gives_its_rows_and_the_reason_to_close_nothing():
    listing = Moving([1, 2, 3, 4, 5], lambda page, rows: rows.insert(0, -page))

    census, rows = read_whole(listing, "id", Rows)

    assert "inserted or removed" in census.moved
    assert set(rows) >= {1, 2, 3, 4, 5}


def test_a_count_that_is_always_wrong_is_told_with_both_figures():
    listing = Moving([1, 2, 3, 4])
    listing.wrong = 2

    census, rows = read_whole(listing, "id", Rows)

    assert rows == [1, 2, 3, 4]
    assert census.moved == "4 rows were listed where the server counts 6"
    assert census.requests == 2 * 3


def test_rows_that_come_as_null_are_counted_also_at_the_seam_of_two_pages():
    listing = Moving([1, 2, None, 4, None])

    census, rows = read_whole(listing, "id", Rows)

    assert (rows, census.nulls, census.moved) == ([1, 2, 4], 2, "")


def test_a_cursor_that_leads_to_itself_ends_in_an_error():
    class Circle(Moving):
        def page(self, cursor: str | None) -> Page:
            return Page([{"id": 1}, {"id": 2}], "0", cursor is not None, 2)

    with pytest.raises(SuspectError, match="acme: a listing does not end"):
        read_whole(Circle([]), "id", Rows)


def test_pages_without_a_new_row_end_in_an_error():
    class Same(Moving):
        def page(self, cursor: str | None) -> Page:
            return Page([{"id": 1}], str(int(cursor or 0) + 1), cursor is not None, 1)

    with pytest.raises(SuspectError, match="nothing new"):
        read_whole(Same([]), "id", Rows)


class Loose(Moving):
    """A listing whose pages do not overlap, and which counts nothing."""

    def page(self, cursor: str | None) -> Page:
        page = super().page(cursor)
        rows = [row for row in page.rows if not cursor or row["id"] != self.last]
        self.last = page.rows[-1]["id"] if page.rows else None
        return Page(rows, page.next)


def test_pages_that_do_not_overlap_are_read_until_two_readings_agree():
    listing = Loose([1, 2, 3, 4, 5])

    census, rows = read_whole(listing, "id", Rows)

    assert (rows, census.moved, listing.pages) == ([1, 2, 3, 4, 5], "", 4)


def test_pages_that_do_not_overlap_and_never_agree_prove_nothing():
    listing = Loose([1, 2, 3, 4, 5], lambda page, rows: rows.append(10 + page) if page % 2 else None)

    census, _ = read_whole(listing, "id", Rows)

    assert "no two readings of it were the same" in census.moved


def test_two_rows_that_change_places_show_even_where_nothing_is_counted():
    def swap(page: int, rows: list) -> None:
        if page == 1:
            rows[0], rows[5] = rows[5], rows[0]

    listing = Moving([1, 2, 3, 4, 5, 6, 7], swap)
    listing.wrong = None

    census, rows = read_whole(listing, "id", Rows)

    assert sorted(rows) == [1, 2, 3, 4, 5, 6, 7]
    assert census.moved == ""


def test_an_empty_page_that_leads_on_is_no_end():
    class Gaps(Moving):
        def page(self, cursor: str | None) -> Page:
            at = int(cursor or 0)
            rows = [{"id": at}] if at % 3 == 0 else []
            return Page(rows, str(at + 1) if at < 6 else None, total=3)

    _, rows = read_whole(Gaps([]), "id", Rows)

    assert rows == [0, 3, 6]
