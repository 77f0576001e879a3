"""Debian's Firefox, through WebDriver BiDi: it speaks that itself, so no driver is needed."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.e2e.browser import GUARD

NAMES = ("firefox-esr", "firefox")
SAYS = "WebDriver BiDi listening on "
MISSING = "Firefox is not installed: apt install firefox-esr"


def find_firefox() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Firefox:
    """A tab of its own, and what its console calls an error."""

    def __init__(self, line: ClientConnection) -> None:
        self._line, self._asked = line, 0
        self.problems: list[str] = []
        self._call("session.new", capabilities={})
        self._call("session.subscribe", events=["log.entryAdded"])
        tree = self._call("browsingContext.getTree")
        self._tab = tree["contexts"][0]["context"]

    def open(self, address: str) -> None:
        self._call("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression: a number, a text or a truth."""
        answer = self._call(
            "script.evaluate",
            expression=expression,
            target={"context": self._tab},
            awaitPromise=True,
        )
        if answer["type"] != "success":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def _call(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._line.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            told = json.loads(self._line.recv(timeout=GUARD))
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.problems.append(str(told["params"]["text"]))
            if told.get("id") == self._asked:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['message']}")
                return told["result"]


@contextmanager
def firefox(path: str) -> Iterator[Firefox]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        log = Path(profile) / "said.txt"
        command = [path, "--headless", "--no-remote", "--profile", profile]
        with log.open("w") as said:
            process = subprocess.Popen(
                [*command, "--remote-debugging-port", "0", "about:blank"], stderr=said
            )
        try:
            with connect(f"{address_of(process, log)}/session", max_size=None) as line:
                yield Firefox(line)
        finally:
            process.terminate()
            process.wait(GUARD)


def address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, once it says so."""
    deadline = time.monotonic() + GUARD
    while time.monotonic() < deadline and process.poll() is None:
        for row in log.read_text().splitlines():
            if row.startswith(SAYS):
                return row.removeprefix(SAYS).strip()
        time.sleep(0.1)
    raise RuntimeError(f"Firefox did not say where it listens: {log.read_text()[-500:]}")
