"""A lecture: one presenter, and guests who follow on a phone, in Chinese, and late."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import assert_axe_finds_nothing, held, ready, steps, until
from tests.e2e.conftest import OpenPage, Visits, Watch
from tests.e2e.test_contrastive import own_zip, pictures_in
from tests.e2e.test_lines import EXPECTED, Relay

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
SAME_STEPS = "n => document.querySelector('[data-run-count]').textContent === n"


def open_room(page: Page) -> str:
    """Open a room: its code."""
    page.locator("[data-room]").click()
    page.locator("[data-room-open]").click()
    code = page.locator("[data-room-dialog] [data-room-code]")
    expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    page.locator("[data-room-dialog] [data-close]").click()
    return code.inner_text().replace(" ", "") or str(code.text_content()).replace(" ", "")


def expect_guests(page: Page, count: int) -> None:
    expect(page.locator("[data-room]")).to_have_text(re.compile(rf"· {count}$"))


def enter(open_page: OpenPage, code: str, **options: object) -> Page:
    page = open_page(f"/room/{code}", wait=False, **options)
    expect(page.locator("[data-room-said]")).to_be_visible()
    page.wait_for_url("**/labs/**")
    ready(page)
    return page


def follows(presenter: Page, guest: Page, path: str) -> None:
    """The guest's page has come to that path, and shows the presenter's frame."""
    guest.wait_for_url(re.compile(re.escape(path) + r"(\?|$)"))
    ready(guest)
    count = presenter.locator("[data-run-count]").inner_text()
    guest.wait_for_function(SAME_STEPS, arg=count)


def paused(page: Page) -> None:
    """Pause the run, and wait for the frame that is under way."""
    button = page.locator("[data-run-play]")
    if "Pause" in button.inner_text():
        button.click()
    expect(button).to_contain_text("Play")
    held(page)


def chosen_tab(page: Page) -> str:
    return str(page.locator("[data-tab][aria-selected=true]").get_attribute("data-tab"))


def test_a_lecture_is_followed_asked_and_left_by_three_guests(open_page: OpenPage) -> None:
    presenter = open_page("/labs/fitting")
    code = open_room(presenter)
    phone = enter(open_page, code, **PHONE)
    chinese = enter(open_page, code, locale="zh-CN", color_scheme="dark")
    expect_guests(presenter, 2)

    # They follow the run, its past, the view, the settings and the lesson.
    paused(presenter)
    for guest in (phone, chinese):
        follows(presenter, guest, "/labs/fitting")
        expect(guest.locator(".controls")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(chinese.locator("[data-room-said]")).to_contain_text("跟随")
    presenter.locator("[data-tab]").nth(1).click()
    view = chosen_tab(presenter)
    for guest in (phone, chinese):
        expect(guest.locator(f"[data-tab={view}]")).to_have_attribute("aria-selected", "true")
    presenter.locator("#step-2 summary").click()
    presenter.locator("#step-2 .try").click()
    for guest in (phone, chinese):
        expect(guest.locator("#step-2")).to_have_attribute("data-tried", "")

    # A question of the lesson, in each reader's language, and its truth.
    presenter.locator("[data-ask-room='2']").click()
    expect(chinese.locator("[data-room-question] h2")).to_contain_text(re.compile("[一-鿿]"))
    phone.locator(".room-choice").nth(0).click()
    chinese.locator(".room-choice").nth(1).click()
    answers = presenter.locator("[data-room-answers]")
    expect(answers.locator("[data-room-given]")).to_have_text("Answers: 2 · guests: 2")
    expect(phone.locator("[data-room-question]")).not_to_contain_text("(true)")
    presenter.locator("[data-room-reveal]").click()
    expect(phone.locator("[data-room-question]")).to_contain_text("(true)")
    presenter.locator("[data-room-withdraw]").click()
    expect(phone.locator("[data-room-question]")).to_be_hidden()

    # One takes the wheel: a run of their own, which nobody else sees; then back.
    phone.locator("[data-room-wheel]").click()
    expect(phone.locator("[data-room-back]")).to_be_visible()
    ready(phone)
    assert "run=" not in phone.url
    expect(presenter.locator("[data-room-count]")).to_have_text("1 follow, 1 are on their own.")

    # The presenter reloads, speaks another language, and goes to another lab; a late one comes.
    presenter.reload()
    ready(presenter)
    presenter.goto(presenter.url.split("/labs/")[0] + "/labs/regularization?lang=zh")
    ready(presenter)
    late = enter(open_page, code)
    presenter.locator("[data-tab]").nth(2).click()
    for guest in (chinese, late):
        guest.wait_for_url("**/labs/regularization*")
        expect(guest.locator("html")).to_have_attribute(
            "lang", "zh-Hans" if guest is chinese else "en"
        )
    assert "/labs/fitting" in phone.url
    phone.locator("[data-room-back]").click()
    phone.wait_for_url("**/labs/regularization*")
    expect_guests(presenter, 3)

    # The presenter closes the room, and everybody stays where they are.
    presenter.locator("[data-room]").click()
    presenter.locator("[data-room-close]").click()
    for guest in (phone, late):
        expect(guest.locator("[data-room-said]")).to_contain_text("has closed this room")
    expect(chinese.locator("[data-room-said]")).to_contain_text("已关闭")


@pytest.mark.thorough
def test_guests_see_the_past_that_the_presenter_looks_at_also_those_who_come_late(
    open_page: OpenPage,
) -> None:
    presenter = open_page("/labs/mlp?model=mlp")
    code = open_room(presenter)
    presenter.locator("[data-run-dice]").click()  # a run that the room has seen from its start on
    early = enter(open_page, code)
    until(presenter, 300)
    paused(presenter)
    past = presenter.locator("[data-run-past]")
    past.focus()
    for key in ("PageDown", "PageDown"):
        presenter.keyboard.press(key)
    assert steps(presenter) > 0
    follows(presenter, early, "/labs/mlp")
    late = enter(open_page, code)  # their page has had no frame but the newest
    follows(presenter, late, "/labs/mlp")
    presenter.keyboard.press("ArrowLeft")
    presenter.keyboard.press("End")
    for guest in (early, late):
        follows(presenter, guest, "/labs/mlp")


@pytest.mark.thorough
def test_who_touches_the_picture_while_following_is_on_their_own(open_page: OpenPage) -> None:
    presenter = open_page("/labs/rpn")
    guest = enter(open_page, open_room(presenter))
    guest.locator("[data-tab]").nth(1).click()
    expect(guest.locator("[data-room-back]")).to_be_visible()
    expect(guest.locator(".controls")).to_be_visible()
    presenter.locator("[data-tab]").nth(0).click()
    assert chosen_tab(guest) != chosen_tab(presenter)
    guest.locator("[data-room-back]").click()
    ready(guest)
    expect(guest.locator("[data-room-said]")).to_contain_text("You follow")
    assert chosen_tab(guest) == chosen_tab(presenter)


@pytest.mark.thorough
def test_the_presenters_own_photo_is_shown_only_where_the_presenter_allows_it(
    open_page: OpenPage, photo: str
) -> None:
    presenter = open_page("/labs/rpn")
    presenter.locator("[data-uploader] input[type=file]").first.set_input_files(photo)
    presenter.wait_for_function("() => !location.search.includes('sample')")
    guest = enter(open_page, open_room(presenter))
    requested: list[str] = []
    guest.on("request", lambda request: requested.append(request.url))
    presenter.locator("[data-room]").click()
    presenter.locator("[data-room-photo] input").check()
    guest.wait_for_event("response", lambda answer: "/api/images/" in answer.url)
    assert any("/api/images/" in url for url in requested)


@pytest.mark.thorough
def test_a_lost_line_is_said_and_mended_on_both_sides(
    browser: object, address: str, watch: Watch
) -> None:
    relay = Relay(int(address.rsplit(":", 1)[1]))
    watch = Watch(relay.address)
    watch.allowed |= EXPECTED
    visits = Visits(browser, relay.address, watch)  # type: ignore[arg-type]
    try:
        presenter = visits("/labs/fitting")
        guest = enter(visits, open_room(presenter))
        paused(presenter)
        follows(presenter, guest, "/labs/fitting")
        relay.cut()
        expect(guest.locator("[data-room-said]")).to_contain_text("tries again")
        presenter.locator("[data-tab]").nth(1).click()
        relay.mend()
        view = chosen_tab(presenter)
        expect(guest.locator(f"[data-tab={view}]")).to_have_attribute("aria-selected", "true")
        expect(guest.locator("[data-room-said]")).to_contain_text("You follow")
        expect_guests(presenter, 1)
    finally:
        visits.close()
        relay.close()
    assert not watch.problems, watch.problems


@pytest.mark.thorough
def test_a_setting_is_handed_out_trained_and_drawn_and_a_late_phone_joins(
    open_page: OpenPage,
) -> None:
    presenter = open_page("/labs/fitting")
    code = open_room(presenter)
    paused(presenter)
    phones = [enter(open_page, code, **PHONE) for _ in range(2)]
    presenter.locator("[data-room]").click()
    presenter.locator(".room-asking:has([data-hand-out]) summary").click()
    form = presenter.locator("[data-hand-out]")
    for name, value in (("low", "2"), ("high", "32"), ("steps", "20")):
        form.locator(f"[name={name}]").fill(value)
    form.locator("button").click()
    for phone in phones:
        expect(phone.locator("[data-room-handed-mine]")).to_contain_text("test error")
    late = enter(open_page, code)
    expect(late.locator("[data-room-handed-mine]")).to_contain_text("Units per layer = 17")
    said = presenter.locator("[data-handed-said]")
    expect(said).to_have_text("3 of 3 values trained for 20 steps, 3 phones.")
    with presenter.expect_download() as download:
        presenter.locator("[data-handed-csv]").click()
    head, *rows = download.value.path().read_text().strip().splitlines()
    assert head == "Units per layer,training error,test error,phones"
    assert [row.split(",")[0] for row in rows] == ["2", "17", "32"]
    with presenter.expect_download() as download:
        presenter.locator("[data-handed-png]").click()
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"
    # It outlives a reload of both, and goes when the presenter ends it.
    mine = phones[0].locator("[data-room-handed-mine]").inner_text()
    phones[0].reload()
    expect(phones[0].locator("[data-room-handed-mine]")).to_have_text(mine)
    presenter.reload()
    ready(presenter)
    expect(said).to_contain_text("3 of 3")
    presenter.locator("[data-handed-end]").click()
    expect(phones[0].locator("[data-room-handed-mine]")).to_be_hidden()


@pytest.mark.thorough
def test_phones_draw_a_curve_which_lies_in_the_presenters_chart(open_page: OpenPage) -> None:
    presenter = open_page("/labs/fitting")
    phone = enter(open_page, open_room(presenter), **PHONE)
    step = presenter.locator("li:has([data-ask-sketch])").first
    step.locator("summary").click()
    step.locator("[data-ask-sketch]").click()
    pad = phone.locator(".curve-pad")
    expect(pad).to_be_visible()
    box = pad.bounding_box()
    assert box
    phone.mouse.move(box["x"] + 5, box["y"] + 20)
    phone.mouse.down()
    phone.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 20, steps=4)
    phone.mouse.up()
    expect(presenter.locator("[data-room-given]")).to_have_text("Answers: 1 · guests: 1")
    keys = presenter.locator("[data-errors] .chart-keys")
    expect(keys).to_contain_text("the room’s curves")
    presenter.locator("[data-room-reveal]").click()
    expect(phone.locator(".curve-pad[tabindex]")).to_have_count(0)
    presenter.locator("[data-room-withdraw]").click()
    expect(keys).not_to_contain_text("the room’s curves")


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rooms_parts_fit_a_phone_and_pass_the_rules_of_access(
    open_page: OpenPage, language: str, accessible: Callable[[Page], None]
) -> None:
    presenter = open_page(f"/labs/nms?lang={language}")
    code = open_room(presenter)
    guest = enter(open_page, code, **PHONE)
    accessible(guest)
    presenter.locator("[data-ask-room='1']").click()
    expect(guest.locator(".room-choice").first).to_be_visible()
    accessible(guest)
    guest.locator(".room-choice").first.click()
    expect(presenter.locator("[data-room-given]")).to_contain_text("1")
    accessible(presenter)
    presenter.locator("[data-room]").click()
    presenter.locator(".room-asking summary").click()
    accessible(presenter)


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    def check(page: Page) -> None:
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        assert_axe_finds_nothing(page)

    return check


@pytest.mark.thorough
def test_a_guest_is_told_that_the_presenters_own_photo_is_not_shown(open_page, photo):
    presenter = open_page("/labs/rpn")
    with presenter.expect_response("**/api/rpn/proposals"):
        presenter.locator("[data-file]").first.set_input_files(photo)
    code = open_room(presenter)
    guest = open_page(f"/room/{code}", wait=False)
    said = guest.locator("[data-room-said]")
    expect(said).to_contain_text("own pictures are not shown to the room")
    presenter.locator("[data-room]").click()
    presenter.locator("[data-room-photo] input").check()
    expect(said).not_to_contain_text("own pictures")


@pytest.mark.thorough
def test_a_guest_learns_nothing_of_an_album_until_the_presenter_allows_it(open_page, tmp_path):
    presenter = open_page("/labs/contrastive?count=200&batch_size=32&speed=2&tab=similarities")
    presenter.locator("[data-files]").set_input_files(own_zip(tmp_path))
    expect(presenter).to_have_url(re.compile(r"pictures=\w{32}"))
    album = pictures_in(presenter.url)
    until(presenter, 2)
    guest = open_page(f"/room/{open_room(presenter)}", wait=False)
    said = guest.locator("[data-room-said]")
    expect(said).to_contain_text("own pictures are not shown to the room")
    guest.wait_for_url("**/labs/contrastive**")
    loaded = "() => JSON.stringify(performance.getEntriesByType('resource').map((x) => x.name))"
    presenter.locator("[data-run-step]").click()
    guest.wait_for_timeout(1000)
    assert album not in guest.url + guest.content() + guest.evaluate(loaded)
    presenter.locator("[data-room]").click()
    presenter.locator("[data-room-photo] input").check()
    expect(said).not_to_contain_text("own pictures")
    guest.wait_for_function(f"() => ({loaded})().includes('{album}')")


@pytest.mark.thorough
def test_a_guest_who_follows_is_not_led_on_to_a_run_on_the_presenters_own_pictures(
    open_page, tmp_path
):
    presenter = open_page("/labs/contrastive?count=200&batch_size=32&speed=2&tab=similarities")
    guest = enter(open_page, open_room(presenter))
    until(presenter, 2)
    presenter.locator("[data-files]").set_input_files(own_zip(tmp_path))
    expect(presenter).to_have_url(re.compile(r"pictures=\w{32}"))
    album = pictures_in(presenter.url)
    said = guest.locator("[data-room-said]")
    expect(said).to_contain_text("own pictures are not shown to the room")
    until(presenter, 2)
    guest.wait_for_timeout(1000)
    loaded = "() => JSON.stringify(performance.getEntriesByType('resource').map((x) => x.name))"
    assert album not in guest.url + guest.content() + guest.evaluate(loaded)
    # Built-in pictures again: the album stays chosen, but is in no use, and the run is shown.
    presenter.locator("select[name=data]").select_option("scenes")
    expect(said).not_to_contain_text("own pictures")
    follows(presenter, guest, "/labs/contrastive")
    assert album not in guest.url + guest.content() + guest.evaluate(loaded)
