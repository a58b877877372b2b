"""What a vendor's package offers to the pipelines: its rows, and how to connect, find a company, and build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dlt.extract import DltSource

from sources.core.http import Client, Company
from sources.core.plan import Package
from sources.core.resource import Resource


class BuildSource(Protocol):
    """The vendor's `@dlt.source`: rows of one package, or of a plan of its own where none is given."""

    def __call__(self, *, package: Package, run_id: str, file_format: str) -> DltSource: ...


@dataclass(frozen=True)
class Vendor:
    """`slug` is the folder, the source, the config section and the dataset. Nothing here needs a network until
    `discover` is called, and no secret until `connect` is."""

    slug: str
    resources: tuple[Resource, ...]
    companies: Callable[[], list[Company]]
    connect: Callable[[Sequence[Resource]], Client]
    discover: Callable[[Client, Company, int | None], Company]
    source: BuildSource
