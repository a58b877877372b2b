"""What a change does: which timestamps move, what is flagged, what vanishes, and what comes along."""

from __future__ import annotations

import pytest

pytest_plugins = ("tests.simulators.geese",)


@pytest.fixture
def network(geese):
    return geese.networks[0].id


def row_of(geese, network, table, id):
    return next((row for row in geese.rows(network, table) if row["id"] == id), None)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("objectives", "modified"),
        ("key_results", "updated"),
        ("checkins", "updated"),
        ("one_on_ones", "updated_time"),
        ("departments", "modified"),
        ("snapshot_groups", "modified"),
        ("feedback_requests", "modified"),
        ("action_items", "modified"),
    ],
)
def test_an_edit_moves_the_time_of_its_own_row(geese, network, table, column):
    before = geese.rows(network, table)[0]
    geese.edit(network, table, before["id"])
    after = geese.rows(network, table)[0]
    assert after[column] > before[column]
    assert geese.now <= after[column].replace(microsecond=0)
    geese.edit(network, table, before["id"], bump=False)
    assert geese.rows(network, table)[0] == after


def test_recognitions_and_profiles_change_without_a_trace(geese, network):
    for table, change in (("recognitions", {"message": "Edited"}), ("profiles", {"position": "CEO"})):
        before = geese.rows(network, table)[0]
        geese.edit(network, table, before["id"], **change)
        assert geese.rows(network, table)[0] == {**before, **change}


@pytest.mark.parametrize("table", ["key_results", "checkins"])
def test_a_change_below_an_objective_moves_it_only_if_the_option_says_so(geese, network, table):
    row = geese.rows(network, table)[0]
    before = row_of(geese, network, "objectives", row["objective_id"])["modified"]
    geese.edit(network, table, row["id"])
    assert row_of(geese, network, "objectives", row["objective_id"])["modified"] == before
    geese.set(key_result_edits_bump=True)
    geese.edit(network, table, row["id"])
    assert row_of(geese, network, "objectives", row["objective_id"])["modified"] > before


def test_a_change_below_a_one_on_one_moves_its_updated_time_if_the_option_says_so(geese, network):
    row = geese.rows(network, "questions")[0]
    before = row_of(geese, network, "one_on_ones", row["one_on_one_id"])
    geese.set(note_edits_bump=False)
    geese.edit(network, "questions", row["id"], content="Why?")
    assert row_of(geese, network, "one_on_ones", row["one_on_one_id"]) == before
    geese.set(note_edits_bump=True)
    note = geese.create(network, "notes", question_id=row["id"], content="Because")
    after = row_of(geese, network, "one_on_ones", row["one_on_one_id"])
    assert after["updated_time"] > before["updated_time"]
    assert after["modified"] == before["modified"]
    assert row_of(geese, network, "notes", note)["one_on_one_id"] == row["one_on_one_id"]


@pytest.mark.parametrize("table", ["departments", "one_on_ones", "action_items", "snapshots"])
def test_some_rows_are_flagged_and_stay_listed(geese, network, table):
    id = next(row["id"] for row in geese.rows(network, table) if not row["deleted"])
    geese.delete(network, table, id)
    assert row_of(geese, network, table, id)["deleted"] is True


def test_a_deleted_badge_and_person_are_only_inactive(geese, admin, network):
    badge, person = admin.ids("badges")[0], admin.ids("profiles")[2]
    geese.delete(network, "badges", badge)
    geese.delete(network, "profiles", person)
    assert row_of(geese, network, "badges", badge)["active"] is False
    left = row_of(geese, network, "profiles", person)
    assert (left["activated"], left["activation_state"]) == (False, 3)
    assert left["deactivated_timestamp"] is not None
    assert person not in admin.pks("profiles")


def test_a_deleted_objective_takes_everything_below_it_along(geese, admin, network):
    parent = admin.rows("objective_relationships")[0]["objective_id"]
    geese.delete(network, "objectives", parent)
    for table in ("key_results", "checkins", "objective_history", "objective_relationships"):
        assert parent not in {row["objective_id"] for row in geese.rows(network, table)}
    assert all(parent not in row["parent_objective_ids"] for row in geese.rows(network, "objectives"))
    assert admin.rest(f"objectives/{parent}/").status_code == 404


@pytest.mark.parametrize(
    ("table", "child", "column"),
    [
        ("feedback_requests", "feedbacks", "feedback_request_id"),
        ("feedbacks", "answers", "feedback_id"),
        ("questions", "notes", "question_id"),
        ("snapshot_groups", "snapshots", "snapshot_group_id"),
    ],
)
def test_other_rows_vanish_with_their_children(geese, network, table, child, column):
    id = geese.rows(network, child)[0][column]
    geese.delete(network, table, id)
    assert row_of(geese, network, table, id) is None
    assert id not in {row[column] for row in geese.rows(network, child)}


