"""Places and paces: who waits for whom, and for how long."""

from __future__ import annotations

import io
import os
import socket
import sqlite3
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sources.core import deadline, pace
from sources.core.deadline import Deadline
from sources.core.pace import Pace
from sources.core.task import Room


def interval(**rates: Any) -> list[tuple[int, int]]:
    return [(rate.limit, rate.interval) for rate in Pace(**rates)._rates]


def test_requests_are_spread_evenly_at_the_slower_of_two_rates() -> None:
    assert interval() == [(1, 112)]  # 9 a second, 540 a minute
    assert interval(per_second=1000) == interval(per_minute=60_000) == [(1, 112)]
    assert interval(per_second=10, per_minute=6000) == [(1, 100)]
    assert interval(per_second=1000, per_minute=60) == [(1, 1000)]
    assert interval(per_second=3, per_minute=6000) == [(1, 334)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pace, "tempfile", SimpleNamespace(gettempdir=lambda: str(tmp_path)))
    return tmp_path


def files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.sqlite"))


def test_a_shared_budget_is_a_file_of_the_user_that_does_not_name_the_credential(folder: Path) -> None:
    Pace(1000, 60_000, "client-secret").wait()

    (file,) = files(folder)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "client-secret" not in str(file)
    assert len(file.stem) == 20
    assert file.parent.name == f"sevens-pace-{os.getuid()}"
    Pace(1000, 60_000, "client-secret").wait()
    assert len(files(folder)) == 1
    Pace(1000, 60_000, "another").wait()
    Pace(500, 60_000, "client-secret").wait()
    Pace(1000, 50_000, "client-secret").wait()
    assert len(files(folder)) == 4


def test_a_pace_of_ones_own_leaves_no_file(folder: Path) -> None:
    Pace(1000, 60_000).wait()

    assert files(folder) == []


def test_without_a_place_for_a_file_everybody_keeps_a_pace_of_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", refuse)

    Pace(1000, 60_000, "client").wait()

    assert files(folder) == []


def test_a_budget_that_cannot_be_written_any_more_is_left_for_a_pace_of_ones_own(folder: Path) -> None:
    paced = Pace(1000, 60_000, "client")
    broken = SimpleNamespace(try_acquire=lambda name: (_ for _ in ()).throw(sqlite3.OperationalError("disk full")))
    paced._limiter = broken  # type: ignore[assignment]

    paced.wait()

    assert paced._limiter not in (None, broken)
    assert paced._file is None


def test_everybody_waits_until_the_latest_moment_that_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    naps: list[float] = []

    class Stopping(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            naps.append(timeout or 0.0)
            clock.now += (timeout or 0.0) / 2 if len(naps) == 1 else (timeout or 0.0)
            return False

    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: clock.now))
    paced = Pace(1000, 60_000)
    paced.hold(10)
    paced.hold(4)

    paced.wait(Stopping())

    assert naps == [10.0, 5.0]
    paced.wait(Stopping())
    assert naps == [10.0, 5.0]


def test_nobody_who_stops_sits_out_a_hold() -> None:
    stopping = threading.Event()
    stopping.set()
    paced = Pace(1000, 60_000)
    paced.hold(4)
    began = time.monotonic()

    paced.wait(stopping)

    assert time.monotonic() - began < 3


def test_who_cannot_be_stopped_sits_out_a_hold_too() -> None:
    paced = Pace(1000, 60_000)
    paced.hold(0.05)
    began = time.monotonic()

    paced.wait()

    assert time.monotonic() - began >= 0.04


def test_the_limiter_is_made_once() -> None:
    paced = Pace(1000, 60_000)

    assert paced._open() is paced._open()


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
    assert sock.limits == [6.0, 3.0, 0.5]
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
