"""The `regularization` page in a real browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import assert_fits_a_phone, until
from tests.e2e.conftest import OpenPage, Watch

FAST = "method=accelerated&rate=1&speed=20"


def zeros(page: Page) -> int:
    return int(page.locator("[data-figures] dd").first.inner_text().split(" / ")[0])


def slide(page: Page, selector: str, value: float) -> None:
    page.locator(selector).evaluate(
        "(input, v) => { input.value = v; input.dispatchEvent(new Event('input')); }", value
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_opens_training_and_soon_counts_exact_zeros(
    open_page: OpenPage, language: str
) -> None:
    page = open_page(f"/labs/regularization?lang={language}&speed=10&tab=paths")
    until(page, 200)
    expect(page.locator("[data-said]")).to_contain_text("3.16")
    assert zeros(page) >= 8
    expect(page.locator("[data-survivors] tbody tr")).to_have_count(3)


def test_l2_brings_the_zeros_back_while_it_runs_and_l1_takes_them_away(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/labs/regularization?{FAST}&tab=paths")
    until(page, 60)
    assert zeros(page) >= 8
    page.locator("[data-penalty=l2]").click()
    expect(page.locator("[data-figures] dd").first).to_have_text("0 / 16")
    expect(page.locator("[data-method=subgradient]")).to_be_hidden()
    page.locator("[data-penalty=elastic]").click()
    expect(page.locator("[data-control=mix]")).to_be_visible()
    page.locator("[data-penalty=l1]").click()
    expect(page.locator("[data-figures] dd").first).to_have_text(re.compile(r"^(9|1\d) / 16"))
    expect(page).not_to_have_url(re.compile("penalty"))


def test_the_sub_gradient_never_has_a_zero_and_the_proximal_step_cures_it(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/regularization?method=subgradient&speed=20&lam=10&tab=paths")
    until(page, 300)
    assert zeros(page) == 0
    expect(page.locator("[data-said]")).to_contain_text("no weight is exactly zero")
    page.locator("[data-method=proximal]").click()
    expect(page.locator("[data-figures] dd").first).not_to_have_text("0 / 16")


def test_a_lambda_that_is_clicked_is_looked_at_everywhere(open_page: OpenPage) -> None:
    page = open_page(f"/labs/regularization?{FAST}&tab=paths")
    until(page, 60)
    for chart in ("[data-paths]", "[data-errors]"):
        page.locator(f"[data-tab={chart[6:-1]}]").click()
        over = page.locator(f"{chart} .u-over")
        box = over.bounding_box()
        assert box
        share = 0.9 if chart == "[data-paths]" else 0.1
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
        words = "16 / 16" if share > 0.5 else re.compile("^[0-3] / 16")
        expect(page.locator("[data-figures] dd").first).to_have_text(words)
        page.wait_for_url(re.compile(r"lam=\d+" if share > 0.5 else r"lam=0\.0"))
        value = page.locator("[data-control=lam] .number").input_value()
        assert f"lam={value}" in page.url
        expect(page.locator("[data-plane-lambda-said]")).to_have_text(value)


def test_where_nothing_moves_it_rests_and_another_penalty_wakes_it(open_page: OpenPage) -> None:
    page = open_page(f"/labs/regularization?{FAST}&tab=paths")
    expect(page.locator("[data-said]")).to_contain_text("Converged")
    expect(page.locator("[data-run-play-text]")).to_have_text("Play")
    count = page.locator("[data-run-count]").inner_text()
    page.locator("[data-penalty=l2]").click()
    expect(page.locator("[data-run-count]")).not_to_have_text(count)


def test_the_diamond_slides_without_the_network(open_page: OpenPage, watch: Watch) -> None:
    page = open_page("/labs/regularization?lam=0.1&tab=paths")
    expect(page.locator("[data-plane-said]")).to_contain_text("At λ = 0.1 ")
    asked = watch.requests.count("/api/regularization/geometry")
    for position in (0.5, 1.0, 1.5, 2.0):
        slide(page, "[data-plane-lambda]", position)
        expect(page.locator("[data-plane-said]")).to_contain_text(f"At λ = {10**position:.3g} ")
    expect(page.locator("[data-plane-said]")).to_contain_text("L1 has (0, 0)")
    page.wait_for_timeout(300)
    assert watch.requests.count("/api/regularization/geometry") == asked
    slide(page, "[data-between]", -0.5)
    expect(page.locator("[data-between-said]")).to_have_text("−0.5")
    page.wait_for_url(re.compile(r"between=-0.5"))


def test_one_weight_and_weight_decay_follow_their_sliders(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?tab=decay")
    expect(page.locator("[data-dynamics-said]")).to_contain_text("stops at zero in step 15")
    expect(page.locator("[data-dynamics-said]")).to_contain_text("goes on stepping over zero")
    slide(page, "[data-pull]", 0.2)
    expect(page.locator("[data-dynamics-said]")).to_contain_text("stops at zero in step 5")
    expect(page.locator("[data-dynamics-said]")).to_contain_text("by coincidence")
    expect(page.locator("[data-dynamics-table] tbody tr").nth(2)).to_contain_text("0.600")
    expect(page.locator("[data-decay-said]")).to_contain_text("not one digit")
    table = page.locator("[data-decay-table]")
    before = table.inner_text()
    slide(page, "[data-decay-lambda]", 0.7)
    expect(table).not_to_have_text(before, use_inner_text=True)
    page.wait_for_url(re.compile(r"decay=5.*"))


def test_every_step_of_the_lesson_opens_and_begins_anew(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?speed=10&tab=paths")
    steps = page.locator(".steps details")
    for number in range(steps.count()):
        step = steps.nth(number)
        if step.get_attribute("open") is None:
            step.locator("summary").click()
        step.locator(".try").click()
        page.wait_for_timeout(400)
        until(page, 20)
        expect(page.locator("[data-run-said]")).to_be_hidden()
    expect(page.locator("[data-bars-title]")).to_contain_text("each input")
    expect(page.locator("[data-control=hidden]")).to_be_visible()


def test_models_of_a_sine_show_their_curve(open_page: OpenPage) -> None:
    page = open_page(f"/labs/regularization?model=polynomial&tab=weights&{FAST}")
    expect(page.locator("[data-curve] canvas")).to_be_visible()
    expect(page.locator("[data-survivors]")).to_be_hidden()
    page.locator("select[name=model]").select_option("features")
    expect(page.locator("[data-survivors]")).to_be_visible()
    expect(page.locator("[data-curve] canvas")).to_be_hidden()


def test_the_paths_and_the_script_are_handed_out(open_page: OpenPage) -> None:
    page = open_page(f"/labs/regularization?{FAST}&tab=paths")
    until(page, 40)
    with page.expect_download() as downloading:
        page.locator("[data-export=csv]").click()
    rows = Path(downloading.value.path()).read_text().splitlines()
    assert len(rows) == 41
    assert rows[0].startswith("λ,θ")
    assert len(rows[0].split(",")) == 17
    with page.expect_download() as downloading:
        page.locator("[data-export=json]").click()
    exported = json.loads(Path(downloading.value.path()).read_text())
    assert exported["config"]["penalty"] == "l1"
    assert len(exported["lambdas"]) == 40
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("def soft_threshold(values, by):")


def test_with_reduced_motion_least_squares_waits_to_be_started(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?tab=paths", reduced_motion="reduce")
    page.wait_for_timeout(400)
    expect(page.locator("[data-run-count]")).to_have_text("0")
    expect(page.locator("[data-said]")).to_contain_text("Press Play")
    expect(page.locator("[data-plane-said]")).to_contain_text("L1 has")


def test_one_lambda_is_meant_everywhere_though_only_some_are_trained(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?lam=2.5&tab=paths", reduced_motion="reduce")
    expect(page.locator("[data-control=lam]")).to_contain_text("Nearest trained λ: 2.37")
    expect(page.locator("[data-plane-said]")).to_contain_text("At λ = 2.37 ")
    expect(page.locator("[data-plane-lambda-said]")).to_have_text("2.37")
    page.locator("[data-run-step]").click()
    expect(page.locator("[data-said]")).to_contain_text("At λ = 2.37,")


def test_a_weight_that_changes_sign_is_zero_in_passing(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?between=-0.9&tab=paths", reduced_motion="reduce")
    said = page.locator("[data-plane-said]")
    expect(said).to_contain_text("only in passing, where its sign changes: θ₂ close to λ = 1.4")
    slide(page, "[data-between]", 0.6)
    expect(said).to_contain_text("On the right no weight is ever exactly zero.")
    expect(said).to_contain_text("exactly zero: θ₂ from λ = 23.7 on; θ₁ from λ = 45.3 on.")


def test_where_no_feature_is_useful_none_is_said_to_be_kept(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?useful=0&tab=paths", reduced_motion="reduce")
    expect(page.locator("[data-survivors-said]")).to_contain_text("No feature is useful here")


def test_weight_decay_says_what_is_fixed(open_page: OpenPage) -> None:
    page = open_page("/labs/regularization?tab=paths", reduced_motion="reduce")
    expect(page.locator("[data-decay-fixed]")).to_contain_text("batch size 6, 400 steps")
    expect(page.locator("[data-decay-fixed]")).to_contain_text("0.05 for Adam")


@pytest.mark.thorough
@pytest.mark.parametrize("query", ["model=polynomial", "model=mlp"])
def test_axe_and_a_phone_have_nothing_to_say_against(open_page: OpenPage, query: str) -> None:
    assert_fits_a_phone(open_page(f"/labs/regularization?{query}&tab=paths", width=360, height=740))
