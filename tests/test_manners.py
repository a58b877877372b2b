"""The client by itself: waits, redirects and the budget, on clocks that do not tick."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from sources.core.errors import RefusedError, UnavailableError
from sources.core.http import Client, Company
from sources.core.pace import Pace
from sources.seven_shifts.auth import AccessToken

URL = "https://api.example"
BISTRO = Company("bistro", "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0", 7)


class Waits(threading.Event):
    """What the client waits on: notes how long, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.naps.append(timeout or 0.0)
        return False


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the pace was told to hold everybody back; it does not."""
    found: list[float] = []
    monkeypatch.setattr(Pace, "hold", lambda self, seconds: found.append(seconds))
    return found


@pytest.fixture
def naps(held: list[float], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between two tries of one request."""
    waits = Waits()
    monkeypatch.setattr("sources.core.http.threading", SimpleNamespace(Lock=threading.Lock, Event=lambda: waits))
    return waits.naps


def get() -> Any:
    client = Client(URL, AccessToken("secret"), Pace(1000, 60_000), {}, patience=20.0)
    return client.get(BISTRO, "v2/x", {}, lambda body: body).body


def test_the_vendors_own_wait_is_waited_and_by_every_thread(
    requests_mock: Any, naps: list[float], held: list[float]
) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429, "headers": {"Retry-After": "7"}}, {"content": b"{}"}])

    assert get() == b"{}"

    assert naps == [7.0]
    assert held == [7.0]


def test_who_is_held_back_waits_for_the_whole_time() -> None:
    pace, waits = Pace(1000, 60_000), Waits()
    pace.hold(0.05)

    pace.wait(waits)

    assert waits.naps
    assert waits.naps[0] == pytest.approx(0.05, abs=0.01)


def test_a_wait_until_a_date_goes_by_the_servers_clock(requests_mock: Any, naps: list[float]) -> None:
    headers = {"Retry-After": "Wed, 07 Nov 2033 15:00:15 GMT", "Date": "Wed, 07 Nov 2033 15:00:00 GMT"}
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429, "headers": headers}, {"content": b"{}"}])

    assert get() == b"{}"

    assert naps == [15.0]


def test_a_wait_longer_than_the_patience_is_told_at_once(requests_mock: Any, naps: list[float]) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=429, headers={"Retry-After": "86400"})

    with pytest.raises(UnavailableError, match="429"):
        get()

    assert naps == []
    assert requests_mock.call_count == 1


def test_a_block_is_sat_out_longer_than_a_failure_is_retried(
    requests_mock: Any, naps: list[float]
) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429}] * 8 + [{"content": b"{}"}])

    assert get() == b"{}"

    requests_mock.get(f"{URL}/v2/x", [{"status_code": 500}] * 8 + [{"content": b"{}"}])
    with pytest.raises(UnavailableError, match="500"):
        get()


def test_a_challenge_page_is_sat_out_and_a_refusal_is_not(requests_mock: Any, naps: list[float]) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 403, "text": "<html>"}] * 8 + [{"content": b"{}"}])
    assert get() == b"{}"

    requests_mock.get(f"{URL}/v2/x", status_code=403, json={"error": "no"})
    with pytest.raises(RefusedError):
        get()
    assert requests_mock.call_count == 10


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_its_target_never_asked(requests_mock: Any, status: int) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=status, headers={"Location": "https://elsewhere.example/"})
    requests_mock.get("https://elsewhere.example/", content=b"{}")

    with pytest.raises(RefusedError, match="redirects to another address"):
        get()

    assert requests_mock.call_count == 1


def test_a_netrc_file_does_not_replace_the_token(
    requests_mock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine api.example login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    requests_mock.get(f"{URL}/v2/x", content=b"{}")

    get()

    assert requests_mock.last_request.headers["Authorization"] == "Bearer secret"


def test_a_cookie_that_came_with_one_answer_is_not_sent_with_the_next_request(requests_mock: Any) -> None:
    """It may be of another company."""
    requests_mock.get(f"{URL}/v2/x", content=b"{}", headers={"Set-Cookie": "company=bistro"})
    asking = Client(URL, AccessToken("secret"), Pace(1000, 60_000), {})

    for _ in range(2):
        asking.get(BISTRO, "v2/x", {}, bytes)

    assert "Cookie" not in requests_mock.last_request.headers


def test_the_environment_says_which_proxy_and_which_certificates(
    requests_mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ours.pem")
    requests_mock.get(f"{URL}/v2/x", content=b"{}")

    get()

    sent = requests_mock.last_request
    assert (sent.proxies["https"], sent.verify) == ("http://proxy.example:3128", "/etc/ours.pem")


def test_a_host_that_needs_no_proxy_has_none(requests_mock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", urlsplit(URL).hostname or "")
    requests_mock.get(f"{URL}/v2/x", content=b"{}")

    get()

    assert not requests_mock.last_request.proxies
