"""The demo from start to end: both simulators up, two loads with changes between them, the verdict, the answers."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.built import Built
from pipelines.demo import restaurants
from pipelines.demo.answers import answers
from pipelines.demo.people import People
from pipelines.export import export
from pipelines.outcome import Report
from pipelines.progress import Progress
from pipelines.report import report_is_there, write
from pipelines.run import run
from pipelines.transform import dbt_is_there, transform
from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts

SOURCES = ("seven_shifts", "seven_geese")
DAY, WEEK = 86_400, 7 * 86_400
Reports = dict[str, Report]


def show(folder: str, as_json: bool, stay: bool = False) -> int:
    """Run the demo in `folder` (made anew) and print what happened; if `stay`, keep the vendors up until Ctrl-C.
    Returns 0 if every check against the simulated vendors holds, else 1."""
    place = Path(folder).resolve()
    for old in (".sevens", "archive"):
        shutil.rmtree(place / old, ignore_errors=True)
    file = place / "sevens.duckdb"
    file.unlink(missing_ok=True)
    console = Console(stderr=as_json)
    shifts = SevenShifts(companies=3, seed=7, weeks=3, staff=14)
    geese = SevenGeese(networks=2, seed=7, people=12)
    with shifts, geese:
        bistro = shifts.companies[0].guid
        people = People(geese, bistro, [row["email"] for row in shifts.rows(bistro, "users") if row["active"]][:8])
        console.print(f"A simulated 7shifts with three companies is up at {shifts.url}, a simulated 7Geese with two "
                      f"networks at {geese.url}.", soft_wrap=True)  # fmt: skip
        with _environment(_settings(shifts, people, place, file)):
            first = _load()
        shifts.advance(3600)
        changes = restaurants.live_a_day(shifts) + people.live_a_week()
        with _environment(_settings(shifts, people, place, file)):
            second = _load()
            archive = export("seven_geese", place / "archive")
            built = transform(as_of=shifts.now.strftime("%Y-%m-%d %H:%M:%S")) if dbt_is_there() else None
            page = _report(place / "report.html", shifts.now) if built and not built.failed else None
        with duckdb.connect(str(file), read_only=True) as connection:
            picked_up = {change.told: change.arrived(connection) for change in changes}
            differences = restaurants.differences(shifts, connection) + people.differences(connection)
            answered = answers(connection, shifts.now) if built and not built.failed else {}
        differences += _archived(archive, people.counted())
        differences += [f"not picked up: {told}" for told, arrived in picked_up.items() if not arrived]
        _print(console, first, second, picked_up)
        _judge(console, file, differences)
        _answer(console, built, answered, page)
        if stay:
            shifts.restore(shifts.companies[2].guid)
            shifts.advance(DAY)  # what is read once a day is due
            settings = _settings(shifts, people, place, file)
            with _environment(settings):
                _load()
            _wait(console, place / "environment", settings)
    if as_json:
        told = {"first": _told(first), "second": _told(second), "differences": differences, "file": str(file),
                "built": built and built.as_dict(), "answers": answered,
                "report": page and str(page)}  # fmt: skip
        print(json.dumps(told, indent=2))
    return 1 if differences or (built and built.failed) else 0


def _load() -> Reports:
    found = {}
    for source in SOURCES:
        with Progress() as progress:
            found[source] = run(source, listener=progress)
    return found


def _report(page: Path, now: datetime) -> Path | None:
    page.unlink(missing_ok=True)
    return write(page, as_of=now.date()) if report_is_there() else None


def _archived(manifest: Mapping[str, Any], counted: Mapping[str, int]) -> list[str]:
    """Where the archive's manifest counts other rows than the vendor shows."""
    written = {table["name"]: sum(table["current"].values()) for table in manifest["tables"]}
    return [f"archive {table}: {written[table]} rows where the vendor shows {count}"
            for table, count in counted.items() if written[table] != count]  # fmt: skip


def _told(reports: Reports) -> dict[str, Any]:
    return {source: report.as_dict() for source, report in reports.items()}


def _print(console: Console, first: Reports, second: Reports, picked_up: dict[str, bool]) -> None:
    for source in SOURCES:
        table = Table("table", "first load", "second load", title=f"Rows written to {source}", title_justify="left")
        for name in sorted({*first[source].tables, *second[source].tables}):
            table.add_row(name, f"{first[source].tables.get(name, 0):,}", f"{second[source].tables.get(name, 0):,}")
        console.print(table)
        console.print(f"{first[source].requests} requests the first time, {second[source].requests} the second.")
    console.print("Between the two loads, and found in the tables after the second:")
    for told, arrived in picked_up.items():
        console.print(f"  {'[green]yes[/green]' if arrived else '[red]NO [/red]'} {told}", soft_wrap=True)


def _judge(console: Console, file: Path, differences: list[str]) -> None:
    for difference in differences:
        console.print(f"[red]WRONG[/red] {difference}")
    if not differences:
        console.print("[green]Every shift, punch, user and draft, every objective, recognition and review equals what "
                      "the vendors show, in the tables and in the archive.[/green]", soft_wrap=True)  # fmt: skip
    console.print(f"The tables are in {file}, schemas {' and '.join(SOURCES)}; an archive of 7Geese to keep is in "
                  f"{file.parent / 'archive'}. Look around with\n  "
                  f"duckdb {os.path.relpath(file)} -c \"FROM seven_geese.sync_log\"", soft_wrap=True)  # fmt: skip


def _answer(console: Console, built: Built | None, answered: Mapping[str, str], page: Path | None) -> None:
    if built is None:
        console.print("dbt is missing, so no tables of hours, cost and progress were built: pip install -e '.[dbt]'")
        return
    first, *_ = built.as_text().splitlines()
    console.print(f"The dbt project was built into the schema sevens_marts: {first}.", soft_wrap=True)
    for question, answer in answered.items():
        console.print(f"  [bold]{question}[/bold] {escape(answer)}", soft_wrap=True)
    if page:
        console.print(f"All of it is on one page, to open in a browser: {page}", soft_wrap=True)


def _wait(console: Console, file: Path, settings: Mapping[str, str]) -> None:
    """Leave the simulated vendors up until Ctrl-C, and tell how to ask them."""
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))
    console.print("Both vendors stay up until Ctrl-C. In another shell:\n"
                  f"  set -a; . {os.path.relpath(file)}; set +a; sevens verify all", soft_wrap=True)  # fmt: skip
    with suppress(KeyboardInterrupt):
        Event().wait()
    file.unlink()


def _settings(shifts: SevenShifts, people: People, place: Path, file: Path) -> dict[str, str]:
    return {
        **restaurants.settings(shifts),
        **people.settings(),
        "DESTINATION__WAREHOUSE__DESTINATION_TYPE": "duckdb",
        "DESTINATION__WAREHOUSE__CREDENTIALS": str(file),
        "SOURCES__SEVEN_GEESE__TOKEN_STORE": str(place / ".sevens" / "tokens"),
        "DLT_DATA_DIR": str(place / ".sevens"),
    }


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """The simulators in the environment, as a user would set the real services."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
