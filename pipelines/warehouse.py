"""The destination named `warehouse`, met as it is: DuckDB by default, one writer at a time."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.destination import Destination
from dlt.common.destination.configuration import ParquetFormatConfiguration
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.extract import DltSource
from filelock import FileLock, Timeout

from pipelines.addresses import complete, duckdb_file, is_here
from pipelines.destinations import DEFAULT, MANNERS, OPEN_TABLES, SECTION, Manner, company_buckets, table_format
from sources.core.errors import ConfigurationError, UnavailableError
from sources.core.resource import Table
from sources.core.settings import number, secret, setting, untraced

# Another thread takes DuckDB more memory and, for what is loaded at once here, hardly less time. It would join the
# small pieces of a table after every job, as many at once as there are: `_tidy` does, in its time.
LOADING = {"threads": 1, "max_vacuum_tasks": 0}
STORAGE_VERSION = "v1.4.0"  # a file written by DuckDB 2 in its own version opens in no other tool


@dataclass(frozen=True)
class Warehouse:
    """Where rows go. `file` is the DuckDB file, None on other destinations; `manner` how they are brought there;
    `buckets` how many partitions all companies share, None for one each."""

    type: str
    credentials: str | None
    file: Path | None
    lock_wait: float
    manner: Manner = DEFAULT
    buckets: int | None = None

    @classmethod
    def configured(cls) -> Warehouse:
        """From `destination.warehouse`. A PostgreSQL address needs no destination_type beside it."""
        told = setting(f"{SECTION}.destination_type")
        # Others may have a section of credentials, which dlt reads itself.
        credentials = secret(f"{SECTION}.credentials") if told in (None, "duckdb", "postgres") else None
        guessed = "postgres" if (credentials or "").startswith(("postgresql://", "postgres://")) else "duckdb"
        type = told or guessed
        if type not in MANNERS and type != "filesystem" and not hasattr(dlt.destinations, type):
            raise ConfigurationError(f"destination_type {type!r} is none that dlt knows. Use duckdb or postgres, or "
                                     "any other of dlt's destinations with its package installed.")  # fmt: skip
        file = None
        if type == "duckdb":
            file = duckdb_file(credentials or "sevens.duckdb")
            credentials = str(file)
        elif type == "postgres" and credentials:
            credentials = complete(credentials)
        type = table_format() if type == "filesystem" else type
        manner = MANNERS.get(type, DEFAULT)
        return cls(type, credentials, file, number(f"{SECTION}.lock_wait", 60), manner, company_buckets(type))

    @property
    def file_format(self) -> str:
        """What dlt loads from."""
        return self.manner.file_format

    @property
    def declares(self) -> bool:
        """Whether a table can be made without loading anything into it."""
        return self.type not in OPEN_TABLES

    @property
    def name(self) -> str:
        """For people: the file, or the kind of destination (never the credentials)."""
        return str(self.file) if self.file else self.type

    def destination(self, shard: str) -> Destination[Any, Any]:
        """dlt's destination. Each pipeline has a staging dataset of its own: a shared one loses rows silently."""
        self.manner.require(self.type)
        arguments: dict[str, Any] = {"staging_dataset_name_layout": f"%s_stg_{shard}"}
        if self.file:
            arguments["credentials"] = DuckDbCredentials(str(self.file), global_config=LOADING)
        elif self.credentials:
            arguments["credentials"] = self.credentials
        if self.manner.transactions:
            # dlt leaves it open, and runs a merge's DELETE and INSERT one by one: a kill between them erased history.
            arguments["supports_transactions"] = True
        factory = self._factory(destination_name="warehouse", **arguments)
        if self.file:  # as arguments dlt would drop these
            # DuckDB has threads of its own; several jobs at once only take more memory.
            factory.caps_params["loader_parallelism_strategy"] = "sequential"
            # What is written and read once on the same disk is not worth the time to make it small.
            factory.caps_params["parquet_format"] = ParquetFormatConfiguration(compression="none")
        # dlt looks up every setting that is not given, 26 times a run: a quarter of what a run costs it.
        try:
            with untraced():
                found = factory.configuration(factory.spec(), accept_partial=True)
        except ConfigurationException as error:
            raise ConfigurationError(f"{SECTION} cannot be used as it is set: {_first_line(error)}.") from None
        factory.config_params.update({name: value for name, value in found.items() if value is not None})
        return factory

    def _factory(self, **arguments: Any) -> Destination[Any, Any]:  # noqa: ANN401 - dlt's own
        if self.type == "postgres":
            from pipelines.postgres import Postgres

            return Postgres(**arguments)
        if self.type in OPEN_TABLES:
            from pipelines.lake import Lake

            return Lake(**arguments)
        return dlt.destination(self.type, **arguments)

    def fit(
        self, source: DltSource, tables: Iterable[Table], first: Callable[[Table], bool] = lambda table: False
    ) -> DltSource:
        """The source with what the destination wants to know of its tables. `first`: whether rows that come to a
        table, or the table itself, would be the first there."""
        if self.manner.adapt:
            known = {table.name: table for table in tables}
            for name, resource in source.resources.items():
                self.manner.adapt(resource, known.get(name), self.buckets)
                if self.type in OPEN_TABLES:
                    resource.apply_hints(table_format=self.type)  # type: ignore[arg-type]
                if self.manner.appends and name in known and first(known[name]):
                    resource.apply_hints(write_disposition="append")
        return source

    @contextmanager
    def writing(self, working_dir: Path) -> Iterator[None]:
        """Be the only writer of this working directory and of a DuckDB file (created if new) or a folder here."""
        with ExitStack() as held:
            held.enter_context(self._lock(working_dir, "the working directory"))
            if self.file:
                held.enter_context(self._lock(self.file, "the DuckDB file"))
                self.meet()
                self._tidy()
            elif self.type in OPEN_TABLES and (folder := is_here(setting(f"{SECTION}.bucket_url"))):
                held.enter_context(self._lock(folder, "the folder"))
            elif self.type == "ducklake" and (catalog := is_here(secret(f"{SECTION}.credentials.catalog"))):
                held.enter_context(self._lock(catalog, "the catalog"))
            elif self.type == "postgres":
                held.enter_context(self._advisory_lock(working_dir.name))
            yield

    def _tidy(self) -> None:
        """Let DuckDB join small pieces that earlier runs have left, once for each table: a join takes it some 100 MB,
        and now there is nothing else in memory. It does so when it has something to write."""
        with suppress(duckdb.Error), duckdb.connect(str(self.file)) as connection:
            for name, value in {**LOADING, "max_vacuum_tasks": 1}.items():
                connection.execute(f"SET {name} = {value}")
            connection.execute("BEGIN; CREATE SCHEMA sevens_tidy; DROP SCHEMA sevens_tidy; COMMIT; CHECKPOINT")

    @contextmanager
    def _advisory_lock(self, shard: str) -> Iterator[None]:
        """Two runs of one selection share a staging dataset, wherever they run: the server lets one in at a time."""
        self.manner.require(self.type)
        import psycopg2  # type: ignore[import-untyped]

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


def _lock_file(path: Path) -> Path:
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"sevens-locks-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / (hashlib.blake2b(str(path.resolve()).encode(), digest_size=10).hexdigest() + ".lock")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(". ")
