"""The bench of 7Geese: a simulated vendor over HTTP, a warehouse in a temporary folder, and what the tables hold
beside what the vendor shows to whoever reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.outcome import Report
from pipelines.run import run
from simulators.seven_geese import Network, SevenGeese, Volume
from sources.core.plan import Order
from sources.seven_geese.resources import RESOURCES

PREFIX = "SOURCES__SEVEN_GEESE__"
ALL_SCOPES = " ".join(f"{name}:read" for name in ("department", "feedback", "network", "objective", "oneonone",
                                                   "recognition", "review", "userprofile"))  # fmt: skip


class GeeseBench:
    """One vendor, one warehouse, and the questions tests ask of them."""

    def __init__(self, vendor: SevenGeese, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.vendor, self.folder, self._monkeypatch = vendor, folder, monkeypatch
        self.file = folder / "warehouse.duckdb"
        self.viewers: dict[int, int] = {network.id: network.admin for network in vendor.networks}
        self.set("API_URL", vendor.url)
        self.set("COMPANIES", json.dumps([self.entry(network) for network in vendor.networks]))
        self.set("TOKEN_STORE", str(folder / "tokens"))
        self.set("REQUESTS_PER_SECOND", "1000")
        self.set("REQUESTS_PER_MINUTE", "60000")
        self.set("BACKOFF", "0.02")
        monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(self.file))
        monkeypatch.setenv("DESTINATION__WAREHOUSE__LOCK_WAIT", "1")
        monkeypatch.setenv("DLT_DATA_DIR", str(folder / "scratch"))

    def entry(self, network: Network, **more: Any) -> dict[str, Any]:
        """A network as it is configured: with the admin's password."""
        login = {"client_id": network.client_id, "client_secret": network.client_secret,
                 "username": network.username, "password": network.password}  # fmt: skip
        return {"slug": network.slug, "guid": guid_of(network), **login, **more}

    def set(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(PREFIX + name, value)

    def companies(self, *entries: dict[str, Any]) -> None:
        self.set("COMPANIES", json.dumps(entries))

    def read_as(self, network: Network, profile: int, scopes: str = ALL_SCOPES) -> None:
        """From now on this person's own token reads the network."""
        self.viewers[network.id] = profile
        self.companies({"slug": network.slug, "guid": guid_of(network),
                        "token": self.vendor.static_token(profile, scopes)})  # fmt: skip

    def run(self, resources: Sequence[str] = (), companies: Sequence[str] = (), **order: Any) -> Report:
        """A run; afterwards the vendor's records hold just its requests."""
        self.vendor.clear_requests()
        return run("seven_geese", companies, resources, Order(**order))

    def sql(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.file)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(query, params).fetchall()

    def present(self, table: str, columns: str = "id", where: str = "true") -> list[tuple[Any, ...]]:
        """Columns of the rows that are present and listed to who reads, sorted."""
        condition = f"_dlt_valid_to IS NULL AND _unseen_since IS NULL AND {where}"
        return sorted(self.sql(f"SELECT {columns} FROM seven_geese.{table} WHERE {condition}"), key=repr)

    def log(self, resource: str, columns: str = "status, error, note") -> tuple[Any, ...]:
        """The last row of `sync_log` for a resource."""
        query = f"SELECT {columns} FROM seven_geese.sync_log WHERE resource = ? ORDER BY logged_at DESC LIMIT 1"
        return self.sql(query, resource)[0]

    def differences(self, network: Network, tables: Sequence[str] = ()) -> list[str]:
        """Where the tables differ from what the vendor shows to who reads this network."""
        found = []
        for table in tables or HELD:
            held = HELD[table]
            rows = held.rows(self.vendor, network, self.viewers[network.id])
            theirs = sorted((tuple(plain(row[name]) for name in held.columns.values()) for row in rows), key=repr)
            where = f"company_guid = '{guid_of(network)}' AND {held.only}"
            found_rows = self.present(table, ", ".join(held.columns), where)
            ours = sorted((tuple(map(plain, row)) for row in found_rows), key=repr)
            if ours != theirs:
                missing, extra = [row for row in theirs if row not in ours], [row for row in ours if row not in theirs]
                found.append(f"{table}: {len(missing)} missing {missing[:2]}, {len(extra)} too many {extra[:2]}, "
                             f"{len(ours)} for {len(theirs)}")  # fmt: skip
        return found

    def open_keys(self) -> dict[str, set[tuple[Any, ...]]]:
        """The keys that are present in each table, listed to who reads or not."""
        query = "SELECT {} FROM seven_geese.{} WHERE _dlt_valid_to IS NULL"
        return {table: set(self.sql(query.format(", ".join(KEYS[table]), table))) for table in HELD}


def guid_of(network: Network) -> str:
    return f"00000000-0000-4000-8000-{network.id:012d}"


def plain(value: Any) -> Any:
    """A value so that both sides compare: times as text in UTC."""
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-" and value[10:11] == "T":
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc).isoformat()
    return value


