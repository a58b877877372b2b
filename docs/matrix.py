"""The table of `docs/destinations.md`: what each destination does, from its row in the pipelines and from dlt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlt.common.destination import Destination

from pipelines.destinations import MANNERS, OPEN_TABLES, Manner

HEAD = ("destination", "`company_guid`", "rows are replaced in", "number, time, document", "tested here by")
RUN = ("duckdb", "postgres", "ducklake", *OPEN_TABLES)  # the tests hold this against what they do
TYPES = {"delta": ("long", "timestamp", "string"), "iceberg": ("long", "timestamptz", "string")}


def rows() -> Iterator[tuple[str, ...]]:
    for type, manner in MANNERS.items():
        named = f"`filesystem`, `{type}`" if type in OPEN_TABLES else f"`{type}`"
        yield named, _apart(manner), _replaced(type, manner), ", ".join(_types(type)), _tested(type)


def _apart(manner: Manner) -> str:
    if manner.apart == "nothing":
        return "first in every key"
    shares = {"all": "or none", "hash": "or hashed"}
    return " ".join([manner.apart, *(shares[one] for one in reversed(manner.shares))])


def _replaced(type: str, manner: Manner) -> str:
    return "one commit" if type in OPEN_TABLES else "one transaction" if manner.transactions else "two statements"


def _types(type: str) -> tuple[str, ...]:
    if type in TYPES:
        return TYPES[type]
    destination = Destination.from_reference(type)
    assert destination
    table: Any = {"name": "any", "columns": {}}
    mapper = destination.capabilities().get_type_mapper()
    kinds: list[Any] = ["bigint", "timestamp", "json"]
    return tuple(mapper.to_destination_type({"name": "any", "data_type": kind}, table).lower() for kind in kinds)


def _tested(type: str) -> str:
    return "loads, edits, crashes, kills" if type in RUN else "its statements, not run"
