"""Lessons on the page: a step opens its view, brings its levers, asks first, stops by itself."""

import pytest
from playwright.sync_api import expect

from app.registry import LABS
from tests.e2e.browser import steps, until

LABS_OF = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)


@LABS_OF
def test_every_step_opens_its_view_with_its_levers_in_hand(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", 1366, 620, unfolded=False, reduced_motion="reduce")
    for number, step in enumerate(lab.lesson):
        item = page.locator(".steps > li").nth(number)
        if number:  # the first is open
            item.locator("summary").click()
        item.locator(".try").click()
        expect(item).to_have_attribute("data-tried", "")
        view = step.view or lab.views[0].name
        expect(page.locator("[role=tab][aria-selected=true]")).to_have_attribute("data-tab", view)
        if not step.stop:  # of a run its figures come later
            watched = item.locator("[data-watch]").inner_text()
            expect(page.locator(".stage")).to_contain_text(watched, timeout=60_000)
        hand = page.locator("[data-hand]")
        for lever in step.levers:
            control = hand.locator(f"[data-control={lever}]")
            expect(control).to_be_visible()
            box = control.bounding_box()
            assert box["y"] + box["height"] <= 620, (number, lever)


def test_back_undoes_a_step_and_the_address_tells_which_is_on_show(open_page):
    page = open_page("/labs/regularization?lesson=2&penalty=l2", reduced_motion="reduce")
    expect(page.locator("#step-2")).to_have_attribute("data-tried", "")
    expect(page.locator("#step-2 details")).to_have_attribute("open", "")
    page.locator("#step-4 summary").click()
    page.locator("#step-4 .try").click()
    expect(page.locator("#step-4")).to_have_attribute("data-tried", "")
    page.go_back()
    expect(page.locator("#step-2")).to_have_attribute("data-tried", "")


def test_a_run_stops_by_itself_at_the_step_that_the_lesson_speaks_of_and_goes_on(open_page):
    page = open_page("/labs/fitting?width=4&replicas=2&until=37&speed=5")
    expect(page.locator("[data-run-play-text]")).to_have_text("Play", timeout=30_000)
    assert steps(page) == 37
    page.locator("[data-run-play]").click()
    until(page, 40)


def test_what_was_predicted_stands_beside_what_the_picture_shows(open_page):
    page = open_page("/labs/nms")
    step = page.locator("#step-1")
    step.locator("[data-answer]").click()
    said = step.locator("[data-verdict]")
    expect(said).to_have_text("The answer: One.")
    step.get_by_text("Six.", exact=True).click()
    expect(said).to_have_text("You predicted: Six.The answer: One.")
    step.get_by_text("One.", exact=True).click()
    expect(said).to_have_text("As you predicted: One.")
    page.locator("[data-language=zh]").first.click()
    expect(said).to_have_text("与你的预测一致：一个。")


def test_a_number_in_a_steps_text_is_dragged_and_stepped_in_place(open_page):
    page = open_page("/labs/nms")
    page.locator("#step-4 summary").click()
    number = page.locator("#step-4 [data-scrub=iou_threshold]")
    expect(number).to_have_text("0.5")
    number.focus()
    page.keyboard.press("ArrowRight")  # that tries the step, too
    expect(page.locator("#step-4")).to_have_attribute("data-tried", "")
    slider = page.locator("[data-control=iou_threshold] input[type=range]")
    expect(slider).to_have_value("0.51")
    box = number.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 44, box["y"] + 4, steps=5)
    page.mouse.up()
    expect(number).to_have_text("0.56")
    expect(slider).to_have_value("0.56")
    page.keyboard.press("End")
    expect(slider).to_have_value("1")
    page.locator("#step-2 summary").click()
    page.locator("#step-2 .try").click()  # whose threshold is another one
    expect(page.locator("#step-2 [data-scrub=iou_threshold]")).to_have_text("0.8")
    expect(number).to_have_text("0.5")


def test_a_curve_is_drawn_by_hand_then_the_run_lies_over_it_and_stays_for_the_next(open_page):
    page = open_page("/labs/fitting?replicas=2", 1366, 768)
    page.locator("#step-2 summary").click()
    page.locator("[data-sketch]").click()
    over = page.locator("[data-errors] .sketching")
    box = over.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    page.locator("#step-2 .try").click()
    keys = page.locator("[data-errors] .chart-keys")
    expect(keys).to_contain_text("your curve")
    until(page, 20)
    page.locator("#step-5 summary").click()
    page.locator("#step-5 .try").click()
    until(page, 10)
    expect(keys).not_to_contain_text("your curve")  # it was of another question
    expect(keys).to_contain_text("the run before")


def test_a_curve_is_drawn_by_keys_alone(open_page):
    page = open_page("/labs/cross-entropy?tab=digits", reduced_motion="reduce")
    page.locator("#step-6 summary").click()
    page.locator("#step-6 [data-sketch]").click()
    expect(page.locator("[data-accuracies] .sketching")).to_be_focused()
    for key in ("ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.locator("#step-6 .try").click()
    expect(page.locator("[data-accuracies] .chart-keys")).to_contain_text("your curve")


def test_a_step_that_the_lesson_has_not_is_said_and_leaves_the_address(open_page):
    page = open_page("/labs/nms#step-99")
    expect(page.locator("[data-refused]")).to_contain_text("no step of that number")
    assert "#step" not in page.url
