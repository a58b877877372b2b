"""GraphQL conventions: connections, cursors, caps, errors, and the requests that are written down."""

from __future__ import annotations

import base64

import pytest
import requests

pytest_plugins = ("tests.simulators.geese",)

OBJECTIVES = """query Some($first:Int,$after:String,$last:Int,$before:String,$offset:Int){
  objectives(first:$first, after:$after, last:$last, before:$before, offset:$offset){
    totalCount pageInfo{hasNextPage hasPreviousPage startCursor endCursor} edges{cursor node{pk}} }}"""


def cursor(position):
    return base64.b64encode(f"arrayconnection:{position}".encode()).decode()


def pks(found):
    return [edge["node"]["pk"] for edge in found["edges"]]


def test_cursors_are_positions(admin):
    ids = admin.ids("objectives")
    found = admin.ask(OBJECTIVES, first=3)["objectives"]
    assert (found["totalCount"], pks(found)) == (len(ids), ids[:3])
    assert [edge["cursor"] for edge in found["edges"]] == [cursor(0), cursor(1), cursor(2)]
    info = {"hasNextPage": True, "hasPreviousPage": False, "startCursor": cursor(0), "endCursor": cursor(2)}
    assert found["pageInfo"] == info
    assert pks(admin.ask(OBJECTIVES, first=2, after=cursor(2))["objectives"]) == ids[3:5]


def test_paging_from_the_other_end_and_by_offset(admin):
    ids = admin.ids("objectives")
    assert pks(admin.ask(OBJECTIVES, last=2)["objectives"]) == ids[-2:]
    assert pks(admin.ask(OBJECTIVES, last=2, before=cursor(5))["objectives"]) == ids[3:5]
    assert pks(admin.ask(OBJECTIVES, first=2, offset=4)["objectives"]) == ids[4:6]
    assert pks(admin.ask(OBJECTIVES, first=2, offset=1, after=cursor(2))["objectives"]) == ids[4:6]


@pytest.mark.parametrize("after", ["", "rubbish"])
def test_a_cursor_that_is_none_means_the_first_page(admin, after):
    assert pks(admin.ask(OBJECTIVES, first=1, after=after)["objectives"]) == admin.ids("objectives")[:1]


def test_a_page_behind_the_end_is_empty(admin):
    found = admin.ask(OBJECTIVES, first=5, after=cursor(9999))["objectives"]
    assert (found["edges"], found["pageInfo"]["hasNextPage"]) == ([], False)
    assert found["pageInfo"]["endCursor"] is None


def test_asking_for_too_many_is_an_error_and_not_clipped(geese, admin):
    body = admin.post(OBJECTIVES, first=101).json()
    assert body["data"] == {"objectives": None}
    assert "exceeds the `first` limit of 100 records" in body["errors"][0]["message"]
    assert body["errors"][0]["path"] == ["objectives"]
    geese.set(first_cap=5)
    assert "limit of 5 records" in admin.errors(OBJECTIVES, first=6)[0]["message"]
    assert len(admin.ask(OBJECTIVES, first=5)["objectives"]["edges"]) == 5


def test_nested_lists_have_the_same_cap_unless_they_have_their_own(geese, admin):
    query = "{ objectives(first:2){ edges{ node{ owners(first:60){ totalCount } } } } }"
    geese.set(nested_cap=50)
    body = admin.post(query).json()
    assert [error["path"] for error in body["errors"]] == [["objectives", "edges", n, "node", "owners"] for n in (0, 1)]
    assert body["data"]["objectives"]["edges"][0]["node"] == {"owners": None}
    geese.set(nested_cap=None)
    assert admin.post(query).status_code == 200


def test_without_first_there_is_a_default(geese, admin):
    geese.set(default_first=4)
    found = admin.ask("{ objectives{ totalCount pageInfo{hasNextPage} edges{node{pk}} } }")["objectives"]
    assert (len(found["edges"]), found["pageInfo"]["hasNextPage"]) == (4, True)


def test_wrong_queries_are_answered_with_400_and_a_place(admin):
    for query in (
        "{ objectives { edges { node { nonsense } } } }",
        "{ objectives(",
        "{ objectives(colour: 1){totalCount} }",
    ):
        answer = admin.post(query)
        assert answer.status_code == 400
        error = answer.json()["errors"][0]
        assert error["message"]
        assert error["locations"][0]["line"] == 1
    assert (
        'Cannot query field "nonsense" on type "ObjectiveNode"'
        in admin.errors("{objectives{edges{node{nonsense}}}}")[0]["message"]
    )


