"""Servers whose certificate is not to be trusted, or is: our own authority signs for the second kind."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.weather.bench import Bench
from tests.weather.proxy import Proxy

DAY = timedelta(days=1)
HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
PEM, PLAIN = serialization.Encoding.PEM, serialization.NoEncryption()
_FOLDER = TemporaryDirectory()


def signed_by_nobody(here: Bench) -> None:
    _behind(here, _context(HERE, by_us=False))


def for_another_host(here: Bench) -> None:
    _trust(here)
    _behind(here, _context(x509.DNSName("elsewhere.example.test")))


def out_of_date(here: Bench) -> None:
    _trust(here)
    _behind(here, _context(HERE, ended=DAY))


def trusted(here: Bench) -> None:
    _trust(here)
    _behind(here, _context(HERE))


def _trust(here: Bench) -> None:
    _, certificate = _authority()
    place = Path(_FOLDER.name) / "authority.pem"
    place.write_bytes(certificate.public_bytes(PEM))
    here.settings["REQUESTS_CA_BUNDLE"] = str(place)
    here.afterwards.append(lambda: here.settings.pop("REQUESTS_CA_BUNDLE"))


def _behind(here: Bench, context: ssl.SSLContext) -> None:
    """The API, and where tokens are had, behind this certificate."""
    proxy = Proxy(here.vendor.url, context)
    proxy.__enter__()
    here.afterwards.append(lambda: proxy.__exit__())
    here.set("API_URL", proxy.url)
    if here.source == "seven_shifts":
        here.set("TOKEN_URL", here.vendor.token_url.replace(here.vendor.url, proxy.url))


@cache
def _authority() -> tuple[Any, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = _name("An authority"), datetime.now(timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - DAY, now + DAY)
    made = made.add_extension(x509.BasicConstraints(True, None), True)
    return key, made.sign(key, hashes.SHA256())


def _context(host: x509.GeneralName, by_us: bool = True, ended: timedelta = -DAY) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    signer, authority = _authority() if by_us else (key, None)
    name = _name("A server")
    made = x509.CertificateBuilder(
        authority.subject if authority else name, name, key.public_key(), 2, now - 2 * DAY, now - ended
    ).add_extension(x509.SubjectAlternativeName([host]), False)
    context, file = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Path(_FOLDER.name) / "server.pem"
    file.write_bytes(made.sign(signer, hashes.SHA256()).public_bytes(PEM)
                     + key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, PLAIN))  # fmt: skip
    context.load_cert_chain(file)
    return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
