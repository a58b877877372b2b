"""How each endpoint reads the state of the company that was granted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from simulators.seven_shifts.filters import Query, Test, boolean, page_limit, since_test
from simulators.seven_shifts.listings import Listing, cut, ordered, plain_tests, special_tests, unreliable
from simulators.seven_shifts.pages import Page
from simulators.seven_shifts.refusals import bad_request, denied, not_found
from simulators.seven_shifts.rows import Row
from simulators.seven_shifts.state import CompanyState, dumps

if TYPE_CHECKING:
    from simulators.seven_shifts.simulator import SevenShifts

Reading = Callable[..., Page]
MOST_REMEMBERED = 128
_ADDRESS = ("timezone", "hash", "formatted_address", "lat", "lng", "country", "city", "state")


def whoami(sim: SevenShifts, state: CompanyState, query: Query) -> Page:
    """The login behind the credential: the company's employer."""
    users = list(state.tables["users"].rows.values())
    own = [row for row in users if row["type"] == "employer"] or users[:1]
    identity = own[0]["identity_id"] if own else 0
    return Page("whoami", "whoami", [dumps({"identity_id": identity, "users": own})], single=True)


def companies(sim: SevenShifts, state: CompanyState, query: Query) -> Page:
    since = since_test("day", query, sim.modified_since_exclusive)
    rows = [row for row in state.tables["companies"].rows.values() if since is None or since(row)]
    return Page("companies", "companies", [dumps(_company(sim, row)) for row in rows])


def company(sim: SevenShifts, state: CompanyState, query: Query, id: int) -> Page:
    if id != state.company.id:
        raise denied("This company is not the one access was granted for")
    return Page("companies", "company", [dumps(_company(sim, state.get("companies", id)))], bare=True)


def _company(sim: SevenShifts, row: Row) -> Row:
    if not sim.companies_leak_api_key:
        return row
    return {**row, "meta": {**row["meta"], "api_key": f"sim-api-key-{row['id']}"}}


def listing(spec: Listing, sim: SevenShifts, state: CompanyState, query: Query) -> Page:
    table, ids, sorted_by = _matching(spec, sim, state, query)
    part = cut(spec, state, table, ids, sorted_by, query)
    text = state.tables[table].text
    return Page(
        table,
        spec.table,
        [text(key) for key in part.ids],
        {"current": part.current, "prev": part.prev, "next": part.next, "count": len(part.ids)},
        asked=query.get("cursor"),
        style=spec.style,
        limit=page_limit(query, spec.limit),
    )


def _matching(
    spec: Listing, sim: SevenShifts, state: CompanyState, query: Query
) -> tuple[str, Sequence[int], bool]:
    """(table, ids, in another order than the id's); remembered until the company's data change."""
    filters = tuple(sorted(item for item in query.items() if item[0] not in ("cursor", "limit")))
    manner = (sim.modified_since_exclusive, sim.locations_deleted_adds)
    key = (state.company.guid, spec.table, filters, manner)
    known = sim.matches.get(key)
    if known is not None and known[0] == state.version:
        return known[1]
    drafts = "draft" in spec.special and boolean(query, "draft")
    tests: list[Test] = plain_tests(spec, query, sim.modified_since_exclusive)
    table = "shift_drafts" if drafts else spec.table
    special = special_tests(spec, state, query, sim.locations_deleted_adds)
    if drafts and boolean(query, "deleted"):
        table, special = spec.table, [unreliable(state)]
    elif drafts:
        special = []
    tests += special
    rows = state.tables[table].rows
    ids = [key for key, row in rows.items() if all(test(row) for test in tests)]
    sortable = "sort_by" in spec.special
    found = (table, *(ordered(state, table, ids, query) if sortable else (ids, False)))
    if len(sim.matches) >= MOST_REMEMBERED:
        sim.matches.clear()
    sim.matches[key] = (state.version, found)
    return found


def single(spec: Listing, sim: SevenShifts, state: CompanyState, query: Query, **keys: int | str) -> Page:
    asked = str(next(iter(keys.values())))
    key = _user_id(state, asked) if spec.table == "users" else int(asked)
    row = state.tables[spec.table].rows.get(key)
    hidden = spec.table == "shifts" and row and row["deleted"] and not boolean(query, "include_deleted")
    if row is None or hidden:
        raise not_found()
    return Page(spec.table, spec.single, [dumps(row)], single=True)


def _user_id(state: CompanyState, identifier: str) -> int:
    if identifier.isdigit():
        return int(identifier)
    if not identifier.startswith("punch:"):
        raise bad_request("identifier must be a user id or punch:<punch id>", "identifier")
    code = identifier.removeprefix("punch:")
    rows = state.tables["users"].rows
    return next((key for key, row in rows.items() if row["punch_id"] == code), 0)


def of_user(kind: str, sim: SevenShifts, state: CompanyState, query: Query, user_id: int) -> Page:
    user = state.tables["users"].rows.get(user_id)
    if user is None:
        raise not_found()
    if kind == "wages":
        current, upcoming = (_without_user(rows) for rows in state.wages(user_id))
        data = {"current_wages": current, "upcoming_wages": upcoming, "wage_type": user["wage_type"]}
        return Page("wages", "user_wages", [dumps(data)], single=True)
    if kind == "assignments":
        return Page(kind, kind, [dumps(_assignments(state, user_id))], single=True)
    rows = _without_user(state.assignments(kind, user_id))
    return Page(kind, kind, [dumps(row) for row in rows])


def _without_user(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "user_id"} for row in rows]


def _assignments(state: CompanyState, user_id: int) -> Row:
    """All three kinds in one object, where the key is called id and the company is named."""
    data: Row = {}
    for noun in ("location", "department", "role"):
        rows = _without_user(state.assignments(f"{noun}_assignments", user_id))
        data[f"{noun}s"] = [
            {"id": row.pop(f"{noun}_id"), "company_id": state.company.id, **row} for row in rows
        ]
    for each in data["locations"]:
        held = state.tables["locations"].rows[each["id"]]
        each.update({name: held[name] for name in _ADDRESS})
    return data
