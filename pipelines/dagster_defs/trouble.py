"""What Dagster does about our errors: it tries again what may be had later, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sources.core.errors import SevensError, UnavailableError

RETRIES = 2
PAUSE = 30.0  # seconds before the first retry, twice as long before the second: who waits keeps the pool from others


@contextmanager
def answered(retry: int) -> Iterator[None]:
    """Turn an `UnavailableError` into the request for retry number `retry` + 1, others of ours into a failure that
    is not tried again."""
    try:
        yield
    except UnavailableError as error:
        raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=PAUSE * 2**retry) from error
    except SevensError as error:
        raise dg.Failure(str(error)) from error
