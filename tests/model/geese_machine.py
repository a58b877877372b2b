"""7Geese under random edits, hiding, changing rights and readers, runs, weather and crashes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from pipelines.outcome import Report
from pipelines.run import run
from simulators.seven_geese import SevenGeese, Volume
from sources.core.plan import Order
from tests.geese import ALL_SCOPES, HELD, GeeseBench, guid_of, plain
from tests.model.amid import Amid, interference
from tests.model.geese_life import KINDS, GeeseLife
from tests.model.machine import CRASH, JUMP, Convergence, edits, none
from tests.model.warehouse import Held, difference
from tests.test_seven_geese_convergence import BY_REST

RESOURCES = ("user_profiles", "departments", "objectives", "recognitions", "badges", "reviews", "feedback",
             "feedback_requests", "one_on_ones", "action_items", "groups")  # fmt: skip
PAGES = ("objectives", "objectives", "recognitions", "profiles", "one_on_ones", "snapshots", "badges", "key_results",
         "checkins", "action_items", "feedbacks", "departments")  # fmt: skip
SOME = st.sampled_from([(), (), (0,), (1,), (1, 0)])
NAMES = st.one_of(st.just([]), st.lists(st.sampled_from(RESOURCES), unique=True, max_size=3))
FAULTS = st.lists(st.tuples(
    st.sampled_from(["401", "403", "404", "429", "500", "502", "503", "504", "html", "reset", "redirect", "truncated",
                     "bom", "same_cursor", "count_wrong", "null_node", "masked_field_error", "first_cap"]),
    st.sampled_from(["", "graphql", "/api/"]), st.sampled_from([1, 2, 7]), st.integers(0, 12),
), min_size=1, max_size=3)  # fmt: skip
OPTIONS = st.fixed_dictionaries({
    "schema": st.sampled_from(["2026", "2020"]), "transport": st.sampled_from(["graphql", "auto", "rest"]),
    "cap": st.sampled_from([100, 4]), "key_result_edits_bump": st.booleans(), "note_edits_bump": st.booleans(),
})  # fmt: skip
# Our tables that are versioned by the vendor's own, and whose key is an id.
VERSIONED = {"objectives": "objectives", "recognitions": "recognitions", "one_on_ones": "one_on_ones",
             "action_items": "action_items", "user_profiles": "profiles", "departments": "departments",
             "badges": "badges", "reviews": "snapshots", "feedback_requests": "feedback_requests"}  # fmt: skip
EDITS = edits(KINDS)


class Geese(Convergence):
    """Two small networks, each read by somebody."""

    vendor_slug = "seven_geese"
    late = ("one_on_ones", "recognitions")

    @initialize(options=OPTIONS, loaded=st.booleans(), seed=st.integers(0, 99))
    def open(self, options: dict[str, Any], loaded: bool, seed: int) -> None:
        self.transport, self.cap = options["transport"], options["cap"]
        self.begin(lambda: self._simulator(options), seed)
        self.bench = GeeseBench(self.vendor, self.folder, self.patch)
        self.settle()
        self.bench.set("TRANSPORT", self.transport)
        self.life = GeeseLife(self.vendor, self.bench.viewers)
        self.amid = Amid(self.happen, self.pass_time)
        numbers = [network.id for network in self.vendor.networks]
        self.vendor.on_page = lambda transport, table, number, network: self.amid.page(
            table, number, numbers.index(network)
        )
        if loaded:
            self.start_loaded(options["schema"], self.transport)

    def _simulator(self, options: dict[str, Any]) -> SevenGeese:
        vendor = SevenGeese(networks=2, seed=7, people=3, schema=options["schema"], volume=Volume(2, 2, 2, 1, 1, 1, 1))
        vendor.set(first_cap=self.cap, page_default=min(20, self.cap), page_max=self.cap)
        vendor.set(**{name: value for name, value in options.items() if name.endswith("_bump")})
        vendor.set(deleted_departments_listed=self.transport != "graphql")  # only REST has the flag
        return vendor

    @rule(batch=EDITS, jump=JUMP, chosen=SOME, names=NAMES, full=st.booleans(), answered=st.booleans())
    def calm_run(self, batch: Any, jump: float, chosen: Any, names: Any, full: bool, answered: bool) -> None:
        self.happen(batch)
        self.pass_time(jump)
        report = self.sync(chosen, names, full_refresh=full)
        self.compare_now(report)
        if answered:
            self.answer(report)

    @rule(before=EDITS, chosen=SOME, names=NAMES, deeds=interference(KINDS, PAGES))
    def run_amid_edits(self, before: Any, chosen: Any, names: Any, deeds: Any) -> None:
        self.happen(before)
        self.amid.deeds = list(deeds)
        self.sync(chosen, names)
        self.amid.deeds = []
        none("edits that failed", self.amid.errors)

    @rule(table=st.sampled_from(["objectives", "objectives", "recognitions"]), company=st.integers(0, 1),
          many=st.integers(1, 3))  # fmt: skip
    def run_while_rows_go_and_others_come(self, table: str, company: int, many: int) -> None:
        """As many rows as before, and yet one moved past the page that was next."""
        self.happen([(f"create {table}", company, 0, number) for number in range(14)])
        self.pass_time(61)
        self.vendor.set(first_cap=2, nested_cap=100, page_default=2, page_max=2)
        swap = [(f"{deed} {table}", company, 0, 0) for deed in ("delete", "create") for _ in range(many)]
        self.amid.deeds = [(f"{table} {company}", 1, 0, swap)]
        self.sync((), [table])
        self.calm()

    @rule(batch=EDITS, jump=JUMP, chosen=SOME, names=NAMES, faults=FAULTS)
    def run_in_bad_weather(self, batch: Any, jump: float, chosen: Any, names: Any, faults: Any) -> None:
        self.happen(batch)
        self.pass_time(jump)
        for kind, path, times, after in faults:
            more = {"429": {"seconds": 0.05}, "first_cap": {"cap": 3}}.get(kind, {})
            self.vendor.faults.add(kind, times=times, path=path, after=after, **more)
        self.sync(chosen, names)
        self.vendor.faults.clear()

    @rule(batch=EDITS, company=st.integers(0, 1), what=st.sampled_from(["expire", "revoke"]), names=NAMES)
    def run_with_dead_tokens(self, batch: Any, company: int, what: str, names: Any) -> None:
        """Logging in again works; a reader's own token is gone for good, so the admin reads again."""
        self.happen(batch)
        if what == "expire":
            self.vendor.expire_tokens()
        else:
            self.vendor.revoke(self.vendor.networks[company].id)
        self.sync((), names)
        if what == "revoke":
            self.read(company, 0)

    @rule(batch=EDITS, jump=JUMP, names=NAMES, breaks=CRASH)
    def run_that_crashes(self, batch: Any, jump: float, names: Any, breaks: Any) -> None:
        self.happen(batch)
        self.pass_time(jump)
        self.sync((), names, breaks=breaks)

    @rule(company=st.integers(0, 1), reader=st.integers(0, 2), names=NAMES)
    def run_by_another_reader(self, company: int, reader: int, names: Any) -> None:
        self.read(company, reader)
        self.sync((), names)

    def read(self, company: int, reader: int) -> None:
        """From now on the admin's password, or somebody's own token, reads a network."""
        with self.noticing():
            network = self.vendor.networks[company]
            people = [row["id"] for row in self.vendor.rows(network.id, "profiles") if row["activated"]]
            reader = min(reader, len(people) - 1)
            self.bench.viewers[network.id] = people[reader] if reader else network.admin
            self.tokens = {**getattr(self, "tokens", {}), network.id: None}
            if reader:
                self.tokens[network.id] = self.vendor.static_token(people[reader], ALL_SCOPES)
            entries = []
            for one in self.vendor.networks:
                token = self.tokens.get(one.id)
                own = {"slug": one.slug, "guid": guid_of(one), "token": token}
                entries.append(own if token else self.bench.entry(one))
            self.bench.set("COMPANIES", json.dumps(entries))

    def guids(self, chosen: Sequence[int]) -> list[str]:
        return [guid_of(self.vendor.networks[number]) for number in chosen]

    def load(self, guids: Sequence[str], resources: Sequence[str], order: dict[str, Any]) -> Report:
        slugs = [network.slug for guid in guids for network in self.vendor.networks if guid_of(network) == guid]
        return run("seven_geese", slugs, resources, Order(**order))

    def calm(self) -> None:
        self.vendor.faults.clear()
        self.vendor.set(first_cap=self.cap, nested_cap=None, page_default=min(20, self.cap), page_max=self.cap)
        self.amid.deeds = []

    def listed(self) -> set[tuple[str, str, Any]]:
        return {(guid_of(network), ours, row["id"]) for network in self.vendor.networks
                for ours, theirs in VERSIONED.items()
                for row in self.vendor.rows(network.id, theirs, self.bench.viewers[network.id])}  # fmt: skip

    def differences(self, held: Held, guid: str, tables: Collection[str] | None = None) -> list[str]:
        """Column by column, of what the transport brings. A server of 2020 shows one recipient of several."""
        found: list[str] = []
        network = next(one for one in self.vendor.networks if guid_of(one) == guid)
        for table in BY_REST if self.transport == "rest" else HELD:
            few = (table, self.vendor.schema) == ("recognition_recipients", "2020")
            if few or (tables is not None and table not in tables):
                continue
            rows = HELD[table].rows(self.vendor, network, self.bench.viewers[network.id])
            names = HELD[table].columns
            theirs = sorted((tuple(plain(row[name]) for name in names.values()) for row in rows), key=repr)
            ours = held.current(guid, table, list(names), HELD[table].only)
            found += difference(f"{network.slug} {table} ({', '.join(names)})", ours, theirs)
        return found
