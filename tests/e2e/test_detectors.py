"""The `detectors` page in a real browser."""

import json
import re
from pathlib import Path

import pytest
import torch
import torchvision
from PIL import Image
from playwright.sync_api import Page, expect

from app.labs.detectors import LAB
from tests.e2e.browser import assert_fits_a_phone


def view(page: Page, name: str) -> None:
    page.locator(f"[data-tab={name}]").click()


def move(page: Page, name: str, value: float) -> None:
    page.locator(f"input[type=range][name={name}]").evaluate(
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', {bubbles: true})) }", value
    )
    page.wait_for_timeout(100)


def test_it_opens_with_both_detectors_on_a_scene_whose_objects_are_known(open_page):
    page = open_page("/labs/detectors")
    expect(page.locator("[data-said]")).to_contain_text("Of 6 objects the one-stage detector finds")
    expect(page.locator("[data-badge]")).to_contain_text("shipped weights")
    assert page.locator("[data-judged] tbody tr").count() == 2
    for name in ("one", "two"):
        label = page.locator(f"[data-figure={name}] .over").get_attribute("aria-label")
        assert "triangle" in label


def test_thresholds_and_proposals_move_without_a_request(open_page, watch):
    page = open_page("/labs/detectors")
    asked = len(watch.requests)
    said = set()
    for name, value in (("score_threshold", 0.05), ("iou_threshold", 0.1), ("proposals", 3)):
        move(page, name, value)
        said.add(page.locator("[data-said]").inner_text())
    assert len(said) == 3
    assert watch.requests[asked:] == []


def test_the_pages_nms_is_torchvisions(open_page):
    page = open_page("/labs/detectors")
    generator = torch.Generator().manual_seed(0)
    for threshold in (0.3, 0.5, 0.7):
        corners = torch.rand(300, 2, generator=generator) * 100
        sides = 1 + torch.rand(300, 2, generator=generator) * 40
        boxes = torch.cat([corners, corners + sides], dim=1)
        kept = page.evaluate(
            """async ([boxes, threshold]) => {
                const { greedyNms } = await import(
                    new URL('/static/js/math/nms.js', location.href).href);
                return greedyNms(Float32Array.from(boxes), [...Array(300).keys()], threshold).kept;
            }""",
            [boxes.flatten().tolist(), threshold],
        )
        scores = torch.arange(300, 0, -1).float()
        assert kept == torchvision.ops.nms(boxes, scores, threshold).tolist()


def test_another_scene_is_another_picture_and_back_returns_to_the_first(open_page):
    page = open_page("/labs/detectors")
    first = page.locator("[data-said]").inner_text()
    page.get_by_role("button", name="Next scene").click()
    page.wait_for_url("**scene=7**")
    expect(page.locator("[data-said]")).not_to_have_text(first)
    page.go_back()
    expect(page.locator("[data-said]")).to_have_text(first)


def test_a_scene_does_not_take_the_place_of_the_visits_photo(open_page, photo: Path):
    page = open_page("/labs/detectors")
    assert page.evaluate("sessionStorage.getItem('vitrine-photo')") is None
    with page.expect_response("**/api/detectors/detect"):
        page.locator("[data-file]").first.set_input_files(photo)
    page.wait_for_function("() => sessionStorage.getItem('vitrine-photo')")
    page.get_by_role("button", name="Next scene").click()
    expect(page.locator("[data-scene='0']")).to_have_attribute("aria-pressed", "true")
    kept = json.loads(page.evaluate("sessionStorage.getItem('vitrine-photo')"))
    assert "scene" not in kept


def test_an_uploaded_photo_is_looked_at_by_the_detectors_for_photos(open_page, photo: Path):
    page = open_page("/labs/detectors")
    with page.expect_request("**/api/detectors/detect") as asked:
        page.locator("[data-file]").first.set_input_files(photo)
    assert asked.value.post_data_json["model"] == "photos"
    assert asked.value.post_data_json["input_size"] is None


def test_where_nothing_is_found_the_page_says_the_best_guess_and_the_classes(open_page):
    page = open_page("/labs/detectors?source=photo&sample=china&score_threshold=0.9")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Neither detector finds anything with a score of 0.90 or more.")
    expect(said).to_contain_text("The best guess is")
    expect(said).to_contain_text("car, bus, cat, person, train, package")


