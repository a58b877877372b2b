"""Values that no documentation promises, and what has to become of each: loaded as it came, or set aside with its row.

`fate` is a column and what it holds, as text, or `set aside: ` and the reason. Of several fates each will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ASIDE = "set aside"
BIG = 2**70
MEGABYTE = "x" * (1 << 20)
FAMILY = "\U0001f468‍\U0001f469‍\U0001f467"


@dataclass(frozen=True)
class Value:
    """`raw` is sent as the JSON of `field` in one row of `table`. `told`: whether the log and `sevens status` have to
    say so; they need not where the value fits its column. `elsewhere` is its fate on PostgreSQL if that is another one,
    `columns` where it may be found (its own)."""

    table: str
    field: str
    what: str
    raw: str
    fate: str | tuple[str, ...]
    told: bool = True
    elsewhere: str = ""
    columns: tuple[str, ...] = ()
    source: str = "seven_shifts"

    @property
    def beside(self) -> bool:
        """Whether it is a field that no documentation knows."""
        return "a field" in self.what or "a new field" in self.what or self.field == "hire_date"

    @property
    def name(self) -> str:
        return f"{self.table}.{self.field}: {self.what}"

    def fates(self, destination: str) -> tuple[str, ...]:
        found = self.elsewhere if destination == "postgres" and self.elsewhere else self.fate
        return (found,) if isinstance(found, str) else found

    def tells(self, destination: str) -> bool:
        """Whether the log has to say something of it: always of what is set aside."""
        return self.told or self.fates(destination)[0].startswith(ASIDE)


def of(table: str, field: str, *values: tuple[Any, ...], **common: Any) -> list[Value]:
    """Values of one column: what it is, its JSON, its fate, and what else there is to say of it."""
    return [Value(table, field, *value[:3], **{**common, **(value[3] if len(value) > 3 else {})}) for value in values]


FITS = {"told": False}
TEXT = of(
    "shifts", "notes",
    ("null", "null", "nothing", FITS),
    ("a number", "5", "notes__v_bigint: 5"),
    ("a number with two places", "1.50", "notes__v_double: 1.5"),
    ("a truth value", "true", "notes__v_bool: true"),
    ("an object", '{"a": "é"}', 'notes: {"a":"é"}'),
    ("a list", '["a"]', 'notes: ["a"]'),
    ("a megabyte", f'"{MEGABYTE}"', f"notes: {len(MEGABYTE):,} characters", FITS),
    ("an emoji of several parts", f'"{FAMILY}"', f"notes: {FAMILY}", FITS),
    ("an emoji in escapes", '"\\ud83d\\ude00"', "notes: \U0001f600", FITS),
    ("half an emoji, the first", '"cut \\ud83d"', "notes: cut \\ud83d"),
    ("half an emoji, the second", '"\\ude00 cut"', "notes: \\ude00 cut"),
    ("NUL", '"a\\u0000b"', "notes: a\\u0000b"),
    ("quotes, placeholders and breaks", r'''"\\ ' \" \n %s {0} $1 E'\\' ;--"''',
     "notes: \\ ' \" \n %s {0} $1 E'\\' ;--", FITS),
    ("the same key twice: the last one counts", '"one", "notes": "two"', "notes: two", FITS),
    ("the same key twice, the last of another type", '"one", "notes": 5', "notes__v_bigint: 5"),
    ("its twin in capitals", '"one", "Notes": "two"', "notes: one; notes_2: two",
     {"columns": ("notes", "notes_2")}),
)  # fmt: skip
INTEGER = of(
    "shifts", "station",
    ("beyond 2^53", str(2**53 + 1), f"station: {2**53 + 1}", FITS),
    ("the largest of 64 bits", str(2**63 - 1), f"station: {2**63 - 1}", FITS),
    ("the smallest of 64 bits", str(-(2**63)), f"station: {-(2**63)}", FITS),
    ("beyond 2^63", str(2**63), f"{ASIDE}: 'station' is an integer beyond 64 bits"),
    ("far below -2^63", str(-BIG), f"{ASIDE}: 'station' is an integer beyond 64 bits"),
    ("1e400", "1e400", "station__v_text: 1e400"),
    ("a text of digits", '"12"', "station: 12"),
    ("a text of digits beyond 64 bits", f'"{BIG}"', f"station__v_text: {BIG}"),
    ("a text of digits with zeros before", '"0012"', "station__v_text: 0012"),
    ("a text of digits with an underscore", '"1_000"', "station__v_text: 1_000"),
    ("a text", '"n/a"', "station__v_text: n/a"),
    ("an empty text", '""', "station__v_text: "),
    ("half a unit", "10.5", "station__v_double: 10.5"),
    ("a whole number with a point", "10.0", "station: 10"),
    ("a truth value", "true", "station__v_bool: true"),
    ("an object", '{"id": 5}', 'station__v_json: {"id":5}'),
    ("a list", "[1, 2]", "station__v_json: [1,2]"),
)  # fmt: skip
FLOAT = of(
    "locations", "lat",
    ("beyond 2^53", str(2**53 + 1), f"lat__v_bigint: {2**53 + 1}"),
    ("a text of a number", '"12.5"', "lat: 12.5"),
    ("the text NaN", '"NaN"', "lat__v_text: NaN"),
    ("NaN", "NaN", "lat__v_text: NaN"),
    ("Infinity", "Infinity", "lat__v_text: Infinity"),
    ("-Infinity", "-Infinity", "lat__v_text: -Infinity"),
    ("1e400", "1e400", "lat__v_text: 1e400"),
    ("an object", '{"degrees": 5}', 'lat__v_json: {"degrees":5}'),
)  # fmt: skip
TRUTH = of(
    "shifts", "close",
    ("1", "1", "close__v_bigint: 1"),
    ("2", "2", "close__v_bigint: 2"),
    ("the text true", '"true"', "close__v_text: true"),
    ("the text yes", '"yes"', "close__v_text: yes"),
    ("an empty text", '""', "close__v_text: "),
)  # fmt: skip
TIME = of(
    "shifts", "end",
    ("an empty text", '""', "end__v_text: "),
    ("the zero of MySQL", '"0000-00-00 00:00:00"', "end__v_text: 0000-00-00 00:00:00"),
    ("year 0", '"0000-01-01T00:00:00Z"', "end__v_text: 0000-01-01T00:00:00Z"),
    ("year 1", '"0001-01-01T00:00:00Z"', "end: 0001-01-01 00:00:00+00", FITS),
    ("year 1, east of UTC", '"0001-01-01T00:00:00+05:00"', ("end__v_text: 0001-01-01T00:00:00+05:00", ASIDE)),
    ("year 9999", '"9999-12-31T23:59:59Z"', "end: 9999-12-31 23:59:59+00", FITS),
    ("year 9999, west of UTC", '"9999-12-31T23:59:59-05:00"', ("end__v_text: 9999-12-31T23:59:59-05:00", ASIDE)),
    ("year 10000", '"10000-01-01T00:00:00Z"', "end__v_text: 10000-01-01T00:00:00Z"),
    ("a leap second", '"2016-12-31T23:59:60Z"', "end__v_text: 2016-12-31T23:59:60Z"),
    ("no zone", '"2026-03-01T09:30:00"', "end: 2026-03-01 09:30:00+00"),
    ("a day", '"2026-03-01"', "end__v_text: 2026-03-01"),
    ("a year", '"2026"', "end__v_text: 2026"),
    ("a week", '"2026-W05"', "end__v_text: 2026-W05"),
    ("an hour", '"12:30"', "end__v_text: 12:30"),
    ("the word now", '"now"', "end__v_text: now"),
    ("seconds since 1970", "1700000000", ("end: 2023-11-14 22:13:20+00", "end__v_bigint: 1700000000")),
    ("milliseconds since 1970", "1700000000000", "end__v_bigint: 1700000000000"),
    ("an object", '{"at": "x"}', 'end__v_json: {"at":"x"}'),
)  # fmt: skip
CHANGED = of(
    "shifts", "modified",
    ("null", "null", "nothing", FITS),
    ("an empty text", '""', "modified__v_text: "),
    ("year 1", '"0001-01-01T00:00:00Z"', "modified: 0001-01-01 00:00:00+00",
     FITS),
    ("year 9999", '"9999-12-31T23:59:59Z"', "modified: 9999-12-31 23:59:59+00", FITS),
)  # fmt: skip
DAY = of(
    "users", "hire_date",
    ("an empty text", '""', ("hire_date__v_text: ", "hire_date__v_timestamp: ", "hire_date__v_timestamp__v_text: ")),
    ("the zero of MySQL", '"0000-00-00"', "hire_date__v_text: 0000-00-00"),
    ("year 0", '"0000-01-01"', "hire_date__v_text: 0000-01-01"),
    ("year 1", '"0001-01-01"', "hire_date: 0001-01-01", FITS),
    ("year 9999", '"9999-12-31"', "hire_date: 9999-12-31", FITS),
    ("year 10000", '"10000-01-01"', ("hire_date__v_text: 10000-01-01", "hire_date__v_timestamp: 10000-01-01",
                                         "hire_date__v_timestamp__v_text: 10000-01-01")),
    ("the 30th of February", '"2026-02-30"', "hire_date__v_text: 2026-02-30"),
    ("American", '"01/02/2026"', "hire_date__v_text: 01/02/2026"),
    ("seconds since 1970", "1700000000", ("hire_date: 2023-11-14", "hire_date__v_bigint: 1700000000")),
)  # fmt: skip
DOCUMENT = of(
    "users", "meta",
    ("a number", "5", "meta: 5", FITS),
    ("a text", '"just text"', 'meta: "just text"', FITS),
    ("a list", "[1, null]", "meta: [1,null]", FITS),
    ("NUL within", '{"a": "x\\u0000y"}', 'meta: {"a":"x\\\\u0000y"}'),
    ("half an emoji within", '{"a": "\\ud83d"}', 'meta: {"a":"\\\\ud83d"}'),
    ("an integer beyond 64 bits within", f'{{"a": {BIG}}}', f'meta: {{"a":{BIG}}}', FITS),
    ("200 lists within each other", "[" * 200 + "]" * 200, "meta: " + "[" * 200 + "]" * 200, FITS),
)  # fmt: skip
KEY = of(
    "shifts", "id",
    ("null", "null", f"{ASIDE}: key 'id' is None"),
    ("half a unit", "77.5", f"{ASIDE}: key 'id' is 77.5"),
    ("an object", '{"a": 1}', f"{ASIDE}: key 'id' is {{'a': 1}}"),
    ("an empty text", '""', f"{ASIDE}: key 'id' is '', not an integer"),
    ("a raised 2", '"²"', f"{ASIDE}: key 'id' is '²', not an integer"),
    ("two minuses", '"--5"', f"{ASIDE}: key 'id' is '--5', not an integer"),
    ("beyond 2^64", str(2**64), f"{ASIDE}: 'id' is an integer beyond 64 bits"),
    ("a list in the place of a row", '1}, [1, 2], {"id": null', ASIDE),
)  # fmt: skip
FIELD = [
    Value("shifts", "weather", "a new field", '"rain"', "weather: rain"),
    Value("shifts", "sky", "a new field with an object", '{"a": [1]}', 'sky: {"a":[1]}'),
    Value("shifts", "clouds", "a new field with a list", "[1,2]", "clouds: [1,2]"),
    Value("shifts", "huge", "a new field beyond 64 bits", str(BIG), f"{ASIDE}: 'huge' is an integer beyond 64 bits"),
    Value("shifts", "größe", "a new field with an umlaut", "5", "gr_e: 5", columns=("gr_*",)),
    Value("shifts", "a\"b'c;--", "a new field with quotes in its name", "5", "a_b_cxxx: 5", columns=("a_b_c*",)),
    Value("shifts", "", "a new field without a name", "5", "_empty: 5", columns=("_empty",)),
    Value("shifts", "n" * 300, "a new field of 300 letters", "5", "n" * 300 + ": 5", columns=("nnn*",),
          elsewhere="n" * 29 + "4p5qcq" + "n" * 28 + ": 5"),
    Value("shifts", "company_guid", "a field named like one of ours", '"theirs"', "company_guid_2: theirs",
          columns=("company_guid_2",)),
    Value("shifts", "_dlt_id", "a field named like one of dlt's", '"theirs"', "_dlt_id_2: theirs",
          columns=("_dlt_id_2",)),
    Value("roles", "_dlt_valid_to", "a field named like one of ours", '"2020-01-01T00:00:00Z"',
          "_dlt_valid_to_2: 2020-01-01 00:00:00+00", columns=("_dlt_valid_to_2",)),
    Value("shifts", "breaks", "a truth value in a list's place", "true", ("breaks: true", "breaks__v_bool: true")),
    Value("shifts", "breaks", "an object in a list's place", '{"a": 1}',
          ('breaks: {"a":1}', 'breaks__v_json: {"a":1}')),
    Value("shifts", "breaks", "a list of numbers", "[1,2]", ("breaks: [1,2]", "breaks__v_json: [1,2]")),
    Value("shifts", "breaks", "a list with null", "[null]", ("breaks: [null]", "breaks__v_json: [null]")),
]  # fmt: skip

GEESE = {"source": "seven_geese"}
GEESE_TEXT = of(
    "departments", "name",
    ("null", "null", "nothing", FITS),
    ("a number", "5", "name: 5", FITS),
    ("an object", '{"a": 1}', 'name: {"a":1}'),
    ("a megabyte", f'"{MEGABYTE}"', f"name: {len(MEGABYTE):,} characters", FITS),
    ("an emoji of several parts", f'"{FAMILY}"', f"name: {FAMILY}", FITS),
    ("half an emoji", '"cut \\ud83d"', "name: cut \\ud83d"),
    ("NUL", '"a\\u0000b"', "name: a\\u0000b"),
    ("the same key twice: the last one counts", '"one", "name": "two"', "name: two", FITS),
    **GEESE,
)  # fmt: skip
GEESE_INTEGER = of(
    "departments", "team_managed_by",
    ("beyond 2^53", str(2**53 + 1), f"team_managed_by: {2**53 + 1}", FITS),
    ("beyond 2^63", str(2**63), f"{ASIDE}: 'team_managed_by' is an integer beyond 64 bits"),
    ("a text of digits beyond 64 bits", f'"{BIG}"', (f"team_managed_by__v_text: {BIG}", ASIDE),),
    ("a text", '"n/a"', "team_managed_by__v_text: n/a"),
    ("half a unit", "10.5", "team_managed_by__v_double: 10.5"),
    ("NaN", "NaN", "team_managed_by__v_text: NaN"),
    **GEESE,
)  # fmt: skip
GEESE_FLOAT = of(
    "objectives", "progress",
    ("a text of a number", '"12.5"', "progress: 12.5", FITS),
    ("a text of digits with zeros before", '"0012"', "progress__v_text: 0012"),
    ("an object", '{"percent": 5}', 'progress__v_json: {"percent":5}'),
    ("Infinity", "Infinity", "progress__v_text: Infinity"),
    **GEESE,
)  # fmt: skip
GEESE_TIME = of(
    "objectives", "due_datetime",
    ("an empty text", '""', "due_datetime__v_text: "),
    ("year 0", '"0000-01-01T00:00:00Z"', "due_datetime__v_text: 0000-01-01T00:00:00Z"),
    ("year 1", '"0001-01-01T00:00:00Z"', "due_datetime: 0001-01-01 00:00:00+00", FITS),
    ("year 9999", '"9999-12-31T23:59:59Z"', "due_datetime: 9999-12-31 23:59:59+00", FITS),
    ("year 9999, west of UTC", '"9999-12-31T23:59:59-05:00"',
     ("due_datetime__v_text: 9999-12-31T23:59:59-05:00", ASIDE)),
    ("year 10000", '"10000-01-01T00:00:00Z"', "due_datetime__v_text: 10000-01-01T00:00:00Z"),
    ("no zone", '"2026-03-01T09:30:00"', "due_datetime: 2026-03-01 09:30:00+00"),
    **GEESE,
)  # fmt: skip
GEESE_DAY = of(
    "user_profiles", "hire_date",
    ("an empty text", '""', ("hire_date__v_text: ", "hire_date__v_timestamp: ", "hire_date__v_timestamp__v_text: ")),
    ("year 0", '"0000-01-01"', "hire_date__v_text: 0000-01-01"),
    ("year 9999", '"9999-12-31"', "hire_date: 9999-12-31", FITS),
    ("a time within the day", '"2026-03-01T09:30:00Z"', ("hire_date__v_timestamp: 2026-03-01 09:30:00+00",
                                                         "hire_date__v_timestamp: 2026-03-01T09:30:00Z")),
    **GEESE,
)  # fmt: skip
GEESE_DOCUMENT = of(
    "objective_checkins", "metadata",
    ("a list", "[1, null]", "metadata: [1,null]", FITS),
    ("NUL within", '{"a": "x\\u0000y"}', 'metadata: {"a":"x\\\\u0000y"}'),
    ("an integer beyond 64 bits within", f'{{"a": {BIG}}}', f'metadata: {{"a":{BIG}}}',
     FITS),
    **GEESE,
)  # fmt: skip
GEESE_FIELD = [
    Value("departments", "weather", "a new field", '"rain"', "weather: rain", **GEESE),
    Value("departments", "_unseen_since", "a field named like one of ours", '"2020-01-01T00:00:00Z"',
          "_unseen_since_2: 2020-01-01 00:00:00+00", columns=("_unseen_since_2",), **GEESE),
]  # fmt: skip

VALUES = [
    *TEXT, *INTEGER, *FLOAT, *TRUTH, *TIME, *CHANGED, *DAY, *DOCUMENT, *KEY, *FIELD,
    *GEESE_TEXT, *GEESE_INTEGER, *GEESE_FLOAT, *GEESE_TIME, *GEESE_DAY, *GEESE_DOCUMENT, *GEESE_FIELD,
]  # fmt: skip
