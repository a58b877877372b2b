"""Who watches runs from afar: a line of JSON per unit, a message where something failed, OpenTelemetry. All are off
until they are set up."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import requests

from pipelines.outcome import Report, unit_dict
from sources.core.errors import ConfigurationError
from sources.core.http import secure, why
from sources.core.settings import environment_name, secret, setting
from sources.core.task import NOT_LOADED, Unit

PATIENCE = 10  # seconds for whoever takes a message
WEBHOOK = "alerts.webhook"


def as_json() -> bool:
    """Whether log lines are to be JSON, by the setting that dlt has for its own."""
    return (setting("runtime.log_format") or "").upper() == "JSON"


class JsonLines:
    """A listener for `pipelines.run.run`: a line on stderr for every unit, one at the end of each source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._report: Report | None = None

    def __enter__(self) -> JsonLines:
        self._line("info", "run started")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        report = self._report
        if error or report is None:
            self._line("error" if error else "info", "run ended", error=str(error) if error else None)
        else:
            self._line("error" if report.failed else "info", "run ended", run_id=report.run_id, tables=report.tables,
                       requests=report.requests, load_ids=report.load_ids)  # fmt: skip

    def __call__(self, unit: Unit | None, report: Report) -> None:
        self._report = report
        if unit:
            level = "error" if unit.status in NOT_LOADED else "info"
            self._line(level, "unit read", run_id=report.run_id, **unit_dict(unit))

    def _line(self, level: str, event: str, **told: Any) -> None:  # noqa: ANN401 - plain values
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = {"time": now, "level": level, "event": event, "source": self._source, **told}
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)


def webhook() -> str | None:
    """The address of `alerts.webhook`, which is a secret. Raises `ConfigurationError` for one without https."""
    address = secret(WEBHOOK)
    try:
        return secure(address) if address else None
    except ConfigurationError:
        raise ConfigurationError(f"{WEBHOOK} is not an https address. Copy it again (environment: "
                                 f"{environment_name(WEBHOOK)}).") from None  # fmt: skip


def alert(address: str | None, failures: Sequence[str]) -> str | None:
    """Post what failed, in the form that Slack takes and others understand. Returns what went wrong with that."""
    if not address or not failures:
        return None
    try:
        answer = requests.post(address, json={"text": "\n".join(failures)}, timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        return f"The message to {WEBHOOK} could not be sent ({why(error)})."
    return None if answer.ok else f"The message to {WEBHOOK} was answered with {answer.status_code}."


@contextmanager
def span(report: Report) -> Iterator[None]:
    """An OpenTelemetry span of a run, with an event per unit. It goes where OpenTelemetry was set up to send it
    (`opentelemetry-instrument sevens run all`), and nowhere if it was not."""
    try:
        from opentelemetry import trace
    except ImportError:
        yield
        return
    names = {"sevens.source": report.source, "sevens.destination": report.destination, "sevens.run_id": report.run_id}
    with trace.get_tracer("sevens").start_as_current_span(f"sevens run {report.source}", attributes=names) as current:
        try:
            yield
        finally:
            for unit in report.units:
                plain = {name: value for name, value in unit_dict(unit).items() if isinstance(value, str | int)}
                current.add_event("unit", plain)
            current.set_attributes({"sevens.requests": report.requests, "sevens.rows": sum(report.tables.values())})
            if report.failed:
                current.set_status(trace.StatusCode.ERROR, "not everything was loaded; the events say what")
