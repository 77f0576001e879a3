"""The `fitting` page in a real browser."""

import json
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    Server,
    assert_fits_a_phone,
    held,
    only_worker_of,
    served,
    steps,
    until,
)
from tests.e2e.conftest import OpenPage, Watch


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """Pixels of a place of the plot, read off its own margins."""
    box = page.locator("[data-plot] canvas").bounding_box()
    assert box
    left, right, top, bottom = 52, 24, 30, 48
    across = (x + 1.08) / 2.16
    up = (y + 1.75) / 3.5
    return (
        box["x"] + left + across * (box["width"] - left - right),
        box["y"] + box["height"] - bottom - up * (box["height"] - top - bottom),
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_opens_training_and_soon_says_that_it_overfits(
    open_page: OpenPage, language: str
) -> None:
    page = open_page(f"/labs/fitting?speed=20&lang={language}&tab=curve")
    until(page, 400)
    words = {"en": "It overfits", "zh": "过拟合"}[language]
    expect(page.locator("[data-said]")).to_contain_text(words)
    expect(page.locator("[data-figures] dd").first).not_to_have_text("–")


def test_pause_holds_step_goes_on_and_reset_begins_anew(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?tab=curve")
    until(page, 20)
    page.locator("[data-run-play]").click()
    rested = held(page)
    page.wait_for_timeout(400)
    assert steps(page) == rested
    page.locator("[data-run-step]").click()
    until(page, rested + 5)
    page.locator("[data-run-reset]").click()
    expect(page.locator("[data-run-count]")).to_have_text("0")


def test_a_point_that_is_dragged_becomes_ones_own_and_moves_by_keys_too(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/fitting?singles=true&tab=curve")
    until(page, 20)
    page.locator("[data-run-play]").click()
    canvas = page.locator("[data-plot] canvas")
    canvas.scroll_into_view_if_needed()
    canvas.focus()
    page.keyboard.press("]")
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    page.wait_for_url(re.compile(r"data=own"))
    first = page.url
    page.keyboard.press("ArrowUp")
    page.wait_for_function("url => location.href !== url", arg=first)
    expect(page.locator("[data-own]")).to_have_attribute("aria-pressed", "true")


def test_a_curve_is_drawn_with_the_mouse(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?tab=curve")
    page.locator("[data-curve=drawn]").click()
    page.locator("[data-plot] canvas").scroll_into_view_if_needed()
    page.mouse.move(*point(page, -1, -1.6))
    page.mouse.down()
    for i in range(21):
        page.mouse.move(*point(page, -1 + i / 10, -1.6 + i / 7))
    page.mouse.up()
    page.wait_for_url(re.compile(r"drawn=[\w-]{20}.*data=drawn"))
    expect(page.locator("[data-curve=drawn]")).to_have_attribute("aria-pressed", "true")
    until(page, 10)


def test_own_rows_are_pasted_and_a_bad_one_is_named(open_page: OpenPage, watch: Watch) -> None:
    watch.allowed.add("422")  # Chromium's own line about the refused rows
    page = open_page("/labs/fitting?tab=curve")
    page.locator("[data-own]").click()
    page.locator("[data-own-text]").fill("x,y\n1,2\n2,three\n3,4\n5,6")
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-warning]")).to_contain_text("Line 3")
    page.locator("[data-own-text]").fill("x,y\n" + "\n".join(f"{i},{i % 5}" for i in range(40)))
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()
    expect(page.locator("[data-figures] dd").last).to_have_text("20")


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_two_readings_fit_the_dialog_shows_both_and_asks(
    open_page: OpenPage, watch: Watch, width: int, language: str
) -> None:
    watch.allowed.add("422")
    page = open_page(f"/labs/fitting?lang={language}&tab=curve", width=width, height=640)
    page.locator("[data-own]").click()
    rows = "".join(f"{2000 + i}\t1,{100 + 7 * i}\n" for i in range(20))
    page.locator("[data-own-text]").fill("year\tprice\n" + rows)
    question = page.locator("[data-own-decimal]")
    expect(question).to_contain_text("1,100")
    expect(question.locator("label")).to_have_text([re.compile("^ ?1100"), re.compile(r"^ ?1\.1")])
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-warning]")).not_to_be_empty()  # nothing is decided in silence
    question.locator("input").first.check()
    expect(page.locator("[data-own-head] tbody tr").first).to_have_text("20001100")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()
    page.wait_for_url(re.compile(r"reading=decimal"))
    assert "year" in page.url


@pytest.mark.thorough
def test_what_was_left_out_of_a_table_is_said_also_to_who_opens_the_link(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/fitting?tab=curve", width=360, height=740)
    page.locator("[data-own]").click()
    rows = "".join(f"{i},{'NA' if i % 100 == 7 else i % 9}\n" for i in range(2500))
    page.locator("[data-own-text]").fill("x,y\n" + rows)
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()
    said = page.locator("[data-own-read]")
    expect(said).to_contain_text("Rows with gaps, left out of your table: 25.")
    expect(said).to_contain_text("Of the 2,475 rows without gaps a random sample of 2,000 is used.")
    page.wait_for_url(re.compile("reading="))
    page.reload()
    expect(said).to_contain_text("left out of your table: 25.")
    page.locator("[data-curve=sine]").click()
    expect(said).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_that_is_not_utf_8_is_read_and_its_encoding_can_be_changed(
    open_page: OpenPage, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(("时间,价格\n" + "".join(f"{i},{i * i}\n" for i in range(12))).encode("gbk"))
    page = open_page(f"/labs/fitting?lang={language}&tab=curve", width=360, height=740)
    page.locator("[data-own]").click()
    page.locator("[data-own-file]").set_input_files(file)
    head = page.locator("[data-own-head] th")
    expect(head.first).to_contain_text("时间")
    expect(page.locator("[data-own-file-name]")).to_have_text("mine.csv")
    page.locator("[data-own-encoding]").select_option("windows-1252")
    expect(head.first).not_to_contain_text("时间")
    page.locator("[data-own-encoding]").select_option("gb18030")
    expect(head.first).to_contain_text("时间")
    page.locator("[data-own-use]").click()
    expect(page.locator("[data-own-dialog]")).to_be_hidden()


def test_a_width_that_is_clicked_in_the_sweep_is_loaded(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?depth=1&replicas=4&tab=capacity")
    expect(page.locator("[data-capacity-said]")).to_contain_text("double descent")
    page.locator("[data-sweep]").click()
    chart = page.locator("[data-capacity-network] .u-over")
    chart.wait_for(timeout=20_000)
    expect(page.locator("[data-capacity-said]")).to_contain_text("least test error")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_url(re.compile(r"width=(3|4|6)\b"))


def test_the_shared_link_opens_the_same_setting(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?noise=0.5&l2=0.01&tab=curve")
    page.locator("[data-share]").click()
    link = page.locator("[data-share-link]")
    expect(link).to_have_value(re.compile(r"/s/[\w-]+$"))
    expect(page.locator("[data-share-qr]")).to_be_visible()
    other = open_page("/s/" + link.input_value().rsplit("/", 1)[1])
    assert re.search(r"noise=0.5&.*l2=0.01", other.url)


def test_a_run_is_watched_from_another_page_without_control(open_page: OpenPage) -> None:
    mine = open_page("/labs/fitting?tab=curve")
    until(mine, 20)
    mine.locator("[data-share]").click()
    mine.locator("[data-share-kind=watch]").click()
    link = mine.locator("[data-share-link]")
    expect(link).to_have_value(re.compile(r"/s/"))
    watcher = open_page("/s/" + link.input_value().rsplit("/", 1)[1])
    expect(watcher.locator("[data-run-said]")).to_contain_text("watching")
    expect(watcher.locator("[data-run-play]")).to_be_disabled()
    until(watcher, steps(mine) + 10)


def test_a_killed_training_says_so_and_starts_again_with_the_same_settings(
    open_page_of: Callable[[Server], OpenPage],
) -> None:
    with served() as own:  # whose only run is this page's
        page = open_page_of(own)("/labs/fitting?noise=0.4&tab=curve")
        until(page, 10)
        os.kill(only_worker_of(own.process), signal.SIGKILL)
        starts_again(page)
        page.context.close()


def starts_again(page: Page) -> None:
    expect(page.locator("[data-run-said]")).to_contain_text("ended from outside")
    page.locator("[data-run-again]").click()
    until(page, 10)
    assert "noise=0.4" in page.url


def test_the_script_and_the_curves_are_handed_out(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?tab=curve")
    until(page, 50)
    page.locator("[data-run-play]").click()
    with page.expect_download() as downloading:
        page.locator("[data-export=csv]").click()
    text = Path(downloading.value.path()).read_text()
    assert text.startswith("training steps,training error")
    with page.expect_download() as downloading:
        page.locator("[data-export=json]").click()
    exported = json.loads(Path(downloading.value.path()).read_text())
    assert exported["config"]["width"] == 64
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("def train(r):")
    page.locator("[data-code-format=ipynb]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("# ## The network")


HIDE = """() => {
    const real = window.requestAnimationFrame, held = window.held = [];
    let hidden = true;
    window.requestAnimationFrame = (act) => (hidden ? held.push(act) : real(act));
    Object.defineProperty(document, "visibilityState", {get: () => hidden ? "hidden" : "visible"});
    window.comeBack = () => { hidden = false; held.forEach((act) => real(act)); };
}"""


def test_a_page_that_was_hidden_says_that_its_training_stood_still(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?tab=curve")
    until(page, 20)
    page.evaluate(HIDE)
    while not page.evaluate("held.length"):  # until the frame that was under way is here
        page.wait_for_timeout(50)
    page.wait_for_timeout(3500)
    notice = page.locator("[data-run-notice]")
    expect(notice).to_be_hidden()
    page.evaluate("comeBack()")
    expect(notice).to_contain_text("While this page was hidden, the training stood still.")
    page.locator("[data-run-play]").click()
    expect(notice).to_be_hidden()


def test_the_keyboard_alone_plays_and_pauses(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?tab=curve")
    until(page, 10)
    page.locator("[data-plot] canvas").focus()
    page.keyboard.press("Space")
    rested = held(page)
    page.wait_for_timeout(400)
    assert steps(page) == rested
    page.keyboard.press("Space")
    until(page, rested + 5)


def test_with_reduced_motion_it_waits_to_be_started(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting?tab=curve", reduced_motion="reduce")
    page.wait_for_timeout(500)
    assert steps(page) == 0
    expect(page.locator("[data-said]")).to_contain_text("Press Play")


@pytest.mark.thorough
def test_axe_and_a_phone_have_nothing_to_say_against_the_sweep(open_page: OpenPage) -> None:
    address = "/labs/fitting?mode=capacity&sweep=true&tab=capacity"
    assert_fits_a_phone(open_page(address, width=360, height=740))
