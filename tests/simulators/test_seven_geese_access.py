"""The OAuth server at /o/: grants, scopes, rotation, and how its two generations differ."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

pytest_plugins = ("tests.simulators.geese",)

HOME = "http://127.0.0.1:9/back"
READ = "objective:read userprofile:read"


@pytest.fixture
def network(geese):
    return geese.networks[0]


def token(geese, network, secret=True, params=None, **form):
    auth = (network.client_id, network.client_secret) if secret else None
    if not secret:
        form["client_id"] = network.client_id
    return requests.post(geese.token_url, data=form, auth=auth, params=params, timeout=5)


def login(geese, network, **more):
    form = {"grant_type": "password", "username": network.username, "password": network.password, "scope": READ}
    return token(geese, network, **{**form, **more})


def consent(geese, network, **more):
    asked = {
        "client_id": network.client_id,
        "response_type": "code",
        "redirect_uri": HOME,
        "scope": READ,
        "state": "s1",
    }
    answer = requests.get(geese.authorize_url, params={**asked, **more}, allow_redirects=False, timeout=5)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(geese, network, code, **more):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": HOME, "state": "s1"}
    return token(geese, network, **{"secret": False, **form, **more})


def status(geese, access):
    headers = {"Authorization": f"Bearer {access}"}
    return requests.get(f"{geese.url}/api/v/2.0/objectives/", headers=headers, timeout=5).status_code


def refresh(geese, network, text, **more):
    return token(geese, network, grant_type="refresh_token", refresh_token=text, **more)


def test_a_password_gets_a_token_of_thirty_characters_for_ten_hours(geese, network):
    reply = login(geese, network).json()
    assert len(reply["access_token"]) == len(reply["refresh_token"]) == 30
    assert (reply["token_type"], reply["expires_in"], reply["scope"]) == ("Bearer", 36000, READ)
    assert status(geese, reply["access_token"]) == 200
    geese.advance(36000)
    assert status(geese, reply["access_token"]) == 401


def test_anybody_of_the_network_can_log_in_and_sees_as_that_person(geese, network):
    person = geese.rows(network.id, "profiles")[2]
    reply = login(geese, network, username=person["email"]).json()
    headers = {"Authorization": f"Bearer {reply['access_token']}"}
    me = requests.get(f"{geese.url}/api/v/2.0/userprofiles/me/", headers=headers, timeout=5).json()
    assert me["id"] == person["id"]


@pytest.mark.parametrize(("mode", "expected"), [("modern", 400), ("legacy", 401)])
def test_a_wrong_password_is_an_invalid_grant_with_the_status_of_its_generation(geese, network, mode, expected):
    geese.set(oauthlib_mode=mode)
    answer = login(geese, network, password="wrong")
    assert (answer.status_code, answer.json()["error"]) == (expected, "invalid_grant")
    assert answer.json()["error_description"] == "Invalid credentials given."


@pytest.mark.parametrize(("setting", "error"), [(False, "invalid_grant"), ("unauthorized_client",) * 2])
def test_a_network_without_password_login_refuses_it(geese, network, setting, error):
    geese.set(password_login=setting)
    assert login(geese, network).json()["error"] == error


def test_a_client_must_show_itself(geese, network):
    form = {"grant_type": "password", "username": network.username, "password": network.password}
    bad = requests.post(geese.token_url, data=form, auth=(network.client_id, "no"), timeout=5)
    assert (bad.status_code, bad.json()) == (401, {"error": "invalid_client"})
    assert login(geese, network, secret=False).json()["error"] == "invalid_client"
    assert token(geese, network, grant_type="magic").json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("scope", ["objective", "objective:read nonsense:read", ""])
def test_scopes_need_a_known_name_and_a_verb(geese, network, scope):
    assert login(geese, network, scope=scope).json()["error"] == "invalid_scope"


def test_the_server_may_grant_less_than_was_asked(geese, network):
    geese.set(grant_scopes="objective:read")
    assert login(geese, network).json()["scope"] == "objective:read"


def test_parameters_in_the_query_string_are_refused_by_the_newer_library_only(geese, network):
    form = {"grant_type": "password", "username": network.username, "password": network.password, "scope": READ}
    answer = token(geese, network, params=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    geese.set(oauthlib_mode="legacy")
    assert token(geese, network, params=form).status_code == 200


def test_a_refresh_rotates_and_the_old_pair_dies_at_once(geese, network):
    first = login(geese, network).json()
    second = refresh(geese, network, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert status(geese, first["access_token"]) == 401
    assert status(geese, second["access_token"]) == 200
    reused = refresh(geese, network, first["refresh_token"])
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert refresh(geese, network, second["refresh_token"], secret=False).status_code == 200


def test_rotation_can_be_off_or_graceful(geese, network):
    geese.set(rotate_refresh=False)
    first = login(geese, network).json()
    again = refresh(geese, network, first["refresh_token"]).json()
    assert again["refresh_token"] == first["refresh_token"]
    geese.set(rotate_refresh=True, grace_seconds=30)
    assert refresh(geese, network, first["refresh_token"]).status_code == 200
    assert refresh(geese, network, first["refresh_token"]).status_code == 200
    geese.advance(31)
    assert refresh(geese, network, first["refresh_token"]).status_code == 400


def test_a_code_comes_with_the_state_and_is_good_once(geese, network):
    back = consent(geese, network)
    assert back["state"] == "s1"
    reply = exchange(geese, network, back["code"])
    assert reply.status_code == 200
    assert "state" not in reply.json()
    assert exchange(geese, network, back["code"]).json()["error"] == "invalid_grant"


def test_a_code_lives_sixty_seconds_and_belongs_to_its_redirect_uri(geese, network):
    code = consent(geese, network)["code"]
    geese.advance(61)
    assert exchange(geese, network, code).json()["error"] == "invalid_grant"
    code = consent(geese, network)["code"]
    assert exchange(geese, network, code, redirect_uri=f"{HOME}/other").status_code == 400


def test_the_older_server_echoes_the_state(geese, network):
    geese.set(oauthlib_mode="legacy")
    assert exchange(geese, network, consent(geese, network)["code"]).json()["state"] == "s1"


def test_somebody_may_say_no(geese, network):
    assert consent(geese, network, simulate="deny") == {"error": "access_denied", "state": "s1"}
    assert consent(geese, network, scope="objective") == {"error": "invalid_scope", "state": "s1"}


def test_a_redirect_uri_may_have_to_be_registered(geese, network):
    geese.set(redirect_uris=["http://127.0.0.1:8080/"])
    asked = {"client_id": network.client_id, "response_type": "code", "redirect_uri": HOME}
    answer = requests.get(geese.authorize_url, params=asked, allow_redirects=False, timeout=5)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_challenge_wants_its_verifier(geese, network):
    digest = hashlib.sha256(b"verifier").digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = consent(geese, network, **asked)["code"]
    assert exchange(geese, network, code, code_verifier="other").status_code == 400
    code = consent(geese, network, **asked)["code"]
    assert exchange(geese, network, code, code_verifier="verifier").status_code == 200


def test_the_person_who_consents_can_be_chosen(geese, network):
    person = geese.rows(network.id, "profiles")[1]["id"]
    geese.set(signed_in={network.id: person})
    reply = exchange(geese, network, consent(geese, network)["code"]).json()
    headers = {"Authorization": f"Bearer {reply['access_token']}"}
    assert requests.get(f"{geese.url}/api/v/2.0/userprofiles/me/", headers=headers, timeout=5).json()["id"] == person
