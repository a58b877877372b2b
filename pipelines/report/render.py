"""The page: the marts read, the sections made, and the template filled. Every value is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timezone
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.report.labour import labour
from pipelines.report.marts import reading
from pipelines.report.objectives import objectives
from pipelines.report.overtime import overtime
from pipelines.report.quality import quality
from pipelines.report.recognition import recognition
from pipelines.report.reviews import reviews
from pipelines.report.scope import scope
from pipelines.report.summary import summary
from pipelines.report.wording import day, moment

SECTIONS = (summary, labour, overtime, objectives, recognition, reviews, quality)


def render(companies: Sequence[str] = (), as_of: date | None = None) -> str:
    """The report as HTML. See `pipelines.report.write`."""
    with reading() as marts:
        of = scope(marts, companies, as_of)
        sections = [make(marts, of) for make in SECTIONS]
    environment = Environment(
        loader=PackageLoader("pipelines.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("pipelines.report").joinpath("page.css").read_text(encoding="utf-8")
    return environment.get_template("page.html").render(
        sections=sections,
        companies=[company.name for company in of.companies],
        read_at=moment(of.read_at),
        today=day(as_of) if as_of else "",
        written_at=moment(datetime.now(timezone.utc)),
        version=version("sevens"),
        style=Markup(style),
    )