def test_a_panorama_says_that_objects_are_smaller_than_the_anchors(open_page, tmp_path: Path):
    page = open_page("/labs/detectors")
    Image.linear_gradient("L").resize((1600, 160)).convert("RGB").save(tmp_path / "wide.png")
    page.locator("[data-file]").first.set_input_files(tmp_path / "wide.png")
    expect(page.locator("[data-said]")).to_contain_text(
        re.compile(r"the picture is 544 × \d+ px and its smallest anchor 20 px")
    )


def test_known_objects_of_a_sample_are_judged_too(open_page):
    page = open_page("/labs/detectors?source=photo&sample=street")
    expect(page.locator("[data-said]")).to_contain_text("Of 7 objects")


def test_what_the_visitor_draws_is_ground_truth(open_page, photo: Path):
    page = open_page("/labs/detectors?source=photo&sample=china&score_threshold=0.05")
    expect(page.locator("[data-said]")).to_contain_text("Detections: one-stage")
    page.get_by_role("button", name="Ground truth", exact=True).click()
    page.locator("[data-own-class]").select_option("person")
    over = page.locator("[data-figure=two] .over")
    box = over.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6, steps=4)
    page.mouse.up()
    expect(page.locator("[data-said]")).to_contain_text("Of 1 objects")
    assert page.locator("[data-judged]").get_by_text("missed").count() == 1
    over.focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-said]")).to_contain_text("Detections: one-stage")


@pytest.mark.parametrize("road", ["one", "two"])
def test_what_went_into_nms_is_handed_to_its_lab_which_keeps_as_many(open_page, road: str):
    page = open_page(f"/labs/detectors?shown={road}")
    caption = page.locator(f"[data-figure={road}] [data-count]")
    expect(caption).to_have_text(re.compile(r"Detections: \d+; suppressed: \d+"))
    kept, suppressed = map(int, re.findall(r"\d+", caption.inner_text()))
    page.locator("[data-hand-over]").click()
    page.wait_for_url("**/labs/nms?source=file**")
    expect(page.locator("[data-files-said]")).to_contain_text(f"{kept + suppressed}")
    said = page.locator("[data-said]")
    expect(said).to_contain_text(str(kept))
    page.reload()  # taken once: a file that was opened is not there after a reload, either
    expect(page.locator("[data-files-open]")).to_be_hidden()


@pytest.mark.thorough
def test_the_same_network_classifies_localizes_and_detects(open_page):
    page = open_page("/labs/detectors?shown=two")
    asked, caption = (
        page.locator("[data-answer-kind]"),
        page.locator("[data-figure=two] [data-count]"),
    )
    expect(caption).to_contain_text("Detections:")
    asked.select_option("box")
    expect(caption).to_have_text(re.compile(r"Class and box: triangle(, \d+){4}"))
    asked.select_option("class")
    expect(caption).to_have_text(re.compile(r"Class: triangle, \d\.\d+"))
    page.wait_for_url("**answer=class**")
    asked.select_option("list")
    expect(caption).to_contain_text("Detections:")


def test_what_differs_is_one_picture(open_page):
    page = open_page("/labs/detectors")
    page.locator("button[data-shown=differs]").click()
    assert page.locator("[data-figure=differs] .over").is_visible()
    assert not page.locator("[data-figure=one] .over").is_visible()
    expect(page.locator("[data-legend]")).to_contain_text("only two-stage")


def test_the_roads_have_the_shapes_of_the_lecture_at_256_pixels(open_page):
    page = open_page("/labs/detectors?tab=roads&input_size=256")
    two = page.locator("[data-track=two]")
    for shape in ("256×16×16", "18×16×16, 36×16×16", "2,304 × (2 + 4)", "100×48×7×7", "100×9"):
        expect(two).to_contain_text(shape)
    expect(page.locator("[data-track=shared]")).to_contain_text("128×16×16")
    expect(page.locator("[data-track=one]")).to_contain_text("81×16×16")


