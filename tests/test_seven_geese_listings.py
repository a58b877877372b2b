"""Listings that are cut, move, lie or change their shape while they are read, over both transports of 7Geese."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simulators.server import LocalServer
from simulators.seven_geese.connections import position
from sources.core.errors import MalformedError, RefusedError, SuspectError, UnavailableError
from sources.core.http import Company, Reply
from sources.core.passes import Census, read_whole
from sources.seven_geese.documents import load
from sources.seven_geese.graphql import GraphQLListing
from sources.seven_geese.rest import RestListing
from tests.geese import GeeseBench, build_geese
from tests.geese_reading import LISTINGS, contents, gone, held, keys, read

ACME = Company("acme", "00000000-0000-4000-8000-000000000011", 11)
both_transports = pytest.mark.parametrize("transport", ["graphql", "rest"])


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=4)


def cut(bench: GeeseBench, transport: str, size: int) -> None:
    """From now on pages of this transport have no more rows than this."""
    bench.set("TRANSPORT", transport)
    bench.vendor.set(first_cap=size, nested_cap=100, page_max=size)


def starts(bench: GeeseBench, table: str) -> list[int]:
    """Where the pages of a listing began, in the order they were asked for."""
    rest = [dict(asked.query) for asked in bench.vendor.requests if asked.path.endswith(f"/{table}/")]
    graphql = [asked.variables for asked in bench.vendor.graphql_requests if f"  {table}(" in asked.query]
    return [position(sent.get("after"), -1) + 1 for sent in graphql] + [int(sent.get("offset", 0)) for sent in rest]


def sizes(bench: GeeseBench) -> list[int]:
    """The sizes of the pages that were asked for."""
    rest = [int(dict(asked.query)["limit"]) for asked in bench.vendor.requests if asked.query]
    return [asked.variables["first"] for asked in bench.vendor.graphql_requests] + rest


def between(bench: GeeseBench, table: str, change: Callable[[], object]) -> None:
    """Something happens after the first page of a listing, once."""
    waiting = [change]

    def on_page(transport: str, listed: str, page: int, network: int) -> None:
        if listed == table and waiting and not (transport == "graphql" and not bench.vendor.graphql_requests):
            waiting.pop()()

    bench.vendor.on_page = on_page


# Pages


@both_transports
def test_the_pages_of_a_listing_overlap_by_one_row_and_every_row_is_taken_once(geese, transport):
    cut(geese, transport, 3)

    unit = read(geese, "recognitions")

    assert keys(unit) == held(geese, "recognitions")
    assert unit.rows_read == 8
    assert starts(geese, "recognitions")[-4:] == [0, 2, 4, 6]


@both_transports
@pytest.mark.parametrize("deed", ["a row is inserted", "a row is removed", "one is removed and one inserted"])
def test_a_pass_in_which_rows_move_is_repeated_and_its_result_is_exact(geese, transport, deed):
    cut(geese, transport, 3)
    network = geese.vendor.networks[0].id
    before = read(geese, "recognitions")

    def change() -> None:  # the newest come first: both move what follows
        if "inserted" in deed:
            geese.vendor.create(network, "recognitions", recipient_ids=[geese.vendor.networks[0].admin])
        if "removed" in deed:
            awarded = held(geese, "recognitions", "awarded_date", "id")
            geese.vendor.delete(network, "recognitions", awarded[0 if "inserted" in deed else -1][1])

    between(geese, "recognitions", change)
    unit = read(geese, "recognitions", mark=None)

    assert (unit.status, unit.doubt) == ("ok", "")
    assert keys(unit) == held(geese, "recognitions")
    asked = starts(geese, "recognitions")
    assert asked[asked.index(2) + 1] == 0  # at the first sign, not at the end
    assert gone(unit, before).get("recognitions", []) == sorted(set(keys(before)) - set(keys(unit)))


@both_transports
def test_a_move_that_nothing_tells_is_made_good_by_the_next_reading(geese, transport):
    """One row behind the reader goes and another one comes: positions, overlap and count are as before."""
    cut(geese, transport, 3)
    network = geese.vendor.networks[0]

    def change() -> None:
        newest = max(held(geese, "recognitions", "awarded_date", "id"))[1]
        geese.vendor.delete(network.id, "recognitions", newest)
        geese.vendor.create(network.id, "recognitions", recipient_ids=[network.admin])

    between(geese, "recognitions", change)
    first = read(geese, "recognitions")
    assert keys(first) != held(geese, "recognitions")

    second = read(geese, "recognitions", before=first, mark=None)

    assert keys(second) == held(geese, "recognitions")
    assert len(gone(second, first)["recognitions"]) == 1


@both_transports
def test_a_count_that_stays_wrong_closes_nothing_unless_shrinking_is_allowed(geese, transport):
    geese.set("TRANSPORT", transport)
    before = read(geese, "objectives")
    left = held(geese, "objectives")[1:]
    geese.vendor.delete(geese.vendor.networks[0].id, "objectives", held(geese, "objectives")[0])
    geese.vendor.faults.add("count_wrong", path="objectives" if transport == "rest" else "graphql", times=99)

    unit = read(geese, "objectives", before)

    assert keys(unit) == left
    assert (unit.status, unit.doubt) == ("incomplete", "count")
    assert "7 rows were listed where the server counts 8" in unit.error
    assert gone(unit, before) == {}
    assert gone(unit, before, allow_shrink=True)["objectives"] == [5101]
    assert unit.status == "ok"


@both_transports
def test_a_listing_whose_pages_lead_to_themselves_is_given_up(geese, transport):
    cut(geese, transport, 3)
    geese.vendor.faults.add("same_cursor", path="recognitions" if transport == "rest" else "graphql", times=99)

    with pytest.raises(SuspectError, match=r"recognitions.* does not end"):
        read(geese, "recognitions")


def test_the_size_of_a_page_is_no_sign_of_the_end(geese):
    geese.set("TRANSPORT", "rest")
    geese.vendor.set(page_max=1)

    unit = read(geese, "badges")

    assert keys(unit) == held(geese, "badges")
    assert (unit.status, unit.rows_read) == ("ok", 5)
    assert starts(geese, "badges") == [0, 1, 2, 3, 4] * 2  # pages of one row cannot overlap: two readings have to agree


# Links


@pytest.mark.parametrize("fault", [{"kind": "next_http", "scheme": "https"}, {"kind": "next_http", "scheme": "gopher"}])
def test_a_link_with_another_scheme_is_followed_on_our_own_origin(geese, fault):
    cut(geese, "rest", 3)
    geese.vendor.faults.add(**fault, times=99)

    unit = read(geese, "recognitions")

    assert keys(unit) == held(geese, "recognitions")


@pytest.mark.parametrize(("host", "followed"), [("localhost", False), ("127.0.0.1", True)])
def test_a_link_to_another_server_is_never_asked_and_no_token_leaves(geese, host, followed):
    cut(geese, "rest", 3)
    elsewhere = LocalServer(lambda environ, start: [start("200 OK", []), b"{}"][1:])
    elsewhere.start()
    try:
        geese.vendor.faults.add("next_foreign_host", host=f"{host}:{elsewhere.url.rsplit(':')[-1]}", times=99)
        if followed:  # another port of the same host: behind a proxy; it is our own origin that is asked
            assert keys(read(geese, "recognitions")) == held(geese, "recognitions")
        else:
            with pytest.raises(SuspectError, match="leads to another host"):
                read(geese, "recognitions")
        assert elsewhere.requests == []
    finally:
        elsewhere.stop()


class Rows(list):
    def add(self, rows: list) -> None:
        self.extend(rows)


class Script:
    """A client whose every answer is written down: `answer` makes the one to each request, by what was sent."""

    url = "https://geese.example.test"

    def __init__(self, answer: Callable[[dict[str, Any]], Any]) -> None:
        self.answer, self.sent = answer, []

    def get(self, company: Company, path: str, params: Any, decode: Callable[[bytes], Any]) -> Reply[Any]:
        return self._reply({"path": path, **params}, decode)

    def post(self, company: Company, path: str, body: Any, decode: Callable[[bytes], Any], tries: Any) -> Reply[Any]:
        return self._reply(body, decode)

    def document(self, name: str) -> None:
        return None

    def _reply(self, sent: dict[str, Any], decode: Callable[[bytes], Any]) -> Reply[Any]:
        assert len(self.sent) < 50, "it asks for ever"
        self.sent.append(sent)
        return Reply(decode(msgspec.json.encode(self.answer(sent))), None, 1)


def by_rest(answer: Callable[[dict[str, Any]], Any]) -> tuple[Census, list[Any], list[dict[str, Any]]]:
    script = Script(answer)
    census, rows = read_whole(RestListing(script, ACME, "api/v/2.0/badges/", "recognition:read"), "id", Rows)
    return census, rows, script.sent


# Envelopes

ITEMS = [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}, {"id": 3, "name": "three"}]


@pytest.mark.parametrize(("envelope", "link"), [
    ("count/next/results", "http://geese.example.test/api/v/2.0/badges?limit=2&offset=2"),
    ("count/next/results", "/elsewhere/badges/?offset=2&limit=2"),
    ("meta/objects", "/api/v1/badges/?limit=2&offset=2"),
])  # fmt: skip
def test_each_generation_of_the_envelope_is_opened_and_its_links_are_followed(envelope, link):
    def answer(sent: dict[str, Any]) -> Any:
        assert sent["path"] == "api/v/2.0/badges/"
        start = int(sent.get("offset", 0))
        found, next = ITEMS[start : start + 2], link if start + 2 < len(ITEMS) else None
        if envelope == "meta/objects":
            return {"meta": {"total_count": 3, "next": next}, "objects": found}
        return {"count": 3, "next": next, "previous": None, "results": found}

    census, rows, sent = by_rest(answer)

    assert rows == ITEMS
    assert (census.moved, [query.get("offset") for query in sent]) == ("", [None, "1"])


def test_a_bare_list_is_a_listing_of_one_page():
    census, rows, sent = by_rest(lambda sent: ITEMS)

    assert (rows, census.moved, len(sent)) == (ITEMS, "", 1)


@pytest.mark.parametrize("link", ["?cursor=cD0yMDI2%2B1%3D%3D", "?cursor=a%26b%3Dc"])
def test_a_cursor_of_letters_comes_back_as_it_was_sent(link):
    pages = {None: (ITEMS[:2], link), "cD0yMDI2+1==": (ITEMS[2:], None), "a&b=c": (ITEMS[2:], None)}

    def answer(sent: dict[str, Any]) -> Any:
        found, next = pages[sent.get("cursor")]
        return {"count": 3, "next": next, "results": found}

    assert by_rest(answer)[1] == ITEMS


@pytest.mark.parametrize("body", [
    {"detail": "secret text of a person", "data": []}, {"results": {}, "count": 1}, {"objects": [], "meta": None},
    "a text", 5,
])  # fmt: skip
def test_an_envelope_nobody_knows_is_an_error_that_shows_nothing_but_its_keys(body):
    with pytest.raises(MalformedError, match="no known envelope") as caught:
        by_rest(lambda sent: body)

    assert "secret" not in str(caught.value)
    assert all(name in str(caught.value) for name in (body if isinstance(body, dict) else ()))


def test_an_envelope_that_changes_in_the_middle_is_an_error():
    def answer(sent: dict[str, Any]) -> Any:
        return ITEMS if "offset" in sent else {"count": 3, "next": "?offset=2", "results": ITEMS[:2]}

    with pytest.raises(SuspectError, match="as a bare list after count/next/results"):
        by_rest(answer)


@pytest.mark.parametrize("item", [
    {"id": 7}, {"id": "7"}, {"pk": 7}, {"url": "https://geese.example.test/api/v/2.0/badges/7/"},
    {"resource_uri": "/api/v1/badges/7/"}, {"id": None, "url": "/badges/7"},
])  # fmt: skip
def test_an_item_is_known_by_its_number_or_by_its_link(item):
    assert by_rest(lambda sent: {"count": 1, "next": None, "results": [item]})[0].keys == {7}


def test_references_as_links_numbers_or_objects_make_the_same_rows(geese):
    geese.set("TRANSPORT", "rest")
    names = ["user_profiles", "departments", "objectives", "recognitions", "feedback_requests", "one_on_ones"]
    found = {}
    for form in ("urls", "ids", "objects"):
        geese.vendor.set(references=form)
        found[form] = [contents(read(geese, name)) for name in names]

    assert found["urls"] == found["ids"] == found["objects"]
    assert found["urls"][2]["objective_owners"]


# From one transport to the other


def test_a_resource_that_rest_does_not_list_is_read_by_graphql_and_that_is_told(geese):
    geese.vendor.set(rest_missing={"departments"}, deleted_departments_listed=False)

    unit = read(geese, "departments")

    assert (unit.status, unit.transport) == ("ok", "graphql")
    assert "the server has no /api/v/2.0/departments/" in unit.note
    assert keys(unit) == held(geese, "departments")


@pytest.mark.parametrize("described", [True, False])
def test_a_resource_that_graphql_does_not_know_is_read_by_rest_and_that_is_told(geese, described):
    geese.vendor.set(introspection=described)
    geese.vendor.change_schema("Query", "badges")

    unit = read(geese, "badges")

    assert (unit.status, unit.transport) == ("ok", "rest")
    assert "GraphQL knows nothing of badges" in unit.note
    assert keys(unit) == held(geese, "badges")


def test_a_server_without_graphql_is_read_by_rest(geese):
    geese.vendor.set(graphql_enabled=False)

    unit = read(geese, "objectives")

    assert (unit.status, unit.transport) == ("ok", "rest")
    assert "the server has no GraphQL" in unit.note
    assert keys(unit, "key_results") == held(geese, "key_results")


# Sizes


@pytest.mark.parametrize(("fault", "asked"), [
    ("500", [100, 100, 50]),
    ("502", [100, 100, 50]),
    ("reset", [100, 100, 50]),
    ("truncated", [100, 100, 50]),
    ("html", [100, 100, 50]),
])  # fmt: skip
def test_a_page_that_fails_twice_is_asked_for_in_a_smaller_size(geese, fault, asked):
    geese.vendor.faults.add(fault, operation="Objectives", times=2)

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    assert keys(unit) == held(geese, "objectives")
    assert sizes(geese) == asked


def test_a_size_that_keeps_failing_goes_down_to_five_rows_and_not_further(geese):
    geese.vendor.faults.add("503", operation="Objectives", times=99)

    with pytest.raises(UnavailableError, match="kept failing with 503"):
        read(geese, "objectives")

    assert sizes(geese) == [100, 100, 50, 50, 25, 25, 12, 12, 6, 6, 5, 5, 5, 5, 5, 5]


def test_a_size_that_works_grows_back_slowly(geese):
    for number in range(150):
        geese.vendor.create(geese.vendor.networks[0].id, "badges", name=f"Badge {number}")
    geese.vendor.faults.add("504", operation="Badges", times=6)

    unit = read(geese, "badges")

    assert sizes(geese)[:12] == [100, 100, 50, 50, 25, 25, 12, 12, 12, 12, 12, 24]
    assert keys(unit) == held(geese, "badges")


def test_a_rest_page_that_keeps_failing_is_asked_for_in_a_smaller_size(geese):
    geese.set("TRANSPORT", "rest")
    geese.vendor.faults.add("504", path="recognitions", times=6)

    unit = read(geese, "recognitions")

    assert sizes(geese) == [200] * 6 + [50]
    assert keys(unit) == held(geese, "recognitions")


def test_a_cap_on_pages_is_learned_from_the_refusal(geese):
    geese.vendor.set(first_cap=7, nested_cap=100)

    unit = read(geese, "objectives")

    assert sizes(geese) == [100, 7, 7]
    assert keys(unit) == held(geese, "objectives")


def test_a_cap_on_nested_lists_is_learned_and_they_are_read_to_their_end_all_the_same(geese):
    geese.vendor.set(nested_cap=3)

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    for table, theirs in (("key_results", "key_results"), ("objective_checkins", "checkins")):
        assert keys(unit, table) == held(geese, theirs)
    history = keys(unit, "objective_history", ("objective_id", "progress"))
    assert history == held(geese, "objective_history", "objective_id", "progress")


@pytest.mark.parametrize("at", [["badges"], ["badges", "edges", 0, "node", "name"]], ids=["page", "nested list"])
@pytest.mark.parametrize("told", ["exceeds the `first` limit of 500 records", "the limit of first was exceeded"])
def test_a_cap_that_no_size_satisfies_does_not_make_the_reading_endless(at, told):
    node = {"edges": [{"node": {"id": 1}}], "pageInfo": {"hasNextPage": False}, "totalCount": 1}
    script = Script(lambda sent: {"data": {"badges": node}, "errors": [{"message": told, "path": at}]})

    page = GraphQLListing(script, ACME, LISTINGS["badges"], load("badges")).page(None)

    assert page.faults
    assert [row["id"] for row in page.rows] == [1]


def test_an_answer_that_is_too_large_for_a_gateway_is_asked_for_in_smaller_pieces():
    def answer(sent: dict[str, Any]) -> Any:
        if sent["variables"]["first"] > 30:
            raise RefusedError("too large", 413)
        return {"data": {"badges": {"edges": [], "pageInfo": {"hasNextPage": False}, "totalCount": 0}}}

    script = Script(answer)

    assert not GraphQLListing(script, ACME, LISTINGS["badges"], load("badges")).page(None).rows
    assert [sent["variables"]["first"] for sent in script.sent] == [100, 50, 25]


@pytest.mark.parametrize(("body", "told"), [
    (b'{"errors": [{"message": "Query is too complex"}]}', "the query badges was refused: Query is too complex"),
    (b'{"errors": [{"message": "No", "locations": [{"line": 99, "column": 1}]}]}', "was refused: No"),
    (b"<html>", "no page"),
])  # fmt: skip
def test_a_refusal_that_names_no_part_of_the_query_is_passed_on(body, told):
    def answer(sent: dict[str, Any]) -> Any:
        raise RefusedError("no page", 400, body)

    script = Script(answer)

    with pytest.raises(RefusedError, match=told):
        GraphQLListing(script, ACME, LISTINGS["badges"], load("badges")).page(None)
    assert len(script.sent) == 1


@pytest.mark.parametrize("found", [{"edges": None, "pageInfo": {}}, {"edges": [], "to": "a secret"}, ["a secret"],
                                   "a secret"])  # fmt: skip
def test_an_answer_that_is_no_connection_is_an_error_that_shows_only_its_keys(found):
    script = Script(lambda sent: {"data": {"badges": found}})

    with pytest.raises(MalformedError, match="without edges and pageInfo") as caught:
        GraphQLListing(script, ACME, LISTINGS["badges"], load("badges")).page(None)
    assert "secret" not in str(caught.value)


# Nested lists that are longer than their page


def people(bench: GeeseBench, number: int) -> list[int]:
    network = bench.vendor.networks[0].id
    return [bench.vendor.create(network, "profiles", first_name=f"P{n}") for n in range(number)]


def test_more_than_fifty_owners_are_read_to_the_last_one(geese):
    network, owners = geese.vendor.networks[0].id, people(geese, 170)
    geese.vendor.edit(network, "objectives", 5101, owner_ids=owners)

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    pairs = keys(unit, "objective_owners", ("objective_id", "profile_id"))
    assert [owner for objective, owner in pairs if objective == 5101] == owners
    continued = [position(asked.variables.get("inner"), -1) + 1 for asked in geese.vendor.graphql_requests[1:]]
    assert continued == [0, 100]
    assert all(asked.variables["keys"] == [5101] for asked in geese.vendor.graphql_requests[1:])


def test_more_than_twenty_owners_of_a_key_result_are_read_to_the_last_one(geese):
    network, owners = geese.vendor.networks[0].id, people(geese, 60)
    geese.vendor.edit(network, "key_results", 9001, owner_ids=owners)

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    pairs = keys(unit, "key_result_owners", ("key_result_id", "profile_id"))
    assert [owner for result, owner in pairs if result == 9001] == owners
    assert keys(unit, "key_results") == held(geese, "key_results")


def test_a_long_list_below_the_end_of_a_long_list_is_read_to_the_last_one(geese):
    network, owners = geese.vendor.networks[0].id, people(geese, 30)
    for number in range(70):
        geese.vendor.create(network, "key_results", objective_id=5101, owner_ids=owners if number == 60 else [])

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    assert keys(unit, "key_results") == held(geese, "key_results")
    pairs = [(row["id"], owner) for row in geese.vendor.rows(network, "key_results") for owner in row["owner_ids"]]
    assert keys(unit, "key_result_owners", ("key_result_id", "profile_id")) == sorted(pairs)


def test_long_lists_below_and_beside_long_lists_are_all_read_to_the_last_one(geese):
    network, owners = geese.vendor.networks[0].id, people(geese, 60)
    geese.vendor.edit(network, "objectives", 5101, owner_ids=owners)
    for number in range(120):
        geese.vendor.create(network, "key_results", objective_id=5101, owner_ids=owners[: number % 30])
        geese.vendor.create(network, "checkins", objective_id=5101)

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    assert keys(unit, "key_results") == held(geese, "key_results")
    assert keys(unit, "objective_checkins") == held(geese, "checkins")
    pairs = [(row["id"], owner) for row in geese.vendor.rows(network, "key_results") for owner in row["owner_ids"]]
    assert keys(unit, "key_result_owners", ("key_result_id", "profile_id")) == sorted(pairs)
    pairs = keys(unit, "objective_owners", ("objective_id", "profile_id"))
    assert [owner for objective, owner in pairs if objective == 5101] == owners


@pytest.mark.parametrize("schema", ["2020", "2026"])
def test_more_than_fifty_notes_on_a_question_are_read_to_the_last_one(geese, schema):
    geese.vendor.set(schema=schema)
    network = geese.vendor.networks[0].id
    question = geese.vendor.rows(network, "questions")[0]["id"]
    for number in range(70):
        geese.vendor.create(network, "notes", question_id=question, content=f"{number}", shared=True)

    unit = read(geese, "one_on_ones")

    assert unit.status == "ok"
    assert keys(unit, "one_on_one_notes") == held(geese, "notes")
    assert keys(unit, "one_on_one_questions") == held(geese, "questions")


def test_more_than_a_hundred_answers_of_a_review_are_read_to_the_last_one(geese):
    network = geese.vendor.networks[0].id
    review, item = geese.vendor.rows(network, "snapshots")[0]["id"], geese.vendor.rows(network, "items")[0]["id"]
    for _ in range(150):
        geese.vendor.create(network, "item_answers", kind="TextItemAnswerNode", snapshot_id=review, item_id=item)

    unit = read(geese, "reviews")

    assert unit.status == "ok"
    assert keys(unit, "review_answers", ("kind", "id")) == held(geese, "item_answers", "kind", "id")


def test_a_nested_list_that_cannot_be_continued_closes_nothing(geese):
    """A server that ignores the filter by key answers with other rows."""
    network, owners = geese.vendor.networks[0].id, people(geese, 60)
    geese.vendor.edit(network, "objectives", 5103, owner_ids=owners)
    before = read(geese, "objectives")
    geese.vendor.set(filters_ignored={"pk_In"})
    geese.vendor.edit(network, "objectives", 5103, owner_ids=owners[:55])

    unit = read(geese, "objectives", before)

    assert (unit.status, unit.doubt) == ("incomplete", "rows")
    assert "owners of objectives 5103 was cut and could not be read to its end" in unit.error
    assert gone(unit, before) == {}


def test_people_who_left_are_listed_apart_and_told_from_the_others(geese):
    unit = read(geese, "user_profiles")

    assert keys(unit, columns=("id", "activated")) == held(geese, "profiles", "id", "activated")
    assert [asked.variables.get("inactive") for asked in geese.vendor.graphql_requests][:2] == [True, None]