def test_wrong_variables_and_bodies_are_answered_with_400(geese, admin):
    assert admin.post(OBJECTIVES, first="three").status_code == 400
    url = f"{geese.url}/graphql"
    assert admin.session.post(url, data="{", timeout=5).json()["errors"][0]["message"] == "POST body sent invalid JSON."
    assert admin.session.post(url, json={}, timeout=5).status_code == 400


def test_one_of_several_operations_can_be_chosen(geese, admin):
    text = "query A{badges{totalCount}} query B{labels{totalCount}}"
    url = f"{geese.url}/graphql"
    chosen = admin.session.post(url, json={"query": text, "operationName": "B"}, timeout=5)
    assert chosen.json() == {"data": {"labels": {"totalCount": 3}}}
    for name in (None, "C"):
        assert admin.session.post(url, json={"query": text, "operationName": name}, timeout=5).status_code == 400


def test_a_get_works_too(geese, admin):
    answer = admin.session.get(f"{geese.url}/graphql", params={"query": "{currentUser{pk}}"}, timeout=5)
    assert answer.json() == {"data": {"currentUser": {"pk": admin.network.admin}}}


def test_mutations_exist_but_are_never_carried_out(geese, admin):
    objective = admin.ids("objectives")[0]
    answer = admin.post("mutation Gone($pk:Int!){ deleteObjective(pk:$pk){success} }", pk=objective)
    assert answer.status_code == 400
    assert objective in admin.ids("objectives")
    noted = geese.graphql_requests[-1]
    assert (noted.kind, noted.operation, noted.status) == ("mutation", "Gone", 400)


def test_requests_are_written_down_with_their_variables(geese, admin):
    admin.ask(OBJECTIVES, first=1)
    noted = geese.graphql_requests[-1]
    assert (noted.operation, noted.variables, noted.status) == ("Some", {"first": 1}, 200)
    assert (noted.network, noted.profile, noted.query) == (admin.network.id, admin.profile, OBJECTIVES)
    requests.post(f"{geese.url}/graphql", json={"query": "{badges{totalCount}}"}, timeout=5)
    assert (geese.graphql_requests[-1].network, geese.graphql_requests[-1].status) == (None, 401)
    geese.clear_requests()
    assert geese.graphql_requests == []


def test_introspection_describes_the_schema_unless_it_is_switched_off(geese, admin):
    query = '{ __type(name:"ObjectiveNode"){ fields{ name } } }'
    names = {field["name"] for field in admin.ask(query)["__type"]["fields"]}
    assert {"id", "pk", "url", "canDelete", "keyResults"} <= names
    geese.set(introspection=False)
    assert admin.post(query).status_code == 400
    assert admin.post("{ currentUser{ __typename } }").status_code == 200


def test_graphql_can_be_absent(geese, admin):
    geese.set(graphql_enabled=False)
    assert admin.post("{badges{totalCount}}").status_code == 404


def test_single_lookups_find_one_or_nothing(geese, admin, client_for):
    foreign = client_for(geese, network=1).ids("objectives")[0]
    query = "query($pk:Int!){ objective(pk:$pk){ pk } }"
    assert admin.ask(query, pk=admin.ids("objectives")[2])["objective"]["pk"] == admin.ids("objectives")[2]
    assert admin.ask(query, pk=foreign)["objective"] is None


@pytest.mark.parametrize(
    ("spelling", "modified", "start"),
    [
        ("datetime", "+00:00", "T00:00:00+00:00"),
        ("naive", "", "T00:00:00"),
        ("date", "+00:00", ""),
    ],
)
def test_times_can_be_spelled_in_the_ways_that_were_seen(geese, admin, spelling, modified, start):
    geese.set(dates=spelling)
    row = admin.rows("objectives")[0]
    found = admin.ask("query($pk:Int!){objective(pk:$pk){modified startDate}}", pk=row["id"])["objective"]
    assert found["modified"] == row["modified"].isoformat().replace("+00:00", modified)
    assert found["startDate"] == row["start_date"].date().isoformat() + start


def test_mixed_times_come_in_several_spellings(geese, admin):
    geese.set(dates="mixed")
    shown = [node["created"] for node in admin.nodes("objectives", "pk created")]
    assert {text[-1] == "Z" for text in shown} == {True, False}


def test_the_path_has_no_slash(geese, admin):
    assert (
        admin.session.post(f"{geese.url}/graphql/", json={"query": "{badges{totalCount}}"}, timeout=5).status_code
        == 404
    )
