"""What a lecturer and a learner come to do, to its end, on a phone, a laptop and a projector."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import held, ready, steps, until
from tests.e2e.test_cockpit import IN_VIEW

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
LAPTOP = {"width": 1366, "height": 768}
PROJECTOR = {"width": 1920, "height": 1080}
SIZES = pytest.mark.parametrize(
    "size", [PHONE, LAPTOP, PROJECTOR], ids=["phone", "laptop", "projector"]
)


def in_sight(page: Page) -> float:
    """The share of the view's picture that can be seen."""
    return page.evaluate(IN_VIEW, "none")["share"]


@SIZES
def test_boxes_on_an_own_photo_before_and_after_suppression(open_page, photo: Path, size):
    page = open_page("/labs/rpn", **size)
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-uploader] input[type=file]").first.set_input_files(photo)
    for stage in ("scores", "top", "nms", "proposals"):
        page.locator(f"button[data-stage={stage}]").click()
        assert in_sight(page) >= 0.9
    expect(page.locator("[data-said]")).to_contain_text("proposals")
    page.goto(page.url.split("/labs/")[0] + "/labs/nms?source=photo")  # the photo goes along
    expect(page.locator(".samples button[aria-pressed=true]")).to_have_count(0)
    kept = page.locator("[data-figures] div", has_text="Kept").locator("dd")
    before = kept.inner_text()
    page.locator("[data-hand] [name=iou_threshold]").press("PageUp")
    expect(kept).not_to_have_text(before)
    assert in_sight(page) >= 0.9
    with page.expect_download() as caught:
        page.locator("[data-export=csv]").click()
    assert "suppressed_by" in caught.value.path().read_text().splitlines()[0]


@SIZES
def test_a_training_is_paused_stepped_gone_back_in_and_shared(open_page, size):
    page = open_page("/labs/fitting", **size)
    until(page, 20)
    play = page.locator("[data-run-play]")
    play.click()
    held(page)
    count = steps(page)
    page.locator("[data-run-step]").click()
    until(page, count + 1)
    assert in_sight(page) >= 0.9
    past = page.locator("[data-run-past]")
    past.focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-run-count]")).to_have_text("0")
    play.click()
    until(page, count + 2)
    page.locator("[data-share]").click()
    expect(page.locator("[data-share-qr]")).to_be_visible()


@SIZES
def test_from_home_to_a_lab_its_lesson_and_the_next_lab(open_page, size):
    page = open_page("/", wait=False, **size)
    page.locator("main a[href$='/labs/regularization']").last.click()
    page.wait_for_url("**/labs/regularization*")
    ready(page)
    if size is PHONE:
        page.locator("[data-dock=lesson]").click()
    page.locator(".steps summary").nth(2).click()
    page.locator(".steps .try").nth(2).click()
    expect(page.locator("[data-penalty=l2]")).to_have_attribute("aria-pressed", "true")
    assert in_sight(page) >= 0.9
    page.locator("[data-language]").first.click()
    expect(page.locator("h1")).to_have_text("L1 与 L2 正则化")
    expect(page.locator("[data-penalty=l2]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("lab", ["rpn", "detectors"])
def test_the_upload_is_among_the_first_stops_of_the_keyboard(open_page, lab):
    page = open_page(f"/labs/{lab}", reduced_motion="reduce")
    stops = 0
    while not page.evaluate("document.activeElement.matches('[data-uploader] input')"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= 16
    page.locator(".skip").focus()  # who wants the picture skips header and controls
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.stage') !== null")


def test_a_sample_that_is_not_there_is_said(open_page):
    page = open_page("/labs/rpn?sample=nonsense")
    expect(page.locator("[data-refused]")).to_contain_text("no sample picture “nonsense”")
    expect(page.locator(".samples button[aria-pressed=true]")).to_have_count(1)
