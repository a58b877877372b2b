"""The destination named `warehouse`, met as it is: DuckDB by default, one writer at a time."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dlt
import duckdb
from dlt.common.destination import Destination
from filelock import FileLock, Timeout

from sources.core.errors import ConfigurationError, UnavailableError
from sources.core.settings import number, secret, setting

STORAGE_VERSION = "v1.4.0"  # a file written by DuckDB 2 in its own version opens in no other tool
SECTION = "destination.warehouse"
NO_DRIVER = "The PostgreSQL driver is missing: pip install 'sevens[postgres]'."
SCHEMAS = ("seven_shifts", "seven_geese", "sevens_staging", "sevens_intermediate", "sevens_marts")


@dataclass(frozen=True)
class Warehouse:
    """Where rows go. `file` is the DuckDB file, None on other destinations."""

    type: str
    credentials: str | None
    file: Path | None
    lock_wait: float

    @classmethod
    def configured(cls) -> Warehouse:
        """From `destination.warehouse`. A PostgreSQL address needs no destination_type beside it."""
        credentials = secret(f"{SECTION}.credentials")
        guessed = "postgres" if (credentials or "").startswith(("postgresql://", "postgres://")) else "duckdb"
        type = setting(f"{SECTION}.destination_type", guessed) or guessed
        if type not in ("duckdb", "postgres") and not hasattr(dlt.destinations, type):
            raise ConfigurationError(f"destination_type {type!r} is none that dlt knows. Use duckdb or postgres, or "
                                     "any other of dlt's destinations with its package installed.")  # fmt: skip
        file = None
        if type == "duckdb":
            file = _duckdb_file(credentials or "sevens.duckdb")
            credentials = str(file)
        elif type == "postgres" and credentials:
            credentials = _complete(credentials)
        return cls(type, credentials, file, number(f"{SECTION}.lock_wait", 60))

    @property
    def file_format(self) -> str:
        """What dlt loads from. Parquet, but on PostgreSQL dlt makes csv of it, and null of empty text on the way."""
        return "insert_values" if self.type == "postgres" else "parquet"

    @property
    def name(self) -> str:
        """For people: the file, or the kind of destination (never the credentials)."""
        return str(self.file) if self.file else self.type

    def destination(self, shard: str) -> Destination[Any, Any]:
        """dlt's destination. Each pipeline has a staging dataset of its own: a shared one loses rows silently."""
        layout = f"%s_stg_{shard}"
        arguments: dict[str, Any] = {"credentials": self.credentials} if self.credentials else {}
        if self.type == "postgres" and not find_spec("psycopg2"):
            raise ConfigurationError(NO_DRIVER)
        if self.type in ("duckdb", "postgres"):
            # dlt leaves it open, and runs a merge's DELETE and INSERT one by one: a kill between them erased history.
            arguments["supports_transactions"] = True
        arguments |= {"destination_name": "warehouse", "staging_dataset_name_layout": layout}
        if self.type == "postgres":
            from pipelines.postgres import Postgres

            factory: Destination[Any, Any] = Postgres(**arguments)
        else:
            factory = dlt.destination(self.type, **arguments)
        # dlt looks up every setting that is not given, 26 times a run: a quarter of what a run costs it.
        found = factory.configuration(factory.spec(), accept_partial=True)
        factory.config_params.update({name: value for name, value in found.items() if value is not None})
        return factory

    @contextmanager
    def writing(self, working_dir: Path) -> Iterator[None]:
        """Be the only writer of this working directory and, on DuckDB, of the file; create the file if new."""
        with ExitStack() as held:
            held.enter_context(self._lock(working_dir, "the working directory"))
            if self.file:
                held.enter_context(self._lock(self.file, "the DuckDB file"))
                self.meet()
            elif self.type == "postgres":
                held.enter_context(self._advisory_lock(working_dir.name))
            yield

    @contextmanager
    def _advisory_lock(self, shard: str) -> Iterator[None]:
        """Two runs of one selection share a staging dataset, wherever they run: the server lets one in at a time."""
        try:
            import psycopg2  # type: ignore[import-untyped]
        except ImportError:
            raise ConfigurationError(NO_DRIVER) from None
        try:
            connection = psycopg2.connect(self.credentials, connect_timeout=15)
        except psycopg2.Error as error:
            raise UnavailableError(f"The destination postgres could not be reached: {_first_line(error)}. Check "
                                   f"{SECTION}.credentials and that it is running.") from None  # fmt: skip
        connection.autocommit = True
        deadline = time.monotonic() + self.lock_wait
        try:
            with connection.cursor() as cursor:
                while True:
                    cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"sevens {shard}"])
                    if cursor.fetchone() == (True,):
                        break
                    if time.monotonic() > deadline:
                        raise UnavailableError(f"Another run of {shard} has been writing to this database for more "
                                               f"than {self.lock_wait:.0f} s. Wait, then run again.")  # fmt: skip
                    time.sleep(0.5)
            yield
        finally:
            connection.close()

    def meet(self) -> None:
        """Open the DuckDB file once, creating it in a version every tool reads. Waits for another program's lock,
        then raises `UnavailableError` with the holder DuckDB names."""
        if self.file is None:
            return None
        deadline = time.monotonic() + self.lock_wait
        while True:
            try:
                new = not self.file.exists()
                if new:
                    self.file.parent.mkdir(parents=True, exist_ok=True)
                config = {"storage_compatibility_version": STORAGE_VERSION} if new else {}
                return duckdb.connect(str(self.file), config=config).close()  # type: ignore[arg-type]
            except (duckdb.Error, OSError) as error:
                if "lock on file" not in str(error).lower():
                    raise UnavailableError(f"{self.file} cannot be opened as a DuckDB file ({error}). Check the path, "
                                           "the free space and that it is a DuckDB file.") from None  # fmt: skip
                if time.monotonic() > deadline:
                    raise UnavailableError(f"{self.file} is in use by another program, also after waiting "
                                           f"{self.lock_wait:.0f} s: {_first_line(error)}. Close it, or give it a copy "
                                           "of the file; then run again.") from None  # fmt: skip
                time.sleep(0.5)

    @contextmanager
    def _lock(self, path: Path, what: str) -> Iterator[None]:
        file = _lock_file(path)
        try:
            with FileLock(file, timeout=self.lock_wait):
                holder = file.with_suffix(".holder")
                holder.write_text(str(os.getpid()))
                yield
        except Timeout:
            pid = file.with_suffix(".holder").read_text()
            raise UnavailableError(f"Another run of sevens (process {pid}) has held {what} {path} for more than "
                                   f"{self.lock_wait:.0f} s. Wait for it to end, then run again."
                                   ) from None  # fmt: skip


def _duckdb_file(credentials: str) -> Path:
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


def _complete(address: str) -> str:
    """dlt insists on a host and a password; a socket in the query and trust or peer login need neither."""
    parts = urlsplit(address)
    user, _, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    login = f"{name or 'postgres'}:{password or os.environ.get('PGPASSWORD', 'unused')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place or 'localhost'}"))


def _lock_file(path: Path) -> Path:
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"sevens-locks-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / (hashlib.blake2b(str(path.resolve()).encode(), digest_size=10).hexdigest() + ".lock")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(". ")
