"""What the credentials of a destination name: a file, a server, a folder."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from pipelines.destinations import SECTION
from sources.core.errors import ConfigurationError

SCHEMAS = ("seven_shifts", "seven_geese", "sevens_staging", "sevens_intermediate", "sevens_marts")


def duckdb_file(credentials: str) -> Path:
    """The file that is meant. DuckDB calls it by its name, and then takes a schema of the same name for it."""
    path = credentials.removeprefix("duckdb:///")
    if path.startswith("md:") or path == ":memory:":
        raise ConfigurationError(f"{SECTION}.credentials {path!r} is no file. Name a file, or set destination_type "
                                 "(motherduck for md:).")  # fmt: skip
    if "://" in path:
        raise ConfigurationError(f"{SECTION}.destination_type is duckdb, but its credentials are a "
                                 f"{path.partition(':')[0]} address. Set destination_type to match.")  # fmt: skip
    file = Path(path).expanduser().resolve()
    if "'" in file.stem or '"' in file.stem:
        raise ConfigurationError(f"{SECTION}.credentials {path!r} has a quote in its name, which dbt cannot take. Name "
                                 "the file otherwise.")  # fmt: skip
    if file.stem in SCHEMAS:
        raise ConfigurationError(f"{SECTION}.credentials {path!r} is named like the schema {file.stem} in it, and "
                                 "DuckDB cannot tell them apart. Name the file otherwise.")  # fmt: skip
    return file


def complete(address: str) -> str:
    """dlt insists on a host and a password; a socket in the query and trust or peer login need neither."""
    parts = urlsplit(address)
    user, _, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    login = f"{name or 'postgres'}:{password or os.environ.get('PGPASSWORD', 'unused')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place or 'localhost'}"))


def is_here(address: str | None) -> Path | None:
    """The folder of a lake, or the file of its catalog, that is on this machine."""
    scheme, _, path = (address or "").rpartition("://")
    path = path.removeprefix("/") if scheme in ("duckdb", "sqlite") else path  # a fourth slash begins an absolute one
    return Path(unquote(path)).expanduser().resolve() if path and scheme in ("", "file", "duckdb", "sqlite") else None
