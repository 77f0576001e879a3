"""One server and one Chromium for all browser tests; every page is watched by a strict console."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from app.lab.contract import Lab
from app.registry import LABS
from tests.e2e.browser import GUARD, Server, find_chromium, ready, served

FOLDER = Path(__file__).parent
OpenPage = Callable[..., Page]
expect.set_options(timeout=1000 * GUARD)
# A visitor who has opened all groups of controls: what a test turns need not be in hand.
UNFOLDED = "try { sessionStorage.setItem('groups', '*') } catch {}"
ICON = "/static/icon.svg"  # the tab's, which the browser fetches whenever it likes


# A claim about every lab is made in the core for one that trains and one that looks at a photo.
IN_CORE = {"mlp", "rpn"}
LABS_PATHS = {f"/labs/{lab.slug}": lab.slug for lab in LABS}


def lab_of(item: pytest.Item) -> str | None:
    """The lab that a test walking all labs is at."""
    callspec = getattr(item, "callspec", None)
    for value in callspec.params.values() if callspec else ():
        if isinstance(value, Lab):
            return value.slug
        if isinstance(value, str) and value in LABS_PATHS:
            return LABS_PATHS[value]
    return None


def line_of(item: pytest.Item) -> int:
    assert isinstance(item, pytest.Function)
    return int(item.function.__code__.co_firstlineno)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder: none runs beside those that drive an event loop by hand. Of
    each file the first test is the core of what the others go through.
    """
    ours = [item for item in items if FOLDER in item.path.parents]
    first = {item.path: line_of(item) for item in sorted(ours, key=line_of, reverse=True)}
    for item in ours:
        item.add_marker(pytest.mark.browser)
        if line_of(item) > first[item.path] or (lab_of(item) or "mlp") not in IN_CORE:
            item.add_marker(pytest.mark.thorough)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with served(VITRINE_MAX_ROOMS="64") as server:  # each test of a room opens one
        yield server


@pytest.fixture(scope="session")
def address(server: Server) -> str:
    return server.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        yield browser
        browser.close()


class Watch:
    """What must not happen on any page: an error, a warning, a request to another machine."""

    def __init__(self, address: str) -> None:
        self.host = urlparse(address).netloc
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.allowed: set[str] = set()

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(
            a in message.text for a in self.allowed
        ):
            self.problems.append(f"console: {message.text}")

    def on_request(self, request: Request) -> None:
        url = urlparse(request.url)
        if url.scheme in ("http", "https", "ws", "wss"):
            if url.path != ICON:
                self.requests.append(url.path)
            if url.netloc != self.host:
                self.problems.append(f"left the machine: {request.url}")

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))
        context.on("request", self.on_request)


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    watch = Watch(address)
    yield watch
    assert not watch.problems, watch.problems


class Visits:
    """Opens addresses of one server, each in a fresh visit, and waits for the first picture."""

    def __init__(self, browser: Browser, address: str, watch: Watch) -> None:
        self._browser, self._address, self._watch = browser, address, watch
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        path: str,
        width: int = 1440,
        height: int = 900,
        wait: bool = True,
        unfolded: bool = True,
        **options: object,
    ) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            **{"locale": "en-US", "accept_downloads": True, **options},  # type: ignore[arg-type]
        )
        context.set_default_timeout(1000 * GUARD)
        self._contexts.append(context)
        self._watch.watch(context)
        if unfolded:
            context.add_init_script(UNFOLDED)
        page = context.new_page()
        page.goto(self._address + path)
        if wait:
            ready(page)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def open_page(browser: Browser, address: str, watch: Watch) -> Iterator[OpenPage]:
    visits = Visits(browser, address, watch)
    yield visits
    visits.close()


@pytest.fixture
def open_page_of(browser: Browser) -> Iterator[Callable[..., OpenPage]]:
    """The same for a server of the test's own, which it may hurt; closed before that ends."""
    opened: list[tuple[Visits, Watch]] = []

    def of(server: Server, allowed: Iterable[str] = ()) -> OpenPage:
        watch = Watch(server.address)
        watch.allowed |= set(allowed)
        visits = Visits(browser, server.address, watch)
        opened.append((visits, watch))
        return visits

    yield of
    for visits, watch in opened:
        visits.close()
        assert not watch.problems, watch.problems


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG that no other part of the project uses: bright things on a soft ground."""
    ys, xs = np.mgrid[0:480, 0:640]
    pixels = np.stack([90 + xs / 8, 110 + ys / 8, 150 - xs / 10], axis=-1)
    pixels[120:300, 80:260] = (200, 60, 40)
    pixels[(ys - 300) ** 2 + (xs - 470) ** 2 < 90**2] = (240, 220, 60)
    path = tmp_path_factory.mktemp("photo") / "things.jpg"
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=92)
    return path
