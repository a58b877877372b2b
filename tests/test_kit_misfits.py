"""What servers send and nobody should, and where every value of a row that does not fit can be found again."""

from __future__ import annotations

import json
import ssl
from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import requests

from sources.core import build
from sources.core.columns import Bool, Day, Float, Json, Key, Record, Text, Timestamp, columns_of
from sources.core.errors import MalformedError, UnavailableError
from sources.core.http import Reply
from sources.core.mending import mend
from sources.core.misfits import beside, fit
from sources.core.privacy import Privacy
from sources.core.reading import Reading
from sources.core.resource import Child, Mode, Resource
from sources.core.scan import scan
from sources.core.sync import settle
from tests.kit import BISTRO, GUID, PUNCHES, ROLES, Answers, Break, ByHeart, Punch, ids, page, punch, task
from tests.test_kit_http import URL, client, get
from tests.test_kit_pages import batch, first


class Every(Record):
    id: Key
    text: Text = None
    whole: Key | None = None
    double: Float = None
    flag: Bool = None
    moment: Timestamp = None
    day: Day = None
    document: Json = msgspec.Raw(b"null")
    parts: list[Break] | None = None


EVERY = Resource("every", "every", "", Every, mode=Mode.SNAPSHOT, key=("id",))
TABLE = EVERY.tables[0]


def fitted(**row: Any) -> dict[str, Any]:
    """What becomes of the fields of a row, those that are null left out."""
    found = fit(TABLE, {"id": 1, **row})
    return {name: value for name, value in found.items() if name != "id" and value is not None}


@pytest.mark.parametrize(("name", "value"), [
    ("text", "x"), ("text", ""), ("flag", True), ("flag", False), ("document", 7), ("document", "x"), ("document", [1]),
    ("whole", 7), ("whole", "7"), ("whole", "-7"), ("whole", 7.0), ("whole", 2**63 - 1), ("whole", -(2**63)),
    ("double", 7), ("double", 7.5), ("double", "7.5"), ("double", "7"), ("double", 2**53),
    ("moment", "2026-01-31T09:30:00Z"), ("moment", "2026-01-31T09:30:00"), ("moment", "0001-01-01T00:00:00Z"),
    ("day", "2026-01-31"), ("text", ["a"]), ("whole", {"a": 1}), ("day", [1]), ("text", None),
])  # fmt: skip
def test_a_value_that_a_column_holds_stays_in_it(name: str, value: Any) -> None:
    assert fitted(**{name: value}) == ({name: value} if value is not None else {})


@pytest.mark.parametrize(("name", "value", "kind"), [
    ("text", 7, "bigint"), ("text", True, "bool"), ("text", 7.5, "double"),
    ("flag", 1, "bigint"), ("flag", "true", "text"),
    ("whole", True, "bool"), ("whole", "0012", "text"), ("whole", 7.5, "double"), ("whole", "7.0", "text"),
    ("whole", "x7", "text"), ("whole", "7\n", "text"), ("whole", str(2**63), "text"), ("whole", 1e300, "double"),
    ("double", True, "bool"), ("double", 2**53 + 1, "bigint"), ("double", "x", "text"), ("double", "7.50", "text"),
    ("double", "inf", "text"), ("double", "nan", "text"),
    ("moment", "2026-01-31", "text"), ("moment", 7, "bigint"), ("moment", "soon", "text"),
    ("moment", "0001-01-01T00:00:00+14:00", "text"), ("moment", "9999-12-31T23:59:59-14:00", "text"),
    ("day", "2026-01-31T09:30:00Z", "timestamp"), ("day", "2026-13-31", "text"),
    ("day", 7, "bigint"), ("day", "20260131xx", "text"), ("day", "2026-W05-1", "text"),

    ("day", "20260131", "text"), ("day", True, "bool"),
])  # fmt: skip
def test_a_value_that_a_column_does_not_hold_goes_beside_it_as_it_came(name: str, value: Any, kind: str) -> None:
    assert fitted(**{name: value}) == {f"{name}__v_{kind}": value}
    assert beside(f"{name}__v_{kind}") == kind


def test_a_key_is_of_the_type_of_its_column() -> None:
    class Named(Record):
        name: str

    named = Resource("named", "named", "", Named, mode=Mode.SNAPSHOT, key=("name",)).tables[0]

    assert fit(named, {"name": 7})["name"] == "7"
    assert fit(TABLE, {"id": "-7"})["id"] == -7


def test_a_column_that_is_beside_no_other_has_no_type_of_its_own() -> None:
    assert beside("text") is None
    assert beside("a__v_b__v_bool") == "bool"


