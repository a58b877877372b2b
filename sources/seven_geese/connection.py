"""Reaching 7Geese from the configuration: the client, and the network, person and schema behind a credential."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sources.core.company import Company
from sources.core.errors import ConfigurationError, RefusedError, SevensError, SuspectError
from sources.core.http import Client
from sources.core.pace import Pace
from sources.core.privacy import Privacy
from sources.core.resource import Resource
from sources.core.settings import companies as configured
from sources.core.settings import company_entries, company_setting, number, secret, setting
from sources.seven_geese.asking import NotOfferedError, ask
from sources.seven_geese.auth import Credentials, NetworkAuth
from sources.seven_geese.documents import names
from sources.seven_geese.network import Network, NetworkClient, as_json, scopes_told
from sources.seven_geese.token_store import TokenStore
from sources.seven_geese.translation import reference

SECTION = "sources.seven_geese"
CREDENTIALS = ("token", "client_id", "client_secret", "username", "password")
REMEDIES = {
    401: "The token is not accepted (any more): renew it, or check the login; after a consent run `sevens auth "
         "seven_geese --company SLUG`.",
    403: "The credential's scopes, or the rights of the person it acts for, do not include this.",
    404: "This server does not offer it; check api_url.",
}
def companies() -> list[Company]:
    """The configured networks. A GUID is optional: it is derived from the network's id."""
    return configured("seven_geese", derives_guid=True)


def origin() -> str:
    """Where 7Geese is."""
    return setting(f"{SECTION}.api_url", "https://app.7geese.com") or ""


def connect(resources: Sequence[Resource]) -> NetworkClient:
    """A client for all networks, asking for the scopes of `resources`. Raises `ConfigurationError` naming the
    setting."""
    backoff = number(f"{SECTION}.backoff", 1.0)
    auth = NetworkAuth(origin(), credentials(), scopes_of(resources), TokenStore.configured(), backoff=backoff)
    pace = Pace(
        per_second=number(f"{SECTION}.requests_per_second", 5, least=0.01),
        per_minute=number(f"{SECTION}.requests_per_minute", 300, least=0.01),
        shared_as=auth.identity,
        address=secret(f"{SECTION}.pace"),
    )
    client = NetworkClient(origin(), auth, pace, {"User-Agent": "sevens"}, backoff=backoff, at_once=4,
                           longest=number(f"{SECTION}.longest_answer", 300, least=0.1),
                           remedies=REMEDIES)  # fmt: skip
    client.privacy = Privacy.configured("seven_geese")
    client.transport = setting(f"{SECTION}.transport", "auto") or "auto"
    if client.transport not in ("auto", "rest", "graphql"):
        raise ConfigurationError(f"{SECTION}.transport is {client.transport!r}. Use auto, rest or graphql.")
    return client


def credentials() -> dict[str, Credentials]:
    """Every network's credentials: beside its slug, or in the section named after it (or after its `credentials`), with
    `_` for `-`: no environment variable could have that."""
    found = {}
    for entry in company_entries("seven_geese", company_setting("seven_geese"), True):
        if isinstance(entry, Mapping):
            slug = str(entry.get("slug"))
            section = f"{SECTION}.credentials.{entry.get('credentials') or slug.replace('-', '_')}"
            found[slug] = Credentials(**{name: entry.get(name) or secret(f"{section}.{name}") for name in CREDENTIALS})
    return found


def scopes_of(resources: Sequence[Resource]) -> frozenset[str]:
    """The scopes to ask for: those of the resources, and what it takes to know who reads."""
    return frozenset({"userprofile:read", "network:read"} | {row.scope for row in resources if row.scope})


