"""Which rows the simulated listings answer with."""

from __future__ import annotations

from datetime import timedelta

import pytest


def ids(rows):
    return [row["id"] for row in rows]


def test_users_are_active_ones_unless_the_inactive_are_asked_for(sim, client, guid):
    held = sim.rows(guid, "users")
    assert ids(client.every("users")) == ids(row for row in held if row["active"])
    assert ids(client.every("users", status="inactive")) == ids(row for row in held if not row["active"])
    assert client.get("users", status="both").status_code == 400


@pytest.mark.parametrize("table", ["shifts", "time_punches", "locations"])
def test_deleted_rows_are_hidden_and_deleted_true_shows_only_them(sim, client, guid, table):
    held = sim.rows(guid, table)
    assert ids(client.every(table)) == ids(row for row in held if not row["deleted"])
    assert ids(client.every(table, deleted="true")) == ids(row for row in held if row["deleted"])


def test_deleted_locations_can_also_come_beside_the_live_ones(sim, client, guid):
    sim.locations_deleted_adds = True
    assert ids(client.every("locations", deleted="true")) == ids(sim.rows(guid, "locations"))


def test_drafts_are_a_pass_of_their_own_with_ids_of_published_shifts(sim, client, guid):
    drafts = client.every("shifts", draft="true")
    assert drafts == sim.rows(guid, "shift_drafts")
    assert all(row["draft"] for row in drafts)
    assert not any(row["draft"] for row in client.every("shifts"))
    assert set(ids(drafts)) & set(ids(client.every("shifts")))


def test_deleted_and_draft_together_return_neither_pass(client):
    both = client.every("shifts", draft="true", deleted="true")
    assert both not in (client.every("shifts", draft="true"), client.every("shifts", deleted="true"))


@pytest.mark.parametrize("table", ["locations", "departments", "roles", "users"])
def test_modified_since_is_a_day_for_some_tables(sim, client, guid, table):
    row = client.page(table)["data"][0]
    sim.advance(86_400)
    client.login()
    sim.edit(guid, table, row["id"], name="Renamed")
    assert ids(client.every(table, modified_since="2026-11-06")) == [row["id"]]
    for wrong in ("2026-11-06T00:00:00Z", "yesterday", "2026-13-45"):
        answer = client.get(table, modified_since=wrong)
        assert answer.status_code == 400
        assert "modified_since" in answer.json()["detail"]


def test_companies_take_a_day_too(client):
    assert client.v2("companies", modified_since="2030-01-01").json()["data"] == []
    assert client.v2("companies", modified_since="2030-01-01T00:00:00Z").status_code == 400


@pytest.mark.parametrize("table", ["shifts", "time_punches"])
def test_modified_since_is_a_moment_for_shifts_and_punches(sim, client, guid, table):
    row = client.page(table)["data"][0]
    sim.advance(60)
    since = sim.edit(guid, table, row["id"], notes="touched")["modified"][:19]
    for spelling in (f"{since}Z", f"{since}+00:00", f"{since}.000Z"):
        assert ids(client.every(table, modified_since=spelling)) == [row["id"]]
    assert client.every(table, modified_since=f"{since}.001Z") == []
    for wrong in ("2026-11-05", f"{since} 00:00", "now", f"{since}"):
        assert client.get(table, modified_since=wrong).status_code == 400


def test_the_boundary_of_modified_since_can_be_exclusive(sim, client, guid):
    row = client.page("shifts")["data"][0]
    sim.advance(60)
    since = sim.edit(guid, "shifts", row["id"])["modified"]
    sim.modified_since_exclusive = True
    assert client.every("shifts", modified_since=since) == []
    assert client.every("users", modified_since="2026-11-05") == []


@pytest.mark.parametrize(
    ("table", "field"), [("shifts", "start"), ("shifts", "end"), ("time_punches", "clocked_in")]
)
def test_windows_are_inclusive_on_both_sides(client, table, field):
    rows = client.every(table, limit=500)
    low, high = sorted(row[field] for row in rows)[2], sorted(row[field] for row in rows)[-3]
    found = client.every(table, limit=500, **{f"{field}[gte]": low, f"{field}[lte]": high})
    assert ids(found) == ids(row for row in rows if low <= row[field] <= high)


