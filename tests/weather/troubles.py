"""Trouble that is more than one spoiled answer: addresses, certificates, tokens, and the vendor's own faults."""

from __future__ import annotations

import json
import random
import socket
import ssl
import time
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.weather import spoils
from tests.weather.bench import Bench, closed_port
from tests.weather.proxy import Answer, Fault, Wire

NOWHERE = "api.sevens.invalid"


def kept(here: Bench) -> None:
    """As it is."""


def refused_connection(here: Bench) -> None:
    here.set("API_URL", f"http://127.0.0.1:{closed_port()}")


def unknown_host(here: Bench) -> None:
    """No name server is asked: what it would say is known."""
    found = socket.getaddrinfo

    def lookup(host: Any, *more: Any, **options: Any) -> Any:
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found(host, *more, **options)

    here.patch(socket, "getaddrinfo", lookup)
    here.set("API_URL", f"https://{NOWHERE}")


def plain_port(here: Bench) -> None:
    here.set("API_URL", here.proxy.url.replace("http:", "https:"))


def plain_http(here: Bench) -> None:
    here.set("API_URL", "http://api.example.test")


def blocked(here: Bench) -> None:
    """Everything is refused for a while, whoever asks, and the answer does not say for how long."""
    until: list[float] = []

    def spoil(wire: Wire, answer: Answer) -> None:
        until.append(time.monotonic() + 0.6)
        (spoils.too_many(None) if time.monotonic() < until[0] else Wire.send)(wire, answer)

    here.proxy.order(Fault(spoil, "", after=3))


def one_refused_for_a_day(here: Bench) -> None:
    """The request is given up, and what else there is to read is not kept waiting for it."""
    here.proxy.order(Fault(spoils.too_many("86400"), "/roles", 1))


def tokens_end(here: Bench) -> None:
    _after(here, 1, here.vendor.expire_tokens)


def tokens_revoked(here: Bench) -> None:
    _after(here, 1, lambda: here.vendor.revoke(here.vendor.networks[0].id))


def revoked(here: Bench) -> None:
    """The admin takes the grant back; before the next run it is given again."""
    guid = here.vendor.companies[0].guid
    _after(here, 1, lambda: here.vendor.revoke(guid))
    here.afterwards = lambda: here.vendor.restore(guid)


def _after(here: Bench, answers: int, happens: Any) -> None:
    def spoil(wire: Wire, answer: Answer) -> None:
        wire.send(answer)
        happens()

    here.proxy.order(Fault(spoil, "", 1, answers))


def storm(here: Bench) -> None:
    """Any request may meet anything, but no request meets more than tries are left for."""
    chance = random.Random(3)
    kinds = [spoils.reset_before, spoils.cut_off, spoils.page(502), spoils.body(spoils.torn), spoils.too_many("1")]
    path = "/shifts" if here.source == "seven_shifts" else "/graphql"
    here.proxy.order(*(Fault(kind, path, 1, chance.randint(0, 1)) for kind in kinds))


def same_cursor(here: Bench) -> None:
    if here.source == "seven_shifts":
        here.vendor.faults.add("endless_cursor", path="/shifts", times=500)
    else:
        here.vendor.first_cap = 2
        here.vendor.faults.add("same_cursor", operation="Badges", times=500)


def next_elsewhere(here: Bench) -> None:
    here.vendor.page_max = 2
    here.vendor.faults.add("next_foreign_host", path="/departments/", times=500, host="elsewhere.example.test")
    here.afterwards = here.vendor.faults.clear


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


@cache
def certificate() -> ssl.SSLContext:
    """Signed by nobody but itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
        context.load_cert_chain(file)
    return context
