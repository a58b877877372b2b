"""What a destination is asked, and what only completed loads may answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import duckdb
import pytest
from dlt.common.destination.exceptions import DestinationUndefinedEntity

from sources.core import memory as remembering
from sources.core.errors import ConfigurationError
from sources.core.journal import Past
from sources.core.memory import Memory
from sources.core.rows import Batch
from sources.core.task import Task, Unit
from tests.kit import BISTRO, GUID, NOON, PUNCHES, ROLES, START, at, without

OTHER = "5c0e4d56-4d1b-4f53-8e6e-1a53a2a3f9b1"
PERSONAL = without(ROLES, personal=True)


class Client:
    """As much of dlt's SQL client as is used, on a DuckDB in memory."""

    def __init__(self) -> None:
        self.database = duckdb.connect()
        self.database.execute("SET TimeZone = 'UTC'")
        self.opened = self.closed = 0
        self.asked: list[tuple[Any, ...]] = []

    def open_connection(self) -> None:
        self.opened += 1

    def close_connection(self) -> None:
        self.closed += 1

    def escape_column_name(self, name: str) -> str:
        return f'"{name}"'

    def make_qualified_table_name(self, name: str) -> str:
        return f'"{name}"'

    @contextmanager
    def execute_query(self, sql: str, *params: Any) -> Iterator[Any]:
        assert self.opened > self.closed
        self.asked.append(params)
        try:
            yield self.database.execute(sql.replace("%s", "?"), params)
        except duckdb.CatalogException as error:
            raise DestinationUndefinedEntity(error) from error


@pytest.fixture
def client() -> Client:
    found = Client()
    found.database.execute("CREATE TABLE _dlt_loads (load_id TEXT, schema_name TEXT, status INT)")
    for load, schema, status in (("done", "x", 0), ("open", "x", 1), ("other", "y", 0)):
        found.database.execute("INSERT INTO _dlt_loads VALUES (?, ?, ?)", [load, schema, status])
    return found


@pytest.fixture
def memory(client: Client) -> Memory:
    return Memory(lambda: client, "x")


LOG = {
    "company_guid": "TEXT", "resource": "TEXT", "company_slug": "TEXT", "company_id": "BIGINT", "kind": "TEXT",
    "status": "TEXT", "high_water_mark": "TIMESTAMPTZ", "window_end": "TIMESTAMPTZ", "scan_started_at": "TIMESTAMPTZ",
    "newest_modified": "TIMESTAMPTZ", "logged_at": "TIMESTAMPTZ", "rows_rejected": "BIGINT", "drift": "TEXT",
    "error": "TEXT", "note": "TEXT", "transport": "TEXT", "identity": "TEXT", "_dlt_load_id": "TEXT",
}  # fmt: skip


