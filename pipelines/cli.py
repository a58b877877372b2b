"""The command line, thin: options in, a report out, exit codes 0 (all loaded), 1 (something failed), 2 (usage)."""

from __future__ import annotations

import gc
import json as jsonlib
import os
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from functools import wraps
from typing import Any, ParamSpec

import rich_click as click

P = ParamSpec("P")
NAMES = ("seven_shifts", "seven_geese")
SOURCES = click.Choice([*NAMES, "all"])


def answered(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn the project's errors into one paragraph on stderr and the documented exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from sources.core.errors import ConfigurationError, SevensError

        try:
            code = command(*args, **kwargs) or 0
        except ConfigurationError as error:
            code = _told(error, bool(kwargs.get("as_json")), 2)
        except SevensError as error:
            code = _told(error, bool(kwargs.get("as_json")), 1)
        sys.exit(code)

    return run


def _told(error: Exception, as_json: bool, code: int) -> int:
    if as_json:
        click.echo(jsonlib.dumps({"ok": False, "error": str(error)}))
    click.echo(f"sevens: {error}", err=True)
    return code


class Moment(click.ParamType):  # type: ignore[type-arg] # generic since click 8.5
    """A date or a date-time; without a zone it is UTC."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:  # noqa: ANN401 - click's signature
        import pendulum

        try:
            found = pendulum.parse(str(value), tz="UTC", strict=True)
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-03-01 or 2026-03-01T05:00:00Z", param, ctx)
        if not isinstance(found, pendulum.DateTime):
            self.fail(f"{value!r} is not a moment in time", param, ctx)
        return datetime.fromtimestamp(found.timestamp(), timezone.utc)


as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sevens", prog_name="sevens")
def main() -> None:
    """Load 7shifts and 7Geese into DuckDB or a warehouse, correct to the last edit and deletion.

    Settings come from .dlt/config.toml, .dlt/secrets.toml or the environment. Try `sevens demo` first: it
    needs no account.
    """


@main.command()
@click.option("--folder", default=None, help="Where to put the DuckDB file.  [default: ./demo]")
@click.option("--stay", is_flag=True, help="Keep both vendors up afterwards, to try other commands on them.")
@as_json
@answered
def demo(folder: str | None, stay: bool, as_json: bool) -> int:
    """Load simulated companies, change them, load again, and show what was picked up."""
    from pipelines.demo import show

    return show(folder or "demo", as_json, stay)


@main.command()
@click.argument("source", type=SOURCES, default="all")
@as_json
@answered
def check(source: str, as_json: bool) -> int:
    """Try every credential, company and the destination; a line each, with the fix. Loads nothing."""
    from pipelines.check import check_all

    lines = check_all(_chosen(source))
    if as_json:
        click.echo(jsonlib.dumps([line.as_dict() for line in lines], indent=2))
    else:
        for line in lines:
            click.echo(f"{click.style('ok  ', fg='green') if line.ok else click.style('FAIL', fg='red')}  {line.text}")
    if any(line.configuration for line in lines):
        return 2
    return 0 if all(line.ok for line in lines) else 1


@main.command()
@click.argument("source", type=SOURCES)
@click.option("--company", "companies", multiple=True, metavar="SLUG", help="Only this company; repeatable.")
@click.option("--resource", "resources", multiple=True, metavar="NAME", help="Only this resource; repeatable.")
@click.option("--since", type=Moment(), help="Read 7shifts shifts and punches that begin at or after this moment.")
@click.option("--until", type=Moment(), help="Read 7shifts shifts and punches that begin at or before this moment.")
@click.option("--full-refresh", is_flag=True, help="Read the chosen companies and resources from the beginning "
              "and write every row again. Others are not touched.")  # fmt: skip
@click.option("--allow-shrink", is_flag=True, help="Believe a snapshot that lost more than a fifth of its rows.")
@as_json
@answered
def run(
    source: str, companies: tuple[str, ...], resources: tuple[str, ...], since: datetime | None, until: datetime | None,
    full_refresh: bool, allow_shrink: bool, as_json: bool,
) -> int:  # fmt: skip
    """Load SOURCE: everything the first time, afterwards what has changed since."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # gives memory back sooner
    from pipelines import heap

    heap.share()  # before the imports that start threads
    from pipelines.outcome import Report
    from pipelines.progress import Progress
    from pipelines.run import run as load
    from pipelines.watching import JsonLines, alert, webhook
    from pipelines.watching import as_json as lines_wanted
    from sources.core.errors import UnavailableError
    from sources.core.plan import Order

    # A run makes few cycles and millions of rows: look for cycles rarely, and never among the imported modules.
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    order = Order(since=since, until=until, full_refresh=full_refresh, allow_shrink=allow_shrink)
    told_to = webhook()
    reports: list[Report] = []
    broken: list[dict[str, object]] = []
    for name, slugs in _having(_chosen(source), companies):
        try:
            with JsonLines(name) if lines_wanted() else Progress() as listener:
                reports.append(load(name, slugs, resources, order, listener))
        except UnavailableError as error:  # the other source may fare better
            broken.append({"source": name, "ok": False, "error": str(error)})
            click.echo(f"sevens: {error}", err=True)
    if as_json:
        found = [*(report.as_dict() for report in reports), *broken]
        click.echo(jsonlib.dumps(found[0] if source != "all" else found, indent=2))
    else:
        for report in reports:
            click.echo(report.as_text())
    failures = [*(told for report in reports for told in report.failures()), *(str(one["error"]) for one in broken)]
    if unsent := alert(told_to, failures):
        click.echo(f"sevens: {unsent}", err=True)
    return 1 if failures else 0


@main.command()
@click.argument("source", type=click.Choice(["seven_geese"]))
@click.option("--company", required=True, metavar="SLUG", help="Whose network is to be read.")
@click.option("--port", type=int, help="Where this machine waits for the browser; register the redirect URI "
              "http://127.0.0.1:PORT/callback with the application.  [default: 8976]")  # fmt: skip
@answered
def auth(source: str, company: str, port: int | None) -> None:
    """Have somebody of a network consent in the browser, and keep the tokens. Once per network."""
    from pipelines.run import VENDORS

    authorize = VENDORS[source].authorize
    assert authorize
    click.echo(authorize(company, port))


@main.command()
@click.argument("source", type=click.Choice(NAMES))
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False), help="A new folder.")
@as_json
@answered
def export(source: str, folder: str, as_json: bool) -> int:
    """Write every table of SOURCE as parquet, with a manifest: the archive to keep. Reads the destination only."""
    from pathlib import Path

    from pipelines.export import export as write
    from pipelines.export import told

    manifest = write(source, Path(folder))
    click.echo(jsonlib.dumps(manifest, indent=2, default=str) if as_json else told(manifest, folder))
    return 0 if manifest["complete"] else 1


