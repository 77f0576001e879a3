"""Answers that overtake each other: what a page shows is of what is chosen now, all of it."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.browser import GUARD, held, ready, until
from tests.e2e.conftest import OpenPage, Watch

pytestmark = pytest.mark.thorough

PROPOSALS = "**/api/rpn/proposals"
SHIPPED = "shipped weights"
COMPUTING = {"en": "are being computed", "zh": "正在计算"}
LOST = {"en": "Your photo is no longer on this server", "zh": "你的照片已不在这台服务器上"}


class SlowLine:
    """A line on which requests of an address wait until they are let go; counts those under way."""

    def __init__(self, page: Page, pattern: str, *, first: int = 1000) -> None:
        self.page, self.pattern, self.left = page, pattern, first
        self.waiting: list[Route] = []
        self.over = self.under_way = self.most = 0
        page.route(pattern, self._take)
        page.on("requestfailed", self._end)
        page.on("requestfinished", self._end)

    def _take(self, route: Route) -> None:
        if self.left <= 0:
            route.continue_()
            return
        self.left -= 1
        self.waiting.append(route)
        self.under_way += 1
        self.most = max(self.most, self.under_way)

    def _end(self, request: Request) -> None:
        if request in [route.request for route in self.waiting]:
            self.over += 1
            self.under_way -= 1

    def wait_for(self, count: int = 1) -> None:
        """Until so many requests have waited here."""
        self._until(lambda: len(self.waiting) >= count)

    def let_go(self) -> None:
        """Let all of them on, and wait until they are answered or given up, and painted."""
        self.left = 0
        for route in self.waiting:
            route.continue_()
        self._until(lambda: self.over >= len(self.waiting))
        painted(self.page)

    def _until(self, there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + GUARD
        while not there():
            assert time.monotonic() < deadline, f"nothing more came of {self.pattern}"
            self.page.wait_for_timeout(20)


def painted(page: Page) -> None:
    page.evaluate("new Promise(end => requestAnimationFrame(() => requestAnimationFrame(end)))")


def boxes_lie_on(page: Page, root: str) -> bool:
    """Whether anything is drawn over the photo."""
    return page.locator(f"{root} canvas.over").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
            .data.some((value, i) => i % 4 === 3 && value > 0)"""
    )


def sample(page: Page, number: int) -> str:
    """Choose a sample picture by its place; the name in its address."""
    button = page.locator("[data-samples] button").nth(number)
    button.click()
    return button.inner_text().strip()


def chosen(page: Page) -> str:
    return page.locator("[data-samples] [aria-pressed=true]").inner_text().strip()


def test_a_photo_that_is_chosen_no_more_does_not_replace_the_textbook(
    open_page: OpenPage, watch: Watch
) -> None:
    watch.allowed.add("willReadFrequently")
    page = open_page("/labs/nms")
    line = SlowLine(page, PROPOSALS)
    page.locator("[data-source=photo]").click()
    line.wait_for()
    page.locator("[data-source=textbook]").click()
    line.let_go()
    expect(page.locator("[data-badge]")).to_contain_text("drawn example")
    expect(page.locator("[data-before-count]")).to_have_text("Boxes: 6")
    expect(page.locator("[data-said]")).to_contain_text(" of 6.")
    assert boxes_lie_on(page, "[data-after]")


def test_of_two_samples_the_one_clicked_last_stays(open_page: OpenPage) -> None:
    page = open_page("/labs/rpn")
    line = SlowLine(page, "**/api/samples/*", first=1)
    sample(page, 1)
    line.wait_for()
    with page.expect_response(PROPOSALS):
        last = sample(page, 2)
    line.let_go()
    expect(page.locator("[data-badge]")).to_contain_text(SHIPPED)
    assert chosen(page) == last
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('vitrine-photo')).name")
    assert kept == page.evaluate(
        "fetch('/api/samples').then(a => a.json()).then(all => all[2].name)"
    )


