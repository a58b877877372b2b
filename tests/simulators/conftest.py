"""A small simulated 7shifts and a plain client for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators.seven_shifts import Company, SevenShifts


class Client:
    """Requests for one company with a fresh OAuth token."""

    def __init__(self, sim: SevenShifts, company: Company) -> None:
        self.sim = sim
        self.company = company
        self.session = requests.Session()
        self.session.headers["x-company-guid"] = company.guid
        self.login()

    def login(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.sim.client_id,
            "client_secret": self.sim.client_secret,
            "scope": "v1_access",
        }
        token = self.session.post(self.sim.token_url, data=form, timeout=5).json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def v2(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self.sim.url}/v2/{path}", params=params, timeout=5)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.v2(f"company/{self.company.id}/{path}", **params)

    def page(self, path: str, **params: Any) -> Any:
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        rows, cursor, seen = [], None, {None}
        while True:
            page = self.page(path, **params, **({"cursor": cursor} if cursor else {}))
            rows += page["data"]
            cursor = page["meta"]["cursor"]["next"]
            if cursor is None:
                return rows
            assert cursor not in seen, "a cursor came back"
            seen.add(cursor)


@pytest.fixture
def sim() -> Iterator[SevenShifts]:
    with SevenShifts(companies=2, weeks=1, staff=7) as running:
        yield running


@pytest.fixture
def client(sim: SevenShifts) -> Client:
    return Client(sim, sim.companies[0])


@pytest.fixture
def guid(sim: SevenShifts) -> str:
    return sim.companies[0].guid
