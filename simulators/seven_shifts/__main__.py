"""Serve a simulated 7shifts until interrupted; prints how to connect as JSON."""

from __future__ import annotations

import argparse
import json
import signal
import threading

from simulators.seven_shifts import SevenShifts


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.seven_shifts", description=__doc__)
    for name, default in (("port", 8077), ("companies", 3), ("seed", 7), ("weeks", 2), ("staff", 12)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = vars(parser.parse_args())
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with SevenShifts(**options) as sim:
        print(json.dumps(sim.describe(), indent=2), flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