def test_a_sample_overtakes_a_slow_upload(open_page: OpenPage, photo: Path) -> None:
    page = open_page("/labs/rpn")
    line = SlowLine(page, "**/api/images")
    page.locator("[data-file]").first.set_input_files(photo)
    line.wait_for()
    expect(page.locator("[data-progress]")).to_be_visible()
    with page.expect_response(PROPOSALS):
        last = sample(page, 1)
    line.let_go()
    expect(page.locator("[data-badge]")).to_contain_text(SHIPPED)
    expect(page.locator("[data-progress]")).to_be_hidden()
    assert chosen(page) == last


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("path", "root"), [("rpn?stage=nms", "[data-picture]"), ("nms?source=photo", "[data-after]")]
)
def test_a_photo_lies_bare_until_its_own_boxes_are_here(
    open_page: OpenPage, watch: Watch, path: str, root: str, language: str
) -> None:
    watch.allowed.add("willReadFrequently")  # this test reads what is painted
    page = open_page(f"/labs/{path}&lang={language}")
    badge, said = page.locator("[data-badge]"), page.locator("[data-said]")
    assert boxes_lie_on(page, root)
    line = SlowLine(page, PROPOSALS)
    sample(page, 1)
    line.wait_for()
    painted(page)
    assert not boxes_lie_on(page, root)
    for words in (said, badge):
        expect(words).to_contain_text(COMPUTING[language])
    expect(page.locator("[data-figures]")).not_to_be_visible()
    page.locator(f"{root} canvas.over").hover()  # what draws anew draws no other boxes
    page.keyboard.press("ArrowRight")
    painted(page)
    assert not boxes_lie_on(page, root)
    line.let_go()
    for words in (said, badge):
        expect(words).not_to_contain_text(COMPUTING[language])
    assert boxes_lie_on(page, root)


def test_the_badge_is_of_the_network_whose_boxes_are_shown(open_page: OpenPage) -> None:
    page = open_page("/labs/rpn?stage=clipped")
    badge, said = page.locator("[data-badge]"), page.locator("[data-said]")
    line = SlowLine(page, PROPOSALS)
    page.locator("select[name=model]").select_option("untrained")
    line.wait_for()
    expect(badge).to_contain_text(SHIPPED)
    expect(said).to_contain_text(COMPUTING["en"])
    expect(page.locator(".stage")).to_have_attribute("aria-busy", "true")
    line.let_go()
    expect(badge).to_contain_text("untrained")
    expect(said).to_contain_text("Boxes are cut")
    expect(page.locator(".stage")).to_have_attribute("aria-busy", "false")


def test_a_network_that_is_not_here_leaves_no_numbers_of_another(
    open_page: OpenPage, watch: Watch
) -> None:
    watch.allowed.add("409")
    page = open_page("/labs/rpn?tab=place")
    page.locator("select[name=model]").select_option("fasterrcnn_resnet50_fpn_v2")
    expect(page.locator("[data-said] .bad")).to_be_visible()
    expect(page.locator("[data-badge]")).to_have_text("")
    expect(page.locator("[data-anchor-rows]")).not_to_be_visible()
    assert page.locator("[data-shape]").all_inner_texts() == [""] * 9


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/labs/rpn?", "/labs/nms?source=photo&"])
def test_that_the_remembered_photo_is_gone_is_said(
    open_page: OpenPage, address: str, photo: Path, path: str, language: str, watch: Watch
) -> None:
    watch.allowed.add("404")  # the browser itself logs that the photo is not there
    page = open_page("/labs/rpn")
    with page.expect_response(PROPOSALS):
        page.locator("[data-file]").first.set_input_files(photo)
    expect(page.locator("[data-lost] p")).to_have_count(0)
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('vitrine-photo')).url")
    assert page.request.delete(address + kept).ok
    page.goto(f"{address}/")  # its small pictures do not use up what a lab has to say
    ready(page)
    page.goto(f"{address}{path}lang={language}")
    ready(page)
    expect(page.locator("[data-lost]")).to_contain_text(LOST[language])
    expect(page.locator("[data-badge]")).not_to_have_text("")
    page.locator("[data-lost] button").click()
    expect(page.locator("[data-lost] p")).to_have_count(0)
    page.reload()
    ready(page)
    expect(page.locator("[data-lost] p")).to_have_count(0)  # now the sample is what was chosen