def test_an_open_punch_is_in_no_clocked_out_window(sim, client, guid):
    assert any(row["clocked_out"] is None for row in sim.rows(guid, "time_punches"))
    found = client.every("time_punches", limit=500, **{"clocked_out[gte]": "2000-01-01T00:00:00Z"})
    assert found
    assert all(row["clocked_out"] for row in found)


@pytest.mark.parametrize("name", ["user_id", "location_id", "department_id", "role_id"])
@pytest.mark.parametrize("table", ["shifts", "time_punches"])
def test_integer_filters_pick_rows(client, table, name):
    rows = client.every(table, limit=500)
    wanted = rows[0][name]
    assert ids(client.every(table, limit=500, **{name: wanted})) == ids(r for r in rows if r[name] == wanted)
    assert client.get(table, **{name: "x"}).status_code == 400


def test_lists_of_ids_are_separated_by_commas(client):
    some = ids(client.every("shifts"))[:3]
    assert ids(client.every("shifts", shift_ids=",".join(map(str, some)))) == some
    roles = ids(client.every("roles"))[:2]
    assert ids(client.every("roles", ids=",".join(map(str, roles)))) == roles


def test_open_shifts_and_approved_punches_can_be_asked_for(client):
    for table, name in (("shifts", "open"), ("time_punches", "approved")):
        yes, no = (client.every(table, limit=500, **{name: value}) for value in ("true", "false"))
        assert len(yes) + len(no) == len(client.every(table, limit=500))
        assert all(row[name] for row in yes)


def test_users_of_a_role_are_those_assigned_to_it(sim, client, guid):
    held = sim.rows(guid, "role_assignments")[0]
    wanted = {
        row["user_id"] for row in sim.rows(guid, "role_assignments") if row["role_id"] == held["role_id"]
    }
    assert set(ids(client.every("users", role_id=held["role_id"]))) <= wanted


def test_shifts_can_be_sorted_and_paged_in_that_order(client):
    starts = [row["start"] for row in client.every("shifts", sort_by="start", sort_dir="desc", limit=9)]
    assert starts == sorted(starts, reverse=True)
    assert len(starts) == len(client.every("shifts"))


def test_single_objects_have_an_envelope_and_unknown_ones_are_404(client):
    tables = {"locations": "location", "departments": "department", "roles": "role", "users": "user"}
    for table, name in (tables | {"shifts": "shift", "time_punches": "time_punch"}).items():
        row = client.page(table)["data"][0]
        assert client.page(f"{table}/{row['id']}") == {"data": row, "object": name}
        assert client.get(f"{table}/1").status_code == 404


def test_one_deleted_shift_is_found_only_with_include_deleted(sim, client, guid):
    gone = next(row for row in sim.rows(guid, "shifts") if row["deleted"])
    assert client.get(f"shifts/{gone['id']}").status_code == 404
    assert client.page(f"shifts/{gone['id']}", include_deleted="true")["data"] == gone


def test_wages_say_no_user_and_split_by_the_day_they_begin(sim, client, guid):
    owner = next(row["user_id"] for row in sim.rows(guid, "wages") if row["effective_date"] > "2026-11-05")
    data = client.page(f"users/{owner}/wages", limit=1)["data"]
    assert set(data) == {"current_wages", "upcoming_wages", "wage_type"}
    assert "user_id" not in data["current_wages"][0]
    raised = data["upcoming_wages"][0]
    sim.advance(timedelta(days=30).total_seconds())
    client.login()
    later = client.page(f"users/{owner}/wages")["data"]
    assert later["upcoming_wages"] == []
    assert raised in later["current_wages"]
    assert len(later["current_wages"]) == len(data["current_wages"])


def test_assignments_agree_with_the_three_single_paths(client, sim, guid):
    user = next(row["user_id"] for row in sim.rows(guid, "role_assignments"))
    whole = client.page(f"users/{user}/assignments")["data"]
    for noun in ("location", "department", "role"):
        part = client.page(f"users/{user}/{noun}_assignments")["data"]
        assert ids(whole[f"{noun}s"]) == [row[f"{noun}_id"] for row in part]
        assert part
        assert all("user_id" not in row for row in part)
