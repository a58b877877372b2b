"""The named other: dlt's own `rest_api` source as a careful user writes it in half an hour, with the two
settings that matter most on DuckDB (500 rows a page, parquet instead of dlt's default).

It reads shifts and punches only, and neither deleted rows nor drafts: less than `sevens run` does.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from benchmarks.child import Contender
from benchmarks.data import COMPANY, GUID

if TYPE_CHECKING:
    from dlt.extract import DltSource

PLAIN_DLT = Contender(
    name="plain dlt",
    command=("benchmarks.plain_dlt",),
    settings={},
    dataset="plain",
    tables={
        "shifts": "shifts",
        "shift_breaks": "shifts__breaks",
        "time_punches": "time_punches",
        "time_punch_breaks": "time_punches__breaks",
    },
)


def source(url: str, token: str) -> DltSource:
    """Shifts and punches, continued by `modified` and merged on `id`."""
    from dlt.sources.rest_api import rest_api_source

    return rest_api_source(
        {
            "client": {
                "base_url": f"{url}/v2/company/{COMPANY}/",
                "auth": {"type": "bearer", "token": token},
                "headers": {"x-company-guid": GUID},
                "paginator": {"type": "cursor", "cursor_path": "meta.cursor.next", "cursor_param": "cursor"},
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": [_listing("shifts"), _listing("time_punches")],
        },
        name="plain",
    )


def _listing(name: str) -> Any:  # noqa: ANN401 - dlt's own dictionary type
    begin = "2000-01-01T00:00:00Z"
    changes = {"cursor_path": "modified", "initial_value": begin, "start_param": "modified_since"}
    return {
        "name": name,
        "endpoint": {"path": name, "params": {"limit": 500}, "data_selector": "data", "incremental": changes},
    }


def main() -> None:
    """Load from the server at BENCHMARK_URL into load.duckdb."""
    # Not at the top: the benchmark imports this file, and should not carry dlt while it measures.
    import dlt
    from dlt.sources.helpers import requests

    url = os.environ["BENCHMARK_URL"]
    form = {"grant_type": "client_credentials", "client_id": "benchmark", "client_secret": "benchmark"}
    token = requests.post(f"{url}/oauth2/token", data=form).json()["access_token"]
    pipeline = dlt.pipeline("plain", destination=dlt.destinations.duckdb("load.duckdb"), dataset_name="plain")
    pipeline.run(source(url, token), loader_file_format="parquet").raise_on_failed_jobs()


if __name__ == "__main__":
    main()
