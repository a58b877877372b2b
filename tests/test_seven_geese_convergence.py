"""After every run the tables equal what the vendor shows to whoever reads, whatever happened in between."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.outcome import Report
from tests.geese import HELD, GeeseBench, build_geese, plain

ROUNDS = int(os.environ.get("SEVENS_ROUNDS", "2"))
BY_REST = ("networks", "user_profiles", "departments", "department_members", "objectives", "objective_owners",
           "objective_stakeholders", "objective_followers", "objective_labels", "objective_parents", "key_results",
           "objective_checkins", "recognitions", "badges", "feedback_requests", "one_on_ones")  # fmt: skip


@pytest.fixture(params=["2020", "2026"])
def geese(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=8, schema=request.param)


@pytest.mark.parametrize("transport", [pytest.param("graphql", marks=pytest.mark.long), "rest", "auto"])
def test_the_tables_converge_through_edits_deletions_hiding_and_changing_rights(geese, transport):
    bench, network = geese, geese.vendor.networks[0]
    tables = BY_REST if transport == "rest" else tuple(HELD)
    bench.set("TRANSPORT", transport)
    bench.vendor.set(deleted_departments_listed=transport != "graphql")  # only REST has the flag
    luck = random.Random(f"{transport} {bench.vendor.schema}")
    life = Life(bench, luck)
    bench.run()
    assert bench.differences(network, shown(bench, tables)) == []
    for number in range(ROUNDS):
        told = [life.happen() for _ in range(luck.randint(3, 12))]
        before, stranger = bench.open_keys(), number % 3 == 2
        if stranger:
            told.append(life.somebody_else_reads())
        bench.vendor.advance(luck.choice([60, 86_400, 8 * 86_400]))
        believe(bench, bench.run())
        assert bench.differences(network, shown(bench, tables)) == [], (number, told)
        if stranger:
            after = bench.open_keys()
            assert {table: keys - after[table] for table, keys in before.items() if keys - after[table]} == {}, told


def believe(bench: GeeseBench, report: Report) -> None:
    """Tables this small lose a fifth of their rows in a day: the operator says that they are really gone."""
    failed = [unit for unit in report.units if unit.status == "failed"]
    assert all("that is suspicious" in (unit.error or "") for unit in failed), failed
    if failed:
        bench.run(resources=[unit.task.resource.name for unit in failed], allow_shrink=True)


def shown(bench: GeeseBench, tables: tuple[str, ...]) -> tuple[str, ...]:
    """A server of 2020 shows one recipient of several: that table has a test of its own."""
    return tuple(table for table in tables if (table, bench.vendor.schema) != ("recognition_recipients", "2020"))


class Life:
    """What people do in one network while nobody loads it."""

    def __init__(self, bench: GeeseBench, luck: random.Random) -> None:
        self.bench, self.vendor, self.luck = bench, bench.vendor, luck
        self.network = bench.vendor.networks[0].id
        self.hidden: list[tuple[str, int, int]] = []
        self.readers = [row["id"] for row in self.vendor.rows(self.network, "profiles")][:3]

    @property
    def reader(self) -> int:
        return self.bench.viewers[self.network]

    def happen(self) -> str:
        """Something happens; returns what, for the message of a failing test."""
        deed: Callable[[], str] = self.luck.choice([
            self.edits, self.edits, self.deletes, self.creates, self.closes, self.reviews, self.hides, self.shows,
            self.rights,
        ])  # fmt: skip
        return deed()

    def pick(self, table: str) -> dict:
        rows = self.vendor.rows(self.network, table)
        if table == "one_on_ones":  # a change of time far back is what the weekly whole reading is for
            rows = [row for row in rows if plain(row["updated_time"]) > plain(self.vendor.now - timedelta(days=20))]
        return self.luck.choice(rows) if rows else {}

    def edits(self) -> str:
        table, fields = self.luck.choice([
            ("objectives", {"name": f"Renamed {self.luck.random()}", "progress": self.luck.random() * 130}),
            ("key_results", {"current_value": self.luck.random() * 10, "progress": self.luck.random() * 100}),
            ("checkins", {"message": f"<p>edited {self.luck.random()} 🦆</p>"}),
            ("snapshots", {"position": f"Title {self.luck.random()}"}),
            ("item_answers", {"responder_id": self.luck.choice(self.readers)}),
            ("feedbacks", {"state": self.luck.randint(0, 3)}),
            ("feedback_requests", {"title": f"Asked {self.luck.random()}"}),
            ("one_on_ones", {"name": f"Met {self.luck.random()}", "status": 1}),
            ("profiles", {"position": f"Rank {self.luck.random()}"}),
            ("departments", {"name": f"Dept {self.luck.random()}"}),
            ("action_items", {"completed": True, "title": f"Done {self.luck.random()}"}),
            ("badges", {"name": f"Badge {self.luck.random()}"}),
            ("snapshot_groups", {"title": f"Cycle {self.luck.random()}"}),
        ])  # fmt: skip
        row = self.pick(table)
        if row:
            kind = {"kind": row["kind"]} if "kind" in row else {}
            self.vendor.edit(self.network, table, row["id"], **fields, **kind)
        return f"edit {table} {row.get('id')}"

    def deletes(self) -> str:
        table = self.luck.choice(["objectives", "key_results", "checkins", "recognitions", "one_on_ones", "departments",
                                  "action_items", "snapshots", "feedbacks", "badges", "notes", "comments"])  # fmt: skip
        row = self.pick(table)
        recent = {one["id"] for one in [self.pick("one_on_ones") for _ in range(5)] if one}
        if row and (table not in ("notes", "comments") or row["one_on_one_id"] in recent):
            self.vendor.delete(self.network, table, row["id"])
        return f"delete {table} {row.get('id')}"

    def creates(self) -> str:
        table = self.luck.choice(["objectives", "key_results", "checkins", "recognitions", "one_on_ones",
                                  "action_items", "badges", "departments"])  # fmt: skip
        fields = {"recipient_ids": [self.luck.choice(self.readers)]} if table == "recognitions" else {}
        if table in ("key_results", "checkins"):
            fields["objective_id"] = self.pick("objectives").get("id")
            if fields["objective_id"] is None:
                return "nothing"
        return f"create {table} {self.vendor.create(self.network, table, **fields)}"

    def closes(self) -> str:
        row = self.pick("objectives")
        if not row:
            return "nothing"
        (self.vendor.reopen_objective if row["closed"] else self.vendor.close_objective)(self.network, row["id"])
        return f"close or reopen objective {row['id']}"

    def reviews(self) -> str:
        row = self.pick("snapshots")
        if not row:
            return "nothing"
        (self.vendor.reopen_review if row["state"] == 4 else self.vendor.finalize_review)(self.network, row["id"])
        return f"finalize or reopen review {row['id']}"

    def hides(self) -> str:
        table = self.luck.choice(
            ["objectives", "recognitions", "one_on_ones", "snapshots", "feedbacks", "action_items"]
        )
        rows = self.vendor.rows(self.network, table, self.reader)
        if not rows:
            return "nothing"
        hidden = (table, self.luck.choice(rows)["id"], self.reader)
        self.vendor.hide(self.network, *hidden)
        self.hidden.append(hidden)
        return f"hide {hidden}"

    def shows(self) -> str:
        if not self.hidden:
            return "nothing"
        shown = self.hidden.pop(self.luck.randrange(len(self.hidden)))
        self.vendor.unhide(self.network, *shown)
        return f"show {shown}"

    def rights(self) -> str:
        row = next(row for row in self.vendor.rows(self.network, "profiles") if row["id"] == self.reader)
        visibility = 0 if row["admin_content_visibility"] else 2
        self.vendor.set_permissions(self.reader, is_admin=True, admin_content_visibility=visibility)
        return f"content visibility {visibility} of {self.reader}"

    def somebody_else_reads(self) -> str:
        other = self.luck.choice([one for one in self.readers if one != self.reader])
        self.bench.read_as(self.vendor.networks[0], other)
        return f"{other} reads"
