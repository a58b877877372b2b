"""Connections that ask when it is their turn, and on which an answer, headers and body, has an end: a timeout of
`requests` only minds the pauses."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import is_connection_dropped

Turn = Callable[[], AbstractContextManager[None]]
SOON = 0.02  # seconds in which a connection that was just there is not looked at again


class Deadline(HTTPAdapter):
    """To be mounted in a session: an answer that is not all there `longest` seconds after it was asked for ends like
    one that does not come at all. Once a connection is there, a request leaves on it within `turn`; what that
    raises ends the request."""

    def __init__(
        self, longest: float, turn: Turn = nullcontext, **options: Any  # noqa: ANN401 - the adapter's
    ) -> None:
        limits = {"longest": longest, "turn": staticmethod(turn)}
        self._pools = {
            "http": _pool(HTTPConnectionPool, type("Plain", (_Timed, HTTPConnection), limits)),
            "https": _pool(HTTPSConnectionPool, type("Secure", (_Timed, HTTPSConnection), limits)),
        }
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the adapter's
        """Make the pools of this adapter."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> PoolManager:  # noqa: ANN401 - the adapter's
        """Make the pools behind a proxy."""
        manager: PoolManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pool(pool: type[HTTPConnectionPool], connection: type) -> type[HTTPConnectionPool]:
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class _Timed:
    longest: float
    turn: Turn
    sock: socket.socket | None

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Connect first and wait for the turn then: a handshake takes as long as several answers, and a request that
        took its turn before it would arrive among those of later turns."""
        if self.sock is None:  # the pool has let go of one that a server has left
            self.connect()  # type: ignore[attr-defined]
        asked = time.monotonic()
        with self.turn():
            if time.monotonic() - asked > SOON and is_connection_dropped(self):  # type: ignore[arg-type]
                self.close()  # type: ignore[attr-defined]
                self.connect()  # type: ignore[attr-defined]
            super().request(*args, **options)  # type: ignore[misc]

    def response_class(self, sock: socket.socket, *args: Any, **options: Any) -> HTTPResponse:  # noqa: ANN401
        response = HTTPResponse(sock, *args, **options)
        response.fp = io.BufferedReader(_Bytes(response.fp.detach(), sock, self.longest))
        return response


class _Bytes(io.RawIOBase):
    """What a socket brings until the deadline."""

    def __init__(self, below: io.RawIOBase, sock: socket.socket, longest: float) -> None:
        self._below = below
        self._sock, self._pause, self._ends = sock, sock.gettimeout(), time.monotonic() + longest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - a writable buffer
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._pause is None or left < self._pause:
            self._sock.settimeout(left)
        return self._below.readinto(buffer)

    def close(self) -> None:
        self._below.close()
        super().close()
