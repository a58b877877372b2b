"""Query parameters of a listing turned into tests on rows; a value that makes no sense is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulators.seven_shifts.refusals import bad_request
from simulators.seven_shifts.rows import Row
from simulators.seven_shifts.state import CompanyState
from simulators.seven_shifts.times import comparable, day_bound, moment_bound

Query = Mapping[str, str]
Test = Callable[[Row], bool]
MAX_LIMIT = 500


def integer(query: Query, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise bad_request(f"{name} must be an integer", name) from None


def boolean(query: Query, name: str) -> bool | None:
    text = query.get(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false", "1", "0"):
        raise bad_request(f"{name} must be true or false", name)
    return text.lower() in ("true", "1")


def page_limit(query: Query, default: int) -> int:
    limit = integer(query, "limit")
    if limit is None:
        return default
    if not 1 <= limit <= MAX_LIMIT:
        raise bad_request(f"limit must be between 1 and {MAX_LIMIT}", "limit")
    return limit


def since_test(grain: str, query: Query, exclusive: bool) -> Test | None:
    text = query.get("modified_since")
    if text is None:
        return None
    bound = (day_bound if grain == "day" else moment_bound)("modified_since", text)
    if exclusive:
        size = len(bound) if grain == "day" else 19
        return lambda row: row["modified"][:size] > bound
    return lambda row: comparable(row["modified"]) >= bound


def range_tests(name: str, query: Query) -> list[Test]:
    """Inclusive on both sides; a row without the time (an open punch) is in no range."""
    tests: list[Test] = []
    if f"{name}[gte]" in query:
        low = moment_bound(f"{name}[gte]", query[f"{name}[gte]"])
        tests.append(lambda row: row[name] is not None and comparable(row[name]) >= low)
    if f"{name}[lte]" in query:
        high = moment_bound(f"{name}[lte]", query[f"{name}[lte]"])
        tests.append(lambda row: row[name] is not None and comparable(row[name]) <= high)
    return tests


def user_tests(state: CompanyState, query: Query) -> list[Test]:
    status = query.get("status", "active")
    if status not in ("active", "inactive"):
        raise bad_request("status must be active or inactive", "status")
    active = status == "active"
    tests: list[Test] = [lambda row: row["active"] is active]
    # The vendor honours only one of the three.
    asked = next((kind for kind in ("location", "department", "role") if f"{kind}_id" in query), None)
    if asked is not None:
        wanted, held = integer(query, f"{asked}_id"), state.assigned[f"{asked}_assignments"]
        tests.append(lambda row: wanted in held.get(row["id"], {}))
    if "name" in query:
        part = query["name"].lower()
        tests.append(lambda row: part in f"{row['first_name']} {row['last_name']}".lower())
    return tests