def log(client: Client, **row: Any) -> None:
    """A line of the log, of a load that is done unless it says otherwise."""
    columns = ", ".join(f"{name} {kind}" for name, kind in LOG.items())
    client.database.execute(f"CREATE TABLE IF NOT EXISTS sync_log ({columns})")
    row = {"company_guid": GUID, "resource": "punches", "company_slug": "bistro", "company_id": 41,
           "kind": "incremental", "status": "ok", "logged_at": NOON, "_dlt_load_id": "done", **row}  # fmt: skip
    marks = ", ".join("?" * len(row))
    client.database.execute(f"INSERT INTO sync_log ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def test_a_destination_without_a_log_remembers_nothing(memory: Memory) -> None:
    assert memory.past() == {}
    assert (memory.company_ids(), memory.guids(), memory.readers(), memory.latest()) == ({}, {}, {}, {})


def test_the_past_is_the_furthest_of_every_line_of_a_completed_load(client: Client, memory: Memory) -> None:
    log(client, high_water_mark=day(3), scan_started_at=day(4), newest_modified=day(9))
    log(client, high_water_mark=day(2), scan_started_at=day(1))
    log(client, kind="backfill", window_end=day(5), scan_started_at=day(2), newest_modified=day(6))
    log(client, kind="backfill", window_end=day(4), scan_started_at=day(3), newest_modified=day(7))
    log(client, kind="snapshot", scan_started_at=day(8))
    log(client, kind="snapshot", scan_started_at=day(7))
    for wrong in ({"_dlt_load_id": "open"}, {"_dlt_load_id": "other"}, {"status": "failed"}, {"status": "incomplete"}):
        log(client, high_water_mark=day(90), scan_started_at=day(90), window_end=day(90), newest_modified=day(90),
            kind="backfill", **wrong)  # fmt: skip

    assert memory.past() == {(GUID, "punches"): Past(
        mark=day(3), covered=day(5), begun=day(2), newest=day(7), completed_at=day(8), whole_at=day(8),
    )}  # fmt: skip
    assert memory.past()[GUID, "punches"].mark.tzinfo is timezone.utc


def test_every_company_and_resource_has_a_past_of_its_own(client: Client, memory: Memory) -> None:
    log(client, high_water_mark=day(1))
    log(client, high_water_mark=day(2), resource="roles")
    log(client, high_water_mark=day(3), company_guid=OTHER)

    marks = {key: past.mark for key, past in memory.past().items()}
    assert marks == {(GUID, "punches"): day(1), (GUID, "roles"): day(2), (OTHER, "punches"): day(3)}


def test_ids_and_guids_are_those_of_lines_that_went_well(client: Client, memory: Memory) -> None:
    log(client)
    log(client, company_slug="other", company_guid=OTHER, company_id=42)
    log(client, company_slug="new", company_guid="new", company_id=7, status="failed")
    log(client, company_slug="open", company_guid="open", company_id=8, _dlt_load_id="open")

    assert memory.company_ids() == {GUID: 41, OTHER: 42}
    assert memory.guids() == {"bistro": GUID, "other": OTHER}


def test_who_read_last_is_told_by_the_last_line_that_brought_rows(client: Client, memory: Memory) -> None:
    log(client, identity="early", transport="rest", logged_at=day(1))
    log(client, identity="late", transport="graphql", logged_at=day(3), status="incomplete")
    log(client, identity="middle", transport="rest", logged_at=day(2))
    log(client, identity="failed", transport="", logged_at=day(4), status="failed")
    log(client, identity="open", transport="", logged_at=day(5), _dlt_load_id="open")
    log(client, identity="roles", transport="rest", resource="roles")

    assert memory.readers() == {(GUID, "punches"): ("late", "graphql"), (GUID, "roles"): ("roles", "rest")}


def test_the_last_line_is_told_with_the_time_of_the_last_complete_reading(client: Client, memory: Memory) -> None:
    log(client, scan_started_at=day(1), logged_at=day(1))
    log(client, scan_started_at=day(2), logged_at=day(2), status="failed", error="it broke", rows_rejected=3, drift="d",
        note="n", transport="rest", identity="me")  # fmt: skip
    log(client, logged_at=day(9), _dlt_load_id="open")

    assert memory.latest() == {(GUID, "punches"): {
        "slug": "bistro", "as_of": day(1), "logged_at": day(2), "rejected": 3, "drift": "d", "error": "it broke",
        "note": "n", "transport": "rest", "identity": "me",
    }}  # fmt: skip


def test_a_failure_before_the_guid_was_known_is_over_once_it_is(client: Client, memory: Memory) -> None:
    log(client, company_guid="", company_slug="acme", status="failed", logged_at=day(1))
    log(client, company_guid="", company_slug="never", status="failed", logged_at=day(2), resource="roles")
    log(client, company_slug="acme", logged_at=day(3))

    assert set(memory.latest()) == {(GUID, "punches"), ("", "roles")}


def table(client: Client, name: str, columns: dict[str, str], *rows: dict[str, Any]) -> None:
    declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    client.database.execute(f'CREATE TABLE "{name}" ({declared})')
    insert(client, *rows, name=name)


def insert(client: Client, *rows: dict[str, Any], name: str = "punches") -> None:
    for row in rows:
        names, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
        client.database.execute(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', list(row.values()))


MERGED = {"company_guid": "TEXT", "id": "BIGINT", "modified": "TIMESTAMPTZ", "start": "TIMESTAMPTZ", "_dlt_id": "TEXT",
          "_dlt_load_id": "TEXT"}  # fmt: skip


def merged(id: int, **row: Any) -> dict[str, Any]:
    return {"company_guid": GUID, "id": id, "modified": day(id), "start": day(id), "_dlt_id": f"content {id}",
            "_dlt_load_id": "done", **row}  # fmt: skip


def test_what_a_table_has_is_known_by_key_with_content_and_time(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2, modified=None), merged(3, company_guid=OTHER),
          merged(4, _dlt_load_id="open"), merged(5, _dlt_load_id="gone"))  # fmt: skip

    assert memory.known(PUNCHES.tables[0], GUID, ()) == {
        (1,): ("content 1", at(day(1))), (2,): ("content 2", None), (4,): ("", at(day(4))), (5,): ("", at(day(5))),
    }  # fmt: skip
    assert memory.known(PUNCHES.tables[1], GUID, ()) == {}


@pytest.mark.parametrize(("reach", "wanted"), [
    ((("modified", day(3), None),), {3, 4, 5}),
    ((("modified", day(2), day(4)),), {2, 3, 4}),
    ((("modified", day(5), None), ("start", day(1), day(2))), {1, 2, 5}),
])  # fmt: skip
def test_only_rows_within_reach_are_looked_up(client: Client, memory: Memory, reach: Any, wanted: set[int]) -> None:
    table(client, "punches", MERGED, *(merged(number) for number in range(1, 6)), merged(3, company_guid=OTHER))

    assert {key for (key,) in memory.known(PUNCHES.tables[0], GUID, reach)} == wanted


def test_a_table_without_a_time_of_change_knows_none(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1))
    timeless = without(PUNCHES, children=()).tables[0]
    object.__setattr__(timeless, "modified", None)

    assert memory.known(timeless, GUID, ()) == {(1,): ("content 1", None)}


