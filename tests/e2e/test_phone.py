"""On a phone, upright and on its side, and where a page is zoomed: picture and lever in sight."""

import pytest
from playwright.sync_api import Page, expect

from app.registry import LABS
from tests.e2e.test_cockpit import IN_VIEW

UPRIGHT, SIDEWAYS, SMALL = (390, 844), (844, 390), (360, 640)
LABS_OF = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
LEVERS = ".controls :is(input:not([type=file]), select)"
# Targets of a finger that are less than 44 px high and wide, without the links of running text.
SMALL_TARGETS = """() => [
    ...document.querySelectorAll("button, select, summary, input[type=range]")]
  .filter((one) => one.checkVisibility() && !one.closest("[inert], table, dialog"))
  .filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return height > 0 && (height < 43.5 || (width < 43.5 && !one.matches(".pin")));
  })
  .map((one) => one.outerHTML.slice(0, 160))"""


def on_a_phone(open_page, path: str, size: tuple[int, int], **options: object) -> Page:
    return open_page(
        path, *size, has_touch=True, is_mobile=True, reduced_motion="reduce", **options
    )


@LABS_OF
@pytest.mark.parametrize("size", [UPRIGHT, SIDEWAYS], ids=["upright", "sideways"])
def test_in_every_view_every_lever_is_set_in_sight_of_the_picture(open_page, lab, size):
    page = on_a_phone(open_page, f"/labs/{lab.slug}", size)
    for tab in page.locator("[data-tab]:visible").all():
        tab.tap()
        page.wait_for_timeout(150)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size[0]
        assert page.evaluate("document.scrollingElement.scrollHeight") <= size[1]
        # No lever moves the picture out of sight; its view itself may scroll.
        before = page.evaluate(IN_VIEW, "none")["share"]
        least = page.evaluate(IN_VIEW, LEVERS)
        assert least["share"] >= 0.95 * before, (tab.inner_text(), before, least)


@LABS_OF
def test_targets_are_as_large_as_a_finger(open_page, lab):
    page = on_a_phone(open_page, f"/labs/{lab.slug}", UPRIGHT)
    assert page.evaluate(SMALL_TARGETS) == []


def test_levers_in_hand_come_one_by_one_and_the_lesson_in_cards(open_page):
    page = on_a_phone(open_page, "/labs/fitting", UPRIGHT, unfolded=False)
    hand = page.locator("[data-hand]")
    first, second = hand.locator(".control").nth(0), hand.locator(".control").nth(1)
    expect(first).to_be_in_viewport(ratio=0.95)
    expect(second).not_to_be_in_viewport(ratio=0.5)
    hand.evaluate("hand => hand.scrollTo(hand.clientWidth, 0)")
    expect(second).to_be_in_viewport(ratio=0.9)
    slider = second.locator("input[type=range]")
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    page.wait_for_url("**width=*")
    expect(page.locator("[data-plot] canvas")).to_be_in_viewport(ratio=0.9)
    page.locator("[data-dock=lesson]").tap()
    expect(hand).to_be_hidden()
    step = page.locator(".steps li").nth(0)
    expect(step.locator(".try")).to_be_visible()
    step.locator(".try").tap()
    expect(page.locator("[data-plot] canvas")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("path", ["/labs/nms#step-4", "/labs/nms?lesson=4"])
def test_the_step_that_an_address_names_is_the_card_in_view(open_page, path):
    page = on_a_phone(open_page, path, UPRIGHT, unfolded=False)
    page.locator("[data-dock=lesson]").tap()
    expect(page.locator("#step-4 summary")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#step-1 summary")).not_to_be_in_viewport()


@pytest.mark.parametrize("size", [(683, 310), (341, 155)], ids=["200 %", "400 %"])
def test_a_page_zoomed_in_can_be_used_whole(open_page, size):
    page = open_page("/labs/fitting", *size, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for part in ("[data-plot] canvas", "[data-run-play]", "[data-control=noise] input[type=range]"):
        page.locator(part).first.scroll_into_view_if_needed()
        expect(page.locator(part).first).to_be_in_viewport()


def test_a_notice_leaves_the_picture_its_room_and_can_be_closed(open_page):
    """It lies over the levers; above the views it made their pictures small."""
    views = "document.querySelector('.views').clientHeight"
    plain = on_a_phone(open_page, "/labs/pretext?tab=video", UPRIGHT)
    noted = on_a_phone(open_page, "/labs/pretext?tab=video&data=nowhere", UPRIGHT)
    notice = noted.locator("[data-refused]")
    expect(notice).to_contain_text("not allowed here")
    assert noted.evaluate(views) == plain.evaluate(views)
    notice.locator("button").tap()
    expect(notice).to_be_empty()


def test_the_table_of_the_claim_is_as_wide_as_the_phone(open_page):
    page = on_a_phone(open_page, "/labs/detectors?tab=claim", UPRIGHT)
    expect(page.locator("[data-claim-table] tbody tr")).to_have_count(7)
    wide = page.locator("[data-claim-table]").locator("xpath=..")
    assert wide.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_two_views_and_two_vectors_are_seen_whole_beside_each_other(open_page):
    page = on_a_phone(open_page, "/labs/contrastive?tab=pair", UPRIGHT)
    for part in (".branches", "[data-pair-vectors] canvas"):
        box = page.locator(part).first.bounding_box()
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= UPRIGHT[0], part
