"""Rows of one table in both lanes: typed ones in Arrow, and those with a field nobody knows beside them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pytest

from sources.core.pages import PageReader
from sources.core.rows import Rows
from tests.kit import GUID, NOON, PUNCHES, START, at, punch


def rows_of(*rows: dict[str, Any]) -> Rows:
    reader = PageReader(PUNCHES, GUID)
    reader.read(json.dumps(rows).encode())
    return reader.finish().rows["punches"]


def starting(id: int, start: datetime | None, **fields: Any) -> dict[str, Any]:
    return punch(id, start=start and start.isoformat(), **fields)


@pytest.mark.parametrize("moment", [
    "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:00", "2026-03-08T02:30:00.000001Z",
    "2026-03-08T02:30:00-08:00", "9999-12-31T23:59:59.999999Z",
])  # fmt: skip
def test_every_moment_is_the_same_in_arrow(moment: str) -> None:
    (part,) = rows_of(punch(1, start=moment)).arrow

    assert str(part.schema.field("start").type) == "timestamp[us, tz=UTC]"
    (found,) = part.column("start").cast("int64").to_pylist()
    assert found == (datetime.fromisoformat(moment.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)
                     ) // timedelta(microseconds=1)  # fmt: skip


def test_a_span_reaches_from_the_first_to_the_last_moment_of_both_lanes() -> None:
    middle = [starting(1, NOON), starting(2, NOON + timedelta(hours=1)), starting(3, None)]

    assert rows_of(*middle).span("start") == (at(NOON), at(NOON, hours=1))
    assert rows_of(*middle, starting(4, START, mood="new")).span("start") == (at(START), at(NOON, hours=1))
    assert rows_of(starting(4, START, mood="new")).span("start") == (at(START), at(START))
    assert rows_of(starting(1, None), starting(2, None, mood="new")).span("start") is None
    assert rows_of().span("start") is None


def test_within_are_rows_of_both_lanes_from_the_first_moment_to_the_last() -> None:
    hour = timedelta(hours=1)
    moments = [NOON - hour, NOON, NOON + hour, NOON + 2 * hour, None]
    rows = rows_of(*[starting(number, moment) for number, moment in enumerate(moments)],
                   *[starting(10 + number, moment, mood="new") for number, moment in enumerate(moments)])  # fmt: skip

    assert rows.within("start", NOON, NOON + hour).to_pylist() == [False, True, True, False, False] * 2
    assert rows_of().within("start", NOON, NOON).to_pylist() == []


def test_unique_are_the_values_of_both_lanes() -> None:
    rows = rows_of(punch(1, company_id=41), punch(2, company_id=41), punch(3, company_id=7, mood="new"))

    assert rows.unique("company_id") == [41, 7]


def test_tables_of_different_columns_become_one() -> None:
    table = PUNCHES.tables[0]
    whole, buried = pa.table({"id": [1], "note": ["late"]}), pa.table({"id": [2], "deleted": [True]})

    (found,) = Rows.of([Rows(table, [whole]), Rows(table), Rows(table, [buried])]).arrow

    assert found.to_pylist() == [{"id": 1, "note": "late", "deleted": None}, {"id": 2, "note": None, "deleted": True}]


def test_rows_are_taken_once_if_those_of_a_key_are_the_same() -> None:
    assert rows_of(punch(1), punch(2)).once() == [True, True]
    assert rows_of().once() == []
    assert rows_of(punch(1), punch(2), punch(1)).once() == [False, True, True]
    assert rows_of(punch(1), punch(2), punch(1, 5)).once() is None
    assert rows_of(punch(1), punch(2, mood="new")).once() is None
