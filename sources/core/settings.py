"""Configuration by exact keys: one spelling is tried, and it is the one an error names."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dlt
from dlt.common.configuration.exceptions import ConfigFieldMissingException
from dlt.common.configuration.utils import get_resolved_traces

from sources.core.company import Company
from sources.core.errors import ConfigurationError


def setting(key: str, default: str | None = None) -> str | None:
    """A plain setting such as `sources.seven_shifts.api_url`."""
    value = dlt.config.get(key, str)
    return default if value in (None, "") else str(value)


def number(key: str, default: float, least: float = 0.0) -> float:
    """A setting that is a number of at least `least`. Raises `ConfigurationError` for anything else."""
    value = setting(key)
    try:
        found = float(value) if value is not None else default
    except ValueError:
        found = least - 1
    if not found >= least:
        raise ConfigurationError(f"{key} is {value!r}, which is no number of at least {least:g}. Correct it, or leave "
                                 f"it out for {default:g} (environment: {environment_name(key)}).")  # fmt: skip
    return found


def secret(key: str) -> str | None:
    """A secret, from the environment or `.dlt/secrets.toml`, without the line end that files give it. Raises
    `ConfigurationError`, which does not show it, if no header could carry it."""
    try:
        with untraced():
            value = str(dlt.secrets.get(key, str) or "").strip()
    except ConfigFieldMissingException:
        return None
    if not all(" " <= character <= "~" for character in value):
        raise ConfigurationError(f"{key} has characters that no secret has (a line break, a quote mark of a text "
                                 f"program?). Copy it again (environment: {environment_name(key)}).")  # fmt: skip
    return value or None


def environment_name(key: str) -> str:
    """How a key is spelled as an environment variable."""
    return key.upper().replace(".", "__")


def companies(slug: str, derives_guid: bool = False) -> list[Company]:
    """The configured companies of a vendor. Raises `ConfigurationError` for none, a slug or GUID that stands
    twice, and a GUID that is none."""
    return parse_companies(slug, company_setting(slug), derives_guid)


def company_setting(slug: str) -> Any:  # noqa: ANN401 - JSON or TOML
    """The setting as it stands. Credentials may be in it."""
    with untraced():
        return dlt.config.get(f"sources.{slug}.companies")


@contextmanager
def untraced() -> Iterator[None]:
    """dlt writes every value that was looked up into the trace of the next load, a file beside the load packages."""
    log = get_resolved_traces()
    before, log.logging_enabled = log.logging_enabled, False
    try:
        yield
    finally:
        log.logging_enabled = before


def parse_companies(slug: str, value: Any, derives_guid: bool = False) -> list[Company]:  # noqa: ANN401 - any form
    """Companies from JSON text, or from a list of mappings or of `Company`; without a GUID only if the vendor
    `derives_guid`. Raises `ConfigurationError`."""
    found = [
        entry if isinstance(entry, Company) else _company(slug, entry, derives_guid)
        for entry in company_entries(slug, value, derives_guid)
    ]
    _refuse_twins(slug, found)
    return found


def company_entries(
    slug: str, value: Any, derives_guid: bool = False  # noqa: ANN401 - any form
) -> Sequence[Company | Mapping[str, Any]]:
    """The list of companies as it was configured. Raises `ConfigurationError` if it is none."""
    key, example = f"sources.{slug}.companies", _example(slug, derives_guid)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise ConfigurationError(f"{environment_name(key)} is not JSON ({error}). {example}") from None
    if not value:
        raise ConfigurationError(f"No company is configured for {slug}. {example}")
    if not isinstance(value, Sequence) or not all(isinstance(entry, Mapping | Company) for entry in value):
        raise ConfigurationError(f"{key} has to be a list of companies. {example}")
    return value


def _company(slug: str, entry: Mapping[str, Any], derives_guid: bool) -> Company:
    name, guid, id = entry.get("slug"), entry.get("guid"), entry.get("id")
    if not name or not (guid or derives_guid):
        plain = {key: value for key, value in entry.items() if key in ("slug", "guid", "id")}  # others may be secret
        raise ConfigurationError(f"A company of {slug} has no slug or no guid: {plain}. {_example(slug, derives_guid)}")
    try:
        canonical = str(uuid.UUID(str(guid))) if guid else ""
    except ValueError:
        raise ConfigurationError(f"{name}: the guid {guid!r} is not a GUID (8-4-4-4-12 hexadecimal digits). Copy "
                                 "it again; 7shifts shows it to the company's admin after connecting the app."
                                 ) from None  # fmt: skip
    if id is not None and not str(id).isdigit():
        raise ConfigurationError(f"{name}: the id {id!r} is not a number. Leave it out: it is discovered.")
    guid = str(guid) if guid and str(guid).lower() == canonical else canonical
    return Company(str(name), guid, int(id) if id is not None else None)


def _refuse_twins(slug: str, found: list[Company]) -> None:
    for what, values in (("slug", [c.slug for c in found]), ("guid", [c.guid.lower() for c in found])):
        twice = sorted({value for value in values if value and values.count(value) > 1})
        if twice:
            raise ConfigurationError(f"{slug}: the {what} {twice[0]!r} stands twice in companies. Every company "
                                     f"needs its own; remove or correct one of them.")  # fmt: skip


def _example(slug: str, derives_guid: bool) -> str:
    lines = ['slug = "acme"'] + ([] if derives_guid else ['guid = "00000000-0000-0000-0000-000000000000"'])
    entry = {"slug": "acme"} if derives_guid else {"slug": "acme", "guid": "…"}
    return (f"Write to .dlt/config.toml:\n\n[[sources.{slug}.companies]]\n" + "\n".join(lines)
            + f"\n\nor set the environment variable {environment_name(f'sources.{slug}.companies')}"
            f"='[{json.dumps(entry, ensure_ascii=False)}]'.")  # fmt: skip