def test_a_label_or_place_that_vanishes_is_nowhere_mentioned(geese, network):
    used = next(row["label_ids"][0] for row in geese.rows(network, "objectives") if row["label_ids"])
    geese.delete(network, "labels", used)
    assert all(used not in row["label_ids"] for row in geese.rows(network, "objectives"))
    with pytest.raises(ValueError, match="network"):
        geese.delete(network, "networks", network)


def test_answers_of_different_kinds_share_their_pks(geese, network):
    rows = geese.rows(network, "item_answers")
    shared = next(row["id"] for row in rows if sum(one["id"] == row["id"] for one in rows) > 1)
    with pytest.raises(ValueError, match="which kind"):
        geese.edit(network, "item_answers", shared, answer="?")
    geese.edit(network, "item_answers", shared, kind="TextItemAnswerNode", answer="Better")
    changed = [row for row in geese.rows(network, "item_answers") if row["id"] == shared and row["answer"] == "Better"]
    assert [row["kind"] for row in changed] == ["TextItemAnswerNode"]
    geese.delete(network, "item_answers", shared, kind="TextItemAnswerNode")
    left = [row["kind"] for row in geese.rows(network, "item_answers") if row["id"] == shared]
    assert left
    assert "TextItemAnswerNode" not in left


def test_an_objective_closes_and_opens_again_and_remembers_both(geese, network):
    id = next(row["id"] for row in geese.rows(network, "objectives") if not row["completed_datetime"])
    points = len(geese.rows(network, "objective_history"))
    geese.close_objective(network, id)
    closed = row_of(geese, network, "objectives", id)
    assert closed["closed"] is True
    geese.reopen_objective(network, id)
    opened = row_of(geese, network, "objectives", id)
    assert (opened["closed"], opened["completed_datetime"]) == (False, closed["completed_datetime"])
    history = [row for row in geese.rows(network, "objective_history") if row["objective_id"] == id]
    assert [row["closed"] for row in history][-2:] == [True, False]
    assert len(geese.rows(network, "objective_history")) == points + 2


def test_a_review_is_finalized_and_taken_back(geese, network):
    cycle = geese.rows(network, "snapshot_groups")[1]["id"]
    open_reviews = [row["id"] for row in geese.rows(network, "snapshots") if row["snapshot_group_id"] == cycle]
    for id in open_reviews:
        geese.finalize_review(network, id)
    assert row_of(geese, network, "snapshot_groups", cycle)["is_complete"] is True
    geese.reopen_review(network, open_reviews[0])
    review = row_of(geese, network, "snapshots", open_reviews[0])
    assert (review["state"], review["next_state"]) == (1, 4)
    steps = [row for row in geese.rows(network, "snapshot_approvals") if row["snapshot_id"] == open_reviews[0]]
    assert (steps[-1]["previous_state"], steps[-1]["new_state"]) == (4, 1)
    assert row_of(geese, network, "snapshot_groups", cycle)["is_complete"] is False


def test_a_new_row_is_complete_with_few_words(geese, admin, network):
    objective = geese.create(network, "objectives", name="New", parent_objective_ids=admin.ids("objectives")[:2])
    row = row_of(geese, network, "objectives", objective)
    assert row["owner_ids"] == [admin.profile]
    links = [one for one in admin.rows("objective_relationships") if one["child_objective_id"] == objective]
    assert [one["objective_id"] for one in links] == row["parent_objective_ids"]
    person = geese.create(network, "profiles", first_name="Nia", last_name="Sato")
    assert row_of(geese, network, "profiles", person)["full_name"] == "Nia Sato"
    assert geese.create(network, "one_on_ones", participant_id=person) in admin.ids("one_on_ones")


def test_names_of_departments_follow_the_names_above_them(geese, network):
    child = next(row for row in geese.rows(network, "departments") if row["parent_id"])
    geese.edit(network, "departments", child["parent_id"], name="Makers")
    after = row_of(geese, network, "departments", child["id"])
    assert (after["full_name"], after["modified"]) == (f"Makers > {child['name']}", child["modified"])


def test_mistakes_of_a_test_are_refused(geese, network):
    for call in (
        lambda: geese.create(network, "objectives", colour="red"),
        lambda: geese.edit(network, "objectives", geese.rows(network, "objectives")[0]["id"], colour="red"),
        lambda: geese.create(network, "networks"),
    ):
        with pytest.raises(ValueError):
            call()
    for call in (lambda: geese.rows(network, "geese"), lambda: geese.rows(1, "badges")):
        with pytest.raises(KeyError):
            call()
