"""The command line: exit codes, and errors of one paragraph that name the fix."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from tests.conftest import Bench
from tests.report.reading import Report as Page


def sevens(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def nothing_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESTINATION__WAREHOUSE__CREDENTIALS", str(tmp_path / "warehouse.duckdb"))


@pytest.mark.usefixtures("nothing_configured")
def test_a_run_before_any_configuration_says_what_to_write_where() -> None:
    result = sevens("run", "seven_shifts")

    assert result.exit_code == 2
    assert ".dlt/config.toml" in result.stderr
    assert "[[sources.seven_shifts.companies]]" in result.stderr
    assert "SOURCES__SEVEN_SHIFTS__COMPANIES" in result.stderr


@pytest.mark.usefixtures("nothing_configured")
def test_missing_credentials_are_named_with_file_and_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    company = {"slug": "bistro", "guid": "0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0"}
    monkeypatch.setenv("SOURCES__SEVEN_SHIFTS__COMPANIES", json.dumps([company]))

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 2
    assert ".dlt/secrets.toml" in result.stderr
    assert "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_ID" in result.stderr
    assert "SOURCES__SEVEN_SHIFTS__CREDENTIALS__ACCESS_TOKEN" in result.stderr


@pytest.mark.parametrize(
    ("companies", "told"),
    [
        ("not json", "is not JSON"),
        ("{}", "No company is configured"),
        ('[{"slug": "a"}]', "no slug or no guid"),
        ('[{"slug": "a", "guid": "12"}]', "not a GUID"),
        ('[{"slug": "a", "guid": "G1"}, {"slug": "a", "guid": "G2"}]', "the slug 'a' stands twice"),
        ('[{"slug": "a", "guid": "G1"}, {"slug": "b", "guid": "G1"}]', "stands twice"),
        ('[{"slug": "a", "guid": "G1", "id": "x"}]', "not a number"),
    ],
)
def test_companies_written_wrong_are_refused_before_anything_is_asked(bench: Bench, companies: str, told: str) -> None:
    guids = [company["guid"] for company in bench.companies]
    bench.set("COMPANIES", companies.replace("G1", guids[0]).replace("G2", guids[1]))

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 2
    assert told in result.stderr
    assert not bench.vendor.requests


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "seven_shifts", "--company", "nobody"], "No company 'nobody' is configured"),
        (["run", "seven_shifts", "--resource", "nothing"], "has no resource 'nothing'"),
        (["run", "seven_shifts", "--since", "2026-05-02", "--until", "2026-05-01"], "is after until"),
        (["verify", "seven_shifts", "--since", "2026-05-02", "--until", "2026-05-01"], "is after until"),
        (["run", "seven_shifts", "--since", "yesterdayish"], "is not a date"),
        (["run", "eight_shifts"], "eight_shifts"),
    ],
)
def test_bad_usage_exits_with_2_and_loads_nothing(bench: Bench, words: list[str], told: str) -> None:
    result = sevens(*words)

    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())
    assert not bench.vendor.requests


def test_an_api_key_is_recognised_and_refused_with_what_to_do_instead(bench: Bench) -> None:
    bench.set("CREDENTIALS__API_KEY", "0123456789abcdef")

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 2
    assert "ended on 2023-03-31" in result.stderr
    assert "access token" in result.stderr


def test_a_wrong_secret_is_told_with_the_vendors_reason_and_without_the_secret(bench: Bench) -> None:
    bench.set("CREDENTIALS__CLIENT_SECRET", "hunter2")

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 1
    assert "invalid_client" in result.output
    assert "credentials.client_secret" in result.output
    assert "hunter2" not in result.output


def test_one_access_token_for_two_companies_is_refused(bench: Bench) -> None:
    bench.set("CREDENTIALS__ACCESS_TOKEN", bench.vendor.companies[0].access_token)

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 2
    assert "belongs to one company" in result.stderr


def test_an_expired_access_token_is_told_and_exits_with_1(bench: Bench) -> None:
    bench.set("COMPANIES", json.dumps(bench.companies[:1]))
    bench.set("CREDENTIALS__ACCESS_TOKEN", "long gone")

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 1
    assert "401" in result.output
    assert "token" in result.output


def test_plain_http_off_this_machine_is_refused(bench: Bench) -> None:
    bench.set("API_URL", "http://api.7shifts.example")

    result = sevens("run", "seven_shifts")

    assert result.exit_code == 2
    assert "https" in result.stderr


def test_json_on_stdout_is_the_whole_report(bench: Bench) -> None:
    result = sevens("run", "seven_shifts", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["ok"] is True
    assert told["tables"]["shifts"] == sum(len(bench.vendor.rows(c["guid"], "shifts")) for c in bench.companies)
    assert {entry["guid"] for entry in told["resources"]} == {c["guid"] for c in bench.companies}


def test_one_failed_company_exits_with_1_and_names_it(bench: Bench) -> None:
    bench.vendor.revoke(bench.companies[0]["guid"])

    result = sevens("run", "seven_shifts", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["ok"] is False
    failed = [entry for entry in told["resources"] if entry["status"] == "failed"]
    assert [entry["company"] for entry in failed] == [bench.companies[0]["slug"]]


def test_check_tells_a_line_for_the_destination_each_company_and_the_failure(bench: Bench) -> None:
    bench.vendor.revoke(bench.companies[1]["guid"])

    result = sevens("check", "--json")

    lines = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [line["ok"] for line in lines] == [True, True, True, False]
    assert bench.companies[1]["slug"] in lines[3]["text"]
    assert not bench.file.exists()


def test_status_fails_if_a_table_was_last_read_longer_ago_than_is_allowed(bench: Bench) -> None:
    assert sevens("status", "--max-age", "1").exit_code == 1  # nothing was ever loaded
    bench.run(resources=["roles"])  # at the vendor it is weeks ago

    old, young = (sevens("status", "--max-age", hours, "--json") for hours in ("1", "1000000"))

    assert (old.exit_code, young.exit_code) == (1, 0)
    assert {entry["stale"] for entry in json.loads(old.stdout)} == {True}


def test_a_working_directory_that_cannot_be_made_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run(resources=["roles"])
    monkeypatch.setenv("DLT_DATA_DIR", "/proc/none")

    result = sevens("status")

    assert result.exit_code == 1
    assert "Set DLT_DATA_DIR to a folder that can" in result.stderr


def test_status_reads_rows_freshness_and_the_last_error_from_the_warehouse(bench: Bench) -> None:
    assert json.loads(sevens("status", "--json").stdout) == []
    bench.run()
    first, second = (company["guid"] for company in bench.companies)
    bench.vendor.plan_too_low(second, "shifts")
    bench.run()

    result = sevens("status", "--json")

    entries = {(entry["guid"], entry["table"]): entry for entry in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert entries[first, "shifts"]["rows"] == len(bench.vendor.rows(first, "shifts"))
    # The second reading brought nothing new; the longest one counts.
    assert entries[first, "shifts"]["rows_read"] == len(bench.vendor.rows(first, "shifts"))
    assert entries[first, "roles"]["rows_read"] == len(bench.vendor.rows(first, "roles"))
    assert entries[first, "shift_breaks"]["rows_read"] is None
    assert entries[first, "shifts"]["error"] is None
    assert "403" in entries[second, "shifts"]["error"]
    assert entries[second, "shifts"]["as_of"] is not None


def test_every_command_has_a_help_page() -> None:
    for name in ("", "demo", "check", "run", "status", "auth", "export", "report"):
        result = sevens(*name.split(), "--help")
        assert result.exit_code == 0
        assert "Usage" in result.output


def test_the_demo_finds_every_change_in_the_tables_and_its_vendors_stay_for_a_comparison(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pipelines.cli", "demo", "--folder", str(tmp_path), "--stay", "--json"]
    settings = tmp_path / "environment"
    # A shell that puts the tests in its background has them ignore Ctrl-C, and what they start too.
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with (
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=heeding
        ) as demo,
        ExitStack() as ended,
    ):
        ended.callback(demo.kill)
        while not settings.exists() or not settings.read_text().endswith("\n"):
            assert demo.poll() is None
            time.sleep(0.2)
        known = dict(line.split("=", 1) for line in shlex.split(settings.read_text()))
        well, wrong = compared(known, tmp_path / "sevens.duckdb")
        demo.send_signal(signal.SIGINT)
        told = json.loads(demo.communicate(timeout=60)[0])

    assert (well.returncode, well.stderr) == (0, ""), well.stdout
    assert "0 missing, 0 too many, 0 different" in well.stdout
    assert wrong.returncode == 1
    assert "seven_shifts bistro time_punches: missing 85000001" in wrong.stdout
    assert "seven_geese aurora-foods badges: 13 differs in name" in wrong.stdout
    assert "1 missing, 0 too many, 1 different; 2 tables are not as at the vendor" in wrong.stdout
    assert demo.returncode == 0
    assert not settings.exists()
    assert told["differences"] == []
    assert [report["ok"] for report in told["first"].values()] == [True, True]
    resources = [entry for report in told["second"].values() for entry in report["resources"]]
    assert [entry["company"] for entry in resources if entry["status"] != "ok"] == ["noodle"]
    assert (tmp_path / "archive" / "manifest.json").exists()
    assert Path(told["file"]).exists()
    page = Page(Path(told["report"]).read_text(encoding="utf-8"))
    cost, at_risk, overdue = (told["answers"][question] for question in (
        "What did labour cost yesterday?", "Which objectives are at risk?", "Which reviews are overdue?"))  # fmt: skip
    shown = {company: page.figures("summary", company) for company in page.companies("summary")}
    assert len(page.companies("labour")) == 3
    for company in page.companies("labour"):
        assert f"{company} {shown[company]['Labour cost yesterday']} for" in cost
    assert at_risk.split()[0] == str(sum(int(one.get("Objectives at risk", 0)) for one in shown.values()))
    assert overdue.split()[0] == str(sum(int(one.get("Reviews overdue", 0)) for one in shown.values()))


def compared(settings: dict[str, str], file: Path) -> list[subprocess.CompletedProcess[str]]:
    """`sevens verify all`, before and after a punch is deleted and a badge renamed by hand."""
    words = [sys.executable, "-m", "pipelines.cli", "verify", "all"]
    found = []
    one = "company_guid = '0f3d4ea7-9de8-42e9-9ab3-9fd1b4b815a0' AND id"
    for statement in ("SELECT 1", f"DELETE FROM seven_shifts.time_punches WHERE {one} = 85000001; "
                      f"UPDATE seven_geese.badges SET name = 'forged' WHERE {one} = 13"):  # fmt: skip
        with duckdb.connect(str(file)) as connection:
            connection.execute(statement)
        found.append(subprocess.run(words, env={**os.environ, **settings}, capture_output=True, text=True, check=False))
    return found
