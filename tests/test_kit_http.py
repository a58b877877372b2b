"""The client and what it makes of a reply: whose fault it is, how long to wait, what to say."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import requests
from urllib3.util import parse_url

from sources.core import http
from sources.core.errors import ConfigurationError, MalformedError, RefusedError, UnavailableError
from sources.core.http import Asked, Client, secure
from sources.core.pace import Pace
from sources.core.verdict import AgainError, Answer, excerpt, judge, server_time
from tests.kit import BISTRO, NOON

URL = "https://api.example"
ASKED = "bistro: GET /v2/x"
DATE = "Mon, 02 Mar 2026 12:00:00 GMT"


class Token:
    identity = "a token"

    def __init__(self, renews: bool = False) -> None:
        self.renews, self.refusals = renews, list[Mapping[str, str]]()

    def headers(self, company: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {len(self.refusals)} of {company.slug}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        self.refusals.append(dict(headers))
        return self.renews


class Waits(threading.Event):
    """Notes how long it is waited on, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.naps.append(timeout or 0.0)
        return self.is_set()


class Paced(Pace):
    """Lets everybody through and notes what it was told."""

    def __init__(self) -> None:
        super().__init__(1000, 60_000)
        self.held: list[float] = []
        self.waited: list[Any] = []

    def wait(self, stopping: threading.Event | None = None) -> float:
        self.waited.append(stopping)
        return 0.0

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)


def client(**options: Any) -> Client:
    options = {"auth": Token(), "pace": Paced(), "headers": {}, **options}
    found = Client(options.pop("url", URL), options.pop("auth"), options.pop("pace"), options.pop("headers"), **options)
    found.stopping = Waits()
    return found


def get(asking: Client, path: str = "v2/x", **params: Any) -> Any:
    return asking.get(BISTRO, path, params, msgspec.json.decode)


def naps(asking: Client) -> list[float]:
    assert isinstance(asking.stopping, Waits)
    return asking.stopping.naps


def answer(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, {})


def verdict(reply: Answer, remedies: Mapping[int, str] | None = None) -> Any:
    try:
        return judge(ASKED, reply, URL, 300.0, remedies or {})
    except Exception as error:
        return error


# What a reply means.


@pytest.mark.parametrize("body", [b"{}", b"", b"[]", b" {"])
def test_a_200_that_is_no_page_of_html_passes(body: bytes) -> None:
    assert verdict(answer(200, body)) is None


@pytest.mark.parametrize("body", [b"<html>", b"  \n<!doctype html>"])
def test_a_200_of_html_is_weather_that_shows_its_beginning(body: bytes) -> None:
    error = verdict(answer(200, body))

    assert isinstance(error, AgainError)
    assert isinstance(error.cause, MalformedError)
    assert (error.patient, error.after) == (False, None)
    assert repr(excerpt(answer(200, body))) in str(error)
    assert URL in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_a_failure_of_the_server_is_weather_that_is_tried_again(status: int) -> None:
    error = verdict(answer(status))

    assert isinstance(error, AgainError)
    assert isinstance(error.cause, UnavailableError)
    assert not error.patient
    assert f"{ASKED} kept failing with {status}" in str(error)


@pytest.mark.parametrize(("headers", "after"), [
    ({}, None), ({"retry_after": "7"}, 7.0), ({"retry_after": "0"}, 0.0), ({"retry_after": "soon"}, None),
    ({"retry_after": "-3"}, None),
    ({"retry_after": "Mon, 02 Mar 2026 12:00:09 GMT", "date": DATE}, 9.0),
    ({"retry_after": "Mon, 02 Mar 2026 11:00:00 GMT", "date": DATE}, 0.0),
    ({"retry_after": "Mon, 02 Mar 2026 13:00:09 +0100", "date": DATE}, 9.0),
])  # fmt: skip
def test_too_many_requests_are_sat_out_for_as_long_as_the_server_says(headers: dict[str, str], after: float) -> None:
    error = verdict(answer(429, **headers))

    assert isinstance(error, AgainError)
    assert (error.patient, error.after) == (True, after)
    assert "(429) for 300 s" in str(error)


def test_a_wait_until_a_date_goes_by_our_clock_where_the_server_has_none() -> None:
    until = datetime.now(timezone.utc) + timedelta(seconds=100)

    error = verdict(answer(429, retry_after=until.strftime("%a, %d %b %Y %H:%M:%S GMT")))

    assert 90 < error.after <= 100


