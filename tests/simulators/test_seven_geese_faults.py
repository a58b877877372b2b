"""What goes wrong between the simulated vendor and a client."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

pytest_plugins = ("tests.simulators.geese",)

BADGES = "query Badges{ badges{ totalCount pageInfo{endCursor hasNextPage} edges{node{pk name active}} } }"
OBJECTIVES = """query Objectives($first:Int=3,$after:String){ objectives(first:$first, after:$after){
  totalCount pageInfo{endCursor hasNextPage} edges{node{ pk name keyResults{edges{node{pk measurementType}}} }} }}"""


@pytest.mark.parametrize("kind", ["401", "403", "404", "429", "500", "502", "503", "504"])
def test_a_refusal_comes_once_on_either_door(geese, admin, kind):
    geese.faults.add(kind, times=2)
    assert admin.rest("badges/").status_code == int(kind)
    answer = admin.post(BADGES)
    assert answer.status_code == int(kind)
    assert ("html" in answer.headers["Content-Type"]) is kind.startswith("5")
    assert admin.rest("badges/").status_code == 200
    assert geese.faults.left == 0


def test_a_fault_waits_for_its_path_its_operation_and_its_turn(geese, admin):
    geese.faults.add("500", path="/objectives/", after=1)
    assert admin.rest("badges/").status_code == 200
    assert [admin.rest("objectives/").status_code for _ in range(3)] == [200, 500, 200]
    geese.faults.add("500", prefix="/graphql", operation="Objectives")
    assert admin.post(BADGES).status_code == 200
    assert admin.post(OBJECTIVES).status_code == 500


def test_a_fault_waits_for_a_request_it_can_spoil(geese, admin):
    geese.faults.add("partial_error", field="keyResults")
    geese.faults.add("count_wrong")
    assert admin.ask("{ __schema{ queryType{name} } }")
    assert admin.ask("{ currentUser{pk} }")
    assert admin.ask(BADGES)["badges"]["totalCount"] == 6
    assert len(admin.errors(OBJECTIVES)) == 1


def test_a_fault_can_meet_the_token_server(geese):
    geese.faults.add("oauth_error", error="temporarily_unavailable", status=503)
    geese.faults.add("502", path="/o/token/")
    answers = [requests.post(geese.token_url, data={}, timeout=5) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 502]
    assert answers[0].json() == {"error": "temporarily_unavailable"}


def test_unknown_faults_and_missing_details_are_refused(geese):
    for kind in ("earthquake", "unknown_code"):
        with pytest.raises(ValueError, match=kind):
            geese.faults.add(kind)
    geese.faults.add("500")
    geese.faults.clear()
    assert geese.faults.left == 0


def test_throttling_names_seconds_a_date_or_nothing(geese, admin):
    geese.faults.add("429", seconds=7)
    answer = admin.rest("badges/")
    assert answer.headers["Retry-After"] == "7"
    assert answer.json()["detail"] == "Request was throttled. Expected available in 7 seconds."
    geese.faults.add("429", seconds=60, http_date=True)
    waited = parsedate_to_datetime(admin.rest("badges/").headers["Retry-After"]) - geese.now
    assert 58 <= waited.total_seconds() <= 60
    geese.faults.add("429", seconds=None)
    assert "Retry-After" not in admin.rest("badges/").headers


def test_a_gateway_can_answer_200_with_html(geese, admin):
    geese.faults.add("html")
    answer = admin.post(BADGES)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_reset_closes_the_connection_without_an_answer(geese, admin):
    geese.faults.add("reset", operation="Badges")
    with pytest.raises(requests.ConnectionError):
        admin.post(BADGES)
    assert (geese.requests[-1].status, geese.graphql_requests[-1].status) == (0, 0)
    assert admin.ask(BADGES)


def test_an_answer_can_be_slow(geese, admin):
    geese.faults.add("slow", seconds=0.2)
    began = time.monotonic()
    admin.ask(BADGES)
    assert time.monotonic() - began >= 0.2


def test_a_redirect_leads_elsewhere(geese, admin):
    geese.faults.add("redirect", to="http://elsewhere.example.test/x")
    answer = admin.session.get(f"{geese.url}/api/v/2.0/badges/", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://elsewhere.example.test/x")


@pytest.mark.parametrize("door", ["rest", "graphql"])
def test_json_can_be_cut_or_start_with_a_byte_order_mark(geese, admin, door):
    def get():
        return (admin.rest("badges/") if door == "rest" else admin.post(BADGES)).content

    whole = get()
    geese.faults.add("truncated")
    cut = get()
    assert whole.startswith(cut)
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut)
    geese.faults.add("bom")
    assert get() == b"\xef\xbb\xbf" + whole


def test_next_can_lead_to_another_scheme_or_host(geese, admin):
    geese.faults.add("next_http", scheme="gopher")
    geese.faults.add("next_foreign_host", host="evil.example.test")
    assert admin.rest("badges/", limit=1).json()["next"].startswith("gopher://127.0.0.1")
    assert "//evil.example.test/api" in admin.rest("badges/", limit=1).json()["next"]


def test_a_page_can_lead_to_itself(geese, admin):
    geese.faults.add("same_cursor")
    first = admin.ask(OBJECTIVES)["objectives"]
    again = admin.ask(OBJECTIVES, after=first["pageInfo"]["endCursor"])["objectives"]
    assert again["edges"] == first["edges"]
    geese.faults.add("same_cursor")
    second = admin.ask(OBJECTIVES, after=again["pageInfo"]["endCursor"])["objectives"]
    assert admin.ask(OBJECTIVES, after=second["pageInfo"]["endCursor"])["objectives"]["edges"] == second["edges"]
    geese.faults.add("same_cursor")
    page = admin.rest("badges/", limit=2, offset=2)
    assert page.json()["next"] == page.url


def test_counts_can_be_wrong(geese, admin):
    geese.faults.add("count_wrong", by=2, times=2)
    assert admin.ask(BADGES)["badges"]["totalCount"] == 7
    assert admin.rest("badges/").json()["count"] == 7


def test_a_row_can_be_null(geese, admin):
    geese.faults.add("null_node", index=1, times=2)
    assert admin.ask(BADGES)["badges"]["edges"][1] == {"node": None}
    assert admin.rest("badges/").json()["results"][1] is None


def test_a_code_can_be_unknown_on_any_level(geese, admin):
    geese.faults.add("unknown_code", field="keyResults.measurementType", value=77)
    nodes = [edge["node"] for edge in admin.ask(OBJECTIVES)["objectives"]["edges"]]
    assert {one["node"]["measurementType"] for node in nodes for one in node["keyResults"]["edges"]} == {77}
    geese.faults.add("unknown_code", field="objective_type")
    assert {row["objective_type"] for row in admin.rest("objectives/").json()["results"]} == {99}


def test_fields_can_come_go_and_change_their_type(geese, admin):
    geese.faults.add("added_field", field="mood", value={"x": 1})
    geese.faults.add("removed_field", field="name")
    geese.faults.add("type_changed", field="active", value="yes")
    shown = [admin.rest("badges/").json()["results"][0] for _ in range(3)]
    assert shown[0]["mood"] == {"x": 1}
    assert "name" not in shown[1]
    assert shown[2]["active"] == "yes"
    geese.faults.add("type_changed", field="active", value="yes")
    assert admin.ask(BADGES)["badges"]["edges"][0]["node"]["active"] == "yes"


def test_a_nested_field_can_fail_with_its_path(geese, admin):
    geese.faults.add("partial_error", field="keyResults", index=1)
    body = admin.post(OBJECTIVES).json()
    assert [error["path"] for error in body["errors"]] == [["objectives", "edges", 1, "node", "keyResults"]]
    assert body["errors"][0]["message"] == "An error occurred while resolving field ObjectiveNode.keyResults"
    assert body["errors"][0]["locations"]
    nodes = [edge["node"] for edge in body["data"]["objectives"]["edges"]]
    assert [node["keyResults"] is None for node in nodes] == [False, True, False]


def test_a_field_that_must_not_be_null_takes_its_row_along(geese, admin):
    geese.faults.add("partial_error", field="name")
    body = admin.post(OBJECTIVES).json()
    assert body["data"]["objectives"]["edges"][0] == {"node": None}


def test_a_root_field_can_fail_masked(geese, admin):
    geese.faults.add("masked_field_error", field="oneonones")
    body = admin.post("{ oneonones{totalCount} badges{totalCount} }").json()
    assert body["data"] == {"oneonones": None, "badges": {"totalCount": 5}}
    assert body["errors"][0]["message"] == "An error occurred while resolving field Query.oneonones"
    assert body["errors"][0]["path"] == ["oneonones"]


def test_the_cap_can_drop_for_a_while(geese, admin):
    geese.faults.add("first_cap", cap=2)
    assert "exceeds the `first` limit of 2 records" in admin.errors(OBJECTIVES)[0]["message"]
    assert admin.ask(OBJECTIVES)
