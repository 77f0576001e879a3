"""The claim of the detectors lab, one stage against two: measured on scenes, recorded on photos."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.test_detectors import move, view

pytestmark = pytest.mark.thorough


def test_the_claim_is_measured_and_the_verdict_follows_from_the_numbers(open_page):
    page = open_page("/labs/detectors?tab=claim")
    said = page.locator("[data-said]")
    expect(said).to_contain_text(re.compile(r"On \d+ scenes with \d+ objects"))
    expect(said).to_contain_text(re.compile(r"AP75 (is higher with|does not tell)"))
    expect(said).to_contain_text("On 60 scenes with 228 objects")
    table = page.locator("[data-claim-table]")
    before = table.inner_text()
    page.locator("#c-rule").select_option("coco")
    expect(table).not_to_have_text(before)
    expect(said).to_contain_text("On 60 scenes with 228 objects")
    rows = page.locator("[data-claim-table] tbody tr")
    assert rows.count() == 7
    expect(page.locator("[data-recorded]")).to_contain_text("0.92 | 0.94")
    course = page.locator("[data-courses]")
    expect(course).to_contain_text("at its half (617 of 1,234 steps): AP50 0.90 | 0.93")
    expect(course).to_contain_text("At its end the order is")
    expect(course).to_contain_text("“Train it”, AP50 of 3 seeds: at half two stages")
    expect(course).to_contain_text("One stage leads last at step 125 of 300")
    expect(page.locator("[data-recorded-from]")).to_contain_text("python -m models.train.shapes")
    expect(page.locator("[data-published]")).to_contain_text("RetinaNet, ResNet-50 (one-stage)")


def test_photos_are_told_as_they_were_recorded_with_the_nearest_number_of_proposals(
    open_page, watch
):
    page = open_page("/labs/detectors?tab=claim")
    expect(page.locator("[data-said]")).to_contain_text("On 60 scenes with 228 objects")
    page.locator("button[data-measured=photos]").click()
    page.wait_for_url("**measured=photos**")
    said = page.locator("[data-said]")
    recorded = "On 290 VOC photos of at most 320 px with 667 objects and 100 proposals:"
    expect(said).to_contain_text(recorded)
    expect(said).to_contain_text("Recorded by python -m models.train.compared --photos")
    table = page.locator("[data-claim-table]")
    expect(table).to_contain_text("Recall, under 32 px (210)")
    expect(table).to_contain_text("0.73 (0.69–0.77)")
    move(page, "proposals", 12)
    expect(said).to_contain_text("and 10 proposals:")
    expect(table).to_contain_text("41%")


def test_numbers_of_one_source_do_not_stand_under_the_name_of_the_other(open_page, watch):
    watch.allowed.add("503")
    asked: list[int] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.post_data_json["scenes"])
        route.fulfill(status=503, json={"error": {"code": "busy", "message": "Too many wait."}})

    page = open_page("/labs/detectors?tab=claim&measured=photos")
    said, table = page.locator("[data-said]"), page.locator("[data-claim-table]")
    expect(said).to_contain_text("On 290 VOC photos")
    page.route("**/api/detectors/claim", refuse)
    move(page, "proposals", 50)
    expect(said).to_contain_text("On 290 VOC photos")
    assert not any(url.endswith("/claim") for url in watch.requests)  # photos measure no scene
    page.locator("button[data-measured=scenes]").click()
    expect(said).to_have_text("Too many wait.")
    expect(table).to_be_empty()
    page.unroute("**/api/detectors/claim")
    view(page, "result")
    expect(said).to_contain_text("the one-stage detector finds")
    view(page, "claim")
    expect(said).to_contain_text("On 60 scenes with 228 objects")
    assert asked == [10]


def test_the_measuring_ends_when_the_view_is_left(open_page):
    page = open_page("/labs/detectors?tab=claim")
    expect(page.locator("[data-said]")).to_contain_text("On 60 scenes with 228 objects")
    held: list[Route] = []
    page.route("**/api/detectors/claim", lambda route: held.append(route))
    move(page, "proposals", 7)
    page.wait_for_timeout(600)  # the lever rests
    assert len(held) == 1
    with page.expect_event("requestfailed", lambda one: one.url.endswith("/claim")):
        view(page, "result")
    expect(page.locator("[data-said]")).to_contain_text("the one-stage detector finds")
