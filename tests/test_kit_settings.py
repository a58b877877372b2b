"""What is written down for the kit: settings, companies, classes of personal values, and rows of resources."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import dlt
import pytest
from dlt.common.configuration.utils import get_resolved_traces

from sources.core import settings
from sources.core.columns import BirthDay, Column, ContactText, Key, OpinionFloat, Record
from sources.core.company import Company
from sources.core.errors import ConfigurationError
from sources.core.moments import iso, micros, moment
from sources.core.privacy import Privacy
from sources.core.resource import Child, Cursor, Mode, Part, Resource, Table
from sources.core.settings import company_setting, number, parse_companies, secret, setting
from sources.core.task import Task, Unit
from tests.kit import GUID, NOON, PUNCHES, ROLES, START, Break, Punch, task, without

OTHER = "5c0e4d56-4d1b-4f53-8e6e-1a53a2a3f9b1"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a configuration."""
    monkeypatch.chdir(tmp_path)


def test_a_setting_is_read_by_its_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__X__API_URL", "https://x.example")

    assert setting("sources.x.api_url") == "https://x.example"
    assert setting("sources.x.api_url", "other") == "https://x.example"
    assert setting("sources.x.other") is None
    assert setting("sources.x.other", "other") == "other"


def test_a_setting_that_is_left_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__X__API_URL", "")

    assert setting("sources.x.api_url", "other") == "other"


@pytest.mark.parametrize(("value", "wanted"), [("7", 7.0), ("0.5", 0.5), (None, 3.0), ("0", 0.0)])
def test_a_number_is_read_or_has_its_default(monkeypatch: pytest.MonkeyPatch, value: str | None, wanted: float) -> None:
    if value is not None:
        monkeypatch.setenv("X__PACE", value)

    assert number("x.pace", 3.0) == wanted


@pytest.mark.parametrize(("value", "least"), [("soup", 0.0), ("-1", 0.0), ("0.9", 1.0), ("nan", 0.0)])
def test_a_number_that_is_none_or_too_small_is_refused_with_its_least(
    monkeypatch: pytest.MonkeyPatch, value: str, least: float
) -> None:
    monkeypatch.setenv("X__PACE", value)

    with pytest.raises(ConfigurationError, match=rf"x\.pace is '{value}', which is no number of at least {least:g}\. .*"
                                                 r"leave it out for 3 \(environment: X__PACE\)"):  # fmt: skip
        number("x.pace", 3.0, least)


def test_a_number_may_be_its_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X__PACE", "1")

    assert number("x.pace", 3.0, 1.0) == 1.0


