"""REST v2.0: the envelope, the items, what is ignored and what is refused."""

from __future__ import annotations

import base64
from datetime import date

import pytest

pytest_plugins = ("tests.simulators.geese",)


def test_the_root_names_every_listing_and_there_are_no_reviews(geese, admin):
    names = admin.rest("").json()
    assert names["objectives"] == f"{geese.url}/api/v/2.0/objectives/"
    assert {"recognitions", "users", "userprofiles", "departments", "oneonones", "privatenotes"} <= set(names)
    for name in names:
        assert admin.rest(f"{name}/").status_code == 200
    assert admin.rest("reviews/").status_code == 404


def test_pages_have_twenty_rows_unless_asked_and_never_more_than_the_server_likes(geese, admin):
    geese.set(page_default=3, page_max=5)
    first = admin.rest("objectives/").json()
    assert first["count"] == len(admin.ids("objectives"))
    assert len(first["results"]) == 3
    assert first["previous"] is None
    assert first["next"] == f"{geese.url}/api/v/2.0/objectives/?limit=3&offset=3"
    assert len(admin.rest("objectives/", limit=100).json()["results"]) == 5
    for odd in (0, -1, "many"):
        assert len(admin.rest("objectives/", limit=odd).json()["results"]) == 3


def test_links_keep_the_other_parameters_and_lead_back(admin):
    page = admin.rest("objectives/", limit=2, offset=4, closed="false").json()
    assert page["next"].endswith("?closed=false&limit=2&offset=6")
    assert page["previous"].endswith("?closed=false&limit=2&offset=2")
    second = admin.rest("objectives/", limit=2, offset=2).json()
    assert second["previous"].endswith("?limit=2")
    beyond = admin.rest("objectives/", offset=9999).json()
    assert (beyond["results"], beyond["next"]) == ([], None)


def test_next_can_name_another_scheme_and_host(geese, admin):
    geese.set(next_scheme="https", next_host="app.example.test")
    assert (
        admin.rest("objectives/", limit=1).json()["next"].startswith("https://app.example.test/api/v/2.0/objectives/")
    )


def test_a_path_without_its_slash_is_sent_to_the_one_with_it(geese, admin):
    answer = admin.session.get(f"{geese.url}/api/v/2.0/objectives?limit=1", allow_redirects=False, timeout=5)
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/api/v/2.0/objectives/?limit=1")
    assert admin.rest("objectives").status_code == 200


def test_unknown_filters_are_ignored_or_refused_by_a_strict_server(geese, admin):
    assert admin.rest("objectives/", closed="true").json()["count"] == len(admin.ids("objectives"))
    geese.set(strict_filters=True)
    answer = admin.rest("objectives/", closed="true")
    assert (answer.status_code, answer.json()) == (400, {"closed": ["Unknown filter."]})
    assert admin.rest("objectives/", limit=1, offset=1).status_code == 200


def test_the_two_proven_filters_work_unless_told_otherwise(geese, admin):
    person = admin.rows("profiles")[2]
    assert [row["id"] for row in admin.rest_rows("userprofiles", user=person["user_id"])] == [person["id"]]
    day = admin.rows("recognitions")[0]["awarded_date"].date()
    expected = [row["id"] for row in admin.rows("recognitions") if row["awarded_date"].date() == day]
    found = admin.rest_rows("recognitions", created__date=day.isoformat())
    assert sorted(row["id"] for row in found) == expected
    assert admin.rest("recognitions/", created__date="yesterday").status_code == 400
    geese.set(filters_ignored={"created__date"})
    assert len(admin.rest_rows("recognitions", created__date=day.isoformat())) == len(admin.ids("recognitions"))


def test_references_are_links_in_places_and_objects_in_others(geese, admin):
    row = admin.rows("recognitions")[0]
    url = f"{geese.url}/api/v/2.0"
    shown = admin.rest(f"recognitions/{row['id']}/").json()
    assert shown["badge"] == f"{url}/badges/{row['badge_id']}/"
    assert shown["recipient"]["id"] == row["recipient_ids"][0]
    assert shown["creator"]["url"] == f"{url}/userprofiles/{row['sender_id']}/"
    assert set(shown["creator"]["user"]) == {"first_name", "last_name"}
    geese.set(references="ids")
    shown = admin.rest(f"recognitions/{row['id']}/").json()
    assert (shown["badge"], shown["creator"]) == (row["badge_id"], row["sender_id"])
    geese.set(references="objects")
    shown = admin.rest(f"objectives/{admin.ids('objectives')[0]}/").json()
    assert set(shown["owners"][0]) == {"id", "url", "user"}


