"""The `mlp` page in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import assert_fits_a_phone, held, steps, until
from tests.e2e.conftest import OpenPage, Watch


@pytest.mark.parametrize(("language", "words"), [("en", "right side"), ("zh", "正确一侧")])
def test_the_page_opens_training_and_says_how_many_points_are_right(
    open_page: OpenPage, language: str, words: str
) -> None:
    page = open_page(f"/labs/mlp?model=mlp&speed=50&lang={language}")
    until(page, 300)
    expect(page.locator("[data-said]")).to_contain_text(words)
    expect(page.locator("[data-said]")).to_contain_text(re.compile(r"(9\d|100\.0|99\.\d)%"))
    expect(page.locator("[data-wires]")).to_contain_text("2 × 6")


def test_layers_grow_and_shrink_by_their_buttons(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp")
    page.get_by_role("button", name="One unit more in layer 1").click()
    page.wait_for_url(re.compile(r"layers=7%2C4"))
    expect(page.locator("[data-wires]")).to_contain_text("Weights 2 × 7, biases 1 × 7")
    for _ in range(2):
        page.get_by_role("button", name="Remove the last layer").click()
    expect(page.locator("[data-wires]")).to_contain_text("Weights 2 × 1")
    expect(page.get_by_role("button", name="Remove the last layer")).to_be_disabled()
    for _ in range(6):
        page.get_by_role("button", name="Add a layer").click()
    expect(page.get_by_role("button", name="Add a layer")).to_be_disabled()
    until(page, 10)


def test_a_bias_is_chosen_by_keyboard_and_typed(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp", reduced_motion="reduce")
    net = page.locator("[data-network] canvas")
    net.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-map-name]")).to_contain_text("Response of unit 1")
    page.keyboard.press("]")
    expect(page.locator("[data-weight-name]")).to_contain_text("Weight from unit 1 to unit 1")
    before = page.locator("[data-plot] canvas").evaluate("c => c.toDataURL()")
    field = page.locator("[data-weight-value]")
    field.fill("9")
    field.press("Enter")
    page.locator("[data-run-play]").focus()
    expect(field).to_have_value("9.000")
    net.focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("[data-plot] canvas").evaluate("c => c.toDataURL()") != before


def test_a_weight_is_clicked_in_the_picture(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp&layers=1", reduced_motion="reduce")
    box = page.locator("[data-network] canvas").bounding_box()
    assert box
    # Between the middle column's one unit and the output lies their one weight.
    page.mouse.click(box["x"] + box["width"] * 0.67, box["y"] + 26 + (box["height"] - 30) / 2)
    expect(page.locator("[data-weight-name]")).to_contain_text("of layer 2")


def test_the_perceptron_takes_one_sample_a_step_and_ends_below_its_bound(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/mlp?model=mlp")
    page.locator("[data-model=perceptron]").click()
    expect(page.locator("[data-said]")).to_contain_text("w = 0")
    page.locator("[data-run-step]").click()
    expect(page.locator("[data-said]")).to_contain_text("Sample 1 is on the wrong side")
    expect(page.locator("[data-live-rule]")).to_contain_text("margin 0.000 →")
    page.locator("[data-next-mistake]").click()
    expect(page.locator("[data-said]")).to_contain_text(re.compile("wrong side|whole round"))
    page.locator("[data-run-speed]").select_option("200")
    page.locator("[data-run-play]").click()
    expect(page.locator("[data-said]")).to_contain_text("A whole round without a mistake")


def test_on_xor_it_says_that_no_line_exists_and_shows_the_cycle(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=perceptron&speed=20")
    page.locator("[data-corners]").click()
    expect(page.locator("[data-said]")).to_contain_text("No line separates these points")
    page.locator("[data-run-play]").click()
    expect(page.locator("[data-said]")).to_contain_text("round in circles")


def test_points_are_painted_and_erased(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp")
    until(page, 10)
    page.locator("[data-paint-switch]").click()
    page.locator("[data-paint-clear]").click()
    page.wait_for_url(re.compile(r"data=own"))
    page.locator("[data-brush='2']").click()
    canvas = page.locator("[data-plot] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    for i in range(8):
        page.mouse.move(box["x"] + box["width"] * (0.4 + i * 0.03), box["y"] + box["height"] * 0.3)
    page.mouse.up()
    expect(page.locator("[data-confusion] thead th")).to_have_count(4)  # a third class is there
    until(page, 10)


def test_columns_are_chosen_and_a_bad_row_is_named(open_page: OpenPage, watch: Watch) -> None:
    watch.allowed.add("422")
    page = open_page("/labs/mlp?model=mlp")
    page.locator("[data-own]").click()
    page.locator("[data-own-text]").fill("a,b,kind\n1,2,cat\n1,x,dog\n3,4,dog\n5,6,cat")
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-warning]")).to_contain_text("Line 3")
    rows = "\n".join(f"{i % 5},{i},{-i},{'cat' if i % 2 else 'dog'}" for i in range(40))
    page.locator("[data-own-text]").fill("a,b,c,kind\n" + rows)
    expect(page.locator("[data-own-head] th")).to_have_count(4)
    expect(page.locator("[data-own-head] th.used")).to_have_text(
        ["anumbers", "bnumbers", "kindtext"]
    )
    expect(page.locator("[data-own-warning]")).to_have_text("")
    page.locator("[data-own-columns] select").first.select_option("pca")
    expect(page.locator("[data-own-head] th.used")).to_have_count(4)
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()
    page.wait_for_url(re.compile(r"axes=PCA"))


def test_the_names_of_a_table_are_everywhere(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp")
    page.locator("[data-own]").click()
    rows = "".join(
        f"{['setosa', 'virginica', 'odd'][i % 3]};{i},5;{i * 7 % 5},25\n" for i in range(30)
    )
    page.locator("[data-own-text]").fill("species;petal length;width\n" + rows)
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()
    expect(page.locator("[data-confusion] th[scope=row]")).to_have_text(
        ["odd", "setosa", "virginica"]
    )
    expect(page.locator("[data-classes]")).to_have_text("● odd▲ setosa■ virginica")
    page.wait_for_url(re.compile("labels=odd.*setosa.*virginica"))
    assert "petal" in page.url
    page.locator("[data-code]").click()
    code = page.locator("[data-code-text]")
    expect(code).to_contain_text("# Columns: petal length and width.")
    expect(code).to_contain_text("# Classes: 0 odd, 1 setosa, 2 virginica.")
    expect(code).to_contain_text("decimal ,")
    page.keyboard.press("Escape")
    page.locator("[data-paint-switch]").click()
    expect(page.locator("[data-brush='1']")).to_have_text("Class setosa")


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize(
    ("language", "texts", "is_label"),
    [
        ("en", ["anumbers", "bnumbers", "knumbers"], "“k” is the label"),
        ("zh", ["a数字", "b数字", "k数字"], "“k”已是标签"),
    ],
)
def test_the_dialog_of_a_labeled_table_in_both_languages_on_any_screen(
    open_page: OpenPage, watch: Watch, width: int, language: str, texts: list[str], is_label: str
) -> None:
    watch.allowed.add("422")
    page = open_page(f"/labs/mlp?model=mlp&lang={language}", width=width, height=640)
    page.locator("[data-own]").click()
    rows = "".join(f"{i},5;{i * i};{i % 2};\n" for i in range(12))
    page.locator("[data-own-text]").fill("a;b;k;\n" + rows)
    expect(page.locator("[data-own-head] th.used")).to_have_text(texts)
    selects = page.locator("[data-own-columns] select")
    selects.nth(1).select_option("2")
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-warning]")).to_contain_text(is_label)
    selects.nth(1).select_option("1")
    for root in ("document.documentElement", "document.querySelector('[data-own-dialog]')"):
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()
    expect(page.locator("[data-classes]")).to_have_text("● 0▲ 1")


def test_two_settings_are_compared_in_lockstep_and_the_link_keeps_them(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/mlp?model=mlp")
    page.locator("[data-compare]").click()
    expect(page.locator("[data-compared]")).to_be_visible()
    page.get_by_label("Activation", exact=True).select_option("relu")
    expect(page.locator("[data-compared-name]")).to_contain_text("Activation: tanh")
    until(page, 30)
    page.wait_for_url(re.compile("activation=relu"))
    again = open_page("/labs/mlp" + page.evaluate("location.search"))
    expect(again.locator("[data-compared-name]")).to_contain_text("Activation: tanh")
    again.locator("[data-compare]").click()
    expect(again.locator("[data-compared]")).to_be_hidden()
    until(again, 10)


def test_the_mean_of_all_networks_is_one_choice_of_what_is_drawn(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp", reduced_motion="reduce")
    expect(page.locator("[data-map-name]")).to_have_text("Network 1")
    page.locator("select[data-shown]").select_option(label="all, mean")
    expect(page.locator("[data-map-name]")).to_have_text("Mean of all networks")
    page.locator("select[data-shown]").select_option(index=2)
    expect(page.locator("[data-map-name]")).to_have_text("Network 3")


def test_the_past_can_be_gone_back_to(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp")
    until(page, 100)
    page.locator("[data-run-play]").click()
    expect(page.locator("[data-run-play-text]")).to_have_text("Play")
    newest = held(page)
    past = page.locator("[data-run-past]")
    past.focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    expect(page.locator("[data-run-unit]")).to_contain_text("of ")
    assert steps(page) < newest
    page.locator("[data-run-play]").click()
    until(page, 110)


@pytest.mark.thorough
@pytest.mark.parametrize("query", ["model=perceptron&data=gaussians", "compare=b", "data=hill"])
def test_axe_and_a_phone_have_nothing_to_say_against(open_page: OpenPage, query: str) -> None:
    assert_fits_a_phone(open_page(f"/labs/mlp?{query}", width=360, height=740))


def test_biases_are_added_as_a_row_and_refused_as_a_column(open_page: OpenPage) -> None:
    page = open_page("/labs/mlp?model=mlp&layers=6,4&tab=network")
    page.locator("[data-biases=column]").click()
    expect(page.locator("[data-biases-said]")).to_contain_text("torch refuses: “The size of tensor")
    page.locator("[data-biases=row]").click()
    expect(page.locator("[data-biases-said]")).to_contain_text("every row got the same biases")
