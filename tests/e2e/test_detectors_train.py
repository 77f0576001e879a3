"""The view of the `detectors` page in which a detector learns."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import assert_fits_a_phone, held

TRAIN = "/labs/detectors?tab=train"
COUNT = "() => Number(document.querySelector('[data-run-count]').textContent.replace(',', ''))"


def steps(page: Page) -> int:
    return int(page.evaluate(COUNT))


def paused_after_a_step(page: Page) -> None:
    text = page.locator("[data-run-play-text]")
    expect(text).to_have_text("Pause")  # it begins by itself
    page.locator("[data-run-play]").click()
    expect(text).to_have_text("Play")
    before = held(page)
    page.locator("[data-run-step]").click()
    page.wait_for_function(f"() => ({COUNT})() > {before}")
    held(page)


def test_it_learns_while_one_looks_and_waits_while_one_looks_elsewhere(open_page):
    page = open_page(TRAIN)
    page.wait_for_function(f"() => ({COUNT})() >= 25", timeout=120_000)
    expect(page.locator("[data-train-said]")).to_contain_text("On 20 held-out scenes, AP50 is")
    expect(page.locator("[data-sample-caption]")).to_have_text(
        re.compile(r"anchors: \d+ positive, \d+ negative, \d+ ignored")
    )
    page.locator("[data-drawn=rois]").click()
    expect(page.locator("[data-sample-caption]")).to_have_text(re.compile(r"RoIs: \d+ objects"))
    page.locator("[data-tab=result]").click()
    expect(page.locator("[data-run]")).to_be_hidden()
    expect(page.locator("[data-said]")).to_contain_text("Of 6 objects")
    page.locator("[data-tab=train]").click()
    before = steps(page)
    page.wait_for_function(f"() => ({COUNT})() > {before}")


def test_a_lever_of_another_view_begins_no_other_run(open_page):
    page = open_page(TRAIN + "&speed=1")
    paused_after_a_step(page)
    done = steps(page)
    page.locator("[data-tab=result]").click()
    page.locator("input[type=range][name=proposals]").evaluate(
        "(s) => { s.value = 7; s.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    page.locator("[data-tab=train]").click()
    expect(page.locator("[data-run-play-text]")).to_have_text("Play")
    assert steps(page) == done


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("form", "caption", "said"),
    [
        ("ssd&negatives=all", r"anchors: \d+ positive", "Easy background"),
        ("yolo", r"\d+ responsible cells", "responsible for it"),
        ("two&order=alternating", r"anchors: \d+ positive", "Step 1 of 4"),
    ],
)
def test_every_form_says_what_trains(open_page, form: str, caption: str, said: str):
    page = open_page(f"{TRAIN}&speed=1&form={form}")
    paused_after_a_step(page)
    expect(page.locator("[data-sample-caption]")).to_have_text(re.compile(caption))
    expect(page.locator("[data-train-said]")).to_contain_text(said)
    shown = {"order": "two", "negatives": "ssd", "gamma": "all"}
    for control, of in shown.items():
        seen = page.locator(f"[data-control={control}]").first
        expect(seen).to_be_visible() if of in form else expect(seen).to_be_hidden()


@pytest.mark.thorough
def test_its_files_hold_the_numbers_of_the_run(open_page):
    page = open_page(TRAIN + "&speed=1")
    paused_after_a_step(page)
    for name, start in (("csv", "training steps,RPN: object or not"), ("json", "{")):
        with page.expect_download() as file:
            page.locator(f"[data-export={name}]").click()
        assert file.value.path().read_text().startswith(start)


@pytest.mark.thorough
def test_it_fits_a_phone(open_page):
    page = open_page(TRAIN, width=360, height=740)
    paused_after_a_step(page)
    assert_fits_a_phone(page)


def test_the_code_is_the_training_of_the_settings_on_show(open_page):
    page = open_page(f"{TRAIN}&speed=1&form=ssd&seed=3")
    paused_after_a_step(page)
    page.locator("[data-code]").click()
    code = page.locator("[data-code-text]")
    expect(code).to_contain_text('learner = Learner("ssd")')
    expect(code).to_contain_text(f"SEED, STEPS, SCENES, BATCH, RATE = 3, {steps(page)},")
    hints = page.locator("[data-code-dialog] .hint:visible")
    expect(hints).to_have_count(1)
    expect(hints).to_contain_text("it trains the same network")
    page.locator("[data-code-dialog] [data-close]").click()
    page.locator("[data-tab=result]").click()
    page.locator("[data-code]").click()
    expect(code).to_contain_text("drawn scene 6")
    expect(hints).to_contain_text("holds what the network gave")
