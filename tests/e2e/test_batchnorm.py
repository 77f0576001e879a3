"""The `batchnorm` page in a real browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import held, until
from tests.e2e.conftest import OpenPage, Watch

SMALL = "depth=2&width=5&seeds=2&speed=50"


def slide(page: Page, selector: str, value: float) -> None:
    page.locator(selector).evaluate(
        "(input, v) => { input.value = v; input.dispatchEvent(new Event('input')); }", value
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_opens_training_and_soon_counts_the_steps(
    open_page: OpenPage, language: str
) -> None:
    page = open_page(f"/labs/batchnorm?lang={language}&speed=20&seeds=2&tab=losses")
    page.set_default_timeout(60_000)
    until(page, 200)
    expect(page.locator("[data-figures] dd").nth(1)).to_have_text(re.compile(r"^\d+ \(\d+–\d+\)"))
    expect(page.locator("[data-ridges] canvas")).to_have_attribute("aria-label", re.compile(r"\d%"))


def test_a_target_is_counted_again_without_training(open_page: OpenPage) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&learning_rate=0.5&tab=losses")
    until(page, 300)
    page.locator("[data-run-play]").click()
    held(page)
    count = page.locator("[data-run-count]").inner_text()
    before = page.locator("[data-figures] dd").nth(1).inner_text()
    page.locator("[data-control=target] .number").fill("0.5")
    page.locator("[data-control=target] .number").press("Tab")
    expect(page.locator("[data-figures] dt").first).to_contain_text("0.50")
    expect(page.locator("[data-figures] dd").nth(1)).not_to_have_text(before)
    expect(page.locator("[data-run-count]")).to_have_text(count)


def test_a_unit_is_followed_number_by_number(open_page: OpenPage) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&tab=unit", reduced_motion="reduce")
    expect(page.locator("[data-worked]")).to_contain_text("sum of 32 values / 32")
    expect(page.locator("[data-unit-said]")).to_contain_text("mean 0 and variance 1")
    page.locator("[data-phase-of=eval]").click()
    expect(page.locator("[data-worked]")).to_contain_text("running mean")
    page.wait_for_url(re.compile("phase=eval"))
    slide(page, "[data-beta]", 2)
    expect(page.locator("[data-beta-said]")).to_contain_text("2.00 (learned: 0)")
    page.locator("[data-learned]").click()
    expect(page.locator("[data-beta-said]")).to_have_text("0")
    page.locator("[data-unit]").select_option("3")
    page.wait_for_url(re.compile("unit=3"))
    expect(page.locator("[data-layer] option")).to_have_count(2)


def test_a_layer_is_chosen_in_the_histograms(open_page: OpenPage) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&tab=losses", reduced_motion="reduce")
    canvas = page.locator("[data-ridges] canvas")
    box = canvas.bounding_box()
    assert box
    canvas.click(position={"x": box["width"] / 2, "y": 0.25 * box["height"]})
    expect(page.locator("[data-layer]")).to_have_value("1")
    page.wait_for_url(re.compile("layer=1"))


def test_the_sweep_says_where_training_stops_working(open_page: OpenPage) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&tab=sweep", reduced_motion="reduce")
    page.set_default_timeout(60_000)
    expect(page.locator("[data-sweep-charts]")).to_be_hidden()
    page.locator("[data-sweep]").click()
    expect(page.locator("[data-sweep-table] tbody tr")).to_have_count(8)
    expect(page.locator("[data-sweep-said]")).to_contain_text("of 8 settings")
    page.locator("[data-setting=scale]").click()
    expect(page.locator("[data-sweep-table] thead")).to_contain_text("initialization scale")
    chart = page.locator("[data-sweep-steps] .chart canvas")
    expect(chart).to_have_attribute("aria-label", re.compile("against initialization scale"))
    expect(page.locator("[data-sweep-steps] .chart")).to_have_count(1)
    page.locator("[data-sweep]").click()
    expect(page.locator("[data-sweep]")).to_have_text("Train all sixteen")


def test_the_normalizations_frame_what_shares_a_mean(open_page: OpenPage, watch: Watch) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&tab=convolution", reduced_motion="reduce")
    said = page.locator("[data-norms-said]")
    expect(said).to_contain_text("48 values in all; there are 4 pairs")
    for kind, words in (
        ("layer", "64 values in all; there are 3"),
        ("instance", "16 values in all; there are 12"),
        ("group", "32 values in all; there are 6"),
    ):
        page.locator(f"[data-sister={kind}]").click()
        expect(said).to_contain_text(words)
    assert watch.requests.count("/api/batchnorm/normalizations") == 1
    page.locator("[data-groups]").select_option("4")
    expect(said).to_contain_text("16 values in all; there are 12")
    page.locator("[data-maps=x] canvas").focus()
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("Map 1 of picture 2")


def test_normalized_inputs_need_fewer_steps(open_page: OpenPage) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&tab=inputs", reduced_motion="reduce")
    said = page.locator("[data-surfaces-said]")
    expect(said).to_contain_text("Normalized inputs")
    raw, normalized = map(int, re.findall(r"after (\d+) steps", said.inner_text()))
    assert raw > 3 * normalized
    slide(page, "[data-descent]", 1.1)
    expect(said).to_contain_text("Descent diverges.")
    page.wait_for_url(re.compile("descent=1.1"))


def test_every_step_of_the_lesson_opens_and_begins_anew(open_page: OpenPage) -> None:
    page = open_page("/labs/batchnorm?speed=5&seeds=1&tab=losses")
    page.set_default_timeout(60_000)
    steps = page.locator(".steps details")
    for number in range(steps.count()):
        step = steps.nth(number)
        if step.get_attribute("open") is None:
            step.locator("summary").click()
        step.locator(".try").click()
        page.wait_for_timeout(400)
        until(page, 10)
        expect(page.locator("[data-run-said]")).to_be_hidden()
    expect(page.locator("select[name=data]")).to_have_value("gaussians")
    page.locator("[data-tab=sweep]").click()
    expect(page.locator("[data-sweep-charts]")).to_be_visible()


def test_the_losses_and_the_script_are_handed_out(open_page: OpenPage) -> None:
    page = open_page(f"/labs/batchnorm?{SMALL}&tab=losses")
    until(page, 100)
    with page.expect_download() as downloading:
        page.locator("[data-export=csv]").click()
    rows = Path(downloading.value.path()).read_text().splitlines()
    assert rows[0].startswith("training steps,no BatchNorm 10 %,no BatchNorm,")
    assert len(rows) > 20
    with page.expect_download() as downloading:
        page.locator("[data-export=json]").click()
    exported = json.loads(Path(downloading.value.path()).read_text())
    assert exported["config"]["depth"] == 2
    assert len(exported["reached"]) == 3
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("def batchnorm(x, layer, training):")


def test_with_reduced_motion_the_start_waits_to_be_played(open_page: OpenPage) -> None:
    page = open_page("/labs/batchnorm?tab=losses", reduced_motion="reduce")
    page.wait_for_timeout(400)
    expect(page.locator("[data-run-count]")).to_have_text("0")
    expect(page.locator("[data-said]")).to_contain_text("Press Play")


def test_one_point_in_eval_mode_is_not_its_own_mean(open_page: OpenPage) -> None:
    page = open_page(
        "/labs/batchnorm?batch_size=1&phase=eval&seeds=1&tab=unit", reduced_motion="reduce"
    )
    expect(page.locator("[data-unit-said]")).to_contain_text("even with one point x̂ depends on x")
    page.locator("[data-phase-of=train]").click()
    expect(page.locator("[data-unit-said]")).to_contain_text("its value is its own mean")
