"""`python -m tests.weather --write docs/reliability.md` tries every case and writes what came of it between the marks;
without `--write` it only tells. Exit 1 if something was lost, hung, or ended with an exit 0 that should not be."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.weather.cases import GROUPS
from tests.weather.proof import Outcome, tried
from tests.weather.table import placed, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.weather", description=__doc__)
    parser.add_argument("--write", type=Path, help="the page whose table is written")
    asked = parser.parse_args()
    began, outcomes = time.monotonic(), dict[str, list[Outcome]]()
    for group, cases in GROUPS.items():
        outcomes[group] = []
        for case in cases:
            outcomes[group].append(outcome := tried(case))
            verdict = "; ".join(outcome.wrong) or f"as promised, exit {outcome.exit}"
            print(f"{case.name}: {verdict}", file=sys.__stdout__, flush=True)
    everything = [outcome for found in outcomes.values() for outcome in found]
    wrong = [outcome for outcome in everything if outcome.wrong and not outcome.case.bug]
    seconds = time.monotonic() - began
    print(f"{len(everything)} cases in {seconds:.0f} s, {len(wrong)} not as promised", file=sys.__stdout__)
    if asked.write and not wrong:
        page = asked.write.read_text(encoding="utf-8")
        asked.write.write_text(placed(page, table(outcomes)), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