@pytest.mark.parametrize(
    ("path", "slider", "asked"),
    [
        ("contrastive?count=200", "input[type=range][name=crop]", "contrastive/specimens"),
        ("batchnorm", "[data-spread]", "batchnorm/surface*"),
        ("regularization", "[data-between]", "regularization/geometry*"),
        ("regularization", "[data-decay-lambda]", "regularization/decay*"),
        ("rpn", "input[type=range][name=min_size]", "rpn/proposals"),
        ("nms?method=soft-linear", "input[type=range][name=iou_threshold]", "nms"),
        ("fitting", "input[type=range][name=train]", "labs/fitting/run"),
    ],
)
def test_a_dragged_slider_has_one_request_under_way(
    open_page: OpenPage, path: str, slider: str, asked: str
) -> None:
    page = open_page(f"/labs/{path}", reduced_motion="reduce")
    painted(page)
    line = SlowLine(page, f"**/api/{asked}")
    page.locator(slider).evaluate(
        """async slider => {
            const [low, high] = [Number(slider.min), Number(slider.max)];
            for (let i = 0; i < 60; i++) {
                slider.value = low + ((high - low) * ((i * 7) % 60)) / 60;
                slider.dispatchEvent(new Event("input", {bubbles: true}));
                await new Promise(requestAnimationFrame);
                if (i % 20 === 19) await new Promise(end => setTimeout(end, 350));
            }
        }"""
    )
    line.wait_for()
    assert line.most == 1
    line.let_go()


def test_a_count_a_badge_and_a_sentence_wait_for_the_pictures_of_their_frame(
    open_page: OpenPage,
) -> None:
    page = open_page("/labs/contrastive?count=200&batch_size=32&speed=2&tab=similarities")
    until(page, 4)
    page.locator("[data-run-play]").click()
    steps, said = held(page), page.locator("[data-said]").inner_text()
    line = SlowLine(page, "**/api/contrastive/specimens")
    page.locator("[data-control=seed] input[type=number]").fill("3")
    page.keyboard.press("Enter")
    line.wait_for()
    expect(page.locator("[data-run]")).to_have_attribute("data-phase", "ready")  # its frame is here
    painted(page)
    assert held(page) == steps
    expect(page.locator("[data-badge]")).to_have_attribute("data-origin", "live")
    expect(page.locator("[data-said]")).to_have_text(said)
    line.let_go()
    expect(page.locator("[data-run-count]")).to_have_text("0")
    expect(page.locator("[data-badge]")).to_have_attribute("data-origin", "untrained")


def test_a_new_run_shows_no_count_before_its_first_picture(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting")
    until(page, 20)
    page.locator("[data-run-play]").click()
    held(page)
    page.evaluate(
        """() => {
            const bar = document.querySelector("[data-run]");
            const count = document.querySelector("[data-run-count]");
            const all = {attributes: true, subtree: true, childList: true, characterData: true};
            globalThis.seen = [];
            const look = () => seen.push([bar.dataset.phase, count.textContent]);
            new MutationObserver(look).observe(bar, all);
        }"""
    )
    page.locator("[data-control=seed] input[type=number]").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator("[data-run-count]")).to_have_text("0")
    seen = page.evaluate("seen")
    assert "connecting" in [phase for phase, _ in seen]
    assert ["connecting", "0"] not in seen


