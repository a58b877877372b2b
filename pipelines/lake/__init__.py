"""dlt's `filesystem` as a destination like the others: Delta and Iceberg tables, merged by key and asked by SQL."""

from __future__ import annotations

from typing import Any

from dlt.common.destination import DestinationCapabilitiesContext
from dlt.destinations import filesystem
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient
from dlt.destinations.sql_client import SqlClientBase

from pipelines.lake.jobs import DeltaJob, IcebergJob
from pipelines.lake.views import LakeSqlClient


class LakeClient(FilesystemClient):
    """dlt's client for files, with these jobs and views."""

    @staticmethod
    def get_reference_followup_job_class(table: Any) -> Any:  # noqa: ANN401 - as dlt has it
        return {"delta": DeltaJob, "iceberg": IcebergJob}.get(table.get("table_format"))

    @property
    def sql_client(self) -> SqlClientBase[Any]:
        if not self._sql_client:
            self._sql_client = LakeSqlClient(self, self.dataset_name)
        return self._sql_client

    @sql_client.setter
    def sql_client(self, client: SqlClientBase[Any]) -> None:
        self._sql_client = client


class Lake(filesystem):
    """dlt's `filesystem`, with this client: rows are replaced by their key, or all at once by that of their parent."""

    def _raw_capabilities(self) -> DestinationCapabilitiesContext:
        found = super()._raw_capabilities()
        found.supported_merge_strategies = ["delete-insert"]
        found.merge_strategies_selector = lambda strategies, /, *, table_schema: strategies
        return found

    @property
    def client_class(self) -> type[FilesystemClient]:
        return LakeClient
