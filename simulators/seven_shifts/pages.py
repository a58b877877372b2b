"""One answer of a listing before it becomes text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.seven_shifts.rows import Row
from simulators.seven_shifts.state import dumps


@dataclass
class Page:
    """Rows as JSON texts. `single`: data is one object; `bare`: no envelope; cursor None: no meta."""

    table: str
    object: str
    texts: list[str]
    cursor: dict[str, Any] | None = None
    single: bool = False
    bare: bool = False
    asked: str | None = None
    style: str = "keyset"
    limit: int = 100

    def change(self, edit: Callable[[Row], Row]) -> None:
        self.texts = [dumps(edit(json.loads(text))) for text in self.texts]

    def body(self) -> str:
        if self.bare:
            return self.texts[0]
        data = self.texts[0] if self.single else f"[{','.join(self.texts)}]"
        meta = "" if self.cursor is None else f',"meta":{dumps({"cursor": self.cursor})}'
        return f'{{"data":{data}{meta},"object":"{self.object}"}}'
