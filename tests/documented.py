"""The requests the vendor documents, and the refusal of any other: a filter nobody knows would be ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Listings and their query parameters, from the vendor's definition of 2023-05-01 (tests/data says how it was cut).
DOCUMENTED: dict[str, list[str]] = json.loads((Path(__file__).parent / "data" / "documented.json").read_text())
_PATTERNS = {re.compile(re.sub(r"{\w+}", r"[^/]+", path) + "$"): set(names) for path, names in DOCUMENTED.items()}


def refuse_undocumented(requests: Iterable[Any]) -> None:
    """Fail if a request has a path or a query parameter that the definition does not know."""
    for request in requests:
        if request.method != "GET":
            assert request.path == "/oauth2/token", request
            continue
        names = next((names for pattern, names in _PATTERNS.items() if pattern.match(request.path)), None)
        assert names is not None, f"undocumented path {request.path}"
        unknown = {name for name, _ in request.query} - names
        assert not unknown, f"undocumented parameters {unknown} on {request.path}"