@pytest.mark.parametrize(("body", "headers"), [(b"<html>", {}), (b"{}", {"cf_mitigated": "challenge"})])
def test_a_challenge_is_sat_out(body: bytes, headers: dict[str, str]) -> None:
    error = verdict(answer(403, body, **headers))

    assert isinstance(error, AgainError)
    assert (error.patient, error.after) == (True, None)
    assert isinstance(error.cause, UnavailableError)
    assert "challenge page" in str(error)


@pytest.mark.parametrize("status", [300, 301, 399])
def test_a_redirect_is_an_answer_of_its_own_kind(status: int) -> None:
    error = verdict(answer(status))

    assert isinstance(error, RefusedError)
    assert f"redirects to another address ({status})" in str(error)
    assert error.status == status


@pytest.mark.parametrize(("status", "told"), [
    (400, "check --since, --until"), (401, "renew it"), (402, "payment problem"), (403, "revoked the grant"),
    (404, "check api_url and the company id"), (418, "documentation of this status"), (201, "documentation of this"),
    (299, "documentation"), (499, "documentation"),
])  # fmt: skip
def test_every_other_status_is_a_refusal_with_what_to_do(status: int, told: str) -> None:
    error = verdict(answer(status, b'{"error": "no"}'))

    assert isinstance(error, RefusedError)
    assert str(error).startswith(f"{ASKED} was refused: {status} no. ")
    assert told in str(error)
    assert (error.status, error.body) == (status, b'{"error": "no"}')


def test_a_vendor_may_have_remedies_of_its_own_that_name_the_company() -> None:
    error = verdict(answer(401), {401: "Run sevens auth SLUG."})

    assert str(error).endswith("Run sevens auth bistro.")
    assert str(verdict(answer(404), {401: "Run."})).endswith("company id.")


@pytest.mark.parametrize(("body", "told"), [
    (b'{"error": "a", "title": "b", "message": "c", "detail": "d"}', "a, b, c, d"),
    (b'{"message": "same. ", "detail": "same. "}', "same"),
    (b'{"error": ""}', "without a reason"), (b"{}", "without a reason"), (b"soup", "without a reason"),
    (b"[1]", "without a reason"), (b'{"other": 1}', "without a reason"), (b"7", "without a reason"),
])  # fmt: skip
def test_the_reason_is_told_in_any_shape_the_vendor_gives_it(body: bytes, told: str) -> None:
    assert f" 400 {told}. " in str(verdict(answer(400, body)))


def test_the_servers_clock_is_read_in_utc_or_not_at_all() -> None:
    assert server_time(answer(200, date=DATE)) == NOON
    assert server_time(answer(200, date="Mon, 02 Mar 2026 13:00:00 +0100")) == NOON
    assert server_time(answer(200, date="Mon, 02 Mar 2026 13:00:00 +0100")).tzinfo is timezone.utc
    assert server_time(answer(200, date="soon")) is None
    assert server_time(answer(200)) is None


def test_an_excerpt_is_short_and_readable_whatever_came() -> None:
    assert excerpt(answer(200, b"x" * 100)) == "x" * 60
    assert excerpt(answer(200, b"\xff")) == "\ufffd"


# Asking.


def test_a_reply_has_the_decoded_body_the_servers_clock_and_the_tries(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 500}, {"json": {"a": 1}, "headers": {"Date": DATE}}])
    asking = client(headers={"x-api-version": "1"})

    reply = get(asking, page="2")

    assert (reply.body, reply.date, reply.requests) == ({"a": 1}, NOON, 2)
    assert (asking.clock, asking.requests) == (NOON, 2)
    sent = requests_mock.last_request
    assert (sent.headers["Authorization"], sent.headers["x-api-version"]) == ("Bearer 0 of bistro", "1")
    assert sent.qs == {"page": ["2"]}


def test_a_question_may_be_posted_as_json(requests_mock: Any) -> None:
    requests_mock.post(f"{URL}/graphql", json={"data": 1})

    reply = client().post(BISTRO, "graphql", {"query": "{ a }"}, msgspec.json.decode)

    assert (reply.body, reply.requests) == ({"data": 1}, 1)
    assert requests_mock.last_request.json() == {"query": "{ a }"}
    assert requests_mock.last_request.qs == {}


def test_a_question_may_have_fewer_tries(requests_mock: Any) -> None:
    requests_mock.post(f"{URL}/graphql", status_code=500)

    with pytest.raises(UnavailableError, match="bistro: POST /graphql kept failing"):
        client().post(BISTRO, "graphql", {}, msgspec.json.decode, tries=2)

    assert requests_mock.call_count == 2


