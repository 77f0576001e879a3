"""The switch of language in place: every text is another, and nothing else is."""

import difflib
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from app.i18n import catalog
from app.registry import LABS
from tests.e2e.browser import GUARD, ready, steps, until
from tests.e2e.conftest import Watch

pytestmark = pytest.mark.thorough

LISTING = Path(__file__).with_name("texts_of_page.js").read_text()
PATIENCE = 20  # seconds until two pages have said all
# What a lab's first picture does not show of its texts.
RICHER = {
    "fitting": "&early_stopping=true&validation=0.3&speed=100",
    "mlp": "&compare=b&speed=20",
    "contrastive": "&method=moco&map=before",
    "regularization": "&speed=50",
    "rpn": "&stage=anchors&row=4&column=4",
    "nms": "&step=1",
    "cross-entropy": "&tab=digits",
    "detectors": "&tab=train",
}
PAGES = ["/?", "/api?", "/patterns?", *(f"/labs/{lab.slug}?" for lab in LABS)]
RUN = "[data-lab] [data-run-step]"

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, address: str, watch: Watch) -> Iterator[Visit]:
    """Open a page whose texts can be listed and that does not play by itself."""
    contexts: list[BrowserContext] = []

    def visit(path: str, begun: list[str] | None = None, **options: object) -> Page:
        calm = {"reduced_motion": "reduce", "viewport": {"width": 1440, "height": 900}}
        context = browser.new_context(**{"locale": "en-US", **calm, **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(1000 * GUARD)
        context.add_init_script(LISTING)
        watch.watch(context)
        page = context.new_page()
        note_runs(page, [] if begun is None else begun)
        page.goto(address + path)
        return page

    yield visit
    for context in contexts:
        context.close()


def drawn(page: Page) -> Page:
    """The page once its first picture, and one step of its run, are there."""
    if "/patterns" not in page.url:
        ready(page)
    if page.locator(RUN).count():
        page.locator(RUN).click()
        page.wait_for_function(
            "() => document.querySelector('[data-run-count]').textContent !== '0'"
        )
    return page


def switch(page: Page, to: str) -> None:
    page.locator(f"[data-language={to}]").click()
    expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-Hans", "en": "en"}[to])


def said(page: Page) -> list[str]:
    texts: list[str] = page.evaluate("textsOfPage()")
    return texts


def differences(switched: Page, direct: Page) -> list[str]:
    """Where two pages say different things, after both have had the time to say all."""
    deadline = time.monotonic() + PATIENCE
    while (found := said(switched)) != (wanted := said(direct)) and time.monotonic() < deadline:
        switched.wait_for_timeout(100)
    return list(difflib.unified_diff(wanted, found, "direct", "switched", n=0, lineterm=""))


def note_runs(page: Page, begun: list[str]) -> None:
    """Note the runs that the page begins: the server tells them on the page's lines."""

    def hear(data: str | bytes) -> None:
        if isinstance(data, str) and (told := json.loads(data)).get("type") == "started":
            begun.append(told["run"])

    page.on("websocket", lambda line: line.on("framereceived", hear))


def pixels(canvas: Locator) -> str:
    """What a canvas shows."""
    shown: str = canvas.evaluate("canvas => canvas.toDataURL()")
    return shown


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_switched_says_what_it_says_when_it_is_opened_in_that_language(
    visit: Visit, path: str
) -> None:
    path += RICHER.get(path.removeprefix("/labs/").rstrip("?"), "")
    begun: list[str] = []
    page = drawn(visit(f"{path}&lang=en", begun))
    page.evaluate("globalThis.stays = true")
    runs = list(begun)
    switch(page, "zh")
    assert page.evaluate("stays"), "the page was loaded anew"
    assert not differences(page, drawn(visit(f"{path}&lang=zh")))
    assert begun == runs, "a run was begun anew"
    if "/api" in path:
        return  # it describes its addresses in English to everyone
    english = {key for key, text in catalog("zh").items() if " " in key and key != text}
    assert not english & {text.partition(": ")[2] for text in said(page)}


def test_the_way_back_to_english_leaves_no_chinese(visit: Visit) -> None:
    page = drawn(visit("/labs/rpn?lang=zh"))
    switch(page, "en")
    switch(page, "zh")
    switch(page, "en")
    assert not differences(page, drawn(visit("/labs/rpn?lang=en")))


def test_a_run_goes_on_while_the_language_changes(visit: Visit) -> None:
    begun: list[str] = []
    page = visit("/labs/fitting?speed=1&lang=en", begun, reduced_motion="no-preference")
    until(page, 10)
    for language in ("zh", "en", "zh"):
        before = steps(page)
        switch(page, language)
        assert steps(page) >= before
        until(page, before + 5)
        assert page.locator("[data-run]").get_attribute("data-phase") == "running"
    assert len(begun) == 1
    expect(page.locator("[data-said]")).to_contain_text("训练误差")


def test_no_entry_of_the_history_comes_from_it_and_back_leads_to_the_page_before(
    visit: Visit,
) -> None:
    page = visit("/?lang=en")
    page.locator("main a[href*='labs/nms']").first.click()
    ready(page)
    page.evaluate("history.pushState(null, '', '?lang=en&step=1')")
    length = page.evaluate("history.length")
    switch(page, "zh")
    assert page.evaluate("history.length") == length
    assert "lang=zh" in page.url
    page.evaluate("history.back()")
    page.wait_for_url(re.compile(r"nms$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.evaluate("history.forward()")
    page.wait_for_url(re.compile("step=1"))
    assert "lang=zh" in page.url  # what the reader has chosen since
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_without_scripts_the_link_opens_the_page_in_the_other_language(visit: Visit) -> None:
    page = visit("/labs/fitting?lang=en", java_script_enabled=False)
    page.locator("[data-language=zh]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert "lang=zh" in page.url


def test_boxes_drawn_by_hand_the_chosen_view_and_what_is_unfolded_stay(visit: Visit) -> None:
    page = visit("/labs/nms?source=hand&view=swipe&lang=en")
    ready(page)
    over = page.locator("[data-after] .over")
    over.focus()
    for key in ("n", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("[data-selected-name]")).to_have_text("Box 4")
    page.locator("[name=score]").fill("0.95")
    page.locator(".steps details").nth(2).locator("summary").click()
    page.wait_for_timeout(500)  # until the boxes are sorted
    before = pixels(over)
    switch(page, "zh")
    expect(page.locator("[data-selected-name]")).to_have_text("框 4")
    expect(page.locator("[name=score]")).to_have_value("0.95")
    expect(page.locator("[data-view=swipe]")).to_have_attribute("aria-pressed", "true")
    assert page.locator(".steps details").nth(2).get_attribute("open") is not None
    switch(page, "en")  # the words around the picture leave it the room that it had
    page.wait_for_timeout(300)
    assert pixels(over) == before


def test_painted_points_stay(visit: Visit) -> None:
    begun: list[str] = []
    page = drawn(visit("/labs/mlp?model=mlp&lang=en", begun))
    page.locator("[data-paint-switch]").click()
    page.locator("[data-brush='2']").click()
    box = page.locator("[data-plot] canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.3)
    expect(page.locator("[data-confusion] thead th")).to_have_count(4)  # a third class is there
    page.wait_for_url(re.compile("points="))
    points, runs = page.url.partition("points=")[2].partition("&")[0], list(begun)
    switch(page, "zh")
    expect(page.locator("[data-confusion] caption")).to_contain_text("网络")
    expect(page.locator("[data-confusion] thead th")).to_have_count(4)
    expect(page.locator("[data-paint-switch]")).to_have_attribute("aria-pressed", "true")
    assert points in page.url
    assert begun == runs


def test_an_uploaded_photo_stays_and_is_asked_about_once(
    visit: Visit, photo: Path, watch: Watch
) -> None:
    page = visit("/labs/rpn?stage=nms&lang=en")
    ready(page)
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-file]").first.set_input_files(photo)
    expect(page.locator("[data-said]")).to_contain_text("NMS at IoU")
    page.wait_for_timeout(500)  # until it is drawn
    kept = page.evaluate("sessionStorage.getItem('vitrine-photo')")
    before = pixels(page.locator("[data-picture] canvas").first)
    asked = watch.requests.count("/api/rpn/proposals")
    switch(page, "zh")
    expect(page.locator("[data-said]")).to_contain_text("IoU 阈值为")
    expect(page.locator("[data-samples] button").first).to_have_text(re.compile("[一-鿿]"))
    assert page.evaluate("sessionStorage.getItem('vitrine-photo')") == kept
    assert pixels(page.locator("[data-picture] canvas").first) == before
    assert watch.requests.count("/api/rpn/proposals") == asked


def test_a_file_of_boxes_is_spoken_of_anew_and_keeps_its_edits(
    visit: Visit, tmp_path: Path
) -> None:
    rows = [
        {
            "image_id": picture,
            "category_id": 1,
            "bbox": [10 + k, 10, 100, 100],
            "score": 0.9 - k / 9,
        }
        for picture in (7, 8)
        for k in range(3)
    ]
    file = tmp_path / "found.json"
    file.write_text(json.dumps(rows))
    page = visit("/labs/nms?source=file&lang=en")
    page.locator("[data-detections]").set_input_files(file)
    expect(page.locator("[data-picture-name]")).to_have_text("picture 7")
    page.locator("[data-tool=boxes]").click()
    page.locator("[data-after] .over").focus()
    page.keyboard.press("n")
    expect(page.locator("[data-badge]")).to_contain_text("edited by hand")
    switch(page, "zh")
    expect(page.locator("[data-picture-name]")).to_have_text("图片 7")
    expect(page.locator("[data-files-said]")).to_contain_text("found.json：COCO")
    expect(page.locator("[data-badge]")).to_contain_text("经手动编辑")
    expect(page.locator("[data-figures] dd").first).to_have_text("4")


def test_dialogs_and_notes_speak_the_language_of_now(visit: Visit, watch: Watch) -> None:
    page = drawn(visit("/labs/fitting?lang=en&bogus=1&width=100000"))
    page.locator("[data-own]").click()
    page.locator("[data-own-text]").fill("a,b\n1,2\n3,4\n5,6")
    expect(page.locator("[data-own-notes]")).to_contain_text("3 rows.")
    page.locator("[data-own-dialog] [data-close]").click()
    page.locator("[data-share]").click()
    expect(page.locator("[data-share-said]")).to_contain_text("Anyone who opens this link")
    page.locator("[data-share-dialog] [data-close]").click()
    expect(page.locator("[data-refused]")).to_contain_text("bogus")
    switch(page, "zh")
    expect(page.locator("[data-refused]")).to_have_text(re.compile("bogus.*✕"))
    expect(page.locator("[data-refused]")).not_to_contain_text("address")
    expect(page.locator("[data-own-notes]")).to_have_text("共 3 行。")
    page.locator("[data-share]").click()
    expect(page.locator("[data-share-said]")).to_have_text(re.compile("[一-鿿]"))


def test_what_the_server_said_of_a_run_and_a_refusal_is_said_anew(
    visit: Visit, watch: Watch
) -> None:
    watch.allowed |= {"409", "503"}
    page = visit("/labs/fitting?lang=en&run=none")
    notice = page.locator("[data-run-said]")
    expect(notice).to_have_text(re.compile("^That run is over"))
    switch(page, "zh")
    expect(notice).to_have_text(re.compile("^[^a-z]*[一-鿿][^a-z]*$"))
    page = visit("/labs/rpn?lang=en&model=fasterrcnn_resnet50_fpn_v2")
    refusal = page.locator("[data-said] .bad")
    expect(refusal).to_have_text(re.compile("[a-z]"))
    switch(page, "zh")
    expect(refusal).to_have_text(re.compile("[一-鿿]"))


def test_where_the_server_cannot_be_reached_the_page_stays_and_says_so(
    visit: Visit, watch: Watch
) -> None:
    watch.allowed.add("Failed to load resource")
    page = visit("/labs/fitting?lang=en&speed=1", reduced_motion="no-preference")
    until(page, 5)
    page.route("**/labs/fitting?**", lambda route: route.abort())
    page.locator("[data-language=zh]").click()
    expect(page.locator("[data-lost]")).to_contain_text("The server cannot be reached")
    until(page, steps(page) + 5)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.unroute("**/labs/fitting?**")
    switch(page, "zh")
    expect(page.locator("[data-lost]")).to_contain_text("无法连接")


def test_where_the_server_has_another_page_by_now_that_page_is_opened(visit: Visit) -> None:
    page = visit("/api?lang=en")
    page.evaluate("globalThis.stays = true")

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<main", "<p>New</p><main"))

    page.route("**/api?lang=zh", newer)
    switch(page, "zh")
    assert not page.evaluate("globalThis.stays")
    expect(page.get_by_text("New", exact=True)).to_be_visible()


def test_a_switch_is_one_request_for_the_page_and_one_for_its_texts(
    visit: Visit, watch: Watch
) -> None:
    page = drawn(visit("/labs/mlp?model=mlp&lang=en"))
    watch.requests.clear()
    switch(page, "zh")
    page.wait_for_timeout(500)
    page_and_texts = [path for path in watch.requests if not path.startswith("/static/")]
    assert [path.split("/")[1] for path in page_and_texts] == ["labs", "texts"]
