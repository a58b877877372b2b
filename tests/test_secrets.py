"""Secrets stay out of everything that a run leaves behind, also one that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.geese import GeeseBench, build_geese

ROOT = Path(__file__).parent.parent


@pytest.fixture
def geese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeeseBench]:
    yield from build_geese(tmp_path, monkeypatch, people=4)


def sevens(folder: Path, *words: str) -> bytes:
    """What a command prints, and every byte below the folder, which is also its home and its temporary directory."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    places = {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(ROOT), "RUNTIME__LOG_LEVEL": "DEBUG"}
    done = subprocess.run([sys.executable, "-m", "pipelines.cli", *words], cwd=folder, capture_output=True, timeout=120,
                          env={**os.environ, **places}, check=False)  # fmt: skip
    return done.stdout + done.stderr + left(folder)


def left(folder: Path, but: str = "tokens") -> bytes:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and but not in file.parts]
    return b"\n".join(str(file).encode() + file.read_bytes() for file in files)


def issued(vendor) -> list[str]:
    """Every token the vendor gave out, as it sees them in the requests."""
    found = {request.headers.get("authorization", "") for request in vendor.requests}
    return [value.partition(" ")[2] for value in found if value]


def absent(secrets: list[str], content: bytes) -> list[str]:
    """The secrets that are in the content, shortened: a failing test shows none either."""
    assert all(len(secret) > 7 for secret in secrets)
    return [secret[:3] for secret in secrets if secret.encode() in content]


@pytest.mark.parametrize("trouble", ["", "401", "html", pytest.param("403", marks=pytest.mark.long), "reset"])
def test_no_secret_of_seven_shifts_is_left_by_a_run_that_succeeds_or_fails(bench, trouble):
    if trouble:
        bench.vendor.faults.add(trouble, times=50, path="/shifts")

    content = sevens(bench.folder, "run", "seven_shifts", "--json")

    secrets = [bench.vendor.client_secret, *issued(bench.vendor)]
    assert len(secrets) > 1
    assert absent(secrets, content) == []


def test_a_wrong_client_secret_is_not_repeated(bench):
    bench.set("CREDENTIALS__CLIENT_SECRET", "canary-of-a-wrong-secret")

    content = sevens(bench.folder, "check", "seven_shifts")

    assert b"client_secret" in content
    assert absent(["canary-of-a-wrong-secret"], content) == []


@pytest.mark.parametrize("trouble", ["", "401", "html", "truncated", pytest.param("500", marks=pytest.mark.long)])
def test_no_password_or_token_of_seven_geese_is_left_by_a_run_that_succeeds_or_fails(geese, trouble):
    if trouble:
        geese.vendor.faults.add(trouble, times=50, path="/graphql", after=3)

    content = sevens(geese.folder, "run", "seven_geese", "--json")

    network = geese.vendor.networks[0]
    secrets = [network.password, network.client_secret, *issued(geese.vendor)]
    assert len(secrets) > 2
    assert absent(secrets, content) == []


def test_secrets_beside_a_slug_are_not_shown_when_the_entry_is_wrong(geese):
    geese.companies({"guid": "no guid", "password": "canary-password", "token": "canary-token-of-mine"})

    content = sevens(geese.folder, "check", "seven_geese")

    assert b"no slug" in content
    assert absent(["canary-password", "canary-token-of-mine"], content) == []


def test_the_archive_and_the_comparison_tell_no_secret(geese):
    geese.run()
    network = geese.vendor.networks[0]

    content = sevens(geese.folder, "export", "seven_geese", "--to", "archive") + sevens(
        geese.folder, "verify", "seven_geese", "--json"
    )

    assert (geese.folder / "archive" / "manifest.json").exists()
    assert absent([network.password, network.client_secret, *issued(geese.vendor)], content) == []
