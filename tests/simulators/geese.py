"""A small simulated 7Geese and a plain client for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators.seven_geese import SevenGeese

PAGE = "totalCount pageInfo{hasNextPage hasPreviousPage startCursor endCursor}"


class Client:
    """One person's requests to one network."""

    def __init__(
        self, sim: SevenGeese, profile: int | None = None, scopes: str | None = None, network: int = 0
    ) -> None:
        self.sim = sim
        self.network = sim.networks[network]
        self.profile = profile or self.network.admin
        token = self.network.token
        if profile is not None or scopes:
            token = sim.static_token(self.profile, **({"scopes": scopes} if scopes else {}))
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def rest(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self.sim.url}/api/v/2.0/{path}", params=params, timeout=5)

    def rest_rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every page, as `next` leads."""
        rows: list[dict[str, Any]] = []
        answer = self.rest(f"{path}/", **params)
        while True:
            assert answer.status_code == 200, answer.text
            page = answer.json()
            rows += page["results"]
            if page["next"] is None:
                assert len(rows) == page["count"]
                return rows
            answer = self.session.get(page["next"], timeout=5)

    def post(self, query: str, **variables: Any) -> requests.Response:
        body = {"query": query, "variables": variables}
        return self.session.post(f"{self.sim.url}/graphql", json=body, timeout=5)

    def ask(self, query: str, **variables: Any) -> Any:
        answer = self.post(query, **variables)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        return self.post(query, **variables).json()["errors"]

    def nodes(self, root: str, fields: str = "pk", arguments: str = "", first: int = 100) -> list[dict[str, Any]]:
        """Every page of a root list."""
        query = (
            f"query($first:Int,$after:String){{ {root}(first:$first, after:$after{arguments and ', ' + arguments})"
            f"{{ {PAGE} edges{{node{{ {fields} }}}} }} }}"
        )
        nodes: list[dict[str, Any]] = []
        after = ""
        while True:
            found = self.ask(query, first=first, after=after)[root]
            nodes += [edge["node"] for edge in found["edges"]]
            if not found["pageInfo"]["hasNextPage"]:
                assert len(nodes) == found["totalCount"]
                return nodes
            after = found["pageInfo"]["endCursor"]

    def pks(self, root: str, arguments: str = "") -> list[int]:
        return [node["pk"] for node in self.nodes(root, arguments=arguments)]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What this person may see, according to the simulator."""
        return self.sim.rows(self.network.id, table, self.profile)

    def ids(self, table: str) -> list[int]:
        return [row["id"] for row in self.rows(table)]


@pytest.fixture
def geese() -> Iterator[SevenGeese]:
    with SevenGeese(networks=2, people=8) as running:
        yield running


@pytest.fixture
def old_geese() -> Iterator[SevenGeese]:
    with SevenGeese(networks=1, people=8, schema="2020") as running:
        yield running


@pytest.fixture
def admin(geese: SevenGeese) -> Client:
    return Client(geese)


@pytest.fixture
def client_for() -> type[Client]:
    """A client for any running simulator; imported, this module would escape pytest's better assertions."""
    return Client
