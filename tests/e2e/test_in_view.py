"""All in view: what a view of the stage shows is seen without scrolling, from 1366 x 620 up."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.registry import LABS
from tests.e2e.test_cockpit import IN_VIEW, LEVERS

LOW = (1366, 620)  # what a laptop of 1366 x 768 leaves inside a browser
SIZES = (LOW, (1366, 768), (1440, 900), (1920, 1080))
LABS_OF = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
# What of the stage is out of sight: below the pane or the window, or in something that scrolls.
UNSEEN = """() => {
  const found = [];
  const pane = document.querySelector(".views");
  if (pane.scrollHeight > pane.clientHeight + 1)
    found.push(`the view: ${pane.scrollHeight} px in ${pane.clientHeight} px`);
  if (document.scrollingElement.scrollHeight > innerHeight) found.push("the page");
  for (const one of document.querySelectorAll(".stage *")) {
    const { overflowX, overflowY } = getComputedStyle(one);
    const down = /auto|scroll/.test(overflowY) && one.scrollHeight > one.clientHeight + 2;
    const across = /auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth + 2;
    if (one === pane || !one.clientHeight || !(down || across) || !one.checkVisibility()) continue;
    found.push(`${one.className}: ${one.scrollWidth} x ${one.scrollHeight} px in ` +
      `${one.clientWidth} x ${one.clientHeight} px`);
  }
  for (const one of document.querySelectorAll(".stage :is(.run, .said, .figures, [role=tab])")) {
    const { right, bottom, height } = one.getBoundingClientRect();
    if (height && one.checkVisibility() && (bottom > innerHeight + 1 || right > innerWidth + 1))
      found.push(`${one.className || one.textContent}: ends at ${right}, ${bottom}`);
  }
  return found;
}"""
OTHER_MODES = {
    "mlp": ["model=mlp"],
    "contrastive": ["method=moco", "method=simsiam", "mode=composition", "mode=projector"],
    "nms": ["source=photo", "source=hand"],
    "rpn": ["stage=features", "stage=scores"],
}


def settle(page: Page) -> None:
    """Wait until what has changed has been measured and drawn."""
    page.evaluate(
        """async () => {
          for (let i = 0; i < 8; i++) await new Promise(requestAnimationFrame);
        }"""
    )


def assert_seen(page: Page, at: object) -> None:
    """Nothing of the view is out of sight, soon: what a view asks the server for has to come."""
    unseen: list[str] = []
    for _ in range(20):
        settle(page)
        unseen = page.evaluate(UNSEEN)
        if not unseen:
            return
        page.wait_for_timeout(100)
    assert not unseen, (at, unseen)


@LABS_OF
def test_a_view_shows_all_that_it_has_without_scrolling(open_page, lab):
    for query in ("", *OTHER_MODES.get(lab.slug, [])):
        page = open_page(f"/labs/{lab.slug}?{query}", *LOW, reduced_motion="reduce")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for view in lab.views:
                tab = page.locator(f"[data-tab={view.name}]")
                if tab.is_visible():
                    tab.click()
                elif len(lab.views) > 1:
                    continue  # this mode has nothing in it
                assert_seen(page, (query, width, height, view.name))
        page.context.close()


@LABS_OF
def test_in_chinese_a_view_shows_all_that_it_has_too(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", *LOW, locale="zh-CN", reduced_motion="reduce")
    for tab in page.locator("[data-tab]:visible").all():
        tab.click()
        assert_seen(page, tab.inner_text())


@LABS_OF
def test_every_step_of_the_lesson_shows_its_picture_and_its_levers_at_once(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", *LOW, unfolded=False, reduced_motion="reduce")
    for number in range(len(lab.lesson)):
        step = page.locator(".steps > li").nth(number)
        if step.locator("details[open]").count() == 0:
            step.locator("summary").click()
        step.locator(".try").click()
        page.wait_for_url(re.compile(rf"lesson={number + 1}(&|$)"))
        for width, height in (LOW, (1366, 768), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            assert_seen(page, (number + 1, width, height))
            least = page.evaluate(IN_VIEW, f".hand {LEVERS}, .view .slide input")
            assert least["share"] >= 0.9, (number + 1, width, height, least)


def test_a_chart_gives_way_to_what_arrives_below_it(open_page):
    page = open_page("/labs/detectors?tab=claim", *LOW)
    expect(page.locator("[data-claim-table] td").first).to_be_attached()
    expect(page.locator("[data-published] td").first).to_be_attached()
    assert_seen(page, "claim")


def test_the_sum_of_two_bars_stands_below_the_whole(open_page):
    page = open_page("/labs/cross-entropy?tab=distributions", *LOW)
    whole, parts = page.locator("[data-stack] > div").all()
    assert parts.bounding_box()["y"] >= whole.bounding_box()["y"] + whole.bounding_box()["height"]
    assert abs(parts.bounding_box()["width"] - whole.bounding_box()["width"]) < 1
