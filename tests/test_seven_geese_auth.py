"""How 7Geese is asked for tokens: every grant, in time, once, by one at a time, and never out loud."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, Request, Response, redirect, request
from werkzeug.serving import make_server

from sources.core.errors import ConfigurationError, RefusedError, SevensError, UnavailableError
from sources.core.http import Client, Company
from sources.core.pace import Pace
from sources.seven_geese.auth import Credentials, NetworkAuth
from sources.seven_geese.token_store import Tokens, TokenStore

ACME = Company("acme", "5c0e4d56-4d1b-4f53-8e6e-1a53a2a3f9b1")
OTHER = Company("other", "d3c5f3b2-0f5e-4f7c-9f2e-8f5f2f6f0c11")
SCOPES = frozenset({"userprofile:read", "objective:read"})
SCOPE = "objective:read userprofile:read"
PASSWORD = Credentials("id", "client-secret", "ann@acme.example", "hunter2")
CONSENT = Credentials("id", "client-secret")
AGAIN = "sevens auth seven_geese --company acme"


class Vendor:
    """A server that speaks OAuth as django-oauth-toolkit does: refresh tokens rotate and the old pair dies at once.
    `legacy` has the manners of oauthlib before 3.0. Each of `faults` answers one token request instead."""

    def __init__(self) -> None:
        self.legacy = False
        self.expires_in = 36000
        self.logins = {"ann@acme.example": "hunter2"}
        self.names_scope = True
        self.asked: list[SimpleNamespace] = []
        self.faults: list[Callable[[dict[str, str]], Response | None]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.access: set[str] = set()
        self.refresh: dict[str, str] = {}  # by refresh token its access token
        self.calls = 0
        app = Flask("vendor")
        app.add_url_rule("/o/token/", view_func=self.token, methods=["POST"])
        app.add_url_rule("/o/authorize/", view_func=self.authorize)
        app.add_url_rule("/api/me", view_func=self.me)
        self.deny = ""
        self.tamper: Callable[[dict[str, str]], dict[str, str]] = lambda answer: answer
        self._lock = threading.Lock()
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Vendor:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def issue(self, scope: str = SCOPE) -> dict[str, Any]:
        number = len(self.access) + len(self.refresh) + self.calls + len(self.asked)
        access, refresh = f"access-{number}-{len(self.access)}", f"refresh-{number}-{len(self.access)}"
        self.access.add(access)
        self.refresh[refresh] = access
        named = {"scope": scope} if self.names_scope else {}
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.expires_in,
                "refresh_token": refresh, **named}  # fmt: skip

    def token(self) -> Response:
        with self._lock:
            form = request.form.to_dict()
            self.asked.append(SimpleNamespace(form=form, query=request.query_string, client=_client(request),
                                              type=request.headers["Content-Type"]))  # fmt: skip
            fault = self.faults.pop(0)(form) if self.faults else None
            if fault is not None:
                return fault
            if _client(request) not in ("id:client-secret", "public"):
                return refusal("invalid_client", 401)
            return getattr(self, f"grant_{form['grant_type']}", self.unknown)(form)

    def unknown(self, form: dict[str, str]) -> Response:
        return refusal("unsupported_grant_type", 400)

    def spoiled(self) -> Response:
        return refusal("invalid_grant", 401 if self.legacy else 400, "Invalid credentials given.")

    def grant_password(self, form: dict[str, str]) -> Response:
        if self.logins.get(form["username"]) != form["password"]:
            return self.spoiled()
        return answer(self.issue(form["scope"]))

    def grant_refresh_token(self, form: dict[str, str]) -> Response:
        if form["refresh_token"] not in self.refresh:
            return self.spoiled()
        self.access.discard(self.refresh.pop(form["refresh_token"]))
        return answer(self.issue())

    def grant_authorization_code(self, form: dict[str, str]) -> Response:
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return self.spoiled()
        if (asked["code_challenge"], asked["code_challenge_method"]) != (challenge.decode(), "S256"):
            return self.spoiled()
        echo = {"state": asked["state"]} if self.legacy else {}
        return answer({**self.issue(asked["scope"]), **echo})

    def authorize(self) -> Any:
        asked = request.args.to_dict()
        if self.deny:
            back = {"error": self.deny, **({} if self.legacy else {"state": asked["state"]})}
        else:
            code = f"code-{len(self.codes)}-{asked['state'][:8]}"
            self.codes[code] = asked
            back = {"code": code, "state": asked["state"]}
        return redirect(f"{asked['redirect_uri']}?{'&'.join(f'{k}={v}' for k, v in self.tamper(back).items())}")

    def me(self) -> Response:
        self.calls += 1
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in self.access:
            return answer({"ok": True})
        return answer({"detail": "Authentication credentials were not provided."}, 401)


def _client(request: Request) -> str:
    if request.authorization is None:
        return str(request.form.get("client_id"))
    return f"{request.authorization.username}:{request.authorization.password}"


def answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def refusal(error: str, status: int, description: str = "") -> Response:
    return answer({"error": error, "error_description": description}, status)


def reset(form: dict[str, str]) -> Response:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response(status=500)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as vendor:
        yield vendor


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "tokens", wait=5)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that moves when `now` is set."""
    clock = SimpleNamespace(now=time.time())
    clock.time = lambda: clock.now
    monkeypatch.setattr("sources.seven_geese.token_endpoint.time", clock)
    monkeypatch.setattr("sources.seven_geese.token_store.time", clock)
    return clock


