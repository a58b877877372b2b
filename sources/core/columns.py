"""Columns: the vocabulary that records declare their fields in, and what is read from a declaration.

A record type (`msgspec.Struct`) declares the columns once; decoding, Arrow, the destination's schema and
`docs/tables.md` are all read from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

# Vocabulary of the records. Everything but the key may be null or absent: a vendor that stops sending a
# field must not stop a load. `Meta.extra` holds what decoding does not need: unit and PII class.
Text = str | None
Int = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None
Key = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Float = int | float | None  # an integer stays one, so that a large one is not rounded unseen
Bool = bool | None
Day = date | None
Json = msgspec.Raw
NULL = msgspec.Raw(b"null")  # a Raw that was not sent; JSON null decodes to the same
Timestamp = Annotated[datetime, Meta(tz=True, extra={"unit": "UTC"})] | None
Cents = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1, extra={"unit": "cents"})] | None
Minutes = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1, extra={"unit": "minutes"})] | None
ContactText = Annotated[str, Meta(extra={"pii": "contact"})] | None
OpinionText = Annotated[str, Meta(extra={"pii": "opinion"})] | None
OpinionFloat = Annotated[int | float, Meta(extra={"pii": "opinion"})] | None
OpinionBool = Annotated[bool, Meta(extra={"pii": "opinion"})] | None
OpinionJson = Annotated[msgspec.Raw, Meta(extra={"pii": "opinion"})]
BirthDay = Annotated[date, Meta(extra={"pii": "birth"})] | None


class Record(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A row as the vendor sends it. An unknown field sends the row down the slow lane, it is never dropped."""


@dataclass(frozen=True)
class Column:
    """A typed column: `kind` is one of text, bigint, double, bool, timestamp, date, json."""

    name: str
    kind: str
    attribute: str = ""
    unit: str = ""
    pii: str = ""
    nullable: bool = True


GUID = Column("company_guid", "text", nullable=False)
CONTENT = Column("_dlt_id", "text", nullable=False)
VALID_FROM = Column("_dlt_valid_from", "timestamp", unit="UTC", nullable=False)
VALID_TO = Column("_dlt_valid_to", "timestamp", unit="UTC")
OWNER = Column("_dlt_parent_id", "text")  # the version of the parent that a child was sent with
TOMBSTONE = Column("_tombstone", "bool")
UNSEEN = Column("_unseen_since", "timestamp", unit="UTC")  # present, but not listed to who reads now

@cache
def columns_of(record: type[Record]) -> tuple[Column, ...]:
    """The columns a record declares; nested lists of records are children, not columns."""
    found = [_column(field) for field in msgspec.inspect.type_info(record).fields]  # type: ignore[attr-defined]
    return tuple(column for column in found if column)


def _column(field: msgspec.inspect.Field) -> Column | None:
    extra: dict[str, str] = {}
    kinds = [_INSPECTED[type(option)] for option in _options(field.type, extra) if type(option) in _INSPECTED]
    kind = next((kind for kind in ("double", *kinds) if kind in kinds), None)
    return Column(field.encode_name, kind, field.name, extra.get("unit", ""), extra.get("pii", ""),
                  nullable=not field.required) if kind else None  # fmt: skip


def _options(found: Any, extra: dict[str, str]) -> Iterator[Any]:  # noqa: ANN401 - a type as msgspec describes it
    """The types of a union, with what is said of them on the way."""
    if isinstance(found, msgspec.inspect.Metadata):
        extra.update(found.extra or {})
        yield from _options(found.type, extra)
    elif isinstance(found, msgspec.inspect.UnionType):
        for option in found.types:
            yield from _options(option, extra)
    else:
        yield found


_INSPECTED: dict[type, str] = {
    msgspec.inspect.StrType: "text",
    msgspec.inspect.IntType: "bigint",
    msgspec.inspect.FloatType: "double",
    msgspec.inspect.BoolType: "bool",
    msgspec.inspect.DateTimeType: "timestamp",
    msgspec.inspect.DateType: "date",
    msgspec.inspect.RawType: "json",
}
