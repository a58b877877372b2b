"""Every fault that is tried, and what the run has to say of it where it stays."""

from __future__ import annotations

from functools import partial

from tests.weather import certificates, spoils, troubles
from tests.weather.case import BOTH, NO_ANSWER, NO_JSON, NOBODY, TOKEN, WHOLE, Case, Weather

NETWORK = [
    Weather("latency and jitter", spoils.latency),
    Weather("no answer within the timeout", spoils.silence, NO_ANSWER, passes=1),
    Weather("connection reset before the answer", spoils.reset_before, NO_ANSWER),
    Weather("connection reset within the answer", spoils.reset_within, NO_ANSWER),
    Weather("kept connection closed after each answer", spoils.closed_after),
    Weather("body that trickles, a byte now and then", spoils.trickling, NO_ANSWER, passes=1),
    Weather("headers that trickle, a byte now and then", spoils.trickling_headers, NO_ANSWER, passes=1),
]
HTTP = [
    Weather("body shorter than its length", spoils.cut_off, NO_ANSWER),
    Weather("body longer than its length", spoils.too_short_a_length, NO_JSON),
    Weather("last chunk missing", spoils.cut_off_in_chunks, NO_ANSWER),
    Weather("chunks that are none", spoils.bad_chunks, NO_ANSWER, sources=("seven_shifts",)),
    Weather("HTTP/1.0, no length", spoils.old_protocol),
    Weather("HTTP/1.0, no length, cut off", spoils.old_protocol_cut, NO_JSON),
    Weather("header of 70,000 bytes", spoils.long_header, NO_ANSWER, sources=("seven_geese",)),
    Weather("200 headers", spoils.many_headers, NO_ANSWER, sources=("seven_shifts",)),
    Weather("something that is no HTTP", spoils.no_http, NO_ANSWER),
    Weather("gzip", spoils.body(spoils.zipped, Content_Encoding="gzip")),
    Weather("gzip that is none", spoils.with_headers(Content_Encoding="gzip"), NO_ANSWER),
    Weather("gzip cut off", spoils.body(lambda content: spoils.zipped(content)[:-12], Content_Encoding="gzip"),
            NO_JSON, sources=("seven_geese",)),
    Weather("Date header that is none", spoils.with_headers(Date="yesterday")),
    Weather("Date header a day ahead", spoils.with_headers(Date="Fri, 06 Nov 2026 15:00:00 GMT")),
    Weather("redirect to another host", spoils.answers(302, Location="https://elsewhere.example.test/"),
            "redirects to another address", passes=0),
]
CONTENT = [
    Weather("empty body", spoils.body(lambda content: b""), NO_JSON),
    Weather("zeros within the body", spoils.body(spoils.torn), NO_JSON),
    Weather("byte order mark", spoils.body(lambda content: b"\xef\xbb\xbf" + content)),
    Weather("invalid UTF-8", spoils.body(spoils.invalid_text), NO_JSON),
    Weather("a word for a number", spoils.body(spoils.no_number), NO_JSON),
    Weather("every id twice in its object", spoils.body(spoils.key_twice)),
    Weather("JSON null for everything", spoils.body(lambda content: b"null"), NO_JSON),
    Weather("a list for an object", spoils.body(lambda content: b"[]"), NO_JSON, sources=("seven_geese",)),
    Weather("an object without rows", spoils.body(lambda content: b"{}"), "required field `data`",
            sources=("seven_shifts",)),
    Weather("5,000 lists within each other", spoils.body(spoils.nested), "nested too deep|not the documented JSON",
            passes=1),
    Weather("sign-in page with status 200", spoils.page(200), "HTML page instead of JSON"),
    Weather("an empty listing where there were rows", spoils.body(lambda content: troubles.emptied(content)),
            "suspicious|cut off", passes=0, where=WHOLE),
]
# What holds all requests back: every company waits.
BLOCKS = [
    Weather("Cloudflare challenge (403, HTML)", spoils.page(403), "challenge page", alone=True),
    Weather("cf-mitigated (403)", spoils.answers(403, b"{}", cf_mitigated="challenge"), "challenge page", alone=True,
            sources=("seven_shifts",)),
    Weather("429 without a time", spoils.too_many(None), "too many requests", alone=True),
    Weather("429 with seconds", spoils.too_many("1"), "too many requests", alone=True, passes=1),
    Weather("429 with a date", spoils.too_many_until(1), "too many requests", alone=True, passes=1,
            sources=("seven_shifts",)),
    Weather("429 for a day", spoils.too_many("86400"), "too many requests", alone=True, passes=0),
    Weather("429 with a time that is none", spoils.too_many("soon"), "too many requests", alone=True, passes=1,
            sources=("seven_shifts",)),
]
STATUS = [
    Weather("status 500", spoils.answers(500, b"{}"), "kept failing with 500", passes=5),
    Weather("status 502 with a page", spoils.page(502), "kept failing with 502", sources=("seven_shifts",)),
    Weather("status 503 with a page", spoils.page(503, Retry_After="1"), "kept failing with 503",
            sources=("seven_geese",)),
    Weather("status 524 of Cloudflare", spoils.page(524), "kept failing with 524", sources=("seven_shifts",)),
    *BLOCKS,
    Weather("401 although the token is good", spoils.answers(401, b"{}"), "401", passes=1),
    Weather("403 with JSON: not in the plan", spoils.answers(403, b'{"detail": "no"}'), "403", passes=0),
    Weather("404", spoils.answers(404, b'{"detail": "Not found."}'), "404", passes=0, sources=("seven_shifts",)),
    Weather("204 without a body", spoils.answers(204), "204", passes=0),
]
TOKENS = [
    Weather("token endpoint: reset", spoils.reset_before, "gave no answer", where=TOKEN),
    Weather("token endpoint: status 503", spoils.page(503), "answered 503", where=TOKEN),
    Weather("token endpoint: 429", spoils.too_many("1"), "answered 429", where=TOKEN),
    Weather("token endpoint: page with status 200", spoils.page(200), "without a token", where=TOKEN),
    Weather("token endpoint: JSON without a token", spoils.body(lambda content: b"{}"), "without a token", where=TOKEN),
    Weather("token endpoint: body cut off", spoils.cut_off, "gave no answer", where=TOKEN),
    Weather("token endpoint: body without end", spoils.endless, "gave no answer", passes=1, where=TOKEN),
    Weather("token endpoint: headers that trickle", spoils.trickling_headers, "gave no answer", passes=1, where=TOKEN),
    Weather("token endpoint: never answers", spoils.silence, "gave no answer", passes=1, where=TOKEN),
    Weather("token endpoint: redirect", spoils.answers(302, Location="https://elsewhere.example.test/"),
            "redirects to another address", passes=0, where=TOKEN),
    Weather("token endpoint: client refused", spoils.answers(401, b'{"error": "invalid_client"}'), "invalid_client",
            passes=0, where=TOKEN),
]


