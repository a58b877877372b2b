"""What a comparison with the vendor found, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN = 10  # differences of a kind that are told one by one
Key = tuple[Any, ...]


@dataclass
class Compared:
    """One company's table: how many rows the vendor has, and the keys that differ; `aside` are rows that no table can
    hold, with the reason, which are in `rejected_rows`; `error` if it was not to be read, `note` if the vendor does not
    have this table, so that there is nothing to compare."""

    source: str
    company: str
    table: str
    rows: int = 0
    missing: list[Key] = field(default_factory=list)  # the vendor has them, the destination does not
    extra: list[Key] = field(default_factory=list)  # the destination has them, the vendor does not
    different: dict[Key, list[str]] = field(default_factory=dict)  # with the columns that differ
    aside: list[tuple[Key, str]] = field(default_factory=list)
    error: str | None = None
    note: str | None = None

    @property
    def ok(self) -> bool:
        return not (self.missing or self.extra or self.different or self.aside or self.error)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: plain values only."""
        return {"source": self.source, "company": self.company, "table": self.table, "ok": self.ok, "rows": self.rows,
                "missing": self.missing, "extra": self.extra, "error": self.error, "note": self.note,
                "aside": [{"key": key, "reason": reason} for key, reason in self.aside],
                "different": [{"key": key, "columns": names} for key, names in self.different.items()]}  # fmt: skip


def told(results: Sequence[Compared]) -> str:
    """The comparison for people: a line per table that differs, and the sum of all."""
    lines = []
    for result in results:
        place = f"{result.source} {result.company} {result.table}"
        lines += [f"FAIL  {place}: {result.error}"] if result.error else []
        lines += [f"note  {place}: {result.note}"] if result.note else []
        lines += [f"FAIL  {place}: missing {_key(key)}" for key in result.missing[:SHOWN]]
        lines += [f"FAIL  {place}: {_key(key)} is set aside in rejected_rows: {why}"
                  for key, why in result.aside[:SHOWN]]  # fmt: skip
        lines += [f"FAIL  {place}: {_key(key)} is not at the vendor" for key in result.extra[:SHOWN]]
        lines += [f"FAIL  {place}: {_key(key)} differs in {', '.join(names)}"
                  for key, names in list(result.different.items())[:SHOWN]]  # fmt: skip
    rows, wrong = sum(result.rows for result in results), [result for result in results if not result.ok]
    missing, extra, different = (sum(len(found) for found in kind) for kind in (
        [[*result.missing, *result.aside] for result in results], [result.extra for result in results],
        [result.different for result in results]))  # fmt: skip
    lines.append(f"{rows:,} rows of {len(results)} tables compared: {missing} missing, {extra} too many, {different} "
                 "different" + (f"; {len(wrong)} tables are not as at the vendor" if wrong else ""))  # fmt: skip
    return "\n".join(lines)


def _key(key: Key) -> str:
    return " ".join(str(part) for part in key)