@pytest.mark.parametrize(("value", "wanted"), [("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("", None), (" \n", None),
                                               (" ~", "~"), ("a b", "a b")])  # fmt: skip
def test_a_secret_comes_without_the_end_of_its_line(
    monkeypatch: pytest.MonkeyPatch, value: str, wanted: str | None
) -> None:
    monkeypatch.setenv("X__TOKEN", value)

    assert secret("x.token") == wanted


def test_a_secret_that_is_not_there_is_none() -> None:
    assert secret("x.token") is None


@pytest.mark.parametrize("value", ["a\nb", "“quoted”", "a\x7f", "a\tb"])
def test_a_secret_that_no_header_can_carry_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("X__TOKEN", value)

    with pytest.raises(ConfigurationError, match=r"x\.token has characters .*\(environment: X__TOKEN\)") as error:
        secret("x.token")

    assert value not in str(error.value)


def test_what_is_looked_up_as_a_secret_is_not_in_dlts_trace_and_other_settings_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("X__TOKEN", "canary-one")
    monkeypatch.setenv("X__PLAIN", "plain-one")
    monkeypatch.setenv("SOURCES__X__COMPANIES", "canary-two")
    log = get_resolved_traces()
    log.clear()

    secret("x.token")
    company_setting("x")
    setting("x.plain")

    assert log.logging_enabled
    assert "canary" not in repr(vars(log))
    assert "plain-one" in repr(vars(log))


def test_the_trace_is_switched_on_again_after_a_lookup_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise KeyError

    monkeypatch.setattr(settings, "dlt", type("Broken", (), {"secrets": type("S", (), {"get": fail})()}))

    with pytest.raises(KeyError):
        secret("x.token")

    assert get_resolved_traces().logging_enabled


def test_companies_are_read_from_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__X__COMPANIES", json.dumps([{"slug": "bistro", "guid": GUID}]))

    assert settings.companies("x") == [Company("bistro", GUID)]
    assert dlt.config.get("sources.x.companies")


@pytest.mark.parametrize(("entry", "wanted"), [
    ({"slug": "bistro", "guid": GUID}, Company("bistro", GUID)),
    ({"slug": "bistro", "guid": GUID, "id": 7}, Company("bistro", GUID, 7)),
    ({"slug": "bistro", "guid": GUID, "id": "7"}, Company("bistro", GUID, 7)),
    ({"slug": 12, "guid": GUID, "id": 0}, Company("12", GUID, 0)),
    ({"slug": "bistro", "guid": GUID.upper()}, Company("bistro", GUID.upper())),  # as the vendor spells it
    ({"slug": "bistro", "guid": GUID.replace("-", "")}, Company("bistro", GUID)),
    ({"slug": "bistro", "guid": "{" + GUID + "}"}, Company("bistro", GUID)),
    (Company("bistro", "anything", 3), Company("bistro", "anything", 3)),
])  # fmt: skip
def test_a_company_is_taken_as_it_is_meant(entry: Any, wanted: Company) -> None:
    assert parse_companies("x", [entry]) == [wanted]
    if isinstance(entry, dict):
        assert parse_companies("x", json.dumps([entry])) == [wanted]


def test_a_company_needs_no_guid_where_the_vendor_derives_one() -> None:
    assert parse_companies("x", [{"slug": "acme"}, {"slug": "other"}], True) == [
        Company("acme", ""),
        Company("other", ""),
    ]


@pytest.mark.parametrize(("value", "told"), [
    ("soup", r"^SOURCES__X__COMPANIES is not JSON"), (None, "^No company is configured for x"), ("[]", "^No company"),
    ([], "^No company"), ({"slug": "a"}, r"^sources\.x\.companies has to be a list"),
    (["a"], "has to be a list"), ("7", "has to be a list"), ([{"guid": GUID}], "has no slug or no guid"),
    ([{"slug": "a"}], r"has no slug or no guid: \{'slug': 'a'\}\. Write"),
    ([{"slug": "", "guid": GUID}], "has no slug"),
    ([{"slug": "a", "guid": "12"}], "^a: the guid '12' is not a GUID"),
    ([{"slug": "a", "guid": GUID, "id": "x"}], "^a: the id 'x' is not a number"),
    ([{"slug": "a", "guid": GUID, "id": -1}], "the id -1 is not a number"),
    ([{"slug": "a", "guid": GUID}, {"slug": "a", "guid": OTHER}], "^x: the slug 'a' stands twice"),
    ([{"slug": "a", "guid": GUID}, {"slug": "b", "guid": GUID.upper()}], f"the guid '{GUID}' stands twice"),
])  # fmt: skip
def test_companies_that_are_written_wrong_are_refused(value: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        parse_companies("x", value)


def test_an_entry_that_is_wrong_is_shown_without_what_may_be_secret() -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_companies("x", [{"slug": "a", "token": "canary", "id": 4}])

    assert "canary" not in str(error.value)
    assert "'id': 4" in str(error.value)


def test_an_error_shows_what_to_write_where() -> None:
    def told(derives: bool) -> str:
        with pytest.raises(ConfigurationError) as error:
            parse_companies("x", None, derives)
        return str(error.value)

    assert '[[sources.x.companies]]\nslug = "acme"\nguid = "00000000-' in told(False)
    assert """SOURCES__X__COMPANIES='[{"slug": "acme", "guid": "…"}]'.""" in told(False)
    assert """SOURCES__X__COMPANIES='[{"slug": "acme"}]'.""" in told(True)
    assert "guid" not in told(True)


# Personal values.


class Person(Record):
    id: Key
    email: ContactText = None
    born: BirthDay = None
    grade: OpinionFloat = None


LONG = "a key of many characters"


def configured(monkeypatch: pytest.MonkeyPatch, **values: str) -> Privacy:
    for name, value in values.items():
        monkeypatch.setenv(f"SOURCES__X__PII__{name.upper()}", value)
    return Privacy.configured("x")


def test_every_class_is_kept_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured(monkeypatch) == Privacy({}, b"") == Privacy()
    assert configured(monkeypatch).masks(Person) == {}


def test_each_class_is_treated_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    privacy = configured(monkeypatch, contact="hash", birth="drop", opinion="keep", key=LONG)

    assert privacy == Privacy({"contact": "hash", "birth": "drop"}, LONG.encode())
    masks = {name: mask("ada") for name, (attribute, mask) in privacy.masks(Person).items()}
    assert [attribute for attribute, _ in privacy.masks(Person).values()] == ["email", "born"]
    assert masks["born"] is None
    assert len(masks["email"]) == 32


@pytest.mark.parametrize("name", ["contact", "birth", "opinion"])
def test_a_mode_that_is_none_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^sources\.x\.pii\.{name} is 'burn'\. .*SOURCES__X__PII__"):
        configured(monkeypatch, **{name: "burn"})


@pytest.mark.parametrize(("key", "refused"), [("", True), ("x" * 15, True), ("x" * 16, False)])
def test_hashing_needs_a_key_of_sixteen_characters(monkeypatch: pytest.MonkeyPatch, key: str, refused: bool) -> None:
    if refused:
        with pytest.raises(ConfigurationError, match=r"needs sources\.x\.pii\.key, a secret of at least 16"):
            configured(monkeypatch, opinion="hash", key=key)
    else:
        assert configured(monkeypatch, opinion="hash", key=key).key == key.encode()
    assert configured(monkeypatch, opinion="drop", key=key).modes == {"opinion": "drop"}


def test_a_hash_depends_on_value_and_key_and_nothing_is_nothing() -> None:
    def hashed(value: Any, key: str = LONG) -> Any:
        return Privacy({"contact": "hash"}, key.encode()).masks(Person)["email"][1](value)

    assert hashed("ada") == hashed("ada")
    assert len({hashed("ada"), hashed("bob"), hashed("ada", LONG + "x")}) == 3
    assert (hashed(None), hashed("")) == (None, "")
    assert hashed("ada", "k" * 64) == hashed("ada", "k" * 65)  # as much of a key as the hash takes


def test_what_is_no_text_is_dropped_where_hashes_are_wanted() -> None:
    masks = Privacy({"birth": "hash", "opinion": "hash"}, LONG.encode()).masks(Person)

    assert masks["born"][1](date(2000, 1, 1)) is None
    assert masks["grade"][1](4.5) is None


def test_the_key_is_in_no_repr() -> None:
    assert LONG not in repr(Privacy({"contact": "hash"}, LONG.encode()))


# Rows of resources.


@pytest.mark.parametrize(("wrong", "told"), [
    ({"cursor": None}, "needs a cursor"), ({"record": None}, "either a record or parts"),
    ({"parts": (Part("a", "b", Break, ("id",)),)}, "either a record or parts"),
    ({"rolling": timedelta(1), "window": None}, "needs a window column"),
    ({"per": ROLES, "per_key": "role_id"}, "the path has no place for 'role_id'"),
])  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=f"^punches: .*{told}"):
        without(PUNCHES, **wrong)


def test_a_row_that_is_right_is_not_refused() -> None:
    assert without(PUNCHES, rolling=timedelta(1)).rolling
    assert Resource("a", "b", "c", Punch, mode=Mode.SNAPSHOT).cursor is None
    assert without(PUNCHES, path="v2/{role_id}", per=ROLES, per_key="role_id").per is ROLES
    assert PUNCHES.asked == "`GET /v2/company/{company_id}/punches`"


def columns(resource: Resource) -> dict[str, list[str]]:
    return {table.name: [column.name for column in table.columns] for table in resource.tables}


OWN = ["company_guid", "id", "company_id", "modified", "start", "day", "note", "meta"]
BELOW = ["company_guid", "punch_id", "id", "paid", "minutes"]


def test_the_tables_of_a_row_that_is_merged() -> None:
    punches, breaks = PUNCHES.tables

    assert columns(PUNCHES) == {"punches": [*OWN, "_dlt_id"],
                                "punch_breaks": [*BELOW, "_dlt_id", "_dlt_parent_id", "_tombstone"]}  # fmt: skip
    assert (punches.key, breaks.key) == (("company_guid", "id"), ("company_guid", "punch_id", "id"))
    assert (punches.natural_key, breaks.natural_key) == (("id",), ("punch_id", "id"))
    assert (punches.parent, breaks.parent, breaks.parent_key) == (None, "punches", "punch_id")
    assert (punches.modified, breaks.modified) == ("modified", None)
    assert not (punches.personal)
    assert not (breaks.personal)
    assert not (punches.versioned)


def test_the_tables_of_a_row_that_is_versioned_and_of_one_that_depends_on_the_reader() -> None:
    ends = ["_dlt_valid_from", "_dlt_valid_to", "_dlt_id"]
    assert columns(ROLES)["roles"] == ["company_guid", "id", "company_id", "name", "meta", *ends]
    assert columns(ROLES)["role_stations"] == ["company_guid", "role_id", "id", "paid", "minutes", *ends]
    personal = without(ROLES, personal=True)
    assert columns(personal)["roles"][-4:] == ["_unseen_since", *ends]
    assert columns(personal)["role_stations"][-4:] == ["_unseen_since", *ends]
    assert all(table.personal and table.versioned for table in personal.tables)
    required = [[column.name for column in table.columns if not column.nullable] for table in personal.tables]
    assert required == [["company_guid", "id", "_dlt_valid_from", "_dlt_id"],
                        ["company_guid", "role_id", "id", "_dlt_valid_from", "_dlt_id"]]  # fmt: skip
    assert {column.unit for column in personal.tables[0].columns if column.kind == "timestamp"} == {"UTC"}


def test_a_child_that_names_its_parent_itself_has_the_column_once_and_may_have_a_key_of_several() -> None:
    class Named(Record):
        punch_id: Key
        line: Key
        side: Key

    child = Child("lines", "breaks", "punch_id", Named, key=("line", "side"))

    (_, lines) = without(PUNCHES, children=(child,)).tables

    assert [column.name for column in lines.columns][:4] == ["company_guid", "punch_id", "line", "side"]
    assert lines.key == ("company_guid", "punch_id", "line", "side")
    assert (child.keys, PUNCHES.children[0].keys) == (("line", "side"), ("id",))


def test_the_tables_of_a_row_with_parts_have_what_is_said_of_their_rows() -> None:
    parts = tuple(Part("wages", at, Break, ("user_id", "id"), (("state", at),), (("kind", "wage_kind"),))
                  for at in ("now", "then"))  # fmt: skip
    resource = Resource("wages", "{user_id}", "", mode=Mode.SNAPSHOT, per=ROLES, per_key="user_id", parts=parts)

    (table,) = resource.tables

    assert [column.name for column in table.columns][:7] == [
        "company_guid", "user_id", "id", "paid", "minutes", "state", "wage_kind"]  # fmt: skip
    assert [table.kind(name) for name in ("user_id", "state", "wage_kind", "brand_new")] == [
        "bigint",
        "text",
        "text",
        None,
    ]
    assert (table.column("user_id").nullable, table.column("state").nullable) == (False, True)
    assert table.key == ("company_guid", "user_id", "id")


def test_a_row_has_these_ways_unless_it_says_otherwise() -> None:
    plain = Resource("a", "b", "c", Punch, cursor=Cursor("modified", "since"))

    assert (plain.mode, plain.key, plain.passes, plain.limit, plain.owner) == (Mode.INCREMENTAL, ("id",), ({},), 500,
                                                                             "company_id")  # fmt: skip
    assert not (plain.gate)
    assert not (plain.may_empty)
    assert not (plain.personal)
    assert not (plain.by_position)
    assert not (plain.drop)
    assert not (plain.per_key)


def test_a_column_has_no_unit_and_no_class_and_may_be_null_unless_it_says_otherwise() -> None:
    plain = Column("a", "text")

    assert (plain.unit, plain.pii, plain.attribute, plain.nullable) == ("", "", "", True)
    table = Table("a", (plain,), ("company_guid", "a"))
    assert (table.versioned, table.personal, table.parent, table.parent_key, table.modified) == (
        False,
        False,
        None,
        None,
        None,
    )


# Tasks and moments.


def test_moments_are_counted_in_microseconds_of_utc() -> None:
    assert micros(datetime(1970, 1, 1, 0, 0, 1, 5, timezone.utc)) == 1_000_005
    assert moment(1_000_005) == datetime(1970, 1, 1, 0, 0, 1, 5, timezone.utc)
    assert moment(micros(NOON)) == NOON
    assert iso(NOON.astimezone(timezone(timedelta(hours=5)))) == "2026-03-02T12:00:00Z"
    assert iso(NOON.replace(microsecond=999)) == "2026-03-02T12:00:00Z"


def test_what_is_told_of_a_unit_adds_up() -> None:
    unit = Unit(task(), None, "backfill")
    unit.tell("one")
    unit.tell("two")

    assert unit.note == "one; two"
    assert (unit.status, unit.transport, unit.seconds) == ("ok", "rest", 0.0)
    assert (unit.rows_read, unit.rows_outside, unit.written, unit.requests) == (0, 0, 0, 0)


def test_tasks_are_the_same_whatever_is_known_and_have_a_place_of_their_own() -> None:
    assert Task(task().company, PUNCHES, known={1: 2}) == task()
    assert task().room is not task().room
    assert task(mark=START) != task()
    assert task().unit_rows == 100_000
