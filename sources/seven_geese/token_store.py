"""Where the tokens of a consent are kept between runs. Every refresh makes the last refresh token worthless, so the
new pair is written whole and to the disk, readable by its owner alone, and one process at a time may renew it."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shlex
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from sources.core.errors import ConfigurationError, UnavailableError
from sources.core.settings import setting

SETTING = "sources.seven_geese.token_store"
FOLDER = "~/.sevens/tokens"
EARLY = 300.0  # seconds before its end an access token counts as spent; half its life where that is shorter


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave. Times are seconds since 1970; an `issued_at` of 0 is unknown. Raises
    `ValueError` for a token that no header could carry."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float
    scope: str | None = None
    issued_at: float = 0.0

    def __post_init__(self) -> None:
        for token in (self.access_token, self.refresh_token):
            if token is not None and not (token and token.isascii() and token.isprintable()):
                raise ValueError("not a token")

    @property
    def spent(self) -> bool:
        """The access token has ended, or is so near its end that it should not be sent any more."""
        return time.time() >= self.expires_at - min(EARLY, (self.expires_at - self.issued_at) / 2)


class _Entry(msgspec.Struct):
    origin: str
    company: str
    tokens: Tokens


class TokenStore:
    """One JSON file per server and company in a folder of its owner's. What cannot be read or written as it should
    be raises `ConfigurationError`. A lock is waited for `wait` seconds."""

    def __init__(self, folder: Path, wait: float = 60.0) -> None:
        self._folder, self._wait = folder, wait

    @classmethod
    def configured(cls) -> TokenStore:
        """The store that `sources.seven_geese.token_store` names: a folder, or "keyring"."""
        value = setting(SETTING, FOLDER) or FOLDER
        return KeyringStore(Path(FOLDER).expanduser()) if value == "keyring" else cls(Path(value).expanduser())

    def place(self, origin: str, slug: str) -> str:
        """Where the tokens of a company are kept, to be read by people."""
        return str(self._file(origin, slug))

    def read(self, origin: str, slug: str) -> Tokens | None:
        """The tokens kept, None for none."""
        content = self._load(origin, slug)
        if content is None:
            return None
        try:
            entry = msgspec.json.decode(content, type=_Entry)
        except (msgspec.DecodeError, UnicodeDecodeError):
            entry = None
        if entry is None or (entry.origin, entry.company) != (origin, slug):
            raise ConfigurationError(f"{slug}: {self.place(origin, slug)} is damaged, or another company's. Run "
                                     f"`sevens auth seven_geese --company {slug}`, which writes it anew.")  # fmt: skip
        return entry.tokens

    def write(self, origin: str, slug: str, tokens: Tokens) -> None:
        """Keep these tokens instead of the last."""
        self._save(origin, slug, msgspec.json.encode(_Entry(origin, slug, tokens)))

    def clear(self, origin: str, slug: str) -> None:
        """Forget the tokens of a company."""
        with self._own_folder(slug):
            self._file(origin, slug).unlink(missing_ok=True)

    @contextmanager
    def locked(self, origin: str, slug: str) -> Iterator[None]:
        """Nobody else, in no thread and no process, renews the tokens of this company meanwhile. Raises
        `UnavailableError` when another does so for too long."""
        lock = FileLock(self._file(origin, slug).with_suffix(".lock"), timeout=self._wait, mode=0o600)
        with self._own_folder(slug):
            try:
                lock.acquire()
            except Timeout:
                raise UnavailableError(f"{slug}: another run has held {lock.lock_file} for {self._wait:.0f} s to renew "
                                       "the tokens. Run again when it has ended.") from None  # fmt: skip
        try:
            yield
        finally:
            lock.release()

    def _file(self, origin: str, slug: str) -> Path:
        digest = hashlib.blake2b(f"{origin}\n{slug}".encode(), digest_size=6).hexdigest()
        return self._folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', slug)[:60]}-{digest}.json"

    def _load(self, origin: str, slug: str) -> bytes | None:
        file = self._file(origin, slug)
        try:
            with file.open("rb") as opened:
                mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
                if os.name != "posix" or not mode & 0o077:
                    return opened.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(f"{slug}: its tokens in {file} cannot be read ({error.strerror}). Correct that, "
                                     f"or name another folder as {SETTING}.") from None  # fmt: skip
        raise ConfigurationError(f"{slug}: others can read or change its tokens in {file} (mode {mode:04o}). Run: "
                                 f"chmod 600 {shlex.quote(str(file))} - and if somebody may have seen them, also "
                                 f"`sevens auth seven_geese --company {slug}`.")  # fmt: skip

    def _save(self, origin: str, slug: str, content: bytes) -> None:
        file = self._file(origin, slug)
        with self._own_folder(slug):
            handle, draft = tempfile.mkstemp(prefix=f"{file.stem}-", suffix=".tmp", dir=self._folder)  # mode 0600
            try:
                with os.fdopen(handle, "wb") as opened:
                    opened.write(content)
                    opened.flush()
                    os.fsync(opened.fileno())
                os.replace(draft, file)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise
            if os.name == "posix":  # the new name, too, has to be on the disk
                folder = os.open(self._folder, os.O_RDONLY)
                os.fsync(folder)
                os.close(folder)

    @contextmanager
    def _own_folder(self, slug: str) -> Iterator[None]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = stat.S_IMODE(self._folder.stat().st_mode)
            if os.name == "posix" and mode & 0o022:
                raise ConfigurationError(f"{slug}: others can write to {self._folder} (mode {mode:04o}), where tokens "
                                         f"are kept. Run: chmod 700 {shlex.quote(str(self._folder))}, or name another "
                                         f"folder as {SETTING}.")  # fmt: skip
            yield
        except OSError as error:
            raise ConfigurationError(f"{slug}: its tokens cannot be kept in {self._folder} ({error.strerror}). Check "
                                     f"that it can be written and has space, or name another folder as {SETTING}."
                                     ) from None  # fmt: skip


class KeyringStore(TokenStore):
    """The operating system's keyring keeps the tokens, and the folder only the lock files."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        try:
            self._keyring: Any = importlib.import_module("keyring")
        except ImportError:
            raise ConfigurationError(f"{SETTING} is keyring, but that package is missing: pip install keyring, or name "
                                     "a folder instead.") from None  # fmt: skip

    def place(self, origin: str, slug: str) -> str:
        return f"the keyring (service sevens {origin}, user {slug})"

    def clear(self, origin: str, slug: str) -> None:
        if self._load(origin, slug) is not None:
            self._call(slug, "delete_password", f"sevens {origin}", slug)

    def _load(self, origin: str, slug: str) -> bytes | None:
        found = self._call(slug, "get_password", f"sevens {origin}", slug)
        return str(found).encode() if found else None

    def _save(self, origin: str, slug: str, content: bytes) -> None:
        self._call(slug, "set_password", f"sevens {origin}", slug, content.decode())

    def _call(self, slug: str, name: str, *arguments: str) -> Any:  # noqa: ANN401 - an untyped package
        try:
            return getattr(self._keyring, name)(*arguments)
        except self._keyring.errors.KeyringError as error:
            raise ConfigurationError(f"{slug}: the keyring refused its tokens ({type(error).__name__}). Unlock it, or "
                                     f"name a folder as {SETTING}.") from None  # fmt: skip
