"""Holding the GraphQL documents against somebody's schema, as `tools/check_graphql` does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import introspection_from_schema, print_schema

from simulators.seven_geese.definitions import Drift, plain_schema
from sources.seven_geese.documents import names
from sources.seven_geese.drift import main

ROOT = Path(__file__).parents[1]


def check(*paths: Path) -> tuple[int, list[str], str]:
    """The exit code, the lines, and what was complained of."""
    asked = [sys.executable, "-m", "sources.seven_geese.drift", *map(str, paths)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize(("schema", "form"), [("2020", "SDL"), ("2026", "introspection"), ("2020", "reply")])
def test_either_schema_in_any_form_is_read_and_its_drift_is_listed(tmp_path, schema, form):
    found = plain_schema(schema, ())
    introspection = dict(introspection_from_schema(found))
    text = {"SDL": print_schema(found), "introspection": json.dumps(introspection),
            "reply": "\ufeff" + json.dumps({"data": introspection})}[form]  # fmt: skip
    path = tmp_path / "schema"
    path.write_text(text, "utf-8")

    code, lines, complaint = check(path)

    assert (code, complaint) == (0, "")
    assert [line.split()[1].rstrip(":") for line in lines] == names()
    told = next(line for line in lines if " one_on_ones" in line)
    assert ("OneOnOneQuestionSetNode.typedQuestions" in told) is (schema == "2020")
    assert ("OneOnOneQuestionSetNode.questions" in told) is (schema == "2026")
    assert "ok    badges" in lines


def test_a_document_of_which_nothing_is_left_is_lost(tmp_path):
    path = tmp_path / "schema.graphql"
    found = plain_schema("2026", (Drift("Query", "snapshots"), Drift("Query", "badges")))
    path.write_text(print_schema(found), "utf-8")

    code, lines, _ = check(path)

    assert code == 1
    assert sorted(line.split(":")[0] for line in lines if not line.startswith("ok")) == ["LOST  badges",
                                                                                         "LOST  reviews"]  # fmt: skip
    assert "LOST  reviews: nothing of it is left, not offered: Query.snapshots" in lines


@pytest.mark.parametrize("content", [
    None, b"", b"\xff\xfe\x00", b"no schema at all", b'{"data": null}', b'{"errors": [{"message": "no"}]}', b"[1, 2]",
    b'{"cut', b"type Thing { pk: Int }",
], ids=["absent", "empty", "binary", "text", "null", "errors", "list", "cut", "no query"])  # fmt: skip
def test_what_is_no_schema_ends_with_two_and_says_so(tmp_path, content, capsys):
    path = tmp_path / "schema"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SystemExit) as ended:
        main([str(path)])

    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert "is neither GraphQL SDL nor an introspection result" in told.err


def test_the_reason_reaches_whoever_called_without_a_traceback(tmp_path):
    code, lines, complaint = check(tmp_path / "absent")

    assert (code, lines) == (2, [])
    assert complaint.startswith(f"{tmp_path / 'absent'} is neither GraphQL SDL nor")
    assert len(complaint.splitlines()) == 1


def test_it_takes_one_path(capsys):
    assert main([]) == main(["one", "two"]) == 2
    assert "python -m sources.seven_geese.drift PATH" in capsys.readouterr().err
