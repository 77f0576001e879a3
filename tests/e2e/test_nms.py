"""The `nms` page in a real browser."""

import csv
import json
import re

import pytest
from playwright.sync_api import Page, expect


def figures(page: Page) -> dict[str, float]:
    """The numbers under the picture, by name."""
    return {
        row.locator("dt").inner_text(): float(row.locator("dd").inner_text().replace(",", ""))
        for row in page.locator("[data-figures] div").all()
    }


def set_slider(page: Page, name: str, value: float) -> None:
    page.locator(f"input[type=range][name={name}]").evaluate(
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', {bubbles: true})) }", value
    )
    page.wait_for_timeout(80)


def test_six_claims_become_one_car(open_page):
    page = open_page("/labs/nms")
    assert figures(page) == {
        "Boxes in": 6, "Kept": 1, "Suppressed": 5,
        "Precision at IoU 0.5": 1, "Recall at IoU 0.5": 1, "F1 at IoU 0.5": 1,
    }  # fmt: skip


def test_a_higher_threshold_keeps_more_boxes_and_says_so(open_page):
    page = open_page("/labs/nms")
    kept = []
    for threshold in (0, 0.55, 0.7, 1):
        set_slider(page, "iou_threshold", threshold)
        kept.append(figures(page)["Kept"])
    assert kept == sorted(kept)
    assert kept[0] < kept[-1] == 6
    said = page.locator("[data-said]")
    expect(said).not_to_contain_text("higher")
    set_slider(page, "iou_threshold", 0)
    expect(said).to_contain_text("A higher threshold usually keeps more boxes; at 1 all 6 stay.")


def test_no_slider_move_makes_a_request(open_page, watch, photo):
    page = open_page("/labs/nms?source=photo")
    expect(page.locator("[data-badge]")).to_contain_text("shipped weights")
    asked = len(watch.requests)
    for value in range(0, 101, 10):
        set_slider(page, "iou_threshold", value / 100)
        set_slider(page, "score_threshold", value / 200)
        set_slider(page, "top_n", 1 + value * 10)
    assert watch.requests[asked:] == []


@pytest.mark.lesson("nms", "Soft-NMS keeps the second car")
def test_soft_nms_asks_the_server_and_keeps_the_car_that_hard_nms_loses(open_page, watch):
    page = open_page("/labs/nms?source=neighbors&iou_threshold=0.5&score_threshold=0.3")
    hard = figures(page)
    assert (hard["Kept"], hard["Recall at IoU 0.5"]) == (1, 0.5)
    asked = len(watch.requests)
    page.locator("select[name=method]").select_option("soft-gaussian")
    expect(page.locator("[data-said]")).to_contain_text("Soft-NMS lowers")
    assert "/api/nms" in watch.requests[asked:]
    soft = figures(page)
    assert (soft["Kept"], soft["Recall at IoU 0.5"], soft["Precision at IoU 0.5"]) == (2, 1, 1)
    set_slider(page, "score_threshold", 0.05)
    expect(page.locator("[data-figures] div", has_text="Kept").locator("dd")).to_have_text("3")


def test_each_step_says_what_was_decided(open_page):
    page = open_page("/labs/nms")
    said = page.locator("[data-said]")
    page.get_by_role("button", name="Reset").click()
    expect(said).to_contain_text("Nothing is decided yet")
    page.get_by_role("button", name="Step", exact=True).click()
    expect(said).to_contain_text("Decision 1: box 1 has the highest score left, 0.94")
    expect(said).to_contain_text(re.compile(r"It suppresses 5: box 2 \(IoU 0\.\d\d\)"))


def test_a_suppressed_box_names_its_suppressor_by_keyboard(open_page):
    page = open_page("/labs/nms")
    page.locator("[data-after] .over").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("Box 1 (score 0.94) is kept")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("was suppressed by box 1: their IoU is")


def test_boxes_are_drawn_moved_scored_and_deleted_by_hand(open_page):
    page = open_page("/labs/nms?source=hand")
    expect(page.locator("[data-figures]")).to_contain_text("Boxes in")
    area = page.locator("[data-after] .over").bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.7, area["y"] + area["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.9, area["y"] + area["height"] * 0.3, steps=4)
    page.mouse.up()
    expect(page.locator("[data-selected-name]")).to_have_text("Box 4")
    page.locator("[name=score]").fill("0.95")
    boxes = page.locator("[data-figures] div", has_text="Boxes in").locator("dd")
    expect(boxes).to_have_text("4")
    page.locator("[data-after] .over").focus()
    page.keyboard.press("Delete")
    expect(boxes).to_have_text("3")
    page.keyboard.press("n")
    expect(boxes).to_have_text("4")


def test_a_class_aware_run_keeps_boxes_of_other_classes(open_page, tmp_path):
    rows = [
        {"image_id": 1, "category_id": c, "bbox": [10, 10, 100, 100], "score": s}
        for c, s in ((1, 0.9), (2, 0.8), (2, 0.7))
    ]
    file = tmp_path / "detections.json"
    file.write_text(json.dumps(rows))
    page = open_page("/labs/nms?source=file")
    page.locator("[data-detections]").set_input_files(file)
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 1 of 3")
    page.locator("input[name=class_aware]").check()
    expect(page.locator("[data-said]")).to_contain_text("Boxes that stay: 2 of 3")


def test_exports_hold_what_the_picture_shows(open_page):
    page = open_page("/labs/nms?iou_threshold=0.7")
    kept = figures(page)["Kept"]
    with page.expect_download() as download:
        page.locator("[data-export=json]").click()
    assert len(json.loads(download.value.path().read_text())) == kept
    with page.expect_download() as download:
        page.locator("[data-export=csv]").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert len(rows) == 6
    assert sum(row["fate"] == "kept" for row in rows) == kept
    with page.expect_download() as download:
        page.locator("[data-export=png]").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_the_address_holds_the_state_and_nonsense_in_it_is_ignored(open_page):
    page = open_page("/labs/nms?iou_threshold=0.75&top_n=4&score_threshold=abc&method=evil")
    assert page.locator("input[type=range][name=iou_threshold]").input_value() == "0.75"
    assert figures(page)["Boxes in"] == 4
    set_slider(page, "iou_threshold", 0.6)
    expect(page).to_have_url(re.compile("iou_threshold=0.6"))
    assert "method" not in page.url
    page.locator("[data-control=iou_threshold] .reset").click()
    expect(page).not_to_have_url(re.compile("iou_threshold"))


def test_two_dragged_boxes_show_their_intersection_and_union(open_page):
    page = open_page("/labs/nms?tab=iou")
    expect(page.locator("[data-iou-said]")).to_contain_text("9,000 / 42,800 = 0.210")
    page.locator("[data-iou] .over").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-iou-said]")).not_to_contain_text("0.210")


def test_a_lesson_step_sets_its_state(open_page):
    page = open_page("/labs/nms")
    page.locator(".steps").get_by_text("Two cars side by side").click()
    page.locator("details[open] .try").click()
    expect(page.locator("[data-source=neighbors]")).to_have_attribute("aria-pressed", "true")
    assert page.locator("input[type=range][name=iou_threshold]").input_value() == "0.5"
