"""Hundreds of boxes on a photo, and the photo is still seen: the `nms` and `rpn` pages."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import STILL
from tests.e2e.test_language import switch
from tests.e2e.test_nms import figures, set_slider

# What covers the photo: its mean opacity, and the share of it under paint that one notices at once.
INK = """canvas => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height)
    .getContext('2d', {willReadFrequently: true});
  copy.drawImage(canvas, 0, 0);
  const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
  let [sum, covered] = [0, 0];
  for (let i = 3; i < data.length; i += 4) { sum += data[i]; covered += data[i] > 51; }
  return [sum / 255, covered].map(v => v / (data.length / 4));
}"""
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
AFTER = "[data-after] .over"


def assert_two_thirds_of_the_photo_are_seen(page: Page, picture: str) -> None:
    page.evaluate(NEXT_FRAME)
    mean, covered = page.locator(picture).evaluate(INK)
    assert 0 < mean <= 1 / 3
    assert covered <= 1 / 3


@pytest.mark.parametrize("sample", ["china", "street"])
@pytest.mark.parametrize("count", [1000, 2000])
def test_hundreds_of_boxes_never_cover_more_than_a_third_of_the_photo(open_page, sample, count):
    page = open_page(f"/labs/nms?source=photo&sample={sample}&top_n={count}")
    for threshold in (0, 0.5, 0.7, 1):
        set_slider(page, "iou_threshold", threshold)
        assert_two_thirds_of_the_photo_are_seen(page, AFTER)
        assert_two_thirds_of_the_photo_are_seen(page, "[data-before] .over")
    expect(page.locator("[data-key-heat]")).to_be_visible()


@pytest.mark.parametrize("stage", ["top", "nms", "proposals"])
def test_neither_do_a_networks_proposals(open_page, stage):
    page = open_page(f"/labs/rpn?stage={stage}&sample=china&pre_nms_top_n=2000&post_nms_top_n=2000")
    assert_two_thirds_of_the_photo_are_seen(page, "[data-picture] .over")
    expect(page.locator("[data-legend] .heat")).to_be_visible()


def test_a_photo_begins_with_a_hundred_boxes_and_the_address_may_ask_for_more(open_page):
    page = open_page("/labs/nms?source=photo")
    assert figures(page)["Boxes in"] == 100
    expect(page.locator("[data-key-heat]")).to_be_hidden()
    page.goto(page.url + "&top_n=1500")
    expect(page.locator("[data-figures]")).to_contain_text("1,500")


def test_a_survivor_that_is_pointed_at_lights_its_victims(open_page):
    page = open_page("/labs/nms")
    area = page.locator(AFTER).bounding_box()
    before = ink_of(page)
    page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + area["height"] * 0.65)
    expect(page.locator("[data-said]")).to_contain_text("Box 1 (score 0.94) is kept")
    page.evaluate(NEXT_FRAME)
    assert ink_of(page) > before
    page.mouse.move(area["x"] + area["width"] * 0.788, area["y"] + area["height"] * 0.7)
    expect(page.locator("[data-said]")).to_contain_text("was suppressed by box 1")


def ink_of(page: Page) -> float:
    return page.locator(AFTER).evaluate(INK)[0]


def test_while_ground_truth_is_drawn_the_boxes_stay_paler(open_page):
    for path, picture in (
        ("/labs/nms?source=photo&tool=truth", AFTER),
        ("/labs/rpn?stage=proposals&tool=truth", "[data-picture] .over"),
    ):
        page = open_page(path)
        area = page.locator(picture).bounding_box()
        shown = page.locator(picture).evaluate(INK)[0]
        page.mouse.move(area["x"] + area["width"] * 0.03, area["y"] + area["height"] * 0.03)
        page.mouse.down()
        page.mouse.move(
            area["x"] + area["width"] * 0.06, area["y"] + area["height"] * 0.08, steps=3
        )
        page.evaluate(NEXT_FRAME)
        pale = page.locator(picture).evaluate(INK)[0]
        page.mouse.up()
        assert shown / 10 < pale < shown


def test_the_cursor_on_the_curve_is_dragged_and_drives_the_picture(open_page):
    page = open_page("/labs/nms?source=photo&tab=counts")
    knob = page.get_by_role("slider", name="IoU threshold, on the curve")
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    kept = figures(page)["Kept"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=5)
    page.mouse.up()
    slider = page.locator("input[type=range][name=iou_threshold]")
    expect(slider).not_to_have_value("0.5")
    assert figures(page)["Kept"] > kept
    expect(knob).to_have_attribute("aria-valuenow", slider.input_value())
    assert middle(knob) > x + 60


def middle(knob: Locator) -> float:
    """Where the handle is across the page, and its line with it, in CSS pixels."""
    line = knob.page.locator(".chart-handle-line")
    places = [
        one["x"] + one["width"] / 2 for one in (knob.bounding_box(), line.bounding_box()) if one
    ]
    assert places == pytest.approx([places[0]] * 2, abs=0.6)
    return places[0]


def test_the_handles_line_stays_on_the_curve_in_another_language_and_size(open_page):
    page = open_page("/labs/nms?tab=counts")
    knob = page.get_by_role("slider", name="IoU threshold, on the curve")
    knob.focus()
    knob.press("Home")
    expect(knob).to_have_attribute("aria-valuenow", "0")
    plot = page.locator("[data-curve] .u-over")
    knob = page.locator("[data-curve] .chart-handle")
    assert middle(knob) == pytest.approx(plot.bounding_box()["x"], abs=1.5)
    page.locator("input[type=range][name=iou_threshold]").fill("1")
    expect(knob).to_have_attribute("aria-valuenow", "1")

    def at_the_end() -> bool:
        box = plot.bounding_box()
        return middle(knob) == pytest.approx(box["x"] + box["width"], abs=1.5)

    assert at_the_end()
    switch(page, "zh")
    page.evaluate(STILL)
    assert at_the_end()
    page.set_viewport_size({"width": 1100, "height": 700})
    page.evaluate(STILL)
    assert at_the_end()


def test_the_cursor_on_the_curve_is_moved_by_keys(open_page):
    page = open_page("/labs/nms?tab=counts")
    knob = page.get_by_role("slider", name="IoU threshold, on the curve")
    knob.focus()
    for key, value in (("ArrowRight", "0.51"), ("PageDown", "0.41"), ("Home", "0"), ("End", "1")):
        page.keyboard.press(key)
        expect(page.locator("input[type=range][name=iou_threshold]")).to_have_value(value)
        expect(knob).to_have_attribute("aria-valuenow", value)
    expect(page).to_have_url(re.compile("iou_threshold=1"))


def test_of_a_file_all_boxes_take_part_and_of_a_photo_a_hundred_again(open_page):
    page = open_page("/labs/nms?source=file")
    number = page.locator("[data-control=top_n] .number")
    expect(number).to_have_value("1000")
    page.locator("[data-source=photo]").click()
    expect(number).to_have_value("100")
