"""An answer that trickles in without a pause ends all the same."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest

from sources.core.company import Company
from sources.core.errors import UnavailableError
from sources.core.http import Client
from sources.core.pace import Pace
from sources.seven_shifts.auth import AccessToken


@pytest.fixture
def trickle() -> Iterator[str]:
    """A server that sends a byte every 20 milliseconds, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_an_answer_that_never_ends_is_given_up_after_its_longest_time(trickle):
    client = Client(trickle, AccessToken("t"), Pace(1000, 60000), {}, tries=2, backoff=0.01, longest=0.3)
    began = time.monotonic()

    with pytest.raises(UnavailableError, match=r"bistro: GET /v2/companies got no answer .*TimeoutError"):
        client.get(Company("bistro", "g"), "v2/companies", {}, msgspec.json.decode)

    assert time.monotonic() - began < 5
