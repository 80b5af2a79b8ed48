"""A headless Chromium that can reach no host, driven through its debugging pipe: no driver, no socket, no further package.

Not collected by pytest; tests and benchmarks load it by path.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
PATIENCE_S = 60.0
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


@dataclass
class Page:
    """A page and what it said and asked for since it was opened.

    Parameters
    ----------
    console : list of str
        Messages of the console and exceptions that nobody caught.
    requests : list of str
        Addresses that the page asked for, its own left out.
    """

    _send: Any
    _session: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Call a method of the debugging protocol."""
        return self._send(method, values, self._session)

    def run(self, script: str) -> Any:
        """Return what an expression is in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < end, f"never true: {condition}; console: {self.console}"
            time.sleep(0.03)

    def size(self, width: int, height: int, touch: bool = False) -> None:
        """Take the size of a screen, px."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2 if touch else 1, "mobile": touch}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)

    def open(self, file: Path, ready: str = "document.body.dataset.ready", fragment: str = "") -> None:
        """Open a file and wait until it says that it is ready."""
        # another fragment alone would open nothing anew
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=file.as_uri() + fragment)
        self.wait(f"document.readyState === 'complete' && document.body && {ready}")

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Press, move or release the left button."""
        held = {"button": "left", "buttons": 1, "clickCount": 1} if kind != "mouseReleased" else {"button": "left"}
        self.call(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, **held, **({"clickCount": 1} if "Rel" in kind else {})
        )

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        self.mouse("mousePressed", x, y)
        self.mouse("mouseReleased", x, y)

    def key(self, key: str, code: int = 0, text: str = "") -> None:
        """Press and release a key."""
        values = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **values, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **values)

    def picture(self, file: Path) -> Path:
        """Write a screenshot."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        return file


class _Pipe:
    """Messages of the debugging protocol, each ended by a zero byte."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back, self._read, self._last = to, back, b"", 0
        self.pages: dict[str, Page] = {}

    def send(self, method: str, values: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": values} | ({"sessionId": session} if session else {})
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE_S
        while True:
            answer = self._next(end)
            if answer.get("id") == self._last:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._note(answer)

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._read:
            assert select.select([self._back], [], [], max(end - time.monotonic(), 0.0))[0], "the browser says nothing"
            part = os.read(self._back, 1 << 20)
            assert part, "the browser is gone"
            self._read += part
        message, _zero, self._read = self._read.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        page, values = self.pages.get(event.get("sessionId", "")), event.get("params", {})
        if page is None:
            return
        if event["method"] == "Runtime.consoleAPICalled":
            page.console.append(str([one.get("value", one.get("description")) for one in values["args"]]))
        elif event["method"] == "Runtime.exceptionThrown":
            page.console.append(json.dumps(values["exceptionDetails"]))
        elif event["method"] == "Log.entryAdded":
            page.console.append(values["entry"]["text"])
        elif event["method"] == "Network.requestWillBeSent":
            address = values["request"]["url"]
            if not address.startswith(("data:", "blob:", "file:", "about:")):
                page.requests.append(address)


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """Start Chromium and give one empty page of 1366 × 800 px; `profile` is where it keeps what it must."""
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()
    # the browser reads at 3 and writes at 4
    command = ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{back_write}', "chromium", str(CHROMIUM)]
    command += [*_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        command, pass_fds=(to_read, back_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(to_read)
    os.close(back_write)
    try:
        pipe = _Pipe(to_write, back_read)
        target = pipe.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = pipe.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = pipe.pages[session] = Page(pipe.send, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.size(1366, 800)
        yield page
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(to_write)
        os.close(back_read)