def test_the_roads_are_measured_and_what_is_included_is_said(open_page):
    page = open_page("/labs/detectors?tab=roads")
    expect(page.locator(".time")).to_have_count(2)
    parts = page.locator(".time-parts")
    expect(parts.last).to_contain_text(re.compile(r"RPN head \d.*RoIAlign \d.*FC layers \d"))
    assert page.locator(".time-bar .whisker.of-part").count() == 13
    totals = [float(text.split()[0]) for text in page.locator(".time-total").all_inner_texts()]
    assert all(total > 0 for total in totals)
    expect(page.locator("[data-times-said]")).to_contain_text("Median of 15 evaluations")


def test_a_box_that_is_clicked_is_followed_back_to_its_anchor(open_page):
    page = open_page("/labs/detectors?tab=follow", reduced_motion="reduce")
    said = page.locator("[data-said]")
    expect(said).to_contain_text(re.compile(r"began as an anchor on row \d+, column \d+"))
    assert page.locator("[data-steps] tbody tr").count() == 3
    assert page.locator("[data-probabilities] li").count() == 9
    before = said.inner_text()
    page.locator("[data-detections] button").nth(2).click()
    expect(said).not_to_have_text(before)
    page.locator("[data-follow-picture] .over").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**row=**")
    shown = page.locator("[data-detections] button[aria-pressed=true]")
    assert shown.count() == 1


def test_a_proposal_has_a_box_for_each_class_and_the_other_road_its_own_start(open_page):
    page = open_page("/labs/detectors?tab=follow", reduced_motion="reduce")
    said = page.locator("[data-said]")
    expect(said).to_contain_text(
        re.compile(r"“object” is [01]\.\d+; the second stage gives K . 1 = 9")
    )
    expect(said).to_contain_text(re.compile(r"One-stage: the nearest box says “\w+” [01]\.\d+; it"))
    page.locator("[data-as-class='1']").click()
    page.wait_for_url("**as_class=1**")
    expect(said).to_contain_text(
        re.compile(r"As “ring” .* the box (\d+, ){3}\d+, IoU with the truth 0\.")
    )
    pressed = page.locator("[data-as-class='1']")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_be_focused()
    pressed.click()
    expect(said).not_to_contain_text("As “ring”")
    page.locator("[data-detections] .chips").last.locator("button").first.click()
    expect(page.locator("[data-as-class]")).to_have_count(0)  # one stage has one box for all


def test_the_default_boxes_of_the_cell_are_shown_on_demand(open_page):
    page = open_page("/labs/detectors?tab=follow", reduced_motion="reduce")
    button = page.get_by_role("button", name="Default boxes of its cell")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_url("**defaults=true**")


def test_the_region_is_told_as_corners_and_as_center_width_and_height(open_page):
    page = open_page("/labs/detectors?tab=pooling&region=10,20,50,100")
    expect(page.locator("[data-four]")).to_have_text(
        "corners 10, 20, 50, 100; center 30, 60, size 40 × 80"
    )


def test_the_region_is_dragged_and_both_poolings_follow(open_page):
    page = open_page("/labs/detectors?tab=pooling")
    values = page.locator("[data-pool-values=align]")
    expect(values).to_have_attribute("aria-label", re.compile("Mean of each bin"))
    before = values.get_attribute("aria-label")
    over = page.locator("[data-pool-photo] .over")
    over.focus()
    with page.expect_response("**/api/detectors/pool"):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**region=**")
    expect(values).not_to_have_attribute("aria-label", before)
    with page.expect_response("**/api/detectors/pool"):
        move(page, "bins", 2)
    expect(values).to_have_attribute("aria-label", re.compile(r"^[^;]*;[^;]*$"))


def test_a_bin_is_worked_out_by_hand_in_both_poolings(open_page):
    page = open_page("/labs/detectors?tab=pooling&region=20.5,30,90,110&bins=2", height=620)
    said = page.locator("[data-bin-said]")
    expect(said).to_contain_text("RoIPool takes the largest of")
    numbers = page.locator("[data-pool-values=pool]")
    side = numbers.bounding_box()["width"]
    numbers.click(position={"x": 0.75 * side, "y": 0.25 * side})
    page.wait_for_url("**bin=1**")
    expect(said).to_contain_text("Bin in row 1, column 2")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("Bin in row 2, column 2")
    listed = numbers.get_attribute("aria-label")
    expect(said).to_contain_text(re.compile(rf"{listed.split(', ')[-1]}\."))


