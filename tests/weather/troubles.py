"""Trouble that is more than one spoiled answer: addresses, tokens, and the vendor's own faults."""

from __future__ import annotations

import json
import random
import socket
import time
from typing import Any

from tests.weather import spoils
from tests.weather.bench import Bench, closed_port
from tests.weather.case import PAGE
from tests.weather.proxy import Answer, Fault, Wire

NOWHERE = "api.sevens.invalid"


def refused_connection(here: Bench) -> None:
    here.set("API_URL", f"http://127.0.0.1:{closed_port()}")


def unknown_host(here: Bench) -> None:
    """No name server is asked: what it would say is known."""
    _unknown(here)
    here.set("API_URL", f"https://{NOWHERE}")


def unknown_token_host(here: Bench) -> None:
    _unknown(here)
    here.set("TOKEN_URL", f"https://{NOWHERE}/oauth2/token")


def _unknown(here: Bench) -> None:
    found = socket.getaddrinfo

    def lookup(host: Any, *more: Any, **options: Any) -> Any:
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found(host, *more, **options)

    here.patch(socket, "getaddrinfo", lookup)


def plain_port(here: Bench) -> None:
    here.set("API_URL", here.proxy.url.replace("http:", "https:"))


def plain_http(here: Bench) -> None:
    here.set("API_URL", "http://api.example.test")


def plain_http_for_tokens(here: Bench) -> None:
    here.set("TOKEN_URL", "http://app.example.test/oauth2/token")


def no_handshake(here: Bench) -> None:
    """Who listens accepts, and says nothing."""
    listening = socket.create_server(("127.0.0.1", 0))
    here.afterwards.append(listening.close)
    here.set("API_URL", f"https://127.0.0.1:{listening.getsockname()[1]}")


def blocked(here: Bench) -> None:
    """Everything is refused for a while, whoever asks, and the answer does not say for how long."""
    until: list[float] = []

    def spoil(wire: Wire, answer: Answer) -> None:
        until.append(time.monotonic() + 0.6)
        (spoils.too_many(None) if time.monotonic() < until[0] else Wire.send)(wire, answer)

    here.order(Fault(spoil, "", after=3))


def one_refused_for_a_day(here: Bench) -> None:
    """The request is given up, and what else there is to read is not kept waiting for it."""
    here.order(Fault(spoils.too_many("86400"), "/roles", 1))


def tokens_end(here: Bench) -> None:
    _meanwhile(here, here.vendor.expire_tokens)


def tokens_revoked(here: Bench) -> None:
    _meanwhile(here, lambda: here.vendor.revoke(here.company.id))


def tokens_end_and_no_more(here: Bench) -> None:
    """The token ends in the middle, and the endpoint does not answer any more."""
    _meanwhile(here, here.vendor.expire_tokens)
    here.order(Fault(spoils.page(503), "/oauth2/token", after=1))


def revoked(here: Bench) -> None:
    """The admin takes the grant back; before the next run it is given again."""
    _meanwhile(here, lambda: here.vendor.revoke(here.company.guid))
    here.afterwards.append(lambda: here.vendor.restore(here.company.guid))


def _meanwhile(here: Bench, happens: Any) -> None:
    """While the first page of a listing is on its way: whatever is asked after it meets the change."""
    def spoil(wire: Wire, answer: Answer) -> None:
        happens()
        wire.send(answer)

    here.order(Fault(spoil, PAGE[here.source], 1))


def storm(here: Bench) -> None:
    """Any request may meet anything, but no request meets more than tries are left for."""
    chance = random.Random(3)
    kinds = [spoils.reset_before, spoils.cut_off, spoils.page(502), spoils.body(spoils.torn), spoils.too_many("1")]
    path = "/shifts" if here.source == "seven_shifts" else "/graphql"
    here.order(*(Fault(kind, path, 1, chance.randint(0, 1)) for kind in kinds))


def same_cursor(here: Bench) -> None:
    if here.source == "seven_shifts":
        here.vendor.faults.add("endless_cursor", path="/shifts", times=500)
    else:
        here.patch(here.vendor, "first_cap", 2)
        here.vendor.faults.add("same_cursor", operation="Badges", times=500)


def next_elsewhere(here: Bench) -> None:
    here.patch(here.vendor, "page_max", 2)
    here.vendor.faults.add("next_foreign_host", path="/departments/", times=500, host="elsewhere.example.test")


def other_company(here: Bench) -> None:
    here.vendor.faults.add("other_company", path="/shifts", times=500)


def emptied(content: bytes) -> bytes:
    """A valid page of the same listing with no row on it."""
    page = json.loads(content)
    for name in ("data", "results"):
        if name in page:
            page[name] = []
    if "count" in page:
        page |= {"count": 0, "next": None}
    return json.dumps(page).encode()
