"""What goes wrong between the simulated vendor and a client."""

from __future__ import annotations

import json
import time

import pytest
import requests

from simulators.seven_shifts import RateLimit


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "401", "403", "404", "bad_request"])
def test_a_fault_answers_once_and_then_things_work_again(sim, client, kind):
    sim.faults.add(kind)
    answer = client.get("roles")
    assert answer.status_code == (400 if kind == "bad_request" else int(kind))
    assert "json" in answer.headers["Content-Type"]
    assert "Retry-After" not in answer.headers
    assert client.get("roles").status_code == 200
    assert sim.faults.left == 0


def test_a_fault_waits_for_its_path_and_its_turn(sim, client):
    sim.faults.add("500", times=2, path="/roles", after=1)
    assert client.get("shifts").status_code == 200
    assert [client.get("roles").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_an_unknown_fault_is_refused(sim):
    with pytest.raises(ValueError, match="earthquake"):
        sim.faults.add("earthquake")


def test_retry_after_comes_with_its_own_fault(sim, client):
    sim.faults.add("429_retry_after", seconds=7)
    assert client.get("roles").headers["Retry-After"] == "7"


def test_a_bad_request_carries_the_message(sim, client):
    sim.faults.add("bad_request", message="approved is required")
    assert client.get("time_punches").json()["detail"] == "approved is required"


def test_a_cloudflare_challenge_is_a_403_in_html(sim, client):
    sim.faults.add("cloudflare")
    answer = client.get("roles")
    assert answer.status_code == 403
    assert answer.headers["cf-mitigated"] == "challenge"
    assert answer.headers["Content-Type"].startswith("text/html")


def test_html_can_come_with_status_200(sim, client):
    sim.faults.add("html")
    answer = client.get("roles")
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_reset_closes_the_connection_without_an_answer(sim, client):
    sim.faults.add("reset")
    with pytest.raises(requests.ConnectionError):
        client.get("roles")
    assert sim.requests[-1].status == 0
    assert client.get("roles").status_code == 200


def test_a_truncated_page_is_the_start_of_json(sim, client):
    whole = client.get("shifts").text
    sim.faults.add("truncated")
    cut = client.get("shifts").text
    assert whole.startswith(cut)
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut)


def test_a_truncated_page_may_promise_more_than_it_sends(sim, client):
    sim.faults.add("truncated", content_length="too_long")
    began = time.monotonic()
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.get("shifts")
    assert time.monotonic() - began < 2
    assert client.get("shifts").status_code == 200


def test_data_can_be_missing(sim, client):
    sim.faults.add("no_data")
    answer = client.get("shifts")
    assert answer.status_code == 200
    assert set(answer.json()) == {"meta", "object"}


@pytest.mark.parametrize("table", ["shifts", "roles", "locations"])
def test_an_endless_cursor_repeats_itself(sim, client, table):
    sim.faults.add("endless_cursor", path=f"/{table}")
    cursor = client.page(table, limit=1)["meta"]["cursor"]["next"]
    for _ in range(3):
        assert client.page(table, limit=1, cursor=cursor)["meta"]["cursor"]["next"] == cursor


@pytest.mark.parametrize("table", ["shifts", "locations"])
def test_an_empty_page_with_a_next_loses_no_rows(sim, client, table):
    expected = client.every(table, limit=1)
    sim.faults.add("empty_page_with_next", times=1, path=table, after=1)
    seen = [client.page(table, limit=1)]
    while seen[-1]["meta"]["cursor"]["next"]:
        seen.append(client.page(table, limit=1, cursor=seen[-1]["meta"]["cursor"]["next"]))
    assert [] in [page["data"] for page in seen]
    assert [row for page in seen for row in page["data"]] == expected
    cursors = [page["meta"]["cursor"]["next"] for page in seen]
    assert len(cursors) == len(set(cursors))


def test_rows_of_a_page_can_be_spoiled(sim, client):
    sim.faults.add("other_company")
    assert {row["company_id"] for row in client.page("shifts")["data"]} != {client.company.id}
    sim.faults.add("extra_field", field="mood", value="good")
    assert {row["mood"] for row in client.page("shifts")["data"]} == {"good"}
    sim.faults.add("type_change", field="hourly_wage", value="15.50")
    assert {row["hourly_wage"] for row in client.page("shifts")["data"]} == {"15.50"}
    assert {row["company_id"] for row in client.page("shifts")["data"]} == {client.company.id}


def test_faults_of_pages_leave_the_token_endpoint_alone(sim, client):
    sim.faults.add("no_data")
    client.login()
    assert "data" not in client.get("shifts").json()


def test_the_token_endpoint_can_fail_too(sim, client):
    sim.faults.add("503", path="/oauth2/token")
    assert client.get("roles").status_code == 200
    assert requests.post(sim.token_url, data={}, timeout=5).status_code == 503


def test_slow_answers_and_latency_cost_real_time(sim, client):
    sim.faults.add("slow", seconds=0.15)
    began = time.monotonic()
    assert client.get("roles").status_code == 200
    assert time.monotonic() - began >= 0.15
    sim.latency = 0.1
    began = time.monotonic()
    client.get("roles")
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("says_when", [False, True])
def test_a_block_refuses_everyone_until_it_is_over(sim, client, says_when):
    sim.retry_after = says_when
    sim.block(0.3)
    answer = client.get("roles")
    assert answer.status_code == 429
    assert ("Retry-After" in answer.headers) is says_when
    time.sleep(0.35)
    assert client.get("roles").status_code == 200


def test_a_block_can_start_as_a_fault(sim, client):
    sim.faults.add("block", seconds=0.2)
    assert [client.get("roles").status_code for _ in range(2)] == [429, 429]
    time.sleep(0.25)
    assert client.get("roles").status_code == 200


def test_going_over_the_rate_limit_blocks_the_client_for_all_its_companies(sim, client):
    sim.rate_limit = RateLimit(per_second=5, per_minute=600, block_seconds=0.4)
    assert [client.get("roles").status_code for _ in range(6)] == [200] * 5 + [429]
    client.login()
    client.session.headers["x-company-guid"] = sim.companies[1].guid
    assert client.v2("companies").status_code == 429
    own = {"Authorization": f"Bearer {sim.companies[1].access_token}"}
    assert requests.get(f"{sim.url}/v2/companies", headers=own, timeout=5).status_code == 200
    time.sleep(0.45)
    assert client.v2("companies").status_code == 200


def test_the_limit_per_minute_holds_too(sim, client):
    sim.rate_limit = RateLimit(per_second=100, per_minute=3, block_seconds=5)
    assert [client.get("roles").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