VERSIONED = {"company_guid": "TEXT", "id": "BIGINT", "name": "TEXT", "_dlt_id": "TEXT", "_dlt_valid_to": "TIMESTAMPTZ",
             "_unseen_since": "TIMESTAMPTZ", "modified": "TIMESTAMPTZ"}  # fmt: skip


def version(id: int, **row: Any) -> dict[str, Any]:
    return {"company_guid": GUID, "id": id, "_dlt_id": f"content {id}", **row}


@pytest.fixture
def roles(client: Client) -> None:
    table(client, "roles", VERSIONED, version(1, modified=day(1)), version(2, _unseen_since=NOON, modified=day(2)),
          version(3, _dlt_valid_to=NOON), version(4, company_guid=OTHER), version(5, name="x"))  # fmt: skip


@pytest.mark.usefixtures("roles")
def test_the_open_versions_of_a_company_are_known_and_which_of_them_are_marked(memory: Memory) -> None:
    active = {(1,): "content 1", (2,): "content 2", (5,): "content 5"}

    assert memory.active(PERSONAL.tables[0], GUID) == (active, {(2,)})
    assert memory.active(ROLES.tables[0], GUID) == (active, set())


def test_a_key_that_is_a_time_is_known_as_a_number(client: Client, memory: Memory) -> None:
    timed = without(ROLES, key=("modified", "id"), children=()).tables[0]
    table(client, "roles", VERSIONED, version(1, modified=day(1)))

    assert memory.active(timed, GUID) == ({(at(day(1)), 1): "content 1"}, set())


@pytest.mark.usefixtures("roles")
def test_open_rows_are_counted_by_company_and_marked_ones_are_not(memory: Memory) -> None:
    assert memory.counts(PERSONAL.tables[0]) == {GUID: 2, OTHER: 1}
    assert memory.counts(ROLES.tables[0]) == {GUID: 3, OTHER: 1}


def test_every_row_of_a_merged_table_counts(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2), merged(3, company_guid=OTHER))

    assert memory.counts(PUNCHES.tables[0]) == {GUID: 2, OTHER: 1}


