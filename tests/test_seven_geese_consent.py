"""Consent: the person's answer is taken once, from the right browser, and its code is shown to nobody."""

from __future__ import annotations

import base64
import hashlib
import inspect
import logging
import socket
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.seven_geese.auth import Credentials
from sources.seven_geese.consent import PORT, authorize
from sources.seven_geese.token_store import Tokens, TokenStore
from tests.test_seven_geese_auth import CONSENT, SCOPE, SCOPES, Vendor, bearer, refusal, sign_in

AGAIN = "sevens auth seven_geese --company acme"


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as vendor:
        yield vendor


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "tokens", wait=5)


@dataclass
class Page:
    status: int
    text: str
    headers: Mapping[str, str]


def fetch(url: str, method: str = "GET") -> Page:
    """Not with requests, whose own log has every address it asks for."""
    try:
        reply = urlopen(Request(url, method=method), timeout=10)
    except HTTPError as error:
        reply = error
    return Page(reply.status, reply.read().decode(), reply.headers)


class Browser:
    """A person who opens the address and agrees; what the program tells, and the pages that came back."""

    def __init__(self, vendor: Vendor, store: TokenStore) -> None:
        self.vendor, self.store = vendor, store
        self.told: list[str] = []
        self.pages: list[Page] = []
        self.url = ""
        self.first: Callable[[str], None] = lambda callback: None  # what else comes to the callback before

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    def open(self, url: str) -> bool:
        self.url = url
        self.first(self.asked["redirect_uri"])
        self.pages.append(fetch(url))
        return True

    def authorize(self, slug: str = "acme", scopes: frozenset[str] = SCOPES, **options: Any) -> Tokens:
        options = {"port": 0, "open_browser": self.open, "timeout": 10, "credentials": CONSENT, **options}
        return authorize(self.vendor.url, slug, options.pop("credentials"), scopes, self.store,
                         tell=self.told.append, **options)  # fmt: skip


@pytest.fixture
def browser(vendor: Vendor, store: TokenStore) -> Browser:
    return Browser(vendor, store)


@pytest.mark.parametrize("legacy", [False, True])
def test_a_consent_ends_with_tokens_in_the_store_that_runs_can_use(
    vendor: Vendor, store: TokenStore, browser: Browser, legacy: bool
) -> None:
    vendor.legacy = legacy
    tokens = browser.authorize()

    assert store.read(vendor.url, "acme") == tokens
    assert bearer(sign_in(vendor, store, acme=CONSENT)) == tokens.access_token in vendor.access
    assert browser.pages[0].status == 200
    assert any(browser.url in line for line in browser.told)


def test_the_address_and_the_exchange_carry_what_they_should(vendor: Vendor, browser: Browser) -> None:
    browser.authorize()

    asked, (exchange,) = browser.asked, vendor.asked
    assert browser.url.startswith(f"{vendor.url}/o/authorize/?")
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "id", SCOPE)
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert asked["redirect_uri"].endswith("/callback")
    assert len(asked["state"]) >= 40
    assert (exchange.query, exchange.client) == (b"", "id:client-secret")
    assert exchange.form["redirect_uri"] == asked["redirect_uri"]
    digest = hashlib.sha256(exchange.form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]


def test_every_consent_has_its_own_state_and_verifier(vendor: Vendor, browser: Browser) -> None:
    browser.authorize()
    first = browser.asked
    browser.authorize()

    assert browser.asked["state"] != first["state"]
    assert browser.asked["code_challenge"] != first["code_challenge"]


@pytest.mark.parametrize("query", ["code=forged&state=forged", "code=forged", "code=forged&state=%E2%98%83",
                                    "error=access_denied&state=forged", "state=forged", ""])  # fmt: skip
def test_an_answer_nobody_asked_for_changes_nothing_and_the_right_one_still_counts(
    vendor: Vendor, browser: Browser, query: str
) -> None:
    browser.first = lambda callback: browser.pages.append(fetch(f"{callback}?{query}"))
    browser.authorize()

    assert [page.status for page in browser.pages] == [400, 200]
    assert "forged" not in browser.pages[0].text
    assert ["forged" in asked.form["code"] for asked in vendor.asked] == [False]


def test_the_right_state_without_a_code_and_another_path_or_method_count_as_nothing(browser: Browser) -> None:
    statuses = []

    def stray(callback: str) -> None:
        right = f"state={browser.asked['state']}"
        statuses.extend([
            fetch(f"{callback}?{right}&code=").status,
            fetch(f"{callback}/x?{right}&code=x").status,
            fetch(f"{callback}?{right}&code=x", "POST").status,
        ])  # fmt: skip

    browser.first = stray
    browser.authorize()

    assert statuses == [400, 404, 404]


@pytest.mark.parametrize("legacy", [False, True])
def test_a_denied_consent_says_who_has_to_agree_with_or_without_a_state(
    vendor: Vendor, store: TokenStore, browser: Browser, legacy: bool
) -> None:
    vendor.legacy, vendor.deny = legacy, "access_denied"

    with pytest.raises(RefusedError, match=rf"acme: the consent .*access_denied.*Somebody of the network.*{AGAIN}"):
        browser.authorize()
    assert vendor.asked == []
    assert store.read(vendor.url, "acme") is None
    assert browser.pages[0].status == 200


