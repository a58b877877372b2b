"""The machines of `tests/model` on another destination."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.destinations.places import PREFIX, Place
from tests.model.machine import Convergence
from tests.model.warehouse import Held


def elsewhere(machine: type[Convergence], there: Place, database: Callable[[], str]) -> type[Convergence]:
    """A vendor's machine whose rows go to a place; `database` makes an empty one of PostgreSQL for each example."""

    class Elsewhere(machine):  # type: ignore[misc, valid-type]
        statement = there.statement

        def settle(self) -> None:
            self.database = database() if there.needs_database else ""
            self.patch.delenv(f"{PREFIX}CREDENTIALS")
            for name, value in there.environment(self.folder, self.database).items():
                self.patch.setenv(name, value)

        def is_there(self) -> bool:
            with self.looking() as held:
                query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = ?"
                return held.sql(query, self.vendor_slug) != [(0,)]

        def looking(self) -> AbstractContextManager[Held]:
            return there.looking(self.folder, self.vendor_slug, self.database)

        def start_loaded(self, *manner: Any) -> None:
            self.answer(self.sync())

    return type(f"{machine.__name__}On{there.name.title().replace(' ', '')}", (Elsewhere,), {})
