"""Values put into the answers of a vendor: each in one row of a company of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.weather import spoils
from tests.weather.proxy import Fault, Proxy
from tests.weather.values import ASIDE, Value


@dataclass
class Planted:
    """A value, the company it is sent to, and the row that has it."""

    value: Value
    guid: str
    row: int
    becomes: str = ""
    told: bool = False

    def wrong(self, destination: str) -> list[str]:
        """What is not as it has to be."""
        fates = self.value.fates(destination)
        kept = any(self.becomes.startswith(fate) if fate.startswith(ASIDE) else self.becomes == fate for fate in fates)
        kept = kept and not self.becomes.endswith(", without the value")
        found = [] if kept else [f"{self.becomes!r} instead of {fates[0]!r}"]
        found += [] if self.told is self.value.tells(destination) else [f"told: {self.told}"]
        return found


_QUICK = {"REQUESTS_PER_SECOND": "1000", "REQUESTS_PER_MINUTE": "60000", "BACKOFF": "0.02"}


def in_shifts(vendor: Any, proxy: Proxy, values: Sequence[Value]) -> tuple[list[Planted], dict[str, str]]:
    """Where each value is, and the settings to read them by."""
    found, faults = [], []
    for value, company in zip(values, vendor.companies, strict=True):
        row = vendor.create(company.guid, value.table)["id"]
        found.append(Planted(value, company.guid, row))
        faults.append(Fault(spoils.body(partial(_plant, {row: value})), f"/company/{company.id}/{value.table}"))
    proxy.order(*faults)
    companies = [{"slug": one.slug, "guid": one.guid} for one in vendor.companies]
    return found, {
        **_QUICK, "API_URL": proxy.url, "TOKEN_URL": vendor.token_url, "COMPANIES": json.dumps(companies),
        "CREDENTIALS__CLIENT_ID": vendor.client_id, "CREDENTIALS__CLIENT_SECRET": vendor.client_secret,
    }  # fmt: skip


# Where a table's rows are listed, and what the simulator calls them.
_GEESE = {
    "departments": ("/departments/", "departments"), "objectives": ("query Objectives", "objectives"),
    "user_profiles": ("query UserProfiles", "profiles"), "objective_checkins": ("query Objectives", "checkins"),
}  # fmt: skip


def in_geese(vendor: Any, proxy: Proxy, values: Sequence[Value]) -> tuple[list[Planted], dict[str, str]]:
    """The same of networks."""
    found = []
    rows: dict[str, dict[int, Value]] = {}
    companies = []
    for value, network in zip(values, vendor.networks, strict=True):
        listing, table = _GEESE[value.table]
        row, guid = vendor.create(network.id, table), f"00000000-0000-4000-8000-{network.id:012d}"
        found.append(Planted(value, guid, row))
        rows.setdefault(listing, {})[row] = value
        companies.append({"slug": network.slug, "guid": guid, "token": network.token})
    proxy.order(*(Fault(spoils.body(partial(_plant, some)), listing) for listing, some in rows.items()))
    return found, {**_QUICK, "API_URL": proxy.url, "COMPANIES": json.dumps(companies)}


def _plant(values: Mapping[int, Value], content: bytes) -> bytes:
    """An answer with each value in the row that it is for, byte for byte as it is written down."""
    page, sent = json.loads(content), list[str]()
    for row in _objects(page):
        value = values.get(row.get("id"))  # type: ignore[arg-type]
        if value and (value.beside or value.field in map(_snake, row)):
            name = next((name for name in row if _snake(name) == value.field), value.field)
            row[name] = f"@@{len(sent)}@@"
            sent.append(value.raw)
    text = json.dumps(page)
    for number, raw in enumerate(sent):
        text = text.replace(f'"@@{number}@@"', raw)
    return text.encode()


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    """Every object of an answer, wherever it is."""
    if isinstance(content, dict):
        yield content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _objects(inner)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
