"""Every column of every table with the value an untouched row has; NOW becomes the moment of creation."""

from __future__ import annotations

import copy

from simulators.seven_geese.appraisal_columns import APPRAISALS
from simulators.seven_geese.people_columns import PEOPLE
from simulators.seven_geese.tables import NOW, Row
from simulators.seven_geese.work_columns import WORK

BLANK: dict[str, Row] = {**PEOPLE, **WORK, **APPRAISALS}
MOMENTS = {table: tuple(name for name, value in columns.items() if value == NOW) for table, columns in BLANK.items()}
_LISTS = {
    table: tuple(name for name, value in columns.items() if isinstance(value, (list, dict)))
    for table, columns in BLANK.items()
}


def blank(table: str, now: object) -> Row:
    """A fresh row of `table`, created at `now`."""
    row = dict(BLANK[table])
    for name in MOMENTS[table]:
        row[name] = now
    for name in _LISTS[table]:
        row[name] = copy.copy(row[name])
    return row
