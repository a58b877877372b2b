"""The archive: what is in it, what its manifest says, and when there is none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.export import export
from sources.core.errors import ConfigurationError
from tests.geese import HELD, GeeseBench, build_geese, guid_of


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, networks=2, people=4)


def test_the_manifest_counts_what_the_vendor_counts_and_the_files_hold_it(geese):
    geese.run()

    manifest = export("seven_geese", geese.folder / "archive")

    written = {table["name"]: table for table in manifest["tables"]}
    for network in geese.vendor.networks:
        for name, held in HELD.items():
            theirs = len(list(held.rows(geese.vendor, network, network.admin)))
            if name == "recognition_recipients":  # departments are recipients too
                theirs += sum(len(row["team_recipient_ids"]) for row in geese.vendor.rows(network.id, "recognitions"))
            assert written[name]["current"].get(guid_of(network), 0) == theirs, name
    for table in written.values():
        file = geese.folder / "archive" / table["file"]
        assert pq.read_metadata(file).num_rows == table["rows"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == table["sha256"]
    assert manifest["complete"] is True
    assert json.loads((geese.folder / "archive" / "manifest.json").read_text())["tables"] == manifest["tables"]


def test_texts_documents_and_times_survive_in_their_types(geese):
    network = geese.vendor.networks[0]
    checkin = geese.vendor.rows(network.id, "checkins")[0]["id"]
    geese.vendor.edit(network.id, "checkins", checkin, message="<p>ok 🦆</p>", metadata={"a": [1, "ü"]})
    geese.run(["objectives"])

    export("seven_geese", geese.folder / "archive")

    rows = pq.read_table(geese.folder / "archive" / "objective_checkins.parquet").to_pylist()
    row = next(row for row in rows if row["id"] == checkin)
    assert row["message"] == "<p>ok 🦆</p>"
    assert json.loads(row["metadata"]) == {"a": [1, "ü"]}
    assert row["created"].tzinfo is not None


def test_versions_that_ended_and_rows_not_listed_any_more_are_in_the_archive_and_not_counted_as_current(geese):
    network = geese.vendor.networks[0]
    geese.run(["badges", "objectives"])
    badge = geese.vendor.rows(network.id, "badges")[0]["id"]
    geese.vendor.edit(network.id, "badges", badge, name="Renamed")
    reader = next(row["id"] for row in geese.vendor.rows(network.id, "profiles") if not row["is_admin"])
    seen = len(geese.vendor.rows(network.id, "objectives", reader))
    everything = len(geese.vendor.rows(network.id, "objectives"))
    geese.read_as(network, reader)
    geese.run(["badges", "objectives"])

    manifest = export("seven_geese", geese.folder / "archive")

    tables = {table["name"]: table for table in manifest["tables"]}
    guid, badges = guid_of(network), len(geese.vendor.rows(network.id, "badges"))
    assert tables["badges"]["current"][guid] == badges
    assert tables["objectives"]["current"].get(guid, 0) == seen
    assert tables["objectives"]["unseen"].get(guid, 0) == everything - seen
    assert tables["badges"]["rows"] == sum(tables["badges"]["current"].values()) + 1


def test_the_manifest_says_who_read_with_which_scopes_and_what_was_not_visible(geese):
    network = geese.vendor.networks[0]
    geese.vendor.set(grant_scopes="network:read objective:read userprofile:read")
    geese.run(["objectives", "reviews"], companies=[network.slug])

    manifest = export("seven_geese", geese.folder / "archive")

    company = manifest["companies"][0]
    assert company["slug"] == network.slug
    read = company["acting_identities"]
    assert {scope for identity in read for scope in identity["scopes"]} >= {"objective:read"}
    assert f"profile {network.admin}, admin, content visibility 2" in read[0]["identity"]
    assert any("review:read was not granted" in what for what in company["not_visible"])
    assert manifest["complete"] is False


def test_an_archive_is_never_written_over(geese):
    geese.run(["badges"])
    (geese.folder / "archive").mkdir()
    (geese.folder / "archive" / "mine.txt").write_text("mine")

    with pytest.raises(ConfigurationError, match="not empty"):
        export("seven_geese", geese.folder / "archive")


def test_there_is_no_archive_of_what_was_never_loaded(geese):
    result = CliRunner().invoke(main, ["export", "seven_geese", "--to", str(geese.folder / "archive")])

    assert result.exit_code == 2
    assert "sevens run seven_geese" in result.output
    assert not (geese.folder / "archive").exists()


def test_a_company_of_seven_shifts_can_leave_too(bench):
    bench.run(resources=["shifts"])

    manifest = export("seven_shifts", bench.folder / "archive")

    tables = {table["name"]: table["current"] for table in manifest["tables"]}
    for company in bench.vendor.companies:
        assert tables["shifts"][company.guid] == len(bench.vendor.rows(company.guid, "shifts"))
