"""Warehouses that cannot run here: the statements that dlt's own clients would send them, made without a connection."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import dlt
import pytest

from pipelines.destinations import MANNERS
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse
from sources.core.errors import ConfigurationError
from sources.core.plan import Package
from tests.destinations.places import PREFIX

CREDENTIALS = {  # of nobody
    "bigquery": {"CREDENTIALS__PROJECT_ID": "project", "CREDENTIALS__CLIENT_EMAIL": "nobody@example.com",
                 "CREDENTIALS__PRIVATE_KEY": "none"},
    "snowflake": {"CREDENTIALS": "snowflake://nobody:none@account/database?warehouse=none&role=none"},
    "databricks": {"CREDENTIALS__SERVER_HOSTNAME": "host.invalid", "CREDENTIALS__HTTP_PATH": "/none",
                   "CREDENTIALS__ACCESS_TOKEN": "none", "CREDENTIALS__CATALOG": "catalog"},
    "redshift": {"CREDENTIALS": "redshift://nobody:none@host.invalid:5439/database"},
    "clickhouse": {"CREDENTIALS": "clickhouse://nobody:none@host.invalid:9000/database"},
}  # fmt: skip
APART = {  # what keeps companies apart in `shifts`, and in `roles`, which is versioned
    "bigquery": ("CLUSTER BY `company_guid`, `id`",) * 2,
    "snowflake": ('CLUSTER BY ("COMPANY_GUID")',) * 2,
    "databricks": ("PARTITIONED BY (`company_guid`)",) * 2,
    "redshift": ('"company_guid" varchar(max) DISTKEY SORTKEY NOT NULL',) * 2,
    "clickhouse": ("ORDER BY (company_guid, id)", "ORDER BY (company_guid, id, _dlt_valid_from, _dlt_id)"),
}


@pytest.fixture(params=CREDENTIALS)
def client(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """dlt's client of a destination, with the tables of 7shifts, which has never heard of a server."""
    type = request.param
    try:
        MANNERS[type].require(type)
    except ConfigurationError as error:
        pytest.skip(str(error))
    for name, value in {"DESTINATION_TYPE": type, **CREDENTIALS[type]}.items():
        monkeypatch.setenv(PREFIX + name, value)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path))
    warehouse, vendor = Warehouse.configured(), VENDORS["seven_shifts"]
    source = vendor.source(package=Package(), run_id="", file_format=warehouse.file_format)
    pipeline = dlt.pipeline("statements", destination=warehouse.destination("own"), dataset_name="seven_shifts",
                            pipelines_dir=str(tmp_path))  # fmt: skip
    pipeline.extract(warehouse.fit(source, [table for row in vendor.resources for table in row.tables]))
    pipeline.normalize()
    found, _ = pipeline._get_destination_clients(pipeline.default_schema)
    found.verify_schema()
    return found


def created(client: Any, table: str) -> str:
    columns = list(client.prepare_load_table(table)["columns"].values())
    return ";\n".join(client._get_table_update_sql(table, columns, False))


def merged(client: Any, table: str) -> str:
    jobs = client._create_merge_followup_jobs([client.prepare_load_table(table)])
    found = " ".join(Path(job.new_file_path()).read_text() for job in jobs)
    return re.sub(r"\s+", " ", found).replace('"', "`").lower()


def test_every_table_is_made_with_its_company_first_and_kept_apart_by_it(client: Any) -> None:
    type = client.config.destination_type.rpartition(".")[2]
    for table, apart in zip(("shifts", "roles"), APART[type], strict=True):
        assert apart in created(client, table)
    for table in client.schema.data_table_names():
        first = created(client, table).partition("(\n")[2].partition("\n")[0].lower().replace('"', "`")
        assert first.startswith("`company_guid` "), (table, first)
        assert ("not null" in first) != (type == "clickhouse"), (table, first)  # there a column is, unless Nullable
        assert "nullable" not in first


def test_rows_are_replaced_by_company_and_key_and_children_by_their_parent(client: Any) -> None:
    for table, key in (("shifts", "id"), ("shift_breaks", "shift_id"), ("roles", "_dlt_valid_from")):
        deleted, _, inserted = merged(client, table).partition("insert into")
        assert "delete from" in deleted
        assert "company_guid" in deleted
        assert f"`{key}`" in deleted
        assert "seven_shifts_stg_own" in deleted
        assert inserted.count("company_guid") >= 2
    assert re.search(r"where \(?`_tombstone` is null or `_tombstone` = false", merged(client, "shift_breaks"))


def test_a_merge_is_one_transaction_where_the_destination_has_any(client: Any) -> None:
    type = client.config.destination_type.rpartition(".")[2]

    assert bool(client.capabilities.supports_transactions) == (type in ("bigquery", "snowflake", "redshift"))
