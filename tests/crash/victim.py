"""The command line with a trap in it: `python -m tests.crash.victim TRAP run all`, TRAP as JSON. It changes no code of
the product; it wraps one function of it, or of dlt, while this process lives."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from functools import partial, wraps
from importlib import import_module
from itertools import count
from pathlib import Path


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def later(seconds: float) -> None:
    timer = threading.Timer(seconds, die)
    timer.daemon = True
    timer.start()


def wait(file: Path) -> None:
    """Say that the place is reached, and go on once the file is gone."""
    file.touch()
    while file.exists():
        time.sleep(0.01)


def set_trap(target: str, when: str, table: str, call: int, seconds: float, hold: str) -> None:
    module, _, path = target.partition(":")
    *above, name = path.split(".")
    owner = import_module(module)
    for part in above:
        owner = getattr(owner, part)
    function, calls = getattr(owner, name), count(1)
    spring = partial(wait, Path(hold)) if hold else die

    @wraps(function)
    def trapped(*args, **kwargs):
        counts = not table or table in getattr(args[0], "load_table_name", "") or table in str(args[1:2])
        number = next(calls) if counts else 0
        if number == call and when == "before":
            spring()
        if number == call and when == "during":
            later(seconds)
        if number == call and when == "within":
            function(args[0], args[1].partition(";")[0])
            spring()
        result = function(*args, **kwargs)
        if number == call and when == "after":
            spring()
        return result

    setattr(owner, name, trapped)


def main() -> None:
    trap = json.loads(sys.argv.pop(1))
    if trap["place"] is None and trap["seconds"]:
        later(trap["seconds"])
    from pipelines import cli
    from sources.core import plan

    plan.Order = partial(plan.Order, package_rows=trap["package_rows"], unit_rows=trap["unit_rows"])
    if trap["place"]:
        place = trap["place"]
        set_trap(place["target"], place["when"], place["table"], trap["call"], trap["seconds"], trap["hold"])
    cli.main()


if __name__ == "__main__":
    main()
