"""What a run costs when nothing has changed, in requests: `docs/operating.md` states these figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Bench
from tests.geese import build_geese

EVERY_RUN = {
    "companies": 1, "locations": 2, "departments": 1, "roles": 1, "users": 2, "shifts": 3, "time_punches": 4,
}  # fmt: skip


def listings(bench: Bench) -> Counter[str]:
    return Counter(request.path.rsplit("/", 1)[-1] for request in bench.vendor.requests if request.method == "GET")


def test_a_run_without_news_takes_fourteen_requests_a_company_of_7shifts(bench: Bench) -> None:
    bench.run()
    bench.vendor.advance(600)

    bench.run()

    assert listings(bench) == {name: count * len(bench.companies) for name, count in EVERY_RUN.items()}
    assert sum(EVERY_RUN.values()) == 14


def test_once_a_day_two_more_requests_for_each_person_and_four_for_the_lists_of_them(bench: Bench) -> None:
    bench.run()
    bench.vendor.advance(86_400)

    bench.run()

    people = sum(len(bench.vendor.rows(company.guid, "users")) for company in bench.vendor.companies)
    daily = listings(bench) - Counter({name: count * len(bench.companies) for name, count in EVERY_RUN.items()})
    assert daily == {"users": 4 * len(bench.companies), "wages": people, "assignments": people}


def test_a_run_without_news_takes_nineteen_requests_a_network_of_7geese_and_asks_once_what_the_server_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bench in build_geese(tmp_path, monkeypatch, people=8, schema="2026"):
        bench.run()
        bench.vendor.advance(600)

        bench.run()

        asked = Counter(request.query.replace("(", " ").split()[1] for request in bench.vendor.graphql_requests)
        rest = [request.path for request in bench.vendor.requests if request.method == "GET"]
        # Those who are active, those who are not, and who moved from one to the other meanwhile.
        # What changed, and the keys of all that there is.
        several = {"UserProfiles": 3, "Recognitions": 2, "OneOnOnes": 2}
        once = ("WhoAmI", "Networks", "Groups", "Objectives", "Locations", "Badges", "ReviewCycles", "FeedbackRequests",
                "Reviews", "Feedback", "ActionItems")  # fmt: skip
        assert asked == {"IntrospectionQuery": 1, **several, **dict.fromkeys(once, 1)}
        assert rest == ["/api/v/2.0/departments/"]
