"""Personal values are kept, hashed or dropped by class, down to the last nested table and the rejected rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.core.errors import ConfigurationError
from tests.geese import GeeseBench, build_geese

KEY = "a key of many characters"


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=4)


def everything(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


def test_contacts_are_kept_where_nothing_else_is_said(bench, guid):
    bench.run(resources=["users"])

    assert bench.loaded(guid, "users", "id, email") == bench.held(guid, "users", "id", "email")


def test_dropped_contacts_and_births_are_in_no_byte_of_the_warehouse(bench, guid):
    bench.set("PII__CONTACT", "drop")
    bench.set("PII__BIRTH", "drop")
    user = bench.vendor.rows(guid, "users")[0]["id"]
    bench.vendor.edit(guid, "users", user, email="ada.canary@example.test", mobile_number="+15550001111")

    bench.run(resources=["users"])

    assert set(bench.loaded(guid, "users", "email, mobile_number, birth_date")) == {(None, None, None)}
    assert b"ada.canary" not in everything(bench.file)
    assert b"5550001111" not in everything(bench.file)
    assert len(bench.loaded(guid, "users")) == len(bench.held(guid, "users"))


def test_hashed_contacts_join_and_depend_on_the_key(bench, guid):
    first, second = (row["id"] for row in bench.vendor.rows(guid, "users")[:2])
    for user in (first, second):
        bench.vendor.edit(guid, "users", user, email="shared@example.test")
    bench.set("PII__CONTACT", "hash")
    bench.set("PII__KEY", KEY)
    bench.run(resources=["users"])
    hashes = dict(bench.loaded(guid, "users", "id, email"))
    bench.set("PII__KEY", KEY + " and others")
    bench.run(resources=["users"], full_refresh=True)

    assert hashes[first] == hashes[second]
    assert len(hashes[first]) == 32
    assert dict(bench.loaded(guid, "users", "id, email"))[first] != hashes[first]


def test_a_row_that_no_table_can_hold_is_set_aside_without_what_is_dropped(bench, guid):
    bench.set("PII__CONTACT", "drop")
    user = bench.vendor.rows(guid, "users")[0]["id"]
    bench.vendor.edit(guid, "users", user, email="ada.canary@example.test")
    bench.vendor.faults.add("type_change", times=4, path="/users", field="id", value=2**70)

    bench.run(resources=["users"])

    assert bench.sql("SELECT count(*) FROM seven_shifts.rejected_rows")[0][0] > 0
    assert b"ada.canary" not in everything(bench.file)


def test_what_people_write_of_each_other_is_dropped_down_to_the_last_answer(geese):
    geese.set("PII__OPINION", "drop")
    network = geese.vendor.networks[0].id
    for table, column in (("checkins", "message"), ("recognitions", "message"), ("notes", "content"),
                          ("comments", "content"), ("snapshot_approvals", "note")):  # fmt: skip
        geese.vendor.edit(network, table, geese.vendor.rows(network, table)[0]["id"], **{column: f"canary of {table}"})
    answer = next(row for row in geese.vendor.rows(network, "item_answers") if row["kind"] == "TextItemAnswerNode")
    geese.vendor.edit(network, "item_answers", answer["id"], kind=answer["kind"], answer="canary of answers")

    geese.run()

    assert b"canary of" not in everything(geese.file)
    values = "text_answer, number_answer, bool_answer, choices, grades"
    assert set(geese.present("review_answers", values)) == {(None,) * 5}
    assert geese.differences(geese.vendor.networks[0], ["reviews", "review_answers", "one_on_one_questions"])[:1] != []
    assert geese.differences(geese.vendor.networks[0], ["reviews", "review_answers"]) == []


def test_a_row_of_the_slow_lane_is_masked_too(bench, guid):
    bench.set("PII__CONTACT", "hash")
    bench.set("PII__KEY", KEY)
    bench.run(resources=["users"])
    before = dict(bench.loaded(guid, "users", "id, email"))
    bench.vendor.faults.add("extra_field", times=4, path="/users", field="brand_new", value="x")

    bench.run(resources=["users"], full_refresh=True)

    assert dict(bench.loaded(guid, "users", "id, email")) == before
    assert bench.sql("SELECT count(brand_new) FROM seven_shifts.users")[0][0] > 0


@pytest.mark.parametrize(("name", "value", "told"), [
    ("PII__CONTACT", "remove", "Use keep, hash or drop"),
    ("PII__CONTACT", "hash", "pii.key"),
])  # fmt: skip
def test_a_mode_that_is_none_and_hashing_without_a_key_are_refused(bench, name, value, told):
    bench.set(name, value)

    with pytest.raises(ConfigurationError, match=told):
        bench.run()
