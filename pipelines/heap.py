"""The heap of the C library: glibc keeps what threads have freed, in an arena each, and takes more all the time."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENA_MAX = -8  # of mallopt


def share() -> None:
    """One arena for all threads: the interpreter lets one of them work at a time anyway. Before any library makes
    threads."""
    _call("mallopt", ARENA_MAX, 1)


def give_back() -> None:
    """Let the system have what is free."""
    _call("malloc_trim", 0)


def _call(function: str, *arguments: int) -> None:
    with suppress(AttributeError, OSError, TypeError):  # another C library, another system
        getattr(ctypes.CDLL(None), function)(*arguments)
