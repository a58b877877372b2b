"""Airflow 3: a DAG per source with a mapped task per company, dbt behind them, and assets for the DAGs of others.

Parsing it needs no secret and no network, and does not import dlt: what a task needs is imported in the task.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, Param, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from sources.core.plan import Order

SOURCES = ("seven_shifts", "seven_geese")
# Whatever writes to the destination takes a slot. One slot is right for DuckDB, which has one writer at a time.
POOL = "sevens"
MARTS = Asset("sevens_marts")
PATIENCE = {
    "retries": 4,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
}
# In the working directory of the other tasks, so that relative paths and .dlt mean the same there and here.
TRANSFORM = (
    'DLT_DATA_DIR=$(mktemp -d) && export DLT_DATA_DIR && trap \'rm -rf "$DLT_DATA_DIR"\' EXIT && '
    '"${SEVENS_EXECUTABLE:-sevens}" transform'
)
NAMES = {"type": "array", "items": {"type": "string"}}
MOMENT = {"type": ["null", "string"], "format": "date-time"}
PARAMS = {
    "companies": Param([], "Only these slugs; empty for all.", **NAMES),
    "resources": Param([], "Only these resources; empty for all.", **NAMES),
    "full_refresh": Param(False, "Read from the beginning and write every row again.", type="boolean"),
    "allow_shrink": Param(False, "Believe a snapshot that lost more than a fifth of its rows.", type="boolean"),
}
WINDOW = {
    "since": Param(None, "Read shifts and punches that begin at or after this moment.", **MOMENT),
    "until": Param(None, "Read shifts and punches that begin at or before this moment.", **MOMENT),
}


def source_dag(source: str, schedule: Any = "@hourly") -> DAG:  # noqa: ANN401 - whatever Airflow takes
    """The DAG of `seven_shifts` or `seven_geese`. A run needs no data interval: every company continues where the
    destination's `sync_log` says. Its parameters are the options of `sevens run`."""
    some_loaded = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    params = {**PARAMS, **(WINDOW if source == "seven_shifts" else {})}
    with DAG(
        source, schedule=schedule, catchup=False, max_active_runs=1, params=params, default_args=PATIENCE,
        tags=["sevens"], doc_md=f"Loads {source}, a task per company; then `sevens transform`.",
    ) as made:  # fmt: skip
        one = task(pool=POOL, map_index_template="{{ task.op_kwargs['company'] }}", multiple_outputs=False)(load)
        loads = one.partial(source=source).expand(company=task(companies)(source))
        asset = task(outlets=[Asset(source)], trigger_rule=some_loaded)(loaded)(source, loads)
        transform = BashOperator(
            task_id="transform", bash_command=TRANSFORM, cwd=".", pool=POOL, do_xcom_push=False, outlets=[MARTS],
            retries=0,  # a model or test that failed fails again; the next run builds everything anew
        )  # fmt: skip
        # The only leaf, so the run fails with any company although dbt has run.
        asset >> transform >> EmptyOperator(task_id="all_loaded") << loads
    return made


def companies(source: str, params: Mapping[str, Any] | None = None) -> list[str]:
    """The slugs to load. Slugs only: what a task returns is stored by Airflow, and shown."""
    with working():
        from pipelines.run import VENDORS, choose_companies

        return [company.slug for company in choose_companies(VENDORS[source], (params or {}).get("companies", ()))]


def load(source: str, company: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Load one company. What failed of it fails the task for good: the client has been patient already, and the next
    run reads what is missing."""
    params = params or {}
    with working():
        from pipelines.run import run

        report = run(source, [company], params.get("resources", ()), order(params))
    if report.failed:
        raise AirflowFailException(report.as_text())
    print(report.as_text())
    return {"company": company, "rows": sum(report.tables.values()), "requests": report.requests}


def loaded(source: str, loads: Sequence[Mapping[str, Any]], outlet_events: Any = None) -> None:  # noqa: ANN401
    """One event of the source's asset for all companies that were loaded, whatever happened to the others."""
    done = list(loads)
    outlet_events[Asset(source)].extra = {
        "companies": [load["company"] for load in done], "rows": sum(load["rows"] for load in done),
    }  # fmt: skip


def order(params: Mapping[str, Any]) -> Order:
    """What was asked for when the run was triggered."""
    from sources.core.plan import Order

    since, until = (moment(name, params.get(name)) for name in ("since", "until"))
    return Order(since, until, bool(params.get("full_refresh")), bool(params.get("allow_shrink")))


def moment(name: str, text: str | None) -> datetime | None:
    """A date or a date-time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        raise AirflowFailException(f"{name} is {text!r}, which is no date such as 2026-03-01 or "
                                   "2026-03-01T05:00:00Z.") from None  # fmt: skip
    return found.replace(tzinfo=found.tzinfo or timezone.utc) if found else None


@contextmanager
def working() -> Iterator[None]:
    """Scratch files that go with the task. What only a person can mend is not tried again."""
    # dlt would ask Airflow for a Variable per setting: most of 20 s a task.
    os.environ.setdefault("PROVIDERS__ENABLE_AIRFLOW_SECRETS", "false")
    from sources.core.errors import ConfigurationError

    before = os.environ.get("DLT_DATA_DIR")
    with tempfile.TemporaryDirectory(prefix="sevens-") as folder:
        os.environ["DLT_DATA_DIR"] = folder
        try:
            yield
        except ConfigurationError as error:
            raise AirflowFailException(str(error)) from error
        finally:
            os.environ.pop("DLT_DATA_DIR") if before is None else os.environ.update(DLT_DATA_DIR=before)


seven_shifts, seven_geese = (source_dag(source) for source in SOURCES)
