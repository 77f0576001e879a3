"""The `cross-entropy` page in a real browser."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import held, until
from tests.e2e.conftest import OpenPage


def test_the_page_opens_with_numbers_and_trains(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=distributions")
    expect(page.locator("[data-said]")).to_contain_text("1.750 bits")
    expect(page.locator("[data-worst] li")).to_have_count(10)
    expect(page.locator("[data-live-said]")).to_contain_text(re.compile("gradients have lengths"))


def test_a_bar_follows_the_keyboard_and_the_finger(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=distributions", reduced_motion="reduce")
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


def test_a_drag_to_the_top_and_back_leaves_the_other_bars_as_they_were(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=distributions", reduced_motion="reduce")
    values = page.locator("[data-p] .vbar-value")
    before = values.all_inner_texts()
    box = page.locator("[data-p] [role=slider]").first.bounding_box()
    assert box
    x, top = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, top + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, top - 20)
    expect(values.nth(0)).to_have_text("1.000")
    page.mouse.move(x, top + box["height"] / 2)
    page.mouse.up()
    expect(values.nth(1)).to_have_text(before[1])
    assert values.all_inner_texts() == before


def test_every_term_stands_under_its_bar_with_its_name_and_unit(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=distributions", reduced_motion="reduce")
    terms = page.locator("[data-q] .vbar-terms")
    expect(terms).to_contain_text("−p log q in bits, together H(p, q) = 2.000")
    expect(terms.locator(".vbar-term").nth(1).locator("span").last).to_have_text("−0.125")
    expect(page.locator("[data-terms-said]")).to_contain_text("negative")
    page.locator("[data-unit=nats]").click()
    expect(terms).to_contain_text("p log(p / q) in nats")


@pytest.mark.parametrize("width", [360, 1440])
def test_the_numbers_of_ten_bars_do_not_touch(open_page: OpenPage, width: int) -> None:
    ten = ",".join(["0.1"] * 10)
    far = ",".join(["0.91"] + ["0.01"] * 9)
    z = "10,-10,-10,-10,-10,-10,-10,-10,-10,-10"
    page = open_page(
        f"/labs/cross-entropy?p={ten}&q={far}&z={z}&t=0.1&tab=distributions",
        width=width,
        reduced_motion="reduce",
    )
    touching = """() => [...document.querySelectorAll(".vbars, .vbar-term")].flatMap((row) => {
      const texts = row.matches(".vbars") ? row.querySelectorAll(".vbar-value") : row.children;
      const boxes = [...texts].map((text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        return range.getBoundingClientRect();
      });
      return boxes.slice(1).filter((box, i) => box.width && box.left < boxes[i].right + 0.5);
    })"""
    for view in ("distributions", "softmax"):
        page.locator(f"[data-tab={view}]").click()
        assert page.evaluate(touching) == []


def test_what_is_saved_holds_accuracies_losses_lengths_and_the_logits(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=distributions")
    with page.expect_download() as caught:
        page.locator("[data-export=csv]").click()
    head = caught.value.path().read_text().splitlines()[0]
    for name in ("test accuracy", "nats", "gradient norm"):
        assert name in head
    with page.expect_download() as caught:
        page.locator("[data-export=json]").click()
    assert json.loads(caught.value.path().read_text())["softmax"]["logits"] == [2, 1, 0.5, -1]


def test_charts_grow_for_the_projector_and_shrink_back(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=information", reduced_motion="reduce")
    type_size = """() => parseFloat(
      getComputedStyle(document.querySelector("[data-question] .chart")).fontSize)"""
    height = "() => document.querySelector('[data-question] canvas').clientHeight"
    before = page.evaluate(type_size), page.evaluate(height)
    page.locator("[data-presenter]").click()
    expect(page.locator("html.presenting")).to_have_count(1)
    assert page.evaluate(type_size) > 1.2 * before[0]
    page.keyboard.press("Escape")
    expect(page.locator("html.presenting")).to_have_count(0)
    page.wait_for_timeout(200)  # the chart is drawn anew
    assert (page.evaluate(type_size), page.evaluate(height)) == before


def test_a_shift_breaks_the_naive_softmax_in_words(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?shift=800&tab=softmax", reduced_motion="reduce")
    expect(page.locator("[data-naive]")).to_contain_text("not a number")
    expect(page.locator("[data-softmax-said]")).to_contain_text("The naive softmax breaks")
    assert "NaN" not in page.locator("body").inner_text()


def test_an_exponential_that_became_0_makes_the_naive_loss_infinite(open_page: OpenPage) -> None:
    query = "z=10,-10,0&t=0.1&shift=-80&target=1"
    page = open_page(f"/labs/cross-entropy?{query}&tab=distributions", reduced_motion="reduce")
    expect(page.locator("[data-naive] tr").last).to_contain_text("infinite")
    expect(page.locator("[data-softmax-said]")).to_contain_text("the exponential of B is too small")


def test_the_worst_digits_of_either_loss_are_a_click_away(open_page: OpenPage) -> None:
    page = open_page("/labs/cross-entropy?tab=worst")
    until(page, 10)  # before the first step both networks are the same
    page.locator("[data-run-play]").click()
    held(page)
    said = page.locator("[data-worst-said]")
    before = said.inner_text()
    page.locator("button[data-look=squared]").click()
    expect(page.locator("button[data-look=squared]")).to_have_attribute("aria-pressed", "true")
    expect(said).not_to_have_text(before)
    page.wait_for_url(re.compile("look=squared"))
