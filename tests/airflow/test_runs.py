"""`airflow dags test` of both sources: a first load with a company that has left, then the next on a fresh disk."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.airflow.conftest import Bench, Disk, Ran

pytestmark = pytest.mark.timeout(1800)  # 15 s for each process of Airflow, and far more on a busy machine
DONE = {"companies": "success", "loaded": "success", "transform": "success", "all_loaded": "success"}


@pytest.fixture(scope="module")
def disks(bench: Bench) -> tuple[Disk, Disk]:
    return bench.disk("first"), bench.disk("second")


@pytest.fixture(scope="module")
def first(bench: Bench, disks: tuple[Disk, Disk]) -> dict[str, Ran]:
    """Both sources; the second restaurant's admin has removed the app."""
    bench.shifts.revoke(bench.shifts.companies[1].guid)
    return {dag: bench.test(disks[0], dag) for dag in ("seven_shifts", "seven_geese")}


@pytest.fixture(scope="module")
def second(bench: Bench, first: dict[str, Ran], disks: tuple[Disk, Disk]) -> dict[str, Ran]:
    """The same an hour later, on a machine that has nothing but the settings; the restaurant is back."""
    for vendor in (bench.shifts, bench.geese):
        vendor.advance(3600)
    bench.shifts.restore(bench.shifts.companies[1].guid)
    bench.transformed.unlink()
    return {dag: bench.test(disks[1], dag) for dag in ("seven_shifts", "seven_geese")}


def loaded(bench: Bench, source: str) -> set[str]:
    found = bench.sql(f"SELECT DISTINCT company_slug FROM {source}.sync_log WHERE status = 'ok'")
    return {slug for (slug,) in found}


def test_one_company_fails_and_the_others_and_dbt_go_on(bench: Bench, first: dict[str, Ran]) -> None:
    ran = first["seven_shifts"]

    assert ran.tasks == {**DONE, "load[bistro]": "success", "load[harbor]": "failed", "load[noodle]": "success",
                         "all_loaded": "upstream_failed"}  # fmt: skip
    assert (ran.state, ran.code) == ("failed", 1)
    assert "FAILED harbor: GET /v2/companies was refused: 403 Forbidden" in ran.said


def test_a_run_in_which_all_went_well_is_a_success(bench: Bench, first: dict[str, Ran]) -> None:
    ran = first["seven_geese"]

    assert ran.tasks == {**DONE, "load[aurora-foods]": "success", "load[borealis-labs]": "success"}
    assert (ran.state, ran.code) == ("success", 0)


def test_every_row_of_the_others_is_there(bench: Bench, second: dict[str, Ran]) -> None:
    assert loaded(bench, "seven_shifts") == {"bistro", "harbor", "noodle"}
    assert loaded(bench, "seven_geese") == {"aurora-foods", "borealis-labs"}
    for company in bench.shifts.companies:
        held = sorted(row["id"] for row in bench.shifts.rows(company.guid, "shifts"))
        stored = bench.sql(f"SELECT id FROM seven_shifts.shifts WHERE company_guid = '{company.guid}' ORDER BY id")
        assert [id for (id,) in stored] == held


def test_an_asset_tells_once_who_was_loaded(first: dict[str, Ran], disks: tuple[Disk, Disk]) -> None:
    events = disks[0].rows("SELECT a.name, e.extra FROM asset_event AS e JOIN asset AS a ON a.id = e.asset_id")
    told = {name: json.loads(extra).get("companies") for name, extra in events}

    assert told == {"seven_shifts": ["bistro", "noodle"], "seven_geese": ["aurora-foods", "borealis-labs"],
                    "sevens_marts": None}  # fmt: skip
    assert len(events) == 4


def test_a_fresh_disk_continues_from_the_destination(bench: Bench, second: dict[str, Ran]) -> None:
    ran = second["seven_shifts"]
    guids = [company.guid for company in bench.shifts.companies]
    shifts = [request for request in ran.asked if request.path.endswith("/shifts")
              and ("draft", "true") not in request.query]  # fmt: skip
    continued = [{"modified_since" in dict(request.query) for request in shifts
                  if request.headers["x-company-guid"] == guid} for guid in guids]  # fmt: skip

    assert (ran.state, ran.code) == ("success", 0)
    assert continued == [{True}, {False}, {True}]  # the second has never been read


def test_a_run_without_news_asks_little_and_writes_nothing(
    second: dict[str, Ran], disks: tuple[Disk, Disk]
) -> None:
    values = [json.loads(value) for (value,) in disks[1].rows("SELECT value FROM xcom WHERE task_id = 'load'")]
    quiet = {value["company"]: value for value in values if value["company"] != "harbor"}

    assert {slug: value["rows"] for slug, value in quiet.items()} == {
        "aurora-foods": 0, "bistro": 0, "borealis-labs": 0, "noodle": 0}  # fmt: skip
    assert {quiet[slug]["requests"] for slug in ("bistro", "noodle")} == {14}  # 43 and 31 the first time


def test_parameters_reach_the_vendor(bench: Bench, second: dict[str, Ran]) -> None:
    since, until = bench.shifts.now - timedelta(days=3), bench.shifts.now - timedelta(days=1)

    ran = bench.test(bench.disk("third"), "seven_shifts", companies=["noodle"], resources=["shifts"],
                     since=since.isoformat(), until=until.isoformat())  # fmt: skip

    assert ran.tasks == {**DONE, "load[noodle]": "success"}
    assert ran.sent("/shifts")
    assert all("start[gte]" in query and "start[lte]" in query for query in ran.sent("/shifts"))
    assert not ran.sent("/time_punches")


def test_dbt_ran_after_each_source_with_scratch_files_that_are_gone(bench: Bench, second: dict[str, Ran]) -> None:
    calls = [line.split(" in ") for line in bench.transformed.read_text(encoding="utf-8").splitlines()]

    assert len(calls) >= 2
    assert {command for command, _ in calls} == {"transform"}
    assert all(folder.startswith(str(bench.folder)) for _, folder in calls)


def test_nothing_secret_and_nothing_of_a_load_stays_on_the_disk(
    bench: Bench, first: dict[str, Ran], second: dict[str, Ran], disks: tuple[Disk, Disk]
) -> None:
    secrets = [secret.encode() for secret in bench.secrets()]
    said = [("log", ran.said.encode()) for runs in (first, second) for ran in runs.values()]
    files = [file for disk in disks for file in disk.bytes()]

    assert len(secrets) > 10
    assert len(files) > 5
    assert [place for place, content in [*said, *files] if any(secret in content for secret in secrets)] == []
    left = {path.relative_to(disk.folder).parts[:2] for disk in disks for path, _ in disk.bytes()}
    assert {top for top, *_ in left} == {"airflow", "tmp"}
    assert all(name.startswith(("sevens-pace-", "sevens-locks-")) for top, name in left if top == "tmp")
