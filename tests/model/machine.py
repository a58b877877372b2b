"""The machine both vendors share: runs amid whatever happens, the laws that hold after each, and the last reckoning."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from pipelines.outcome import Report
from pipelines.run import VENDORS
from pipelines.verify import verify
from sources.core.resource import Table
from tests.model.clocks import StillClock, confuse
from tests.model.crashes import PHASES, STATEMENT, STATEMENTS, crash
from tests.model.warehouse import Held, Numbers, looking

DAYS = 14  # an example is shorter than any rolling window: what happens in it is still looked for at its end
MANY = st.integers(0, 999)
PLACE = st.sampled_from([0, -1, 1, -2, 2, 3, 4, 7, 11])  # a row, counted from either end of its table
JUMP = st.sampled_from([0, 1, 61, 400, 3_700, 90_000, 200_000])
CRASH = st.tuples(st.sampled_from([*PHASES, "statement", "statement"]), st.integers(0, STATEMENTS))
_LOADED = Path(tempfile.mkdtemp(prefix="model-loaded-"))
atexit.register(shutil.rmtree, _LOADED, ignore_errors=True)
Edit = tuple[str, int, int, int]  # what happens, to which company, to which row, with which value


def edits(kinds: Sequence[str], size: int = 16) -> st.SearchStrategy[list[Edit]]:
    """Few, which is what a failure shrinks to, or many, since runs take time and edits none."""
    edit = st.tuples(st.sampled_from(kinds), st.integers(0, 1), PLACE, MANY)
    return st.one_of(st.lists(edit, max_size=2), st.lists(edit, min_size=size // 2, max_size=size))


def none(what: str, found: Collection[Any]) -> None:
    """Fail if there are any, and say which."""
    if found:
        raise AssertionError("\n".join([f"{what}:", *map(str, found)]))


class Convergence(RuleBasedStateMachine):
    """One simulated vendor and one DuckDB file per example."""

    vendor_slug = ""
    late: tuple[str, ...] = ()  # resources whose change filter does not show everything
    statement = STATEMENT  # what a commit breaks off at
    vendor: Any
    bench: Any
    life: Any

    def begin(self, open_vendor: Callable[[], Any], seed: int) -> None:
        """`open_vendor` makes the simulator; a bench and a life are made by the caller."""
        self.patch = pytest.MonkeyPatch()
        self.folder = Path(tempfile.mkdtemp(prefix="model-"))
        self.tables: list[Table] = [table for row in VENDORS[self.vendor_slug].resources for table in row.tables]
        self.numbers: Numbers = {}  # of the tables as the last run left them
        self.gone: set[tuple[str, str, Any]] = set()  # rows that were, for a while, not there for who reads
        confuse(self.patch, seed)
        self.vendor = open_vendor()
        self.clock = self.vendor._clock = StillClock(self.vendor.now)
        self.vendor.__enter__()

    def settle(self) -> None:
        """Where the rows go: into the bench's DuckDB file, unless a subclass says otherwise."""

    def is_there(self) -> bool:
        return bool(self.bench.file.exists())

    def looking(self) -> AbstractContextManager[Held]:
        return looking(self.bench.file, self.vendor_slug)

    def start_loaded(self, *manner: Any) -> None:
        """The first load, taken over from the first example that was loaded in this `manner`."""
        made = _LOADED / f"{self.vendor_slug}-{'-'.join(map(str, manner))}.duckdb"
        if made.exists():
            shutil.copy(made, self.bench.file)
        else:
            self.answer(self.sync())
            shutil.copy(self.bench.file, made)

    def guids(self, chosen: Sequence[int]) -> list[str]:
        raise NotImplementedError

    def load(self, slugs: Sequence[str], resources: Sequence[str], order: dict[str, Any]) -> Report:
        raise NotImplementedError

    def calm(self) -> None:
        """End all that hinders a run: faults, revoked grants, interference."""
        raise NotImplementedError

    def differences(self, held: Held, guid: str, tables: Collection[str] | None = None) -> list[str]:
        """Where (all) tables of a company are not what the simulator holds."""
        raise NotImplementedError

    def listed(self) -> set[tuple[str, str, Any]]:
        """Company, table and key of what is there for who reads, in versioned tables."""
        raise NotImplementedError

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Remember which rows went."""
        before = self.listed()
        yield
        self.gone |= before - self.listed()

    def happen(self, batch: Sequence[Edit]) -> None:
        with self.noticing():
            for edit in batch:
                self.life.happen(*edit)

    def pass_time(self, seconds: float) -> None:
        if self.clock.days + seconds / 86_400 < DAYS:
            self.vendor.advance(seconds)

    def sync(
        self, chosen: Sequence[int] = (), resources: Sequence[str] = (), breaks: Any = None, **order: Any
    ) -> Report | None:
        """A run of some companies, and what holds after every run. None if its commit crashed."""
        report = None
        with crash(*breaks, self.statement) if breaks else nullcontext():
            report = self.load(self.guids(chosen), resources, order)
        if self.is_there():
            with self.looking() as held:
                self.check(held, self.guids(chosen))
        return report

    def known_tables(self, held: Held) -> list[Table]:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = ?"
        made = {name for (name,) in held.sql(query, self.vendor_slug)}
        return [table for table in self.tables if table.name in made]

    def check(self, held: Held, chosen: Sequence[str]) -> None:
        """Each key once; no row erased but children, which go with their parent's edit; others left alone."""
        tables = self.known_tables(held)
        none("keys twice", held.doubled(tables))
        before, after = self.numbers, held.numbers(tables)
        self.numbers = after
        erasable = {table.name for table in tables if table.parent and not table.versioned}
        for (guid, table), numbers in before.items():
            if table not in erasable:
                none("rows erased", [table] * (after.get((guid, table), (0,))[0] < numbers[0]))
            if chosen and guid not in chosen:
                none("changes of a company that was not asked for", [table] * (after.get((guid, table)) != numbers))

    def compare_now(self, report: Report) -> None:
        """What a calm run has read is right at once, but for what its change filter cannot show."""
        with self.looking() as held:
            for guid in self.guids((0, 1)):
                units = [unit for unit in report.units if unit.task.company.guid == guid and unit.status == "ok"]
                read = {table.name for unit in units for table in unit.task.resource.tables
                        if unit.task.resource.name not in self.late or unit.kind != "incremental"}  # fmt: skip
                none("differences at once", self.differences(held, guid, read))

    def answer(self, report: Report | None) -> None:
        """Tables this small lose a fifth of their rows in a day: the operator says that they are really gone."""
        failed = [unit for unit in report.units if unit.status == "failed"] if report else []
        doubtful = [unit for unit in failed if "that is suspicious" in (unit.error or "")]
        none("failures of a calm run", [unit.error for unit in failed if unit not in doubtful])
        if doubtful:
            self.sync((), [unit.task.resource.name for unit in doubtful], allow_shrink=True)

    def reckon(self) -> None:
        """A calm run after all that was, and then everything is what the vendor holds, or ever held."""
        self.calm()
        self.vendor.advance(8 * 86_400)  # what is read daily or weekly is due
        self.answer(self.sync())
        with self.looking() as held:
            none("differences", [told for guid in self.guids((0, 1)) for told in self.differences(held, guid)])
            closed = {(guid, table, key) for table in {name for _, name, _ in self.listed()}
                      for guid, key in held.gaps(table)}  # fmt: skip
        none("rows closed that were always there", closed - self.gone)
        not_had = "is not to be had from this server"  # said by the run too
        none("differences to verify", [str(one) for one in verify(self.vendor_slug)
                                       if not one.ok and not_had not in (one.error or "")])  # fmt: skip

    def teardown(self) -> None:
        if not hasattr(self, "patch"):
            return
        try:
            if hasattr(self, "life") and sys.exc_info()[0] is None:
                self.reckon()
        finally:
            self.vendor.__exit__(None, None, None)
            self.patch.undo()
            shutil.rmtree(self.folder, ignore_errors=True)
