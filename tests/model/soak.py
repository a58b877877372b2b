"""Random examples for as long as one likes: `python -m tests.model.soak --seconds 600`.

Each round has a seed, printed before it starts; `--seed` begins with that round again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.model.geese_machine import Geese
from tests.model.profiles import SOAK
from tests.model.shifts_machine import Shifts

MACHINES = {"seven_shifts": Shifts, "seven_geese": Geese}


def main(words: list[str] | None = None) -> None:
    """Ends with an error and the shrunk steps at the first example that does not converge."""
    parser = argparse.ArgumentParser(prog="python -m tests.model.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="no round starts after this time")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; a random one unless told")
    parser.add_argument("--source", choices=sorted(MACHINES), action="append", help="only this vendor")
    parser.add_argument("--examples", type=int, default=10, help="examples in a round")
    told = parser.parse_args(words)
    number = random.randrange(10**6) if told.seed is None else told.seed
    began, rounds = time.monotonic(), 0
    while not rounds or time.monotonic() - began < told.seconds:
        for source in told.source or MACHINES:
            print(f"{time.monotonic() - began:7.0f} s  {source}  --seed {number}", flush=True)
            try:
                examples = seed(number)(type(MACHINES[source].__name__, (MACHINES[source],), {}))
                run_state_machine_as_test(examples, settings=_settings(told.examples))
            except BaseException:
                print(f"Again: python -m tests.model.soak --seed {number} --source {source} "
                      f"--examples {told.examples}", file=sys.stderr)  # fmt: skip
                raise
        number, rounds = number + 1, rounds + 1
    print(f"{rounds} rounds of {told.examples} examples for each vendor: all converged")


def _settings(examples: int) -> object:
    from hypothesis import settings

    return settings(SOAK, max_examples=examples)


if __name__ == "__main__":
    main()
