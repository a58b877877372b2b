"""What the sections share: who has rows, what is missing and why, and the sum of a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from pipelines.report.marts import Marts, Row
from pipelines.report.page import Block, Figures, Part, Section, Table
from pipelines.report.scope import Company, Scope
from pipelines.report.wording import count

TITLES = {"seven_shifts": "7shifts", "seven_geese": "7Geese"}
MANY = 12  # companies; of more, a page would take too long to read and to open
Parts = Callable[[Company], list[Part]]


def section(id: str, title: str, lead: str, scope: Scope, parts: Parts, gaps: tuple[str, ...]) -> Section:
    """A section with a block of every company that has something to show."""
    made = (
        (company, tuple(part for part in parts(company) if not _is_empty(part))) for company in scope.companies[:MANY]
    )
    blocks = tuple(Block(company.name, shown) for company, shown in made if shown)
    if not blocks and not gaps:
        gaps = ("The chosen companies have nothing here.",)
    return Section(id, title, lead, blocks, gaps)


def gaps(marts: Marts, sources: Iterable[str], *names: str) -> tuple[str, ...]:
    """Why something is left out: a source that was not loaded, or marts that were not built."""
    missing = [name for name in names if name not in marts.names]
    if not missing:
        return ()
    loaded = {entry["source"] for entry in marts.entries}
    absent = [source for source in sources if source not in loaded]
    if absent and len(missing) == len(names):
        return tuple(
            f"{TITLES[source]} has not been loaded, so there is nothing to show. To load it and build its "
            f"marts: sevens run {source}, then sevens transform."
            for source in absent
        )
    return (f"Left out, because not built: {', '.join(missing)}. To build the marts: sevens transform.",)


def total(rows: Iterable[Row], column: str) -> Decimal:
    """The sum of a column, exact; null counts as nothing."""
    return sum((Decimal(str(row[column])) for row in rows if row[column] is not None), Decimal())


def first(most: int, columns: str, source: str, order: str) -> str:
    """SQL for the first rows of each company in an order, with how many it has in all."""
    return f"""
SELECT * FROM (
    SELECT company_guid, {columns}, count(*) OVER (PARTITION BY company_guid) AS in_all,
           row_number() OVER (PARTITION BY company_guid ORDER BY {order}) AS place
    {source}
) AS ranked WHERE place <= {most} ORDER BY company_guid, place"""


def more(rows: Sequence[Row], what: str) -> str:
    """What to say of those that `first` left out."""
    left = rows[0]["in_all"] - len(rows) if rows else 0
    return f"{count(left)} more {what}." if left else ""


def _is_empty(part: Part) -> bool:
    return (isinstance(part, Table) and not part.rows) or (isinstance(part, Figures) and not part.items)