def _special() -> list[Case]:
    found = []
    for source in BOTH:
        add = partial(Case, source)
        found += [
            add("connection refused", "stays", troubles.refused_connection, NOBODY),
            add("host name that does not resolve", "stays", troubles.unknown_host, NOBODY),
            add("https asked of a plain port", "stays", troubles.plain_port, NOBODY),
            add("TLS handshake without an answer", "stays", troubles.no_handshake, NOBODY),
            add("certificate that signs itself", "stays", certificates.signed_by_nobody, NOBODY),
            add("certificate of another host", "stays", certificates.for_another_host, NOBODY),
            add("certificate out of date", "stays", certificates.out_of_date, NOBODY),
            add("certificate of an authority that is trusted", "always", certificates.trusted),
            add("http to another machine", "stays", troubles.plain_http, "not an https address", 2),
            add("blocked for a minute (scaled) in the middle", "once", troubles.blocked),
            add("tokens end in the middle of the run", "once", troubles.tokens_end),
            add("5 faults at random in all answers", "a while", troubles.storm),
            add("cursor that leads to its own page", "stays", troubles.same_cursor, "does not end"),
        ]
    found += [
        Case("seven_shifts", "429 for a day, of one request", "once", troubles.one_refused_for_a_day,
             "too many requests"),
        Case("seven_shifts", "host name of the tokens that does not resolve", "stays", troubles.unknown_token_host,
             "gave no answer"),
        Case("seven_shifts", "tokens asked for over http", "stays", troubles.plain_http_for_tokens,
             "not an https address", 2),
        Case("seven_shifts", "tokens end, and no others are to be had", "stays", troubles.tokens_end_and_no_more,
             "answered 503"),
        Case("seven_shifts", "access revoked in the middle of the run", "stays", troubles.revoked, "403"),
        Case("seven_shifts", "rows of another company", "stays", troubles.other_company, "company"),
        Case("seven_geese", "access revoked in the middle of the run", "once", troubles.tokens_revoked),
        Case("seven_geese", "next page on another host", "stays", troubles.next_elsewhere, "another host"),
    ]
    return found


GROUPS: dict[str, list[Case]] = {
    "The network": [case for weather in NETWORK for case in weather.cases()],
    "HTTP": [case for weather in HTTP for case in weather.cases()],
    "What the answer holds": [case for weather in CONTENT for case in weather.cases()],
    "What the answer says": [case for weather in STATUS for case in weather.cases()],
    "Tokens": [case for weather in TOKENS for case in weather.cases()],
    "And the rest": _special(),
}
CASES = [case for cases in GROUPS.values() for case in cases]


def crowd(source: str) -> list[Case]:
    """The cases that can be tried in one run."""
    return [case for case in CASES if case.source == source and not case.alone]


def sample(source: str) -> list[Case]:
    """Of the others every fault once, by turns at one vendor and the other, passing and staying."""
    by_fault: dict[str, list[Case]] = {}
    for case in CASES:
        if case.alone:
            by_fault.setdefault(case.fault, []).append(case)
    chosen = [cases[number % len(cases)] for number, cases in enumerate(by_fault.values())]
    return [case for case in chosen if case.source == source]
