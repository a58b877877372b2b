"""What editing the simulated company does to the next answers."""

from __future__ import annotations

import threading

import pytest
import requests


def found(client, table, key, **params):
    return next((row for row in client.every(table, limit=500, **params) if row["id"] == key), None)


def test_the_clock_runs_with_real_time_and_can_be_moved_both_ways(sim):
    assert sim.now.isoformat().startswith("2026-11-05T15:00:0")
    sim.advance(3600)
    assert sim.now.isoformat().startswith("2026-11-05T16:00:0")
    sim.advance(-7200)
    assert sim.now.isoformat().startswith("2026-11-05T14:00:0")


def test_a_created_row_is_complete_and_new(sim, client, guid):
    made = sim.create(guid, "time_punches", notes="by hand")
    seeded = client.page("time_punches")["data"][0]
    assert found(client, "time_punches", made["id"]) == made
    assert set(made) == set(seeded)
    assert made["modified"][:16] == sim.now.isoformat()[:16]


def test_an_edit_bumps_modified_unless_told_not_to(sim, client, guid):
    row = client.page("shifts")["data"][0]
    sim.advance(10)
    assert sim.edit(guid, "shifts", row["id"], bump=False, notes="quiet")["modified"] == row["modified"]
    assert sim.edit(guid, "shifts", row["id"], notes="loud")["modified"] > row["modified"]
    assert found(client, "shifts", row["id"])["notes"] == "loud"


@pytest.mark.parametrize("table", ["shifts", "time_punches", "locations"])
def test_a_deletion_is_flagged_and_can_be_taken_back(sim, client, guid, table):
    row = client.page(table)["data"][0]
    sim.advance(5)
    sim.delete(guid, table, row["id"])
    assert found(client, table, row["id"]) is None
    assert found(client, table, row["id"], deleted="true")["modified"] > row["modified"]
    sim.undelete(guid, table, row["id"])
    assert found(client, table, row["id"]) is not None


def test_a_deleted_user_is_inactive(sim, client, guid):
    row = client.page("users")["data"][-1]
    sim.delete(guid, "users", row["id"])
    assert found(client, "users", row["id"]) is None
    assert found(client, "users", row["id"], status="inactive")["active"] is False


@pytest.mark.parametrize("table", ["roles", "departments"])
def test_roles_and_departments_vanish_without_a_trace(sim, client, guid, table):
    row = client.page(table)["data"][0]
    sim.delete(guid, table, row["id"])
    assert found(client, table, row["id"]) is None
    assert client.get(f"{table}/{row['id']}").status_code == 404
    sim.undelete(guid, table, row["id"])
    assert found(client, table, row["id"]) == row


def test_an_unpublished_edit_keeps_the_id_and_leaves_the_published_shift_alone(sim, client, guid):
    row = client.page("shifts")["data"][0]
    sim.draft_edit(guid, row["id"], notes="later")
    draft = found(client, "shifts", row["id"], draft="true")
    assert (draft["draft"], draft["publish_status"], draft["notes"]) == (True, "published", "later")
    assert found(client, "shifts", row["id"]) == row
    sim.publish(guid, row["id"])
    assert found(client, "shifts", row["id"], draft="true") is None
    assert found(client, "shifts", row["id"])["notes"] == "later"


def test_an_unpublished_deletion_deletes_once_published(sim, client, guid):
    row = client.page("shifts")["data"][0]
    sim.draft_delete(guid, row["id"])
    assert found(client, "shifts", row["id"], draft="true")["publish_status"] == "published_deleted"
    assert found(client, "shifts", row["id"])
    sim.publish(guid, row["id"])
    assert found(client, "shifts", row["id"]) is None
    assert found(client, "shifts", row["id"], deleted="true")


def test_a_new_draft_is_seen_by_everyone_only_once_published(sim, client, guid):
    draft = sim.draft_create(guid, notes="new")
    assert draft["publish_status"] == "draft"
    assert found(client, "shifts", draft["id"]) is None
    sim.publish(guid, draft["id"])
    assert found(client, "shifts", draft["id"])["publish_status"] == "published"