def sign_in(vendor: Vendor, store: TokenStore, **networks: Credentials) -> NetworkAuth:
    return NetworkAuth(vendor.url, networks, SCOPES, store, backoff=0.01)


def consented(vendor: Vendor, store: TokenStore, slug: str = "acme", left: float = 36000) -> Tokens:
    """Tokens of a consent in the store, with so many seconds left."""
    reply, now = vendor.issue(), time.time()
    tokens = Tokens(reply["access_token"], reply["refresh_token"], now + left, SCOPE, now + left - 36000)
    store.write(vendor.url, slug, tokens)
    return tokens


def bearer(auth: NetworkAuth, company: Company = ACME) -> str:
    return auth.headers(company)["Authorization"].removeprefix("Bearer ")


def grants(vendor: Vendor) -> list[str]:
    return [asked.form["grant_type"] for asked in vendor.asked]


def test_a_static_token_is_sent_as_it_is_and_never_asked_for(vendor: Vendor, store: TokenStore) -> None:
    auth = sign_in(vendor, store, acme=Credentials("id", "client-secret", "ann", "hunter2", token="static-1"))
    headers = auth.headers(ACME)

    assert headers == {"Authorization": "Bearer static-1"}
    assert auth.refused(headers) is False
    assert auth.granted(ACME) is None
    assert auth.kind(ACME) == "static token"
    assert vendor.asked == []


def test_the_preference_is_static_token_then_password_then_consent() -> None:
    assert Credentials("id", "s", "ann", "pw", "token").kind == "static token"
    assert Credentials("id", "s", "ann", "pw").kind == "password grant"
    assert Credentials("id", "s", "ann").kind == "authorization code"


def test_a_password_is_sent_in_the_body_with_the_sorted_scopes_and_the_client_as_basic(
    vendor: Vendor, store: TokenStore
) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD)
    bearer(auth)

    (asked,) = vendor.asked
    assert asked.form == {"grant_type": "password", "username": "ann@acme.example", "password": "hunter2",
                          "scope": SCOPE}  # fmt: skip
    assert (asked.query, asked.client) == (b"", "id:client-secret")
    assert asked.type.startswith("application/x-www-form-urlencoded")
    assert auth.granted(ACME) == SCOPES


def test_a_public_client_names_itself_in_the_body_and_a_password_arrives_as_it_was_typed(
    vendor: Vendor, store: TokenStore
) -> None:
    typed = "p+ä ss&=%41'\"~☃"
    vendor.logins["bo@acme.example"] = typed
    vendor.names_scope = False
    auth = sign_in(vendor, store, acme=Credentials("public", None, "bo@acme.example", typed))
    bearer(auth)

    assert vendor.asked[0].form["client_id"] == "public"
    assert vendor.asked[0].form["password"] == typed
    assert auth.granted(ACME) is None


def test_a_token_that_ends_during_a_run_is_refreshed_five_minutes_early_and_not_before(
    vendor: Vendor, store: TokenStore, clock: SimpleNamespace
) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD)
    told = []
    for passed in (0, 35_600, 200):
        clock.now += passed
        told.append(bearer(auth))

    assert told[0] == told[1]
    assert told[2] in vendor.access
    assert told[2] != told[0]
    assert grants(vendor) == ["password", "refresh_token"]
    assert "scope" not in vendor.asked[1].form  # more than was consented to would be refused


def test_nothing_of_a_password_grant_is_written_down(vendor: Vendor, store: TokenStore, tmp_path: Path) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD)
    auth.refused(auth.headers(ACME))
    bearer(auth)

    assert grants(vendor) == ["password", "refresh_token"]
    assert list(tmp_path.rglob("*")) == []


