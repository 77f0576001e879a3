"""A real server and a real Chromium for the browser tests, the screenshots and the benchmark."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import psutil
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GUARD = 120  # seconds against hanging for ever, never a claim
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> str:
    """Path of an installed Chromium: $VITRINE_CHROMIUM, or the system's. Fails if there is none."""
    for name in (os.environ.get("VITRINE_CHROMIUM"), *NAMES):
        path = name and shutil.which(name)
        if path:
            return path
    raise RuntimeError("no Chromium found; install it, or set VITRINE_CHROMIUM to its path")


class Server(NamedTuple):
    address: str
    process: subprocess.Popen[bytes]


@contextmanager
def running_server() -> Iterator[str]:
    """The `vitrine` command in a process of its own; yields its address once it answers."""
    with served() as server:
        yield server.address


@contextmanager
def served(port: int = 0, **settings: str) -> Iterator[Server]:
    """The same, with its process and settings; on a port of its own, or on that one."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        env={**os.environ, **settings},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address, process)
        yield Server(address, process)
    finally:
        process.terminate()
        process.wait(GUARD)


# Resolves when no training plays or is about to, nothing is waited for, and no text has changed
# between two looks. What scrolls takes its place in the order of focus with the picture after its
# text.
STILL = """async () => {
  const { documentElement: root, body } = document;
  const pause = (r) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(r)), 150);
  const waits = () => root.matches("[data-asking], :has(.run[data-awaits])");
  let seen = null;
  while (seen !== body.textContent || waits()) {
    for (const play of document.querySelectorAll(".run[data-phase=running] [data-run-play]")) {
      play.click();
    }
    seen = body.textContent;
    await new Promise(pause);
  }
}"""


def assert_axe_finds_nothing(page: Page) -> None:
    """The page keeps axe's rules of accessibility. Trainings are paused for it: axe takes seconds,
    and would see a sentence half changed.
    """
    page.evaluate(STILL)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def assert_fits_a_phone(page: Page) -> None:
    """In no view anything is wider than the screen of 360 px, or axe has a word to say."""
    for tab in page.locator("[data-tab]:visible").all() or [None]:
        if tab:
            tab.click()
        page.evaluate(STILL)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert_axe_finds_nothing(page)


def wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + GUARD
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=GUARD):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not answer within a minute")


def workers_of(server: subprocess.Popen[bytes]) -> list[int]:
    """The processes of this server's runs: its forkserver's children."""
    found: list[int] = []
    for child in psutil.Process(server.pid).children():
        if "multiprocessing.forkserver" in said_of(child):
            with suppress(psutil.Error):  # it has just ended
                found += [one.pid for one in child.children() if is_at_work(one)]
    return found


def only_worker_of(server: subprocess.Popen[bytes]) -> int:
    """The process of the one run of this server, once there is no other."""
    deadline = time.monotonic() + GUARD
    while time.monotonic() < deadline:
        workers = workers_of(server)
        if len(workers) == 1:
            return workers[0]
        time.sleep(0.05)
    raise RuntimeError(f"there is not one run, but {workers}")


def is_at_work(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def said_of(process: psutil.Process) -> str:
    """The command that it was started by."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""


def ready(page: Page) -> None:
    """Wait until a page has drawn its first picture: it says so on its root element."""
    page.wait_for_selector("html[data-ready]", timeout=1000 * GUARD)


def steps(page: Page) -> int:
    """Training steps that the page shows."""
    return int(page.locator("[data-run-count]").inner_text().replace(",", ""))


def until(page: Page, at_least: int) -> None:
    """Wait for so many training steps."""
    page.wait_for_function(
        "n => Number(document.querySelector('[data-run-count]').textContent.replace(',', '')) >= n",
        arg=at_least,
    )


PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def held(page: Page) -> int:
    """Steps of a run that was paused, once no frame is under way any more."""
    page.evaluate(PAINTED)  # what the pause changed is told with the next picture
    page.wait_for_selector("html:not(:has(.run[data-awaits]))", state="attached")
    page.evaluate(PAINTED)
    return steps(page)
