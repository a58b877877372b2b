"""The OAuth token: renewed in time, by one thread, and its secret sent nowhere else."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.core.http import Company
from sources.seven_shifts.auth import ClientCredentials

TOKEN_URL = "https://app.example/oauth2/token"
BISTRO = Company("bistro", "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0", 7)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that moves when `now` is set."""
    clock = SimpleNamespace(now=1000.0, sleep=lambda seconds: None)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr("sources.seven_shifts.auth.time", clock)
    return clock


def credentials(requests_mock: Any) -> ClientCredentials:
    """A client whose tokens are called 1, 2, 3 in the order they are asked for."""
    tokens = [{"json": {"access_token": str(number), "expires_in": 3600}} for number in (1, 2, 3)]
    requests_mock.post(TOKEN_URL, tokens)
    return ClientCredentials(TOKEN_URL, "id", "hunter2", frozenset({"users:read"}))


def test_a_token_is_renewed_before_it_ends_and_not_earlier(requests_mock: Any, clock: SimpleNamespace) -> None:
    auth = credentials(requests_mock)
    told = []
    for passed in (0, 3400, 100):
        clock.now += passed
        told.append(auth.headers(BISTRO)["Authorization"])

    assert told == ["Bearer 1", "Bearer 1", "Bearer 2"]


def test_a_token_that_another_thread_has_renewed_is_kept(requests_mock: Any, clock: SimpleNamespace) -> None:
    auth = credentials(requests_mock)
    old = auth.headers(BISTRO)
    auth.refused(old)
    renewed = auth.headers(BISTRO)

    assert auth.refused(old)

    assert auth.headers(BISTRO) == renewed
    assert renewed["Authorization"] == "Bearer 2"


def test_threads_that_need_a_token_at_once_ask_for_one(requests_mock: Any, clock: SimpleNamespace) -> None:
    auth = credentials(requests_mock)
    everybody = threading.Barrier(2)
    told: list[str] = []

    def answer(request: Any, context: Any) -> dict[str, Any]:
        # Whoever asks first waits for the other to ask too, which it never should.
        with pytest.raises(threading.BrokenBarrierError):
            everybody.wait(timeout=0.5)
        return {"access_token": "1", "expires_in": 3600}

    requests_mock.post(TOKEN_URL, json=answer)
    threads = [threading.Thread(target=lambda: told.append(auth.headers(BISTRO)["Authorization"])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == ["Bearer 1", "Bearer 1"]
    assert requests_mock.call_count == 1


def test_the_secret_is_sent_neither_to_a_redirect_nor_over_plain_http(
    requests_mock: Any, clock: SimpleNamespace
) -> None:
    requests_mock.post(TOKEN_URL, status_code=307, headers={"Location": "https://elsewhere.example/"})
    requests_mock.post("https://elsewhere.example/", json={"access_token": "theirs"})

    with pytest.raises(RefusedError, match="307"):
        ClientCredentials(TOKEN_URL, "id", "hunter2", frozenset()).headers(BISTRO)
    assert requests_mock.call_count == 1

    with pytest.raises(ConfigurationError, match="https"):
        ClientCredentials(TOKEN_URL.replace("https", "http"), "id", "hunter2", frozenset())


def test_an_endpoint_that_gives_nothing_is_asked_again_after_a_minute_not_for_every_company(
    requests_mock: Any, clock: SimpleNamespace
) -> None:
    auth = ClientCredentials(TOKEN_URL, "id", "hunter2", frozenset(), backoff=0.001)
    requests_mock.post(TOKEN_URL, status_code=502)
    for _ in range(3):
        with pytest.raises(UnavailableError, match=r"oauth2/token answered 502\. Check the network and token_url"):
            auth.headers(BISTRO)
    asked = requests_mock.call_count

    clock.now += 61
    requests_mock.post(TOKEN_URL, json={"access_token": "1"})

    assert asked == 5
    assert auth.headers(BISTRO)["Authorization"] == "Bearer 1"


def test_a_client_that_is_refused_is_not_asked_about_again(requests_mock: Any, clock: SimpleNamespace) -> None:
    auth = ClientCredentials(TOKEN_URL, "id", "hunter2", frozenset())
    requests_mock.post(TOKEN_URL, status_code=401, json={"error": "invalid_client"})
    for passed in (0, 3600):
        clock.now += passed
        with pytest.raises(RefusedError, match="invalid_client"):
            auth.headers(BISTRO)

    assert requests_mock.call_count == 1


def test_a_page_of_html_instead_of_a_token_is_weather(requests_mock: Any, clock: SimpleNamespace) -> None:
    auth = ClientCredentials(TOKEN_URL, "id", "hunter2", frozenset(), backoff=0.001)
    requests_mock.post(TOKEN_URL, [{"text": "<html>"}, {"content": b'{"access_token": "\xff"}'},
                                   {"json": {"access_token": "1"}}])  # fmt: skip

    assert auth.headers(BISTRO)["Authorization"] == "Bearer 1"
