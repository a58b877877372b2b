"""Dagster: `dagster dev -m pipelines.dagster_defs`. A wrapper: every table as an asset with a partition per company,
schedules, checks of freshness and rows, and the dbt project downstream. Needs the extra `dagster`."""

from __future__ import annotations

from pipelines.dagster_defs.assembled import definitions

__all__ = ["definitions", "defs"]

defs = definitions()