@pytest.mark.usefixtures("roles")
def test_listed_keys_are_known_with_their_time(memory: Memory) -> None:
    changing = without(PERSONAL, cursor=PUNCHES.cursor).tables[0]
    assert memory.listed(changing) == {GUID: {1: at(day(1)), 5: None}, OTHER: {4: None}}

    changing = without(ROLES, cursor=PUNCHES.cursor).tables[0]
    assert memory.listed(changing)[GUID] == {1: at(day(1)), 2: at(day(2)), 5: None}


@pytest.mark.usefixtures("roles")
def test_open_rows_are_read_whole_some_at_a_time(
    client: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "AT_ONCE", 2)

    rows = list(memory.open_rows(ROLES.tables[0], GUID, [f"content {number}" for number in range(1, 6)]))

    assert sorted(row["id"] for row in rows) == [1, 2, 5]
    assert next(row["name"] for row in rows if row["id"] == 5) == "x"
    assert set(rows[0]) == set(VERSIONED)
    assert [len(params) for params in client.asked] == [3, 3, 2]


def test_a_destination_is_opened_once_and_again_after_it_was_let_go_of(client: Client) -> None:
    made: list[int] = []
    memory = Memory(lambda: made.append(1) or client, "x")  # type: ignore[func-returns-value]
    memory.close()
    assert (client.opened, client.closed) == (0, 0)
    memory.past()
    assert memory.client is client
    assert (client.opened, client.closed) == (1, 0)
    memory.close()
    memory.close()
    assert (client.opened, client.closed) == (1, 1)
    memory.past()
    assert (client.opened, client.closed, len(made)) == (2, 1, 1)


def test_columns_in_which_a_company_has_a_value_are_known(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1, modified=None, start=None), merged(2, modified=None),
          merged(3, company_guid=OTHER))  # fmt: skip

    assert memory.having(PUNCHES.tables[0], GUID, ["modified", "start", "id"]) == {"start", "id"}
    assert memory.having(PUNCHES.tables[0], "nobody", ["start"]) == set()
    assert memory.having(PUNCHES.tables[1], GUID, ["paid"]) == set()


# Units that are settled together.

THIRD = "5c0e4d56-4d1b-4f53-8e6e-1a53a2a3f9b3"


def of(guid: str, resource: Any = PUNCHES, **known: Any) -> Unit:
    absent = known.pop("absent", ())
    return Unit(Task(replace(BISTRO, guid=guid), resource), Batch(absent=set(absent)), "incremental", **known)


def test_of_a_table_one_question_is_asked_for_all_units_that_are_expected(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2, company_guid=OTHER), merged(3, company_guid=OTHER))
    table(client, "roles", VERSIONED, version(1), version(4, company_guid=OTHER, _unseen_since=NOON))
    guids, punches, roles = (GUID, OTHER, THIRD), PUNCHES.tables[0], PERSONAL.tables[0]

    memory.expect([of(guid, resource) for guid in guids for resource in (PUNCHES, PERSONAL)])

    assert [set(memory.known(punches, guid, ())) for guid in guids] == [{(1,)}, {(2,), (3,)}, set()]
    assert len(client.asked) == 1
    assert [memory.active(roles, guid) for guid in guids] == [
        ({(1,): "content 1"}, set()), ({(4,): "content 4"}, {(4,)}), ({}, set())]  # fmt: skip
    assert len(client.asked) == 2


def test_an_answer_is_given_once_and_not_any_more_after_a_load(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2, company_guid=OTHER))
    punches = PUNCHES.tables[0]
    memory.expect([of(GUID), of(OTHER)])
    memory.known(punches, GUID, ())

    client.database.execute("DELETE FROM punches")

    assert set(memory.known(punches, GUID, ())) == set()
    memory.expect([of(GUID), of(OTHER)])
    memory.known(punches, GUID, ())
    client.database.execute("INSERT INTO punches (company_guid, id) VALUES (?, 7)", [OTHER])
    memory.close()
    assert set(memory.known(punches, OTHER, ())) == {(7,)}


