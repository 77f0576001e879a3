"""Networks that were installed beside ours, on the `detectors` page, and the frame's budget."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from models.detection.opened import install_weights
from tests.e2e.browser import Server, served
from tests.models.detection.random_detector import LIGHT, random_state

ONE, TWO = LIGHT
STREET = "/labs/detectors?source=photo&sample=street"
PAIR = f"{STREET}&one_network={ONE}&two_network={TWO}"


def test_a_network_that_is_not_installed_says_what_to_type(open_page, watch):
    watch.allowed.add("409")
    page = open_page("/labs/detectors")
    choice = page.locator("#c-two_network")
    expect(choice.locator(f"option[value={TWO}]")).to_contain_text("(not installed)")
    choice.select_option("maskrcnn_resnet50_fpn")
    command = "vitrine fetch-weights maskrcnn_resnet50_fpn"
    expect(page.locator("[data-command]")).to_have_text(command)
    expect(page.locator("[data-said]")).to_contain_text(command)
    asked = len(watch.requests)
    page.wait_for_timeout(500)
    assert len(watch.requests) == asked  # it is not asked again by itself
    choice.select_option("vitrine")
    expect(page.locator("[data-said]")).to_contain_text("Of 6 objects")
    expect(page.locator("[data-command]")).to_be_hidden()


@pytest.fixture(scope="module")
def equipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with SSDLite and Faster R-CNN, whose weights are random."""
    folder: Path = tmp_path_factory.mktemp("weights")
    for name in LIGHT:
        torch.save(random_state(name), folder / "mine.pth")
        install_weights(name, folder / "mine.pth", folder)
    with served(VITRINE_WEIGHTS_FOLDER=str(folder)) as server:
        yield server


def test_installed_networks_draw_the_boxes_and_are_named(open_page_of, equipped):
    page = open_page_of(equipped)(PAIR)
    expect(page.locator("[data-badge]")).to_have_text("Live, from weights installed here")
    expect(page.locator("[data-figure=one] [data-network]")).to_contain_text("SSDLite")
    expect(page.locator("[data-figure=two] [data-network]")).to_contain_text("Faster R-CNN")
    caption = page.locator("[data-figure=two] [data-count]")
    before = caption.inner_text()
    page.locator("#c-proposals").fill("3")
    expect(caption).not_to_have_text(before)
    page.locator("#c-two_network").select_option("vitrine")
    expect(page.locator("[data-badge]")).to_contain_text("shipped and from installed")


def test_each_network_is_judged_by_the_classes_that_it_knows(open_page_of, equipped):
    page = open_page_of(equipped)(f"/labs/detectors?one_network={ONE}")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("One stage: 0 of 0 objects of the classes that it knows")
    expect(said).to_contain_text(re.compile(r"Two stages: \d of 6 objects"))


def test_their_roads_have_their_own_shapes_and_times(open_page_of, equipped):
    page = open_page_of(equipped)(PAIR + "&tab=roads&proposals=20")
    expect(page.locator("[data-track=one]")).to_contain_text("3,234×95")
    expect(page.locator("[data-track=two]")).to_contain_text("20×256×7×7")
    expect(page.locator("[data-budget-said]")).to_contain_text("Within 33 ms:")
    expect(page.locator(".time")).to_have_count(2)
    expect(page.locator("[data-said]")).to_contain_text("The roads share nothing but the photo")


def test_their_detections_are_followed_from_the_place_where_they_began(open_page_of, equipped):
    page = open_page_of(equipped)(PAIR + "&tab=follow&proposals=20")
    said = page.locator("[data-said]")
    expect(said).to_contain_text(
        re.compile(r"on row \d+, column \d+ of map \d of \d \(\d+ × \d+\)")
    )
    steps = page.locator("[data-steps] tbody th")
    expect(steps).to_have_text(["anchor", "proposal", "refined box"])
    expect(page.locator("[data-defaults]")).to_be_hidden()  # not in the answer
    expect(page.locator("[data-probabilities] .chosen")).to_have_count(1)
    page.locator("[data-detections] .chips").last.locator("button").first.click()
    expect(steps).to_have_text(["anchor", "box"])
    expect(page.locator("[data-detections] [aria-pressed=true]")).to_have_count(1)
    page.locator("#c-one_network").select_option("vitrine")
    page.locator("#c-two_network").select_option("vitrine")
    expect(page.locator("[data-defaults]")).to_be_visible()
    expect(said).to_contain_text("The runner-up is")


def test_what_is_published_of_them_has_the_milliseconds_of_this_machine(open_page_of, equipped):
    page = open_page_of(equipped)(PAIR + "&tab=claim")
    row = page.locator("[data-published] tbody tr", has_text="SSDLite")
    expect(row.locator("td").last).to_have_text(re.compile(r"^\d+$"))
    other = page.locator("[data-published] tbody tr", has_text="RetinaNet")
    expect(other.locator("td").last).to_have_text("–")


def test_the_budget_moves_the_line_and_the_sentence_without_a_request(open_page, watch):
    page = open_page("/labs/detectors?tab=roads")
    said = page.locator("[data-budget-said]")
    expect(said).to_contain_text("Within 33 ms:")
    asked = len(watch.requests)
    page.locator("#c-budget").fill("500")
    expect(said).to_contain_text("Within 500 ms: one stage")
    expect(said).to_contain_text("two stages with up to 300 proposals")
    expect(page.locator(".budget span")).to_have_text("500 ms: 2 pictures per second")
    page.locator("#c-budget").fill("1")
    expect(said).to_contain_text("Within 1 ms: neither")
    assert watch.requests[asked:] == []
