"""The 7Geese half of the demo: two simulated networks, a week in them, and what the tables have to equal."""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb

from pipelines.demo.change import Change
from simulators.seven_geese import Network, SevenGeese
from sources.seven_geese.connection import derived_guid

# Our table, the vendor's, and columns that have to be equal; the first one is the key.
COMPARED = {
    "user_profiles": ("profiles", "id", "position"),
    "objectives": ("objectives", "id", "closed"),
    "key_results": ("key_results", "id", "current_value"),
    "objective_checkins": ("checkins", "id", "message"),
    "recognitions": ("recognitions", "id", "message"),
    "review_cycles": ("snapshot_groups", "id", "title"),
    "reviews": ("snapshots", "id", "state"),
    "feedback": ("feedbacks", "id", "state"),
    "one_on_ones": ("one_on_ones", "id", "name"),
    "action_items": ("action_items", "id", "completed"),
}
ALL = "true"


class People:
    """Who reads each network, and what happens there. The first network is a company that 7shifts knows by `guid`, and
    some of its people by these addresses."""

    def __init__(self, vendor: SevenGeese, guid: str, addresses: Sequence[str]) -> None:
        self.vendor = vendor
        self.acme, self.other = vendor.networks[:2]
        self.readers = {network.id: network.admin for network in vendor.networks}
        self._guid = guid
        others = [row["id"] for row in vendor.rows(self.acme.id, "profiles") if row["id"] != self.acme.admin]
        for profile, address in zip(others, addresses, strict=False):
            vendor.edit(self.acme.id, "profiles", profile, email=address)

    def settings(self) -> dict[str, str]:
        """The simulator as a user would set the real service: by password, and by a token of somebody's own."""
        names = ("slug", "client_id", "client_secret", "username", "password")
        acme = {"guid": self._guid, **{name: getattr(self.acme, name) for name in names}}
        token = self.vendor.static_token(self.readers[self.other.id])
        return {
            "SOURCES__SEVEN_GEESE__API_URL": self.vendor.url,
            "SOURCES__SEVEN_GEESE__COMPANIES": json.dumps([acme, {"slug": self.other.slug, "token": token}]),
            "SOURCES__SEVEN_GEESE__REQUESTS_PER_SECOND": "200",
            "SOURCES__SEVEN_GEESE__REQUESTS_PER_MINUTE": "12000",
        }

    def guid(self, network: Network) -> str:
        """The first network's is configured, the other's derived."""
        return self._guid if network == self.acme else derived_guid(self.vendor.url, network.id)

    def live_a_week(self) -> list[Change]:
        """Let a week go by. In the other network somebody with fewer rights reads from now on."""
        return [*self._objectives(), *self._reviews(), *self._recognition(), *self._reader()]

    def _objectives(self) -> list[Change]:
        vendor, acme = self.vendor, self.acme
        rows = [row["id"] for row in vendor.rows(acme.id, "objectives") if not row["closed"]]
        closed, gone, hidden = rows[0], rows[1], rows[2]
        result = next(row for row in vendor.rows(acme.id, "key_results") if row["objective_id"] not in (gone, hidden))
        vendor.edit(acme.id, "key_results", result["id"], current_value=7.25)
        vendor.close_objective(acme.id, closed)
        vendor.delete(acme.id, "objectives", gone)
        vendor.hide(acme.id, "objectives", hidden, acme.admin)
        away = self._count(acme, "objectives", f"id IN ({gone}, {hidden}) AND _dlt_valid_to IS NOT NULL", versions=True)
        return [
            Change(f"{acme.slug}: a key result moved, which leaves its objective's modified time alone",
                   self._one(acme, "current_value", "key_results", f"id = {result['id']}"), 7.25),
            Change(f"{acme.slug}: an objective was closed",
                   self._one(acme, "closed", "objectives", f"id = {closed}"), True),
            Change(f"{acme.slug}: one objective was deleted and one hidden: both closed, their past is kept", away, 2),
        ]  # fmt: skip

    def _reviews(self) -> list[Change]:
        vendor, acme = self.vendor, self.acme
        review = next(row for row in vendor.rows(acme.id, "snapshots") if row["state"] != 4)
        before = len([row for row in vendor.rows(acme.id, "snapshot_approvals") if row["snapshot_id"] == review["id"]])
        vendor.finalize_review(acme.id, review["id"])
        return [
            Change(f"{acme.slug}: a review was finalized",
                   self._one(acme, "state", "reviews", f"id = {review['id']}"), 4),
            Change(f"{acme.slug}: and the step is among its approvals",
                   self._count(acme, "review_approvals", f"review_id = {review['id']}"), before + 1),
        ]  # fmt: skip

    def _recognition(self) -> list[Change]:
        vendor, acme = self.vendor, self.acme
        both = [row["id"] for row in vendor.rows(acme.id, "profiles")][1:3]
        given = vendor.create(acme.id, "recognitions", message="Great demo 🦆", recipient_ids=both)
        meeting = vendor.rows(acme.id, "one_on_ones")[-1]["id"]
        vendor.edit(acme.id, "one_on_ones", meeting, name="Quarter in review")
        leaver = [row["id"] for row in vendor.rows(acme.id, "profiles") if row["activated"]][-1]
        vendor.deactivate(acme.id, leaver)
        return [
            Change(f"{acme.slug}: two people got one recognition",
                   self._count(acme, "recognition_recipients", f"recognition_id = {given}"), 2),
            Change(f"{acme.slug}: a one-on-one was renamed; only what changed was asked for",
                   self._one(acme, "name", "one_on_ones", f"id = {meeting}"), "Quarter in review"),
            Change(f"{acme.slug}: somebody left",
                   self._one(acme, "activated", "user_profiles", f"id = {leaver}"), False),
        ]  # fmt: skip

    def _reader(self) -> list[Change]:
        """Somebody without the admin's sight reads: what they do not see has not gone."""
        vendor, other = self.vendor, self.other
        before = len(vendor.rows(other.id, "snapshots"))
        reader = next(row["id"] for row in vendor.rows(other.id, "profiles") if not row["is_admin"])
        self.readers[other.id] = reader
        left = len(vendor.rows(other.id, "snapshots", reader))
        return [
            Change(f"{other.slug}: read by somebody who sees {left} of {before} reviews; the others are not closed",
                   self._count(other, "reviews", "_unseen_since IS NOT NULL", seen=ALL), before - left),
        ]  # fmt: skip

    def differences(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        """Where the tables differ from what the vendor shows to who reads."""
        found = []
        for network in self.vendor.networks:
            for table, (held, key, column) in COMPARED.items():
                rows = self.vendor.rows(network.id, held, self.readers[network.id])
                theirs = sorted((row[key], str(row[column])) for row in rows)
                query = self._one(network, f"{key}, {column}", table, ALL)
                ours = sorted((key, str(value)) for key, value in connection.execute(query).fetchall())
                if ours != theirs:
                    found.append(f"{network.slug} {table}: {len(set(ours) ^ set(theirs))} rows differ")
        return found

    def counted(self) -> dict[str, int]:
        """How many rows of each compared table the vendor shows, of all networks."""
        return {
            table: sum(len(self.vendor.rows(network.id, held, reader)) for network in self.vendor.networks
                       for reader in [self.readers[network.id]])
            for table, (held, _, _) in COMPARED.items()
        }  # fmt: skip

    def _one(self, network: Network, what: str, table: str, where: str, seen: str = "_unseen_since IS NULL") -> str:
        return (f"SELECT {what} FROM seven_geese.{table} WHERE company_guid = '{self.guid(network)}' AND {where} "
                f"AND _dlt_valid_to IS NULL AND {seen}")  # fmt: skip

    def _count(self, network: Network, table: str, where: str, versions: bool = False, seen: str = "true") -> str:
        if versions:
            return f"SELECT count(*) FROM seven_geese.{table} WHERE company_guid = '{self.guid(network)}' AND {where}"
        return self._one(network, "count(*)", table, where, seen)
