"""The archive a leaving customer keeps: every table as parquet, and a manifest that says what is in it and what not."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.destinations.sql_client import SqlClientBase

from pipelines.loading import open_pipeline
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse
from sources.core.build import LOGS
from sources.core.columns import UNSEEN, VALID_TO
from sources.core.errors import ConfigurationError
from sources.core.memory import Memory
from sources.core.resource import Table
from sources.core.rows import ARROW

CHUNK = 50_000  # rows held at a time
MANIFEST = "manifest.json"
FORMAT = 1


def export(source: str, folder: Path) -> dict[str, Any]:
    """Write what the destination holds of a source into `folder`, a file per table, and return the manifest. Raises
    `ConfigurationError` if nothing was loaded yet, or if there is something in the folder already."""
    vendor, warehouse, folder = VENDORS[source], Warehouse.configured(), folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} is not empty. Name a new folder: an archive is never written over.")
    if warehouse.file and not warehouse.file.exists():
        raise ConfigurationError(f"There is no {warehouse.file} yet. Load first: sevens run {source}.")
    warehouse.meet()
    pipeline = open_pipeline(source, warehouse, f"{source}_export")
    memory = Memory(lambda: pipeline.sql_client(), source)
    latest = memory.latest()
    if not latest:
        raise ConfigurationError(f"Nothing of {source} was loaded yet. Load first: sevens run {source}.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))  # a folder of that name is whole
    tables = {table.name: table for row in vendor.resources for table in row.tables}
    with pipeline.sql_client() as client:
        found = (_table(client, name, tables.get(name), partial) for name in (*tables, *LOGS))
        written = [table for table in found if table]
    manifest = {
        "format": FORMAT,
        "source": source,
        "exported_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "destination": warehouse.name,
        "complete": not any(entry["error"] for entry in latest.values()),
        "companies": _companies(latest),
        "tables": written,
    }
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2, default=str) + "\n", encoding="utf-8")
    memory.close()
    partial.chmod(0o755)
    if folder.exists():
        folder.rmdir()
    partial.rename(folder)
    return manifest


def told(manifest: dict[str, Any], folder: str) -> str:
    """The manifest for people."""
    rows = sum(table["rows"] for table in manifest["tables"])
    lines = [f"{manifest['source']}: {len(manifest['tables'])} tables, {rows:,} rows in {folder}, see {MANIFEST}"]
    for company in manifest["companies"]:
        lines += [f"  {company['slug']}: read as {known['identity']}" for known in company["acting_identities"]]
        lines += [f"  {company['slug']}: not visible or not read: {what}" for what in company["not_visible"]]
    return "\n".join(lines)


def _companies(latest: dict[tuple[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    """Per company who read what, when, and what was not to be seen."""
    found: dict[str, dict[str, Any]] = {}
    for (guid, resource), last in sorted(latest.items()):
        company = found.setdefault(guid, {"company_guid": guid, "slug": last["slug"], "acting_identities": [],
                                          "resources": {}, "not_visible": []})  # fmt: skip
        company["resources"][resource] = {"as_of": last["as_of"], "identity": last["identity"],
                                          "transport": last["transport"], "note": last["note"],
                                          "error": last["error"]}  # fmt: skip
        identity = last["identity"]
        if identity and identity not in [known["identity"] for known in company["acting_identities"]]:
            company["acting_identities"].append({"identity": identity, "scopes": _scopes(identity)})
        if last["error"] or last["note"]:
            company["not_visible"].append(f"{resource}: {last['error'] or last['note']}")
    return list(found.values())


def _scopes(identity: str) -> list[str]:
    """The scopes that an identity names."""
    return identity.partition("scopes ")[2].split() if "scopes " in identity else []


def _table(client: SqlClientBase[Any], name: str, table: Table | None, folder: Path) -> dict[str, Any] | None:
    """Write one table, a chunk at a time, and say what went into it; None if the destination does not have it. `rows`
    counts every version, `current` by company those that hold now and are listed to who read last, `unseen` those that
    are not listed to them."""
    file, writer, rows = folder / f"{name}.parquet", None, 0
    current, unseen = Counter[str](), Counter[str]()
    try:
        for chunk in _chunks(client, name, table):
            writer = writer or pq.ParquetWriter(file, chunk.schema, compression="zstd")
            writer.write_table(chunk)
            rows += len(chunk)
            holds, listed = _is_null(chunk, VALID_TO.name), _is_null(chunk, UNSEEN.name)
            current += _by_company(chunk, pc.and_(holds, listed))
            unseen += _by_company(chunk, pc.and_(holds, pc.invert(listed)))
    except DestinationUndefinedEntity:
        return None
    finally:
        if writer:
            writer.close()
    digest = hashlib.sha256()
    with file.open("rb") as content:
        for block in iter(lambda: content.read(1 << 20), b""):
            digest.update(block)
    return {"name": name, "file": file.name, "rows": rows, "current": dict(current), "unseen": dict(unseen),
            "versioned": bool(table and table.versioned), "key": list(table.key) if table else [],
            "bytes": file.stat().st_size, "sha256": digest.hexdigest()}  # fmt: skip


def _chunks(client: SqlClientBase[Any], name: str, table: Table | None) -> Iterator[pa.Table]:
    """The table's rows, at least one empty chunk. A column has its declared type; one that the vendor added has the
    type of its first values, or is text."""
    columns = {column.name: ARROW[column.kind] for column in (table.columns if table else LOGS[name])}
    schema: pa.Schema | None = None
    with client.execute_query(f"SELECT * FROM {client.make_qualified_table_name(name)}") as cursor:
        names = [column[0] for column in cursor.description or ()]
        while True:
            rows = cursor.fetchmany(CHUNK)
            values = {name: [_plain(row[at]) for row in rows] for at, name in enumerate(names)}
            schema = schema or pa.schema([(name, columns.get(name) or _type(values[name])) for name in names])
            yield pa.table([_array(values[field.name], field.type) for field in schema], schema=schema)
            if len(rows) < CHUNK:
                return


def _plain(value: Any) -> Any:  # noqa: ANN401 - what the driver makes of a value
    """Some drivers return a document as its value."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _type(values: list[Any]) -> pa.DataType:
    found = pa.array(values).type
    return pa.string() if pa.types.is_null(found) else found


def _array(values: list[Any], type: pa.DataType) -> pa.Array[Any]:
    if pa.types.is_string(type):
        values = [None if value is None else str(value) for value in values]
    return pa.array(values, type)


def _is_null(chunk: pa.Table, column: str) -> Any:  # noqa: ANN401 - pyarrow's stubs know no boolean array here
    if column not in chunk.column_names:
        return pa.array([True] * len(chunk), pa.bool_())
    return pc.is_null(chunk.column(column))


def _by_company(chunk: pa.Table, chosen: Any) -> Counter[str]:  # noqa: ANN401 - see above
    if not len(chunk) or "company_guid" not in chunk.column_names:
        return Counter()
    return Counter(chunk.filter(chosen).column("company_guid").to_pylist())  # type: ignore[arg-type] # it is never null