def test_a_request_answered_with_401_is_repeated_once_with_a_new_token(vendor: Vendor, store: TokenStore) -> None:
    consented(vendor, store)
    client = Client(vendor.url, sign_in(vendor, store, acme=CONSENT), Pace(1000, 60000), {}, backoff=0.01)
    vendor.access.clear()  # somebody revoked it

    assert client.get(ACME, "api/me", {}, json.loads).body == {"ok": True}
    assert grants(vendor) == ["refresh_token"]


def test_a_second_401_in_a_row_is_final(vendor: Vendor, store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(vendor.url, sign_in(vendor, store, acme=PASSWORD), Pace(1000, 60000), {}, backoff=0.01)
    monkeypatch.setattr(vendor, "issue", lambda scope="": {"access_token": f"useless-{len(vendor.asked)}"})

    with pytest.raises(RefusedError, match="acme: GET /api/me was refused: 401"):
        client.get(ACME, "api/me", {}, json.loads)
    assert vendor.calls == 2
    assert len(vendor.asked) == 2


def test_a_token_that_was_renewed_meanwhile_is_kept(vendor: Vendor, store: TokenStore) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD, other=Credentials(token="static-1"))
    old = auth.headers(ACME)
    auth.refused(old)
    renewed = auth.headers(ACME)

    assert auth.refused(old) is True
    assert auth.headers(ACME) == renewed != old
    assert len(vendor.asked) == 2


def test_threads_that_need_a_token_at_once_ask_for_one(vendor: Vendor, store: TokenStore) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD)
    vendor.faults.append(lambda form: time.sleep(0.2))
    told: list[str] = []
    threads = [threading.Thread(target=lambda: told.append(bearer(auth))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 8
    assert len(set(told)) == 1
    assert len(vendor.asked) == 1


def test_a_network_that_takes_long_keeps_no_other_waiting(vendor: Vendor, store: TokenStore) -> None:
    auth = sign_in(vendor, store, acme=CONSENT, other=CONSENT)
    consented(vendor, store, "acme")
    consented(vendor, store, "other")
    with store.locked(vendor.url, "acme"):  # another process renews it
        waiting = threading.Thread(target=auth.headers, args=(ACME,))
        waiting.start()
        time.sleep(0.1)
        begun = time.monotonic()
        headers = auth.headers(OTHER)
        auth.refused(headers)
        auth.headers(OTHER)
        taken = time.monotonic() - begun
        assert waiting.is_alive()
    waiting.join()

    assert taken < 2


@pytest.mark.parametrize("legacy", [False, True])
def test_a_wrong_password_or_a_network_with_single_sign_on_only_is_explained_and_not_tried_again(
    vendor: Vendor, store: TokenStore, legacy: bool
) -> None:
    vendor.legacy, vendor.logins = legacy, {}
    auth = sign_in(vendor, store, acme=PASSWORD)

    for _ in range(3):
        with pytest.raises(RefusedError, match=r"acme.*invalid_grant.*username and password.*single sign-on") as caught:
            auth.headers(ACME)
    assert AGAIN in str(caught.value)
    assert "static token" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    ("error", "remedy"),
    [("invalid_client", "client_id and client_secret against http"), ("unauthorized_client", "Resource owner password"),
     ("unsupported_grant_type", "another grant type"), ("invalid_scope", f"not get all of: {SCOPE}"),
     ("invalid_request", "RFC 6749")],
)  # fmt: skip
@pytest.mark.parametrize("status", [400, 401, 500])
def test_every_refusal_has_its_own_remedy_whatever_its_status(
    vendor: Vendor, store: TokenStore, error: str, remedy: str, status: int
) -> None:
    vendor.faults.append(lambda form: refusal(error, status, "As said."))

    with pytest.raises(RefusedError, match=f"acme: .*{status}: {error} - As said.*{remedy}"):
        sign_in(vendor, store, acme=PASSWORD).headers(ACME)
    assert len(vendor.asked) == 1


def test_a_refresh_that_is_refused_falls_back_to_the_password(vendor: Vendor, store: TokenStore) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD)
    headers = auth.headers(ACME)
    vendor.access.clear()
    vendor.refresh.clear()
    auth.refused(headers)

    assert bearer(auth) in vendor.access
    assert grants(vendor) == ["password", "refresh_token", "password"]


