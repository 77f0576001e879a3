"""The `rpn` page in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

# An input whose numbers can be counted by hand; the default one has three times as many.
SMALL = "/labs/rpn?input_size=320&pre_nms_top_n=1000"


def stage(page: Page, name: str) -> None:
    page.locator(f"button[data-stage={name}]").click()


def test_it_starts_from_one_place_with_nine_anchors(open_page):
    page = open_page(SMALL)
    expect(page.locator("[data-said]")).to_have_text(
        "9 anchors stand on this place; everywhere: 20 × 15 × 9 = 2,700 anchors."
    )
    assert page.locator("[data-anchor-rows] tr").count() == 9


def test_shapes_on_the_stages_are_the_papers(open_page):
    page = open_page(SMALL)
    shapes = {
        button.get_attribute("data-stage"): button.locator("small").inner_text()
        for button in page.locator("button[data-stage]").all()
    }
    assert shapes["photo"] == "3×240×320"
    assert shapes["scores"] == "18×15×20"
    assert shapes["deltas"] == "36×15×20"


def test_an_uploaded_photo_is_walked_through_every_stage(open_page, photo: Path):
    page = open_page(SMALL)
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-file]").first.set_input_files(photo)
    said = page.locator("[data-said]")
    for name, words in {
        "photo": "320 × 240 pixels",
        "features": "channels",
        "anchors": "2,700 anchors",
        "scores": "with probability",
        "deltas": "deltas",
        "clipped": "cut at the photo's border",
        "top": "1,000 boxes",
        "nms": "NMS at IoU 0.70 keeps",
        "proposals": "proposals",
    }.items():
        stage(page, name)
        expect(said).to_contain_text(words)


def test_a_click_and_the_arrow_keys_choose_a_place(open_page):
    page = open_page(SMALL)
    over = page.locator("[data-picture] .over")
    box = over.bounding_box()
    over.click(position={"x": box["width"] * 0.51, "y": box["height"] * 0.5})
    expect(page.locator("[data-cell-title]")).to_contain_text("Row 7, column 10")
    over.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-cell-title]")).to_contain_text("Row 6, column 11")


def test_the_formula_stands_with_the_anchors_own_numbers(open_page):
    page = open_page(SMALL + "&stage=deltas&tab=place")
    page.locator("[data-picture] .over").focus()
    page.keyboard.press("5")
    worked = page.locator("[data-worked]").inner_text()
    found = re.search(r"([\d.]+) \+ \(?([−\d.]+)\)? · ([\d.]+) = ([−\d.]+)", worked)
    assert found, worked
    x_a, t_x, w_a, x = (float(number.replace("−", "-")) for number in found.groups())
    assert abs(x_a + t_x * w_a - x) < 0.1 + 0.001 * w_a
    expect(page.locator("[data-fate]")).to_contain_text("Outcome:")


def test_every_anchor_of_a_place_has_an_outcome(open_page):
    page = open_page("/labs/rpn?input_size=320&pre_nms_top_n=50&tab=place")
    for button in page.locator("[data-anchor-rows] button").all():
        button.click()
        expect(page.locator("[data-fate]")).to_contain_text("Outcome:")


def test_top_n_and_threshold_move_without_a_request(open_page, watch):
    page = open_page(SMALL + "&stage=nms")
    asked = len(watch.requests)
    counts = set()
    for name, value in (("iou_threshold", 0.3), ("pre_nms_top_n", 200), ("iou_threshold", 0.9)):
        page.locator(f"input[type=range][name={name}]").evaluate(
            "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', {bubbles: true})) }", value
        )
        page.wait_for_timeout(100)
        counts.add(page.locator("[data-said]").inner_text())
    assert len(counts) == 3
    assert watch.requests[asked:] == []


def test_drawn_ground_truth_labels_anchors_and_gives_recall(open_page, photo: Path):
    page = open_page(SMALL)
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-file]").first.set_input_files(photo)
    page.locator("button[data-tool=truth]").click()
    over = page.locator("[data-picture] .over")
    box = over.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.125, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.41, box["y"] + box["height"] * 0.625, steps=4)
    page.mouse.up()
    expect(page.locator("[data-said]")).to_contain_text("anchors are positive")
    expect(page.locator("[data-figures]")).to_contain_text("Recall at IoU 0.5")
    page.locator("[data-clear-truth]").click()
    expect(page.locator("[data-figures]")).not_to_contain_text("Recall")


def test_the_untrained_network_says_that_it_is_untrained(open_page):
    page = open_page(SMALL)
    page.locator("select[name=model]").select_option("untrained")
    expect(page.locator("[data-badge]")).to_contain_text("untrained")


def test_a_missing_model_is_named_with_the_command_to_type(open_page, watch):
    watch.allowed.add("409")  # the browser itself logs any status from 400 on
    page = open_page(SMALL)
    name = "fasterrcnn_resnet50_fpn_v2"
    expect(page.locator(f"option[value={name}]")).to_contain_text("(not installed)")
    page.locator("select[name=model]").select_option(name)
    expect(page.locator("[data-command]")).to_have_text(f"vitrine fetch-weights {name}")
    expect(page.locator("[data-said] .bad")).to_be_visible()


@pytest.mark.parametrize(("content", "words", "status"), [
    (b"no picture at all", "not a picture that this server can read", "415"),
    (b"", "This file is empty.", "422"),
    (b"BM" + bytes(99), "a picture in the format BMP", "415"),
])  # fmt: skip
def test_a_bad_upload_is_refused_in_words(open_page, watch, tmp_path, content, words, status):
    watch.allowed.add(status)
    file = tmp_path / "bad.png"
    file.write_bytes(content)
    page = open_page(SMALL)
    page.locator("[data-file]").first.set_input_files(file)
    expect(page.locator("[data-said] .bad")).to_contain_text(words)


def test_a_pasted_photo_is_used(open_page, photo: Path):
    page = open_page(SMALL)
    with page.expect_response("**/api/images"):
        page.evaluate(
            """bytes => {
                const file = new File([new Uint8Array(bytes)], 'p.jpg', {type: 'image/jpeg'});
                const data = new DataTransfer();
                data.items.add(file);
                dispatchEvent(new ClipboardEvent('paste', {clipboardData: data}));
            }""",
            list(photo.read_bytes()),
        )
    expect(page.locator("[data-badge]")).to_contain_text("shipped weights")


def test_holding_a_key_hides_all_boxes(open_page):
    page = open_page(SMALL)
    page.locator("[data-picture] .over").focus()
    page.keyboard.down("h")
    expect(page.locator("[data-picture] .over")).to_be_hidden()
    page.keyboard.up("h")
    expect(page.locator("[data-picture] .over")).to_be_visible()


def test_the_photo_goes_along_to_the_nms_page(open_page, photo: Path):
    page = open_page(SMALL)
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-file]").first.set_input_files(photo)
    page.wait_for_function("() => sessionStorage.getItem('vitrine-photo')")
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('vitrine-photo')).id")
    page.goto(page.url.split("/labs")[0] + "/labs/nms?source=photo")
    expect(page.locator("[data-badge]")).to_contain_text("shipped weights")
    assert page.evaluate("JSON.parse(sessionStorage.getItem('vitrine-photo')).id") == kept


def test_each_visitor_has_a_photo_of_their_own(open_page, photo: Path):
    first, second = open_page(SMALL), open_page(SMALL)
    with first.expect_response("**/api/rpn/proposals"):
        first.locator("[data-file]").first.set_input_files(photo)
    ids = {
        p.evaluate("JSON.parse(sessionStorage.getItem('vitrine-photo')).id")
        for p in (first, second)
    }
    assert len(ids) == 2


def sums(page: Page, name: str) -> tuple[float, float]:
    """What was summed by hand, and what the network's own convolution gave."""
    text = page.locator(f"[data-hand-{name}]").inner_text().replace("−", "-")
    by_hand, gave = re.findall(r"-?\d+\.\d+", text)[-2:]
    return float(by_hand), float(gave)


def test_at_a_place_the_sums_by_hand_are_what_the_convolutions_gave(open_page):
    page = open_page(SMALL + "&tab=window")
    said = page.locator("[data-hand-sum]")
    expect(said).to_contain_text("The 3 × 3 convolution gave")
    before = said.inner_text()
    for name in ("sum", "output"):
        by_hand, gave = sums(page, name)
        assert by_hand == pytest.approx(gave, abs=0.002)
    page.locator("[data-picture] .over").focus()
    page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(before)
    page.locator("[data-hand-choice]").select_option(label="anchor 2: delta tw")
    expect(page.locator("[data-hand-output]")).to_contain_text("The 1 × 1 convolution gave")
    for name in ("sum", "output"):
        by_hand, gave = sums(page, name)
        assert by_hand == pytest.approx(gave, abs=0.002)
