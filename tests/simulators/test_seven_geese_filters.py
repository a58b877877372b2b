"""Arguments of the GraphQL lists: filters, order, and servers that ignore either."""

from __future__ import annotations

import pytest

pytest_plugins = ("tests.simulators.geese",)


def ids(rows, test=lambda row: True):
    return [row["id"] for row in rows if test(row)]


def test_rows_can_be_picked_and_left_out_by_pk(admin):
    every = admin.ids("objectives")
    assert admin.pks("objectives", f"pk_In:[{every[1]}, {every[3]}, 999999]") == [every[1], every[3]]
    assert admin.pks("objectives", f"exclude:[{every[0]}]") == every[1:]
    assert admin.pks("objectives", f"pk:{every[2]}.0") == [every[2]]
    assert admin.pks("objectives", "pk_In:[]") == []


def test_people_are_active_ones_unless_the_others_are_asked_for(admin):
    rows = admin.rows("profiles")
    assert admin.pks("profiles") == admin.pks("profiles", "inactive:false") == ids(rows, lambda row: row["activated"])
    assert admin.pks("profiles", "inactive:true") == ids(rows, lambda row: not row["activated"])


def test_people_can_be_found_by_what_is_known_of_them(admin):
    rows = [row for row in admin.rows("profiles") if row["activated"]]
    one = rows[2]
    assert admin.pks("profiles", f'user_Email:"{one["email"]}"') == [one["id"]]
    assert admin.pks("profiles", f'employeeId:"{one["employee_id"]}"') == [one["id"]]
    assert admin.pks("profiles", f'user:"{one["user_id"]}"') == [one["id"]]
    boss = one["reports_to_id"]
    assert admin.pks("profiles", f"reportsTo:{boss}") == ids(rows, lambda row: row["reports_to_id"] == boss)
    team = one["team_ids"][0]
    assert admin.pks("profiles", f"teamId:{team}") == ids(rows, lambda row: team in row["team_ids"])
    assert admin.pks("profiles", "isAdmin:true") == ids(rows, lambda row: row["is_admin"])
    assert admin.pks("profiles", "hasManager:false") == ids(rows, lambda row: row["reports_to_id"] is None)
    day = one["hire_date"].isoformat()
    assert admin.pks("profiles", f'hireDate_Gte:"{day}"') == ids(rows, lambda row: row["hire_date"] >= one["hire_date"])


def test_objectives_can_be_found_by_state_people_and_place_in_the_tree(admin):
    rows = admin.rows("objectives")
    assert admin.pks("objectives", "closed:true") == ids(rows, lambda row: row["closed"])
    assert admin.pks("objectives", "isDraft:true") == ids(rows, lambda row: row["draft"])
    assert admin.pks("objectives", 'objectiveType:"1"') == ids(rows, lambda row: row["objective_type"] == 1)
    assert admin.pks("objectives", "objectiveType_In:[2,3]") == ids(rows, lambda row: row["objective_type"] > 1)
    assert admin.pks("objectives", "aligned:true") == ids(rows, lambda row: row["parent_objective_ids"])
    person = rows[5]["owner_ids"][0]
    assert admin.pks("objectives", f"owner:{person}") == ids(rows, lambda row: person in row["owner_ids"])
    parent = next(row["parent_objective_ids"][0] for row in rows if row["parent_objective_ids"])
    children = ids(rows, lambda row: parent in row["parent_objective_ids"])
    assert admin.pks("objectives", f"parentObjective_In:[{parent}]") == children


