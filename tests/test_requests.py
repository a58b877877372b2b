"""What is asked, and how: filters on the second run, limits, versions, one token, no faster than allowed."""

from __future__ import annotations

import json
from collections import Counter

from tests.conftest import Bench

FILTERED = ("companies", "locations", "users", "shifts", "time_punches")


def test_a_second_run_with_nothing_changed_writes_no_rows_but_the_log(bench: Bench) -> None:
    bench.run()
    tables = [row[0] for row in bench.sql("SELECT table_name FROM information_schema.tables "
                                          "WHERE table_schema = 'seven_shifts' AND table_name NOT LIKE '\\_dlt%' "
                                          "ESCAPE '\\' AND table_name <> 'sync_log'")]  # fmt: skip
    before = {table: bench.sql(f"SELECT * FROM seven_shifts.{table} ORDER BY ALL") for table in tables}
    logged = bench.sql("SELECT count(*) FROM seven_shifts.sync_log")

    report = bench.run()

    assert {table: bench.sql(f"SELECT * FROM seven_shifts.{table} ORDER BY ALL") for table in tables} == before
    assert sum(report.tables.values()) == 0
    assert bench.sql("SELECT count(*) FROM seven_shifts.sync_log") > logged


def test_a_second_run_asks_only_for_what_changed(bench: Bench) -> None:
    bench.run()
    bench.run()

    for table in FILTERED:
        queries = [query for query in bench.sent(f"/{table}") if "draft" not in query]
        assert queries
        assert all("modified_since" in query or "clocked_in[gte]" in query for query in queries), table


def test_day_filters_are_dates_and_others_are_moments_with_a_z(bench: Bench) -> None:
    bench.run()
    bench.run()

    by_day = ("companies", "locations", "users")
    days = [query["modified_since"] for table in by_day for query in bench.sent(f"/{table}")]
    moments = [query["modified_since"] for query in bench.sent("/shifts") if "modified_since" in query]
    assert days
    assert moments
    assert all(len(value) == 10 for value in days)
    assert all(value.endswith("Z") and len(value) == 20 for value in moments)


def test_listings_are_read_in_pages_of_five_hundred(bench: Bench) -> None:
    bench.run()

    for table in ("shifts", "time_punches", "users", "roles", "departments", "locations"):
        assert {query["limit"] for query in bench.sent(f"/{table}")} == {"500"}


def test_every_page_repeats_the_filters_beside_the_cursor(bench: Bench, guid: str) -> None:
    for _ in range(510):
        bench.vendor.create(guid, "shifts")

    bench.run()

    later = [query for query in bench.sent("/shifts") if "cursor" in query]
    assert later
    assert all(query["limit"] == "500" for query in later)
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")


def test_the_api_version_is_sent_and_another_echo_is_reported(bench: Bench) -> None:
    bench.vendor.api_version_echo = "2026-02-01"

    report = bench.run()

    asked = [r.headers.get("x-api-version") for r in bench.vendor.requests if r.method == "GET"]
    assert set(asked) == {"2026-01-01"}
    assert report.notices == {"x-api-version: sent 2026-01-01, the server used 2026-02-01"}


def test_many_threads_ask_for_one_token_with_the_scopes_of_all_rows(bench: Bench) -> None:
    bench.run()

    tokens = [r for r in bench.vendor.requests if r.method == "POST"]
    assert len(tokens) == 1
    assert tokens[0].path == "/oauth2/token"


def test_a_token_revoked_in_the_middle_is_renewed_once(bench: Bench, guid: str) -> None:
    bench.vendor.on_page = lambda company, table, page, query: bench.vendor.expire_tokens()

    report = bench.run(companies=[bench.vendor.companies[0].slug], resources=["shifts"])

    assert not report.failed
    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert Counter(r.status for r in bench.vendor.requests)[401] >= 1


def test_an_access_token_needs_no_guid_header(bench: Bench, guid: str) -> None:
    company = bench.vendor.companies[0]
    bench.set("COMPANIES", json.dumps([{"slug": company.slug, "guid": company.guid}]))
    bench.set("CREDENTIALS__ACCESS_TOKEN", company.access_token)

    assert not bench.run().failed

    assert bench.loaded(guid, "shifts") == bench.held(guid, "shifts")
    assert not [r for r in bench.vendor.requests if r.headers.get("x-company-guid") or r.method == "POST"]


def test_the_leaked_v1_key_of_a_company_never_reaches_the_warehouse(bench: Bench) -> None:
    bench.vendor.companies_leak_api_key = True

    bench.run()

    metas = [row[0] for row in bench.sql("SELECT meta::VARCHAR FROM seven_shifts.companies")]
    assert metas
    assert not [meta for meta in metas if "api_key" in meta]
