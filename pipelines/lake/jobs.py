"""Delta and Iceberg tables in files, merged as every other destination merges: each table in one commit.

dlt 1.31 can only upsert there, and on Iceberg a thousand rows at a time, a commit each. Children that are gone would
stay, tombstones would be rows, and a kill between two commits would leave two open versions of a key.
"""

from __future__ import annotations

import warnings
from functools import cached_property, reduce
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.common.schema.typing import TTableSchema
from dlt.common.schema.utils import get_columns_names_with_prop
from dlt.destinations.impl.filesystem.filesystem import (
    DeltaLoadFilesystemJob,
    IcebergLoadFilesystemJob,
    TableFormatLoadFilesystemJob,
)

from sources.core.columns import CONTENT, GUID

FEW = 200  # values that pyiceberg looks for in a file's statistics; it reads each of more again for every file
# pyiceberg tells of every replacement that found nothing to replace.
warnings.filterwarnings("ignore", message="Delete operation did not match any records")


class _Rows(TableFormatLoadFilesystemJob):
    """The rows of a job: one per key, and which of them remove what they stand for."""

    def named(self, hint: Any) -> list[str]:  # noqa: ANN401 - one of dlt's
        """The columns with a hint."""
        return get_columns_names_with_prop(cast(TTableSchema, self._load_table), hint)

    @property
    def merges(self) -> bool:
        return self._load_table["write_disposition"] == "merge"

    @property
    def by_parent(self) -> bool:
        """Whether rows are replaced by their parent's key, all at once."""
        return bool(self.named("merge_key"))

    @property
    def key(self) -> list[str]:
        """The columns that rows are replaced by, the company's GUID first."""
        found = self.named("merge_key" if self.by_parent else "primary_key")
        return [GUID.name, *(name for name in found if name != GUID.name)]

    @cached_property
    def sent(self) -> pa.Table:
        """All files together. dlt would give them the columns of the first, and lose the others'."""
        schema = pa.unify_schemas([_plain(ds.dataset(path).schema) for path in self.file_paths])
        rows = ds.dataset(self.file_paths, schema=schema).to_table()
        if not self.merges or self.by_parent or not len(rows):
            return rows
        places = rows.select(self.key).append_column("_place", pa.array(range(len(rows))))
        return rows.take(places.group_by(self.key).aggregate([("_place", "max")]).column("_place_max"))

    @property
    def live(self) -> pa.Table:
        """The rows that are to stand, without tombstones."""
        rows = self.sent
        for name in self.named("hard_delete"):
            rows = rows.filter(pc.field(name).is_null() | ~pc.field(name))
        return rows

    @property
    def reach(self) -> tuple[list[Any], list[Any]]:
        """The companies and the values of the second key column that this load brings, tombstones included: a filter
        of two lists is quick, and finds some rows too many."""
        first, second = (pc.unique(self.sent.column(name)).to_pylist() for name in self.key[:2])
        return first, second


class DeltaJob(_Rows, DeltaLoadFilesystemJob):
    """One commit of a Delta table."""

    def run(self) -> None:
        from dlt.common.libs import deltalake as lib

        client = self._job_client
        options = lib.deltalake_storage_options(client.config.credentials, client.config.deltalake_storage_options)
        try:
            table = client.load_open_table("delta", self.load_table_name)
        except DestinationUndefinedEntity:
            table = None
        if table is None or not self.merges:
            place = table or client.get_open_table_location("delta", self.load_table_name)
            lib.write_delta_table(place, self.live, "append", self._partition_columns, options,
                                  client.config.deltalake_configuration)  # fmt: skip
        elif len(self.sent):
            # One row per key, so that an upsert is the same thing.
            schema: Any = {**self._load_table, "x-merge-strategy": "upsert"}
            rows = self.sent
            if self.by_parent:
                rows, own = self._with_gone(table), [*self.key, CONTENT.name]
                hints = self._load_table["columns"].items()
                schema["columns"] = {name: {**hint, "primary_key": name in own} for name, hint in hints}
            streamed = client.config.deltalake_streamed_exec
            lib.merge_delta_table(table, self._whole(rows, table), schema, self.load_table_name, streamed)

    def _with_gone(self, table: Any) -> pa.Table:  # noqa: ANN401 - deltalake is imported late
        """The rows that are to stand, and a tombstone for each that the table has beside them below their parents."""
        first, second = self.reach
        within = pc.field(self.key[0]).isin(first) & pc.field(self.key[1]).isin(second)
        below = _matched(table.to_pyarrow_table(filters=within), self.sent, self.key, "left semi")
        gone = _matched(below, self.live, [*self.key, CONTENT.name], "left anti")
        mark = self.named("hard_delete")[0]
        gone = gone.drop_columns([mark]).append_column(mark, pa.array([True] * len(gone), pa.bool_()))
        return pa.concat_tables([self.live, gone], promote_options="permissive")

    @staticmethod
    def _whole(rows: pa.Table, table: Any) -> pa.Table:  # noqa: ANN401 - deltalake is imported late
        """With null in columns that the table has and this load does not know: else old values would stay in them."""
        held = pa.schema(table.schema().to_arrow())
        missing = [held.field(name) for name in held.names if name not in rows.column_names]
        return reduce(lambda rows, new: rows.append_column(new, pa.nulls(len(rows), new.type)), missing, rows)


class IcebergJob(_Rows, IcebergLoadFilesystemJob):
    """One commit of an Iceberg table."""

    @property
    def arrow_dataset(self) -> Any:  # noqa: ANN401 - as dlt has it
        """What dlt makes a new table of."""
        from dlt.common.libs.pyiceberg import ensure_iceberg_compatible_arrow_data as fitted

        return ds.dataset(fitted(self.live))

    def run(self) -> None:
        from dlt.common.libs.pyiceberg import ensure_iceberg_compatible_arrow_data as fitted

        rows = fitted(self.sent)
        try:
            table = self._job_client.load_open_table("iceberg", self.load_table_name, schema=rows.schema)
        except DestinationUndefinedEntity:
            table = None
        if table is None or not self.merges:
            self._load_table = {**self._load_table, "write_disposition": "append"}
            return super().run()
        if not len(rows):
            return None
        from pyiceberg.expressions import And, GreaterThanOrEqual, In, LessThanOrEqual

        (own, second), (guids, values) = self.key[:2], self.reach
        span = And(GreaterThanOrEqual(second, min(values)), LessThanOrEqual(second, max(values)))
        where = And(In(own, guids), In(second, values) if len(values) <= FEW else span)
        spared = _matched(table.scan(row_filter=where).to_arrow(), self.sent, self.key, "left anti")
        rows = pa.concat_tables([spared, fitted(self.live)], promote_options="permissive")
        with table.transaction() as commit:
            commit.overwrite(rows, overwrite_filter=where) if len(rows) else commit.delete(where)
        return None


def _matched(rows: pa.Table, others: pa.Table, key: list[str], how: Any) -> pa.Table:  # noqa: ANN401 - a kind of join
    """The rows that have a match by key among the others, or that have none."""
    places = rows.select(key).append_column("_place", pa.array(range(len(rows)), pa.int64()))
    return rows.take(places.join(others.select(key).cast(rows.select(key).schema), key, join_type=how).column("_place"))


def _plain(schema: pa.Schema) -> pa.Schema:
    """Without dictionaries, which dlt makes of the load's id in one lane and not in the other."""
    return pa.schema([field.with_type(getattr(field.type, "value_type", field.type))
                      if pa.types.is_dictionary(field.type) else field for field in schema])  # fmt: skip