def test_one_on_ones_can_be_windowed_by_their_last_change(admin):
    rows = admin.rows("one_on_ones")
    middle = sorted(row["updated_time"] for row in rows)[len(rows) // 2]
    found = admin.pks("oneonones", f'updatedDatetime_Gte:"{middle.isoformat()}"')
    assert found == ids(rows, lambda row: row["updated_time"] >= middle)
    found = admin.pks("oneonones", f'updatedDatetime_Lte:"{middle.isoformat()}"')
    assert found == ids(rows, lambda row: row["updated_time"] <= middle)
    assert admin.pks("oneonones", "status:0") == ids(rows, lambda row: row["status"] == 0)
    done = ids(rows, lambda row: row["completed_datetime"] is not None)
    assert admin.pks("oneonones", 'completedDatetime_Gte:"2000-01-01"') == done


def test_recognitions_can_be_windowed_by_day_and_come_newest_first(admin):
    rows = sorted(admin.rows("recognitions"), key=lambda row: row["awarded_date"], reverse=True)
    assert admin.pks("recognitions") == ids(rows)
    day = rows[len(rows) // 2]["awarded_date"].date().isoformat()
    found = admin.pks("recognitions", f'awardedDate_Gte:"{day}"')
    assert found == ids(rows, lambda row: row["awarded_date"].date().isoformat() >= day)
    person = rows[0]["sender_id"]
    assert admin.pks("recognitions", f"senderId:{person}") == ids(rows, lambda row: row["sender_id"] == person)
    assert len(admin.pks("recognitions", "includeTeamRecognitions:false")) == sum(
        bool(row["recipient_ids"]) for row in rows
    )


def test_reviews_can_be_found_by_cycle_state_and_person(admin):
    rows = admin.rows("snapshots")
    cycle = admin.ids("snapshot_groups")[1]
    in_cycle = ids(rows, lambda row: row["snapshot_group_id"] == cycle)
    assert admin.pks("snapshots", f"snapshotGroup:{cycle}") == in_cycle
    assert admin.pks("snapshots", "state:4") == ids(rows, lambda row: row["state"] == 4)
    assert admin.pks("snapshots", "stateNeq:4") == ids(rows, lambda row: row["state"] != 4)
    person = rows[3]["for_user_id"]
    assert admin.pks("snapshots", f"forUser:{person}") == ids(rows, lambda row: row["for_user_id"] == person)
    assert admin.pks("snapshotGroups", "published:true") == admin.ids("snapshot_groups")


def test_feedback_and_action_items_can_be_narrowed(admin):
    requests = admin.rows("feedback_requests")
    assert admin.pks("feedbackRequests", "state:0") == ids(requests, lambda row: row["state"] == 0)
    tasks = admin.rows("action_items")
    assert admin.pks("actionItems", "completed:true") == ids(tasks, lambda row: row["completed"])
    asked = next(row for row in admin.rows("feedback_responders") if row["feedback_id"])
    assert asked["feedback_id"] in admin.pks("feedbacks", f"responderProfileId:{asked['profile_id']}")


def test_teams_show_what_stands_and_can_be_narrowed(admin):
    rows = [row for row in admin.rows("departments") if not row["deleted"]]
    assert admin.pks("teams") == ids(rows)
    assert admin.pks("teams", "hasParent:true") == ids(rows, lambda row: row["parent_id"])
    assert admin.pks("teams", 'search:"engineering >"') == ids(rows, lambda row: row["parent_id"])


def test_an_order_has_several_columns_and_a_sign(admin):
    rows = admin.rows("objectives")
    expected = sorted(rows, key=lambda row: row["modified"], reverse=True)
    assert admin.pks("objectives", 'orderBy:"-modified"') == ids(expected)
    by_name = sorted(rows, key=lambda row: (row["closed"], row["name"]))
    assert admin.pks("objectives", 'orderBy:"closed,name"') == ids(by_name)
    assert admin.pks("objectives", 'orderBy:"-pk"') == ids(reversed(rows))
    assert admin.pks("objectives", 'orderBy:"creator"') == ids(sorted(rows, key=lambda row: row["creator_id"]))


def test_empty_values_come_last_and_first_when_turned_around(admin):
    rows = admin.rows("objectives")
    empty = set(ids(rows, lambda row: row["completed_datetime"] is None))
    assert set(admin.pks("objectives", 'orderBy:"completed_datetime"')[-len(empty) :]) == empty
    assert set(admin.pks("objectives", 'orderBy:"-completed_datetime"')[: len(empty)]) == empty


def test_an_unknown_column_or_date_fails_the_field_with_a_masked_message(geese, admin):
    for arguments in ('orderBy:"colour"', 'startDateLte:"soon"'):
        body = admin.post(f"{{ objectives({arguments}){{totalCount}} badges{{totalCount}} }}").json()
        assert body["errors"][0]["message"] == "An error occurred while resolving field Query.objectives"
        assert body["data"] == {"objectives": None, "badges": {"totalCount": 5}}
    geese.set(mask_errors=False)
    assert "colour" in admin.errors('{ objectives(orderBy:"colour"){totalCount} }')[0]["message"]


@pytest.mark.parametrize("name", ["pk_In", "exclude"])
def test_filters_can_be_accepted_and_ignored(geese, admin, name):
    every = admin.ids("objectives")
    geese.set(filters_ignored=[name])
    assert admin.pks("objectives", f"{name}:[{every[0]}]") == every
    assert len(admin.pks("objectives", "closed:true")) < len(every)


def test_an_order_can_be_accepted_and_ignored(geese, admin):
    geese.set(order_ignored=True)
    assert admin.pks("objectives", 'orderBy:"-modified"') == admin.ids("objectives")
