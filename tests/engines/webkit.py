"""WebKitGTK's MiniBrowser, through selenium and WebKitWebDriver, on a screen that nobody sees."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from typing import TYPE_CHECKING, Any

from tests.e2e.browser import GUARD

if TYPE_CHECKING:
    from selenium.webdriver import WebKitGTK

DRIVER = "WebKitWebDriver"
BROWSERS = "/usr/lib/*/webkit2gtk-4*/MiniBrowser"
MISSING = "WebKitGTK's MiniBrowser is not installed: apt install webkit2gtk-driver xvfb"
NO_SELENIUM = "selenium is not installed: pip install -e '.[browsers]'"


def find_webkit() -> tuple[str, str] | None:
    """The driver and the browser, if both are there, and a screen or Xvfb for one."""
    driver, browsers = shutil.which(DRIVER), sorted(glob(BROWSERS))
    screen = os.environ.get("DISPLAY") or shutil.which("Xvfb")
    return (driver, browsers[-1]) if driver and browsers and screen else None


class WebKit:
    """A window of its own. Its driver tells nothing of the console, so `problems` stays empty."""

    def __init__(self, driver: "WebKitGTK") -> None:
        self._driver = driver
        self.problems: list[str] = []

    def open(self, address: str) -> None:
        self._driver.get(address)

    def evaluate(self, expression: str) -> Any:
        return self._driver.execute_script(f"return {expression}")


@contextmanager
def webkit(driver: str, browser: str) -> Iterator[WebKit]:
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    with a_screen() as display:
        options = WebKitGTKOptions()
        options.binary_location = browser
        options.add_argument("--automation")
        service = Service(executable_path=driver, env={**os.environ, "DISPLAY": display})
        session = WebKitGTK(options=options, service=service)
        session.set_page_load_timeout(GUARD)
        try:
            yield WebKit(session)
        finally:
            session.quit()


@contextmanager
def a_screen() -> Iterator[str]:
    """The screen that there is, or one of Xvfb's, which tells its own number."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    xvfb = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert xvfb.stdout is not None
        yield f":{xvfb.stdout.readline().strip()}"
    finally:
        xvfb.terminate()
        xvfb.wait(GUARD)
