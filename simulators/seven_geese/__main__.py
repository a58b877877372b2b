"""Serve a simulated 7Geese until interrupted; prints how to connect as JSON."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from dataclasses import fields

from simulators.seven_geese import SevenGeese, Volume
from simulators.seven_geese.definitions import YEARS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.seven_geese", description=__doc__)
    for name, default in (("port", 8087), ("networks", 2), ("people", 12), ("seed", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--schema", choices=YEARS, default=YEARS[-1])
    for column in fields(Volume):
        flag = f"--volume-{column.name.replace('_', '-')}"
        parser.add_argument(flag, type=int, default=column.default, dest=f"volume.{column.name}")
    given = vars(parser.parse_args())
    volume = Volume(**{name[7:]: value for name, value in given.items() if name.startswith("volume.")})
    options = {name: value for name, value in given.items() if not name.startswith("volume.")}
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with SevenGeese(**options, volume=volume) as sim:
        print(json.dumps(sim.describe(), indent=2), flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
