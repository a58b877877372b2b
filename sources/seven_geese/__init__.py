"""7Geese as a dlt source: objectives, recognitions, reviews and what surrounds them, for any number of networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dlt
from dlt.common.configuration.specs import BaseConfiguration
from dlt.extract import DltResource

from sources.core.build import build, deferred
from sources.core.company import Company
from sources.core.errors import ConfigurationError
from sources.core.http import Client
from sources.core.plan import Order, Package
from sources.core.vendor import Vendor
from sources.seven_geese import consent
from sources.seven_geese.connection import companies as configured
from sources.seven_geese.connection import connect, credentials, describe, discover, origin, scopes_of
from sources.seven_geese.resources import RESOURCES
from sources.seven_geese.scan import scan
from sources.seven_geese.token_store import TokenStore

__all__ = ["VENDOR", "seven_geese"]


@dlt.source(name="seven_geese", max_table_nesting=0, spec=BaseConfiguration)  # dlt fills in no argument
def seven_geese(
    companies: Sequence[Company | Mapping[str, Any]] | None = None,
    plan: Order | None = None,
    client: Client | None = None,
    *,
    package: Package | None = None,
    run_id: str = "",
    file_format: str = "parquet",
) -> Iterable[DltResource]:
    """Load 7Geese networks. One resource per table, whatever the number of networks.

    Building it needs neither a secret nor a network: both are used when a resource is first iterated. The arguments
    are those of `sources.seven_shifts.seven_shifts`; a company here is a 7Geese network.
    """
    ready = (lambda: package) if package is not None else deferred(VENDOR, companies, plan or Order(), client)
    return build(RESOURCES, ready, run_id, file_format)


def authorize(slug: str, port: int | None = None) -> str:
    """Have somebody of this network consent in a browser. Returns what may be read now. Raises what
    `consent.authorize` raises, and `ConfigurationError` for a slug without credentials."""
    known = credentials()
    if slug not in known:
        raise ConfigurationError(f"No company {slug!r} is configured for seven_geese. Configured are: "
                                 f"{', '.join(known) or 'none'}.")  # fmt: skip
    port = consent.PORT if port is None else port
    tokens = consent.authorize(origin(), slug, known[slug], scopes_of(RESOURCES), TokenStore.configured(), port=port)
    return f"{slug}: may be read now ({tokens.scope or 'the reply named no scopes'})."


VENDOR = Vendor("seven_geese", RESOURCES, configured, connect, discover, seven_geese, authorize, derives_guid=True,
                scan=scan, describe=describe)  # fmt: skip
