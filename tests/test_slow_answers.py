"""An answer that trickles in without a pause ends all the same, whoever is asked and whatever part of it trickles."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from sources.core.company import Company
from sources.core.errors import UnavailableError
from sources.core.http import Client
from sources.core.pace import Pace
from sources.seven_geese import token_endpoint
from sources.seven_geese.token_endpoint import TokenEndpoint
from sources.seven_shifts.auth import AccessToken, ClientCredentials

BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n"
HEADERS = b"HTTP/1.1 200 OK\r\nX-Endless: "


@pytest.fixture(params=[BODY, HEADERS], ids=["body", "headers"])
def trickle(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that begins an answer and then sends a byte every 20 milliseconds, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(request.param)
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def ends(asking: Callable[[], object], told: str) -> None:
    """Holds that asking is given up in time, with this text."""
    began = time.monotonic()

    with pytest.raises(UnavailableError, match=told):
        asking()

    assert time.monotonic() - began < 10


def test_an_answer_that_never_ends_is_given_up_after_its_longest_time(trickle: str) -> None:
    client = Client(trickle, AccessToken("t"), Pace(1000, 60000), {}, tries=2, backoff=0.01, longest=0.3)

    ends(lambda: client.get(Company("bistro", "g"), "v2/companies", {}, msgspec.json.decode),
         r"bistro: GET /v2/companies got no answer .*Timeout")  # fmt: skip


def test_a_token_that_never_comes_is_given_up_by_7shifts(trickle: str) -> None:
    auth = ClientCredentials(f"{trickle}/token", "id", "hunter2", frozenset(), backoff=0.01, longest=0.3)

    ends(lambda: auth.headers(Company("bistro", "g")), r"/token gave no answer")


def test_a_token_that_never_comes_is_given_up_by_7geese(trickle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_endpoint, "TIMEOUT", (5.0, 0.3))
    endpoint = TokenEndpoint(trickle, "acme", "id", "hunter2", frozenset(), backoff=0.01)

    ends(lambda: endpoint.ask("password", username="a", password="b"), r"acme: .*/o/token/ gave no answer")
