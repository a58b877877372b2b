"""What is said of a destination before anything is loaded: what it needs, and what would lose rows is refused."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from pipelines.addresses import is_here
from pipelines.check import check_all
from pipelines.destinations import MANNERS, OPEN_TABLES
from pipelines.warehouse import Warehouse
from sources.core.errors import ConfigurationError

PREFIX = "DESTINATION__WAREHOUSE__"


def configured(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Warehouse:
    for name, value in settings.items():
        monkeypatch.setenv(PREFIX + name, value)
    return Warehouse.configured()


def named(type: str) -> dict[str, str]:
    lake = {"DESTINATION_TYPE": "filesystem", "TABLE_FORMAT": type}
    return lake if type in OPEN_TABLES else {"DESTINATION_TYPE": type}


@pytest.mark.parametrize("format", [{}, {"TABLE_FORMAT": "parquet"}])
def test_plain_files_are_refused_because_an_edit_would_be_a_second_row(
    monkeypatch: pytest.MonkeyPatch, format: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match=r"destination\.warehouse\.table_format.*delta or iceberg"):
        configured(monkeypatch, DESTINATION_TYPE="filesystem", BUCKET_URL="file:///nowhere", **format)


@pytest.mark.parametrize("format", ["delta", "iceberg"])
@pytest.mark.skipif(bool(find_spec("deltalake")), reason="the extra is installed")
def test_a_missing_extra_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    configured(monkeypatch, DESTINATION_TYPE="filesystem", BUCKET_URL="file:///nowhere", TABLE_FORMAT=format)

    (line,) = check_all([])

    assert (line.ok, line.configuration) == (False, True)
    assert "pip install -e '.[lake]'" in line.text


def test_a_package_of_a_package_that_is_missing_is_named_too() -> None:
    assert find_spec("snowflake") is None, "the test has to be given another module that is not there"
    with pytest.raises(ConfigurationError, match=r"pip install 'dlt\[snowflake\]'"):
        MANNERS["snowflake"].require("snowflake")


@pytest.mark.parametrize(
    ("type", "buckets", "found"),
    [("iceberg", "64", 64), ("iceberg", "0", 0), ("delta", "0", 0), ("ducklake", "0", 0), ("delta", "", None)],
)
def test_companies_share_partitions_as_they_are_told_to(
    monkeypatch: pytest.MonkeyPatch, type: str, buckets: str, found: int | None
) -> None:
    assert configured(monkeypatch, COMPANY_BUCKETS=buckets, **named(type)).buckets == found


@pytest.mark.parametrize(("type", "buckets"), [("delta", "16"), ("snowflake", "0"), ("duckdb", "8"), ("iceberg", "-1")])
def test_a_sharing_that_a_destination_does_not_know_is_refused(
    monkeypatch: pytest.MonkeyPatch, type: str, buckets: str
) -> None:
    with pytest.raises(ConfigurationError, match="company_buckets"):
        configured(monkeypatch, COMPANY_BUCKETS=buckets, **named(type))


def test_credentials_that_dlt_cannot_read_are_told_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = configured(monkeypatch, DESTINATION_TYPE="redshift", CREDENTIALS="user:hunter2/none")

    with pytest.raises(ConfigurationError, match="cannot be used as it is set") as told:
        warehouse.destination("own")

    assert "hunter2" not in str(told.value)


def test_a_folder_of_this_machine_is_known_from_a_bucket() -> None:
    assert str(is_here("file:///var/my%20lake")) == "/var/my lake"
    assert str(is_here("/var/lake")) == "/var/lake"
    assert str(is_here("duckdb:////var/lake.duckdb")) == "/var/lake.duckdb"
    assert is_here("duckdb:///lake.duckdb") == Path("lake.duckdb").resolve()
    assert [is_here(url) for url in ("postgresql://host/lake", "s3://bucket/lake", "az://lake", "", None)] == [None] * 5