def test_new_fields_never_take_the_place_of_a_column_or_of_each_other() -> None:
    found = fitted(text="x", Text="y", brandNew=1, brand_new=2, BrandNew=3, company_guid="theirs", _dlt_id="theirs",
                   _dlt_load_id="theirs", _tombstone=True)  # fmt: skip

    assert found == {"text": "x", "text_2": "y", "brand_new": 1, "brand_new_2": 2, "brand_new_3": 3,
                     "company_guid_2": "theirs", "_dlt_id_2": "theirs", "_dlt_load_id_2": "theirs",
                     "_tombstone_2": True}  # fmt: skip


def test_columns_of_numbers_take_integers_and_keep_what_is_said_of_them() -> None:
    kinds = {column.name: column.kind for column in columns_of(Every)}

    assert kinds == {"id": "bigint", "text": "text", "whole": "bigint", "double": "double", "flag": "bool",
                     "moment": "timestamp", "day": "date", "document": "json"}  # fmt: skip


def test_a_large_integer_in_a_column_of_doubles_is_not_rounded() -> None:
    found = batch({"id": 1, "double": 2**53 + 1}, {"id": 2, "double": 2**53}, {"id": 3}, resource=EVERY)

    assert found.rows["every"].values("id") == [2, 3, 1]
    (row,) = found.rows["every"].slow
    assert (row["double"], row["double__v_bigint"], row["company_guid"], len(row["_dlt_id"])) == (
        None,
        2**53 + 1,
        GUID,
        24,
    )
    assert found.drift == {"every: a moment or a number beyond what its column holds, kept beside it": 1}


def test_a_row_that_goes_the_slow_lane_late_has_no_dropped_value_and_no_nested_list() -> None:
    def far(**fields: Any) -> dict[str, Any]:
        resource = replace(EVERY, drop=("document.drop",), children=(Child("below", "parts", "every_id", Break),))
        found = batch({"id": 1, "double": 2**53 + 1, **fields}, resource=resource)
        assert found.rows["every"].arrow == []
        return found.rows["every"].slow[0]

    assert far(document={"keep": 1, "drop": 2})["document"] == {"keep": 1}
    assert far(parts=[{"id": 5}])["double__v_bigint"] == 2**53 + 1
    assert "parts" not in far(parts=[{"id": 5}])


def test_a_moment_in_no_year_of_utc_is_kept_beside_its_column_of_a_row_and_of_one_below_it() -> None:
    far = "0001-01-01T00:00:00+14:00"
    resource = replace(PUNCHES, children=(Child("below", "breaks", "punch_id", Punch),))

    found = batch(punch(1, start=far, breaks=[{"id": 5, "start": far}]), punch(2), resource=resource)

    for table in ("punches", "below"):
        (row,) = found.rows[table].slow
        assert (row["start"], row["start__v_text"], len(row["_dlt_id"])) == (None, far, 24)
    assert found.rows["below"].slow[0]["_dlt_parent_id"] == found.rows["punches"].slow[0]["_dlt_id"]
    assert found.rows["punches"].values("id") == [2, 1]


def test_an_empty_name_is_a_column_too() -> None:
    assert fitted(**{"": 7}) == {"_empty": 7}


def test_the_types_of_columns_beside_others_are_told_to_the_destination() -> None:
    plain = [{"id": 1, "text": "x"}]

    assert build._told(plain) is plain
    told = build._told([{"id": 1}, {"text__v_bigint": 7}])
    assert told.meta.hints["columns"] == {"text__v_bigint": {"name": "text__v_bigint", "data_type": "bigint"}}
    assert told.data == [{"id": 1}, {"text__v_bigint": 7}]


# JSON that is none.


@pytest.mark.parametrize(("sent", "wanted", "told"), [
    ('{"a": NaN}', {"a": "NaN"}, ["NaN came as a number, it is kept as a text"]),
    ('[-Infinity, Infinity]', ["-Infinity", "Infinity"], ["-Infinity came", "Infinity came"]),
    ('{"a": 1e999}', {"a": "1e999"}, ["1e999 came as a number"]),
    ('{"a": 1.5, "b": [2, "x", null, true]}', {"a": 1.5, "b": [2, "x", None, True]}, []),
    ('{"a\\\\u0000b": "c\\\\u0000"}', {"a\\u0000b": "c\\u0000"}, ["a text had a NUL or half a character"]),
    ('["\\\\ud83d"]', ["\\ud83d"], ["a text had a NUL or half a character"]),
    ('["\\\\ud83d\\\\ude00 é"]', ["😀 é"], []),
])  # fmt: skip
def test_what_no_table_can_hold_is_spelled_out_in_its_place(sent: str, wanted: Any, told: list[str]) -> None:
    content, found = mend(sent.replace("\\\\", "\\").encode())

    assert msgspec.json.decode(content) == wanted
    assert len(found) == len(told)
    assert all(one.startswith(start) for one, start in zip(found, told, strict=True))


def test_what_is_mended_is_counted() -> None:
    assert mend(b'[NaN, NaN, "\\u0000", "\\u0000", "\\u0000"]')[1] == Counter({
        "NaN came as a number, it is kept as a text": 2,
        "a text had a NUL or half a character in it, which is kept spelled out": 3,
    })  # fmt: skip


