"""A destination that was loaded before, behind a vendor whose answers can be spoiled."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from click.testing import CliRunner

from pipelines.cli import main
from pipelines.verify import verify
from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts
from sources.core.http import Client
from tests.weather.proxy import Fault, Proxy

SCALE = 0.02  # of every wait between two tries
PATIENCE, LONGEST, TIMEOUT = 2.0, 1.0, (0.5, 0.5)  # for blocks, for whole answers, for pauses; in seconds
LIMIT = 60.0  # seconds after which a run hangs
RESOURCES = {"seven_shifts": ("roles", "shifts"), "seven_geese": ("departments", "badges")}
NESTED = ("_breaks", "_members", "_stations")


@dataclass
class Bench:
    """Companies of a vendor, behind a proxy; `at` is the one that this bench is about. `source` is its slug."""

    source: str
    vendor: Any
    proxy: Proxy
    settings: dict[str, str]
    at: int = 0
    crowded: bool = False  # faults are for this company only
    created: set[int] = field(default_factory=set)
    afterwards: list[Callable[[], object]] = field(default_factory=list)  # what else ends with the bad weather

    @property
    def companies(self) -> Sequence[Any]:
        """All there are."""
        found: Sequence[Any] = self.vendor.companies if self.source == "seven_shifts" else self.vendor.networks
        return found

    @property
    def company(self) -> Any:
        return self.companies[self.at]

    def of(self, at: int) -> Bench:
        """The same bench, about one company of many."""
        return Bench(self.source, self.vendor, self.proxy, self.settings, at, True)

    def order(self, *faults: Fault) -> None:
        for fault in faults:
            fault.whom = _key(self.company) if self.crowded else ""
        self.proxy.order(*faults)

    def patch(self, owner: Any, name: str, value: Any) -> None:
        """Until the weather is good again."""
        changed = mock.patch.object(owner, name, value)
        changed.start()
        self.afterwards.append(changed.stop)

    def set(self, name: str, value: str) -> None:
        """A setting, until the weather is good again."""
        key = f"SOURCES__{self.source.upper()}__{name}"
        before, self.settings[key] = self.settings[key], value
        self.afterwards.append(lambda: self.settings.update({key: before}))

    def clear(self) -> None:
        """The weather is good again."""
        while self.afterwards:
            self.afterwards.pop()()
        self.proxy.clear()
        self.vendor.faults.clear()

    def change(self) -> None:
        """An edit and a new row in what is read whole and in what is read by changes."""
        if self.source == "seven_shifts":
            guid = self.company.guid
            self.vendor.edit(guid, "shifts", self.vendor.rows(guid, "shifts")[0]["id"], notes=f"{time.monotonic()}")
            self.vendor.edit(guid, "roles", self.vendor.rows(guid, "roles")[0]["id"], name=f"{time.monotonic()}")
            self.created |= {self.vendor.create(guid, table)["id"] for table in ("roles", "shifts")}
        else:
            network = self.company.id
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

    def differences(self) -> dict[str, tuple[set[Any], bool]]:
        """By slug: keys of rows that are not in the destination, and whether everything is as at the vendor."""
        with mock.patch.dict(os.environ, self.settings):
            compared = verify(self.source, resources=RESOURCES[self.source])
        found: dict[str, tuple[set[Any], bool]] = {company.slug: (set(), True) for company in self.companies}
        for one in compared:
            missing, ok = found[one.company]
            missing |= set() if one.table.endswith(NESTED) else {key[0] for key in one.missing}
            found[one.company] = (missing, ok and one.ok)
        return found


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    exit: int
    output: str
    seconds: float


@contextmanager
def bench(source: str, companies: int = 1) -> Iterator[Bench]:
    """Loaded once already, in good weather."""
    with ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        shutil.copy(_loaded(source, companies), folder / "warehouse.duckdb")
        yield held.enter_context(_bench(source, companies, folder))


@contextmanager
def _bench(source: str, companies: int, folder: Path) -> Iterator[Bench]:
    with ExitStack() as held:
        vendor: Any = SevenShifts(companies=companies, seed=7, weeks=1, staff=3) if source == "seven_shifts" else (
            SevenGeese(networks=companies, seed=7, people=3))  # fmt: skip
        held.enter_context(vendor)
        proxy = held.enter_context(Proxy(vendor.url, whose=_whose(source, vendor)))
        for change in _in_little_time():
            held.enter_context(change)
        held.enter_context(mock.patch("tempfile.tempdir", str(folder)))  # locks and the shared pace: nobody else's
        settings = _settings(source, vendor, proxy.url, folder)
        here = Bench(source, vendor, proxy, {
            **{f"SOURCES__{source.upper()}__{name}": text for name, text in settings.items()},
            "DESTINATION__WAREHOUSE__CREDENTIALS": str(folder / "warehouse.duckdb"),
            "DLT_DATA_DIR": str(folder / "scratch"),
        })  # fmt: skip
        held.callback(here.clear)
        yield here


def _settings(source: str, vendor: Any, url: str, folder: Path) -> dict[str, str]:
    shared = {"API_URL": url, "REQUESTS_PER_SECOND": "1000", "REQUESTS_PER_MINUTE": "60000", "BACKOFF": str(SCALE),
              "LONGEST_ANSWER": str(LONGEST)}  # fmt: skip
    if source == "seven_shifts":
        companies = [{"slug": one.slug, "guid": one.guid} for one in vendor.companies]
        more = {"TOKEN_URL": vendor.token_url.replace(vendor.url, url), "CREDENTIALS__CLIENT_ID": vendor.client_id,
                "CREDENTIALS__CLIENT_SECRET": vendor.client_secret}  # fmt: skip
    else:
        companies = [{"slug": one.slug, "guid": f"00000000-0000-4000-8000-{one.id:012d}", "client_id": one.client_id,
                      "client_secret": one.client_secret, "username": one.username, "password": one.password}
                     for one in vendor.networks]  # fmt: skip
        more = {"TOKEN_STORE": str(folder / "tokens")}
    return {**shared, **more, "COMPANIES": json.dumps(companies)}


def _key(company: Any) -> str:
    return getattr(company, "guid", None) or company.client_id


def _whose(source: str, vendor: Any) -> Callable[[Message], str]:
    """The company that a request is about: 7shifts says it in a header, 7Geese knows it by the credential."""

    def geese(headers: Message) -> str:
        kind, _, credential = (headers.get("Authorization") or "").partition(" ")
        if kind == "Basic":
            return base64.b64decode(credential).decode().partition(":")[0]
        grant = vendor.tokens.access.get(credential)
        return next((one.client_id for one in vendor.networks if grant and one.id == grant.network), "")

    return geese if source == "seven_geese" else lambda headers: headers.get("x-company-guid") or ""


def _in_little_time() -> list[Any]:
    """Every wait of the sources, scaled."""
    return [
        mock.patch.dict(Client.__init__.__kwdefaults__, {"patience": PATIENCE, "timeout": TIMEOUT}),
        mock.patch("sources.seven_shifts.auth.TIMEOUT", TIMEOUT),
        mock.patch("sources.seven_geese.token_endpoint.TIMEOUT", TIMEOUT),
    ]


@cache
def _loaded(source: str, companies: int) -> Path:
    """A destination after a first run. The simulators' seed makes their data the same every time."""
    folder = Path(_SCRATCH.name) / f"{source}-{companies}"
    folder.mkdir()
    with _bench(source, companies, folder) as here:
        ran = here.run()
        assert ran.exit == 0, ran.output
    return folder / "warehouse.duckdb"


_SCRATCH = TemporaryDirectory()


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
