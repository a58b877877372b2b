"""What is asked of 7Geese and what an answer means: only queries, fitted to the server, translated into one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, print_ast, validate

from simulators.seven_geese.definitions import plain_schema
from sources.core.errors import ConfigurationError
from sources.seven_geese import adapting, network
from sources.seven_geese.documents import load, names, only_query
from sources.seven_geese.pruning import prune, prune_places
from sources.seven_geese.translation import Fields, Notes, RestShape, fitted, from_rest, reference, snake
from tests.geese import GeeseBench, build_geese
from tests.geese_reading import LISTINGS, contents, few, gone, held, keys, read

both_schemas = pytest.mark.parametrize("schema", ["2020", "2026"])


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=4)


# Only queries


@pytest.mark.parametrize("text", [
    "mutation M { deleteObjective(pk: 1) { ok } }",
    "subscription S { objectives { pk } }",
    "query A { badges { pk } } query B { badges { pk } }",
    "query A { badges { pk } } mutation B { deleteObjective(pk: 1) { ok } }",
    "fragment F on BadgeNode { pk }",
    "query A { badges { ...F } } fragment F on BadgeNode { pk }",
    "query A { badges {",
    "",
])  # fmt: skip
def test_a_document_that_is_not_one_query_is_refused(text):
    with pytest.raises(ConfigurationError, match=r"own\.graphql"):
        only_query(text, "own")


def test_every_document_of_ours_is_a_query_by_a_name_of_its_own():
    queries = [print_ast(load(name)).split("(")[0].split("{")[0].split()[:2] for name in names()]

    assert {kind for kind, _ in queries} == {"query"}
    assert len({name for _, name in queries}) == len(queries) == 15


def test_a_whole_run_sends_nothing_but_queries(geese):
    for name in ("objectives", "one_on_ones", "departments"):
        read(geese, name)

        assert {asked.kind for asked in geese.vendor.graphql_requests} <= {"query"}
        assert {asked.method for asked in geese.vendor.requests if not asked.path.endswith("graphql")} <= {"GET"}


# Fitting a document to what a server says of itself

TEXT = """query Things($first: Int!, $after: String, $keys: [Int]) {
  things(first: $first, after: $after, pk_In: $keys) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { cursor node { id: pk name size owner { id: pk } parts(first: 5) { edges { node { id: pk } } } } }
  }
}"""
SDL = """
type Query { things(first: Int, after: String, pk_In: [Int]): Things }
type Things { totalCount: Int pageInfo: Info edges: [Edge] }
type Info { hasNextPage: Boolean endCursor: String }
type Edge { cursor: String node: Thing }
type Thing { pk: Int name: String size: Int owner: Owner parts(first: Int): Things }
type Owner { pk: Int }
"""


def fit(before: str, after: str) -> tuple[str | None, list[str]]:
    """The document as a server can answer it that differs from ours in this."""
    schema = build_schema(SDL.replace(before, after))
    document, dropped = prune(parse(TEXT), schema)
    if document is not None:
        assert validate(schema, document) == []
    return document and " ".join(print_ast(document).split()), dropped


def test_a_document_that_a_server_knows_stays_as_it_is():
    document, dropped = fit("", "")

    assert dropped == []
    assert document == " ".join(print_ast(parse(TEXT)).replace("Int!", "Int").split())


@pytest.mark.parametrize(("before", "after", "dropped", "left"), [
    ("size: Int", "", "Thing.size", "id: pk name owner"),
    ("size: Int", "size: Owner", "Thing.size (of another shape)", "id: pk name owner"),
    ("owner: Owner", "owner: Int", "Thing.owner (of another shape)", "name size parts"),
    ("owner: Owner", "owner(of: Int!): Owner", "Thing.owner (of another shape)", "name size parts"),
    ("type Owner { pk: Int }", "type Owner { other: Int }", "Owner.pk", "name size parts"),
    ("parts(first: Int)", "parts", "Thing.parts(first:)", "parts { edges"),
    (", pk_In: [Int])", ")", "Query.things(pk_In:)", "query Things($first: Int, $after: String)"),
])  # fmt: skip
def test_what_a_server_does_not_have_is_left_out_and_told(before, after, dropped, left):
    document, told = fit(before, after)

    assert dropped in told
    assert left in document


def test_a_variable_takes_the_type_that_a_server_wants():
    document, dropped = fit("pk_In: [Int]", "pk_In: [ID!]")

    assert "$keys: [ID!]" in document
    assert dropped == []


@pytest.mark.parametrize("before", ["things(first: Int, after: String, pk_In: [Int]): Things", "pk: Int name: String"])
def test_nothing_is_left_of_a_document_without_its_listing_or_its_key(before):
    document, dropped = fit(before, "x: Int")

    assert document is None
    assert dropped


@both_schemas
def test_what_either_schema_lacks_is_known(schema):
    found = {name: prune(load(name), plain_schema(schema, ())) for name in names()}

    assert all(document is not None for document, _ in found.values())
    dropped = {part for _, parts in found.values() for part in parts}
    newer = {"ObjectiveNode.currentValue", "BadgeRecipientNode.userRecipients", "SnapshotNode.startDate",
             "OneOnOneQuestionSetNode.typedQuestions", "Query.recognitions(includeTeamRecognitions:)",
             "ItemAnswerUnion as RatingItemAnswerNode"}  # fmt: skip
    older = {"OneOnOneQuestionSetNode.questions", "BadgeRecipientNode.recipient"}
    assert newer & dropped == (newer if schema == "2020" else set())
    assert older & dropped == (older if schema == "2026" else set())


def test_what_a_server_complains_of_is_left_out_with_what_is_empty_or_unused_without_it():
    printed = print_ast(parse(TEXT)).splitlines()

    def place(text: str) -> tuple[int, int]:
        line = next(number for number, line in enumerate(printed, 1) if text in line)
        return line, printed[line - 1].index(text) + 1

    assert prune_places(parse(TEXT), [place("size"), place("id: pk")])[0] is None  # it is the row's own key
    document, dropped = prune_places(parse(TEXT), [place("size"), place("pk_In"), (999, 1)])

    text = " ".join(print_ast(document).split())
    assert dropped == ["pk_In: $keys", "size"]
    assert "query Things($first: Int!, $after: String) { things(first: $first, after: $after) {" in text
    assert "id: pk name owner" in text


@both_schemas
@pytest.mark.parametrize("name", ["networks", "objectives", "recognitions", "reviews", "feedback", "feedback_requests",
                                  "one_on_ones"])  # fmt: skip
def test_a_server_that_does_not_describe_itself_gives_the_same_rows_by_its_complaints(geese, schema, name):
    geese.vendor.set(schema=schema)
    described = read(geese, name)
    geese.vendor.set(introspection=False)

    unit = read(geese, name)

    assert unit.status == "ok"
    assert contents(unit) == contents(described)
    assert unit.unread == described.unread
    assert ("not offered" in (unit.note or "")) == ("not offered" in (described.note or ""))
    assert [asked.status for asked in geese.vendor.graphql_requests][-1] == 200


def test_a_complaint_is_listened_to_once_and_not_with_every_page(geese):
    geese.vendor.set(introspection=False, schema="2020", first_cap=3, nested_cap=100)

    read(geese, "recognitions")

    statuses = [asked.status for asked in geese.vendor.graphql_requests]
    assert statuses == sorted(statuses, reverse=True)
    assert statuses.count(400) <= 3


# A server that changes


def test_a_field_that_a_server_has_no_more_is_null_and_the_rest_is_read(geese):
    before = read(geese, "badges")
    geese.vendor.change_schema("BadgeNode", "image")

    unit = read(geese, "badges", before)

    assert keys(unit, columns=("id", "name")) == held(geese, "badges", "id", "name")
    assert set(keys(unit, columns=("image",))) == {None}
    assert "not offered: BadgeNode.image" in unit.note


def test_a_nested_list_that_a_server_has_no_more_closes_nothing_of_it(geese):
    before = read(geese, "objectives")
    geese.vendor.change_schema("ObjectiveNode", "labels")

    unit = read(geese, "objectives", before)

    assert unit.unread == {"objective_labels"}
    assert "not brought by this transport: objective_labels" in unit.note
    assert gone(unit, before) == {}


def test_a_field_of_another_type_is_loaded_as_it_comes_and_told(geese):
    geese.vendor.change_schema("ObjectiveNode", "weight", "String")

    unit = read(geese, "objectives")

    assert keys(unit, columns=("id", "weight")) == held(geese, "objectives", "id", "weight")  # a number all the same
    geese.vendor.restore_schema()
    geese.vendor.faults.add("type_changed", operation="Badges", field="active", value="retired")
    unit = read(geese, "badges")
    assert set(keys(unit, columns=("active", "active__v_text"))) == {(None, "retired")}  # beside its column
    assert "badges: Expected `bool | null`, got `str`" in next(iter(unit.batch.drift))


@pytest.mark.parametrize("described", [True, False])
def test_a_kind_of_answer_that_no_document_names_is_not_lost(geese, monkeypatch, described):
    before, text = read(geese, "reviews"), print_ast(load("reviews"))
    start = text.index("... on RatingItemAnswerNode {")
    older = parse(text[:start] + text[text.index("... on CalculatedRatingItemAnswerNode") :])
    assert "on RatingItemAnswerNode" not in print_ast(older)
    monkeypatch.setattr(network, "load", lambda name: older if name == "reviews" else load(name))
    geese.vendor.set(introspection=described)

    unit = read(geese, "reviews")

    theirs = [row for row in geese.vendor.rows(geese.vendor.networks[0].id, "item_answers")
              if row["kind"] == "RatingItemAnswerNode"]  # fmt: skip
    assert theirs
    if described:
        columns = ("kind", "id", "item_id", "responder_id", "other_answer")
        found = [row[1:] for row in keys(unit, "review_answers", columns) if row[0] == "RatingItemAnswerNode"]
        wanted = [(row["id"], row["item_id"], row["responder_id"], str(row["answer"])) for row in theirs]
        assert found == sorted(wanted)
    else:  # nothing told what to ask of them
        assert keys(unit) == held(geese, "snapshots")
        assert unit.batch.rejected or unit.unread == {"review_answers"}
    assert gone(unit, before) == {}


def test_a_code_that_nobody_knows_is_loaded_and_told(geese):
    geese.vendor.faults.add("unknown_code", operation="Objectives", field="keyResults.measurementType", value=99)

    unit = read(geese, "objectives")

    assert set(keys(unit, "key_results", ("measurement_type",))) == {99}
    assert "key_results.measurement_type: code 99 is not in code_labels" in unit.batch.drift


def test_a_new_field_of_a_rest_item_becomes_a_column_and_a_lost_one_is_null(geese, monkeypatch):
    few(monkeypatch, "badges")
    geese.set("TRANSPORT", "rest")
    geese.vendor.faults.add("added_field", path="/badges/", field="rarity", value="gold")
    geese.run(["badges"])
    geese.vendor.faults.add("removed_field", path="/badges/", field="name")

    report = geese.run(["badges"])

    assert not report.failed
    everything = geese.sql("SELECT id, name, rarity, _dlt_valid_to IS NULL FROM seven_geese.badges ORDER BY id")
    assert {row[1:] for row in everything if row[3]} == {(None, None, True)}
    assert {row[2:] for row in everything if not row[3]} == {("gold", False)}


# Times and other values


def test_every_spelling_of_a_time_is_the_same_instant_and_odd_ones_are_told(geese):
    columns = ("id", "start_date", "created", "modified", "completed_datetime")
    first = read(geese, "objectives")
    assert not first.batch.drift
    for spelling, told in (("naive", "taken as UTC"), ("mixed", "taken as UTC"), ("date", "taken as midnight UTC")):
        geese.vendor.set(dates=spelling)
        unit = read(geese, "objectives")

        assert keys(unit, columns=columns) == keys(first, columns=columns)
        assert any(told in noticed for noticed in unit.batch.drift), spelling
        if spelling == "naive":
            assert contents(unit) == contents(first)
    day = 24 * 3600 * 1_000_000
    assert {value % day for value in keys(unit, columns=("due_datetime",))} == {0}


@pytest.mark.parametrize(("kind", "value", "found"), [
    ("timestamp", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
    ("timestamp", "2026-01-05T10:00:00+05:30", "2026-01-05T10:00:00+05:30"),
    ("timestamp", "2026-01-05T10:00:00.123456-0800", "2026-01-05T10:00:00.123456-0800"),
    ("timestamp", "2026-01-05T10:00:00", "2026-01-05T10:00:00Z"),
    ("timestamp", "2026-01-05 10:00:00.5", "2026-01-05T10:00:00.5Z"),
    ("timestamp", "2026-01-05", "2026-01-05T00:00:00Z"),
    ("timestamp", "soon", "soon"),
    ("date", "2026-01-05", "2026-01-05"),
    ("date", "2026-01-05T00:00:00+00:00", "2026-01-05"),
    ("date", "2026-01-05T10:00:00+00:00", "2026-01-05T10:00:00+00:00"),
    ("json", '{"a": [1]}', {"a": [1]}),
    ("json", {"a": [1]}, {"a": [1]}),
    ("json", "a text", "a text"),
    ("text", 7, "7"),
    ("text", "007", "007"),
    ("text", True, True),
    ("bigint", "7", 7),
    ("bigint", "7.5", "7.5"),
    ("double", "21.50", 21.5),
    ("double", "-3", -3),
    ("double", "0012", "0012"),
    ("bigint", "0012", "0012"),
    ("double", "NaN", "NaN"),
    ("bool", "true", "true"),
    (None, "2026-01-05", "2026-01-05"),
    ("timestamp", None, None),
])  # fmt: skip
def test_a_value_takes_the_form_of_its_column_where_nothing_is_lost_by_it(kind, value, found):
    got = fitted(value, kind, "things.column", Counter())

    assert (got, type(got)) == (found, type(found))


@pytest.mark.parametrize(("value", "found"), [
    (31, 31), ("31", 31), ("https://app.example.test/api/v/2.0/userprofiles/31/", 31), ("/api/v1/user/31", 31),
    ({"id": 31, "url": "…"}, 31), ({"pk": "31"}, 31), ({"url": "http://x.example.test/31/"}, 31),
    ({"resource_uri": "/api/v1/user/31/"}, 31), ({"id": None, "pk": 31}, 31),
    ("me", "me"), ({"name": "Ada"}, {"name": "Ada"}), (None, None), ("", ""),
])  # fmt: skip
def test_every_form_of_a_reference_is_its_number_and_anything_else_stays(value, found):
    assert reference(value) == found


@pytest.mark.parametrize(("name", "found"), [
    ("dueDatetime", "due_datetime"), ("pk_In", "pk_in"), ("id", "id"), ("allow_login_via_7geese",) * 2,
    ("objectiveUrl", "objective_url"), ("fullName", "full_name"),
])  # fmt: skip
def test_names_are_snake_case(name, found):
    assert snake(name) == found


def test_an_object_in_a_rest_item_is_a_reference_and_its_fields_are_columns_where_there_are_some():
    item = {"id": 31, "user": {"id": 131, "email": "ada@example.test", "first_name": "Ada", "is_active": True,
                               "date_joined": "2024-02-01T12:00:00"}, "reports_to": "https://x.example.test/2/",
            "last_page_load_time": "2026-01-01T00:00:00Z", "mood": {"id": 5}}  # fmt: skip
    resource, notes = LISTINGS["user_profiles"], Notes()

    row = from_rest(item, Fields(resource), resource.rest_shape, notes)

    assert row == {
        "id": 31, "user_id": 131, "first_name": "Ada", "user_email": "ada@example.test", "user_is_active": True,
        "user_date_joined": "2024-02-01T12:00:00Z", "reports_to_id": 2, "mood": {"id": 5},
    }  # fmt: skip
    assert list(notes.noticed) == ["user_profiles.user_date_joined: a time without a zone, taken as UTC"]


def test_nested_items_of_rest_are_references_or_rows_of_their_own():
    resource = LISTINGS["objectives"]
    item = {"url": "https://x.example.test/objectives/5/", "owners": ["https://x.example.test/userprofiles/31/", 32],
            "labels": [{"id": 1, "name": "focus"}, {"id": 2}],
            "checkins": [{"id": 9, "user": {"id": 31}, "message": "m", "created": "2026-01-05",
                          "assessment_status": 1}]}  # fmt: skip

    row = from_rest(item, Fields(resource), RestShape(resource.rest_shape.renamed, frozenset({"url"})), Notes())

    assert row["id"] == 5
    assert row["owners"] == [{"profile_id": 31}, {"profile_id": 32}]
    assert row["labels"] == [{"label_id": 1, "name": "focus"}, {"label_id": 2}]
    assert row["checkins"] == [{"id": 9, "profile_id": 31, "message": "m", "created": "2026-01-05T00:00:00Z",
                                "status": 1}]  # fmt: skip


def test_markup_and_characters_of_four_bytes_come_through_unchanged(geese):
    text = '<p>Überraschung 🦆\u2028 &amp; "mehr"\n</p>'
    network = geese.vendor.networks[0].id
    geese.vendor.edit(network, "recognitions", held(geese, "recognitions")[0], message=text)
    for transport in ("graphql", "rest"):
        geese.set("TRANSPORT", transport)

        assert keys(read(geese, "recognitions"), columns=("id", "message")) == held(
            geese, "recognitions", "id", "message"
        )


# What no declaration says


@pytest.mark.parametrize(("row", "recipients"), [
    ({"recipient_id": 5}, [("profile", 5)]),
    ({"recipient": {"id": 5, "url": "…"}}, [("profile", 5)]),
    ({"user_recipients": [{"recipient_id": 5}, {"recipient_id": 6}], "recipient_id": 5},
     [("profile", 5), ("profile", 6)]),
    ({"user_recipients": [{"recipient_id": 5}], "team_recipients": [{"id": 5, "name": "Sales"}]},
     [("profile", 5), ("department", 5)]),
    ({"recipient": None}, []),
])  # fmt: skip
def test_recipients_are_one_list_whoever_they_are_and_however_they_come(row, recipients):
    adapting.recognition(row)

    assert [(item["kind"], item["recipient_id"]) for item in row["recipients"]] == recipients
    assert set(row) == {"recipients"}


def test_questions_that_come_in_both_forms_are_the_same_ones():
    row: dict[str, Any] = {"questions": [{"id": 1, "content": "old"}, {"id": 2}, {"id": 1, "content": "new"}]}

    adapting.one_on_one(row)

    assert row["questions"] == [{"id": 1, "content": "new"}, {"id": 2}]


def test_items_of_history_of_one_moment_are_numbered():
    row: dict[str, Any] = {"history": [{"created": "a"}, {"created": "b"}, {"created": "a"}]}

    adapting.objective(row)

    assert [item["place"] for item in row["history"]] == [0, 0, 1]
