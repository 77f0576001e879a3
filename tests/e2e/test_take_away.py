"""A page taken away as one file: from the disk, without a network, it shows what it showed."""

import base64
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.lab.contract import Lab
from app.registry import LABS
from tests.e2e.browser import held, ready, steps, until
from tests.e2e.conftest import OpenPage, Visits, Watch

MOST = 5 * 2**20  # bytes
RECORDED = re.compile(r"^Recorded on \d{4}-\d{2}-\d{2}: the run was seen up to here")


@pytest.fixture
def open_file(browser: Browser, watch: Watch) -> Iterator[OpenPage]:
    visits = Visits(browser, "file://", watch)
    yield visits
    visits.close()


def taken_away(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator("[data-take-away]").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    expect(page.locator("[data-taken]")).to_contain_text("it works without a server")
    return file


def recording_in(file: Path) -> bytes:
    packed = re.search(r'data-recording=""[^>]*>([^<]+)<', file.read_text())
    assert packed
    return gzip.decompress(base64.b64decode(packed[1]))


def test_a_training_is_gone_back_in_and_played_again_without_a_server(
    open_page: OpenPage, open_file: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    page = open_page("/labs/mlp?model=mlp&noise=0.2")
    page.locator("[data-share]").click()  # names the run: none of it goes into the file
    page.locator("[data-share-dialog] [data-close]").click()
    until(page, 50)
    page.locator("#c-learning_rate").fill("0.05")  # and the run goes on with it
    until(page, steps(page) + 20)
    page.locator("[data-run-play]").click()
    held(page)
    count, said = steps(page), page.locator("[data-said]").inner_text()
    file = taken_away(page, tmp_path)
    assert b"/api/share" not in recording_in(file)
    page.context.close()
    asked = len(watch.requests)

    kept = open_file(str(file), offline=True)
    expect(kept.locator("[data-run-said]")).to_have_text(RECORDED)
    assert steps(kept) == count
    assert kept.locator("[data-said]").inner_text() == said
    expect(kept.locator(".badge.recorded")).to_be_visible()
    expect(kept.locator("#c-noise")).to_have_value("0.2")

    past = kept.locator("[data-run-past]")
    past.fill("0")
    expect(kept.locator("[data-run-count]")).to_have_text("0")
    kept.locator("[data-run-reset]").click()
    expect(kept.locator("[data-run-count]")).to_have_text("0")
    kept.locator("[data-run-play]").click()
    until(kept, count)
    expect(kept.locator("[data-run-said]")).to_have_text(RECORDED)

    kept.locator("[data-run-dice]").click()  # another run was never seen
    expect(kept.locator("[data-run-said]")).to_contain_text("has no server: only what was seen")
    assert len(watch.requests) == asked


def test_boxes_on_an_own_photo_follow_the_thresholds_without_a_server(
    open_page: OpenPage, open_file: OpenPage, photo: Path, tmp_path: Path
) -> None:
    page = open_page("/labs/rpn?input_size=320&stage=proposals")
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-file]").first.set_input_files(photo)
    ready(page)
    said = page.locator("[data-said]")
    expect(said).to_contain_text("proposals")
    before = said.inner_text()
    file = taken_away(page, tmp_path)
    page.context.close()

    kept = open_file(str(file), offline=True)
    expect(kept.locator("[data-said]")).to_have_text(before)
    slider = kept.locator("#c-iou_threshold")
    slider.fill("0.3")
    expect(kept.locator("[data-said]")).not_to_have_text(before)
    expect(kept.locator("[data-said]")).to_contain_text("proposals")


def test_a_photo_that_is_no_longer_shown_does_not_go_along(
    open_page: OpenPage, photo: Path, tmp_path: Path
) -> None:
    page = open_page("/labs/rpn?input_size=320")
    with page.expect_response("**/api/images") as answer:
        page.locator("[data-file]").first.set_input_files(photo)
    own = answer.value.json()["id"].encode()
    ready(page)
    assert own in recording_in(taken_away(page, tmp_path))
    with page.expect_response("**/api/rpn/proposals"):
        page.locator("[data-uploader] button:has(img)").first.click()
    ready(page)
    assert own not in recording_in(taken_away(page, tmp_path))


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_every_lab_opens_from_a_file_in_chinese_as_it_was(
    open_page: OpenPage, open_file: OpenPage, tmp_path: Path, lab: Lab[Any]
) -> None:
    page = open_page(f"/labs/{lab.slug}?lang=zh")
    if lab.run and page.locator("[data-run-play]").is_visible():
        if "暂停" in page.locator("[data-run-play]").inner_text():
            page.locator("[data-run-play]").click()
        held(page)
    with page.expect_download() as download:
        page.locator("[data-take-away]").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.stat().st_size <= MOST
    said = page.locator(".said:visible").first.inner_text()
    page.context.close()

    kept = open_file(str(file), offline=True)
    expect(kept.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(kept.locator(".said:visible").first).to_have_text(said)
