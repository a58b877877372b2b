"""What the destination says of itself: freshness, rows and the last error of every company's tables."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.loading import open_pipeline
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse
from sources.core.memory import Memory

Entry = dict[str, Any]


def read(source: str) -> list[Entry]:
    """A dict per company and table of a source; empty if it was never loaded. `as_of` is the vendor's time of the
    last complete reading, `rows` counts open versions only where a table is versioned, `rows_read` those of the
    resource's last whole reading (None for a nested table)."""
    vendor, warehouse = VENDORS[source], Warehouse.configured()
    if warehouse.file and not warehouse.file.exists():
        return []
    warehouse.meet()
    pipeline = open_pipeline(source, warehouse, f"{source}_status")
    memory = Memory(lambda: pipeline.sql_client(), source)
    latest, brought = memory.latest(), memory.brought()
    counts = {table.name: memory.counts(table) for row in vendor.resources for table in row.tables}
    memory.close()  # or this process keeps the DuckDB file
    found: list[Entry] = []
    for (guid, name), last in sorted(latest.items(), key=lambda item: (item[1]["slug"], item[0])):
        row = next((row for row in vendor.resources if row.name == name), None)
        for table in row.tables if row else ():
            found.append({"source": source, "company": last["slug"], "guid": guid, "table": table.name,
                          "rows": counts[table.name].get(guid, 0), "as_of": last["as_of"],
                          "rows_read": None if table.parent else brought.get((guid, name)),
                          "loaded_at": last["logged_at"], "rejected": last["rejected"], "drift": last["drift"],
                          "note": last["note"] if table.parent is None else None, "error": last["error"]})  # fmt: skip
    return found


def mark_stale(entries: list[Entry], hours: float) -> None:
    """Say of every entry whether its last complete reading is longer ago."""
    limit = datetime.now(timezone.utc) - timedelta(hours=hours)
    for entry in entries:
        entry["stale"] = entry["as_of"] is None or entry["as_of"] < limit


def table(entries: list[Entry]) -> None:
    """Print the entries for people."""
    console = Console()
    if not entries:
        console.print("Nothing has been loaded yet. Run `sevens run all`, or `sevens demo` to try it.")
        return
    shown = Table("source", "company", "table", "rows", "complete as of (UTC)", "notes")
    for entry in entries:
        as_of = entry["as_of"].strftime("%Y-%m-%d %H:%M") if entry["as_of"] else "never"
        as_of = f"[red]{as_of}[/red]" if entry.get("stale") else as_of
        notes = [f"[red]{escape(entry['error'])}[/red]"] if entry["error"] else []
        notes += [f"{entry['rejected']} rejected"] if entry["rejected"] else []
        notes += [escape(shorten(entry["note"], 120, placeholder=" …"))] if entry["note"] else []
        notes += [f"drift: {escape(entry['drift'])}"] if entry["drift"] else []
        shown.add_row(entry["source"], entry["company"], entry["table"], f"{entry['rows']:,}", as_of, "; ".join(notes))
    console.print(shown)
