"""`sevens report`: one HTML file from the dbt marts, with everything it needs inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from sources.core.errors import ConfigurationError


def report_is_there() -> bool:
    """Whether the packages that `write` needs are installed."""
    return all(find_spec(name) for name in ("jinja2", "pygal"))


def write(path: str | Path, companies: Sequence[str] = (), as_of: date | None = None) -> Path:
    """Write the report of these companies (slugs; none: all) to `path` and return where it is. `as_of` is the day that
    is today in it; without one it is the day on which the vendors were last read in full. Raises `ConfigurationError`
    if there are no marts, `UnavailableError` if the destination is not to be had."""
    if not report_is_there():
        raise ConfigurationError(
            "The report needs jinja2 and pygal. Install sevens with its extra `report`, in a clone: "
            "pip install -e '.[report]'"
        )
    from pipelines.report.render import render

    path = Path(path).expanduser().resolve()
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder. Name a file: --to {path / 'report.html'}.")
    html = render(companies, as_of)
    partial = path.with_name(f"{path.name}.partial")  # a browser that reloads never sees half a page
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # names and pay are in it
        partial.write_text(html, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written ({error.strerror}). Name another file with --to.") from None
    return path


__all__ = ["report_is_there", "write"]