def test_who_is_not_expected_is_asked_for_alone(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2, company_guid=OTHER))
    memory.expect([of(OTHER)])

    assert set(memory.known(PUNCHES.tables[0], GUID, ())) == {(1,)}
    assert set(memory.known(PUNCHES.tables[0], OTHER, ())) == {(2,)}
    assert len(client.asked) == 2


def test_units_that_reach_back_to_the_same_day_are_asked_for_together_from_the_earliest_moment_on(
    client: Client, memory: Memory
) -> None:
    hours = [day(3) + timedelta(hours=hour) for hour in (9, 11, 13)]
    table(client, "punches", MERGED)
    for guid in (GUID, OTHER, THIRD):
        insert(client, *(merged(id, company_guid=guid, modified=moment) for id, moment in enumerate(hours, 1)))
    begins = {GUID: day(3) + timedelta(hours=12), OTHER: day(3) + timedelta(hours=10), THIRD: day(2)}
    reaches = {guid: (("modified", moment, None),) for guid, moment in begins.items()}
    memory.expect([of(guid, reach=reach) for guid, reach in reaches.items()])

    found = {guid: set(memory.known(PUNCHES.tables[0], guid, reach)) for guid, reach in reaches.items()}

    assert found == {GUID: {(2,), (3,)}, OTHER: {(2,), (3,)}, THIRD: {(1,), (2,), (3,)}}
    assert len(client.asked) == 2


def test_windows_are_asked_for_one_by_one_unless_they_end_at_the_same_moment(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2, company_guid=OTHER), merged(3, company_guid=THIRD))
    ends = {GUID: day(4), OTHER: day(4), THIRD: day(5)}
    reaches = {guid: (("start", day(1), end),) for guid, end in ends.items()}
    memory.expect([of(guid, reach=reach) for guid, reach in reaches.items()])

    found = {guid: set(memory.known(PUNCHES.tables[0], guid, reach)) for guid, reach in reaches.items()}

    assert found == {GUID: {(1,)}, OTHER: {(2,)}, THIRD: {(3,)}}
    assert len(client.asked) == 2


def test_another_reach_than_that_of_the_unit_is_asked_for_by_itself(client: Client, memory: Memory) -> None:
    table(client, "punches", MERGED, merged(1), merged(2))
    reach = (("modified", day(2), None),)
    memory.expect([of(GUID, reach=reach), of(OTHER, reach=reach)])

    assert set(memory.known(PUNCHES.tables[0], GUID, reach)) == {(2,)}
    assert set(memory.known(PUNCHES.tables[0], GUID, ())) == {(1,), (2,)}


def test_columns_that_other_expected_units_lack_are_looked_at_with_those_of_the_first(
    client: Client, memory: Memory
) -> None:
    table(client, "punches", MERGED, merged(1, modified=None), merged(2, company_guid=OTHER, start=None))
    memory.expect([of(GUID, absent=[("punches", "modified"), ("roles", "name")]),
                   of(OTHER, absent=[("punches", "modified"), ("punches", "start")])])  # fmt: skip

    assert memory.having(PUNCHES.tables[0], GUID, ["modified"]) == set()
    assert memory.having(PUNCHES.tables[0], OTHER, ["modified", "start"]) == {"modified"}
    assert len(client.asked) == 1


def test_a_table_without_a_row_is_asked_again_after_a_load_and_one_with_rows_is_not(
    client: Client, memory: Memory
) -> None:
    table(client, "punches", MERGED)
    assert memory.empty(PUNCHES.tables[0])
    insert(client, merged(1))
    assert memory.empty(PUNCHES.tables[0])
    memory.close()
    assert not memory.empty(PUNCHES.tables[0])
    memory.close()
    asked = len(client.asked)
    assert not memory.empty(PUNCHES.tables[0])
    assert len(client.asked) == asked


def test_a_guid_that_could_be_something_else_in_a_query_is_refused(memory: Memory) -> None:
    for guid in ("a'b", "a\\", 'a"', "a b"):
        with pytest.raises(ConfigurationError, match="is not a GUID"):
            memory.known(PUNCHES.tables[0], guid, ())