def test_an_objective_shows_the_fields_of_the_proposal(geese, admin):
    row = admin.rows("objectives")[0]
    shown = admin.rest(f"objectives/{row['id']}/").json()
    results = [one["id"] for one in admin.rows("key_results") if one["objective_id"] == row["id"]]
    assert shown["key_results"] == [f"{geese.url}/api/v/2.0/objectivekeyresults/{one}/" for one in results]
    assert shown["participant_type"] == 1
    assert shown["start_date"].endswith("T00:00:00Z")
    assert {"objective_type", "department_visibility", "overall_assessment_status", "parent_objectives"} <= set(shown)
    assert "current_value" not in shown


def test_a_profile_carries_its_user_whose_id_is_another(geese, admin):
    row = admin.rows("profiles")[1]
    shown = admin.rest(f"userprofiles/{row['id']}/").json()
    assert shown["user"]["id"] == row["user_id"] != row["id"]
    assert shown["user"]["email"] == row["email"]
    assert date.fromisoformat(shown["hire_date"]) == row["hire_date"]
    assert admin.rest(f"users/{row['user_id']}/").json() == shown["user"]
    assert geese.rows(geese.networks[0].id, "users")[1]["profile_id"] == row["id"]


def test_deleted_departments_are_listed_unless_the_server_hides_them(geese, admin):
    rows = admin.rest_rows("departments")
    assert [row["name"] for row in rows if row["deleted"]] == ["Fax Desk"]
    child = next(row for row in rows if row["parent"])
    assert child["full_name"] == f"Engineering > {child['name']}"
    assert rows[0]["members"]
    geese.set(deleted_departments_listed=False)
    assert not any(row["deleted"] for row in admin.rest_rows("departments"))
    assert [row["id"] for row in admin.rest_rows("departments")] == admin.ids("departments")


def test_private_notes_are_shown_to_whoever_wrote_them_only(geese, admin, client_for):
    assert {row["creator_id"] for row in admin.rows("private_notes")} == {admin.profile}
    other = client_for(geese, geese.rows(admin.network.id, "profiles")[2]["id"])
    assert {row["id"] for row in other.rest_rows("privatenotes")}.isdisjoint(admin.ids("private_notes"))


@pytest.mark.parametrize("path", ["objectives/99999/", "objectives/abc/", "nothing/", "objectives/1/checkins/"])
def test_what_is_not_there_is_a_404_in_json(admin, path):
    answer = admin.rest(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_rows_of_another_network_are_not_there(geese, admin, client_for):
    other = client_for(geese, network=1)
    foreign = other.ids("objectives")[0]
    assert admin.rest(f"objectives/{foreign}/").status_code == 404
    assert set(admin.ids("objectives")).isdisjoint(other.ids("objectives"))


def test_listings_can_be_missing(geese, admin):
    geese.set(rest_missing={"oneonones"})
    assert admin.rest("oneonones/").status_code == 404
    assert "oneonones" not in admin.rest("").json()


def test_only_reading_is_possible(geese, admin):
    answer = admin.session.post(f"{geese.url}/api/v/2.0/objectives/", json={}, timeout=5)
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "POST" not allowed.'})
    described = admin.session.options(f"{geese.url}/api/v/2.0/objectives/", timeout=5)
    assert described.json()["name"] == "Objectives"


def test_both_doors_spell_the_same_moment_in_their_own_way(geese, admin):
    row = admin.rows("objectives")[0]
    shown = admin.rest(f"objectives/{row['id']}/").json()
    node = admin.ask("query($pk:Int!){objective(pk:$pk){modified id url}}", pk=row["id"])["objective"]
    assert shown["modified"] == row["modified"].isoformat().replace("+00:00", "Z")
    assert node["modified"] == row["modified"].isoformat()
    assert node["url"] == shown["url"]
    assert base64.b64decode(node["id"]).decode() == f"ObjectiveNode:{row['id']}"
    geese.edit(geese.networks[0].id, "objectives", row["id"], name="Another")
    changed = geese.rows(geese.networks[0].id, "objectives")[0]["modified"]
    assert changed > row["modified"]
    assert changed.microsecond > 0
