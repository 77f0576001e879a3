"""The switch of language in place: every text is another, and nothing else is."""

import difflib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from app.i18n import catalog
from app.registry import LABS
from tests.e2e.browser import GUARD, ready
from tests.e2e.conftest import Watch

LISTING = Path(__file__).with_name("texts_of_page.js").read_text()
PATIENCE = 20  # seconds until two pages have said all
# What a lab's first picture does not show of its texts.
RICHER = {
    "fitting": "&early_stopping=true&validation=0.3&speed=100",
    "mlp": "&compare=b&speed=20",
    "contrastive": "&method=moco&map=before",
    "regularization": "&speed=50",
    "rpn": "&stage=anchors&row=4&column=4",
    "nms": "&step=1",
}
PAGES = ["/?", "/api?", "/patterns?", *(f"/labs/{lab.slug}?" for lab in LABS)]
RUN = "[data-lab] [data-run-step]"

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, address: str, watch: Watch) -> Iterator[Visit]:
    """Open a page whose texts can be listed and that does not play by itself."""
    contexts: list[BrowserContext] = []

    def visit(path: str, **options: object) -> Page:
        calm = {"reduced_motion": "reduce", "viewport": {"width": 1440, "height": 900}}
        context = browser.new_context(**{"locale": "en-US", **calm, **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(1000 * GUARD)
        context.add_init_script(LISTING)
        watch.watch(context)
        page = context.new_page()
        page.goto(address + path)
        return page

    yield visit
    for context in contexts:
        context.close()


def drawn(page: Page) -> Page:
    """The page once its first picture, and one step of its run, are there."""
    if "/patterns" not in page.url:
        ready(page)
    if page.locator(RUN).count():
        page.locator(RUN).click()
        page.wait_for_function(
            "() => document.querySelector('[data-run-count]').textContent !== '0'"
        )
    return page


def switch(page: Page, to: str) -> None:
    page.locator(f"[data-language={to}]").click()
    expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-Hans", "en": "en"}[to])


def said(page: Page) -> list[str]:
    texts: list[str] = page.evaluate("textsOfPage()")
    return texts


def differences(switched: Page, direct: Page) -> list[str]:
    """Where two pages say different things, after both have had the time to say all."""
    deadline = time.monotonic() + PATIENCE
    while (found := said(switched)) != (wanted := said(direct)) and time.monotonic() < deadline:
        switched.wait_for_timeout(100)
    return list(difflib.unified_diff(wanted, found, "direct", "switched", n=0, lineterm=""))


def runs_begun(page: Page) -> list[str]:
    """The runs that the page begins from now on, told by its lines to the server."""
    begun: list[str] = []

    def hear(data: str | bytes) -> None:
        if isinstance(data, str) and (told := json.loads(data)).get("type") == "started":
            begun.append(told["run"])

    def listen(line: WebSocket) -> None:
        line.on("framereceived", hear)

    page.on("websocket", listen)
    return begun


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_switched_says_what_it_says_when_it_is_opened_in_that_language(
    visit: Visit, path: str
) -> None:
    path += RICHER.get(path.removeprefix("/labs/").rstrip("?"), "")
    page = drawn(visit(f"{path}&lang=en"))
    page.evaluate("globalThis.stays = true")
    switch(page, "zh")
    assert page.evaluate("stays"), "the page was loaded anew"
    assert not differences(page, drawn(visit(f"{path}&lang=zh")))
    if "/api" in path:
        return  # it describes its addresses in English to everyone
    english = {key for key, text in catalog("zh").items() if " " in key and key != text}
    assert not english & {text.partition(": ")[2] for text in said(page)}
