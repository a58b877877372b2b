"""Tokens that tests hand out and take away, and what they are refused."""

from __future__ import annotations

import requests

pytest_plugins = ("tests.simulators.geese",)


def bearer(geese, token, path="/api/v/2.0/objectives/"):
    return requests.get(geese.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def test_the_shortcut_gives_what_a_code_exchange_gives(geese):
    network = geese.networks[0]
    reply = geese.authorize(network.id, scopes="objective:read")
    assert set(reply) == {"access_token", "expires_in", "token_type", "scope", "refresh_token"}
    assert bearer(geese, reply["access_token"]).status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": reply["refresh_token"]}
    auth = (network.client_id, network.client_secret)
    assert requests.post(geese.token_url, data=form, auth=auth, timeout=5).status_code == 200


def test_expired_access_tokens_leave_refresh_and_static_tokens_alive(geese):
    network = geese.networks[0]
    reply = geese.authorize(network.id)
    geese.expire_tokens()
    assert bearer(geese, reply["access_token"]).status_code == 401
    assert bearer(geese, network.token).status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": reply["refresh_token"], "client_id": network.client_id}
    assert requests.post(geese.token_url, data=form, timeout=5).status_code == 200


def test_a_revoked_network_can_only_log_in_again(geese):
    network, other = geese.networks
    reply = geese.authorize(network.id)
    geese.revoke(network.id)
    assert bearer(geese, network.token).status_code == 401
    assert bearer(geese, reply["access_token"]).status_code == 401
    assert bearer(geese, other.token).status_code == 200
    auth = (network.client_id, network.client_secret)
    form = {"grant_type": "refresh_token", "refresh_token": reply["refresh_token"]}
    assert requests.post(geese.token_url, data=form, auth=auth, timeout=5).json()["error"] == "invalid_grant"
    form = {"grant_type": "password", "username": network.username, "password": network.password}
    assert requests.post(geese.token_url, data=form, auth=auth, timeout=5).status_code == 200


def test_a_token_can_be_given_back(geese):
    reply = geese.authorize(geese.networks[0].id)
    answer = requests.post(f"{geese.url}/o/revoke_token/", data={"token": reply["access_token"]}, timeout=5)
    assert answer.status_code == 200
    assert bearer(geese, reply["access_token"]).status_code == 401


def test_a_static_token_acts_for_one_person_as_long_as_it_was_meant_to(geese):
    person = geese.rows(geese.networks[1].id, "profiles")[2]["id"]
    token = geese.static_token(person, seconds=60)
    assert bearer(geese, token, "/api/v/2.0/userprofiles/me/").json()["id"] == person
    geese.advance(60)
    assert bearer(geese, token).status_code == 401


def test_a_person_who_left_has_no_access(geese):
    network = geese.networks[0]
    person = geese.rows(network.id, "profiles")[2]
    token = geese.static_token(person["id"])
    geese.deactivate(network.id, person["id"])
    assert bearer(geese, token).status_code == 401
    geese.reactivate(network.id, person["id"])
    assert bearer(geese, token).status_code == 200


def test_rest_refuses_without_token_and_without_scope(geese, client_for):
    answer = requests.get(f"{geese.url}/api/v/2.0/objectives/", timeout=5)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.json() == {"detail": "Authentication credentials were not provided."}
    assert 'error="invalid_token"' in bearer(geese, "dead").headers["WWW-Authenticate"]
    narrow = client_for(geese, scopes="objective:write userprofile:read")
    refused = narrow.rest("objectives/")
    assert (refused.status_code, refused.json()["detail"][:18]) == (403, "You do not have pe")
    assert narrow.rest("userprofiles/").status_code == 200
    assert client_for(geese, scopes="all:read").rest("objectives/").status_code == 200


def test_graphql_fails_the_fields_a_scope_is_missing_for(geese, client_for):
    narrow = client_for(geese, scopes="userprofile:read")
    query = "{ currentUser{pk} mine: objectives(first:1){totalCount} requiredScopes }"
    body = narrow.post(query).json()
    assert body["data"]["currentUser"] == {"pk": geese.networks[0].admin}
    assert body["data"]["mine"] is None
    assert body["data"]["requiredScopes"] == ["objective:read", "userprofile:read"]
    assert [error["path"] for error in body["errors"]] == [["mine"]]


def test_graphql_without_token_is_refused_or_knows_nobody(geese):
    query = {"query": "{ currentUser{pk} badges{totalCount} }"}
    assert requests.post(f"{geese.url}/graphql", json=query, timeout=5).status_code == 401
    geese.set(graphql_anonymous="null")
    answer = requests.post(f"{geese.url}/graphql", json=query, timeout=5)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"currentUser": None, "badges": None}
