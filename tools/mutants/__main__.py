"""Put faults into the kit and see whether the tests notice: `python -m tools.mutants --help`.

A fault that no test notices is a survivor; so is one that no test reaches. Only the quickest tests that reach a fault
are run, up to a number of seconds, so the score is a lower bound. `justified.txt` has the faults that change nothing
one could notice, each with the reason: they are counted apart.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tools.mutants import reach as reaching
from tools.mutants.choice import Choice
from tools.mutants.justified import Justified
from tools.mutants.mutant import Mutant
from tools.mutants.operators import mutants
from tools.mutants.trial import PLAIN, Bench

ROOT = Path(__file__).resolve().parent.parent.parent
KIT = (
    *(f"sources/core/{path.name}" for path in sorted((ROOT / "sources" / "core").glob("*.py"))),
    "pipelines/loading.py",
    "pipelines/run.py",
    "pipelines/outcome.py",
)
QUICK = "test_(kit_.*|schedule|passes|client|manners|slow_answers).py"  # the kit by itself, without a simulator
# Tests of other things, and programs that run for minutes.
LEFT_OUT = ("tests/crash", "tests/weather", "tests/simulators", "tests/model", "tests/test_project.py")


def main() -> int:
    options = _options()
    sources = [name for name in KIT if any(part in name for part in options.file or [""])]
    texts = {name: (ROOT / name).read_bytes() for name in KIT}
    justified = Justified.read(Path(__file__).parent / "justified.txt")
    every = [mutant for name in sources for mutant in mutants(name, texts[name])]
    for entry in justified.without_a_fault(every, texts) if not options.file else ():
        print(f"justified.txt: no such fault any more: {entry}")
    chosen = every
    if options.sample and options.sample < len(every):
        chosen = random.Random(options.seed).sample(every, options.sample)
    chosen.sort(key=lambda mutant: (mutant.file, mutant.start))
    with tempfile.TemporaryDirectory(prefix="sevens-mutants-") as folder:
        bench = Bench(ROOT, Path(folder))
        choice = Choice(*reaching.merge(_reach(bench, options).values()), texts)
        bench.warm()
        tests = {mutant: choice.tests(mutant, options.seconds) for mutant in chosen}
        clean = sorted({test for some in tests.values() for test in some}, key=choice.seconds.__getitem__)[:100]
        result, failed = bench.attempt(clean, 600)
        if result != "survived":
            print(f"The tests have to pass before anything is changed: {failed or result}")
            return 2
        print(f"{len(chosen)} of {len(every)} faults, seed {options.seed}", flush=True)
        return _report(_try(bench, choice, tests, texts, justified), texts)


Outcome = tuple[Mutant, str, str]


def _try(
    bench: Bench, choice: Choice, tests: dict[Mutant, list[str]], texts: dict[str, bytes], justified: Justified
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    began = time.monotonic()
    for mutant, some in tests.items():
        if justified.reason(mutant, texts[mutant.file]):
            outcomes.append((mutant, "justified", ""))
            continue
        result, by = "survived", "no test reaches it"
        if some:
            file = bench.place / mutant.file
            file.write_bytes(mutant.applied(texts[mutant.file]))
            result, by = bench.attempt(some, 30 + 5 * sum(choice.seconds[test] for test in some))
            file.write_bytes(texts[mutant.file])
        outcomes.append((mutant, result, by))
        print(
            f"{time.monotonic() - began:6.0f} s  {result:<9} {mutant.file}:{mutant.line} {mutant.what}  {by}",
            flush=True,
        )
        if result == "survived":
            print(_diff(mutant, texts), flush=True)
    return outcomes


def _report(outcomes: list[Outcome], texts: dict[str, bytes]) -> int:
    """A line per file; then the survivors."""
    results = ("killed", "time", "survived", "justified")
    counts = {name: Counter(result for mutant, result, _ in outcomes if mutant.file == name)
              for name in sorted({mutant.file for mutant, _, _ in outcomes})}  # fmt: skip
    counts["all"] = Counter(result for _, result, _ in outcomes)
    print(f"\n| file | faults | {' | '.join(results)} | score |\n| --- |{' ---: |' * 6}")
    for name, count in counts.items():
        noticed, tried = count["killed"] + count["time"], count.total() - count["justified"]
        score = f"{100 * noticed / tried:.0f} %" if tried else ""
        print(f"| `{name}` | {count.total()} | {' | '.join(str(count[result]) for result in results)} | {score} |")
    left = [mutant for mutant, result, _ in outcomes if result == "survived"]
    print(f"\n{len(left)} survivors")
    for mutant in left:
        print(f"{mutant.file}:{mutant.line} {mutant.what}\n{_diff(mutant, texts)}")
    noticed, tried = counts["all"]["killed"] + counts["all"]["time"], len(outcomes) - counts["all"]["justified"]
    return 0 if tried and noticed / tried >= 0.85 else 1


def _diff(mutant: Mutant, texts: dict[str, bytes]) -> str:
    before, after = mutant.shown(texts[mutant.file])
    return f"  - {before}\n  + {after}"


def _reach(bench: Bench, options: argparse.Namespace) -> dict[str, reaching.Reach]:
    """What the tests reach: as found before, and anew for test files that have changed."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sevens-mutants" / "reach.json"
    files = [str(path.relative_to(bench.place)) for path in sorted((bench.place / "tests").rglob("test_*.py"))]
    files = [name for name in files if not name.startswith(LEFT_OUT) and re.search(options.tests, name)]
    known = {} if options.fresh else reaching.load(kept)
    changed = [name for name in files
               if name not in known or known[name].content != reaching.content(bench.place / name)]  # fmt: skip
    if changed:
        print(f"Running {len(changed)} test files to see what they reach", flush=True)
        output = bench.place.parent / "reach.json"
        bench.python("-m", "pytest", *PLAIN[:1], *PLAIN[2:], "-p", "tools.mutants.reach", *changed,
                     **{reaching.OUTPUT: str(output), reaching.SOURCES: os.pathsep.join(KIT)})  # fmt: skip
        known |= reaching.load(output)
        reaching.save(kept, known)
    return {name: known[name] for name in files if name in known}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants MUTANTS_ARGS=…", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="how many faults; 0 for all (300)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--file", action="append", help="only files whose path has this in it")
    parser.add_argument("--seconds", type=float, default=20.0, help="of tests per fault, at most (20)")
    parser.add_argument("--tests", default=QUICK, help=f"only test files whose path matches this ({QUICK})")
    parser.add_argument("--fresh", action="store_true", help="see anew what every test reaches")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
