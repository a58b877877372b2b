"""What happens in companies while somebody loads their 7Geese: each deed named by a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.seven_geese import SevenGeese

EDITED: dict[str, Callable[[int], dict[str, Any]]] = {
    "objectives": lambda value: {"name": f"Renamed {value} 🦆", "progress": value / 7},
    "key_results": lambda value: {"current_value": value / 10, "progress": value / 8},
    "checkins": lambda value: {"message": f"<p>edited {value}</p>"},
    "recognitions": lambda value: {"message": f"Thanks {value}"},
    "snapshots": lambda value: {"position": f"Title {value}"},
    "feedbacks": lambda value: {"state": value % 4},
    "feedback_requests": lambda value: {"title": f"Asked {value}"},
    "one_on_ones": lambda value: {"name": f"Met {value}", "status": 1},
    "notes": lambda value: {"content": f"noted {value}", "shared": value % 3 > 0},
    "comments": lambda value: {"content": f"said {value}"},
    "profiles": lambda value: {"position": f"Rank {value}"},
    "departments": lambda value: {"name": f"Dept {value}"},
    "action_items": lambda value: {"completed": bool(value % 2), "title": f"Done {value}"},
    "badges": lambda value: {"name": f"Badge {value}"},
    "snapshot_groups": lambda value: {"title": f"Cycle {value}"},
}
MADE = ("objectives", "key_results", "checkins", "recognitions", "one_on_ones", "action_items", "badges", "departments")
TAKEN = (*MADE, "snapshots", "feedbacks", "notes", "comments")
HIDDEN = ("objectives", "recognitions", "one_on_ones", "snapshots", "feedbacks", "action_items")
KINDS = (
    *(f"edit {table}" for table in EDITED), *(f"silent {table}" for table in ("notes", "comments", "key_results")),
    *(f"create {table}" for table in MADE), *(f"delete {table}" for table in TAKEN),
    *(f"hide {table}" for table in HIDDEN), "show", "show", "close", "finalize", "rights", "leave", "come back",
    "people", "align",
)  # fmt: skip


class GeeseLife:
    """Everything that can be done to the vendor's data. What has nothing to act on does nothing. `readers` are who
    reads each network; nobody deactivates them."""

    def __init__(self, vendor: SevenGeese, readers: dict[int, int]) -> None:
        self.vendor, self.readers = vendor, readers
        self.hidden: list[tuple[int, str, int, int]] = []

    def happen(self, kind: str, company: int, place: int, value: int) -> None:
        network = self.vendor.networks[company % len(self.vendor.networks)].id
        deed, _, table = kind.partition(" ")
        if deed in ("edit", "silent", "create", "delete", "hide"):
            getattr(self, deed)(network, table, place, value)
        else:
            getattr(self, kind.replace(" ", "_"))(network, place, value)

    def pick(self, network: int, table: str, place: int) -> dict[str, Any] | None:
        rows = self.vendor.rows(network, table)
        return rows[place % len(rows)] if rows else None

    def edit(self, network: int, table: str, place: int, value: int, bump: bool = True) -> None:
        if row := self.pick(network, table, place):
            kind = {"kind": row["kind"]} if "kind" in row else {}
            self.vendor.edit(network, table, row["id"], bump, **EDITED[table](value), **kind)

    def silent(self, network: int, table: str, place: int, value: int) -> None:
        self.edit(network, table, place, value, bump=False)

    def create(self, network: int, table: str, place: int, value: int) -> None:
        fields: dict[str, Any] = {}
        if table == "recognitions":
            fields = {"recipient_ids": [self.readers[network]], "message": f"new {value}"}
        if table in ("key_results", "checkins"):
            above = self.pick(network, "objectives", place)
            if above is None:
                return
            fields = {"objective_id": above["id"]}
        self.vendor.create(network, table, **fields)

    def delete(self, network: int, table: str, place: int, value: int) -> None:
        if row := self.pick(network, table, place):
            self.vendor.delete(network, table, row["id"])

    def hide(self, network: int, table: str, place: int, value: int) -> None:
        rows = self.vendor.rows(network, table, self.readers[network])
        if rows:
            self.hidden.append((network, table, rows[place % len(rows)]["id"], self.readers[network]))
            self.vendor.hide(*self.hidden[-1])

    def show(self, network: int, place: int, value: int) -> None:
        if self.hidden:
            self.vendor.unhide(*self.hidden.pop(place % len(self.hidden)))

    def close(self, network: int, place: int, value: int) -> None:
        if row := self.pick(network, "objectives", place):
            (self.vendor.reopen_objective if row["closed"] else self.vendor.close_objective)(network, row["id"])

    def finalize(self, network: int, place: int, value: int) -> None:
        if row := self.pick(network, "snapshots", place):
            (self.vendor.reopen_review if row["state"] == 4 else self.vendor.finalize_review)(network, row["id"])

    def rights(self, network: int, place: int, value: int) -> None:
        """The reader sees all content from now on, or no longer."""
        visible = 2 if value % 2 else 0
        self.vendor.set_permissions(self.readers[network], is_admin=True, admin_content_visibility=visible)

    def leave(self, network: int, place: int, value: int) -> None:
        """Not who reads: that ends their token, and what a dead token does is a rule of its own."""
        others = [row["id"] for row in self.vendor.rows(network, "profiles") if row["id"] != self.readers[network]]
        self.vendor.deactivate(network, others[-1])

    def come_back(self, network: int, place: int, value: int) -> None:
        self.vendor.reactivate(network, self.vendor.rows(network, "profiles")[-1]["id"])

    def people(self, network: int, place: int, value: int) -> None:
        """Others own an objective, and somebody is in other departments."""
        people, teams = (self.vendor.rows(network, table) for table in ("profiles", "departments"))
        some = [row["id"] for row in people[value % len(people) :]]
        if row := self.pick(network, "objectives", place):
            self.vendor.edit(network, "objectives", row["id"], owner_ids=some)
        one = people[place % len(people)]
        self.vendor.edit(network, "profiles", one["id"], team_ids=[row["id"] for row in teams[value % 3 :: 2]])

    def align(self, network: int, place: int, value: int) -> None:
        above, below = self.pick(network, "objectives", place), self.pick(network, "objectives", value)
        if above and below and above["id"] < below["id"]:
            self.vendor.edit(network, "objectives", below["id"], parent_objective_ids=[above["id"]])
