"""Trying everything a run needs, without loading: configuration, credentials, every company, the destination."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.loading import open_pipeline
from pipelines.run import VENDORS
from pipelines.warehouse import Warehouse
from sources.core.errors import ConfigurationError, SevensError


@dataclass(frozen=True)
class Line:
    """One thing tried. `configuration` marks a failure that a setting has to mend."""

    ok: bool
    text: str
    configuration: bool = False

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def check_all(sources: Sequence[str]) -> list[Line]:
    """A line per destination, credential and company."""
    return [_destination(), *(line for source in sources for line in _source(source))]


def _destination() -> Line:
    try:
        warehouse = Warehouse.configured()
        if warehouse.file:
            _try_file(warehouse)
        else:
            open_pipeline("seven_shifts", warehouse, "seven_shifts_check")
        return Line(True, f"destination: {warehouse.name}")
    except ConfigurationError as error:
        return Line(False, f"destination: {error}", configuration=True)
    except SevensError as error:
        return Line(False, f"destination: {error}")


def _try_file(warehouse: Warehouse) -> None:
    """A file that exists has to open; one that does not has to be possible. None is left behind."""
    assert warehouse.file
    if warehouse.file.exists():
        return warehouse.meet()
    folder = warehouse.file.parent
    while not folder.exists():
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=Path(folder)).close()
    except OSError as error:
        raise SevensError(f"{warehouse.file} cannot be created ({error}). Choose another path in "
                          "destination.warehouse.credentials.") from None  # fmt: skip


def _source(source: str) -> list[Line]:
    vendor = VENDORS[source]
    try:
        companies = vendor.companies()
        client = vendor.connect(vendor.resources)
    except ConfigurationError as error:
        return [Line(False, f"{source}: {error}", configuration=True)]
    lines = [Line(True, f"{source}: {client.url} as {client.auth.identity}, {len(companies)} companies")]
    for company in companies:
        try:
            found = vendor.discover(client, company, None)
            lines += [Line(ok, f"{source}: {company.slug} {told}")
                      for ok, told in vendor.describe(client, found, vendor.resources)]  # fmt: skip
        except ConfigurationError as error:
            lines.append(Line(False, f"{source}: {error}", configuration=True))
        except SevensError as error:
            lines.append(Line(False, f"{source}: {error}"))
    return lines + [Line(True, f"{source}: note, {notice}") for notice in sorted(client.notices)]