@pytest.mark.parametrize("content", [b"soup", b'{"a": 1', b"", b"[" * 100_000])
def test_what_is_no_json_of_any_sort_cannot_be_mended(content: bytes) -> None:
    with pytest.raises(ValueError):
        mend(content)


@pytest.mark.parametrize(("sent", "body", "count"), [
    (b'{"a": NaN}', {"a": "NaN"}, 1), (b'{"a": "\\u0000"}', {"a": "\\u0000"}, 1), (b'{"a": 1}', {"a": 1}, 0),
])  # fmt: skip
def test_an_answer_is_mended_where_that_is_needed_and_says_so(
    requests_mock: Any, sent: bytes, body: Any, count: int
) -> None:
    requests_mock.get(f"{URL}/v2/x", content=sent)

    reply = get(client())

    assert (reply.body, reply.mended.total() if reply.mended else 0) == (body, count)


def test_an_answer_that_needs_no_mending_is_taken_byte_by_byte(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", content=b'{"a":   1.50}')

    assert client().get(BISTRO, "v2/x", {}, lambda body: body).body == b'{"a":   1.50}'


def test_an_answer_that_is_nested_too_deep_is_an_error_and_no_crash(requests_mock: Any) -> None:
    requests_mock.get(f"{URL}/v2/x", content=b"[" * 100_000)

    with pytest.raises(MalformedError):
        get(client(tries=1))


def test_what_was_mended_in_a_listing_is_drift_of_its_resource() -> None:
    answers = Answers([page([punch(1)])])
    plain = answers.get

    def mended(*arguments: Any) -> Any:
        reply = plain(*arguments)
        return Reply(reply.body, reply.date, reply.requests, Counter({"NaN came": 2}))

    answers.get = mended  # type: ignore[method-assign]
    reading = Reading(answers, task())  # type: ignore[arg-type]
    reading.walk({})

    assert reading.reader.batch.drift == Counter({"punches: NaN came": 2})


def test_a_row_that_is_no_object_counts_as_read() -> None:
    reading = Reading(Answers([page([punch(1), "soup"], None, 2)]), task())  # type: ignore[arg-type]

    reading.walk({})

    assert reading.rows == 2


def test_a_certificate_that_is_wrong_is_told_with_what_is_wrong(requests_mock: Any) -> None:
    wrong = ssl.SSLCertVerificationError("certificate verify failed")
    wrong.verify_message = "certificate has expired"
    error = requests.exceptions.SSLError("no")
    error.__context__ = wrong
    requests_mock.get(f"{URL}/v2/x", exc=error)

    with pytest.raises(UnavailableError, match=r"\(SSLError: certificate has expired\)"):
        get(client(tries=1))


# Fields that do not come any more.


def test_columns_that_a_first_page_does_not_mention_are_known() -> None:
    found = batch({"id": 1, "note": None, "company_id": 41, "meta": None}, {"id": 2})

    assert found.absent == {("punches", name) for name in ("modified", "start", "day")}


def test_a_field_that_a_later_page_leaves_out_is_not_missing() -> None:
    (unit,) = scan(Answers([page([punch(1, note="x", day="2026-01-31", meta={})], "a"), page([{"id": 2}])]), task())

    assert unit.batch.absent == set()


def test_a_page_without_a_row_lacks_nothing_and_the_next_one_is_looked_at() -> None:
    (unit,) = scan(Answers([page([], "a"), page([punch(2)])]), task())

    assert unit.batch.absent == {("punches", name) for name in ("note", "day", "meta")}


@pytest.mark.parametrize("resource", [PUNCHES, ROLES])
def test_a_field_that_had_values_and_does_not_come_any_more_is_told(resource: Resource) -> None:
    (unit,) = scan(Answers([page([{"id": 1, "company_id": 41}])]), task(resource))
    memory = ByHeart()
    memory.had = {(resource.name, "meta"), (resource.name, "company_id"), ("another", "note")}

    written = settle(unit, memory)

    assert unit.batch.drift == Counter({f"{resource.name}: no `meta` any more": 1})
    assert ids(written, resource.name) == [1]


def test_batches_lack_what_either_of_them_lacks() -> None:
    left, right = batch(punch(1)), batch({"id": 2})
    left.add(right)

    assert ("punches", "start") in left.absent


def test_a_document_in_a_row_that_does_not_fit_is_as_it_came() -> None:
    row = first(batch({"id": 1, "document": {"b": [1, 2]}, "mood": 1}, resource=EVERY), "every")

    assert json.loads(json.dumps(row["document"])) == {"b": [1, 2]}


def test_values_of_a_class_are_masked_however_their_field_is_spelled() -> None:
    (row,) = batch({"id": 1, "Note": "ada", "mood": 1}, privacy=Privacy({"contact": "drop"})).rows["punches"].slow

    assert "ada" not in repr(row)
