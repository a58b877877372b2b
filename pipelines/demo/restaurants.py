"""The 7shifts half of the demo: three simulated restaurant companies, a day there, and what the tables must equal."""

from __future__ import annotations

import json

import duckdb

from pipelines.demo.change import Change
from simulators.seven_shifts import Company, SevenShifts

CHILDREN = {"shift_breaks": "shift_id", "time_punch_breaks": "time_punch_id"}
COMPARED = {"shifts": "deleted", "time_punches": "deleted", "users": "active", "roles": "name",
            "shift_drafts": "notes", "locations": "deleted", "departments": "name"}  # fmt: skip
VERSIONED = ("roles", "shift_drafts", "departments")


def settings(vendor: SevenShifts) -> dict[str, str]:
    """The simulator as a user would set the real API. Its limits are its own."""
    companies = [{"slug": company.slug, "guid": company.guid} for company in vendor.companies]
    return {
        "SOURCES__SEVEN_SHIFTS__API_URL": vendor.url,
        "SOURCES__SEVEN_SHIFTS__TOKEN_URL": vendor.token_url,
        "SOURCES__SEVEN_SHIFTS__COMPANIES": json.dumps(companies),
        "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_ID": vendor.client_id,
        "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_SECRET": vendor.client_secret,
        "SOURCES__SEVEN_SHIFTS__REQUESTS_PER_SECOND": "200",
        "SOURCES__SEVEN_SHIFTS__REQUESTS_PER_MINUTE": "12000",
    }


def differences(vendor: SevenShifts, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Where the tables differ from what the vendor holds, key by key. The third company was revoked meanwhile: its rows
    stay as they were."""
    found, revoked = [], vendor.companies[2]
    for company in vendor.companies:
        for table, column in COMPARED.items():
            where = "company_guid = ?" + (" AND _dlt_valid_to IS NULL" if table in VERSIONED else "")
            query = f"SELECT id, {column} FROM seven_shifts.{table} WHERE {where}"
            ours = sorted((id, str(value)) for id, value in connection.execute(query, [company.guid]).fetchall())
            theirs = sorted((row["id"], str(row[column])) for row in vendor.rows(company.guid, table))
            if company == revoked and len(ours) != len(theirs):
                found.append(f"{company.slug} {table}: rows of a revoked company were touched")
            elif company != revoked and ours != theirs:
                found.append(f"{company.slug} {table}: {len(set(ours) ^ set(theirs))} rows differ")
    for table, key in CHILDREN.items():
        rows, keys = connection.execute(
            f"SELECT count(*), count(DISTINCT (company_guid, {key}, id)) FROM seven_shifts.{table}"
        ).fetchone() or (0, 0)
        if rows != keys:
            found.append(f"{table}: {rows - keys} rows stand twice")
    return found


def live_a_day(vendor: SevenShifts) -> list[Change]:
    """Let a day go by. The third company ends its connection in the course of it."""
    bistro, harbor, noodle = vendor.companies
    changes = [*_punches(vendor, bistro), *_schedule(vendor, bistro), *_people(vendor, harbor)]
    vendor.revoke(noodle.guid)
    failed = _query(noodle, "count(*)", "sync_log", "status = 'failed'")
    return [*changes, Change(f"{noodle.slug}: revoked the connection; the others loaded all the same", failed, 1)]


def _punches(vendor: SevenShifts, company: Company) -> list[Change]:
    live = [row for row in vendor.rows(company.guid, "time_punches") if not row["deleted"] and row["breaks"]]
    tipped, rested, wrong = (row["id"] for row in live[:3])
    breaks = live[1]["breaks"]
    vendor.edit(company.guid, "time_punches", tipped, approved=True, tips=12_345)
    vendor.remove_break(company.guid, rested, breaks[0]["id"])
    vendor.delete(company.guid, "time_punches", wrong)
    left = _query(company, "count(*)", "time_punch_breaks", f"time_punch_id = {rested}")
    return [
        Change(f"{company.slug}: a punch was edited, tips are 123.45 now",
               _query(company, "tips", "time_punches", f"id = {tipped}"), 12_345),
        Change(f"{company.slug}: a break was taken off a punch, which leaves the punch's modified time alone",
               left, len(breaks) - 1),
        Change(f"{company.slug}: a punch was deleted",
               _query(company, "deleted", "time_punches", f"id = {wrong}"), True),
    ]  # fmt: skip


def _schedule(vendor: SevenShifts, company: Company) -> list[Change]:
    live = [row["id"] for row in vendor.rows(company.guid, "shifts") if not row["deleted"]]
    gone, swapped = live[:3], live[5]
    for shift in gone:
        vendor.delete(company.guid, "shifts", shift)
    vendor.draft_edit(company.guid, swapped, notes="swap with Sam?")
    return [
        Change(f"{company.slug}: three shifts were deleted",
               _query(company, "count(*)", "shifts", f"deleted AND id IN ({', '.join(map(str, gone))})"), 3),
        Change(f"{company.slug}: a published shift got an unpublished edit, a draft with the same id",
               _query(company, "notes", "shift_drafts", f"id = {swapped} AND _dlt_valid_to IS NULL"),
               "swap with Sam?"),
    ]  # fmt: skip


def _people(vendor: SevenShifts, company: Company) -> list[Change]:
    leaver, renamed = [row["id"] for row in vendor.rows(company.guid, "users") if row["active"]][:2]
    role = vendor.rows(company.guid, "roles")[-1]["id"]
    vendor.delete(company.guid, "users", leaver)
    vendor.edit(company.guid, "users", renamed, last_name="Newname")
    vendor.delete(company.guid, "roles", role)
    return [
        Change(f"{company.slug}: somebody was deactivated",
               _query(company, "active", "users", f"id = {leaver}"), False),
        Change(f"{company.slug}: somebody changed their name",
               _query(company, "last_name", "users", f"id = {renamed}"), "Newname"),
        Change(f"{company.slug}: a role was removed for good",
               _query(company, "count(*)", "roles", f"id = {role} AND _dlt_valid_to IS NOT NULL"), 1),
    ]  # fmt: skip


def _query(company: Company, what: str, table: str, where: str) -> str:
    return f"SELECT {what} FROM seven_shifts.{table} WHERE company_guid = '{company.guid}' AND {where}"
