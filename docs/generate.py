"""Write `docs/tables.md`, the table of resources in `README.md` and the dbt sources from the resource tables,
`docs/marts.md` from the YAML of the dbt project, and the table of `docs/destinations.md`.

`python -m docs.generate` writes, `python -m docs.generate --check` only tells whether anything would change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from docs import matrix
from docs.dbt_sources import dbt_sources
from docs.marts import marts
from docs.placing import grid, placed
from docs.sentences import LOGS, SENTENCES
from pipelines.run import VENDORS
from sources.core.build import LOGS as LOG_COLUMNS
from sources.core.columns import Column
from sources.core.resource import Cursor, Mode, Resource, Table
from sources.core.vendor import Vendor

ROOT = Path(__file__).resolve().parent.parent
TABLES, MARTS, README = ROOT / "docs" / "tables.md", ROOT / "docs" / "marts.md", ROOT / "README.md"
MODELS = ROOT / "dbt_project" / "models"
DESTINATIONS = ROOT / "docs" / "destinations.md"
INTRODUCTION = """# Tables

Generated from the resource tables by `make docs`; edit those instead.

Every table starts with `company_guid`, which is part of every key, and carries `_dlt_load_id`, the load that
wrote the row. `_dlt_id` is a hash of the row's content. A version holds from `_dlt_valid_from` up to
`_dlt_valid_to`, which is null while it is the present one. A field the vendor adds becomes a further column;
a value of another type than the one below goes into a column beside it, `<column>__v_<type>`. *null* says
whether a column may be empty.
"""


def pages() -> dict[Path, str]:
    """The generated files and what they should contain. Raises `SystemExit` if one has no place for its table."""
    staging = MODELS / "staging"
    models = {staging / slug / f"_{slug}__sources.yml": dbt_sources(slug, vendor) for slug, vendor in VENDORS.items()}
    return {TABLES: tables(), MARTS: marts(MODELS / "marts"), README: placed(README, "resources", resources()),
            DESTINATIONS: placed(DESTINATIONS, "destinations", grid(matrix.HEAD, list(matrix.rows()))),
            **models}  # fmt: skip


def resources() -> str:
    """The tables of resources for the README, one per vendor."""
    return "\n".join(f"`{vendor.slug}`\n\n{_resources(vendor)}" for vendor in VENDORS.values())


def _resources(vendor: Vendor) -> str:
    rows = [
        (f"`{resource.name}`", resource.asked, f"`{resource.scope}`" if resource.scope else "", _codes(names),
         _short(resource))
        for resource in vendor.resources
        for names in [[table.name for table in resource.tables]]
    ]
    return grid(("resource", "read from", "scope", "tables", "kept by"), rows)


def tables() -> str:
    """`docs/tables.md`."""
    parts = [INTRODUCTION]
    for slug, vendor in VENDORS.items():
        parts.append(f"\n## {slug}\n")
        for resource in vendor.resources:
            parts += [_section(slug, resource, table) for table in resource.tables]
    parts.append("\n## Beside them, in every dataset\n")
    for name, columns in LOG_COLUMNS.items():
        parts.append(f"\n### {name}\n\n{LOGS[name]}\n\n{_columns(columns, ())}")
    return "".join(parts)


def _section(slug: str, resource: Resource, table: Table) -> str:
    sentence = SENTENCES.get(slug, {}).get(table.name)
    if sentence is None:
        raise SystemExit(f"{slug}.{table.name} has no description: add a sentence to docs/sentences.py.")
    facts = "".join(f"- {name}: {fact}\n" for name, fact in _facts(resource, table))
    return f"\n### {table.name}\n\n{sentence}\n\n{facts}\n{_columns(table.columns, table.key)}"


def _facts(resource: Resource, table: Table) -> Iterator[tuple[str, str]]:
    yield "read from", resource.asked + _place(resource, table)
    if resource.scope:
        yield "scope", f"`{resource.scope}`"
    yield "kept by", _kept(resource, table)
    if resource.passes != ({},):
        yield "passes", "; ".join(_query(fixed) for fixed in resource.passes)
    yield "key", _codes(table.key)
    if resource.drop and not table.parent:
        yield "never loaded", _codes(resource.drop)


def _place(resource: Resource, table: Table) -> str:
    fields = [child.field for child in resource.children if child.table == table.name]
    fields += [part.at for part in resource.parts if part.table == table.name]
    return f", its {_codes(fields)}" if fields else ""


def _kept(resource: Resource, table: Table) -> str:
    """How a table follows the vendor, in full."""
    if resource.mode is Mode.SNAPSHOT:
        kept = "snapshot with versions: read whole; what changed or is missing is closed with `_dlt_valid_to`"
        kept += "; its nature is to empty" if resource.may_empty else ""
        kept += f"; asked once per row of `{resource.per.name}`" if resource.per else ""
        if resource.cursor:
            kept += (f"; between whole readings (once a week) only what `{resource.cursor.param}` finds is read"
                     f"{_again(resource.cursor)}, and the keys of the rest")  # fmt: skip
        return kept + (f"; {_every(resource.cadence)}" if resource.cadence else "")
    if table.parent:
        return f"replaced together with its row of `{table.parent}`"
    cursor = resource.cursor
    assert cursor
    kept = f"merge on the key, newest `{cursor.field}` wins; asks for changes by `{cursor.param}`, "
    kept += "to the day" if cursor.grain == "day" else "to the second"
    kept += f"; a long first load is cut by `{resource.window}`" if resource.window else ""
    if resource.rolling:
        kept += f"; the last {resource.rolling.days} days of `{resource.window}` are read again on every run"
    return kept


def _short(resource: Resource) -> str:
    """The same in a few words."""
    if resource.cursor and resource.mode is Mode.INCREMENTAL:
        again = f", last {resource.rolling.days} days again" if resource.rolling else ""
        return f"changes since (`{resource.cursor.param}`){again}"
    if resource.cursor:
        return f"versions; changes since (`{resource.cursor.param}`){_again(resource.cursor)}, whole once a week"
    per = f" per row of `{resource.per.name}`" if resource.per else ""
    return f"snapshot with versions{per}" + (f", {_every(resource.cadence)}" if resource.cadence else "")


def _again(cursor: Cursor) -> str:
    return f", last {cursor.lookback.days} days again" if cursor.lookback else ""


def _every(cadence: timedelta) -> str:
    hours = cadence // timedelta(hours=1)
    return "at most once a day" if hours == 24 else f"at most every {hours} hours"


def _query(fixed: Mapping[str, str]) -> str:
    return _codes([f"{name}={value}" for name, value in fixed.items()]) if fixed else "plain"


def _columns(columns: Sequence[Column], key: Sequence[str]) -> str:
    rows = [
        (
            f"`{column.name}`" + (" (key)" if column.name in key else ""),
            column.kind,
            column.unit,
            column.pii,
            "yes" if column.nullable else "no",
        )
        for column in columns
    ]
    return grid(("column", "type", "unit", "PII class", "null"), rows)


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main(arguments: Sequence[str]) -> int:
    """Write what is stale; with `--check` only name it and return 1."""
    wanted = pages()
    stale = [path for path in wanted if not path.exists() or path.read_text(encoding="utf-8") != wanted[path]]
    for path in stale:
        name = path.relative_to(ROOT)
        if "--check" in arguments:
            print(f"{name} is stale. Run: make docs", file=sys.stderr)
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"wrote {name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
