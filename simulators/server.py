"""A WSGI app on a free loopback port in a thread, with every request written down. Knows no vendor."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

Environ = dict[str, Any]
WSGIApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
RESET = "simulator.reset"  # an app sets this environ key to close the connection without an answer
ARRIVED = "simulator.arrived"  # when a request came, by this process's monotonic clock
TIMESTAMP = 35  # SO_TIMESTAMPNS and SCM_TIMESTAMPNS of Linux


class Headers(dict[str, str]):
    """Lower-case names, looked up in any case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        return super().get(name.lower(), default)


@dataclass(frozen=True)
class Recorded:
    """One request as the server saw it. Status 0: closed without an answer."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    status: int
    at: float


def stamp(connection: socket.socket) -> None:
    """Have the kernel note when something comes, where it can."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, TIMESTAMP, 1)


def arrival(connection: socket.socket) -> float:
    """Wait for the next request and tell when it came: a busy machine may come to read it much later."""
    _, notes, _, _ = connection.recvmsg(1, 64, socket.MSG_PEEK)
    ago = 0.0
    for level, kind, data in notes:
        if (level, kind, len(data)) == (socket.SOL_SOCKET, TIMESTAMP, 16):
            seconds, nanoseconds = struct.unpack("qq", data)
            ago = time.time() - seconds - nanoseconds / 1e9
    return time.monotonic() - max(0.0, ago)


class _Handler(WSGIRequestHandler):
    """Keep-alive, quiet, headers and body in one packet: two packets cost a delayed ACK of 40 ms."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)  # type: ignore[attr-defined]
        stamp(self.connection)

    def handle_one_request(self) -> None:
        self.arrived = arrival(self.connection)
        super().handle_one_request()

    def finish(self) -> None:
        self.server.connections.discard(self.connection)  # type: ignore[attr-defined]
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().handle()

    def run_wsgi(self) -> None:
        """One request with its connection left open: Werkzeug's own version closes after every answer."""
        environ = self.make_environ()
        environ[ARRIVED] = self.arrived
        if not environ.get("wsgi.input_terminated"):
            # Read whole, or an unread rest would be taken for the next request.
            length = int(self.headers.get("Content-Length") or 0)
            environ["wsgi.input"] = io.BytesIO(self.rfile.read(length))
        app: WSGIApp = self.server.app
        answer: list[Any] = []
        try:
            chunks = app(environ, lambda *started: answer.extend(started[:2]))
        except ConnectionAbortedError:
            self.close_connection = True
            return
        body = b"".join(chunks)
        code, _, reason = answer[0].partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in answer[1]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log(self, type: str, message: str, *args: object) -> None:
        return


class LocalServer:
    """Serves `app` until stopped; paths under `unrecorded` are not written down."""

    def __init__(self, app: WSGIApp, port: int = 0, unrecorded: str = "/_control") -> None:
        self._app = app
        self._unrecorded = unrecorded
        self._lock = threading.Lock()
        self._requests: list[Recorded] = []
        self._connections: set[socket.socket] = set()
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the server is not running: use it as a context manager")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[Recorded]:
        with self._lock:
            return list(self._requests)

    def clear_requests(self) -> None:
        with self._lock:
            self._requests.clear()

    def start(self) -> None:
        server = make_server("127.0.0.1", self._port, self._record, threaded=True, request_handler=_Handler)
        server.connections = self._connections  # type: ignore[attr-defined]
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        # A kept-alive client would otherwise hold its thread, and get answers from a server that is gone.
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)
        self._server = self._thread = None

    def _record(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        arrived = environ[ARRIVED]
        started: list[Any] = []
        body = self._app(environ, lambda *args: started.extend(args))
        dropped = environ.get(RESET, False)
        self._note(environ, 0 if dropped else int(started[0].split(" ", 1)[0]), arrived)
        if dropped:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("closed without an answer on purpose")
        start_response(*started)
        return body

    def _note(self, environ: Environ, status: int, arrived: float) -> None:
        path = environ.get("PATH_INFO", "")
        if path.startswith(self._unrecorded):
            return
        sent = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
        headers = Headers({name.replace("_", "-").lower(): value for name, value in sent.items()})
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        noted = Recorded(environ["REQUEST_METHOD"], path, query, headers, status, arrived)
        with self._lock:
            self._requests.append(noted)
