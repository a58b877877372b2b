"""Listings that lie, rows that fit no table, and the company behind a GUID, against scripted answers."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from sources.core.company import Company
from sources.core.errors import SuspectError
from sources.core.http import Reply
from sources.core.privacy import Privacy
from sources.core.scan import scan
from sources.core.task import Task, Unit
from sources.seven_shifts.connection import discover
from sources.seven_shifts.resources import RESOURCES
from tests.conftest import Bench

GUID = "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0"
BISTRO = Company("bistro", GUID, 7)
SEVERAL = [{"id": 6, "uuid": "one"}, {"id": 7, "uuid": GUID.upper()}, {"id": 8, "uuid": "two"}]


class Script:
    """A client whose every answer is written down: `answer` makes the one of a path, by its number."""

    auth, privacy = SimpleNamespace(identity="script"), Privacy()

    def __init__(self, answer: Callable[[str, int], dict[str, Any]]) -> None:
        self.answer, self.paths = answer, []

    def get(self, company: Company, path: str, params: Any, decode: Callable[[bytes], Any]) -> Reply[Any]:
        assert len(self.paths) < 50, "it reads for ever"
        self.paths.append(path)
        return Reply(decode(msgspec.json.encode(self.answer(path, len(self.paths)))), None, 1)


def page(rows: list[Any], next: str | None = None, count: int | None = None) -> dict[str, Any]:
    return {"data": rows, "meta": {"cursor": {"next": next, "count": count}}}


def read(answer: Callable[[int], dict[str, Any]]) -> Unit:
    resource = next(resource for resource in RESOURCES if resource.name == "roles")
    (unit,) = scan(Script(lambda path, number: answer(number)), Task(BISTRO, resource))
    return unit


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda number: page([{"id": number}], "again"), id="one cursor, ever new rows"),
        pytest.param(lambda number: page([{"id": 1}], f"{number}"), id="ever new cursors, the same rows"),
        pytest.param(lambda number: page([], f"{number}"), id="ever new cursors, no rows"),
    ],
)
def test_a_listing_that_never_ends_is_given_up(answer: Callable[[int], dict[str, Any]]) -> None:
    with pytest.raises(SuspectError, match="does not end"):
        read(answer)


def test_a_listing_that_ends_before_its_count_is_cut_off() -> None:
    with pytest.raises(SuspectError, match="ended after 2 rows, but counts 3"):
        read(lambda number: page([{"id": 1}, {"id": 2}], count=3))


def test_a_long_listing_of_rows_with_a_new_field_is_read_to_its_end() -> None:
    def answer(number: int) -> dict[str, Any]:
        at = (number - 1) % 9 + 1  # read twice: it goes by position
        return page([{"id": at, "weather": "rain"}], f"{at}" if at < 9 else None)

    unit = read(answer)

    assert sorted(unit.batch.rows["roles"].values("id")) == list(range(1, 10))
    assert sum(unit.batch.drift.values()) == 9


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (5, "not an object"),
        ({"name": "Host"}, "key 'id' is None"),
        ({"id": True}, "key 'id' is True"),
        ({"id": 1.5}, "key 'id' is 1.5"),
        ({"id": "abc"}, "key 'id' is 'abc', not an integer"),
        ({"id": str(2**63)}, "'id' is an integer beyond 64 bits"),
    ],
)
def test_a_row_that_fits_no_table_is_set_aside_beside_its_neighbours(row: Any, reason: str) -> None:
    unit = read(lambda number: page([{"id": 1}, row]))

    assert [rejected.reason for rejected in unit.batch.rejected] == [reason]
    assert unit.batch.rows["roles"].values("id") == [1]
    assert unit.rows_read == 2


def test_a_station_that_fits_no_table_is_set_aside_beside_its_role() -> None:
    stations = [{"station_number": None, "name": "Bar"}, {"station_number": 2, "name": "Door"}]
    unit = read(lambda number: page([{"id": 1, "weather": "rain", "stations": stations}]))

    assert [(rejected.table, rejected.reason) for rejected in unit.batch.rejected] == [
        ("role_stations", "key 'station_number' is None")
    ]
    assert unit.batch.rows["role_stations"].values("station_number") == [2]


def ask(listed: list[dict[str, Any]], mine: list[int], id: int | None, remembered: int | None) -> tuple[Company, int]:
    whoami = {"data": {"users": [{"company_id": company} for company in mine]}}
    script = Script(lambda path, number: whoami if path == "v2/whoami" else {"data": listed})
    return discover(script, Company("bistro", GUID, id), remembered), len(script.paths)


def test_the_company_is_found_among_several_by_its_guid_alone() -> None:
    assert ask(SEVERAL, [], id=None, remembered=None) == (BISTRO, 1)


def test_a_configured_id_says_which_of_several_companies_is_meant() -> None:
    assert ask(SEVERAL[:1] + SEVERAL[2:] + [{"id": 7}], [6, 8], id=7, remembered=None) == (BISTRO, 1)


def test_whose_users_the_credential_has_says_which_of_several_companies_is_meant() -> None:
    assert ask([{"id": 6}, {"id": 7}], [7], id=None, remembered=None) == (BISTRO, 2)


def test_several_companies_that_nothing_tells_apart_are_refused() -> None:
    with pytest.raises(SuspectError, match="lists 2 companies"):
        ask([{"id": 6}, {"id": 7}], [6, 7], id=None, remembered=None)


def test_a_remembered_company_is_not_asked_for_and_another_configured_id_is_refused() -> None:
    assert ask([], [], id=None, remembered=7) == (BISTRO, 0)
    with pytest.raises(SuspectError, match="was loaded as company 6"):
        ask(SEVERAL, [], id=7, remembered=6)


def test_of_a_listing_of_all_companies_only_the_own_row_is_loaded(bench: Bench, guid: str) -> None:
    mine, other = bench.vendor.companies
    bench.vendor.create(guid, "companies", id=other.id, uuid=other.guid, name="somebody else's")

    assert not bench.run(companies=[mine.slug], resources=["companies"]).failed

    assert bench.loaded(guid, "companies") == [(mine.id,)]
