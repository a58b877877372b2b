"""7shifts under random edits, runs, weather and crashes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from pipelines.outcome import Report
from simulators.seven_shifts import SevenShifts, readings
from simulators.seven_shifts.state import Table
from tests.conftest import Bench
from tests.documented import refuse_undocumented
from tests.model.amid import Amid, interference, long_reading
from tests.model.machine import CRASH, JUMP, MANY, PLACE, Convergence, edits, none
from tests.model.shifts_life import KINDS, ShiftsLife
from tests.model.shifts_truth import VERSIONED, differences
from tests.model.warehouse import Held

PAGE = 5  # rows of a page, so that even a small company has several
RESOURCES = ("companies", "locations", "departments", "roles", "users", "wages", "assignments", "shifts",
             "shift_drafts", "time_punches")  # fmt: skip
PAGES = ("shifts", "shifts", "time_punches", "users", "roles", "locations", "departments", "shift_drafts", "wages")
SOME = st.sampled_from([(), (), (0,), (1,), (1, 0)])
NAMES = st.one_of(st.just([]), st.lists(st.sampled_from(RESOURCES), unique=True, max_size=3))
FAULTS = st.lists(st.tuples(
    st.sampled_from(["429", "500", "502", "503", "cloudflare", "html", "truncated", "no_data", "reset", "401", "403",
                     "404", "endless_cursor", "other_company", "empty_page_with_next", "bad_request"]),
    st.sampled_from(["", *(f"/{name}" for name in RESOURCES)]), st.sampled_from([1, 2, 7]), st.integers(0, 6),
), min_size=1, max_size=3)  # fmt: skip
ACCESS = st.sampled_from(["revoke", "expire", "plan", "expire"])
OPTIONS = st.fixed_dictionaries({
    "modified_since_exclusive": st.booleans(), "locations_deleted_adds": st.booleans(),
    "break_edits_bump": st.booleans(), "token_seconds": st.sampled_from([3600, 60]),
})  # fmt: skip
EDITS = edits(KINDS)


class Shifts(Convergence):
    """Two small restaurants."""

    vendor_slug = "seven_shifts"

    @initialize(options=OPTIONS, loaded=st.booleans(), seed=st.integers(0, 99))
    def open(self, options: dict[str, Any], loaded: bool, seed: int) -> None:
        self.begin(lambda: self._simulator(options), seed)
        self.bench = Bench(self.vendor, self.folder, self.patch)
        self.settle()
        self.life = ShiftsLife(self.vendor)
        self.amid = Amid(self.happen, self.pass_time)
        self.vendor.on_page = lambda guid, table, number, query: self.amid.page(
            "shift_drafts" if "draft" in query else table, number, self.guids((0, 1)).index(guid)
        )
        self.whole = False  # a window means nothing to a company that was never loaded: it would begin there
        self.lag: dict[str, Table] = {}
        if loaded:
            self.start_loaded()
            self.whole = True

    def _simulator(self, options: dict[str, Any]) -> SevenShifts:
        listing = readings.listing
        self.patch.setattr(readings, "listing", lambda *asked: self._listing(listing, *asked))
        vendor = SevenShifts(companies=2, seed=7, weeks=1, staff=2)
        vendor.set(**options)
        return vendor

    def _listing(self, listing: Callable[..., Any], spec: Any, sim: Any, state: Any, query: Any) -> Any:
        """The answer in short pages, and that of a server behind the others, if one is asked. It runs under the
        simulator's lock. Listings by offset keep their pages: see `test_found` for what is lost between those."""
        query = query if spec.style == "offset" else {**query, "limit": str(PAGE)}
        past = self.lag.get(state.company.guid)
        if past is None or spec.table != "shifts" or "draft" in query:
            return listing(spec, sim, state, query)
        present = state.tables["shifts"]
        state.tables["shifts"], _ = past, sim.matches.clear()
        try:
            return listing(spec, sim, state, query)
        finally:
            state.tables["shifts"], _ = present, sim.matches.clear()

    @rule(batch=EDITS, jump=JUMP, chosen=SOME, names=NAMES, full=st.booleans(), answered=st.booleans())
    def calm_run(self, batch: Any, jump: float, chosen: Any, names: Any, full: bool, answered: bool) -> None:
        self.happen(batch)
        self.pass_time(jump)
        report = self.sync(chosen, names, full_refresh=full)
        self.compare_now(report)
        self.whole = self.whole or (set(chosen) in (set(), {0, 1}) and not names)
        if answered:
            self.answer(report)

    @rule(before=EDITS, chosen=SOME, names=NAMES, full=st.booleans(), deeds=interference(KINDS, PAGES))
    def run_amid_edits(self, before: Any, chosen: Any, names: Any, full: bool, deeds: Any) -> None:
        self.happen(before)
        self.amid.deeds = list(deeds)
        self.sync(chosen, names, full_refresh=full)
        self.amid.deeds = []
        none("edits that failed", self.amid.errors)

    @rule(table=st.sampled_from(["shifts", "time_punches"]), jump=st.sampled_from([400, 3_700, 200_000]), value=MANY)
    def run_that_takes_long(self, table: str, jump: float, value: int) -> None:
        before, deeds = long_reading(table, jump, value)
        self.run_amid_edits(before, (), [], False, deeds)

    @rule(batch=EDITS, jump=JUMP, chosen=SOME, names=NAMES, faults=FAULTS)
    def run_in_bad_weather(self, batch: Any, jump: float, chosen: Any, names: Any, faults: Any) -> None:
        self.happen(batch)
        self.pass_time(jump)
        for kind, path, times, after in faults:
            more = {"seconds": 0.05} if kind == "429" else {}
            self.vendor.faults.add("429_retry_after" if more else kind, times=times, path=path, after=after, **more)
        self.sync(chosen, names)
        self.vendor.faults.clear()

    @rule(batch=EDITS, company=st.integers(0, 1), what=ACCESS, names=NAMES)
    def run_with_less_access(self, batch: Any, company: int, what: str, names: Any) -> None:
        self.happen(batch)
        guid = self.vendor.companies[company].guid
        if what == "revoke":
            self.vendor.revoke(guid)
        elif what == "plan":
            self.vendor.plan_too_low(guid, "shifts")
        else:
            self.vendor.expire_tokens()
        self.sync((), names)
        self.calm()

    @rule(batch=EDITS, jump=JUMP, names=NAMES, breaks=CRASH)
    def run_that_crashes(self, batch: Any, jump: float, names: Any, breaks: Any) -> None:
        self.happen(batch)
        self.pass_time(jump)
        self.sync((), names, breaks=breaks)

    @precondition(lambda self: self.whole)
    @rule(batch=EDITS, chosen=SOME, start=st.integers(-9, 8), days=st.one_of(st.none(), st.integers(0, 9)))
    def run_of_a_window(self, batch: Any, chosen: Any, start: int, days: int | None) -> None:
        self.happen(batch)
        since = self.clock.start + timedelta(days=start)
        self.sync(chosen, ["shifts", "time_punches"], since=since, until=days and since + timedelta(days=days))

    @precondition(lambda self: self.whole)
    @rule(batch=EDITS, place=PLACE)
    def run_of_a_window_by_a_server_behind(self, batch: Any, place: int) -> None:
        """What it says is older than what is known by now."""
        past = {guid: Table() for guid in self.guids((0, 1))}
        for guid, table in past.items():
            table.rows = dict(self.vendor.state(guid).tables["shifts"].rows)
        self.vendor.advance(1)
        self.happen([*batch, ("edit shifts", 0, place, 1), ("edit shifts", 1, place, 1)])
        self.vendor.advance(400)
        self.happen([("create shifts", 0, 0, 0), ("create shifts", 1, 0, 0)])
        self.sync()
        self.lag = past
        report = self.sync((), ["shifts"], since=self.clock.start - timedelta(days=30))
        self.lag = {}
        self.compare_now(report)

    def guids(self, chosen: Sequence[int]) -> list[str]:
        return [self.vendor.companies[number].guid for number in chosen]

    def load(self, guids: Sequence[str], resources: Sequence[str], order: dict[str, Any]) -> Report:
        slugs = [company.slug for guid in guids for company in self.vendor.companies if company.guid == guid]
        return self.bench.run(slugs, resources, **order)

    def calm(self) -> None:
        self.vendor.faults.clear()
        self.vendor.access.revoked.clear()
        self.vendor.plans_too_low.clear()
        self.amid.deeds, self.lag = [], {}

    def listed(self) -> set[tuple[str, str, Any]]:
        return {(company.guid, table, key) for company in self.vendor.companies for table in VERSIONED
                for key in self.vendor.state(company.guid).tables[table].rows}  # fmt: skip

    def differences(self, held: Held, guid: str, tables: Collection[str] | None = None) -> list[str]:
        return differences(held, self.vendor, guid, tables)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "bench"):
            refuse_undocumented([*self.bench.recorded, *self.vendor.requests])
