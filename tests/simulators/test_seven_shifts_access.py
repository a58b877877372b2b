"""Who the simulated vendor lets in, and what it says to the others."""

from __future__ import annotations

import uuid

import pytest
import requests


def ask_token(sim, **changes):
    form = {
        "grant_type": "client_credentials",
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "scope": "v1_access companies:read locations:read time_punches:write",
    }
    form = {name: value for name, value in {**form, **changes}.items() if value is not None}
    return requests.post(sim.token_url, data=form, timeout=5)


def get(sim, path, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(f"{sim.url}/v2/{path}", headers=names, timeout=5)


def test_a_token_answer_has_exactly_three_keys(sim):
    answer = ask_token(sim)
    assert answer.status_code == 200
    assert set(answer.json()) == {"token_type", "expires_in", "access_token"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "v1_access everything:read"}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_request"),
    ],
)
def test_a_refused_token_says_why(sim, changes, status, error):
    answer = ask_token(sim, **changes)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "error_description", "hint", "message"}
    assert answer.json()["error"] == error


def test_token_requests_are_written_down_and_json_is_not_a_form(sim):
    assert (
        requests.post(sim.token_url, json={"grant_type": "client_credentials"}, timeout=5).status_code == 400
    )
    noted = sim.requests[-1]
    assert (noted.method, noted.path, noted.status) == ("POST", "/oauth2/token", 400)
    assert noted.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic c2VjcmV0Og==", "Bearer"])
def test_no_token_a_wrong_one_and_an_api_key_are_401(sim, guid, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = get(sim, "companies", x_company_guid=guid, **headers)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_oauth_token_without_a_guid_is_a_missing_header(sim):
    bearer = f"Bearer {ask_token(sim).json()['access_token']}"
    answer = get(sim, "companies", Authorization=bearer)
    assert answer.status_code == 400
    assert (answer.json()["status"], answer.json()["error"]) == ("error", "missing_header")


def test_a_company_that_does_not_exist_or_is_another_one_is_403(sim, client):
    client.session.headers["x-company-guid"] = str(uuid.uuid4())
    assert client.v2("companies").status_code == 403
    client.session.headers["x-company-guid"] = sim.companies[1].guid
    assert client.get("locations").status_code == 403
    assert client.v2(f"companies/{client.company.id}").status_code == 403
    assert client.v2("companies").json()["data"][0]["id"] == sim.companies[1].id


def test_a_company_access_token_needs_no_guid_and_sees_only_its_company(sim):
    own, other = sim.companies
    bearer = {"Authorization": f"Bearer {own.access_token}"}
    assert [row["id"] for row in get(sim, "companies", **bearer).json()["data"]] == [own.id]
    assert get(sim, f"company/{own.id}/users", **bearer).status_code == 200
    assert get(sim, f"company/{other.id}/users", **bearer).status_code == 403
    assert get(sim, "companies", x_company_guid=other.guid, **bearer).status_code == 403


def test_a_revoked_grant_is_403_for_the_client_and_401_for_the_own_token(sim, client, guid):
    own = {"Authorization": f"Bearer {client.company.access_token}"}
    sim.revoke(guid)
    assert client.v2("companies").status_code == 403
    assert get(sim, "companies", **own).status_code == 401
    sim.error_shape = "legacy"
    assert client.v2("companies").json()["error"] == "access_denied"
    client.session.headers["x-company-guid"] = sim.companies[1].guid
    assert client.v2("companies").status_code == 200
    sim.restore(guid)
    assert get(sim, "companies", **own).status_code == 200


def test_tokens_expire_by_the_servers_clock_or_on_demand(sim, client):
    assert client.v2("companies").status_code == 200
    sim.advance(3601)
    assert client.v2("companies").status_code == 401
    client.login()
    assert client.v2("companies").status_code == 200
    sim.expire_tokens()
    assert client.v2("companies").status_code == 401


def test_a_plan_too_low_closes_one_listing(sim, client, guid):
    sim.plan_too_low(guid, "time_punches")
    assert client.get("time_punches").status_code == 403
    assert client.get("time_punches").headers["Content-Type"].endswith("json")
    assert client.get("shifts").status_code == 200


def test_whoami_names_the_login_behind_the_credential(client):
    data = client.v2("whoami").json()["data"]
    assert {row["identity_id"] for row in data["users"]} == {data["identity_id"]}


@pytest.mark.parametrize("path", ["nothing", "company/1/nothing", "shifts", "company/x/shifts"])
def test_anything_else_is_a_404_in_json(client, path):
    answer = client.v2(path)
    assert answer.status_code == 404
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(sim, client, method):
    url = f"{sim.url}/v2/company/{client.company.id}/shifts"
    assert client.session.request(method, url, json={}, timeout=5).status_code == 405
    assert client.get("shifts").status_code == 200


def test_both_error_shapes_can_be_had(sim, client):
    problem = client.get("shifts", limit=0)
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(problem.json())
    assert problem.json()["status"] == 400
    sim.error_shape = "legacy"
    assert set(client.get("shifts", limit=0).json()) == {"status", "message", "error"}


def test_every_answer_carries_the_headers_of_the_edge(client):
    headers = client.v2("companies").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] == "cloudflare"
    assert headers["CF-RAY"]
    assert headers["x-request-id"] != client.v2("companies").headers["x-request-id"]


def test_the_version_sent_is_echoed_and_one_not_supported_is_not(sim, client):
    assert client.v2("companies").headers["x-api-version"] == "2026-01-01"
    client.session.headers["x-api-version"] = "2025-03-01"
    assert client.v2("companies").headers["x-api-version"] == "2025-03-01"
    client.session.headers["x-api-version"] = "2019-01-01"
    assert client.v2("companies").headers["x-api-version"] == "2023-04-01"
    sim.api_version_echo = "2026-02-01"
    assert client.v2("companies").headers["x-api-version"] == "2026-02-01"


def test_the_date_is_the_virtual_clock_or_missing(sim, client):
    assert client.v2("companies").headers["Date"].startswith("Thu, 05 Nov 2026 15:00:0")
    sim.send_date = False
    assert "Date" not in client.v2("companies").headers


def test_requests_are_written_down_with_query_and_headers(sim, client):
    sim.clear_requests()
    client.get("shifts", **{"start[gte]": "2026-11-01T00:00:00Z"})
    (noted,) = sim.requests
    assert noted.query == [("start[gte]", "2026-11-01T00:00:00Z")]
    assert noted.headers["X-Company-Guid"] == noted.headers["x-company-guid"] == client.company.guid
    assert noted.status == 200
