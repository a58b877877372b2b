"""Reaching 7shifts from the configuration: the client, and the company behind a GUID."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sources.core.company import Company
from sources.core.envelope import open_envelope
from sources.core.errors import ConfigurationError, SuspectError
from sources.core.http import Client
from sources.core.pace import Pace
from sources.core.privacy import Privacy
from sources.core.resource import Resource
from sources.core.settings import companies as configured
from sources.core.settings import environment_name, number, secret, setting
from sources.seven_shifts.auth import API_KEY, AccessToken, ClientCredentials

API_VERSION = "2026-01-01"
SECTION = "sources.seven_shifts"


def companies() -> list[Company]:
    """The configured companies."""
    return configured("seven_shifts")


def connect(resources: Sequence[Resource]) -> Client:
    """A client for the API, asking for the scopes of `resources`. Raises `ConfigurationError` naming the setting."""
    backoff, longest = number(f"{SECTION}.backoff", 1.0), number(f"{SECTION}.longest_answer", 300, least=0.1)
    auth = _auth(resources, backoff, longest)
    pace = Pace(
        per_second=number(f"{SECTION}.requests_per_second", 9.6, least=0.01),
        per_minute=number(f"{SECTION}.requests_per_minute", 576, least=0.01),
        shared_as=auth.identity,
        address=secret(f"{SECTION}.pace"),
    )
    url = setting(f"{SECTION}.api_url", "https://api.7shifts.com") or ""
    sent = {"x-api-version": API_VERSION, "User-Agent": "sevens"}
    client = Client(url, auth, pace, sent, backoff=backoff, longest=longest)
    client.privacy = Privacy.configured("seven_shifts")
    return client


def _auth(resources: Sequence[Resource], backoff: float, longest: float) -> ClientCredentials | AccessToken:
    if secret(f"{SECTION}.credentials.api_key"):
        raise ConfigurationError(API_KEY)
    token = secret(f"{SECTION}.credentials.access_token")
    if token:
        if len(companies()) > 1:
            raise ConfigurationError("An access token belongs to one company, but several are configured for "
                                     "seven_shifts. Keep one company, or use an OAuth client.")  # fmt: skip
        return AccessToken(token)
    client_id = secret(f"{SECTION}.credentials.client_id")
    client_secret = secret(f"{SECTION}.credentials.client_secret")
    if not client_id or not client_secret:
        raise ConfigurationError(_missing("client_id" if not client_id else "client_secret"))
    url = setting(f"{SECTION}.token_url", "https://app.7shifts.com/oauth2/token") or ""
    scopes = frozenset({"v1_access"} | {resource.scope for resource in resources})
    return ClientCredentials(url, client_id, client_secret, scopes, backoff=backoff, longest=longest)


def _missing(name: str) -> str:
    names = [environment_name(f"{SECTION}.credentials.{key}") for key in ("client_id", "client_secret", "access_token")]
    return (f"No {name} for 7shifts. Write to .dlt/secrets.toml:\n\n[{SECTION}.credentials]\n"
            f"client_id = \"…\"\nclient_secret = \"…\"\n\n(or access_token = \"…\" for one company's own token), "
            f"or set {names[0]} and {names[1]} (or {names[2]}).")  # fmt: skip


class _Listed(msgspec.Struct):
    id: int
    uuid: str | None = None
    name: str | None = None


class _Member(msgspec.Struct):
    company_id: int


class _Identity(msgspec.Struct):
    users: list[_Member]


class _WhoAmI(msgspec.Struct):
    data: _Identity


def discover(client: Client, company: Company, remembered: int | None) -> Company:
    """The company with its id: as configured, as the destination remembers it, or as the API lists it. A GUID
    that turns out to be another company than before is refused when its rows arrive."""
    if company.id is not None and remembered is not None and company.id != remembered:
        raise SuspectError(f"{company.slug}: its GUID {company.guid} was loaded as company {remembered}, and id is now "
                           f"configured as {company.id}. Correct the id, or use another GUID.")  # fmt: skip
    if remembered is not None:
        return Company(company.slug, company.guid, remembered)
    listed = msgspec.convert(
        msgspec.json.decode(client.get(company, "v2/companies", {}, open_envelope).body.data), list[_Listed]
    )
    if company.id is not None:
        listed = [entry for entry in listed if entry.id == company.id] or _refuse(company, listed)
    elif len(listed) > 1:
        listed = [entry for entry in listed if (entry.uuid or "").lower() == company.guid.lower()] or listed
    if len(listed) > 1:
        mine = _companies_of_whoami(client, company)
        listed = [entry for entry in listed if entry.id in mine]
    if len(listed) != 1:
        raise SuspectError(f"{company.slug}: the API lists {len(listed)} companies for this credential "
                           f"({', '.join(f'{entry.id} {entry.name}' for entry in listed) or 'none'}). Set `id` beside "
                           "the guid to say which one is meant.")  # fmt: skip
    return Company(company.slug, company.guid, listed[0].id)


def _companies_of_whoami(client: Client, company: Company) -> set[int]:
    """The companies the credential's own users belong to, under this GUID."""
    reply = client.get(company, "v2/whoami", {}, msgspec.json.Decoder(_WhoAmI).decode)
    return {user.company_id for user in reply.body.data.users}


def _refuse(company: Company, listed: list[_Listed]) -> list[_Listed]:
    raise SuspectError(f"{company.slug}: its GUID answers as company "
                       f"{', '.join(str(entry.id) for entry in listed) or '(none)'}, but {company.id} is configured. "
                       "Nothing of it was loaded: correct guid or id.")  # fmt: skip
