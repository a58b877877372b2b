"""Places, and the ends of answers: who waits for whom, and for how long."""

from __future__ import annotations

import io
import socket
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from sources.core import deadline
from sources.core.deadline import Deadline
from sources.core.task import Room

# Places.


def in_a_thread(work: Any) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_two_large_scans_go_on_and_a_third_waits_for_a_place() -> None:
    room, go = Room(), threading.Event()
    held = threading.Barrier(3, timeout=5)

    def scan() -> None:
        room.enter()
        held.wait()
        go.wait(5)
        room.leave()

    for _ in range(2):
        in_a_thread(scan)
    held.wait()
    third = in_a_thread(room.enter)
    third.join(0.1)
    assert third.is_alive()
    go.set()
    third.join(5)
    assert not third.is_alive()


def test_a_place_is_given_back_once_however_often_it_was_taken() -> None:
    room = Room(places=1)
    room.leave()
    room.enter()
    room.enter()
    room.leave()
    room.leave()
    room.enter()

    other = in_a_thread(room.enter)
    other.join(0.1)

    assert other.is_alive()


def test_while_a_package_is_committed_scans_read_a_little_ahead_and_then_wait() -> None:
    room = Room(ahead=1_000)
    room.took(5_000, 5_000)  # nothing is committed: there is room
    with room.committing():
        room.took(600, 600)
        room.took(400, 1_000)
        waiting = in_a_thread(lambda: room.took(1, 1_001))
        waiting.join(0.1)
        assert waiting.is_alive()
    waiting.join(5)
    assert not waiting.is_alive()

    with room.committing():
        room.took(1_000, 1_000)


def test_a_commit_that_fails_lets_scans_go_on() -> None:
    room = Room(ahead=0)
    with pytest.raises(ValueError, match="full"), room.committing():
        raise ValueError("full")

    room.took(1, 1)


# Ends of answers.


def trickling(longest: float, pause: float | None, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Any]:
    clock = SimpleNamespace(now=50.0)
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: clock.now))
    sock = SimpleNamespace(gettimeout=lambda: pause, limits=[])
    sock.settimeout = sock.limits.append
    return deadline._Bytes(io.BytesIO(b"abcdef"), sock, longest), sock, clock  # type: ignore[arg-type]


def test_an_answer_is_read_until_its_deadline_and_no_pause_is_longer_than_what_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body, sock, clock = trickling(10, 6.0, monkeypatch)
    buffer = bytearray(2)
    assert body.readable()
    assert (body.readinto(buffer), bytes(buffer)) == (2, b"ab")
    clock.now += 7
    body.readinto(buffer)
    clock.now += 2.5
    body.readinto(buffer)
    assert sock.limits == [3.0, 0.5]  # the longest pause is the connection's own limit
    clock.now += 0.5
    with pytest.raises(TimeoutError):
        body.readinto(buffer)


def test_a_socket_without_a_pause_of_its_own_has_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    body, sock, _ = trickling(10, None, monkeypatch)

    body.readinto(bytearray(1))

    assert sock.limits == [10.0]


def test_what_is_below_is_closed_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    body, _, _ = trickling(10, None, monkeypatch)

    body.close()

    assert body.closed
    assert body._below.closed


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example"])
def test_connections_with_an_end_are_made_with_and_without_a_proxy(url: str) -> None:
    adapter = Deadline(7.5, pool_maxsize=3)

    for manager in (adapter.poolmanager, adapter.proxy_manager_for("http://proxy.example")):
        pool = manager.connection_from_url(url)
        assert pool.ConnectionCls.longest == 7.5
        assert issubclass(pool.ConnectionCls, deadline._Timed)
        assert pool.scheme == url.partition(":")[0]
    assert adapter.poolmanager.connection_from_url(url).pool.maxsize == 3


def test_an_answer_of_such_a_connection_is_read_through_it() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    timed = deadline._Timed()
    timed.longest = 5.0

    response = timed.response_class(ours)
    response.begin()

    assert response.read() == b"ok"
    assert ours.gettimeout() == pytest.approx(5.0, abs=0.5)
    theirs.close()
    ours.close()
