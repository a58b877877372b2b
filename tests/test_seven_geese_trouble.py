"""Weather, refusals, broken rows and missing rights at 7Geese: what passes costs no row, what stays is told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.check import check_all
from simulators.seven_geese import graphql_endpoint, page_faults
from sources.core.errors import MalformedError, RefusedError, SkippedError, SuspectError, UnavailableError
from sources.core.task import Unit
from sources.seven_geese import VENDOR
from tests.geese import ALL_SCOPES, GeeseBench, build_geese, guid_of
from tests.geese_reading import Book, connect, contents, few, gone, held, keys, read

both_transports = pytest.mark.parametrize("transport", ["graphql", "rest"])


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=4)


def order(bench: GeeseBench, transport: str, kind: str, **how: object) -> None:
    """The next requests for recognitions over this transport go wrong."""
    bench.set("TRANSPORT", transport)
    where = {"operation": "Recognitions"} if transport == "graphql" else {"path": "/recognitions/"}
    bench.vendor.faults.add(kind, **where, **how)


def status(report_units: list[Unit]) -> dict[str, str]:
    return {unit.task.resource.name: unit.status for unit in report_units}


# What passes


@both_transports
@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "html", "truncated", "reset", "401"])
def test_weather_that_passes_costs_no_row(geese, transport, kind):
    order(geese, transport, kind)

    unit = read(geese, "recognitions")

    assert geese.vendor.faults.left == 0
    assert (unit.status, unit.transport) == ("ok", transport)
    assert keys(unit) == held(geese, "recognitions")


@both_transports
def test_a_byte_order_mark_before_the_json_is_no_trouble_at_all(geese, transport):
    order(geese, transport, "bom", times=9)

    unit = read(geese, "recognitions")

    assert keys(unit) == held(geese, "recognitions")
    assert len(geese.vendor.requests) == 1


@pytest.mark.parametrize(("how", "least"), [
    ({"seconds": 1}, 1.0), ({"seconds": 1, "http_date": True}, 0.5), ({"seconds": None}, 0.0),
], ids=["seconds", "date", "nothing"])  # fmt: skip
def test_a_throttled_request_waits_for_as_long_as_it_is_told(geese, how, least):
    order(geese, "graphql", "429", **how)

    unit = read(geese, "recognitions")

    assert keys(unit) == held(geese, "recognitions")
    refused, again = [asked.at for asked in geese.vendor.requests]
    assert least <= again - refused < 3


# What stays


@pytest.mark.parametrize(("kind", "error", "told"), [
    ("500", UnavailableError, "kept failing with 500"),
    ("html", MalformedError, "HTML page instead of JSON"),
    ("truncated", MalformedError, "not the documented JSON"),
    ("reset", UnavailableError, "got no answer"),
    ("401", RefusedError, "The token is not accepted"),
    ("404", SkippedError, "not to be had from this server: .*the server has no /api/v/2.0/recognitions/"),
    ("403", SkippedError, "Needed is recognition:read"),
])  # fmt: skip
def test_what_stays_broken_is_told_in_a_paragraph(geese, kind, error, told):
    order(geese, "rest", kind, times=500)
    geese.set("BACKOFF", "0.001")

    with pytest.raises(error, match=told) as caught:
        read(geese, "recognitions")

    assert "aurora-foods" in str(caught.value)


@both_transports
@pytest.mark.parametrize("code", [301, 302, 307])
def test_a_redirect_is_not_followed_and_no_token_goes_there(geese, transport, code):
    order(geese, transport, "redirect", status=code, times=99, to="http://elsewhere.example.test/")

    with pytest.raises(RefusedError, match=f"redirects to another address \\({code}\\), which is never followed"):
        read(geese, "recognitions")

    assert len(geese.vendor.requests) == 1


def test_every_address_of_rest_ends_in_the_slash_that_the_server_would_redirect_to(geese):
    geese.set("TRANSPORT", "rest")

    for name in ("objectives", "user_profiles"):
        read(geese, name)
        assert {(asked.path[-1], asked.status) for asked in geese.vendor.requests} == {("/", 200)}


def test_a_root_field_that_fails_is_asked_for_again_in_a_smaller_size(geese):
    geese.vendor.faults.add("masked_field_error", operation="Recognitions", field="recognitions")

    unit = read(geese, "recognitions")

    assert unit.status == "ok"
    assert [asked.variables["first"] for asked in geese.vendor.graphql_requests] == [100, 50]


def test_a_root_field_that_keeps_failing_is_an_error_that_says_what_the_server_said(geese):
    geese.vendor.faults.add("masked_field_error", operation="Recognitions", field="recognitions", times=9)

    told = "failed twice: An error occurred while resolving field Query.recognitions"
    with pytest.raises(UnavailableError, match=told):
        read(geese, "recognitions")

    assert len(geese.vendor.graphql_requests) == 2


# Rows and parts of rows that do not come


@both_transports
def test_a_row_that_came_as_null_is_counted_and_not_closed(geese, transport):
    before = read(geese, "recognitions")
    order(geese, transport, "null_node", index=2)

    unit = read(geese, "recognitions", mark=None)

    assert len(keys(unit)) == len(held(geese, "recognitions")) - 1
    assert unit.doubt == "rows"
    assert "1 rows came as null" in unit.note
    assert gone(unit, before) == {}


def test_a_row_that_came_as_null_is_not_closed_even_if_shrinking_is_allowed(geese, monkeypatch):
    def spoil(fault, data, starts):
        data["badges"]["totalCount"] += 1
        data["badges"]["edges"][2]["node"] = None

    before = read(geese, "badges")
    monkeypatch.setattr(page_faults, "spoil_graphql", spoil)
    geese.vendor.faults.add("null_node", operation="Badges", times=9)

    unit = read(geese, "badges", before)

    assert gone(unit, before, allow_shrink=True) == {}


def test_a_null_among_the_rows_that_rest_lists_apart_closes_none_of_them(geese):
    geese.set("TRANSPORT", "rest")
    before = read(geese, "objectives")
    geese.vendor.faults.add("null_node", path="/objectivekeyresults/")

    unit = read(geese, "objectives", before)

    assert (unit.status, unit.doubt) == ("incomplete", "rows")
    assert "objectivekeyresults/: 1 rows came as null" in unit.error
    assert gone(unit, before) == {}


def test_a_part_that_failed_once_is_asked_for_again(geese):
    geese.vendor.faults.add("partial_error", operation="Objectives", field="keyResults")

    unit = read(geese, "objectives")

    assert unit.status == "ok"
    assert keys(unit, "key_results") == held(geese, "key_results")
    assert len(geese.vendor.graphql_requests) == 2


def test_a_part_that_keeps_failing_is_named_and_what_came_is_loaded_and_nothing_is_closed(geese):
    before = read(geese, "objectives")
    geese.vendor.delete(geese.vendor.networks[0].id, "objectives", held(geese, "objectives")[-1])
    geese.vendor.faults.add("partial_error", operation="Objectives", field="keyResults", index=1, times=99)

    unit = read(geese, "objectives", before)

    assert (unit.status, unit.doubt) == ("incomplete", "rows")
    assert "1 x objectives.edges.*.node.keyResults: An error occurred while resolving field" in unit.error
    assert keys(unit) == held(geese, "objectives")
    lost = {row["id"] for row in geese.vendor.rows(geese.vendor.networks[0].id, "key_results")
            if row["objective_id"] == held(geese, "objectives")[1]}  # fmt: skip
    assert keys(unit, "key_results") == sorted(set(held(geese, "key_results")) - lost)
    assert gone(unit, before) == {}


def test_a_field_that_fails_in_every_row_is_left_out_and_replaces_no_value_that_is_known(geese, monkeypatch):
    def fail(row, info):
        raise ValueError("division by zero")

    book, network = Book(), geese.vendor.networks[0].id
    book.run(geese, "objectives")
    geese.vendor.advance(60)
    added = geese.vendor.create(network, "objectives", name="New", progress_delta=5)
    monkeypatch.setattr(geese.vendor.graphql_schema.type_map["ObjectiveNode"].fields["progressDelta"], "resolve", fail)

    unit = book.run(geese, "objectives")

    assert unit.status == "incomplete"
    assert "objectives.edges.node.progressDelta fails in every row: division by zero" in unit.note
    assert "progressDelta" not in geese.vendor.graphql_requests[-1].query
    assert len(geese.vendor.graphql_requests) == 3
    assert book.keys("objectives", "ended") == set()
    assert [(row["name"], row["progress_delta"]) for row in book.versions("objectives", added)] == [("New", None)]


@pytest.mark.parametrize(("name", "field", "table", "path"), [
    ("objectives", "creator", "key_results", "node.keyResults.edges.*.node.creator"),
    ("feedback_requests", "recipient", "feedback_requests", "feedbackRequests.edges.*.node.recipient"),
])  # fmt: skip
def test_a_field_that_fails_in_one_row_replaces_no_value_that_is_known(geese, name, field, table, path):
    book, last = Book(), held(geese, name)[-1]
    book.run(geese, name)
    geese.vendor.advance(60)
    geese.vendor.edit(geese.vendor.networks[0].id, name, last, **{"name" if name == "objectives" else "title": "New"})
    operation = "".join(word.capitalize() for word in name.split("_"))
    geese.vendor.faults.add("partial_error", operation=operation, field=field, index=1, times=99)

    unit = book.run(geese, name)

    assert unit.status == "incomplete"
    assert f"{path}: An error" in unit.error
    assert book.keys(name, "ended") == {(last,)}  # a good row is loaded all the same
    assert book.keys(table, "ended") - {(last,)} == set()


def test_a_code_that_became_an_object_is_loaded(geese):
    geese.vendor.faults.add("type_changed", operation="ReviewCycles", field="state", value={"code": 1})

    unit = read(geese, "review_cycles")

    assert keys(unit) == held(geese, "snapshot_groups")
    assert unit.batch.drift


# Rights


def test_what_a_scope_is_missing_for_is_skipped_with_the_reason_and_the_rest_is_committed(geese, monkeypatch):
    few(monkeypatch, "badges", "reviews")
    geese.vendor.set(grant_scopes="userprofile:read network:read recognition:read")

    report = geese.run(["badges", "reviews"])

    assert report.failed
    assert status(report.units) == {"badges": "ok", "reviews": "skipped"}
    assert geese.present("badges") == [(id,) for id in held(geese, "badges")]
    told = geese.log("reviews")
    assert told[0] == "skipped"
    assert "the scope review:read was not granted, only network:read recognition:read userprofile:read" in told[1]
    assert not [asked for asked in geese.vendor.graphql_requests if asked.operation == "Reviews"]


@both_transports
def test_a_token_whose_scopes_nobody_told_is_refused_at_the_resource_with_the_scopes_name(geese, transport):
    network = geese.vendor.networks[0]
    geese.read_as(network, network.admin, ALL_SCOPES.replace("feedback:read ", ""))
    geese.set("TRANSPORT", transport)

    with pytest.raises(SkippedError, match="feedback:read"):
        read(geese, "feedback_requests")

    assert keys(read(geese, "badges")) == held(geese, "badges")


def test_a_token_that_is_accepted_for_nobody_is_refused_before_anything_is_read(geese):
    geese.companies({"slug": "aurora-foods", "guid": guid_of(geese.vendor.networks[0]), "token": "stale"})
    geese.vendor.set(graphql_anonymous="null")

    with pytest.raises(RefusedError, match=r"accepted for nobody \(currentUser is null\).*sevens auth"):
        read(geese, "badges")


@pytest.mark.parametrize(("times", "by_rest"), [(1, 0), (9, 1)])
def test_who_reads_is_asked_again_and_then_by_rest_where_the_server_fails_to_say(geese, times, by_rest):
    geese.vendor.faults.add("masked_field_error", operation="WhoAmI", field="currentUser", times=times)

    _, network = connect()

    assert network.identity.startswith("profile 31, admin")
    assert [asked.operation for asked in geese.vendor.graphql_requests].count("WhoAmI") == 2
    assert len([asked for asked in geese.vendor.requests if asked.path.endswith("/me/")]) == by_rest


def test_who_reads_cannot_be_told_without_a_scope_and_that_one_is_named(geese):
    network = geese.vendor.networks[0]
    geese.read_as(network, network.admin, "recognition:read")

    with pytest.raises(RefusedError, match="userprofile:read"):
        read(geese, "badges")


def test_who_reads_is_told_by_rest_where_graphql_does_not_know(geese):
    geese.vendor.change_schema("Query", "currentUser")

    unit = read(geese, "badges")

    assert unit.transport == "graphql"
    assert unit.identity.startswith("profile 31, admin")


def test_a_server_that_hides_its_schema_is_asked_without_one(geese, monkeypatch):
    real = graphql_endpoint.answer

    def hidden(sim, asked, ask, fault):
        told = {"data": {"__schema": None}, "errors": [{"message": "introspection is switched off"}]}
        return graphql_endpoint._json(told, 200) if "__schema" in asked.text else real(sim, asked, ask, fault)

    monkeypatch.setattr(graphql_endpoint, "answer", hidden)

    assert keys(read(geese, "badges")) == held(geese, "badges")


def test_one_network_that_is_refused_costs_the_others_nothing(tmp_path, monkeypatch):
    for bench in build_geese(tmp_path, monkeypatch, networks=2, people=4):
        few(monkeypatch, "badges")
        mine, other = bench.vendor.networks
        bench.companies(bench.entry(mine), bench.entry(other, password="wrong"))

        report = bench.run(["badges"])

        assert report.failed
        assert bench.differences(mine, ["badges"]) == []
        errors = [unit.error for unit in report.units if unit.status == "failed"]
        assert len(errors) == 1
        assert other.slug in errors[0]
        assert "wrong" not in errors[0]


# Which network it is


def login(bench: GeeseBench, network: int = 0, **more: object) -> dict[str, object]:
    entry = bench.entry(bench.vendor.networks[network], **more)
    return {name: value for name, value in entry.items() if value is not None}


def test_a_network_without_a_guid_gets_one_that_is_always_the_same_and_check_shows_it(geese, monkeypatch):
    few(monkeypatch, "badges")
    geese.companies(login(geese, guid=None))
    derived = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{geese.vendor.url}/networks/11"))

    lines = [line.text for line in check_all(["seven_geese"]) if line.ok]
    geese.run(["badges"])
    geese.run(["badges"])

    assert any(f"is network 11 'Aurora Foods', company_guid {derived}, read as profile 31" in line for line in lines)
    assert {row[0] for row in geese.sql("SELECT company_guid FROM seven_geese.badges")} == {derived}
    assert {row[0] for row in geese.sql("SELECT company_guid FROM seven_geese.sync_log")} == {derived}
    assert len(geese.present("badges")) == len(held(geese, "badges"))


def test_two_names_for_one_network_are_refused_before_they_undo_each_others_rows(geese, monkeypatch):
    few(monkeypatch, "badges")
    twice = [login(geese, guid=None, slug=slug) for slug in ("first", "second")]
    geese.companies(*twice)

    report = geese.run(["badges"])

    assert sorted(unit.status for unit in report.units) == ["failed", "ok"]
    assert ["undo each other's rows" in unit.error for unit in report.units if unit.status == "failed"] == [True]
    assert len(geese.present("badges")) == len(held(geese, "badges"))


@pytest.mark.parametrize("guid", ["configured", None])
def test_a_guid_that_was_another_network_is_refused_and_nothing_is_mixed(tmp_path, monkeypatch, guid):
    for bench in build_geese(tmp_path, monkeypatch, networks=2, people=4):
        few(monkeypatch, "badges")
        guid = guid and guid_of(bench.vendor.networks[0])
        bench.companies(login(bench, guid=guid, slug="acme"))
        bench.run(["badges"])
        before = bench.present("badges")
        bench.companies(login(bench, 1, guid=guid, slug="acme"))

        report = bench.run(["badges"])

        assert [unit.status for unit in report.units] == ["failed"]
        assert "was loaded as network 11, and the credential answers for network 12 now" in report.units[0].error
        assert bench.present("badges") == before


def test_a_configured_id_that_is_not_the_credentials_network_is_refused(geese):
    geese.companies(login(geese, id=12))

    with pytest.raises(SuspectError, match="answers for network 11, but id 12 is configured"):
        read(geese, "badges")


def test_rows_of_two_networks_stand_side_by_side(tmp_path, monkeypatch):
    for bench in build_geese(tmp_path, monkeypatch, networks=2, people=4):
        client = VENDOR.connect(VENDOR.resources)
        found = [VENDOR.discover(client, company, None) for company in VENDOR.companies()]

        assert [network.id for network in found] == [11, 12]
        assert len({network.guid for network in found}) == 2
        first = read(bench, "badges")
        bench.companies(login(bench, 1))
        assert set.isdisjoint(contents(first)["badges"], contents(read(bench, "badges"))["badges"])
