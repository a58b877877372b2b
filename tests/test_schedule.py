"""Paces: at which moments requests may leave, and where those who share a credential agree on them."""

from __future__ import annotations

import itertools
import os
import socket
import stat
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest

from sources.core import pace as pacing
from sources.core import schedule
from sources.core.errors import ConfigurationError, UnavailableError
from sources.core.http import Client, Company
from sources.core.pace import LATE, Pace
from sources.core.schedule import Database, File, LostError, Own
from sources.seven_shifts.auth import AccessToken


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(schedule, "tempfile", SimpleNamespace(gettempdir=lambda: str(tmp_path)))
    return tmp_path


def moments(paces: list[Pace], count: int) -> list[float]:
    """The moments that so many requests of several paces get, each waited for in a thread of its own."""
    found: list[float] = []

    def ask(pace: Pace) -> None:
        moment = pace.wait()
        assert moment is not None
        found.append(moment)

    threads = [threading.Thread(target=ask, args=(paces[number % len(paces)],)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return sorted(found)


def gaps(found: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(found)]


@pytest.mark.parametrize(("rates", "distance"), [
    ({}, 0.1042), ({"per_second": 1000}, 0.1042), ({"per_second": 10, "per_minute": 6000}, 0.1),
    ({"per_second": 1000, "per_minute": 60}, 1.0), ({"per_second": 4, "per_minute": 6000}, 0.25),
])  # fmt: skip
def test_requests_are_spread_evenly_at_the_slower_of_two_rates(rates: dict[str, float], distance: float) -> None:
    assert Pace(**rates).distance == pytest.approx(distance, abs=0.0001)


def test_eleven_requests_of_the_usual_pace_take_longer_than_a_second_and_a_little() -> None:
    assert Pace().distance * 10 - LATE >= 1.03


@pytest.mark.parametrize("shared", [True, False])
def test_nobody_comes_closer_than_the_distance_however_many_threads_and_processes_ask(
    folder: Path, shared: bool
) -> None:
    paces = [Pace(100, 6000, "client") for _ in range(3)] if shared else [Pace(100, 6000)]

    found = moments(paces, 30)

    assert len(found) == 30
    assert min(gaps(found)) >= 0.009


def test_a_shared_budget_is_a_file_of_the_user_that_does_not_name_the_credential(folder: Path) -> None:
    Pace(1000, 60_000, "client-secret").wait()

    (file,) = folder.rglob("*.sqlite")
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "client-secret" not in str(file)
    assert len(file.stem) == 20
    assert file.parent.name == f"sevens-pace-{os.getuid()}"
    Pace(500, 60_000, "client-secret").wait()
    assert len([*folder.rglob("*.sqlite")]) == 1  # of whatever pace: the budget is the credential's
    Pace(1000, 60_000, "another").wait()
    assert len([*folder.rglob("*.sqlite")]) == 2


def test_a_pace_of_ones_own_leaves_no_file(folder: Path) -> None:
    Pace(1000, 60_000).wait()

    assert [*folder.rglob("*.sqlite")] == []


def test_without_a_place_for_a_file_everybody_keeps_a_pace_of_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", refuse)

    assert len(moments([Pace(1000, 60_000, "client")], 3)) == 3

    assert [*folder.rglob("*.sqlite")] == []


def test_a_file_that_cannot_be_written_any_more_is_left_for_a_pace_of_ones_own(folder: Path) -> None:
    paced = Pace(1000, 60_000, "client")
    paced.wait()
    paced._machine._connection.close()  # type: ignore[attr-defined]

    assert min(gaps(moments([paced], 3))) >= 0.00099
    assert isinstance(paced._machine, Own)


def test_a_free_moment_that_a_clock_set_back_left_far_ahead_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    File("client").book(0, after=500)
    assert File("client").book(0) > time.monotonic() + 490
    day_before = SimpleNamespace(time=lambda: time.time() - 86_400, monotonic=time.monotonic)
    monkeypatch.setattr(schedule, "time", day_before)

    assert File("client").book(0) < time.monotonic() + 1


def test_who_leaves_late_makes_room_for_it(folder: Path) -> None:
    paced, other = Pace(10, 600, "client"), Pace(10, 600, "client")
    first = paced.wait()
    assert first is not None
    time.sleep(0.06)
    paced.left(first)

    second = other.wait()

    assert second is not None
    assert paced.late == pytest.approx(0.05, abs=0.03)
    assert second - first == pytest.approx(0.1 + paced.late, abs=0.002)


def test_who_leaves_in_time_takes_no_more_than_the_distance() -> None:
    paced = Pace(10, 600)
    first = paced.wait()
    assert first is not None
    paced.left(first)

    assert paced.wait() == pytest.approx(first + 0.1, abs=0.002)


def test_what_one_is_told_holds_all_who_share_the_credential(folder: Path) -> None:
    told, other = Pace(1000, 60_000, "client"), Pace(1000, 60_000, "client")
    began = time.monotonic()
    told.hold(0.3)

    assert min(moments([told, other], 4)) >= began + 0.3


def test_moments_booked_before_a_hold_are_not_used() -> None:
    paced = Pace(2, 120)
    paced.wait()
    waiting: list[float | None] = []
    thread = threading.Thread(target=lambda: waiting.append(paced.wait()))
    thread.start()
    time.sleep(0.05)
    until = time.monotonic() + 0.8
    paced.hold(0.8)
    thread.join(5)

    assert waiting[0] is not None
    assert waiting[0] >= until - 0.01


def test_a_refusal_spreads_requests_a_little_wider_once_and_not_for_ever() -> None:
    paced = Pace(10, 600)
    paced.hold(0.05)
    paced.hold(0.05)
    assert paced.distance == pytest.approx(0.104)
    for _ in range(9):
        time.sleep(0.01)
        paced._held_until = 0.0
        paced.hold(0.01)
    assert paced.distance == pytest.approx(0.12)


def test_nobody_who_stops_sits_out_a_hold() -> None:
    stopping = threading.Event()
    paced = Pace(1000, 60_000)
    paced.hold(20)
    threading.Timer(0.1, stopping.set).start()
    began = time.monotonic()

    assert paced.wait(stopping) is None

    assert time.monotonic() - began < 5


# Machines.


def test_machines_that_share_a_database_share_a_pace(folder: Path, postgres: str) -> None:
    paces = [Pace(100, 6000, "two machines", postgres) for _ in range(2)]

    found = moments(paces, 20)

    # Each measures how far its clock is from the server's; what differs is the way back of an answer.
    assert min(gaps(found)) >= 0.007
    assert found[-1] - found[0] >= 0.18
    assert not any(pace.notices for pace in paces)
    assert [*folder.rglob("*.sqlite")]  # the one that would do without the database


def test_clocks_of_machines_may_differ(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = Database(postgres, "clocks"), Database(postgres, "clocks")
    first = here.book(5)
    with monkeypatch.context() as elsewhere:
        late = SimpleNamespace(time=lambda: time.time() - 7200, monotonic=lambda: time.monotonic() + 1000)
        elsewhere.setattr(schedule, "time", late)
        second = there.book(5)

    assert second - 1000 - first == pytest.approx(5, abs=0.2)
    assert here.book(5) - first == pytest.approx(10, abs=0.2)


def test_a_hold_is_told_to_other_machines_and_other_credentials_are_none_of_it(postgres: str) -> None:
    began = time.monotonic()
    Database(postgres, "held").book(0, after=30)

    assert Database(postgres, "held").book(1) >= began + 29.5
    assert Database(postgres, "not held").book(1) <= time.monotonic()
    with psycopg2.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sevens_pace")
        assert not [name for (name,) in cursor.fetchall() if "held" in name]


def test_a_worker_that_meets_the_database_while_another_creates_the_table_waits_for_it(postgres: str) -> None:
    found: list[float] = []
    with closing(psycopg2.connect(postgres)) as first, first.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sevens_pace")
        first.commit()
        cursor.execute(schedule._CREATE)
        second = threading.Thread(target=lambda: found.append(Database(postgres, "second").book(1)))
        second.start()
        second.join(0.5)
        assert second.is_alive()
        first.commit()
    second.join(10)

    assert len(found) == 1


def test_workers_that_meet_the_database_first_at_once_all_find_the_table(postgres: str) -> None:
    with psycopg2.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sevens_pace")

    paces = [Pace(1000, 60_000, f"worker {number}", postgres) for number in range(8)]

    assert len(moments(paces, 8)) == 8
    assert not any(pace.notices for pace in paces)


def test_without_its_database_a_machine_goes_on_at_a_quarter_and_tells_it_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [True]

    def book(self: Database, seconds: float, after: float = 0.0) -> float:
        if lost:
            raise LostError("server closed the connection unexpectedly")
        return time.monotonic()

    monkeypatch.setattr(Database, "book", book)
    monkeypatch.setattr(pacing, "AGAIN", 0.2)
    paced = Pace(100, 6000, "client", "postgresql://sevens:hunter2@db.example/pace")

    found = moments([paced], 8)

    assert min(gaps(found)) >= 0.039
    (notice,) = paced.notices
    assert "db.example" in notice
    assert "a quarter of the pace" in notice
    assert "hunter2" not in notice
    lost.clear()
    time.sleep(0.2)
    assert max(gaps(moments([paced], 3))) < 0.02


def test_a_database_that_goes_away_is_lost_and_found_again(postgres: str) -> None:
    here = Database(postgres, "gone")
    here.book(0.1)
    here._connection.close()

    with pytest.raises(LostError):
        here.book(0.1)

    assert here.book(0.1) >= time.monotonic() - 1


def test_a_database_that_is_not_there_is_lost_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]

    with pytest.raises(LostError):
        Database(f"postgresql://sevens@127.0.0.1:{port}/pace", "x").book(1)


@pytest.mark.parametrize(("address", "driver", "told"), [
    ("redis://limits.example", True, r"`pace` is a redis address. Use postgresql://"),
    ("postgresql://limits.example/x", False, r"pip install 'sevens\[postgres\]'"),
])  # fmt: skip
def test_a_pace_that_cannot_be_shared_says_what_it_needs(
    address: str, driver: bool, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "find_spec", lambda name: driver or None)

    with pytest.raises(ConfigurationError, match=told):
        Pace(shared_as="client", address=address)


# Turns.


def test_a_request_takes_its_turn_once_its_connection_stands() -> None:
    order: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        order.append("connected")
        connection.recv(65536)
        order.append("asked")
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    class Turns(Pace):
        def wait(self, stopping: threading.Event | None = None) -> float:
            time.sleep(0.2)
            order.append("turn")
            return time.monotonic()

        def left(self, moment: float) -> None:
            order.append("left")

    threading.Thread(target=serve, daemon=True).start()
    client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", AccessToken("t"), Turns(), {})

    client.get(Company("bistro", "g"), "v2/x", {}, lambda body: body)

    listener.close()
    assert order[:2] == ["connected", "turn"]
    assert sorted(order[2:]) == ["asked", "left"]


def test_who_stops_sends_nothing() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", AccessToken("t"), Pace(), {})
    client.stopping.set()

    with pytest.raises(UnavailableError):
        client.get(Company("bistro", "g"), "v2/x", {}, lambda body: body)

    connection, _ = listener.accept()
    connection.settimeout(0.2)
    with suppress(TimeoutError):
        assert connection.recv(10) == b""
    listener.close()
