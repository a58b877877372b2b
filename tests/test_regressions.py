"""Mistakes that were made once: each of these failed when it was written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from sources.core.errors import ConfigurationError, SuspectError
from sources.core.http import Company
from sources.core.reading import Reading
from sources.core.task import Task
from sources.seven_shifts.resources import RESOURCES
from tests.conftest import Bench

ROLES = {"companies": ["bistro"], "resources": ["roles"]}
PUNCHES = {"companies": ["bistro"], "resources": ["time_punches"]}
SHIFTS = {"companies": ["bistro"], "resources": ["shifts"]}
WAGES = {"companies": ["bistro"], "resources": ["wages"]}


def test_the_leaked_key_of_a_company_that_is_set_aside_stays_out_of_rejected_rows(bench: Bench, guid: str) -> None:
    bench.vendor.companies_leak_api_key = True
    bench.vendor.edit(guid, "companies", bench.vendor.companies[0].id, start_week_on=2**70)

    bench.run(companies=["bistro"], resources=["companies"])

    assert "sim-api-key" not in repr(bench.sql("SELECT * FROM seven_shifts.rejected_rows"))


@pytest.mark.parametrize("table", ["time_punches", "roles"])
def test_one_poison_break_or_station_does_not_stop_the_listing(bench: Bench, guid: str, table: str) -> None:
    below, name = ("breaks", "user_id") if table == "time_punches" else ("stations", "id")
    row = next(row for row in bench.vendor.rows(guid, table) if row[below])
    bench.vendor.edit(guid, table, row["id"], **{below: [{**child, name: 2**70} for child in row[below]]})

    report = bench.run(companies=["bistro"], resources=[table])

    assert [unit.error for unit in report.units] == [None]


def test_a_row_of_a_snapshot_that_is_set_aside_is_not_closed(bench: Bench, guid: str) -> None:
    bench.run(**ROLES)
    role = bench.vendor.rows(guid, "roles")[0]["id"]
    bench.vendor.edit(guid, "roles", role, sort=2**70)

    bench.run(**ROLES)

    assert (role,) in bench.loaded(guid, "roles")


def test_a_document_that_is_a_plain_text_survives_its_closing(bench: Bench, guid: str) -> None:
    user = next(row["id"] for row in bench.vendor.rows(guid, "users") if row["active"])
    old = bench.vendor.create(guid, "wages", user_id=user, role_id=1, effective_date="2026-01-01", wage_cents=1500,
                              wage_type="hourly", allocations="mon")  # fmt: skip
    bench.run(**WAGES)
    bench.vendor.set_wage(guid, user, 1600, role_id=1)
    bench.vendor.advance(86_400)

    bench.run(**WAGES)

    assert bench.sql("SELECT allocations::VARCHAR FROM seven_shifts.wages WHERE id = ?", old["id"]) == [('"mon"',)]


def test_a_company_id_sent_as_text_is_still_the_own_company(bench: Bench, guid: str) -> None:
    own = str(bench.vendor.companies[0].id)
    bench.vendor.faults.add("type_change", times=1, path="/shifts", field="company_id", value=own)

    report = bench.run(**SHIFTS)

    assert [unit.error for unit in report.units] == [None]


@pytest.mark.parametrize("loaded", [False, True])
def test_until_without_since_ends_and_is_a_bound(bench: Bench, guid: str, loaded: bool) -> None:
    if loaded:
        bench.run(**SHIFTS)
    bench.vendor.faults.add("404", times=1000, path="/shifts", after=30)  # it would read for ever

    report = bench.run(**SHIFTS, until=bench.vendor.now - timedelta(days=1))

    assert not report.failed
    assert all("start[lte]" in query for query in bench.sent("/shifts"))


def test_the_breaks_of_an_edited_recent_punch_are_not_doubled(bench: Bench, guid: str) -> None:
    bench.run(**PUNCHES)
    punch = next(row for row in bench.live(guid, "time_punches") if len(row["breaks"]) > 1)
    bench.vendor.edit(guid, "time_punches", punch["id"], tips=4321)  # both the change filter and the window send it

    bench.run(**PUNCHES)

    breaks = bench.loaded(guid, "time_punch_breaks", "time_punch_id, id")
    assert len(breaks) == len(set(breaks))


def test_a_server_clock_that_went_back_loses_no_edit(bench: Bench, guid: str) -> None:
    bench.vendor.advance(86_400)
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[0]["id"], notes="tomorrow")
    bench.run(resources=["companies", "shifts"])
    bench.vendor.advance(-86_400)
    bench.vendor.edit(guid, "shifts", bench.live(guid, "shifts")[1]["id"], notes="today again")

    report = bench.run(resources=["companies", "shifts"])

    assert bench.loaded(guid, "shifts", "id, notes") == bench.held(guid, "shifts", "id", "notes")
    assert any("is behind the mark" in notice for notice in report.notices)


def test_an_echo_of_the_limit_is_not_taken_for_a_count(bench: Bench, guid: str) -> None:
    reading = Reading.__new__(Reading)
    reading.task, reading.path = Task(Company("bistro", guid, 1), RESOURCES[1]), "v2/x"

    reading._refuse_cut(20, 500)
    with pytest.raises(SuspectError):
        reading._refuse_cut(20, 21)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SOURCES__SEVEN_SHIFTS__REQUESTS_PER_SECOND", "0", "no number of at least"),
        ("SOURCES__SEVEN_SHIFTS__REQUESTS_PER_MINUTE", "x", "no number of at least"),
        ("SOURCES__SEVEN_SHIFTS__BACKOFF", "-1", "no number of at least"),
        ("SOURCES__SEVEN_SHIFTS__API_URL", "http://[::1", "is not an address"),
        ("SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_SECRET", "two\nlines", "characters that no secret has"),
        ("DESTINATION__WAREHOUSE__LOCK_WAIT", "soon", "no number of at least"),
        ("DESTINATION__WAREHOUSE__CREDENTIALS", "md:mine", "is no file"),
        ("DESTINATION__WAREHOUSE__CREDENTIALS", "o'brien.duckdb", "has a quote in its name"),
        ("DESTINATION__WAREHOUSE__CREDENTIALS", "seven_shifts.duckdb", "is named like the schema seven_shifts in it"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_a_configuration_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=told) as error:
        bench.run()

    assert "two" not in str(error.value)


def test_the_line_end_of_a_secret_file_is_no_part_of_the_secret(bench: Bench) -> None:
    bench.set("CREDENTIALS__CLIENT_SECRET", bench.vendor.client_secret + "\n")

    assert not bench.run(resources=["companies"]).failed


def test_names_in_brackets_survive_on_the_terminal(bench: Bench) -> None:
    bench.set("CREDENTIALS__CLIENT_SECRET", "wrong")

    assert "of [sources.seven_shifts]" in CliRunner().invoke(main, ["run", "seven_shifts"]).stderr
