"""The dbt project as assets downstream of the tables, built as `sevens transform` builds it."""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.dagster_defs.companies import POOL
from pipelines.dagster_defs.trouble import answered
from pipelines.loading import working_dir
from pipelines.transform import PROJECT, dbt_is_there, for_dbt, opened, parse
from pipelines.warehouse import Warehouse
from sources.core.errors import ConfigurationError, SevensError


def marts(sources: Sequence[str]) -> dg.AssetsDefinition | None:
    """The models of these sources. None, and a warning that says why, if dbt is not installed or cannot parse them."""
    try:
        return _assets(_manifest(sources))
    except (SevensError, OSError) as error:
        dg.get_dagster_logger().warning(f"The dbt models are left out. {error}")
        return None


def _assets(manifest: Path) -> dg.AssetsDefinition:
    from dagster_dbt import DbtCliResource, dbt_assets

    @dbt_assets(manifest=manifest, name="dbt_build", pool=POOL)
    def build(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with answered(context.retry_number), opened() as (warehouse, folder, variables), for_dbt(warehouse):
            # The models of a source that was not loaded yet are switched off, and dbt skips them.
            dbt = DbtCliResource(project_dir=PROJECT, profiles_dir=PROJECT, dbt_executable=_executable(),
                                 global_config_flags=["--no-version-check", "--no-use-colors"])  # fmt: skip
            target = folder / "dagster"  # no other run has it meanwhile, and the next one parses what has changed
            target.mkdir(parents=True, exist_ok=True)
            arguments = ["build", "--vars", json.dumps(variables)]
            yield from dbt.cli(arguments, manifest=manifest, context=context, target_path=target).stream()

    return build


def _manifest(sources: Sequence[str]) -> Path:
    """The project as dbt understands it, parsed once for each state of the project, offline and without secrets.
    Raises `ConfigurationError` if that cannot be done."""
    if not dbt_is_there():
        raise ConfigurationError("dbt is missing. Install it with: pip install 'sevens[dagster,dbt]'")
    kind = Warehouse.configured().type
    if kind not in ("duckdb", "postgres"):
        raise ConfigurationError(f"The dbt project runs on DuckDB and PostgreSQL; the destination is {kind}.")
    digest = hashlib.blake2b(repr([version("dbt-core"), kind, *sources]).encode(), digest_size=10)
    for file in sorted(PROJECT.rglob("*")):
        if file.suffix in (".sql", ".yml", ".csv"):
            digest.update(f"{file.relative_to(PROJECT)}\0".encode() + file.read_bytes())
    manifest = working_dir().parent / "dagster" / f"manifest-{digest.hexdigest()}.json"
    if not manifest.exists():
        manifest.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=manifest.parent) as folder:
            parse(Path(folder), sources)
            (Path(folder) / "target" / "manifest.json").replace(manifest)  # whole, also for who looks meanwhile
    return manifest


def _executable() -> Path:
    """The `dbt` of this environment, activated or not."""
    return Path(sys.executable).parent / ("dbt.exe" if sys.platform == "win32" else "dbt")