@pytest.mark.parametrize(
    ("path", "model", "part"),
    [
        ("regularization?tab=weights", "random", "[data-curve]"),
        ("mlp?model=mlp", "perceptron", "[data-line]"),
    ],
)
def test_the_parts_of_a_page_are_those_of_the_frame_on_show(
    open_page: OpenPage, path: str, model: str, part: str
) -> None:
    page = open_page(f"/labs/{path}", reduced_motion="reduce")
    expect(page.locator(part)).to_be_hidden()
    hidden = page.evaluate(
        """([model, part]) => {
            const button = document.querySelector(`button[data-model=${model}]`);
            const choice = document.querySelector("select[name=model]");
            if (button) button.click();
            else {
                choice.value = model;
                choice.dispatchEvent(new Event("input", {bubbles: true}));
            }
            return document.querySelector(part).offsetParent === null;
        }""",
        [model, part],
    )
    assert hidden  # no frame of it can be here yet
    expect(page.locator(part)).to_be_visible()


def test_a_qr_code_is_of_the_link_beside_it(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting", reduced_motion="reduce")
    page.locator("[data-share]").click()
    code = page.locator("[data-share-qr]")
    expect(code).to_be_visible()
    line = SlowLine(page, "**/api/share")
    page.locator("[data-share-kind=watch]").click()
    line.wait_for()
    expect(page.locator("[data-share-link]")).to_have_value(re.compile("run="))
    expect(code).to_be_hidden()
    line.let_go()
    expect(code).to_be_visible()


def test_the_code_is_downloaded_in_the_format_that_is_shown(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting", reduced_motion="reduce")
    page.locator("[data-code]").click()
    expect(page.locator("[data-code-text]")).to_contain_text("import torch")
    line = SlowLine(page, "**/api/labs/fitting/code")
    page.locator("[data-code-format=ipynb]").click()
    line.wait_for()
    with page.expect_download() as download:
        page.locator("[data-code-download]").click()
    assert download.value.suggested_filename.endswith(".py")
    line.let_go()
    expect(page.locator("[data-code-format=ipynb]")).to_have_attribute("aria-pressed", "true")


def test_a_table_is_taken_once_and_not_after_its_dialog_is_closed(open_page: OpenPage) -> None:
    page = open_page("/labs/fitting", reduced_motion="reduce")
    line = SlowLine(page, "**/api/fitting/table")
    page.locator("[data-own]").click()
    page.locator("[data-own-text]").fill("1,2\n3,4\n5,7\n8,9\n")
    for _ in range(2):
        page.locator("[data-own-use]").click()
    line.wait_for()
    assert len(line.waiting) == 1
    page.keyboard.press("Escape")
    line.let_go()
    expect(page.locator("[data-own]")).to_have_attribute("aria-pressed", "false")


def test_a_comparison_that_ends_gives_its_picture_back(open_page: OpenPage, watch: Watch) -> None:
    watch.allowed.add("closed before the connection")  # it may end before its run has begun
    page = open_page("/labs/mlp?model=mlp", reduced_motion="reduce")
    for _ in range(3):
        page.locator("[data-compare]").click()
        expect(page.locator("[data-compared]")).to_be_visible()
        expect(page.locator("[data-plot-b] > *")).to_have_count(1)
        page.locator("[data-compare]").click()
        expect(page.locator("[data-plot-b] > *")).to_have_count(0)


def test_a_home_page_that_is_left_asks_for_nothing_more(open_page: OpenPage, address: str) -> None:
    page = open_page("/labs/nms")
    line = SlowLine(page, "**/api/labs/*/run")
    page.goto(f"{address}/", wait_until="commit")
    line.wait_for(6)  # five thumbnails and the live picture
    page.goto(f"{address}/labs/nms")
    ready(page)
    assert (line.over, line.under_way, len(line.waiting)) == (6, 0, 6)
    line.left = 0
    page.go_back()
    ready(page)
    expect(page.locator("[data-thumbnail=fitting]")).to_contain_text("500 steps")


def test_the_page_says_so_where_an_answer_takes_long(open_page: OpenPage) -> None:
    page = open_page("/labs/rpn")
    waiting = page.locator(".waiting")
    expect(waiting).to_be_hidden()
    line = SlowLine(page, PROPOSALS)
    sample(page, 1)
    line.wait_for()
    expect(waiting).to_be_visible()
    line.let_go()
    expect(waiting).to_be_hidden()
