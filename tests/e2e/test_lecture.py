"""A lecture script: put together, checked, played by a clicker with notes beside it, given out."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.lectures.scripts import SCRIPTS
from tests.e2e.browser import assert_fits_a_phone, ready

SHORT = {
    "vitrine": "lecture",
    "version": 1,
    "title": "Short",
    "states": [
        {"path": "/labs/nms#step-4", "note": "Raise it slowly.", "minutes": 4},
        {"path": "/labs/nms?iou_threshold=0.3", "note": "", "minutes": 2},
        {"path": "/labs/regularization#step-1", "note": "Two pulls.", "minutes": 6},
    ],
}


def opened(page, script, tmp_path: Path):
    file = tmp_path / "lecture.json"
    file.write_text(json.dumps(script), "utf-8")
    page.locator("[data-lecture-file]").set_input_files(file)


def test_a_clicker_goes_through_the_states_and_the_notes_follow(open_page, tmp_path):
    page = open_page("/lecture")
    opened(page, SHORT, tmp_path)
    expect(page.locator("[data-lecture-total]")).to_have_text("States: 3, minutes: 12")
    with page.expect_popup() as popup:
        page.locator("[data-lecture-do=notes]").click()
    notes = popup.value
    page.locator("[data-lecture-do=play]").click()
    page.wait_for_url(re.compile("/labs/nms.*lesson=4.*present=1"))
    expect(page.locator("[data-lecture-place]")).to_have_text("1 / 3")
    expect(notes.locator("[data-notes-text]")).to_have_text("Raise it slowly.")
    expect(notes.locator("[data-notes-name]")).to_contain_text("Two cars side by side")
    expect(notes.locator("[data-notes-time]")).to_contain_text("ends at minute 4")
    page.keyboard.press("PageDown")
    page.wait_for_url(re.compile(r"/labs/nms.*iou_threshold=0\.3"))
    expect(page.locator("[data-lecture-place]")).to_have_text("2 / 3")
    notes.locator("[data-notes-on]").click()
    page.wait_for_url(re.compile("/labs/regularization.*lesson=1"))
    expect(notes.locator("[data-notes-text]")).to_have_text("Two pulls.")
    expect(notes.locator("[data-notes-next]")).to_contain_text("last state")
    page.reload()
    ready(page)
    expect(page.locator("[data-lecture-place]")).to_have_text("3 / 3")
    page.keyboard.press("PageUp")
    page.wait_for_url(re.compile(r"/labs/nms.*iou_threshold=0\.3"))
    page.get_by_role("button", name="End the lecture").click()
    page.wait_for_url("**/lecture")
    expect(notes.locator("[data-notes-name]")).to_contain_text("No lecture is played")
    expect(page.locator("[data-lecture-bar]")).to_have_count(0)


def test_notes_that_are_opened_late_steer_and_stay_notes(open_page, tmp_path):
    page = open_page("/lecture")
    opened(page, SHORT, tmp_path)
    page.locator("[data-lecture-do=play]").click()
    page.wait_for_url(re.compile("/labs/nms.*lesson=4"))
    page.goto(page.url.split("/labs", 1)[0] + "/lecture")
    with page.expect_popup() as popup:
        page.locator("[data-lecture-do=notes]").click()
    notes = popup.value
    expect(notes.locator("[data-notes-text]")).to_have_text("Raise it slowly.")
    notes.locator("[data-notes-on]").click()
    page.wait_for_url(re.compile(r"/labs/nms.*iou_threshold=0\.3"))
    expect(notes.locator("[data-notes-place]")).to_have_text("2 / 3")
    assert notes.url.endswith("/lecture/notes")
    expect(notes.locator("[data-lecture-bar]")).to_have_count(0)


def test_a_lecture_from_a_link_takes_no_other_away_for_good(open_page, tmp_path):
    page = open_page("/lecture")
    opened(page, SHORT, tmp_path)
    page.locator("[data-lecture-script='90-minutes']").click()
    expect(page.locator(".lecture-state")).to_have_count(16)
    page.reload()
    page.locator("[data-lecture-do=undo]").click()
    expect(page.locator(".lecture-state")).to_have_count(3)


def test_a_state_that_another_tab_adds_stays_when_a_note_is_typed(open_page, tmp_path):
    page = open_page("/lecture")
    opened(page, SHORT, tmp_path)
    other = page.context.new_page()
    other.goto(page.url.replace("/lecture", "/labs/nms?iou_threshold=0.7"))
    ready(other)
    other.locator("[data-share]").click()
    other.locator("[data-lecture-add]").click()
    expect(other.locator("[data-lecture-added]")).to_have_text("State 4 of your lecture.")
    expect(page.locator(".lecture-state")).to_have_count(4)
    page.locator("textarea").first.fill("Another note.")
    page.reload()
    expect(page.locator(".lecture-state")).to_have_count(4)


def test_what_nobody_checked_is_not_said_to_open(open_page, tmp_path):
    page = open_page("/lecture")
    opened(page, {**SHORT, "states": SHORT["states"] * 5}, tmp_path)
    page.locator("[data-lecture-do=check]").click()
    expect(page.locator("[data-lecture-frame]")).to_be_visible()
    opened(page, SHORT, tmp_path)
    expect(page.locator("[data-lecture-said]")).to_have_text("The check was stopped.")


def test_what_a_lab_shows_becomes_a_state_and_stays_after_a_reload(open_page):
    page = open_page("/labs/nms?iou_threshold=0.7")
    page.locator("[data-share]").click()
    page.locator("[data-lecture-add]").click()
    expect(page.locator("[data-lecture-added]")).to_have_text("State 1 of your lecture.")
    page.locator("[data-share-dialog] a", has_text="My lecture").click()
    page.wait_for_url("**/lecture")
    state = page.locator(".lecture-state")
    expect(state.locator(".lecture-name")).to_have_attribute(
        "href", re.compile(r"iou_threshold=0\.7")
    )
    state.locator("textarea").fill("Ask for the recall.")
    state.locator("input[type=number]").fill("8")
    page.reload()
    expect(state.locator("textarea")).to_have_value("Ask for the recall.")
    expect(page.locator("[data-lecture-total]")).to_have_text("States: 1, minutes: 8")


def test_a_check_opens_every_state_trains_it_and_records_its_page(open_page, watch, tmp_path):
    watch.allowed.add("404")  # of the lab that is gone
    page = open_page("/lecture")
    states = [
        {"path": "/labs/mlp#step-2", "note": "", "minutes": 5},
        {"path": "/labs/nms?iou_threshold=7", "note": "", "minutes": 5},
        {"path": "/labs/gone", "note": "", "minutes": 5},
    ]
    opened(page, {**SHORT, "states": states}, tmp_path)
    page.locator("[data-lecture-record]").check()
    page.locator("[data-lecture-do=check]").click()
    said = page.locator("[data-lecture-said]")
    expect(said).to_have_text(
        "States that do not open here as they should: 2 of 3.", timeout=180_000
    )
    trained, refused, gone = page.locator(".lecture-outcome").all()
    expect(trained).to_contain_text(re.compile(r"Opens here; trained \d+ steps in \d"))
    expect(refused).to_contain_text("iou_threshold")
    expect(gone).to_contain_text("There is no lab of that name")
    with page.expect_download() as download:
        trained.get_by_role("button").click()
    assert download.value.suggested_filename.endswith(".html")
    page.locator(".lecture-state").nth(1).get_by_role("button", name="Remove").click()
    expect(page.locator(".lecture-state")).to_have_count(2)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_that_comes_with_vitrine_is_there_in_chinese_and_as_a_link(open_page, name):
    page = open_page("/lecture?lang=zh")
    page.locator(f"[data-lecture-script='{name}']").click()
    states = page.locator(".lecture-state")
    expect(states).to_have_count(len(SCRIPTS[name].stops))
    note = states.first.locator("textarea").input_value()
    assert re.search(r"[\u4e00-\u9fff]", note)
    expect(states.first.locator(".lecture-name")).to_contain_text("：")
    page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: (text) => (window.copied = text)}})"
    )
    page.locator("[data-lecture-do=link]").click()
    expect(page.locator("[data-lecture-said]")).to_contain_text("链接")
    other = open_page(page.evaluate("window.copied").split("/", 3)[3].join(["/", ""]))
    expect(other.locator(".lecture-state")).to_have_count(len(SCRIPTS[name].stops))
    expect(other.locator(".lecture-state").first.locator("textarea")).to_have_value(note)


def test_a_hand_out_has_a_code_for_every_state_and_none_of_the_notes(open_page, tmp_path):
    page = open_page("/lecture")
    opened(page, SHORT, tmp_path)
    page.locator("[data-lecture-do=hand-out]").click()
    expect(page.locator(".lecture-code:visible")).to_have_count(3)
    assert page.locator(".lecture-code").evaluate_all(
        "async (all) => { await Promise.all(all.map((one) => one.decode())); return true; }"
    )
    expect(page.locator("textarea:visible")).to_have_count(0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "no lecture script"),
        (
            '{"vitrine": "lecture", "states": [{"path": "https://evil.example"}]}',
            "no lab of Vitrine",
        ),
        ('{"vitrine": "lecture", "version": 9, "states": []}', "newer Vitrine"),
    ],
    ids=["no JSON", "elsewhere", "newer"],
)
def test_a_file_that_is_no_lecture_is_refused_and_the_lecture_stays(
    open_page, tmp_path, content, said
):
    page = open_page("/lecture")
    opened(page, SHORT, tmp_path)
    file = tmp_path / "other.json"
    file.write_text(content)
    page.locator("[data-lecture-file]").set_input_files(file)
    expect(page.locator("[data-lecture-said]")).to_contain_text(said)
    expect(page.locator(".lecture-state")).to_have_count(3)


@pytest.mark.parametrize("path", ["/lecture", "/lecture/notes"])
def test_the_pages_of_a_lecture_fit_a_phone(open_page, path, tmp_path):
    page = open_page(path, width=360, height=740)
    if path == "/lecture":
        opened(page, SHORT, tmp_path)
    assert_fits_a_phone(page)
