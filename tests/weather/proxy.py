"""A proxy before a simulator that can do to an answer what networks and gateways do, down to the bytes."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

MANY = 10**6
_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}


@dataclass
class Answer:
    """What the vendor answered, to be sent as it is or spoiled."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """The way back to the client."""

    connection: socket.socket
    closing: bool = False
    gone: threading.Event = field(default_factory=threading.Event)  # set when the proxy stops

    def head(self, answer: Answer, length: int | None = -1, version: str = "HTTP/1.1") -> None:
        """Status line and headers. `length`: the body's own; None for none."""
        size = len(answer.body) if length == -1 else length
        headers = {**answer.headers, **({} if size is None else {"Content-Length": str(size)})}
        lines = [f"{version} {answer.status} {answer.reason}", *(f"{name}: {text}" for name, text in headers.items())]
        self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def raw(self, content: bytes) -> None:
        self.connection.sendall(content)

    def send(self, answer: Answer) -> None:
        self.head(answer)
        self.raw(answer.body)

    def reset(self) -> None:
        """Not closed as agreed but torn down: the other side reads an error."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        self.closing = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def wait(self, seconds: float) -> None:
        """Let time pass, but not longer than the proxy lives."""
        if self.gone.wait(seconds):
            raise ConnectionAbortedError


Spoil = Callable[[Wire, Answer], None]


@dataclass
class Fault:
    """Spoils the next `times` answers to requests that have `match` in their path or body, `after` so many. `whom`:
    only those of this company. `asked` counts the requests that matched, `spoiled` those that were spoiled."""

    spoil: Spoil
    match: str
    times: int = MANY
    after: int = 0
    whom: str = ""
    asked: int = 0
    spoiled: int = 0


class Proxy:
    """As a context manager it serves on 127.0.0.1, `secure` with this certificate. `whose` tells the company of a
    request by its headers."""

    def __init__(
        self, origin: str, secure: ssl.SSLContext | None = None, whose: Callable[[Message], str] = lambda headers: ""
    ) -> None:
        self._origin, self._lock, self.gone, self._whose = origin, threading.Lock(), threading.Event(), whose
        self.faults: list[Fault] = []
        self.requests = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if secure:
            self._server.socket = secure.wrap_socket(self._server.socket, server_side=True,
                                                     do_handshake_on_connect=False)  # fmt: skip
        self.url = f"http{'s' if secure else ''}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()

    def order(self, *faults: Fault) -> None:
        with self._lock:
            self.faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self.faults.clear()
            self.requests = 0

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self._origin).netloc, timeout=30)
        connection.request(method, path, body, {name: text for name, text in headers.items()
                                                if name.lower() not in ("host", "connection", "accept-encoding")})
        reply = connection.getresponse()
        content = reply.read().replace(self._origin.encode(), self.url.encode())
        kept = {name: text for name, text in reply.getheaders() if name.lower() not in _HOP}
        connection.close()
        return Answer(reply.status, reply.reason, kept, content)

    def take(self, text: str, whom: str) -> Fault | None:
        with self._lock:
            self.requests += 1
            for fault in self.faults:
                if fault.match not in text or fault.whom not in ("", whom):
                    continue
                fault.asked += 1
                if not fault.times:
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                fault.spoiled += 1
                return fault
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 30

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fault = proxy.take(f"{self.path} {body.decode('utf-8', 'replace')}", proxy._whose(self.headers))
                wire = Wire(self.connection, gone=proxy.gone)
                with suppress(OSError):
                    answer = proxy.ask(self.command, self.path, dict(self.headers), body)
                    (fault.spoil if fault else Wire.send)(wire, answer)
                self.close_connection = self.close_connection or wire.closing

            do_POST = do_GET  # noqa: N815

            def handle(self) -> None:
                with suppress(OSError, ValueError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                return

        return Handler
