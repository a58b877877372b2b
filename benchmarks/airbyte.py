"""Another named other: Airbyte's own loader for Python with a manifest, as its users write one in half an hour. It runs
in an environment of its own, `.venv-airbyte` (`make bench-airbyte`), and is left out where there is none.

It reads what `plain_dlt` reads, keeps `breaks` as JSON in the row, and drops what the schema does not declare.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from benchmarks.child import ROOT, Contender
from benchmarks.data import COMPANY, GUID, restaurant
from benchmarks.floors import MOMENTS

PYTHON = ROOT / ".venv-airbyte" / "bin" / "python"
TABLES = {"shifts": "shifts", "time_punches": "time_punches"}
OFFLINE = {"AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1", "AIRBYTE_NO_UV": "1"}
AIRBYTE = Contender("PyAirbyte, a manifest", ("benchmarks.airbyte",), OFFLINE, "plain", TABLES, str(PYTHON))
KINDS = {bool: "boolean", int: "integer", str: "string", list: "array", type(None): "null"}


def manifest(url: str) -> dict[str, Any]:
    """A declarative source: pages of 500 rows, followed by their cursor."""
    following = "{{ response.meta.cursor.next }}"
    listings = restaurant(200)
    requester = {
        "type": "HttpRequester",
        "url_base": f"{url}/v2/company/{COMPANY}/",
        "path": "{{ parameters.name }}",
        "http_method": "GET",
        "authenticator": {
            "type": "OAuthAuthenticator", "token_refresh_endpoint": f"{url}/oauth2/token",
            "grant_type": "client_credentials", "client_id": "benchmark", "client_secret": "benchmark",
        },
        "request_headers": {"x-company-guid": GUID},
    }  # fmt: skip
    retriever = {
        "type": "SimpleRetriever",
        "requester": requester,
        "record_selector": {
            "type": "RecordSelector", "extractor": {"type": "DpathExtractor", "field_path": ["data"]},
        },
        "paginator": {
            "type": "DefaultPaginator",
            "page_token_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "cursor"},
            "page_size_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "limit"},
            "pagination_strategy": {
                "type": "CursorPagination", "cursor_value": following, "page_size": 500,
                "stop_condition": "{{ not response.meta.cursor.next }}",
            },
        },
    }  # fmt: skip
    streams = [
        {
            "type": "DeclarativeStream", "name": name, "primary_key": ["id"], "retriever": retriever,
            "schema_loader": {"type": "InlineSchemaLoader", "schema": _schema(getattr(listings, name).rows)},
            "$parameters": {"name": name},
        }
        for name in TABLES
    ]  # fmt: skip
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": [*TABLES]},
        "streams": streams,
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
    }


def _schema(rows: list[bytes]) -> dict[str, Any]:
    """What these rows have, as JSON Schema."""
    kinds: dict[str, set[str]] = {}
    for row in map(json.loads, rows):
        for name, value in row.items():
            kinds.setdefault(name, {"null"}).add(KINDS[type(value)])
    properties: dict[str, dict[str, Any]] = {name: {"type": sorted(found)} for name, found in kinds.items()}
    for name, declared in properties.items():
        if name in MOMENTS:
            declared["format"] = "date-time"
        if declared["type"] == ["null"]:  # nothing tells
            declared["type"] = ["null", "string"]
    return {"type": "object", "properties": properties}


def main() -> None:
    """Load from the server at BENCHMARK_URL into load.duckdb."""
    import airbyte  # type: ignore[import-not-found]
    from airbyte.caches import DuckDBCache  # type: ignore[import-not-found]

    source = airbyte.get_source("source-plain", source_manifest=manifest(os.environ["BENCHMARK_URL"]), config={})
    source.select_all_streams()
    source.read(cache=DuckDBCache(db_path=Path("load.duckdb"), schema_name="plain"))


if __name__ == "__main__":
    main()