@main.command()
@click.argument("source", type=SOURCES)
@click.option("--company", "companies", multiple=True, metavar="SLUG", help="Only this company; repeatable.")
@click.option("--resource", "resources", multiple=True, metavar="NAME", help="Only this resource; repeatable.")
@click.option("--since", type=Moment(), help="Only 7shifts shifts and punches that begin at or after this moment.")
@click.option("--until", type=Moment(), help="Only 7shifts shifts and punches that begin at or before this moment.")
@as_json
@answered
def verify(
    source: str, companies: tuple[str, ...], resources: tuple[str, ...], since: datetime | None, until: datetime | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Read SOURCE again and compare every row and value with the destination. Run first: what changed since differs."""
    from pipelines.comparison import told
    from pipelines.verify import verify as compare
    from sources.core.plan import Order

    found = [result for name in _chosen(source)
             for result in compare(name, companies, resources, Order(since=since, until=until))]  # fmt: skip
    click.echo(jsonlib.dumps([one.as_dict() for one in found], indent=2, default=str) if as_json else told(found))
    return 0 if all(result.ok for result in found) else 1


@main.command()
@click.option("--select", multiple=True, metavar="MODEL", help="Only this model, in dbt's spelling (+name for what it "
              "is built from); repeatable.")  # fmt: skip
@click.option("--full-refresh", is_flag=True, help="Make every table anew, instead of writing only rows that differ.")
@as_json
@answered
def transform(select: tuple[str, ...], full_refresh: bool, as_json: bool) -> int:
    """Build and test the dbt project on what was loaded: paid hours, labour cost, overtime, objectives, reviews."""
    from pipelines.transform import transform as build

    built = build(select, full_refresh)
    click.echo(jsonlib.dumps(built.as_dict(), indent=2) if as_json else built.as_text())
    return 1 if built.failed else 0


@main.command()
@click.option("--to", "file", default="report.html", show_default=True, type=click.Path(dir_okay=False),
              help="Where to write it.")  # fmt: skip
@click.option("--company", "companies", multiple=True, metavar="SLUG", help="Only this company; repeatable.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day that is today in the "
              "report.  [default: when the vendors were last read]")  # fmt: skip
@answered
def report(file: str, companies: tuple[str, ...], as_of: datetime | None) -> None:
    """Write one HTML file from the marts: labour, overtime, objectives, reviews and data quality. Transform first."""
    from pipelines.report import write

    click.echo(write(file, companies, as_of.date() if as_of else None))


@main.command()
@click.option("--max-age", type=click.FloatRange(min=0), metavar="HOURS", help="Exit with 1 also if a table was last "
              "read in full longer ago than this, or nothing was ever loaded.")  # fmt: skip
@as_json
@answered
def status(max_age: float | None, as_json: bool) -> int:
    """How fresh each company's tables are, how many rows they hold, and what failed last."""
    from pipelines.status import mark_stale, read, table

    found = [entry for name in NAMES for entry in read(name)]
    if max_age is not None:
        mark_stale(found, max_age)
    if as_json:
        click.echo(jsonlib.dumps(found, indent=2, default=str))
    else:
        table(found)
    late = max_age is not None and (not found or any(entry["stale"] for entry in found))
    return 1 if late or any(entry["error"] for entry in found) else 0


def _having(sources: list[str], slugs: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The sources, each with those of the companies that it has; one that has none of them is left out. A company that
    nobody has stays with all of them, so that the error tells."""
    from pipelines.run import VENDORS

    if len(sources) < 2 or not slugs:
        return [(name, slugs) for name in sources]
    known = {name: {company.slug for company in VENDORS[name].companies()} for name in sources}
    nobodys = set(slugs).difference(*known.values())
    found = [(name, tuple(slug for slug in slugs if slug in known[name] | nobodys)) for name in sources]
    return [(name, some) for name, some in found if some]


def _chosen(source: str) -> list[str]:
    """One source, or all that are configured."""
    from pipelines.run import configured

    return configured() if source == "all" else [source]


if __name__ == "__main__":
    main()
