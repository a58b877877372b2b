"""What each GraphQL list can be asked for: its arguments as tests on rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.seven_geese.tables import Row, Value
from simulators.seven_geese.times import moment
from simulators.seven_geese.visibility import View

Test = Callable[[Row], bool]
Filter = Callable[[View, Any], Test]


def equals(column: str) -> Filter:
    return lambda view, value: lambda row: row[column] == _number(value)


def differs(column: str) -> Filter:
    return lambda view, value: lambda row: row[column] != _number(value)


def among(column: str) -> Filter:
    def build(view: View, value: list[Any]) -> Test:
        wanted = {_number(one) for one in value}
        return lambda row: row[column] in wanted

    return build


def outside(column: str) -> Filter:
    def build(view: View, value: list[Any]) -> Test:
        unwanted = set(value)
        return lambda row: row[column] not in unwanted

    return build


def holds(*columns: str) -> Filter:
    """One of the list columns contains the value."""
    return lambda view, value: lambda row: any(_number(value) in row[column] for column in columns)


def holds_any(column: str) -> Filter:
    return lambda view, value: lambda row: not set(value).isdisjoint(row[column])


def filled(column: str) -> Filter:
    """A Boolean argument: is there a value?"""
    return lambda view, value: lambda row: bool(row[column]) is value


def search(*columns: str) -> Filter:
    return lambda view, value: lambda row: any(value.lower() in str(row[column]).lower() for column in columns)


def since(column: str) -> Filter:
    return _bound(column, lambda held, asked: held >= asked)


def until(column: str) -> Filter:
    return _bound(column, lambda held, asked: held <= asked)


def at(column: str) -> Filter:
    return _bound(column, lambda held, asked: held == asked)


def through(column: str, table: str, test: Callable[[Row, Any], bool]) -> Filter:
    """A test on the row that `column` points to."""

    def build(view: View, value: Value) -> Test:
        def passes(row: Row) -> bool:
            target = view.state.tables[table].rows.get(row[column])
            return target is not None and test(target, value)

        return passes

    return build


def _bound(column: str, compare: Callable[[Any, Any], bool]) -> Filter:
    def build(view: View, value: str) -> Test:
        asked = moment(value)
        day = asked.date()

        def passes(row: Row) -> bool:
            held = row[column]
            if held is None:
                return False
            return compare(held, asked if hasattr(held, "hour") else day)

        return passes

    return build


def _number(value: Value) -> Value:
    """Float and ID arguments name whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isdigit() else value


BY_PK: dict[str, Filter] = {"pk": equals("id"), "pk_In": among("id"), "exclude": outside("id")}
