"""A destination that was loaded before, behind a vendor whose answers can be spoiled."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest import mock

from click.testing import CliRunner

from pipelines.cli import main
from pipelines.verify import verify
from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts
from sources.core.http import Client
from tests.weather.proxy import Proxy

SCALE = 0.02  # of every wait between two tries
PATIENCE, LONGEST, TIMEOUT = 2.0, 1.0, (0.5, 0.5)  # for blocks, for whole answers, for pauses; in seconds
LIMIT, SOON = 30.0, 8.0  # seconds after which a run hangs; one that is known to
RESOURCES = {"seven_shifts": ("roles", "shifts"), "seven_geese": ("departments", "badges")}
GUID = "00000000-0000-4000-8000-000000000011"


@dataclass
class Bench:
    """A vendor behind a proxy. `source` is its slug."""

    source: str
    vendor: Any
    proxy: Proxy
    settings: dict[str, str]
    created: set[int] = field(default_factory=set)
    afterwards: Callable[[], None] = lambda: None  # what else ends with the bad weather
    patches: list[Any] = field(default_factory=list)

    def patch(self, owner: Any, name: str, value: Any) -> None:
        """Until the weather is good again."""
        self.patches.append(mock.patch.object(owner, name, value))
        self.patches[-1].start()

    def unpatch(self) -> None:
        while self.patches:
            self.patches.pop().stop()

    def set(self, name: str, value: str) -> None:
        self.settings[f"SOURCES__{self.source.upper()}__{name}"] = value

    def change(self) -> None:
        """An edit and a new row in what is read whole and in what is read by changes."""
        if self.source == "seven_shifts":
            guid = self.vendor.companies[0].guid
            self.vendor.edit(guid, "shifts", self.vendor.rows(guid, "shifts")[0]["id"], notes=f"{time.monotonic()}")
            self.vendor.edit(guid, "roles", self.vendor.rows(guid, "roles")[0]["id"], name=f"{time.monotonic()}")
            self.created |= {self.vendor.create(guid, table)["id"] for table in ("roles", "shifts")}
        else:
            network = self.vendor.networks[0].id
            for table in ("badges", "departments"):
                self.vendor.edit(network, table, self.vendor.rows(network, table)[0]["id"], name=f"{time.monotonic()}")
                self.created.add(self.vendor.create(network, table, name="new"))

    def run(self, limit: float = LIMIT) -> Ran:
        """`sevens run` in this process, given up after so many seconds."""
        words = ["run", self.source, *(word for name in RESOURCES[self.source] for word in ("--resource", name))]
        done: list[Ran] = []
        began = time.monotonic()

        def work() -> None:
            result = CliRunner().invoke(main, words)
            crashed = result.exception if result.exc_info and not isinstance(result.exception, SystemExit) else None
            done.append(Ran(result.exit_code, result.output + (f" CRASHED {crashed!r}" if crashed else ""),
                            time.monotonic() - began))  # fmt: skip

        thread = threading.Thread(target=work, daemon=True)
        with mock.patch.dict(os.environ, self.settings):
            thread.start()
            thread.join(limit)
        return done[0] if done else Ran(-1, "HANGS", limit)

    def differences(self) -> tuple[set[Any], bool]:
        """Keys of rows that were loaded and are not there any more, and whether everything is as at the vendor."""
        with mock.patch.dict(os.environ, self.settings):
            found = verify(self.source, resources=RESOURCES[self.source])
        missing = {key[0] for one in found if not one.table.endswith(("_breaks", "_members", "_stations"))
                   for key in one.missing}  # fmt: skip
        return missing - self.created, all(one.ok for one in found)


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    exit: int
    output: str
    seconds: float


@contextmanager
def bench(source: str, secure: Any = None) -> Iterator[Bench]:
    """Loaded once already, in good weather."""
    with ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        shutil.copy(_loaded(source), folder / "warehouse.duckdb")
        yield held.enter_context(_bench(source, folder, secure))


@contextmanager
def _bench(source: str, folder: Path, secure: Any) -> Iterator[Bench]:
    with ExitStack() as held:
        vendor: Any = SevenShifts(companies=1, seed=7, weeks=1, staff=3) if source == "seven_shifts" else SevenGeese(
            networks=1, seed=7, people=3)  # fmt: skip
        held.enter_context(vendor)
        proxy = held.enter_context(Proxy(vendor.url, secure))
        for change in _in_little_time():
            held.enter_context(change)
        held.enter_context(mock.patch("tempfile.tempdir", str(folder)))  # locks and the shared pace: nobody else's
        here = Bench(source, vendor, proxy, {
            "DESTINATION__WAREHOUSE__CREDENTIALS": str(folder / "warehouse.duckdb"),
            "DLT_DATA_DIR": str(folder / "scratch"),
        })  # fmt: skip
        for name, value in _settings(here, folder).items():
            here.set(name, value)
        yield here


def _settings(here: Bench, folder: Path) -> dict[str, str]:
    vendor, url = here.vendor, here.proxy.url
    shared = {"API_URL": url, "REQUESTS_PER_SECOND": "1000", "REQUESTS_PER_MINUTE": "60000", "BACKOFF": str(SCALE),
              "LONGEST_ANSWER": str(LONGEST)}  # fmt: skip
    if here.source == "seven_shifts":
        companies = [{"slug": one.slug, "guid": one.guid} for one in vendor.companies]
        more = {"TOKEN_URL": vendor.token_url.replace(vendor.url, url), "CREDENTIALS__CLIENT_ID": vendor.client_id,
                "CREDENTIALS__CLIENT_SECRET": vendor.client_secret}  # fmt: skip
    else:
        companies = [{"slug": one.slug, "guid": GUID, "client_id": one.client_id, "client_secret": one.client_secret,
                      "username": one.username, "password": one.password} for one in vendor.networks]  # fmt: skip
        more = {"TOKEN_STORE": str(folder / "tokens")}
    return {**shared, **more, "COMPANIES": json.dumps(companies)}


def _in_little_time() -> list[Any]:
    """Every wait of the sources, scaled."""
    quick = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds * SCALE), monotonic=time.monotonic)
    return [
        mock.patch.dict(Client.__init__.__kwdefaults__, {"patience": PATIENCE, "timeout": TIMEOUT}),
        mock.patch("sources.seven_shifts.auth.time", quick),
        mock.patch("sources.seven_shifts.auth.requests.post", _sooner()),
        mock.patch("sources.seven_geese.token_endpoint.TIMEOUT", TIMEOUT),
    ]


def _sooner() -> Callable[..., Any]:
    import requests

    post = requests.post
    return lambda url, **how: post(url, **{**how, "timeout": TIMEOUT})


@cache
def _loaded(source: str) -> Path:
    """A destination after a first run. The simulators' seed makes their data the same every time."""
    folder = Path(_SCRATCH.name) / source
    folder.mkdir()
    with _bench(source, folder, None) as here:
        ran = here.run()
        assert ran.exit == 0, ran.output
    return folder / "warehouse.duckdb"


_SCRATCH = TemporaryDirectory()


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