def test_failures_are_tried_six_times_with_doubling_waits(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=500)
    asking = client()

    with pytest.raises(UnavailableError) as error:
        get(asking)

    assert naps(asking) == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert requests_mock.call_count == 6
    assert not error.value.patient


def test_no_wait_of_a_failure_is_longer_than_half_a_minute(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=500)
    asking = client(tries=8, backoff=0.5)

    with pytest.raises(UnavailableError):
        get(asking)

    assert naps(asking) == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_a_block_without_a_time_is_sat_out_in_growing_steps_up_to_a_minute(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429}] * 6 + [{"json": {}}])
    asking = client()

    get(asking)

    assert naps(asking) == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    assert asking.pace.held == naps(asking)


def test_the_steps_of_a_block_are_scaled_like_every_wait_but_not_the_servers_own(requests_mock: Any) -> None:
    limited = {"status_code": 429, "headers": {"Retry-After": "7"}}
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429}, limited, {"json": {}}])
    asking = client(backoff=0.1)

    get(asking)

    assert naps(asking) == [0.5, 7.0]


def test_a_wait_within_the_patience_is_waited_and_one_beyond_it_is_not_and_holds_nobody(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429, "headers": {"Retry-After": "19"}}, {"json": {}}])
    asking = client(patience=20.0)
    get(asking)
    assert (naps(asking), asking.pace.held) == ([19.0], [19.0])

    requests_mock.get(f"{URL}/v2/x", status_code=429, headers={"Retry-After": "21"})
    asking = client(patience=20.0)
    with pytest.raises(UnavailableError) as error:
        get(asking)
    assert (naps(asking), asking.pace.held, asking.requests) == ([], [], 1)
    assert error.value.patient


def test_a_block_is_sat_out_until_the_patience_is_over(requests_mock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("tenacity.time", SimpleNamespace(monotonic=lambda: clock.now))

    class Passing(Waits):
        def wait(self, timeout: float | None = None) -> bool:
            clock.now += timeout or 0.0
            return super().wait(timeout)

    requests_mock.get(f"{URL}/v2/x", status_code=429)
    asking = client(patience=100.0)
    asking.stopping = Passing()

    with pytest.raises(UnavailableError):
        get(asking)

    assert naps(asking) == [5.0, 10.0, 20.0, 40.0, 60.0]
    assert asking.pace.held == [5.0, 10.0, 20.0, 40.0]


def test_a_wait_as_long_as_the_patience_is_waited_and_holds_everybody(
    requests_mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenacity.time", SimpleNamespace(monotonic=lambda: 1000.0))
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 429, "headers": {"Retry-After": "20"}}, {"json": {}}])
    asking = client(patience=20.0)

    get(asking)

    assert (naps(asking), asking.pace.held) == ([20.0], [20.0])


