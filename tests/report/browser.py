"""A headless Chromium, spoken to through its own pipe: no driver and no port. It opens a page and tells what it did."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# As root it has no sandbox; the rest keeps it from looking for its maker's hosts.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def find() -> str | None:
    """Where a Chromium is: CHROME_PATH, or on the PATH. In CI, as root, it is installed if there is none."""
    named = os.environ.get("CHROME_PATH")
    if named and os.access(named, os.X_OK):
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found or not os.environ.get("CI") or not shutil.which("apt-get") or os.getuid() != 0:
        return found
    with FileLock(Path(tempfile.gettempdir()) / "sevens-chromium.lock"):  # tests run in several processes
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            if not shutil.which("chromium"):
                subprocess.run(["apt-get", *command], capture_output=True, stdin=subprocess.DEVNULL, timeout=240)
    return shutil.which("chromium")


class Page:
    """One tab. `requests` are the addresses it asked for, `complaints` what its console says."""

    def __init__(self, send: Any, receive: Any) -> None:
        self._send, self._receive = send, receive
        self._last, self._session, self._rest = 0, "", b""
        self._events: list[dict[str, Any]] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._ask(f"{domain}.enable")

    @property
    def requests(self) -> list[str]:
        return [
            event["params"]["request"]["url"]
            for event in self._events
            if event["method"] == "Network.requestWillBeSent"
        ]

    @property
    def complaints(self) -> list[str]:
        told = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(event["params"]) for event in self._events if event["method"] in told]

    def open(self, address: str, width: int, height: int = 900, dark: bool = False) -> None:
        """Load a page as a screen of that size shows it, up to its load event."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._ask("Emulation.setEmulatedMedia", features=scheme)
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self._events.clear()
        self._ask("Page.navigate", url=address)
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._read()

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self._ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, such as Tab or Enter."""
        more: Mapping[str, Any] = {"text": "\r", "windowsVirtualKeyCode": 13} if key == "Enter" else {}
        self._ask("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **more)
        self._ask("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def picture(self, file: Path) -> None:
        """The whole page as PNG."""
        found = self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(found["data"]))

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._last += 1
        asked = {"id": self._last, "method": method, "params": params}
        self._send.write(json.dumps({**asked, "sessionId": self._session} if self._session else asked).encode() + b"\0")
        self._send.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self._last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]  # type: ignore[no-any-return]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._receive.fileno(), 1 << 16)
            assert more, "Chromium ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        if "method" in told:
            self._events.append(told)
        return told


@contextmanager
def browser(program: str, folder: Path) -> Iterator[Page]:
    """A new browser with an empty profile in `folder`, ended afterwards."""
    to_read, to_write = os.pipe()  # what it reads as descriptor 3
    from_read, from_write = os.pipe()  # what it writes as descriptor 4
    start = f"import os, sys; os.dup2({to_read}, 3); os.dup2({from_write}, 4); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", start, program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=(to_read, from_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(from_write)
    try:
        with os.fdopen(to_write, "wb") as send, os.fdopen(from_read, "rb", buffering=0) as receive:
            yield Page(send, receive)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
