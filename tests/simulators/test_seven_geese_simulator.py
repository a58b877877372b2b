"""The simulator itself: its year of data, its hooks, its clock, and its control over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from simulators.seven_geese import SevenGeese, Volume
from simulators.seven_geese.simulator import START
from simulators.seven_geese.tables import ANSWER_KINDS, ITEM_ANSWER_KINDS, ITEM_ANSWER_KINDS_2026, TABLES

pytest_plugins = ("tests.simulators.geese",)


def counts(sim):
    return {table: len(sim.rows(sim.networks[0].id, table)) for table in TABLES}


def test_a_seed_gives_the_same_year_every_time():
    first, second, third = (SevenGeese(networks=1, people=6, seed=seed) for seed in (3, 3, 4))
    assert first.networks == second.networks != third.networks
    for table in TABLES:
        assert first.rows(first.networks[0].id, table) == second.rows(second.networks[0].id, table)


def test_volume_is_per_person():
    none = SevenGeese(networks=1, people=6, volume=Volume(0, 0, 0, 0, 0, 0, 0))
    for table in ("objectives", "recognitions", "one_on_ones", "feedback_requests", "action_items", "snapshots"):
        assert none.rows(none.networks[0].id, table) == []
    some = SevenGeese(networks=1, people=6, volume=Volume(3, 2, 1, 1, 2, 2, 4))
    found = counts(some)
    assert (found["objectives"], found["recognitions"], found["one_on_ones"]) == (18, 12, 6)
    assert (found["action_items"], found["snapshot_groups"], found["snapshots"]) == (12, 2, 12)
    assert found["item_answers"] == 48


def test_the_year_ends_where_the_clock_starts_and_holds_the_odd_cases(geese, admin):
    awarded = [row["awarded_date"] for row in admin.rows("recognitions")]
    assert START - timedelta(days=366) < min(awarded) < max(awarded) < START
    assert awarded == sorted(awarded)
    objectives = admin.rows("objectives")
    assert all(row["created"] <= row["modified"] <= START for row in objectives)
    assert {row["objective_type"] for row in objectives} == {1, 2, 3}
    results = admin.rows("key_results")
    assert any(row["target_value"] < row["starting_value"] for row in results)
    assert any(row["progress"] > 100 for row in results)
    assert {row["kind"] for row in admin.rows("item_answers")} == {*ITEM_ANSWER_KINDS, *ITEM_ANSWER_KINDS_2026}
    assert {row["kind"] for row in admin.rows("answers")} == set(ANSWER_KINDS)
    assert [row["activated"] for row in admin.rows("profiles")].count(False) == 1
    assert [row["active"] for row in admin.rows("badges")].count(False) == 1
    texts = "".join(str(row["answer"]) for row in admin.rows("item_answers"))
    texts += "".join(row["message"] for row in admin.rows("recognitions"))
    assert "<" in texts
    assert any(ord(letter) > 0xFFFF for letter in texts)


def test_users_and_profiles_have_numbers_that_overlap(geese):
    profiles = [row for network in geese.networks for row in geese.rows(network.id, "profiles")]
    assert {row["user_id"] for row in profiles} & {row["id"] for row in profiles}
    assert all(row["user_id"] != row["id"] for row in profiles)


def test_changes_between_two_pages_repeat_a_row_or_skip_one(geese, admin):
    network, seen = admin.network.id, []

    def on_page(transport, table, number, network_id):
        seen.append((transport, table, number, network_id))
        if number == 0:
            geese.create(network, "recognitions", recipient_ids=[admin.profile])

    geese.on_page = on_page
    query = "query($after:String){recognitions(first:3,after:$after){pageInfo{endCursor} edges{node{pk}}}}"
    first = admin.ask(query)["recognitions"]
    second = admin.ask(query, after=first["pageInfo"]["endCursor"])["recognitions"]
    assert second["edges"][0] == first["edges"][-1]
    assert seen == [("graphql", "recognitions", 0, network), ("graphql", "recognitions", 1, network)]
    admin.rest("recognitions/", limit=3, offset=6)
    assert seen[-1] == ("rest", "recognitions", 2, network)


def test_the_clock_shows_in_the_date_header_and_can_be_moved(geese, admin):
    shown = parsedate_to_datetime(admin.rest("badges/").headers["Date"])
    assert abs(shown - geese.now) <= timedelta(seconds=2)
    geese.advance(86400)
    assert parsedate_to_datetime(admin.rest("badges/").headers["Date"]) >= shown + timedelta(days=1)
    geese.set(send_date=False)
    assert "Date" not in admin.rest("badges/").headers


def test_options_are_known_by_name_and_value(geese):
    for wrong in ({"colour": 1}, {"schema": "2019"}, {"references": "maybe"}):
        with pytest.raises(ValueError):
            geese.set(**wrong)


def test_everything_can_be_steered_over_http(geese, admin):
    def call(method, **arguments):
        return requests.post(f"{geese.url}/_control/{method}", json=arguments, timeout=5).json()

    network = admin.network.id
    made = call("create", network=network, table="objectives", name="Steered", due_datetime="2026-12-01")["result"]
    shown = [row for row in call("rows", network=network, table="objectives")["result"] if row["id"] == made]
    assert (shown[0]["name"], shown[0]["due_datetime"]) == ("Steered", "2026-12-01T00:00:00+00:00")
    call("edit", network=network, table="objectives", id=made, name="Steered again")
    assert admin.rest(f"objectives/{made}/").json()["name"] == "Steered again"
    call("faults.add", kind="500", path="/badges/")
    assert admin.rest("badges/").status_code == 500
    call("set", page_default=1, rest_missing=["users"])
    assert admin.rest("users/").status_code == 404
    assert len(call("authorize", network=network)["result"]["access_token"]) == 30
    assert "ValueError" in call("set", colour=1)["error"]
    assert "error" in call("explode")
    state = requests.get(f"{geese.url}/_control/state", timeout=5).json()
    assert state["networks"][0]["counts"]["objectives"] == len(admin.ids("objectives"))
    assert not [one for one in geese.requests if one.path.startswith("/_control")]


def test_it_tells_how_to_connect(geese):
    told = geese.describe()
    assert json.loads(json.dumps(told)) == told
    assert told["networks"][0]["token"] == geese.networks[0].token
    assert told["graphql_url"] == f"{geese.url}/graphql"


def test_it_runs_on_its_own():
    command = [sys.executable, "-m", "simulators.seven_geese", "--port=0", "--people=3", "--volume-objectives=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        told = json.loads("".join(lines))
        network = told["networks"][0]
        headers = {"Authorization": f"Bearer {network['token']}"}
        count = requests.get(f"{told['rest_url']}objectives/", headers=headers, timeout=5).json()["count"]
        process.terminate()
    assert count == 3
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", told["url"])
