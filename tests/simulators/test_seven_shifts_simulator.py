"""How the simulated listings page, filter and hide."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from simulators.seven_shifts import SevenShifts


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("table", "ending"),
    [("locations", "+00:00"), ("shifts", "Z"), ("roles", "+0000"), ("time_punches", "+00:00")],
)
def test_each_table_spells_its_times_in_its_own_way(client, table, ending):
    for row in client.page(table)["data"]:
        assert row["modified"].endswith(ending)
        assert len(row["modified"]) == 19 + len(ending)


def test_companies_have_no_meta_and_one_company_has_no_envelope(client):
    listed = client.v2("companies", limit=1).json()
    assert set(listed) == {"data", "object"}
    assert ids(listed["data"]) == [client.company.id]
    assert client.v2(f"companies/{client.company.id}").json() == listed["data"][0]


def test_the_api_key_leaks_only_when_asked_to(client, sim):
    assert "api_key" not in client.v2("companies").json()["data"][0]["meta"]
    sim.companies_leak_api_key = True
    assert client.v2("companies").json()["data"][0]["meta"]["api_key"]


def test_keyset_pages_cover_every_row_once_in_ascending_order(client):
    rows = client.every("time_punches", limit=7)
    assert ids(rows) == sorted(set(ids(rows))) == ids(client.every("time_punches", limit=500))


@pytest.mark.parametrize("table", ["users", "shifts", "time_punches", "roles"])
def test_keyset_listings_have_no_current_cursor_on_the_first_page(client, table):
    cursor = client.page(table, limit=3)["meta"]["cursor"]
    assert cursor["current"] is None
    assert cursor["prev"] is None
    assert set(json.loads(base64.b64decode(cursor["next"]))) == {"id", "next"}
    second = client.page(table, limit=3, cursor=cursor["next"])["meta"]["cursor"]
    assert second["current"] == cursor["next"]
    assert client.page(table, limit=3, cursor=second["prev"])["data"] == client.page(table, limit=3)["data"]


@pytest.mark.parametrize("table", ["locations", "departments"])
def test_offset_listings_have_a_current_cursor_on_the_first_page(client, table):
    cursor = client.page(table, limit=1)["meta"]["cursor"]
    assert json.loads(base64.b64decode(cursor["current"])) == {"limit": 1, "offset": 0}
    assert json.loads(base64.b64decode(cursor["next"])) == {"limit": 1, "offset": 1}
    assert len(client.every(table, limit=1)) == len(client.page(table)["data"])


def test_all_three_cursors_of_roles_are_null_when_one_page_holds_them(client):
    cursor = client.page("roles")["meta"]["cursor"]
    assert (cursor["current"], cursor["prev"], cursor["next"]) == (None, None, None)


def test_count_is_the_rows_of_this_page(client):
    page = client.page("shifts", limit=4)
    assert page["meta"]["cursor"]["count"] == len(page["data"]) == 4


def test_punches_come_by_20_and_shifts_by_100_unless_asked(sim, client, guid):
    for _ in range(101):
        sim.create(guid, "shifts")
    assert len(client.page("time_punches")["data"]) == 20
    assert len(client.page("shifts")["data"]) == 100


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_a_limit_out_of_range_is_refused_by_name(client, limit):
    answer = client.get("shifts", limit=limit)
    assert answer.status_code == 400
    assert "limit" in answer.json()["detail"]


def test_a_cursor_from_nowhere_is_refused(client):
    assert client.get("shifts", cursor="nonsense").status_code == 400


def test_unknown_parameters_change_nothing_and_are_written_down(client, sim):
    assert client.page("roles", surprise="1") == client.page("roles")
    assert ("surprise", "1") in [pair for request in sim.requests for pair in request.query]


def test_a_row_deleted_between_pages_shifts_an_offset_listing_but_not_a_keyset_one(sim, client, guid):
    for table, lost in (("locations", True), ("shifts", False)):
        before = ids(client.every(table, limit=500))
        first = client.page(table, limit=1)
        sim.delete(guid, table, first["data"][0]["id"])
        rest = client.page(table, limit=1, cursor=first["meta"]["cursor"]["next"])["data"]
        assert (before[1] not in ids(rest)) is lost


def test_leaving_the_context_does_not_wait_for_open_connections():
    with SevenShifts(companies=1, weeks=1, staff=2) as sim:
        session = requests.Session()
        session.get(sim.url + "/v2/companies", timeout=5)
        began, url = time.monotonic(), sim.url
    assert time.monotonic() - began < 1
    with pytest.raises(requests.ConnectionError):
        session.get(url + "/v2/companies", timeout=5)


def test_it_serves_from_the_command_line_until_stopped():
    command = [
        sys.executable,
        "-m",
        "simulators.seven_shifts",
        "--port",
        "0",
        "--companies",
        "1",
        "--staff",
        "2",
    ]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as served:
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(served.stdout.readline())
        told = json.loads("".join(lines))
        state = requests.get(f"{told['url']}/_control/state", timeout=5).json()
        served.terminate()
        assert served.wait(timeout=5) == 0
    assert [company["slug"] for company in state["companies"]] == ["bistro"]
    assert {"token_url", "client_id", "client_secret"} <= set(told)
