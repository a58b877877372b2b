"""What each listing accepts and which rows it answers with, declared one listing per row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

from simulators.seven_shifts import cursors
from simulators.seven_shifts.filters import (
    Query,
    Test,
    boolean,
    integer,
    page_limit,
    range_tests,
    since_test,
    user_tests,
)
from simulators.seven_shifts.refusals import bad_request
from simulators.seven_shifts.state import CompanyState


@dataclass(frozen=True)
class Listing:
    """One paged listing. `since`: grain of modified_since; `equals`, `csv`: integer filters by parameter."""

    table: str
    single: str
    since: str
    style: str = "keyset"
    limit: int = 100
    equals: tuple[str, ...] = ()
    csv: tuple[tuple[str, str], ...] = ()
    booleans: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    special: tuple[str, ...] = ()

    @property
    def params(self) -> set[str]:
        """Every query parameter understood."""
        bounds = {f"{name}[{side}]" for name in self.ranges for side in ("gte", "lte")}
        filters = {*self.equals, *self.booleans, *self.special, *(name for name, _ in self.csv)}
        return {"modified_since", "cursor", "limit"} | bounds | filters


_PLACES = ("location_id", "department_id", "role_id", "user_id")
LISTINGS = (
    Listing("locations", "location", "day", "offset", special=("deleted", "location_id")),
    Listing("departments", "department", "day", "offset", equals=("location_id",)),
    Listing("roles", "role", "day", equals=("location_id", "department_id"), csv=(("ids", "id"),)),
    Listing("users", "user", "day", special=("status", "location_id", "department_id", "role_id", "name")),
    Listing(
        "shifts",
        "shift",
        "moment",
        equals=_PLACES,
        csv=(("shift_ids", "id"), ("department_ids", "department_id")),
        booleans=("open",),
        ranges=("start", "end"),
        special=("deleted", "draft", "include_deleted", "sort_by", "sort_dir"),
    ),
    Listing(
        "time_punches",
        "time_punch",
        "moment",
        limit=20,
        equals=_PLACES,
        booleans=("approved",),
        ranges=("clocked_in", "clocked_out"),
        special=("deleted", "include_deleted"),
    ),
)


def plain_tests(listing: Listing, query: Query, exclusive: bool) -> list[Test]:
    """The filters that compare one field with what was asked."""
    since = since_test(listing.since, query, exclusive)
    tests: list[Test] = [since] if since else []
    for name in listing.equals:
        wanted = integer(query, name)
        if wanted is not None:
            tests.append(lambda row, name=name, wanted=wanted: row[name] == wanted)  # type: ignore[misc]
    for name, column in listing.csv:
        if name in query:
            numbers = {integer({name: part}, name) for part in query[name].split(",")}
            tests.append(lambda row, column=column, numbers=numbers: row[column] in numbers)  # type: ignore[misc]
    for name in listing.booleans:
        flag = boolean(query, name)
        if flag is not None:
            tests.append(lambda row, name=name, flag=flag: row[name] is flag)  # type: ignore[misc]
    for name in listing.ranges:
        tests += range_tests(name, query)
    return tests


def special_tests(listing: Listing, state: CompanyState, query: Query, deleted_adds: bool) -> list[Test]:
    if listing.table == "users":
        return user_tests(state, query)
    if "deleted" not in listing.special:
        return []
    tests: list[Test] = []
    wanted = integer(query, "location_id") if listing.table == "locations" else None
    if wanted is not None:
        tests.append(lambda row: row["id"] == wanted)
    deleted = bool(boolean(query, "deleted"))
    both = boolean(query, "include_deleted") if "include_deleted" in listing.special else False
    if both or (deleted and deleted_adds and listing.table == "locations"):
        return tests
    return [*tests, lambda row: row["deleted"] is deleted]


def unreliable(state: CompanyState) -> Test:
    """deleted=true with draft=true: some rows, and which ones nobody can say."""
    return lambda row: crc32(f"{state.company.guid}{row['id']}".encode()) % 3 == 0


def ordered(state: CompanyState, table: str, ids: list[int], query: Query) -> tuple[Sequence[int], bool]:
    """Ids in the order asked for, and whether that is another order than the id's."""
    by = query.get("sort_by")
    if by is None:
        return ids, False
    if by not in ("start", "end") or query.get("sort_dir", "asc") not in ("asc", "desc"):
        raise bad_request("sort_by must be start or end, sort_dir asc or desc", "sort_by")
    return sorted(ids, key=sort_key(state, table, by), reverse=query.get("sort_dir") == "desc"), True


def sort_key(state: CompanyState, table: str, by: str) -> Callable[[int], tuple[str, int]]:
    rows = state.tables[table].rows
    return lambda key: (rows[key][by] if key in rows else "", key)


def cut(
    listing: Listing, state: CompanyState, table: str, ids: Sequence[int], sorted_by: bool, query: Query
) -> cursors.Slice:
    limit, text = page_limit(query, listing.limit), query.get("cursor")
    if listing.style == "offset":
        return cursors.by_offset(ids, text, limit)
    if sorted_by:
        key = sort_key(state, table, query["sort_by"])
        return cursors.by_key(ids, text, limit, key, query.get("sort_dir") == "desc")
    return cursors.by_id(ids, text, limit)
