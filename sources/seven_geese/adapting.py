"""What no declaration says: rows that one schema or transport shapes differently from the others."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sources.core.rows import Row
from sources.seven_geese.translation import reference


def objective(row: Row) -> None:
    """History items have no id: those of one moment are numbered."""
    seen: Counter[Any] = Counter()
    for item in row.get("history") or ():
        item["place"] = seen[item.get("created")]
        seen[item.get("created")] += 1


def recognition(row: Row) -> str | None:
    """One recipient in 2020 and in REST, whatever their number; lists of people and of departments since. Tells which
    list is not whole."""
    whole = "user_recipients" in row
    people, departments = row.pop("user_recipients", ()), row.pop("team_recipients", ())
    recipients = [{"kind": "profile", "recipient_id": item.get("recipient_id")} for item in people]
    recipients += [{"kind": "department", "recipient_id": item.get("id")} for item in departments]
    single = row.pop("recipient_id", None) or reference(row.pop("recipient", None))
    if single is not None and single not in [item["recipient_id"] for item in recipients if item["kind"] == "profile"]:
        recipients.append({"kind": "profile", "recipient_id": single})
    row["recipients"] = [item for item in recipients if item["recipient_id"] is not None]
    return None if whole and len(row["recipients"]) == len(recipients) else "recipients"


def one_on_one(row: Row) -> None:
    """Where a server has questions in both forms, they are the same ones."""
    for name in ("questions", "notes"):
        if row.get(name):
            row[name] = list({item.get("id"): item for item in row[name]}.values())