def test_an_answer_that_was_packed_is_unpacked(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", content=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})

    assert get(client()).body == {"a": 1}


def test_an_answer_is_not_asked_for_again(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=404, json={})
    asking = client()

    with pytest.raises(RefusedError):
        get(asking)

    assert asking.requests == 1


@pytest.mark.parametrize("body", [b"soup", b'{"a": 1', b'{"a": "\xff"}', b""])
def test_json_that_is_none_is_weather_and_in_the_end_an_error_that_shows_its_beginning(
    requests_mock: Any, body: bytes
) -> None:
    requests_mock.get(f"{URL}/v2/x", content=body)
    asking = client(tries=2)

    with pytest.raises(
        MalformedError, match=rf"answered 200 with .*\({len(body)} bytes\), which is not the documented"
    ):
        get(asking)

    assert asking.requests == 2


def test_broken_text_is_noticed_even_where_nothing_is_decoded(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", content=b'{"a": "\xff"}')

    with pytest.raises(MalformedError):
        client(tries=1).get(BISTRO, "v2/x", {}, lambda body: body)


def test_a_mark_of_byte_order_is_taken_off(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", content=b"\xef\xbb\xbf{}")

    assert get(client()).body == {}


def test_no_connection_is_weather_that_names_the_host_and_the_kind(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", exc=requests.ConnectTimeout)
    asking = client(tries=2)

    with pytest.raises(UnavailableError, match=r"bistro: GET /v2/x got no answer from api\.example \(ConnectTimeout\)"):
        get(asking)

    assert asking.requests == 2


def test_who_stops_is_not_waited_for(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=429)
    asking = client()
    asking.stopping.set()

    with pytest.raises(UnavailableError):
        get(asking)

    assert asking.requests == 1


def test_a_refused_token_that_can_be_renewed_is_asked_with_once_more(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", [{"status_code": 401}, {"json": {}}])
    auth = Token(renews=True)

    reply = get(client(auth=auth))

    assert auth.refusals[0]["Authorization"] == "Bearer 0 of bistro"
    assert requests_mock.last_request.headers["Authorization"] == "Bearer 1 of bistro"
    assert reply.requests == 1


@pytest.mark.parametrize(("renews", "requests_sent"), [(True, 2), (False, 1)])
def test_a_token_that_stays_refused_is_an_answer(requests_mock: Any, renews: bool, requests_sent: int) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=401)
    asking = client(auth=Token(renews=renews))

    with pytest.raises(RefusedError):
        get(asking)

    assert asking.requests == requests_sent


def test_another_refusal_is_no_matter_of_the_token(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", status_code=403, json={})
    auth = Token(renews=True)

    with pytest.raises(RefusedError):
        get(client(auth=auth))

    assert auth.refusals == []


@pytest.mark.parametrize(("headers", "notices"), [
    ({"x-api-version": "2"}, {"x-api-version: sent 1, the server used 2"}),
    ({"x-api-version": "1"}, set()), ({}, set()),
])  # fmt: skip
def test_another_version_than_the_one_that_was_sent_is_noticed(
    requests_mock: Any, headers: dict[str, str], notices: set[str]
) -> None:
    requests_mock.get(f"{URL}/v2/x", json={}, headers=headers)
    asking = client(headers={"x-api-version": "1"})

    get(asking)

    assert asking.notices == notices


def test_nobody_waits_for_ever(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", json={})

    get(client())

    assert (requests_mock.last_request.stream, requests_mock.last_request.timeout) == (True, (10.0, 60.0))


def test_no_more_requests_are_in_flight_than_allowed(requests_mock: Any) -> None:
    flying: list[int] = []
    most: list[int] = []

    def slow(request: Any, context: Any) -> str:
        flying.append(1)
        most.append(len(flying))
        threading.Event().wait(0.02)
        flying.pop()
        return "{}"

    requests_mock.get(f"{URL}/v2/x", text=slow)
    asking = client(at_once=2)
    threads = [threading.Thread(target=get, args=(asking,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) <= 2
    assert asking.requests == 6


@pytest.mark.parametrize(("url", "wanted"), [
    ("https://api.example/", "https://api.example"), ("https://api.example/v2", "https://api.example/v2"),
    ("http://127.0.0.1:80/", "http://127.0.0.1:80"), ("http://localhost", "http://localhost"),
    ("http://[::1]:9", "http://[::1]:9"),
])  # fmt: skip
def test_an_address_is_taken_without_its_last_slash(url: str, wanted: str) -> None:
    assert secure(url) == wanted
    assert client(url=url).url == wanted


@pytest.mark.parametrize(("url", "told"), [
    ("http://api.example", "is not an https address"), ("ftp://localhost", "is not an https address"),
    ("http://127.0.0.1.example", "is not an https address"), ("", "is not an https address"),
    ("https://[api", "is not an address. Write it as"),
])  # fmt: skip
def test_an_address_that_would_show_a_token_is_refused(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        secure(url)


def test_a_new_client_keeps_personal_values_and_has_seen_nothing() -> None:
    fresh = Client(URL, Token(), Pace(), {})

    assert (fresh.requests, fresh.clock, fresh.notices, fresh.privacy.modes) == (0, None, set(), {})
    assert not fresh.stopping.is_set()


@pytest.mark.parametrize("asked", [
    Asked("GET", BISTRO, "v2/company/41/shifts", {"limit": 500, "start[gte]": "2026-05-01T00:00:00Z", "cursor": "e+="}),
    Asked("GET", BISTRO, "v2/whoami", {}), Asked("GET", BISTRO, "v2/é", {"note": "é & ü"}),
    Asked("POST", BISTRO, "graphql", {}, {"query": "{ é }", "variables": {"first": 50}}),
], ids=["listing", "bare", "text", "body"])  # fmt: skip
def test_a_request_is_what_the_library_would_make_of_it(asked: Asked) -> None:
    headers = {"Authorization": "Bearer one", "x-api-version": "2026-02-01"}
    made = http._prepared(asked, "https://api.example", headers)
    theirs = requests.Request(asked.method, f"https://api.example/{asked.path}", headers, params=asked.params,
                              json=asked.body).prepare()  # fmt: skip

    assert (made.method, made.body, dict(made.headers)) == (theirs.method, theirs.body, dict(theirs.headers))
    assert parse_url(made.url).url == parse_url(theirs.url).url  # which is what urllib3 sends
