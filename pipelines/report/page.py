"""What a page is made of. Everything here is text that the template escapes; only charts are markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Table:
    """Rows under headings. `left` columns hold text, those after it numbers."""

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    more: str = ""  # what was left out
    folded: bool = False  # shown when asked for


@dataclass(frozen=True)
class Series:
    """Bars of one colour. `tone` is one of the style sheet's: base, soft, warn, bad."""

    name: str
    tone: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """A picture, what it says in a sentence, and the same figures as a table."""

    kind: ClassVar[str] = "chart"
    title: str
    unit: str
    series: tuple[Series, ...]
    svg: Markup
    said: str
    table: Table


@dataclass(frozen=True)
class Figure:
    """A number that stands for itself. `alert` draws the eye to it."""

    label: str
    value: str
    note: str = ""
    alert: bool = False


@dataclass(frozen=True)
class Figures:
    """Figures that belong together."""

    kind: ClassVar[str] = "figures"
    title: str
    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Sentence:
    """What there is to say where there is nothing to show."""

    kind: ClassVar[str] = "sentence"
    text: str


Part = Table | Chart | Figures | Sentence


@dataclass(frozen=True)
class Block:
    """One company's part of a section."""

    company: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Section:
    """A chapter. `gaps` says what is missing and why."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...] = ()
    gaps: tuple[str, ...] = field(default=())
