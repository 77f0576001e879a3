"""What opens over a page has no more to be said against it than the page."""

import pytest
from playwright.sync_api import Page, expect

from app.registry import LABS
from tests.e2e.browser import assert_axe_finds_nothing

LAB_PATHS = [f"/labs/{lab.slug}" for lab in LABS]


CLOSE = """() => {
  for (const one of document.querySelectorAll('dialog[open]')) one.close();
  document.querySelector('[data-menu]').open = false;
}"""


def open_menu(page: Page) -> None:
    page.locator("[data-menu] summary").click()
    expect(page.locator("nav.labs")).to_be_visible()


def open_search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").fill("a")
    expect(page.locator("dialog[open] li").first).to_be_visible()


def open_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("[data-keys-dialog]")).to_be_visible()


def open_share(page: Page) -> None:
    page.locator("[data-share]").click()
    expect(page.locator("[data-share-qr]")).to_be_visible()


def open_code(page: Page) -> None:
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("import")


def open_hints(page: Page) -> None:
    for button in page.locator(".control .about:visible").all():
        button.click()


OPENED = {
    "menu": open_menu,
    "search": open_search,
    "keys": open_keys,
    "share": open_share,
    "code": open_code,
    "hints": open_hints,
}


@pytest.mark.thorough
@pytest.mark.parametrize("path", LAB_PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_over_a_lab(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme, reduced_motion="reduce")
    for name, open_it in OPENED.items():
        if name == "code" and not page.locator("[data-code]").count():
            continue
        open_it(page)
        assert_axe_finds_nothing(page)
        page.evaluate(CLOSE)


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_menu_and_the_search_of_the_home_page(open_page, scheme):
    page = open_page("/", color_scheme=scheme, width=390, height=844)
    for open_it in (open_menu, open_search):
        open_it(page)
        assert_axe_finds_nothing(page)
        page.evaluate(CLOSE)


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["/labs/mlp", "/labs/fitting"])
def test_axe_finds_nothing_in_the_dialog_of_an_own_table(open_page, path):
    page = open_page(path, reduced_motion="reduce")
    page.locator("[data-own]").first.click()
    page.locator("dialog[open] [data-own-text]").fill("a,b,c\n1,2,0\n3,4,1\n5,6,0")
    expect(page.locator("dialog[open] table")).to_be_visible()
    assert_axe_finds_nothing(page)
