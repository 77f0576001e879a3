"""The home page: a map of the labs, a live picture, and the way of a photo to its boxes."""

import re

import pytest
from playwright.sync_api import Route, expect

from app.guide import ROUTES, SECTIONS
from app.registry import LABS
from tests.e2e.browser import assert_fits_a_phone


def test_the_map_shows_every_lab_in_its_chapter_with_what_it_asks_for_and_how_long(open_page):
    page = open_page("/")
    assert page.locator(".chapter-map > h2").all_inner_texts() == [
        "Fundamentals",
        "Representation",
        "Detection",
    ]
    for lab in LABS:
        case = page.locator(f".case:has([data-thumbnail={lab.slug}])")
        expect(case.locator(".section-number")).to_have_text(str(SECTIONS[lab.slug].number))
        expect(case.locator(".way")).to_contain_text(f"{SECTIONS[lab.slug].minutes} min")
    numbers = [int(text) for text in page.locator(".section-number").all_inner_texts()]
    assert numbers == sorted(numbers)
    expect(page.locator(".case:has-text('Start here.')")).to_have_count(1)


def test_two_routes_lead_through_the_labs(open_page):
    page = open_page("/", wait=False)
    expect(page.locator(".route:has(ol)")).to_have_count(len(ROUTES))
    stops = page.locator(".route").first.get_by_role("link")
    expect(stops).to_have_count(len(ROUTES[0].stops))
    stops.first.click()
    expect(page).to_have_url(re.compile("/labs/fitting$"))


def test_that_nobody_else_can_come_is_said_before_the_class_begins(open_page):
    page = open_page("/", wait=False)
    expect(page.locator("[data-unreached]")).to_contain_text(re.compile("This server (only|runs)"))


def test_a_point_of_the_live_picture_is_dragged_and_the_networks_learn_again(open_page):
    page = open_page("/", reduced_motion="reduce")
    said = page.locator("[data-hero-said]")
    expect(said).to_contain_text("drag a point")
    canvas = page.locator("[data-hero-plot] canvas")
    canvas.focus()
    page.keyboard.press("]")
    page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("trained on your points")
    link = page.locator("[data-hero-link]")
    expect(link).to_have_attribute("href", re.compile(r"/labs/fitting\?data=own&points=[\w-]+"))
    link.click()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-own]").first).to_have_attribute("aria-pressed", "true")


def test_a_photo_that_is_chosen_on_the_home_page_lands_in_the_proposal_network(open_page, photo):
    page = open_page("/", wait=False)
    expect(page.locator("[data-hero-plot] canvas")).to_be_attached()  # the scripts are there
    page.locator("[data-hero] [data-file]").set_input_files(photo)
    page.wait_for_url("**/labs/rpn?stage=proposals")
    expect(page.locator("[data-badge]")).to_contain_text("shipped weights")
    expect(page.locator("[data-samples] [aria-pressed=true]")).to_have_count(0)


def test_a_sample_that_arrives_late_takes_no_chosen_photos_place(open_page, photo):
    """The cards' thumbnails ask for a sample, and are answered while the photo is on its way."""
    page = open_page("/labs/mlp")  # a page of this visit, before any photo is remembered
    late: list[Route] = []
    page.route(re.compile(r"/api/samples/[\w-]+$"), lambda route: late.append(route))
    page.goto(page.url.replace("/labs/mlp", "/"))
    expect(page.locator("[data-hero-plot] canvas")).to_be_attached()
    while not late:
        page.wait_for_timeout(20)
    page.route("**/labs/rpn?*", lambda route: route.fulfill(status=204))  # the page stays
    page.locator("[data-hero] [data-file]").set_input_files(photo)
    kept = "() => JSON.parse(sessionStorage.getItem('vitrine-photo') ?? 'null')?.id"
    while not page.evaluate(kept):
        page.wait_for_timeout(20)
    chosen = page.evaluate(kept)
    for route in late:
        route.continue_()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate(kept) == chosen


def test_a_file_that_is_no_photo_is_told_on_the_home_page(open_page, watch, tmp_path):
    watch.allowed |= {"415", "422", "400"}
    file = tmp_path / "words.png"
    file.write_text("not a picture")
    page = open_page("/", wait=False)
    expect(page.locator("[data-hero-plot] canvas")).to_be_attached()  # the scripts are there
    page.locator("[data-hero] [data-file]").set_input_files(file)
    expect(page.locator("[data-hero-warning]")).to_contain_text(re.compile(r"\w+"))
    expect(page).to_have_url(re.compile("/$"))


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_home_page_fits_a_phone_in_both_languages(open_page, locale, scheme):
    assert_fits_a_phone(open_page("/", width=360, height=740, locale=locale, color_scheme=scheme))
