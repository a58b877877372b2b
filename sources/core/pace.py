"""One pace per credential: at most so many requests a second and a minute, over threads and processes."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import threading
import time
from math import ceil
from pathlib import Path

from pyrate_limiter import Limiter, Rate, SQLiteBucket


class Pace:
    """Lets requests through at the vendor's limit and holds everyone back while the vendor blocks.

    `shared_as` names the credential: processes of one user on one machine that pace the same credential share
    one budget through a small SQLite file in the temporary directory. The vendor counts arrivals, not
    departures: requests are spread evenly, and a little under its figures (9 a second where it allows 10).
    """

    def __init__(self, per_second: float = 9, per_minute: float = 540, shared_as: str = "") -> None:
        self._rates = [Rate(1, ceil(max(1_000 / per_second, 60_000 / per_minute)))]
        self._file = _budget_file(shared_as, per_second, per_minute) if shared_as else None
        self._limiter: Limiter | None = None
        self._lock = threading.Lock()
        self._held_until = 0.0

    def wait(self, stopping: threading.Event | None = None) -> None:
        """Block until one more request may be sent, or until `stopping` is set."""
        stopping = stopping or threading.Event()
        while (left := self._held_until - time.monotonic()) > 0 and not stopping.is_set():
            stopping.wait(left)
        try:
            self._open().try_acquire("request")
        except sqlite3.Error:  # a full disk, say: this process keeps its own pace from here on
            with self._lock:
                self._file, self._limiter = None, None
            self._open().try_acquire("request")

    def hold(self, seconds: float) -> None:
        """Keep every thread from sending for `seconds`: the vendor said stop to one, and means all."""
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    def _open(self) -> Limiter:
        with self._lock:
            if self._limiter is None:
                bucket = SQLiteBucket.init_from_file(
                    self._rates, db_path=str(self._file) if self._file else None, use_file_lock=bool(self._file)
                )
                self._limiter = Limiter(bucket)
            return self._limiter


def _budget_file(shared_as: str, per_second: float, per_minute: float) -> Path | None:
    """Where a credential's budget is kept: private to the user, and the name tells nothing of the credential. None on a
    machine without a place for it: each process keeps its own pace then."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    try:
        folder = Path(tempfile.gettempdir()) / f"sevens-pace-{owner}"
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return None
    digest = hashlib.blake2b(f"{shared_as}/{per_second}/{per_minute}".encode(), digest_size=10).hexdigest()
    return folder / f"{digest}.sqlite"
