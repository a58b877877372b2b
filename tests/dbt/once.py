"""What takes many seconds to build is built once in a test run, also by several processes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def once(
    name: str, make: Callable[[Path], Made], request: pytest.FixtureRequest, folders: pytest.TempPathFactory
) -> Made:
    """Made in a folder of its own by the first process that asks; the others read what it has written."""
    own = folders.getbasetemp()
    base = own.parent if hasattr(request.config, "workerinput") else own
    file = base / f"{name}.pickle"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            folder = base / name
            assert not folder.exists(), "it could not be built: the first error of this run says why"
            folder.mkdir()
            file.write_bytes(pickle.dumps(make(folder)))
        made: Made = pickle.loads(file.read_bytes())
    return made
