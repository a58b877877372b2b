"""Where the next free moment of a budget is kept: in this process, in a file of this machine, or in PostgreSQL.

All three do the same. `book` takes the next free stretch and says when it begins, by this process's own monotonic
clock; whoever books next gets the one behind it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections import deque
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from sources.core.errors import ConfigurationError

FARTHEST = 600.0  # seconds; a free moment farther ahead is of a clock that was set back
SAMPLES = 64  # bookings over which the shortest way back from the database is looked for


class LostError(Exception):
    """The place cannot be asked any more; another one has to do."""


class Schedule(Protocol):
    """A budget of time that several may share."""

    def book(self, seconds: float, after: float = 0.0) -> float:
        """The beginning of the next free stretch of `seconds`, no earlier than `after` seconds from now. Raises
        `LostError`."""
        ...


class Own:
    """For the threads of this process."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def book(self, seconds: float, after: float = 0.0) -> float:
        begins = max(self._free_at, time.monotonic() + after)
        self._free_at = begins + seconds
        return begins


class File:
    """For the processes of one user on one machine: a row in a small SQLite file. The file's name tells nothing of the
    credential. Raises `LostError` on a machine without a place for it."""

    def __init__(self, name: str) -> None:
        owner = os.getuid() if hasattr(os, "getuid") else "user"
        try:
            folder = Path(tempfile.gettempdir()) / f"sevens-pace-{owner}"
            folder.mkdir(mode=0o700, exist_ok=True)
            self.file = folder / f"{digest(name)}.sqlite"
            self._connection = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA synchronous = OFF")  # lost in a crash of the machine, like its requests
            self._connection.execute("PRAGMA journal_mode = MEMORY")
            self._connection.execute("CREATE TABLE IF NOT EXISTS pace (free_at REAL)")
            self._connection.execute("INSERT INTO pace SELECT 0.0 WHERE NOT EXISTS (SELECT 1 FROM pace)")
            self._connection.create_function("book", 3, self._book)
        except (OSError, sqlite3.Error) as error:
            raise LostError(str(error)) from error

    def book(self, seconds: float, after: float = 0.0) -> float:
        try:
            self._connection.execute("UPDATE pace SET free_at = book(free_at, ?, ?)", [seconds, after])
        except sqlite3.Error as error:
            raise LostError(str(error)) from error
        return self._begins

    def _book(self, free_at: float, seconds: float, after: float) -> float:
        """What the row becomes, asked for once it is ours: whoever had to wait for it would else book in the past."""
        here, now = time.monotonic(), time.time()  # together: a commit may take longer than the distance
        believed = free_at if free_at < now + _farthest(seconds) else 0.0
        begins = max(believed, now + after)
        self._begins = here + begins - now
        return begins + seconds


class Database:
    """For any number of machines: a row in PostgreSQL, and the time is the server's.

    How far this machine's clock is from the server's is measured with each booking: the smallest difference of the
    last ones is the one with the shortest way back.
    """

    def __init__(self, address: str, name: str) -> None:
        if not find_spec("psycopg2"):
            raise ConfigurationError("The PostgreSQL driver that `pace` needs is missing: "
                                     "pip install 'sevens[postgres]'.")  # fmt: skip
        self._address, self._name = address, digest(name)
        self._connection: Any = None
        self._behind: deque[float] = deque(maxlen=SAMPLES)

    @property
    def place(self) -> str:
        """The server, without credentials."""
        return urlsplit(self._address).hostname or "a local PostgreSQL"

    def book(self, seconds: float, after: float = 0.0) -> float:
        if self._connection is None:
            self._open()
        begins, now = self._ask(_BOOK, {"name": self._name, "seconds": seconds, "after": after,
                                        "farthest": _farthest(seconds)})  # fmt: skip
        self._behind.append(time.monotonic() - now)
        return begins + min(self._behind)

    def _open(self) -> None:
        import psycopg2  # type: ignore[import-untyped]

        try:
            self._connection = psycopg2.connect(
                self._address, connect_timeout=5, application_name="sevens pace", keepalives_idle=5,
                keepalives_interval=2, keepalives_count=3, tcp_user_timeout=10_000,
            )  # fmt: skip
        except psycopg2.Error as error:
            raise LostError(_first_line(error)) from error
        self._connection.autocommit = True
        self._behind.clear()
        self._ask(_CREATE, {})

    def _ask(self, sql: str, values: dict[str, Any]) -> tuple[float, float]:
        import psycopg2

        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql, values)
                row = cursor.fetchone() if cursor.description else (0.0, 0.0)
            return float(row[0]), float(row[1])
        except psycopg2.Error as error:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None
            raise LostError(_first_line(error)) from error


# Two workers that start together would both create it, and one of them would fail. The lock is held until the table is
# committed: all of this is one transaction.
_CREATE = """
SELECT pg_advisory_xact_lock(hashtext('sevens_pace'));
CREATE TABLE IF NOT EXISTS sevens_pace (name text PRIMARY KEY, free_at float8 NOT NULL) WITH (fillfactor = 50);
SET synchronous_commit TO off"""

# The clock is read once the row is ours: whoever had to wait for it would else book in the past.
_NOW = "extract(epoch FROM clock_timestamp())::double precision"
_BOOK = f"""
INSERT INTO sevens_pace AS pace (name, free_at) VALUES (%(name)s, {_NOW} + %(after)s + %(seconds)s)
ON CONFLICT (name) DO UPDATE SET free_at = %(seconds)s + greatest(
    {_NOW} + %(after)s, CASE WHEN pace.free_at < {_NOW} + %(farthest)s THEN pace.free_at ELSE 0 END)
RETURNING free_at - %(seconds)s, {_NOW}"""


def digest(name: str) -> str:
    """A name that does not tell which credential it stands for."""
    return hashlib.blake2b(name.encode(), digest_size=10).hexdigest()


def _farthest(seconds: float) -> float:
    return max(FARTHEST, 100 * seconds)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(". ")
