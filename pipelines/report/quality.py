"""Data quality: how fresh the tables are, what failed, drifted or was set aside, and who is not matched."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from pipelines.report.marts import ByCompany, Marts, Row
from pipelines.report.page import Block, Figure, Figures, Part, Section, Sentence, Table
from pipelines.report.scope import Company, Scope
from pipelines.report.sections import MANY, TITLES, gaps, total
from pipelines.report.wording import age, count, moment, of

LEAD = (
    "From sync_log, as sevens status tells it: when each table was last read in full, and what did not go as it "
    "should. Times are UTC."
)
LONGEST = 160  # characters of an error or a note


def quality(marts: Marts, scope: Scope) -> Section:
    """The section, a block per company that was loaded."""
    people, places = marts.rows(PEOPLE), marts.rows(PLACES)
    rejected = {source: marts.rejected(source) for source in {entry["source"] for entry in marts.entries}}
    blocks = tuple(
        block
        for company in scope.companies[:MANY]
        for block in _block(marts, scope, company, people.get(company.guid, []), places, rejected)
    )
    missing = gaps(marts, ["seven_shifts", "seven_geese"], "people")
    strange = [entry for entry in marts.entries if not entry["guid"] and entry["error"]]
    told = tuple(f"{entry['company']} has never been loaded: {_short(entry['error'])}" for entry in strange)
    return Section("quality", "Data quality", LEAD, blocks, (*missing, *dict.fromkeys(told)))


def _block(
    marts: Marts, scope: Scope, company: Company, known: list[Row], places: ByCompany, rejected: dict[str, list[Row]]
) -> list[Block]:
    entries = [entry for entry in marts.entries if entry["guid"] == company.guid]
    aside = [(source, row) for source, rows in rejected.items() for row in rows if row["company_guid"] == company.guid]
    if not entries and not known:
        return []
    parts: list[Part] = [_figures(entries, known, [row for _, row in aside])]
    troubles = _told("What did not go as it should", entries, ("error", "drift"))
    parts.append(troubles if troubles.rows else Sentence("The last run of every table ended without error or drift."))
    parts += [_zones(places[company.guid])] if company.guid in places else []
    parts += [_set_aside(aside)] if aside else []
    parts += [_matches(known)] if known else []
    parts.append(_freshness(entries, scope))
    notes = _told("Notes of the last run", entries, ("note",), folded=True)
    parts += [notes] if notes.rows else []
    return [Block(company.name, tuple(parts))]


def _zones(places: Sequence[Row]) -> Table:
    rows = ((row["location"] or f"Location {row['location_id']}", row["vendor_timezone"] or "none") for row in places)
    return Table(
        "Locations counted in UTC: the database knows no such time zone", ("Location", "Time zone"), tuple(rows)
    )


def _set_aside(aside: Sequence[tuple[str, Row]]) -> Table:
    rows = (
        (f"{TITLES[source]} {row['table_name'] or '–'}", _short(row["reason"] or ""), count(row["rows"]))
        for source, row in aside
    )
    return Table("Rows set aside (rejected_rows)", ("Table", "Reason", "Rows"), tuple(rows), left=2)


def _matches(known: Sequence[Row]) -> Table:
    rows = tuple((row["match_status"], count(row["people"])) for row in known)
    return Table("People across 7shifts and 7Geese", ("Match", "People"), rows)


def _freshness(entries: Sequence[Row], scope: Scope) -> Table:
    rows = (
        (
            f"{TITLES[entry['source']]} {entry['table']}",
            count(entry["rows"]),
            moment(entry["as_of"]),
            age(entry["as_of"], scope.looked_at),
        )
        for entry in entries
    )
    return Table("Freshness of every table", ("Table", "Rows", "Complete as of", "Age"), tuple(rows), folded=True)


def _figures(entries: Sequence[Row], known: Sequence[Row], aside: Sequence[Row]) -> Figures:
    failed = sum(1 for entry in entries if entry["error"])
    moments = [entry["as_of"] for entry in entries]
    items: list[Figure] = []
    if entries:
        oldest = moment(None if None in moments else min(moments))
        items += [
            Figure("Failed tables", count(failed), f"of {count(len(entries))} tables", bool(failed)),
            Figure("Oldest data", oldest, "the table read longest ago", None in moments),
            Figure("Rows set aside", count(total(aside, "rows")), "with their payload, in rejected_rows", bool(aside)),
        ]
    if known:
        matched = total([row for row in known if row["match_status"] == "matched"], "people")
        items.append(Figure("People matched", of(matched, total(known, "people")), "in both systems, and proved"))
    return Figures("The last run", tuple(items))


def _told(title: str, entries: Sequence[Row], kinds: Sequence[str], folded: bool = False) -> Table:
    """A row per message: the tables of one resource share theirs."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for entry in entries:
        for kind in kinds:
            if entry[kind]:
                found.setdefault((entry["source"], kind, _short(str(entry[kind]))), []).append(entry["table"])
    rows = ((f"{TITLES[source]} {', '.join(own)}", kind, words) for (source, kind, words), own in found.items())
    return Table(title, ("Tables", "What", "In words"), tuple(rows), left=3, folded=folded)


def _short(text: str) -> str:
    return shorten(text, LONGEST, placeholder=" …")


PLACES = """
SELECT company_guid, location_id, location, vendor_timezone FROM {locations}
WHERE NOT is_timezone_known AND NOT is_deleted ORDER BY company_guid, location_id"""

PEOPLE = """
SELECT company_guid, match_status, count(*) AS people FROM {people}
GROUP BY company_guid, match_status ORDER BY company_guid, people DESC, match_status"""