@pytest.mark.parametrize("bumps", [False, True])
def test_break_edits_may_or_may_not_bump_the_punch(sim, client, guid, bumps):
    sim.break_edits_bump = bumps
    punch = next(row for row in sim.rows(guid, "time_punches") if row["breaks"] and not row["deleted"])
    sim.advance(10)
    first = punch["breaks"][0]["id"]
    sim.edit_break(guid, punch["id"], first, paid=True)
    added = sim.add_break(guid, punch["id"], paid=True)
    sim.remove_break(guid, punch["id"], added["id"], flagged=True)
    now = found(client, "time_punches", punch["id"])
    assert (now["modified"] > punch["modified"]) is bumps
    assert [row["deleted"] for row in now["breaks"] if row["id"] == added["id"]] == [True]
    sim.remove_break(guid, punch["id"], added["id"])
    assert len(found(client, "time_punches", punch["id"])["breaks"]) == len(punch["breaks"])


def test_people_can_be_assigned_and_paid(sim, client, guid):
    user = client.page("users")["data"][-1]["id"]
    role = client.page("roles")["data"][-1]["id"]
    sim.assign(guid, user, "role", role)
    assert role in [row["role_id"] for row in client.page(f"users/{user}/role_assignments")["data"]]
    sim.unassign(guid, user, "role", role)
    assert role not in [row["role_id"] for row in client.page(f"users/{user}/role_assignments")["data"]]
    sim.set_wage(guid, user, 1900, role_id=role)
    sim.set_wage(guid, user, 2000, role_id=role)
    rates = client.page(f"users/{user}/wages")["data"]["current_wages"]
    assert [row["wage_cents"] for row in rates if row["role_id"] == role] == [2000]


def test_an_edit_between_pages_is_seen_by_the_later_pages_only(sim, client, guid):
    seen = []

    def touch(company, table, number, query):
        seen.append((company, table, number, query.get("limit")))
        if number == 1:
            for row in sim.rows(guid, "shifts"):
                sim.edit(guid, "shifts", row["id"], notes="moved")

    sim.on_page = touch
    rows = client.every("shifts", limit=5)
    assert seen[:2] == [(guid, "shifts", 1, "5"), (guid, "shifts", 2, "5")]
    assert {row["notes"] for row in rows[5:]} == {"moved"}
    assert "moved" not in {row["notes"] for row in rows[:5]}


def test_all_of_it_works_from_another_process(sim, client, guid):
    def control(method, **arguments):
        return requests.post(f"{sim.url}/_control/{method}", json=arguments, timeout=5)

    sim.clear_requests()
    shift = client.page("shifts")["data"][0]
    assert (
        control("edit", guid=guid, table="shifts", id=shift["id"], notes="x").json()["result"]["notes"] == "x"
    )
    assert control("advance", seconds=60).json() == {"result": None}
    assert control("set", retry_after=True, rate_limit={"per_second": 3}).status_code == 200
    assert sim.rate_limit.per_second == 3
    control("faults.add", kind="503")
    assert client.get("roles").status_code == 503
    state = requests.get(f"{sim.url}/_control/state", timeout=5).json()
    assert state["companies"][0]["counts"]["shifts"] == len(sim.rows(guid, "shifts"))
    assert state["client_secret"] == sim.client_secret
    for method, arguments in (("__class__", {}), ("edit", {"guid": "nobody"}), ("set", {"nothing": 1})):
        assert control(method, **arguments).status_code == 400
    assert [request.path.rsplit("/", 1)[1] for request in sim.requests] == ["shifts", "roles"]


def test_readers_and_editors_do_not_trip_over_each_other(sim, client, guid):
    def edit():
        for _ in range(30):
            sim.create(guid, "shifts")

    editors = [threading.Thread(target=edit) for _ in range(4)]
    for editor in editors:
        editor.start()
    for _ in range(10):
        client.every("shifts", limit=50)
    for editor in editors:
        editor.join()
    assert len({row["id"] for row in sim.rows(guid, "shifts")}) == len(sim.rows(guid, "shifts"))
    assert len(client.every("shifts", limit=500)) == sum(
        not row["deleted"] for row in sim.rows(guid, "shifts")
    )
