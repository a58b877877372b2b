"""The named other: dlt's own `rest_api` source as a careful user writes it in half an hour. `tuned` has the two
settings that matter most on DuckDB (500 rows a page, parquet), `default` has neither.

Both read shifts and punches only, and neither deleted rows nor drafts: less than `sevens run` does.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.child import Contender
from benchmarks.data import COMPANY, GUID

if TYPE_CHECKING:
    from dlt.extract import DltSource

TABLES = {
    "shifts": "shifts",
    "shift_breaks": "shifts__breaks",
    "time_punches": "time_punches",
    "time_punch_breaks": "time_punches__breaks",
}
TUNED, DEFAULT = (
    Contender(f"plain dlt, {kind}", ("benchmarks.plain_dlt", kind), {}, "plain", TABLES)
    for kind in ("tuned", "default")
)


def source(url: str, token: str, params: dict[str, int]) -> DltSource:
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
            "resources": [_listing("shifts", params), _listing("time_punches", params)],
        },
        name="plain",
    )


def _listing(name: str, params: dict[str, int]) -> Any:  # noqa: ANN401 - dlt's own dictionary type
    begin = "2000-01-01T00:00:00Z"
    changes = {"cursor_path": "modified", "initial_value": begin, "start_param": "modified_since"}
    return {
        "name": name,
        "endpoint": {"path": name, "params": params, "data_selector": "data", "incremental": changes},
    }


def main() -> None:
    """Load from the server at BENCHMARK_URL into load.duckdb."""
    # Not at the top: the benchmark imports this file, and should not carry dlt while it measures.
    import dlt
    from dlt.sources.helpers import requests

    url, tuned = os.environ["BENCHMARK_URL"], sys.argv[1] == "tuned"
    form = {"grant_type": "client_credentials", "client_id": "benchmark", "client_secret": "benchmark"}
    token = requests.post(f"{url}/oauth2/token", data=form).json()["access_token"]
    pipeline = dlt.pipeline("plain", destination=dlt.destinations.duckdb("load.duckdb"), dataset_name="plain")
    data = source(url, token, {"limit": 500} if tuned else {})
    pipeline.run(data, **({"loader_file_format": "parquet"} if tuned else {})).raise_on_failed_jobs()  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