def test_other_errors_are_explained_and_cannot_write_to_the_terminal_as_they_like(
    vendor: Vendor, browser: Browser
) -> None:
    vendor.deny = "invalid_scope"
    with pytest.raises(RefusedError, match=f"acme: .*invalid_scope.*{SCOPE}"):
        browser.authorize()
    vendor.deny = "temporarily_unavailable"
    with pytest.raises(UnavailableError, match=rf"acme: .*temporarily_unavailable.*{AGAIN}"):
        browser.authorize()
    vendor.deny = "%1b%5b31mcome%20here"
    with pytest.raises(RefusedError, match=r"\?\[31mcome here.*RFC 6749") as caught:
        browser.authorize()
    assert "\x1b" not in str(caught.value)


def test_the_code_is_in_no_log_no_output_no_page_and_no_error(
    vendor: Vendor, browser: Browser, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    browser.first = lambda callback: _send_line(callback, b"GET /callback?code=code-garbage HTTP/9.9 x\r\n\r\n")
    tokens = browser.authorize()
    sent = [asked.form for asked in vendor.asked]
    vendor.faults.append(lambda form: refusal("invalid_grant", 400, f"{form['code']} {form['code_verifier']}"))
    with pytest.raises(RefusedError, match=rf"works once.*{AGAIN}") as caught:
        browser.authorize()

    sent += [asked.form for asked in vendor.asked[1:]]
    secrets = [form[name] for form in sent for name in ("code", "code_verifier")]
    secrets += [tokens.access_token, str(tokens.refresh_token), "client-secret", "code-garbage"]
    said = [caplog.text, *capfd.readouterr(), *browser.told, *(page.text for page in browser.pages), str(caught.value)]
    assert caplog.text
    assert [secret for secret in secrets for text in said if secret in text] == []


def _send_line(callback: str, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(callback).port or 0)) as connection:
        connection.sendall(line)
        while connection.recv(1000):  # the server ends it: its port is not free at once
            pass


def test_the_page_shows_a_company_as_text(browser: Browser) -> None:
    browser.authorize(slug="<b>acme</b>")

    assert "&lt;b&gt;acme" in browser.pages[0].text
    assert "<b>" not in browser.pages[0].text
    assert browser.pages[0].headers["Content-Security-Policy"] == "default-src 'none'"


def test_a_browser_that_connects_in_advance_and_says_nothing_blocks_nobody(browser: Browser) -> None:
    silent: list[socket.socket] = []
    browser.first = lambda callback: silent.append(
        socket.create_connection(("127.0.0.1", urlsplit(callback).port or 0))
    )
    begun = time.monotonic()
    browser.authorize()
    taken = time.monotonic() - begun

    silent[0].close()
    assert taken < 5


def test_without_a_browser_the_shown_address_does(browser: Browser) -> None:
    def none(url: str) -> bool:
        threading.Timer(0.1, browser.open, (url,)).start()
        raise webbrowser.Error("could not locate runnable browser")

    assert browser.authorize(open_browser=none).access_token in browser.vendor.access


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_nobody_answering_ends_with_what_to_check(browser: Browser) -> None:
    port = free_port()
    with pytest.raises(UnavailableError, match=rf"acme: nobody .*:{port}/callback at http.*ssh -L.*{AGAIN}"):
        browser.authorize(port=port, open_browser=lambda url: True, timeout=0.1)


def test_one_consent_after_the_other_uses_the_same_port_and_only_this_machine_reaches_it(browser: Browser) -> None:
    reached: list[int] = []

    def elsewhere(callback: str) -> None:
        with socket.socket() as other:
            reached.append(other.connect_ex(("127.0.0.2", urlsplit(callback).port or 0)))
        _send_line(callback, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    browser.first, port = elsewhere, free_port()
    for _ in range(2):
        browser.authorize(port=port)
        assert browser.asked["redirect_uri"] == f"http://127.0.0.1:{port}/callback"
    assert 0 not in reached


def test_a_port_in_use_is_named_and_does_not_end_the_program(browser: Browser) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"acme: port {port} .*in use"):
            browser.authorize(port=port)
    assert browser.told == []


@pytest.mark.parametrize(
    ("granted", "missing"), [("objective:read", ["userprofile:read"]), ("all:read", []), (SCOPE, [])]
)
def test_scopes_that_were_asked_for_and_not_granted_are_told(
    vendor: Vendor, browser: Browser, monkeypatch: pytest.MonkeyPatch, granted: str, missing: list[str]
) -> None:
    issue = vendor.issue
    monkeypatch.setattr(vendor, "issue", lambda scope: issue(granted))
    browser.authorize()

    told = [line for line in browser.told if "not granted" in line]
    assert told == [f"acme: not granted: {scope}. What needs these is not loaded." for scope in missing]


@pytest.mark.parametrize("credentials", [Credentials(token="static-1"), Credentials("id", None, "ann", "hunter2"),
                                          Credentials()])  # fmt: skip
def test_credentials_that_a_consent_could_not_serve_are_told_before_anybody_consents(
    browser: Browser, credentials: Credentials
) -> None:
    with pytest.raises(ConfigurationError, match="acme: ") as caught:
        browser.authorize(credentials=credentials)
    assert "hunter2" not in str(caught.value)
    assert "static-1" not in str(caught.value)
    assert browser.url == ""


def test_a_store_that_cannot_keep_tokens_is_told_before_anybody_consents(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("a file where the folder should be")

    with pytest.raises(ConfigurationError, match=r"acme: .*token_store"):
        browser.authorize()
    assert browser.url == ""


def test_the_port_is_fixed_because_redirect_uris_are_registered() -> None:
    assert inspect.signature(authorize).parameters["port"].default == PORT == 8976
