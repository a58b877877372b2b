"""`sevens transform`: the dbt project, built in this process against the destination that `sevens run` writes."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from pipelines.built import Built
from pipelines.loading import working_dir
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse
from sources.core.errors import ConfigurationError, UnavailableError

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"


def transform(select: Sequence[str] = (), full_refresh: bool = False, as_of: str = "") -> Built:
    """Build and test the dbt project on what was loaded. A model or test that fails is in the result. Raises
    `ConfigurationError` if dbt is missing or nothing was loaded, `UnavailableError` if the destination is not to be
    had. `as_of` is "now" of the marts in UTC; the moment of the build if empty."""
    runner = _runner()
    started = time.monotonic()
    with opened(as_of) as (warehouse, folder, variables):
        built = Built(warehouse.name, [slug for slug in VENDORS if variables[slug]])
        with for_dbt(warehouse):
            try:
                outcome = runner(_arguments(folder, variables, select, full_refresh))
                results = getattr(outcome.result, "results", None)
                if results is None:
                    log = folder / "dbt.log"
                    raise UnavailableError(f"dbt could not start: {outcome.exception}. Its log is {log}.")
                built.note(results)
            finally:
                _let_go()
    if select and not (built.models or built.tests):
        raise ConfigurationError(f"Nothing in the dbt project is called {', '.join(select)} (or its source was not "
                                 "loaded).")  # fmt: skip
    built.seconds = time.monotonic() - started
    return built


@contextmanager
def opened(as_of: str = "") -> Iterator[tuple[Warehouse, Path, dict[str, object]]]:
    """The destination with no other writer, a folder for dbt's files, and the variables of the project: which sources
    were loaded, and `as_of`. Raises what `transform` raises."""
    warehouse, folder = Warehouse.configured(), working_dir() / "transform"
    if warehouse.type not in ("duckdb", "postgres"):
        raise ConfigurationError(f"The dbt project runs on DuckDB and PostgreSQL; the destination is {warehouse.type}.")
    if warehouse.file and not warehouse.file.exists():
        raise ConfigurationError(f"There is no {warehouse.file} yet. Load first: sevens run all.")
    with warehouse.writing(folder):
        sources = _sources(warehouse)
        yield warehouse, folder, {**{slug: slug in sources for slug in VENDORS}, "as_of": as_of}


def parse(folder: Path, sources: Sequence[str]) -> None:
    """Write `manifest.json` of the project with these sources to the folder. Needs no destination."""
    variables = {slug: slug in sources for slug in VENDORS}
    with for_dbt(Warehouse.configured()):
        try:
            outcome = _runner()(_arguments(folder, variables, (), False, "parse"))
        finally:
            _let_go()
    if not outcome.success:
        raise ConfigurationError(f"dbt could not parse {PROJECT}: {outcome.exception}")


def for_dbt(warehouse: Warehouse) -> AbstractContextManager[None]:
    """The environment that profiles.yml reads, for as long as it lasts."""
    return _environment(_profile(warehouse))


def dbt_is_there() -> bool:
    """Whether the extra `dbt` was installed."""
    try:
        return all(find_spec(name) for name in ("dbt.cli", "dbt.adapters.duckdb"))
    except ImportError:  # not even the package above
        return False


def _runner() -> Any:  # noqa: ANN401 - dbt may be missing
    if not dbt_is_there():
        raise ConfigurationError("dbt is missing. Install sevens with its extra `dbt`, in a clone: "
                                 "pip install -e '.[dbt]'")  # fmt: skip
    from dbt.cli.main import dbtRunner

    return lambda arguments: dbtRunner().invoke(arguments)


def _arguments(
    folder: Path, variables: Mapping[str, object], select: Sequence[str], full_refresh: bool, command: str = "build"
) -> list[str]:
    return [
        "--no-send-anonymous-usage-stats", "--no-version-check", "--no-use-colors", "--log-level", "none",
        "--log-level-file", "debug",
        "--log-path", str(folder), command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(folder / "target"), "--vars", json.dumps(variables),
        *(["--full-refresh"] if full_refresh else []), *(["--select", *select] if select else []),
    ]  # fmt: skip


def _profile(warehouse: Warehouse) -> dict[str, str]:
    """What profiles.yml reads. dbt keeps values of DBT_ENV_SECRET_… out of its logs."""
    if warehouse.file:
        return {"SEVENS_DBT_TARGET": "duckdb", "SEVENS_DBT_FILE": str(warehouse.file)}
    from psycopg2.extensions import parse_dsn  # type: ignore[import-untyped]

    parts = parse_dsn(warehouse.credentials or "")
    return {
        "SEVENS_DBT_TARGET": "postgres",
        "SEVENS_DBT_HOST": parts.get("host", "localhost"),
        "SEVENS_DBT_PORT": parts.get("port", "5432"),
        "SEVENS_DBT_USER": parts.get("user", "postgres"),
        "SEVENS_DBT_DATABASE": parts.get("dbname", "postgres"),
        "SEVENS_DBT_SSLMODE": parts.get("sslmode", "prefer"),
        **{f"SEVENS_DBT_{name.upper()}": parts.get(name, "") for name in ("sslrootcert", "sslcert", "sslkey")},
        "DBT_ENV_SECRET_SEVENS_PASSWORD": parts.get("password", ""),
    }


def _sources(warehouse: Warehouse) -> list[str]:
    """The sources that were loaded. Raises `ConfigurationError` if none was, or one of them not in full."""
    tables = _tables(warehouse)
    found = [slug for slug in VENDORS if (slug, "sync_log") in tables]
    if not found:
        raise ConfigurationError(f"Nothing was loaded into {warehouse.name} yet. Load first: sevens run all.")
    for slug in found:
        missing = [table.name for resource in VENDORS[slug].resources for table in resource.tables
                   if (slug, table.name) not in tables]  # fmt: skip
        if missing:
            raise ConfigurationError(f"{slug} was not loaded in full: {', '.join(missing)} missing. Load the rest: "
                                     f"sevens run {slug}.")  # fmt: skip
    return found


def _tables(warehouse: Warehouse) -> set[tuple[str, str]]:
    query = "SELECT table_schema, table_name FROM information_schema.tables"
    if warehouse.file:
        with duckdb.connect(str(warehouse.file)) as connection:
            return set(connection.execute(query).fetchall())
    import psycopg2  # type: ignore[import-untyped]

    try:
        connection = psycopg2.connect(warehouse.credentials, connect_timeout=15)
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return set(cursor.fetchall())
    except psycopg2.Error as error:
        raise UnavailableError(f"The destination postgres could not be read: {str(error).splitlines()[0]}.") from None
    finally:
        with suppress(NameError):
            connection.close()


def _let_go() -> None:
    """dbt keeps the DuckDB file open for the rest of the process otherwise."""
    with suppress(ImportError):
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager as Manager

        environment = Manager._ENV
        Manager.close_all_connections()  # type: ignore[no-untyped-call]
        if environment is not None:
            environment.close()
    gc.collect()


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    settings = {**settings, "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
