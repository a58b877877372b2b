"""The token store: nobody else reads it, nothing in it is ever half written, one at a time renews."""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sources.core.errors import ConfigurationError, UnavailableError
from sources.seven_geese.token_store import Tokens, TokenStore

ORIGIN = "https://app.7geese.com"
AGAIN = "sevens auth seven_geese --company acme"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


@pytest.fixture
def store(folder: Path) -> TokenStore:
    return TokenStore(folder, wait=0.3)


def pair(number: int = 1) -> Tokens:
    now = time.time()
    return Tokens(f"access-{number}", f"refresh-{number}", now + 36000, "objective:read", now)


def kept(folder: Path) -> Path:
    (file,) = folder.glob("*.json")
    return file


def test_what_is_written_is_read_again_by_another_store(store: TokenStore, folder: Path) -> None:
    assert store.read(ORIGIN, "acme") is None

    store.write(ORIGIN, "acme", pair())

    read = TokenStore(folder).read(ORIGIN, "acme")
    assert read is not None
    assert (read.access_token, read.refresh_token, read.scope) == ("access-1", "refresh-1", "objective:read")


def test_only_the_owner_can_read_the_tokens_whatever_the_umask(store: TokenStore, folder: Path) -> None:
    before = os.umask(0)
    try:
        with store.locked(ORIGIN, "acme"):
            store.write(ORIGIN, "acme", pair())
    finally:
        os.umask(before)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(
    store: TokenStore, folder: Path, mode: int
) -> None:
    store.write(ORIGIN, "acme", pair())
    kept(folder).chmod(mode)

    with pytest.raises(ConfigurationError, match=f"acme.*chmod 600 {kept(folder)}"):
        store.read(ORIGIN, "acme")


def test_a_folder_that_others_can_write_to_is_refused(store: TokenStore, folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(ConfigurationError, match=f"chmod 700 {folder}"):
        store.write(ORIGIN, "acme", pair())
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b'{"origin": "https://app.7ge', b"\xff\xfe\x00", b"[]", b'{"origin": "https://app.7geese.com"}',
     b'{"origin": "https://app.7geese.com", "company": "acme", "tokens": '
     b'{"access_token": "a\\nb", "refresh_token": null, "expires_at": 1}}'],
    ids=["empty", "cut", "binary", "list", "incomplete", "no header could carry it"],
)  # fmt: skip
def test_a_damaged_file_is_named_with_what_to_run(store: TokenStore, folder: Path, content: bytes) -> None:
    store.write(ORIGIN, "acme", pair())
    kept(folder).write_bytes(content)

    with pytest.raises(ConfigurationError, match=f"{kept(folder)} is damaged.*{AGAIN}"):
        store.read(ORIGIN, "acme")


def test_a_file_copied_from_another_company_is_not_used(store: TokenStore, folder: Path) -> None:
    store.write(ORIGIN, "acme", pair())
    mine = kept(folder)
    store.write(ORIGIN, "other", pair(2))
    (theirs,) = set(folder.glob("*.json")) - {mine}
    theirs.replace(mine)

    with pytest.raises(ConfigurationError, match="another company's"):
        store.read(ORIGIN, "acme")


def test_every_server_and_company_has_tokens_of_its_own(store: TokenStore) -> None:
    names = [(ORIGIN, "acme"), (ORIGIN, "ACME"), (ORIGIN, "a/../acme"), ("https://eu.example", "acme")]
    for number, (origin, slug) in enumerate(names):
        store.write(origin, slug, pair(number))

    read = [store.read(origin, slug) for origin, slug in names]
    assert [tokens.access_token for tokens in read if tokens] == ["access-0", "access-1", "access-2", "access-3"]


def test_a_write_that_fails_leaves_the_last_tokens_whole(
    store: TokenStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(ORIGIN, "acme", pair(1))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigurationError, match=r"acme.*No space left"):
        store.write(ORIGIN, "acme", pair(2))

    read = store.read(ORIGIN, "acme")
    assert read is not None
    assert read.access_token == "access-1"
    assert len(list(folder.iterdir())) == 1


def test_one_thread_at_a_time_renews_and_a_long_wait_ends_with_the_file_that_is_held(
    store: TokenStore, folder: Path
) -> None:
    with store.locked(ORIGIN, "other"), store.locked(ORIGIN, "acme"):
        waited: list[str] = []

        def wait() -> None:
            try:
                with store.locked(ORIGIN, "acme"):
                    waited.append("got it")
            except UnavailableError as error:
                waited.append(str(error))

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()

    assert "got it" not in waited
    assert f"{folder}/acme-" in waited[0]
    with store.locked(ORIGIN, "acme"):
        pass


def test_an_error_while_renewing_gives_the_lock_back_and_is_not_taken_for_one_of_the_store(store: TokenStore) -> None:
    with pytest.raises(ConnectionResetError), store.locked(ORIGIN, "acme"):
        raise ConnectionResetError("the vendor's")

    with store.locked(ORIGIN, "acme"):
        pass


def test_cleared_tokens_are_gone(store: TokenStore) -> None:
    store.write(ORIGIN, "acme", pair())
    store.clear(ORIGIN, "acme")
    store.clear(ORIGIN, "acme")

    assert store.read(ORIGIN, "acme") is None


def test_the_folder_is_the_configured_one_or_one_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert TokenStore.configured().place(ORIGIN, "acme").startswith(f"{tmp_path}/.sevens/tokens/acme-")

    monkeypatch.setenv("SOURCES__SEVEN_GEESE__TOKEN_STORE", str(tmp_path / "elsewhere"))
    assert TokenStore.configured().place(ORIGIN, "acme").startswith(f"{tmp_path}/elsewhere/acme-")


def test_a_keyring_that_is_not_installed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__SEVEN_GEESE__TOKEN_STORE", "keyring")
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(ConfigurationError, match="pip install keyring"):
        TokenStore.configured()


def test_a_keyring_keeps_the_tokens_instead_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class LockedError(Exception):
        pass

    held: dict[tuple[str, str], str] = {}
    keyring = SimpleNamespace(
        get_password=lambda service, user: held.get((service, user)),
        set_password=lambda service, user, value: held.__setitem__((service, user), value),
        delete_password=lambda service, user: held.pop((service, user)),
        errors=SimpleNamespace(KeyringError=LockedError),
    )
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SOURCES__SEVEN_GEESE__TOKEN_STORE", "keyring")
    store = TokenStore.configured()
    with store.locked(ORIGIN, "acme"):
        store.write(ORIGIN, "acme", pair())

    read = store.read(ORIGIN, "acme")
    assert read is not None
    assert read.access_token == "access-1"
    assert not list(tmp_path.rglob("*.json"))
    store.clear(ORIGIN, "acme")
    store.clear(ORIGIN, "acme")
    assert store.read(ORIGIN, "acme") is None

    def refuse(service: str, user: str) -> str:
        raise LockedError(held)

    keyring.get_password = refuse
    with pytest.raises(ConfigurationError, match="acme: the keyring refused"):
        store.read(ORIGIN, "acme")


def test_tokens_do_not_show_in_a_repr() -> None:
    assert "access-1" not in repr(pair())
    assert "refresh-1" not in repr(pair())


@pytest.mark.parametrize(("life", "passed", "spent"), [(36000, 35690, False), (36000, 35710, True),
                                                         (60, 20, False), (60, 40, True)])  # fmt: skip
def test_a_token_is_spent_five_minutes_before_its_end_or_at_half_a_short_life(
    life: float, passed: float, spent: bool
) -> None:
    issued = time.time() - passed
    assert Tokens("a", None, issued + life, None, issued).spent is spent
