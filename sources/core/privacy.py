"""Personal values on their way to the destination: kept, replaced by a keyed hash, or dropped, per PII class.

The classes stand beside the columns that have them: `contact` (addresses, phones, names of accounts), `birth`, and
`opinion` (what people write of each other). A hash stays the same for the same value and key, so it still joins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sources.core.columns import Record, columns_of
from sources.core.errors import ConfigurationError
from sources.core.settings import environment_name, secret, setting

CLASSES = ("contact", "birth", "opinion")
MODES = ("keep", "hash", "drop")
LEAST_KEY = 16  # characters
Mask = Callable[[Any], Any]


@dataclass(frozen=True)
class Privacy:
    """What happens to the values of each class; a class that is not named is kept."""

    modes: Mapping[str, str] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)

    @classmethod
    def configured(cls, slug: str) -> Privacy:
        """From `sources.<slug>.pii`. Raises `ConfigurationError` for an unknown mode, and for hashing without a key."""
        modes = {name: setting(f"sources.{slug}.pii.{name}", "keep") or "keep" for name in CLASSES}
        for name, mode in modes.items():
            if mode not in MODES:
                key = f"sources.{slug}.pii.{name}"
                raise ConfigurationError(f"{key} is {mode!r}. Use keep, hash or drop (environment: "
                                         f"{environment_name(key)}).")  # fmt: skip
        key = secret(f"sources.{slug}.pii.key") or ""
        if "hash" in modes.values() and len(key) < LEAST_KEY:
            name = f"sources.{slug}.pii.key"
            raise ConfigurationError(f"Hashing personal values needs {name}, a secret of at least {LEAST_KEY} "
                                     "characters: without one anybody could try all phone numbers. Write it to "
                                     f".dlt/secrets.toml or set {environment_name(name)}, and keep it: another key "
                                     "gives other hashes.")  # fmt: skip
        return cls({name: mode for name, mode in modes.items() if mode != "keep"}, key.encode())

    def masks(self, record: type[Record]) -> dict[str, tuple[str, Mask]]:
        """By column: the attribute of the record, and what to make of its value."""
        found: dict[str, tuple[str, Mask]] = {}
        for column in columns_of(record):
            mode = self.modes.get(column.pii, "keep")
            hashed = mode == "hash" and column.kind == "text"
            if mode != "keep":
                found[column.name] = (column.attribute, self._hash if hashed else _drop)
        return found

    def _hash(self, value: Any) -> str | None:  # noqa: ANN401 - whatever the vendor sent
        if value is None or value == "":
            return None if value is None else ""
        return hashlib.blake2b(str(value).encode(), key=self.key[:64], digest_size=16).hexdigest()


def _drop(value: Any) -> None:  # noqa: ANN401 - whatever the vendor sent
    """Only text has a hash that fits its column; everything else is dropped where hashes are wanted."""
    return
