"""`sevens run` as a cron job would start it: environment variables and a DuckDB file, nothing else."""

from __future__ import annotations

import json

from benchmarks.child import Contender
from benchmarks.data import CHECKED, GUID

OURS = Contender(
    name="sevens",
    command=("pipelines.cli", "run", "seven_shifts", "--json"),
    settings={
        "SOURCES__SEVEN_SHIFTS__API_URL": "{url}",
        "SOURCES__SEVEN_SHIFTS__TOKEN_URL": "{url}/oauth2/token",
        "SOURCES__SEVEN_SHIFTS__COMPANIES": json.dumps([{"slug": "bistro", "guid": GUID}]),
        "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_ID": "benchmark",
        "SOURCES__SEVEN_SHIFTS__CREDENTIALS__CLIENT_SECRET": "benchmark",
        # The vendor's limit would be what is measured: 9 requests a second of 500 rows.
        "SOURCES__SEVEN_SHIFTS__REQUESTS_PER_SECOND": "10000",
        "SOURCES__SEVEN_SHIFTS__REQUESTS_PER_MINUTE": "600000",
        "DESTINATION__WAREHOUSE__CREDENTIALS": "load.duckdb",
    },
    dataset="seven_shifts",
    tables={table: table for table in CHECKED},
)
