"""Options of the command line reach the run, and every kind of failure has its exit code."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.conftest import Bench, moment
from tests.test_command_line import sevens

ROLES = ("run", "seven_shifts", "--company", "bistro", "--resource", "roles")
SHIFTS = ("run", "seven_shifts", "--company", "bistro", "--resource", "shifts")


def test_a_shrunken_snapshot_exits_with_1_until_it_is_allowed_to(bench: Bench, guid: str) -> None:
    assert sevens(*ROLES).exit_code == 0
    for row in bench.vendor.rows(guid, "roles")[1:]:
        bench.vendor.delete(guid, "roles", row["id"])

    assert sevens(*ROLES).exit_code == 1
    assert sevens(*ROLES, "--allow-shrink").exit_code == 0

    assert bench.loaded(guid, "roles") == bench.held(guid, "roles")


def test_a_full_refresh_writes_what_did_not_change_again(bench: Bench, guid: str) -> None:
    sevens(*SHIFTS)
    bench.sql("UPDATE seven_shifts.shifts SET notes = 'edited by hand'")

    assert sevens(*SHIFTS, "--full-refresh").exit_code == 0

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")


def test_since_and_until_bound_what_is_read(bench: Bench, guid: str) -> None:
    since, until = bench.vendor.now - timedelta(days=3), bench.vendor.now - timedelta(days=1)

    sevens(*SHIFTS, "--since", since.isoformat(), "--until", until.isoformat())

    wanted = [(row["id"],) for row in bench.vendor.rows(guid, "shifts") if since <= moment(row["start"]) <= until]
    assert wanted
    assert bench.loaded(guid, "shifts") == wanted


def test_a_destination_that_cannot_be_opened_exits_with_1_and_says_so_as_json_too(bench: Bench) -> None:
    bench.file.write_text("my notes\n" * 500)

    result = sevens(*ROLES, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False


def test_check_exits_with_2_for_what_a_setting_has_to_mend(bench: Bench) -> None:
    bench.set("CREDENTIALS__CLIENT_SECRET", "")

    result = sevens("check")

    assert result.exit_code == 2
    assert "client_secret" in result.stdout