def test_proposals_are_compared_by_recall_and_the_lever_asks_nobody(open_page, watch):
    page = open_page("/labs/detectors?tab=proposers&proposals=20")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Of 6 objects, the first 20 proposals cover")
    rows = page.locator("[data-proposers] tbody tr")
    expect(rows).to_have_count(3)
    asked, before = len(watch.requests), said.inner_text()
    move(page, "proposals", 2)
    expect(said).not_to_have_text(before)
    page.locator("button[data-proposer=windows]").click()
    page.wait_for_url("**proposer=windows**")
    assert watch.requests[asked:] == []


def test_the_family_is_run_and_timed_and_left_when_another_view_is_chosen(open_page):
    page = open_page("/labs/detectors?tab=family&crops=5", reduced_motion="reduce")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("5 passes through the network for 5 crops take")
    expect(said).to_contain_text("The mask branch colors")
    rows = page.locator("[data-family] tbody tr")
    assert rows.count() == 4
    for row in rows.all():
        expect(row).to_contain_text(re.compile(r"\d+ ms"))
    names = page.locator("[data-crop-names]")
    expect(names).to_have_text(re.compile(r"^1 .+ \d\.\d\d( · \d .+ \d\.\d\d){4}$"))
    page.locator("#c-external").select_option("selective")
    expect(said).to_contain_text("Selective search takes")
    expect(rows.first).to_contain_text("selective search")
    expect(rows.first).to_contain_text(re.compile(r"\d+ \+ [\d,]+ ms"))
    move(page, "crops", 50)
    page.wait_for_timeout(600)
    view(page, "result")
    expect(said).to_contain_text("Of 6 objects")


def test_the_code_of_a_scene_is_written_out_and_of_a_photo_refused_in_words(open_page, watch):
    page = open_page("/labs/detectors")
    page.locator("[data-code]").click()
    code = page.locator("[data-code-text]")
    expect(code).to_contain_text("drawn scene 6")
    expect(code).to_contain_text("def detect(boxes, probabilities)")
    watch.allowed.add("422")
    page = open_page("/labs/detectors?source=photo&sample=street")
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-warning]")).to_contain_text("Choose a scene first.")


def test_the_files_name_both_detectors(open_page, tmp_path: Path):
    page = open_page("/labs/detectors")
    with page.expect_download() as download:
        page.locator("[data-export=json]").click()
    download.value.save_as(tmp_path / "found.json")
    rows = json.loads((tmp_path / "found.json").read_text())
    assert {row["detector"] for row in rows} == {"one-stage", "two-stage"}
    assert all("anchor" in row for row in rows)


@pytest.mark.thorough
def test_every_word_opens_the_view_in_which_its_thing_is_seen(open_page, watch):
    watch.allowed.add("409")  # CenterNet is not installed: the view says what to type
    page = open_page("/labs/detectors")
    links = page.locator(".words dd a")
    assert links.count() == len(LAB.words)
    for i, word in enumerate(LAB.words):
        page = open_page("/labs/detectors" + word.address)
        expect(page.locator(".words dd a").nth(i)).to_have_attribute(
            "href", re.compile(re.escape(f"?tab={word.view}"))
        )
        expect(page.locator(f".view[data-view-of={word.view}]")).to_be_visible()
        expect(page.locator(".below .said:visible").first).not_to_be_empty()


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_fits_a_phone_and_is_accessible(open_page, language):
    page = open_page(
        f"/labs/detectors?lang={language}", width=360, height=800, reduced_motion="reduce"
    )
    assert_fits_a_phone(page)


@pytest.mark.parametrize("step", range(len(LAB.lesson)))
def test_every_step_of_the_lesson_shows_what_it_speaks_of(open_page, step):
    page = open_page("/labs/detectors", reduced_motion="reduce")
    if step:  # the first one is open
        page.locator(".steps summary").nth(step).click()
    button = page.locator(".steps .try").nth(step)
    state = json.loads(button.get_attribute("data-state"))
    button.click()
    expect(page.locator(f".view[data-view-of={state['tab']}]")).to_be_visible()
    expect(page.locator(".below .said:visible").first).not_to_be_empty()