@pytest.mark.parametrize("legacy", [False, True])
def test_a_consent_that_has_ended_is_refused_with_what_to_run_until_there_is_a_new_one(
    vendor: Vendor, store: TokenStore, legacy: bool
) -> None:
    vendor.legacy = legacy
    auth = sign_in(vendor, store, acme=CONSENT)
    consented(vendor, store, left=10)
    vendor.refresh.clear()

    for _ in range(2):
        with pytest.raises(RefusedError, match=f"acme: .*invalid_grant.*{AGAIN}"):
            auth.headers(ACME)
    assert len(vendor.asked) == 1
    new = consented(vendor, store)
    assert bearer(auth) == new.access_token


def test_a_refresh_whose_reply_was_lost_says_that_this_may_have_happened(vendor: Vendor, store: TokenStore) -> None:
    consented(vendor, store, left=10)

    def lose(form: dict[str, str]) -> Response:
        vendor.grant_refresh_token(form)
        return reset(form)

    vendor.faults.append(lose)

    with pytest.raises(RefusedError, match=f"reply to the last refresh was lost.*{AGAIN}"):
        sign_in(vendor, store, acme=CONSENT).headers(ACME)
    assert len(vendor.asked) == 2


@pytest.mark.parametrize(
    ("fault", "told"),
    [(lambda form: Response("gateway", 502), "answered 502"), (reset, "gave no answer"),
     (lambda form: refusal("server_error", 503), "answered 503"),
     (lambda form: refusal("rate_limited", 429), "answered 429"),
     (lambda form: answer({"detail": "Request was throttled."}, 429), "answered 429"),
     (lambda form: Response("<html>Blocked", 403), "answered 403"),
     (lambda form: Response("<html>Just a moment", 200), "without a token"),
     (lambda form: answer({"detail": "ok"}), "without a token"),
     (lambda form: answer({"access_token": "a\nb"}), "without a token"),
     (lambda form: answer({"access_token": "a", "expires_in": [1]}), "without a token"),
     (lambda form: answer(["x"]), "without a token")],
)  # fmt: skip
def test_weather_is_tried_again_and_reported_when_it_stays(
    vendor: Vendor, store: TokenStore, fault: Any, told: str
) -> None:
    vendor.faults += [fault] * 2
    assert bearer(sign_in(vendor, store, acme=PASSWORD)) in vendor.access
    assert len(vendor.asked) == 3

    vendor.faults += [fault] * 9
    with pytest.raises(UnavailableError, match=rf"acme: http://127.*/o/token/ .*{told}.*run again later"):
        sign_in(vendor, store, acme=PASSWORD).headers(ACME)
    assert len(vendor.asked) == 7


def test_no_redirect_is_followed_and_plain_http_leaves_this_machine_never(vendor: Vendor, store: TokenStore) -> None:
    vendor.faults.append(lambda form: Response("", 307, {"Location": f"{vendor.url}/elsewhere"}))
    with pytest.raises(RefusedError, match=r"acme: .*redirects.*307"):
        sign_in(vendor, store, acme=PASSWORD).headers(ACME)
    assert len(vendor.asked) == 1

    with pytest.raises(ConfigurationError, match="https"):
        NetworkAuth("http://app.example", {"acme": PASSWORD}, SCOPES, store)


def test_what_is_missing_is_named(vendor: Vendor, store: TokenStore) -> None:
    auth = sign_in(vendor, store, acme=CONSENT, none=Credentials(username="ann", password="hunter2"))

    with pytest.raises(ConfigurationError, match=f"acme: nobody has consented yet.*{AGAIN}"):
        auth.headers(ACME)
    with pytest.raises(ConfigurationError, match="other: it needs credentials for 7Geese and has none"):
        auth.headers(OTHER)
    told = "none: it needs credentials for 7Geese and has a login without a client_id"
    with pytest.raises(ConfigurationError, match=told):
        auth.headers(Company("none", ACME.guid))
    store.write(vendor.url, "acme", Tokens("old", None, 0))
    with pytest.raises(ConfigurationError, match=f"acme: .*without a refresh token.*{AGAIN}"):
        auth.headers(ACME)
    assert vendor.asked == []


