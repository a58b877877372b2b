"""What a pass over a listing by position finds, and what it takes for a sign that rows have moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from sources.core.errors import SuspectError
from sources.core.passes import Census, Page, read_whole
from tests.kit import NOON


class Told:
    """A listing that gives these pages, pass after pass."""

    asked = "acme: a listing"

    def __init__(self, *passes: Sequence[Page]) -> None:
        self._passes, self._now = iter(passes), iter(())
        self.cursors: list[str | None] = []

    def page(self, cursor: str | None) -> Page:
        if cursor is None:
            self._now = iter(next(self._passes))
        self.cursors.append(cursor)
        return next(self._now)


class Taken(list):
    def add(self, rows: list[dict[str, Any]]) -> None:
        self.append([row["id"] for row in rows])


def rows(*ids: Any) -> list[Any]:
    return [{"id": id} if id != "null" else None for id in ids]


def whole(*passes: Sequence[Page]) -> tuple[Census, list[Any], list[str | None]]:
    listing = Told(*passes)
    census, taken = read_whole(listing, "id", Taken)
    return census, taken, listing.cursors


def test_what_pages_notice_adds_up() -> None:
    first = Page(
        rows(1, "null"), "a", faults=["f1"], partial={1}, holes={"h1"}, noticed=Counter(n=1), date=None, requests=2
    )
    second = Page(rows("null", 2), None, True, faults=["f2"], partial={2}, holes={"h2"}, noticed=Counter(n=2),
                  date=NOON, requests=3)  # fmt: skip

    census, taken, cursors = whole([first, second])

    assert taken == [[1], [2]]
    assert (census.faults, census.partial, census.holes, census.noticed) == (["f1", "f2"], {1, 2}, {"h1", "h2"},
                                                                           Counter(n=3))  # fmt: skip
    assert (census.keys, census.nulls, census.started, census.requests, cursors) == ({1, 2}, 1, NOON, 5, [None, "a"])
    assert (census.moved, census.miscounted, census.endless, census.anchored) == ("", False, False, True)


def test_the_clock_is_that_of_the_very_first_page_and_requests_are_those_of_every_try() -> None:
    moved = [Page(rows(1, 2), "a", date=NOON), Page(rows(9), None, True)]
    calm = [Page(rows(1, 2), None, date=NOON.replace(hour=13), requests=4)]

    census, taken, _ = whole(moved, calm)

    assert (census.started, census.requests, taken) == (NOON, 6, [[1, 2]])


def test_a_page_that_begins_with_the_last_row_gives_it_once() -> None:
    _, taken, _ = whole([Page(rows(1, 2), "a"), Page(rows(2, 3), "b", True), Page(rows(3), None, True)])

    assert taken == [[1, 2], [3], []]


def test_after_an_empty_page_the_seam_is_where_it_was() -> None:
    census, taken, _ = whole([Page(rows(1), "a"), Page(rows(1), "b", True), Page(rows(1, 2), None, True)])

    assert (taken, census.moved) == ([[1], [], [2]], "")


def test_a_page_that_begins_elsewhere_tells_that_rows_moved_and_is_not_shortened() -> None:
    moved = [Page(rows(1, 2), "a"), Page(rows(3, 4), None, True)]

    census, taken, cursors = whole(moved, moved, moved)

    assert census.moved == "rows were inserted or removed while it was read"
    assert taken == [[1, 2], [3, 4]]
    assert cursors == [None, "a"] * 3


def test_an_impatient_pass_stops_where_rows_moved_and_the_last_one_goes_on() -> None:
    moved = [Page(rows(1, 2), "a"), Page(rows(3), "b", True), Page(rows(3), None, True)]

    _, taken, cursors = whole(moved, moved, moved)

    assert cursors == [None, "a", None, "a", None, "a", "b"]
    assert taken == [[1, 2], [3], []]


@pytest.mark.parametrize("pages", [
    [Page(rows(1, 1), None)],
    [Page(rows(1, 2), "a"), Page(rows(2, 1), None, True)],
    [Page(rows(1, 2), "a"), Page(rows(3, 1), None)],
])  # fmt: skip
def test_a_row_that_comes_twice_tells_that_rows_moved(pages: list[Page]) -> None:
    census, _, _ = whole(pages, pages, pages)

    assert census.moved == "rows came twice while it was read"


def test_rows_that_came_as_null_are_no_row_that_came_twice() -> None:
    census, _, _ = whole([Page(rows("null", "null", 1), "a", total=4), Page(rows(1, "null"), None, True, total=4)])

    assert (census.moved, census.nulls, census.keys) == ("", 3, {1})


def test_a_first_sign_is_not_replaced_by_a_later_one() -> None:
    moved = [Page(rows(1, 2), "a"), Page(rows(9, 1), None, True)]

    census, _, _ = whole(moved, moved, moved)

    assert census.moved == "rows were inserted or removed while it was read"


def test_a_key_that_is_none_is_told_from_others() -> None:
    census, _, _ = whole([Page([{"id": {"a": 1}}, {"id": {"a": 2}}, {"id": "x"}], None, total=3)])

    assert census.keys == {"{'a': 1}", "{'a': 2}", "x"}
    assert census.moved == ""


@pytest.mark.parametrize(("totals", "moved"), [
    ((3, 3), ""), ((None, 3), ""), ((None, None), ""), ((4, 4), "3 rows were listed where the server counts 4"),
    ((3, 4), "3 rows were listed where the server counts 3 and then 4"), ((2, 2), "3 rows were listed where the server "
                                                                          "counts 2"),
    ((1234, None), "3 rows were listed where the server counts 1,234"),
])  # fmt: skip
def test_the_rows_are_held_against_what_the_server_counts(totals: Any, moved: str) -> None:
    pages = [Page(rows(1, 2), "a", total=totals[0]), Page(rows(2, "null"), None, True, total=totals[1])]

    census, taken, _ = whole(pages, pages, pages)

    assert (census.moved, census.miscounted) == (moved, bool(moved))
    assert taken == [[1, 2], []]


def test_rows_that_moved_are_not_counted_as_well() -> None:
    pages = [Page(rows(1, 1), None, total=9)]

    census, _, _ = whole(pages, pages, pages)

    assert (census.moved, census.miscounted) == ("rows came twice while it was read", False)


def test_a_miscount_that_does_not_last_is_forgotten() -> None:
    census, _, cursors = whole([Page(rows(1), None, total=2)], [Page(rows(1, 2), None, total=2)])

    assert (census.moved, census.keys, cursors) == ("", {1, 2}, [None, None])


def test_pages_that_do_not_overlap_are_read_until_two_passes_have_the_same_rows() -> None:
    one, other = [Page(rows(1), "a"), Page(rows(2), None)], [Page(rows(1), "a"), Page(rows(3), None)]

    census, taken, cursors = whole(one, other, other)
    assert (census.moved, census.anchored, taken, len(cursors)) == ("", False, [[1], [3]], 6)

    census, _, cursors = whole(one, one)
    assert (census.moved, len(cursors)) == ("", 4)

    census, _, _ = whole(one, other, one)
    assert census.moved == "its pages do not overlap, and no two readings of it were the same"


def test_one_page_is_anchored_whatever_it_says() -> None:
    assert whole([Page(rows(1), None)])[0].anchored
    census, _, _ = whole(*[[Page(rows(1), "a"), Page(rows(1, 2), "b", True), Page(rows(3), None)]] * 2)
    assert not census.anchored


def test_a_cursor_that_comes_back_ends_in_an_error_that_says_where() -> None:
    pages = [Page(rows(1), "a"), Page(rows(2), "b"), Page(rows(3), "a")]

    with pytest.raises(SuspectError, match="acme: a listing does not end: its cursor 'a' comes back after 2 pages"):
        whole(pages, pages, pages)


def test_a_listing_that_is_endless_only_once_is_read_again() -> None:
    census, taken, _ = whole([Page(rows(1), "a"), Page(rows(2), "a")], [Page(rows(1, 2), None)])

    assert (census.endless, taken) == (False, [[1, 2]])


def test_a_page_that_only_repeats_ends_in_an_error() -> None:
    pages = [Page(rows(1, 2), "a"), Page(rows(2, 3), "b", True), Page(rows(3, 1), "c", True)]

    with pytest.raises(SuspectError, match="page 3 has nothing new"):
        whole(pages, pages, pages)


@pytest.mark.parametrize(("empty", "endless"), [(5, False), (6, True)])
def test_five_empty_pages_may_lead_on_and_six_may_not(empty: int, endless: bool) -> None:
    pages = [Page(rows(1), "0"), *(Page([], str(number + 1)) for number in range(empty)), Page(rows(2), None)]

    if endless:
        with pytest.raises(SuspectError, match="page 7 has nothing new"):
            whole(pages, pages, pages)
    else:
        assert whole(pages, pages)[0].keys == {1, 2}


def test_empty_pages_are_counted_anew_after_a_row_and_rows_of_null_are_rows() -> None:
    pages = [Page(rows(1), "0"), *(Page([], str(number + 1)) for number in range(4)), Page(rows("null"), "6"),
             *(Page([], str(number + 7)) for number in range(5)), Page(rows(2), None)]  # fmt: skip

    census, _, _ = whole(pages, pages)

    assert (census.keys, census.nulls, census.moved) == ({1, 2}, 1, "")


def test_a_first_page_may_be_empty_and_a_last_one_too() -> None:
    census, taken, _ = whole(*[[Page([], "a"), Page(rows(1), "b"), Page([], None)]] * 2)

    assert (taken, census.moved) == ([[], [1], []], "")
