"""The `cross-entropy` page in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_the_page_opens_with_numbers_and_trains(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy")
    expect(page.locator("[data-said]")).to_contain_text("1.750 bits")
    expect(page.locator("[data-worst] li")).to_have_count(10)
    expect(page.locator("[data-live-said]")).to_contain_text(re.compile("gradients have lengths"))


def test_a_bar_follows_the_keyboard_and_the_finger(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy", reduced_motion="reduce")
    sliders = page.locator("[data-q] [role=slider]")
    sliders.nth(2).focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-said]")).to_contain_text("q calls C impossible")
    expect(page.locator("[data-stack]")).to_have_attribute("aria-label", re.compile("infinite"))
    box = page.locator("[data-p] [role=slider]").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 20)
    page.mouse.up()
    expect(page.locator("[data-said]")).to_contain_text("p is certain")
    page.wait_for_url(re.compile("p=1"))


def test_a_shift_breaks_the_naive_softmax_in_words(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?shift=800", reduced_motion="reduce")
    expect(page.locator("[data-naive]")).to_contain_text("not a number")
    expect(page.locator("[data-softmax-said]")).to_contain_text("The naive softmax breaks")
    assert "NaN" not in page.locator("body").inner_text()