def test_new_tokens_are_in_the_store_before_anybody_gets_them(
    vendor: Vendor, store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = consented(vendor, store, left=10)
    auth = sign_in(vendor, store, acme=CONSENT)
    write, written = store.write, []

    def note(origin: str, slug: str, tokens: Tokens) -> None:
        written.append((tokens.access_token, len(vendor.asked)))
        write(origin, slug, tokens)

    monkeypatch.setattr(store, "write", note)
    new = bearer(auth)

    assert written == [(old.access_token, 0), (new, 1)]
    kept = store.read(vendor.url, "acme")
    assert kept is not None
    assert (kept.access_token, kept.scope) == (new, SCOPE)
    assert kept.refresh_token in vendor.refresh


def test_a_store_that_cannot_be_written_stops_before_the_old_tokens_are_spent(
    vendor: Vendor, store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = consented(vendor, store, left=10)

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ConfigurationError, match=r"acme.*No space left"):
        sign_in(vendor, store, acme=CONSENT).headers(ACME)

    assert vendor.asked == []
    assert old.refresh_token in vendor.refresh


def test_what_another_process_has_renewed_is_used_and_not_renewed_again(vendor: Vendor, store: TokenStore) -> None:
    consented(vendor, store)
    auth = sign_in(vendor, store, acme=CONSENT)
    headers = auth.headers(ACME)
    new = consented(vendor, store)  # the other's
    auth.refused(headers)

    assert bearer(auth) == new.access_token
    assert vendor.asked == []


def test_a_refresh_that_names_neither_scope_nor_refresh_token_keeps_both(vendor: Vendor, store: TokenStore) -> None:
    old = consented(vendor, store, left=10)
    vendor.faults.append(lambda form: answer({"access_token": "new", "token_type": "Bearer"}))
    auth = sign_in(vendor, store, acme=CONSENT)

    assert bearer(auth) == "new"
    assert auth.granted(ACME) == SCOPES
    kept = store.read(vendor.url, "acme")
    assert kept is not None
    assert kept.refresh_token == old.refresh_token
    assert kept.expires_at == pytest.approx(time.time() + 36000, abs=60)


def renew_in_a_process(url: str, folder: Path, start: Any, told: Any) -> None:
    auth = NetworkAuth(url, {"acme": CONSENT}, SCOPES, TokenStore(folder))
    start.wait(30)
    try:
        told.put(auth.headers(ACME)["Authorization"])
    except SevensError as error:
        told.put(str(error))


def test_two_processes_that_renew_at_once_refresh_once_and_both_can_work(
    vendor: Vendor, store: TokenStore, tmp_path: Path
) -> None:
    consented(vendor, store, left=10)
    vendor.faults.append(lambda form: time.sleep(0.3))  # both have begun before the first has its answer
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(2), context.Queue()
    processes = [context.Process(target=renew_in_a_process, args=(vendor.url, tmp_path / "tokens", start, told))
                 for _ in range(2)]  # fmt: skip
    for process in processes:
        process.start()
    tokens = {told.get(timeout=60).removeprefix("Bearer ") for _ in processes}
    for process in processes:
        process.join()

    assert grants(vendor) == ["refresh_token"]
    assert len(tokens) == 1
    assert tokens <= vendor.access


def test_no_secret_shows_in_errors_logs_output_names_or_reprs(
    vendor: Vendor, store: TokenStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    auth = sign_in(vendor, store, acme=PASSWORD, other=CONSENT, third=Credentials(token="static-1"))
    issued = [bearer(auth)]
    auth.refused(auth.headers(ACME))
    issued.append(bearer(auth))
    vendor.faults.append(
        lambda form: refusal("invalid_grant", 400, f"{form['refresh_token']} of id:client-secret \x1b[31mis not good")
    )
    stale = consented(vendor, store, "other", left=10)
    with pytest.raises(RefusedError, match=r"other: .*\?\[31mis not good") as caught:
        auth.headers(OTHER)

    said = [str(caught.value), caplog.text, *capfd.readouterr(), auth.identity, repr(PASSWORD), repr(auth)]
    secrets = ["hunter2", "client-secret", "static-1", *issued, *vendor.refresh, str(stale.refresh_token),
               base64.b64encode(b"id:client-secret").decode()]  # fmt: skip
    assert caplog.text
    assert [secret for secret in secrets for text in said if secret in text] == []


def test_the_identity_tells_credentials_apart_and_stays_the_same_when_tokens_change(
    vendor: Vendor, store: TokenStore
) -> None:
    auth = sign_in(vendor, store, acme=PASSWORD, other=CONSENT)
    before = auth.identity
    auth.refused(auth.headers(ACME))
    bearer(auth)

    assert auth.identity == before
    assert "acme by password grant" in before
    assert "other by authorization code of client id" in before
    assert "ann@" not in before
    assert Credentials(token="a").identity != Credentials(token="b").identity