def discover(client: Client, company: Company, remembered: int | None) -> Network:
    """The network behind a credential, and who reads it. Raises `SuspectError` if the GUID was another network's."""
    assert isinstance(client, NetworkClient)
    client.meet(company)
    person = _whoami_graphql(client, company) if not client.no_graphql else None
    person = person or _whoami_rest(client, company)
    id = person["network_id"]
    guid = company.guid or derived_guid(client.url, id)
    if remembered is not None and id != remembered and guid == company.guid:
        raise SuspectError(f"{company.slug}: its GUID {guid} was loaded as network {remembered}, and the credential "
                           f"answers for network {id} now. Correct the credentials, or use another GUID.")  # fmt: skip
    if company.id is not None and id != company.id:
        raise SuspectError(f"{company.slug}: the credential answers for network {id}, but id {company.id} is "
                           "configured. Nothing of it was loaded: correct id or credentials.")  # fmt: skip
    twin = client.slugs.setdefault(guid, company.slug)
    if twin != company.slug:
        raise SuspectError(f"{company.slug}: this is network {id}, and so is {twin}. Two readers of one network would "
                           "undo each other's rows; keep one of the two.")  # fmt: skip
    auth = client.auth
    granted = auth.granted(company) if isinstance(auth, NetworkAuth) else None
    return Network(company.slug, guid, id, _identity(person), person.get("network_name") or "", granted)


def derived_guid(origin: str, network_id: int) -> str:
    """The GUID of a network that was configured without one: always the same for the same origin and id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{origin}/networks/{network_id}"))


def describe(client: Client, company: Company, resources: Sequence[Resource]) -> list[tuple[bool, str]]:
    """What `sevens check` tells of a network: whether it is well, and a line."""
    assert isinstance(client, NetworkClient)
    assert isinstance(company, Network)
    lines = [(True, f"is network {company.id} {company.name!r}, company_guid {company.guid}, read as "
                    f"{company.identity}, {scopes_told(company.granted)}")]  # fmt: skip
    lacking = {row.scope: [other.name for other in resources if other.scope == row.scope] for row in resources
               if company.lacks(row.scope)}  # fmt: skip
    lines += [(False, f"was not granted {scope}, so {', '.join(names)} will be skipped: grant it and log in or consent "
                      "again") for scope, names in sorted(lacking.items())]  # fmt: skip
    if client.no_graphql:
        lines.append((True, f"is read by REST: {client.no_graphql}; reviews, feedback, locations, groups and action "
                            "items need GraphQL"))  # fmt: skip
        return lines
    dropped = {part for name in names() if client.document(name) is None or client.dropped[name]
               for part in client.dropped[name]}  # fmt: skip
    return lines + ([(True, f"GraphQL does not offer {', '.join(sorted(dropped))}")] if dropped else [])


def _whoami_graphql(client: NetworkClient, company: Company) -> dict[str, Any] | None:
    """None if GraphQL does not tell, so that REST may."""
    document = client.document("who_am_i")
    if document is None:
        return None
    for _ in range(2):  # a failure may pass
        try:
            told = ask(client, company, "who_am_i", document, {})
        except NotOfferedError:
            return None
        if told.data.get("currentUser") or not told.errors:
            break
    found = told.data.get("currentUser")
    if found is None and told.errors:
        return None
    if found is None:
        raise RefusedError(f"{company.slug}: the token is accepted for nobody (currentUser is null). "
                           f"{REMEDIES[401].replace('SLUG', company.slug)}",
                           401)  # fmt: skip
    network = found.get("network") or {}
    if network.get("id") is None:
        return None
    return {"id": reference(found.get("id")), "is_admin": found.get("isAdmin"), "network_id": reference(network["id"]),
            "network_name": network.get("name"), "visibility": found.get("adminContentVisibility")}  # fmt: skip


def _whoami_rest(client: NetworkClient, company: Company) -> dict[str, Any]:
    try:
        me = client.get(company, "api/v/2.0/userprofiles/me/", {}, as_json).body
    except RefusedError as error:
        if error.status != 403:
            raise
        raise RefusedError(f"{error} Who reads cannot be told without the scope userprofile:read.", 403) from None
    network = reference(me.get("network"))
    if not isinstance(network, int):
        raise SevensError(f"{company.slug}: GET /api/v/2.0/userprofiles/me/ does not tell the network (it says "
                          f"{me.get('network')!r}). Set `id` and `guid` beside the slug, and report it.")  # fmt: skip
    return {"id": reference(me), "is_admin": me.get("is_admin"), "network_id": network,
            "visibility": me.get("admin_content_visibility")}  # fmt: skip


def _identity(person: Mapping[str, Any]) -> str:
    """Who reads, and with which rights: what they see depends on both."""
    rights = "admin" if person.get("is_admin") else "no admin"
    return f"profile {person.get('id')}, {rights}, content visibility {person.get('visibility')}"
