"""What a run did, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from sources.core.task import NOT_LOADED, Unit


@dataclass
class Report:
    """What a run did: a line per company and resource, rows written per table, and the loads it committed."""

    source: str
    destination: str
    run_id: str
    units: list[Unit] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    load_ids: list[str] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)
    requests: int = 0

    def committed(self, units: list[Unit], written: dict[str, int], load_ids: list[str]) -> None:
        """Take in what a load package held: its units, and how many rows each table got."""
        self.units += units
        self.load_ids += load_ids
        for table, count in written.items():
            self.tables[table] = self.tables.get(table, 0) + count

    @property
    def failed(self) -> bool:
        return any(unit.status in NOT_LOADED for unit in self.units)

    def failures(self) -> list[str]:
        """A line for everything that was not loaded."""
        return [f"{unit.status.upper()} {unit.error}" for unit in self.units if unit.status in NOT_LOADED]

    def as_text(self) -> str:
        """For people: rows per table, then what failed and what was noticed."""
        lines = [f"{self.source} -> {self.destination}"]
        lines += [f"  {name:<24}{rows:>12,} rows" for name, rows in sorted(self.tables.items()) if rows]
        if not any(self.tables.values()):
            lines.append("  nothing new")
        lines += [f"  {told}" for told in self.failures()]
        lines += [f"  note: {', '.join(slugs)} {shorten(told, 160, placeholder=' … (see sync_log)')}"
                  for told, slugs in self._notes().items()]  # fmt: skip
        lines += [f"  note: {unit.task.company.slug} sent {sum(unit.batch.drift.values())} rows of "
                  f"{unit.task.resource.name} with a new or other field: {next(iter(unit.batch.drift))}"
                  for unit in self.units if unit.batch.drift]  # fmt: skip
        lines += [f"  note: {unit.task.company.slug}: {len(unit.batch.rejected)} rows of {unit.task.resource.name} "
                  f"fit no table, see {self.source}.rejected_rows"
                  for unit in self.units if unit.batch.rejected]  # fmt: skip
        lines += [f"  note: {notice}" for notice in sorted(self.notices)]
        return "\n".join([*lines, f"  {self.requests:,} requests, {len(self.load_ids)} load packages"])

    def _notes(self) -> dict[str, list[str]]:
        """What was noted, and of which companies: many have the same to say."""
        found: dict[str, list[str]] = {}
        for unit in self.units:
            if unit.note:
                found.setdefault(f"{unit.task.resource.name}: {unit.note}", []).append(unit.task.company.slug)
        return found

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: plain values only."""
        return {
            "source": self.source,
            "destination": self.destination,
            "run_id": self.run_id,
            "ok": not self.failed,
            "tables": self.tables,
            "requests": self.requests,
            "load_ids": self.load_ids,
            "notices": sorted(self.notices),
            "resources": [unit_dict(unit) for unit in self.units],
        }


def unit_dict(unit: Unit) -> dict[str, Any]:
    """What came of one company's resource: plain values only."""
    return {
        "company": unit.task.company.slug,
        "guid": unit.task.company.guid,
        "resource": unit.task.resource.name,
        "kind": unit.kind,
        "status": unit.status,
        "rows_read": unit.rows_read,
        "rows_written": unit.written,
        "rows_rejected": len(unit.batch.rejected),
        "rows_outside": unit.rows_outside,
        "requests": unit.requests,
        "drift": dict(unit.batch.drift),
        "high_water_mark": unit.high_water_mark.isoformat() if unit.high_water_mark else None,
        "error": unit.error,
        "note": unit.note,
        "transport": unit.transport,
    }