@dataclass(frozen=True)
class Held:
    """What the vendor holds of one of our tables: its table, and its column for each of ours. A list column is taken
    apart, its elements are `item`."""

    source: str
    columns: Mapping[str, str]
    apart: str = ""
    only: str = "true"
    within: str = ""  # the table that an element has to be listed in


    def rows(self, vendor: SevenGeese, network: Network, viewer: int) -> Iterator[dict[str, Any]]:
        listed = {row["id"] for row in vendor.rows(network.id, self.within, viewer)} if self.within else None
        for row in vendor.rows(network.id, self.source, viewer):
            if not self.apart:
                yield row
            for item in row[self.apart] if self.apart else ():
                if listed is None or item in listed:
                    yield {**row, "item": item}


def same(*names: str, **others: str) -> dict[str, str]:
    return {**{name: name for name in names}, **others}


def _people(column: str, apart: str) -> Held:
    return Held("objectives", {"objective_id": "id", column: "item"}, apart)


# The first columns of each are its key. What only some schemas or transports have is not among them.
HELD = {
    "networks": Held("networks", same("id", "name")),
    "user_profiles": Held("profiles", same("id", "user_id", "username", "first_name", "last_name", "position",
                                           "activated", "reports_to_id", "is_manager", "is_admin", user_email="email")),
    "departments": Held("departments", same("id", "name", "full_name", "parent_id")),
    "department_members": Held("profiles", same(department_id="item", profile_id="id"), "team_ids",
                               within="departments"),
    "locations": Held("locations", same("id", "name")),
    "location_members": Held("profiles", same(location_id="item", profile_id="id"), "location_ids"),
    "groups": Held("groups", same("id", "name", "parent_id")),
    "group_members": Held("profiles", same(group_id="item", profile_id="id"), "group_ids"),
    "objectives": Held("objectives", same(
        "id", "name", "description", "objective_type", "closed", "draft", "private", "progress", "due_datetime",
        "completed_datetime", "created", "modified", "creator_id", "overall_assessment_status")),
    "objective_owners": _people("profile_id", "owner_ids"),
    "objective_stakeholders": _people("profile_id", "stakeholder_ids"),
    "objective_followers": _people("profile_id", "follower_ids"),
    "objective_departments": _people("department_id", "contributing_team_ids"),
    "objective_labels": _people("label_id", "label_ids"),
    "objective_parents": _people("parent_objective_id", "parent_objective_ids"),
    "objective_children": Held("objective_relationships", same("objective_id", "child_objective_id", "weight")),
    "objective_history": Held("objective_history", same("objective_id", "created", "progress", "closed")),
    "key_results": Held("key_results", same("objective_id", "id", "name", "current_value", "target_value",
                                            "measurement_type", "progress", "updated")),
    "key_result_owners": Held("key_results", same("objective_id", key_result_id="id", profile_id="item"), "owner_ids"),
    "objective_checkins": Held("checkins", same("objective_id", "id", "message", "status", "created",
                                                profile_id="user_id")),
    "recognitions": Held("recognitions", same("id", "message", "awarded_date", "sender_id", "badge_id")),
    "recognition_recipients": Held("recognitions", same(recognition_id="id", recipient_id="item"), "recipient_ids",
                                   "kind = 'profile'"),
    "badges": Held("badges", same("id", "name", "active")),
    "review_cycles": Held("snapshot_groups", same("id", "title", "state", "is_complete", "start_date", "modified")),
    "reviews": Held("snapshots", same("id", "state", "next_state", "deleted", "position", "manager_id",
                                      review_cycle_id="snapshot_group_id", for_profile_id="for_user_id")),
    "review_approvals": Held("snapshot_approvals", same("id", "previous_state", "new_state", "note",
                                                        review_id="snapshot_id")),
    "review_answers": Held("item_answers", same("kind", "id", "responder_id", "item_id", review_id="snapshot_id")),
    "feedback_requests": Held("feedback_requests", same("id", "title", "state", "type", "creator_id", "recipient_id")),
    "feedback_responders": Held("feedback_responders", same("id", "profile_id", "state",
                                                            feedback_request_id="feedback_request_id")),
    "feedback": Held("feedbacks", same("id", "state", "modified", "feedback_request_id", "responder_id")),
    "feedback_answers": Held("answers", same("kind", "id", "feedback_id", "question_id")),
    "one_on_ones": Held("one_on_ones", same("id", "name", "status", "deleted", "updated_time", "facilitator_id",
                                            "participant_id")),
    "one_on_one_questions": Held("questions", same("id", "content", "one_on_one_id")),
    "one_on_one_notes": Held("notes", same("id", "content", "question_id", "one_on_one_id")),
    "one_on_one_comments": Held("comments", same("id", "content", "one_on_one_id")),
    "action_items": Held("action_items", same("id", "title", "completed", "deleted", "modified", "assigned_to_id")),
    "action_item_participants": Held("action_items", same(action_item_id="id", profile_id="item"), "participant_ids"),
}  # fmt: skip
KEYS = {
    table.name: table.natural_key for row in RESOURCES for table in row.tables if table.name in HELD
}


def build_geese(
    folder: Path, monkeypatch: pytest.MonkeyPatch, networks: int = 1, people: int = 6, schema: str = "2026",
    volume: Volume = Volume(),  # noqa: B008
) -> Iterator[GeeseBench]:  # fmt: skip
    with SevenGeese(networks=networks, seed=7, people=people, schema=schema, volume=volume) as vendor:
        yield GeeseBench(vendor, folder, monkeypatch)
        assert not [asked for asked in vendor.graphql_requests if asked.kind != "query"], "something was written"
