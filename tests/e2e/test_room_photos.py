"""A class draws the recall of its own photos."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.labs.rpn.hand_in import PLACES
from tests.e2e.browser import assert_axe_finds_nothing
from tests.e2e.conftest import OpenPage
from tests.e2e.test_room import PHONE, enter, open_room

THINGS = [(80, 120, 260, 300), (380, 210, 560, 390)]  # in the photo of 640 x 480 pixels


def mark(page: Page, box: tuple[int, ...]) -> None:
    """Draw a box on the photo."""
    place = page.locator("[data-picture] canvas").first.bounding_box()
    assert place
    scale = min(place["width"] / 640, place["height"] / 480)
    left = place["x"] + (place["width"] - 640 * scale) / 2
    top = place["y"] + (place["height"] - 480 * scale) / 2
    x1, y1, x2, y2 = (value * scale for value in box)
    page.mouse.move(left + x1, top + y1)
    page.mouse.down()
    page.mouse.move(left + x2, top + y2, steps=4)
    page.mouse.up()


@pytest.mark.thorough
def test_phones_hand_in_photos_and_the_projector_draws_their_recall(
    open_page: OpenPage, photo: Path
) -> None:
    presenter = open_page("/labs/rpn")
    phone = enter(open_page, open_room(presenter), **PHONE)
    presenter.locator("[data-room]").click()
    presenter.locator(".room-asking:has([data-ask-photos]) summary").click()
    assert_axe_finds_nothing(presenter)
    presenter.locator("[data-ask-photos]").click()
    said = phone.locator("[data-hand-in-said]")
    expect(said).to_contain_text("The room collects photos")
    phone.locator("[data-hand-in-go]").click()
    expect(said).to_have_text("Take or choose a photo of your own.")
    with phone.expect_response("**/api/rpn/proposals"):
        phone.locator("[data-file]").first.set_input_files(photo)
    expect(said).to_have_text("Draw a box around each object on it.")
    mark(phone, THINGS[0])
    mark(phone, THINGS[1])
    expect(said).to_have_text("Objects marked: 2.")
    assert_axe_finds_nothing(phone)
    phone.locator("[data-hand-in-send]").click()
    expect(said).to_contain_text("Of 2 marked objects,")
    told = presenter.locator("[data-handed-said]")
    expect(told).to_have_text("1 of 1 photos looked at, 2 marked objects.")
    # A photo is seen when its guest and the presenter say so, and no longer when it is deleted.
    look = presenter.locator("[data-handed-look]")
    expect(look).to_be_hidden()
    phone.locator("[data-hand-in-shown]").check()
    look.click()
    expect(presenter.locator("[data-handed-photos] rect")).to_have_count(2)
    assert_axe_finds_nothing(presenter)
    with presenter.expect_download() as download:
        presenter.locator("[data-handed-csv]").click()
    head, *rows = download.value.path().read_text().strip().splitlines()
    assert head.startswith("proposals,marked objects found: ")
    assert [row.split(",")[0] for row in rows] == [str(place) for place in PLACES]
    assert rows[-1].endswith(",1")
    phone.reload()  # who comes back may take it away, too
    phone.locator("[data-hand-in-shown]").uncheck()
    expect(look).to_be_hidden()
    phone.locator("[data-room-back]").click()
    expect(phone.locator("[data-hand-in-said]")).to_contain_text("Of 2 marked objects,")
    presenter.locator("[data-handed-end]").click()
    expect(phone.locator("[data-hand-in]")).to_be_hidden()
