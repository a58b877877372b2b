"""Who sees what: full sight, everybody else, hidden rows, and anonymous feedback."""

from __future__ import annotations

import pytest

pytest_plugins = ("tests.simulators.geese",)


@pytest.fixture
def people(geese):
    return [row["id"] for row in geese.rows(geese.networks[0].id, "profiles")]


@pytest.fixture
def person(geese, people, client_for):
    """Somebody who manages nobody."""
    return client_for(geese, people[5])


def test_an_admin_is_not_somebody_who_sees_everything(geese, admin, people, client_for):
    second = client_for(geese, people[1])
    assert geese.rows(admin.network.id, "profiles")[1]["is_admin"]
    for root, table in (("oneonones", "one_on_ones"), ("snapshots", "snapshots"), ("feedbacks", "feedbacks")):
        assert len(second.pks(root)) < len(admin.pks(root)) == len(admin.ids(table))


def test_losing_content_visibility_takes_the_content_away(geese, admin):
    before = len(admin.pks("oneonones"))
    geese.set_permissions(admin.profile, admin_content_visibility=0)
    assert len(admin.pks("oneonones")) < before
    assert admin.ask("{currentUser{isAdmin adminContentVisibility}}")["currentUser"] == {
        "isAdmin": True,
        "adminContentVisibility": 0,
    }
    geese.set_permissions(admin.profile, admin_content_visibility=2)
    assert len(admin.pks("oneonones")) == before
    geese.set_permissions(admin.profile, is_admin=False)
    assert len(admin.pks("oneonones")) < before


def test_private_objectives_are_for_those_who_take_part(admin, person):
    for row in admin.rows("objectives"):
        part = {row["creator_id"], *row["owner_ids"], *row["stakeholder_ids"], *row["follower_ids"]}
        seen = not row["private"] or person.profile in part
        assert (person.rest(f"objectives/{row['id']}/").status_code == 200) is seen
        assert (row["id"] in person.pks("objectives", f"pk_In:[{row['id']}]")) is seen
    shown = {row["objective_id"] for row in person.rows("key_results")}
    assert shown <= set(person.pks("objectives"))


def test_directories_and_recognition_are_for_everybody(admin, person):
    for root in ("recognitions", "badges", "profiles", "teams", "locations", "groups", "labels", "snapshotGroups"):
        assert person.pks(root) == admin.pks(root)


def test_conversations_and_reviews_are_for_those_who_take_part(admin, person):
    for table, columns in (
        ("one_on_ones", ("facilitator_id", "participant_id", "scheduled_by_id")),
        ("snapshots", ("for_user_id", "manager_id")),
        ("action_items", ("creator_id", "assigned_to_id")),
    ):
        expected = [row["id"] for row in admin.rows(table) if person.profile in [row[column] for column in columns]]
        assert person.ids(table) == expected
        assert 0 < len(expected) < len(admin.ids(table))


def test_answers_of_a_manager_are_shown_when_the_review_is_final(geese, admin, person):
    own = {row["id"]: row for row in person.rows("snapshots") if row["for_user_id"] == person.profile}
    assert {row["can_view_answers"] for row in own.values()} == {True}
    for row in admin.rows("item_answers"):
        review = own.get(row["snapshot_id"])
        if review:
            shown = row["responder_id"] == person.profile or review["show_manager_answers"]
            assert (row in person.rows("item_answers")) is shown


def test_notes_that_are_not_shared_are_for_their_writer_only(geese, admin):
    note = next(row for row in admin.rows("notes") if row["creator_id"] != admin.profile)
    geese.edit(admin.network.id, "notes", note["id"], shared=False)
    assert note["id"] not in admin.ids("notes")
    assert note["id"] in [row["id"] for row in geese.rows(admin.network.id, "notes", note["creator_id"])]


def test_a_hidden_row_is_not_listed_not_counted_and_not_found(geese, admin):
    network, row = admin.network.id, admin.rows("objectives")[0]
    geese.hide(network, "objectives", row["id"], admin.profile)
    assert row["id"] not in admin.pks("objectives")
    assert row["id"] not in [one["id"] for one in admin.rest_rows("objectives")]
    assert admin.rest(f"objectives/{row['id']}/").status_code == 404
    assert admin.ask(f"{{objective(pk:{row['id']}){{pk}}}}")["objective"] is None
    assert row["id"] not in {one["objective_id"] for one in admin.rows("checkins")}
    assert all(row["id"] not in one["parent_objective_ids"] for one in admin.rows("objectives"))
    geese.unhide(network, "objectives", row["id"], admin.profile)
    assert admin.rows("objectives")[0] == row


def test_hiding_is_for_one_person(geese, admin, people, client_for):
    badge = admin.ids("badges")[0]
    geese.hide(admin.network.id, "badges", badge, people[2])
    assert badge in admin.pks("badges")
    assert badge not in client_for(geese, people[2]).pks("badges")


@pytest.mark.parametrize(("visible", "admin_sees"), [(0, False), (1, True), (2, True)])
def test_anonymous_feedback_does_not_name_who_gave_it(geese, admin, visible, admin_sees):
    network = admin.network.id
    feedback = admin.rows("feedbacks")[0]["id"]
    request = admin.rows("feedbacks")[0]["feedback_request_id"]
    geese.edit(network, "feedback_requests", request, respondents_names_visible_to=visible)
    node = admin.ask(f"{{feedback(pk:{feedback}){{responder{{pk profile{{pk}}}}}}}}")["feedback"]
    assert (node["responder"] is not None) is admin_sees
    asked = [row for row in admin.rows("feedback_responders") if row["feedback_request_id"] == request]
    assert any(row["feedback_id"] for row in asked) is admin_sees


def test_a_person_who_asked_for_feedback_sees_what_was_submitted(geese, admin):
    for row in admin.rows("feedbacks"):
        request = next(one for one in admin.rows("feedback_requests") if one["id"] == row["feedback_request_id"])
        seen = [one["id"] for one in geese.rows(admin.network.id, "feedbacks", request["creator_id"])]
        asked = [one["profile_id"] for one in admin.rows("feedback_responders") if one["id"] == row["responder_id"]]
        if asked and asked[0] != request["creator_id"] and request["creator_id"] != admin.profile:
            assert (row["id"] in seen) is (row["state"] == 2)
