"""A browser that refuses cookies and storage: every lab works, choices travel in the address."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.registry import LABS
from tests.e2e.browser import GUARD, find_chromium, ready, until
from tests.e2e.conftest import Watch

pytestmark = pytest.mark.thorough

BLOCK = 2  # Chromium's value of “Block all cookies”, which blocks all site data, too


@pytest.fixture
def page(browser: Browser, tmp_path: Path, watch: Watch) -> Iterator[Page]:
    """A visit with Chromium's own setting, as a person sets it."""
    (tmp_path / "Default").mkdir()
    setting = {"profile": {"default_content_setting_values": {"cookies": BLOCK}}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(setting))
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=find_chromium(), locale="en-US"
    )
    context.set_default_timeout(1000 * GUARD)
    watch.watch(context)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("slug", [lab.slug for lab in LABS])
def test_every_lab_shows_its_first_picture_without_storage(
    page: Page, address: str, slug: str
) -> None:
    page.goto(f"{address}/labs/{slug}" + ("?source=photo" if slug == "nms" else ""))
    ready(page)
    refused = "() => { try { return !sessionStorage; } catch { return true; } }"
    assert page.evaluate(refused), "this browser refuses nothing, so nothing is tried"


def test_language_and_theme_go_along_to_the_next_page_and_stay_when_a_control_moves(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/labs/fitting")
    ready(page)
    page.locator("[data-language=zh]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    ready(page)
    page.locator("[data-theme-switch]").click()
    theme = page.locator("html").get_attribute("data-theme")
    assert theme in ("light", "dark")
    page.locator("[data-menu] summary").click()
    page.locator("nav.labs a[href*='labs/batchnorm']").click()
    ready(page)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.goto(f"{address}/labs/fitting?lang=zh")
    until(page, 5)
    page.locator("input[type=range][name=noise]").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"noise=.*lang=zh"))
