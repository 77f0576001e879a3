"""The visitor's own files of boxes on the `nms` page, in a real browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.browser import assert_axe_finds_nothing

pytestmark = pytest.mark.thorough

FILE = "/labs/nms?source=file"


def row(image: int | str, bbox: list[float], score: float, **more: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": 1, "bbox": bbox, "score": score, **more}


def rows_of(pictures: int, name: str = "street/{:05d}.jpg") -> list[dict[str, Any]]:
    """As many boxes on each picture as its number, one pile each."""
    return [
        row(name.format(i), [10 + k, 10, 100, 100], 0.9 - k / 100)
        for i in range(1, pictures + 1)
        for k in range(1 + i % 3)
    ]


def written(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def choose(page: Page, *files: Path) -> None:
    page.locator("[data-detections]").set_input_files(files)


def figure(page: Page, name: str) -> Any:
    return page.locator("[data-figures] div", has_text=re.compile(f"^{name}")).locator("dd")


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_of_many_pictures_one_is_chosen_by_button_key_list_and_search(
    open_page, tmp_path, width, locale, scheme
):
    file = written(tmp_path, "many.json", rows_of(700))
    page = open_page(FILE, width=width, height=740, locale=locale, color_scheme=scheme)
    choose(page, file)
    place, name = page.locator("[data-picture-place]"), page.locator("[data-picture-name]")
    badge = page.locator("[data-badge]")
    expect(name).to_have_text("street/00001.jpg")
    expect(place).to_have_text(re.compile(r"1\D+700"))
    expect(badge).to_contain_text("many.json")
    expect(badge).to_contain_text("COCO")
    expect(figure(page, "")).to_have_text(["2", "1", "1"])
    page.locator("[data-picture-step='1']").click()
    expect(name).to_have_text("street/00002.jpg")
    expect(figure(page, "").first).to_have_text("3")
    page.locator("[data-after] .over").focus()
    page.keyboard.press("PageDown")
    expect(place).to_have_text(re.compile(r"3\D+700"))
    expect(badge).to_contain_text("3")
    page.keyboard.press("PageUp")
    expect(place).to_have_text(re.compile(r"2\D+700"))
    page.locator("[data-picture-search]").fill("street/0065")
    options = page.locator("[data-picture-list] option")
    expect(options).to_have_count(10)
    page.locator("[data-picture-list]").select_option("655")
    expect(name).to_have_text("street/00655.jpg")
    expect(page).to_have_url(re.compile("picture=655"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_axe_finds_nothing(page)


TRUTH = {
    "images": [{"id": 1, "file_name": "one.jpg", "width": 400, "height": 300}],
    "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "car"}],
    "annotations": [
        {"image_id": 1, "category_id": 1, "bbox": [10, 10, 100, 100]},
        {"image_id": 1, "category_id": 2, "bbox": [200, 100, 100, 100]},
    ],
}
RESULTS = [
    row(1, [10, 10, 100, 100], 0.9),
    row(1, [12, 10, 100, 100], 0.8),
    {**row(1, [200, 100, 100, 100], 0.7), "category_id": 1},
]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("first", ["results", "truth"])
def test_results_and_ground_truth_meet_and_classes_count(open_page, tmp_path, at_once, first):
    files = [
        written(tmp_path, "results.json", RESULTS),
        written(tmp_path, "truth.json", TRUTH),
    ]
    if first == "truth":
        files.reverse()
    page = open_page(FILE)
    if at_once:
        choose(page, *files)
    else:
        choose(page, files[0])
        expect(page.locator("[data-badge]")).to_contain_text(files[0].name)
        choose(page, files[1])
    expect(page.locator("[data-badge]")).to_contain_text("results.json")
    # Two are kept; the car's box says person, so one of them is right and one truth is found.
    expect(figure(page, "Precision")).to_have_text("0.50")
    expect(figure(page, "Recall")).to_have_text("0.50")
    page.locator("[data-after] .over").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("Box 1 “person” (score 0.90) is kept")


def test_ground_truth_alone_says_that_it_has_no_scores(open_page, tmp_path):
    page = open_page(FILE)
    choose(page, written(tmp_path, "truth.json", TRUTH))
    expect(page.locator("[data-files-said]")).to_contain_text("There are no scores")
    expect(page.locator("[data-said]")).to_contain_text("Boxes of ground truth: 2")


def test_scores_beyond_0_to_1_are_all_shown_and_may_be_read_as_logits(open_page, tmp_path):
    boxes = [[0, 0, 10, 10], [20, 0, 10, 10], [40, 0, 10, 10]]
    rows = [row(1, box, score) for box, score in zip(boxes, (-1.2, 2.5, -3), strict=True)]
    page = open_page(FILE)
    choose(page, written(tmp_path, "logits.json", rows))
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 3 of 3")
    slider = page.locator("input[type=range][name=score_threshold]")
    assert [slider.get_attribute(name) for name in ("min", "max")] == ["-3", "3"]
    assert slider.input_value() == "-3"
    slider.evaluate("s => { s.value = 0; s.dispatchEvent(new Event('input', {bubbles: true})) }")
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 1 of 1")
    expect(figure(page, "Left out")).to_have_text("2")
    page.locator("select[name=method]").select_option("soft-linear")
    expect(page.locator("[data-said] .bad")).to_contain_text("the lowest here is −3.00")
    page.locator("[data-scores-as] select").select_option("logits")
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 3 of 3. Soft-NMS")
    assert [slider.get_attribute(name) for name in ("min", "max")] == ["0", "1"]
    expect(page).to_have_url(re.compile("scores_as=logits"))
    page.locator("[data-source=textbook]").click()
    expect(page.locator("[data-badge]")).to_contain_text("drawn example")
    assert slider.input_value() == "0"
    page.locator("[data-source=file]").click()
    expect(page.locator("[data-badge]")).to_contain_text("logits.json")


def test_percent_scores_are_offered_as_percent(open_page, tmp_path):
    rows = [row(1, [0, 0, 10, 10], 90), row(1, [20, 0, 10, 10], 80.5)]
    page = open_page(FILE)
    choose(page, written(tmp_path, "percent.json", rows))
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 2 of 2")
    # What is said of the scores changes together with the boxes: not before their answer is there.
    held = []
    page.route("**/api/nms/sweep", lambda route: held.append(route))
    with page.expect_request("**/api/nms/sweep"):
        page.locator("[data-scores-as] select").select_option("percent")
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    expect(page.locator("[data-files-said]")).not_to_contain_text("read as percent")
    held[0].continue_()
    page.unroute("**/api/nms/sweep")
    expect(page.locator("[data-files-said]")).to_contain_text("read as percent")
    page.locator("[data-after] .over").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("score 0.90")


BAD = {
    "[]": "list of detections in this file is empty",
    "not json": "neither JSON",
    '[{"image_id": 1, "bbox": [1, 2, 3, 4], "score": NaN}]': "Row 1: “score” is NaN",
    '[{"image_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}, {"image_id': "line 1, column 65",
    '[{"bbox": [1, 2, null]}]': "Row 1: “bbox” has 3 numbers",
}


@pytest.mark.parametrize("content", BAD)
def test_a_bad_file_is_refused_with_the_reason_and_the_one_before_stays(
    open_page, tmp_path, content
):
    page = open_page(FILE)
    choose(page, written(tmp_path, "good.json", rows_of(1)))
    expect(page.locator("[data-badge]")).to_contain_text("good.json")
    choose(page, written(tmp_path, "bad.json", content))
    expect(page.locator("[data-said] .bad")).to_contain_text(BAD[content])
    expect(page.locator("[data-badge]")).to_contain_text("good.json")


ENCODED = {"utf-8-sig": "猫", "utf-16": "猫", "utf-16-be": "猫", "utf-8": "猫"}


@pytest.mark.parametrize("encoding", ENCODED)
def test_text_in_utf_8_and_utf_16_is_read(open_page, tmp_path, encoding):
    file = tmp_path / "cats.json"
    rows = [row(1, [10, 10, 100, 100], 0.9, category_name=ENCODED[encoding])]
    file.write_bytes(json.dumps(rows, ensure_ascii=False).encode(encoding))
    page = open_page(FILE)
    choose(page, file)
    page.locator("[data-after] .over").focus()
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 1 of 1")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("Box 1 “猫”")


def test_a_file_in_another_encoding_says_so(open_page, tmp_path):
    file = tmp_path / "gbk.json"
    rows = [row(1, [0, 0, 1, 1], 1, category_name="猫狗")]  # “猫” alone is UTF-8, too: “è”
    file.write_bytes(json.dumps(rows, ensure_ascii=False).encode("gbk"))
    page = open_page(FILE)
    choose(page, file)
    expect(page.locator("[data-said] .bad")).to_contain_text("not valid UTF-8")


def test_a_file_beyond_the_limit_is_refused_with_the_limit(open_page):
    page = open_page("/labs/nms")
    transfer = page.evaluate_handle(
        "() => { const d = new DataTransfer();"
        " d.items.add(new File([new ArrayBuffer(201 * 2 ** 20)], 'huge.json')); return d }"
    )
    page.locator("[data-specimens]").dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.locator("[data-said] .bad")).to_contain_text("201 MiB together; at most 200 MiB")


def test_a_refusal_speaks_the_readers_language(open_page, tmp_path):
    page = open_page(FILE, locale="zh-CN")
    choose(page, written(tmp_path, "bad.json", [row(1, [0, 0, 1, 1], 1), {}]))
    expect(page.locator("[data-said] .bad")).to_have_text("第 2 条记录：缺少“bbox”。")


def test_reading_can_be_canceled_and_what_was_open_stays(open_page, tmp_path):
    page = open_page(FILE)
    choose(page, written(tmp_path, "first.json", rows_of(1)))
    expect(page.locator("[data-badge]")).to_contain_text("first.json")
    held: list[Route] = []
    # A reader that takes as long as we like.
    page.route("**/labs/nms/worker.js", lambda route: held.append(route))
    choose(page, written(tmp_path, "second.json", rows_of(2)))
    expect(page.locator("[data-reading]")).to_be_visible()
    page.locator("[data-reading-cancel]").click()
    assert held, "the reader was not held"
    expect(page.locator("[data-reading]")).to_be_hidden()
    page.unroute("**/labs/nms/worker.js")
    page.locator("[data-after] .over").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("Box 1 (score 0.90) is kept")
    expect(page.locator("[data-badge]")).to_contain_text("first.json")
    choose(page, written(tmp_path, "third.json", rows_of(3)))
    expect(page.locator("[data-badge]")).to_contain_text("third.json")


def test_a_thin_scene_and_boxes_beyond_the_picture_are_seen(open_page, tmp_path):
    page = open_page(FILE)
    choose(page, written(tmp_path, "thin.json", [row(1, [0, 0, 5000, 1], 0.9)]))
    expect(page.locator("[data-badge]")).to_contain_text("thin.json")
    area = page.locator("[data-after] .over").bounding_box()
    assert area["height"] >= area["width"] / 6
    beyond = [row(1, [-40, -30, 100, 100], 0.9), row(1, [200, 100, 50, 50], 0.7)]
    choose(page, written(tmp_path, "beyond.json", beyond))
    expect(page.locator("[data-badge]")).to_contain_text("beyond.json")
    # The frame reaches from −40 to 250: its left edge is a box, which the pointer finds.
    area = page.locator("[data-after] .over").bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.1, area["y"] + area["height"] * 0.1)
    expect(page.locator("[data-said]")).to_contain_text("Box 1 (score 0.90) is kept")


def test_yolos_shares_are_drawn_in_the_size_that_the_visitor_tells(open_page, tmp_path):
    page = open_page(FILE)
    choose(page, written(tmp_path, "a.txt", "0 0.5 0.5 0.5 0.5 0.9\n"))
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 1 of 1")
    over = page.locator("[data-after] .over")
    assert over.bounding_box()["height"] == pytest.approx(over.bounding_box()["width"], abs=1)
    form = page.locator("[data-size-form]")
    form.locator("[name=width]").fill("800")
    form.locator("[name=height]").fill("200")
    form.locator("button").click()
    expect(form).to_be_hidden()
    page.wait_for_function(
        "() => { const r = document.querySelector('[data-after] .over').getBoundingClientRect();"
        " return Math.abs(r.width - 4 * r.height) < 5 }"
    )


def test_a_picture_may_lie_under_the_boxes(open_page, tmp_path, photo):
    page = open_page(FILE)
    choose(page, written(tmp_path, "a.txt", "0 0.5 0.5 0.5 0.5 0.9\n"))
    expect(page.locator("[data-size-form]")).to_be_visible()
    page.locator("[data-background]").set_input_files(photo)
    expect(page.locator("[data-size-form]")).to_be_hidden()
    color = page.locator("[data-after] canvas").first.evaluate(
        "c => [...c.getContext('2d').getImageData(c.width * 0.25, c.height * 0.4, 1, 1).data]"
    )
    assert color[0] > color[1] + 80  # the red thing of the photo


def test_four_numbers_may_be_read_in_the_other_order_and_back(open_page, tmp_path):
    page = open_page(FILE)
    rows = [row(1, [10, 10, 100, 100], 0.9), row(1, [60, 60, 100, 100], 0.8)]
    choose(page, written(tmp_path, "a.json", rows))
    expect(page.locator("[data-files-said]")).to_contain_text("read as x, y, width, height")
    page.locator("[data-boxes-as] select").select_option("xyxy")
    expect(page.locator("[data-files-said]")).to_contain_text("read as x1, y1, x2, y2")
    page.locator("[data-boxes-as] select").select_option("form")
    expect(page.locator("[data-files-said]")).to_contain_text("read as x, y, width, height")
    choose(page, written(tmp_path, "b.json", [row(1, [60, 60, 10, 10], 0.9)]))
    expect(page.locator("[data-badge]")).to_contain_text("b.json")
    page.locator("[data-boxes-as] select").select_option("xyxy")
    expect(page.locator("[data-said] .bad")).to_contain_text("Row 1: its box is inverted")
    assert page.locator("[data-boxes-as] select").input_value() == "form"


def test_a_files_boxes_may_be_edited_with_its_classes_and_the_badge_says_so(open_page, tmp_path):
    rows = [row(1, [10, 10, 100, 100], 0.9, category_name="cat")]
    rows.append({**row(1, [200, 10, 100, 100], 0.8, category_name="dog"), "category_id": 2})
    rows.append(row(2, [0, 0, 5, 5], 0.5, category_name="cat"))
    page = open_page(FILE)
    choose(page, written(tmp_path, "pets.json", rows))
    expect(page.locator("[data-badge]")).to_contain_text("pets.json")
    page.locator("[data-tool=boxes]").click()
    page.locator("[data-after] .over").focus()
    page.keyboard.press("]")
    form = page.locator("[data-selected-form]")
    expect(form.locator("[data-selected-name]")).to_have_text("Box 1")
    form.locator("[name=named]").select_option(label="dog")
    expect(page.locator("[data-badge]")).to_contain_text("edited by hand")
    with page.expect_download() as download:
        page.locator("[data-export=json]").click()
    kept = json.loads(download.value.path().read_text())
    assert [(one["category_id"], one["category_name"]) for one in kept] == [(2, "dog")] * 2
    page.locator("[data-picture-step='1']").click()
    expect(page.locator("[data-badge]")).not_to_contain_text("edited")
    page.locator("[data-picture-step='-1']").click()
    expect(page.locator("[data-badge]")).to_contain_text("edited by hand")


def test_a_file_of_boxes_that_is_dropped_on_the_picture_is_opened(open_page, tmp_path):
    page = open_page("/labs/nms")
    transfer = page.evaluate_handle(
        "text => { const d = new DataTransfer();"
        " d.items.add(new File([text], 'dropped.json')); return d }",
        json.dumps(rows_of(2)),
    )
    page.locator("[data-specimens]").dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.locator("[data-badge]")).to_contain_text("dropped.json")
    expect(page.locator("[data-picture-place]")).to_have_text("1 of 2 pictures")
