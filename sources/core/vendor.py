"""What a vendor's package offers to the pipelines: its rows, and how to connect, find a company, and build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dlt.extract import DltSource

from sources.core.company import Company
from sources.core.http import Client
from sources.core.plan import Package, Scan
from sources.core.resource import Resource
from sources.core.scan import scan as by_cursor


class BuildSource(Protocol):
    """The vendor's `@dlt.source`: rows of one package, or of a plan of its own where none is given."""

    def __call__(self, *, package: Package, run_id: str, file_format: str) -> DltSource: ...


Describe = Callable[[Client, Company, Sequence[Resource]], list[tuple[bool, str]]]


@dataclass(frozen=True)
class Vendor:
    """`slug` is the folder, the source, the config section and the dataset. Nothing here needs a network until
    `discover` is called, and no secret until `connect` is. `describe` tells `sevens check` what was found."""

    slug: str
    resources: tuple[Resource, ...]
    companies: Callable[[], list[Company]]
    connect: Callable[[Sequence[Resource]], Client]
    discover: Callable[[Client, Company, int | None], Company]
    source: BuildSource
    authorize: Callable[[str, int | None], str] | None = None  # asks a person for consent, tells what came of it
    derives_guid: bool = False  # a company may be configured without one
    scan: Scan = by_cursor
    describe: Describe = lambda client, company, resources: [(True, f"is company {company.id}")]
