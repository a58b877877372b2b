"""JSON that some servers send and nobody should: half a character, NaN, a number beyond all numbers, a NUL.

What no table can hold is spelled out in its place, so that the row it stands in is loaded and people see what came.
"""

from __future__ import annotations

import json
from collections import Counter
from math import isinf
from typing import Any

NUL = b"\\u0000"


def mend(content: bytes) -> tuple[bytes, Counter[str]]:
    """The content as strict JSON, and what had to be spelled out in it. Raises `ValueError` for what is no JSON of any
    sort, or nested too deep."""
    found: Counter[str] = Counter()

    def constant(token: str) -> str:
        found[f"{token} came as a number, it is kept as a text"] += 1
        return token

    def number(token: str) -> float | str:
        value = float(token)
        return constant(token) if isinf(value) else value

    def strict(value: Any) -> Any:  # noqa: ANN401 - whatever the vendor sent
        if isinstance(value, dict):
            return {strict(name): strict(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [strict(inner) for inner in value]
        return text(value) if isinstance(value, str) else value

    def text(value: str) -> str:
        spelled = value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")
        if spelled != value:
            found["a text had a NUL or half a character in it, which is kept spelled out"] += 1
        return spelled

    try:
        read = strict(json.loads(content, parse_constant=constant, parse_float=number))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return json.dumps(read, ensure_ascii=False).encode(), found
