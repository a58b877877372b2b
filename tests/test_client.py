"""The client's manners towards servers that misbehave in ways a simulator does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import requests_mock

from sources.core.errors import ConfigurationError, SuspectError
from sources.core.http import Client, Company
from sources.core.pace import Pace
from sources.core.scan import scan
from sources.core.task import Task
from sources.seven_shifts.resources import RESOURCES

URL = "https://api.7shifts.example"
BISTRO = Company("bistro", "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0", 41)
DEPARTMENTS = next(resource for resource in RESOURCES if resource.name == "departments")
LISTING = f"{URL}/v2/company/41/departments"


class Token:
    """An auth that never changes its mind."""

    identity = "somebody"

    def headers(self, company: Company) -> dict[str, str]:
        return {"Authorization": f"Bearer token of {company.slug}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        return False


@pytest.fixture
def client() -> Client:
    return Client(URL, Token(), Pace(1000, 60_000), {}, backoff=0.001, patience=5.0)


def page(rows: int, count: int | None) -> dict[str, object]:
    data = [{"id": number + 1, "company_id": 41, "name": "Kitchen"} for number in range(rows)]
    return {"data": data, "meta": {"cursor": {"current": None, "prev": None, "next": None, "count": count}}}


def test_a_listing_that_counts_more_rows_than_it_sent_is_refused_as_cut_off(client: Client) -> None:
    with requests_mock.Mocker() as server:
        server.get(LISTING, json=page(3, count=7))

        with pytest.raises(SuspectError, match="ended after 3 rows, but counts 7"):
            list(scan(client, Task(BISTRO, DEPARTMENTS)))


@pytest.mark.parametrize("count", [None, 3, 2])
def test_a_count_of_the_page_or_none_at_all_is_no_suspicion(client: Client, count: int | None) -> None:
    with requests_mock.Mocker() as server:
        server.get(LISTING, json=page(3, count=count))

        units = list(scan(client, Task(BISTRO, DEPARTMENTS)))

    assert [unit.rows_read for unit in units] == [3]


@pytest.mark.parametrize("url", ["http://api.7shifts.example", "ftp://127.0.0.1", "api.7shifts.example"])
def test_only_https_leaves_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not an https address"):
        Client(url, Token(), Pace(), {})
