"""The `pretext` page in a real browser."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser import assert_fits_a_phone, steps, until
from tests.e2e.conftest import OpenPage, Watch

QUICK = "count=200&batch_size=16&speed=2"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_opens_with_eight_puzzles_and_trains(open_page: OpenPage, language: str) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&lang={language}")
    until(page, 4)
    expect(page.locator("[data-gallery] li")).to_have_count(8)
    expect(page.locator("[data-badge]")).to_have_attribute("data-origin", "live")


@pytest.mark.parametrize("view", ["words", "pairs"])
def test_a_view_with_a_training_of_its_own_goes_on_by_itself(
    open_page: OpenPage, view: str
) -> None:
    page = open_page(f"/labs/pretext?tab={view}&{QUICK}")
    until(page, 20)


def play(page: Page, key: str) -> None:
    for n in range(8):
        expect(page.locator("[data-round]")).to_contain_text(f"{n + 1}")
        page.keyboard.press(key)
        page.keyboard.press("Enter")  # on "Next", which has the focus


def test_eight_rounds_are_played_by_keys_and_leave_a_line_on_the_chart(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/labs/pretext?{QUICK}", reduced_motion="reduce")
    assert steps(page) == 0
    play(page, "1")
    said = page.locator("[data-round]").inner_text()
    found = re.search(r"You: (\d) of 8 right\. The network: (\d) of 8", said)
    assert found, said
    assert 0 <= int(found[1]) <= 5  # always "0°": about two of eight
    page.locator("[data-round-next]").click()
    expect(page.locator("[data-round]")).to_contain_text("round 1 of 8")


def test_a_table_counts_which_places_of_a_patch_are_taken_for_which(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&task=patch", reduced_motion="reduce")
    page.locator("button[data-beside=confusion]").click()
    expect(page.locator("[data-game]")).to_be_hidden()
    cells = page.locator("[data-confusion] td")
    expect(cells).to_have_count(64)
    assert sum(int(text) for text in cells.all_inner_texts()) == 200
    expect(page.locator("[data-confusion-said]")).to_contain_text("The most frequent mistake")
    page.locator("select[name=task]").select_option("masked")
    expect(page.locator("[data-confusion-said]")).to_contain_text("is a picture")


def test_the_label_tells_the_draw_and_shows_the_function(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=label&task=speed", reduced_motion="reduce")
    expect(page.locator("[data-labels-used]")).to_contain_text("Labels used: 0")
    expect(page.locator("[data-source]")).to_contain_text("def speed(")
    first = page.locator("[data-made]").inner_text()
    page.locator("[data-puzzle-next]").click()
    expect(page.locator("[data-made]")).not_to_have_text(first)
    expect(page.locator(".other-labels")).to_contain_text("No text came with it")
    page.locator("select[name=task]").select_option("rotation")
    expect(page.locator(".other-labels [lang=en]")).to_contain_text(re.compile(r"\b(the|a)\b"))
    expect(page.locator(".other-labels figure")).to_have_count(2)
    page.locator("select[name=task]").select_option("supervised")
    expect(page.locator("[data-labels-used]")).to_contain_text("written by people")
    expect(page.locator(".other-labels figure")).to_have_count(1)


def test_more_is_hidden_where_the_masked_share_grows(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=filled", reduced_motion="reduce")
    expect(page.locator("[data-filled-rows] li").first.locator("canvas")).to_have_count(4)
    expect(page.locator("[data-filled-said]")).to_contain_text("59% of each picture")
    page.locator("[data-control=ratio] input[type=number]").fill("0.9")
    page.keyboard.press("Enter")
    expect(page.locator("[data-filled-said]")).to_contain_text("91% of each picture")
    said = page.locator("[data-filled-said]")
    again = page.locator("[data-unpaint]")
    expect(again).to_be_hidden()
    block = page.locator("[data-paint]").first
    block.click(position={"x": 3, "y": 3})
    expect(again).to_be_visible()
    before = said.text_content()
    page.locator("[data-paint]").first.focus()
    for key in (
        "ArrowRight",
        "Space",
        "ArrowDown",
        "Space",
        "ArrowRight",
        "Space",
        "ArrowDown",
        "Space",
    ):
        page.keyboard.press(key)
        page.wait_for_timeout(250)
    expect(said).not_to_have_text(before or "")
    again.click()
    expect(said).to_contain_text("91% of each picture")
    page.locator("button[data-filled=color]").click()
    expect(page.locator("[data-filled-rows] li").first.locator("canvas")).to_have_count(4)


def test_a_gap_in_a_typed_sentence_is_filled_and_moves_without_a_step(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/pretext?tab=words&sentences=200", reduced_motion="reduce")
    words = page.locator("[data-words] button")
    expect(words).to_have_count(7)
    expect(page.locator("[data-words-said]")).to_contain_text("Step 0: of")
    page.locator("[data-sentence]").fill("Three zebras stand, with the largest on the left.")
    expect(words).to_have_count(9)
    expect(page.locator("[data-unknown]")).to_contain_text("zebras")
    words.nth(1).press("Enter")
    expect(words.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(words.nth(1)).to_be_focused()
    expect(page.locator("[data-unknown]")).not_to_contain_text("zebras")
    expect(page.locator("[data-top] li")).to_have_count(5)
    assert steps(page) == 0
    page.locator("[data-run-step]").click()
    until(page, 1)


def test_another_view_keeps_the_run_on_pictures_and_the_player_follows(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=learning", reduced_motion="reduce")
    page.locator("[data-run-step]").click()
    until(page, 2)
    page.locator("[data-tab=words]").click()
    expect(page.locator("[data-words-said]")).to_contain_text("Step 0: of")
    assert steps(page) == 0
    page.locator("[data-tab=learning]").click()
    expect(page.locator("[data-run-count]")).to_have_text("2")
    expect(page.locator("[data-said]")).to_contain_text("Step 2")


def test_the_matrix_of_pictures_and_texts_is_read_by_keys_and_prompts_are_typed(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/pretext?tab=pairs&count=100&batch_size=8", reduced_motion="reduce")
    expect(page.locator("[data-pairs-chosen]")).to_contain_text("Picture 1 and text 1")
    page.locator("[data-pairs-matrix] canvas").press("ArrowRight")
    expect(page.locator("[data-pairs-chosen]")).to_contain_text("Picture 1 and text 2")
    page.locator("[data-prompts]").fill("a cup, a bus, a zebra")
    expect(page.locator("[data-prompted] li")).to_have_count(3)
    expect(page.locator("[data-prompts-said]")).to_contain_text("No caption has these words: zebra")
    assert steps(page) == 0
    page.locator("[data-run-step]").click()
    until(page, 1)


def test_frames_are_put_into_order_by_keys_and_the_network_answers(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=video", reduced_motion="reduce")
    cards = page.locator("[data-clip-parts] figure")
    expect(cards).to_have_count(4)
    cards.nth(0).get_by_role("button").nth(1).click()
    expect(page.locator("[data-clip-answers] li")).to_have_count(0)  # not before the visitor's
    page.locator("[data-clip-check]").click()
    expect(page.locator("[data-clip-answers] li")).to_have_count(4)
    expect(page.locator("[data-clip-strip] .picked")).to_have_count(4)
    page.locator("button[data-watched=speed]").click()
    expect(page.locator("[data-clip-parts] figure")).to_have_count(4)
    page.locator("[data-clip-parts]").get_by_role("button", name="2×").click()
    expect(page.locator("[data-video-said]")).to_contain_text("It is")
    strip = page.locator("[data-clip-strip] li")
    expect(strip).to_have_count(13)
    page.locator("#c-length").select_option("25")
    expect(page.locator("[data-clip-parts]").get_by_role("button", name="8×")).to_be_visible()
    expect(strip).to_have_count(25)
    wide = page.locator("[data-clip-strip]").evaluate("(e) => [e.scrollWidth, e.clientWidth]")
    assert wide[0] <= wide[1]
    page.locator("#c-clips").select_option("pans")
    expect(page.locator("[data-video-said]")).to_contain_text("The camera pans at the same pace")
    page.locator("[data-clip-parts]").get_by_role("button", name="2×").click()
    expect(page.locator("[data-video-said]")).to_contain_text("how far the photo moves")


def test_this_run_is_measured_beside_what_was_recorded(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=transfer", reduced_motion="reduce")
    rows = page.locator("[data-asked-table] tbody tr")
    expect(rows).to_have_count(13)
    page.locator("[data-ask]").click()
    expect(rows.first.locator("td").first).to_have_text(re.compile(r"0\.\d\d"), timeout=30_000)
    page.locator(".view:not([hidden]) button[data-question=place]").click()
    expect(page.locator("[data-asked-table] th.chosen").first).to_have_text("place")
    page.locator("button[data-along=depth]").click()
    expect(page.locator("[data-depth-chart] canvas").first).to_be_visible()
    expect(page.locator("[data-transfer-said]")).to_contain_text("last layer", timeout=60_000)


def test_the_network_is_tuned_for_the_chosen_question_beside_its_probe(
    open_page: OpenPage,
) -> None:
    page = open_page(
        f"/labs/pretext?{QUICK}&tab=transfer&question=size&along=tuning", reduced_motion="reduce"
    )
    said = page.locator("[data-transfer-said]")
    recorded = re.compile(r"Recorded .* Fine-tuned 0\.\d\d \(0\.\d\d to 0\.\d\d\)")
    expect(said).to_contain_text(recorded)
    expect(page.locator("[data-asked-table] thead th").first).to_have_text("fine-tuned from")
    page.locator("[data-tune]").click()
    expect(said).to_contain_text(re.compile(r"Measuring: \d+ of \d+ parts"))
    told = re.compile(r"Labels per answer: 10\. Fine-tuned 0\.\d\d ± 0\.\d\d, linear probe")
    expect(said).to_contain_text(told, timeout=120_000)
    expect(said).to_contain_text("Probe of ImageNet’s features 0.")
    page.locator(".view:not([hidden]) button[data-labels=all]").click()
    expect(said).to_contain_text("Labels per answer: all.")
    page.locator(".view:not([hidden]) button[data-question=class]").click()
    expect(said).to_contain_text(recorded)  # this run was not measured for it
    assert steps(page) == 0


def test_scale_shows_what_was_recorded_and_trains_a_column_when_asked(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/pretext?tab=scale&width=0.5&speed=2")
    expect(page.locator("[data-scale-from]")).to_contain_text("models.train.pretext_scale")
    expect(page.locator("[data-scale-table] tbody tr")).to_have_count(4)
    assert steps(page) == 0  # it waits
    page.locator("[data-run-play]").click()
    until(page, 2)


def test_all_tasks_stand_beside_each_other_on_drawn_pictures_and_on_photos(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=compared", reduced_motion="reduce")
    expect(page.locator("[data-bars] li")).to_have_count(12)
    expect(page.locator("[data-compared-from]")).to_contain_text("python -m models.train.pretext")
    page.locator("button[data-measured=photos]").click()
    expect(page.locator("[data-compared-said]")).to_contain_text("real photos")
    expect(page.locator("[data-bars] .rotation")).to_be_visible()


def test_a_card_of_the_time_line_opens_its_task(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}&tab=stages", reduced_motion="reduce")
    page.get_by_role("button", name=re.compile("relative patch")).click()
    expect(page).to_have_url(re.compile("task=patch"))
    expect(page.locator("[data-puzzle-question]")).to_contain_text("left patch")


def test_a_photo_of_ones_own_goes_through_the_tasks_and_may_be_deleted(
    open_page: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    watch.allowed.add("422")  # of pictures without classes nothing is supervised
    page = open_page(f"/labs/pretext?{QUICK}", reduced_motion="reduce")
    coarse = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    Image.fromarray(coarse).resize((640, 480)).save(tmp_path / "photo.png")
    page.locator("[data-files]").set_input_files(tmp_path / "photo.png")
    expect(page.locator("[data-own-delete]")).to_be_visible()
    expect(page).to_have_url(re.compile("data=own"))
    for task in ("rotation", "masked", "patch"):
        page.locator("select[name=task]").select_option(task)
        expect(page.locator("[data-gallery] li")).to_have_count(8)
        expect(page.locator("[data-said]")).to_contain_text("Step 0")
    page.locator("select[name=task]").select_option("supervised")
    expect(page.locator("[data-run-said]")).to_contain_text("no classes")
    page.locator("select[name=task]").select_option("rotation")
    expect(page.locator("[data-said]")).to_contain_text("Task: rotation. Step 0")
    page.locator("[data-own-delete]").click()
    expect(page).not_to_have_url(re.compile("data=own"))


@pytest.mark.thorough
def test_the_page_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page(f"/labs/pretext?{QUICK}", 360, 780, reduced_motion="reduce")
    assert_fits_a_phone(page)
