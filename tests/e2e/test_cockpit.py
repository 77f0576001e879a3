"""The cockpit: picture, lever and lesson in one window, each pane scrolling by itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.registry import LABS
from tests.e2e.browser import served, until

SIZES = ((1366, 620), (1366, 768), (1920, 1080))
# The least share in view of the largest picture of the view, over all levers that the keyboard
# reaches; 1 for a view without a picture (a table that is still to be trained).
IN_VIEW = """(levers) => {
  const share = () => {
    const pane = document.querySelector(".views").getBoundingClientRect();
    const shown = [...document.querySelectorAll(".view:not([hidden]) :is(canvas, .vbars)")]
      .map((one) => one.getBoundingClientRect())
      .filter(({ width, height }) => width * height > 0)
      .sort((a, b) => b.width * b.height - a.width * a.height)[0];
    if (!shown) return 1;
    const [right, bottom] = [Math.min(pane.right, innerWidth), Math.min(pane.bottom, innerHeight)];
    const across = Math.min(shown.right, right) - Math.max(shown.left, pane.left);
    const down = Math.min(shown.bottom, bottom) - Math.max(shown.top, pane.top);
    return Math.max(across, 0) * Math.max(down, 0) / (shown.width * shown.height);
  };
  const least = { share: share(), lever: "" };
  for (const lever of document.querySelectorAll(levers)) {
    if (!lever.checkVisibility() || lever.disabled) continue;
    lever.focus();
    if (share() < least.share) Object.assign(least, { share: share(), lever: lever.outerHTML });
  }
  return least;
}"""
LEVERS = ":is(.controls, .view) :is(input:not([type=file]), select)"
LABS_OF = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)


@LABS_OF
def test_in_every_view_every_lever_is_reached_in_sight_of_the_picture(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", *SIZES[0])
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)  # the pictures take the room that there is now
        for view in lab.views:
            tab = page.locator(f"[data-tab={view.name}]")
            if tab.is_visible():  # not in every mode of a lab all of them have something to show
                tab.click()
                page.wait_for_timeout(120)
            assert page.evaluate("document.scrollingElement.scrollHeight") <= height
            least = page.evaluate(IN_VIEW, LEVERS)
            assert least["share"] >= 0.9, (width, height, view.name, least)


@LABS_OF
def test_a_window_that_changes_and_changes_back_leaves_the_picture_as_large_as_it_was(
    open_page, lab
):
    page = open_page(f"/labs/{lab.slug}", *SIZES[1], reduced_motion="reduce")
    page.wait_for_timeout(300)
    before = largest(page)
    for width, height in (*SIZES, SIZES[1]):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
    assert abs(largest(page) - before) <= 0.06 * before


@LABS_OF
def test_while_presenting_the_picture_is_no_smaller(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", *SIZES[1], reduced_motion="reduce")
    page.wait_for_timeout(300)
    before = largest(page)
    page.get_by_role("button", name="Present").click()
    page.wait_for_timeout(300)
    assert largest(page) >= 0.98 * before


def largest(page: Page) -> float:
    """Area of the largest picture of the view."""
    return page.evaluate(
        """() => Math.max(...[...document.querySelectorAll(
             ".view:not([hidden]) :is(canvas, .vbars)")]
             .map((one) => one.clientWidth * one.clientHeight))"""
    )


@pytest.mark.parametrize(
    "path", ["fitting", "mlp?model=mlp", "batchnorm?tab=losses", "regularization?tab=paths"]
)
def test_picture_run_bar_and_sentence_fit_the_window_of_a_small_laptop(open_page, path):
    page = open_page(f"/labs/{path}", *SIZES[0])
    until(page, 1)
    page.wait_for_timeout(200)
    said = page.locator("[data-said]").bounding_box()
    assert SIZES[0][1] - said["y"] - said["height"] < 60, "the picture leaves room unused"
    for part in ("[data-run-play]", "[data-said]"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= SIZES[0][1], part


def test_what_a_control_does_is_told_on_demand_and_always_to_a_screen_reader(open_page):
    page = open_page("/labs/fitting")
    control = page.locator("[data-control=noise]")
    words = control.locator(".hint")
    slider = control.locator("input[type=range]")
    assert slider.get_attribute("aria-describedby") == words.get_attribute("id")
    expect(words).to_be_hidden()
    control.locator(".about").click()
    expect(words).to_be_visible()
    expect(control.locator(".about")).to_have_attribute("aria-expanded", "true")
    control.locator(".about").click()
    expect(words).to_be_hidden()


def test_between_two_widths_the_lesson_is_a_drawer(open_page):
    page = open_page("/labs/fitting", width=1100, height=700)
    lesson = page.locator(".lesson")
    expect(lesson).not_to_be_visible()
    page.get_by_role("button", name="Lesson").click()
    expect(lesson).to_be_visible()
    assert page.evaluate(IN_VIEW, "none")["share"] == 1  # the stage makes room
    page.keyboard.press("Escape")  # the focus went into it
    expect(lesson).not_to_be_visible()


# --- The way between labs ------------------------------------------------------------------------


def test_the_menu_lists_every_lab_once_by_chapter_and_closes_by_escape(open_page):
    page = open_page("/labs/nms")
    menu = page.locator("[data-menu]")
    menu.locator("summary").click()
    assert menu.locator("a").count() == len(LABS)
    expect(menu.locator("a[aria-current=page]")).to_have_text("Non-maximum suppression")
    page.keyboard.press("Escape")
    expect(menu.locator("nav")).to_be_hidden()


def test_previous_and_next_walk_through_all_labs(open_page):
    page = open_page(f"/labs/{LABS[0].slug}")
    expect(page.locator("a[rel=prev]")).to_have_count(0)
    for lab in LABS[1:]:
        page.locator("a[rel=next]").click()
        page.wait_for_url(f"**/labs/{lab.slug}*")
    expect(page.locator("a[rel=next]")).to_have_count(0)


def test_a_search_finds_a_lesson_step_and_opens_its_state(open_page):
    page = open_page("/")
    page.keyboard.press("Control+k")
    found = page.locator("[data-search-found] li:visible")
    page.keyboard.type("correlated features")
    expect(found).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/labs/regularization**")
    expect(page.locator(".steps details[open] summary")).to_have_text("Correlated features")
    expect(page.locator("[data-control=correlation] input[type=number]")).not_to_have_value("0")


def test_a_search_within_a_lab_keeps_its_page(open_page):
    page = open_page("/labs/fitting?noise=0.5")
    page.evaluate("window.same = true")
    page.keyboard.press("Control+k")
    page.keyboard.type("stopping early")
    page.keyboard.press("Enter")
    expect(page.locator(".steps details[open] summary")).to_have_text("Stopping early")
    assert page.evaluate("window.same")


def test_try_this_brings_the_picture_back(open_page):
    page = open_page("/labs/fitting", *SIZES[0])
    page.locator("[data-tab=capacity]").click()
    page.locator(".steps details[open] .try").click()
    expect(page.locator("[data-plot]")).to_be_visible()
    expect(page.locator("[data-tab=capacity]")).to_have_attribute("aria-selected", "false")


def test_the_question_mark_lists_the_keys_but_not_where_one_types(open_page):
    page = open_page("/labs/fitting")
    keys = page.locator("[data-keys-dialog]")
    page.locator("[data-control=noise] input[type=number]").focus()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


# --- Keys ----------------------------------------------------------------------------------------


def test_space_plays_and_pauses_wherever_nothing_else_takes_it(open_page):
    page = open_page("/labs/fitting?tab=curve")
    until(page, 5)
    play = page.locator("[data-run-play-text]")
    page.locator("h1").click()
    page.keyboard.press(" ")
    expect(play).to_have_text("Play")
    page.locator(".lesson h2").first.click()
    page.keyboard.press(" ")
    expect(play).to_have_text("Pause")
    single = page.locator("[data-singles]")
    single.focus()
    page.keyboard.press(" ")  # ticks the box
    expect(single).to_be_checked()
    expect(play).to_have_text("Pause")


def test_a_clicker_walks_through_the_lesson_while_presenting_from_the_step_that_is_open(open_page):
    page = open_page("/labs/fitting?noise=0.5")
    until(page, 1)
    titles = page.locator(".steps summary").all_inner_texts()
    page.get_by_role("button", name="Present").click()
    page.keyboard.press("PageDown")  # the focus is still on the button
    page.wait_for_url(lambda url: "noise=0.5" not in url)
    assert opened(page) == titles[0]
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert opened(page) == titles[1]


def opened(page: Page) -> str:
    return page.locator(".steps details[open] summary").text_content() or ""


# --- What can be taken away ----------------------------------------------------------------------


@pytest.mark.parametrize("lab", ["rpn?", "nms?source=photo"])
def test_a_link_names_the_sample_or_says_that_a_photo_is_no_part_of_it(open_page, photo, lab):
    page = open_page(f"/labs/{lab}")
    page.locator(".samples button").nth(1).click()
    expect(page.locator(".samples button").nth(1)).to_have_attribute("aria-pressed", "true")
    assert "sample=china" in shared(page)
    expect(page.locator("[data-share-said]")).not_to_contain_text("Your photo")
    page.keyboard.press("Escape")
    page.locator("[data-uploader] input[type=file]").first.set_input_files(photo)
    expect(page.locator(".samples button[aria-pressed=true]")).to_have_count(0)
    assert "sample=" not in shared(page)
    expect(page.locator("[data-share-said]")).to_contain_text("Your photo is no part of it")


def shared(page: Page) -> str:
    """Where the link leads that the page offers now."""
    page.locator("[data-share]").click()
    link = page.locator("[data-share-link]")
    expect(link).to_have_value(re.compile("/s/"))
    return page.request.get(link.input_value()).url


def test_back_undoes_a_step_of_the_lesson_and_a_chosen_view_but_not_a_dragged_slider(open_page):
    page = open_page("/labs/regularization")
    lam = page.locator("[data-control=noise] input[type=number]")
    lam.fill("1")
    lam.press("Enter")
    page.wait_for_url("**noise=1")
    page.locator(".steps summary").nth(3).click()
    page.locator(".steps details[open] .try").click()
    page.wait_for_url(lambda url: "noise=1" not in url)
    page.go_back()
    expect(lam).to_have_value("1")
    assert "/labs/regularization" in page.url


@LABS_OF
def test_every_slider_has_a_name_of_its_own(open_page, lab):
    page = open_page(f"/labs/{lab.slug}")
    # `labels` are those whose first control it is: a label around an <output> names the output.
    names = page.evaluate(
        """() => [...document.querySelectorAll("input[type=range]")].map(
             (one) => one.ariaLabel || [...one.labels].map((l) => l.textContent).join(" "))"""
    )
    assert all(re.search(r"[^\d\s.]", name.replace("\n", " ")) for name in names), names


# --- In hand -------------------------------------------------------------------------------------


def test_what_matters_to_a_view_is_in_hand_and_the_rest_is_folded(open_page):
    page = open_page("/labs/fitting", unfolded=False, reduced_motion="reduce")
    hand = page.locator("[data-hand]")
    expect(hand.locator("[data-control=width]")).to_be_visible()
    expect(page.locator("[data-control=dropout]")).to_be_hidden()
    page.locator("[data-tab=capacity]").click()
    expect(hand.locator("[data-control=width]")).to_have_count(0)
    expect(hand.locator("[data-control=noise]")).to_be_visible()
    fold = page.locator("[data-fold='Against overfitting']")
    fold.locator("summary").click()
    slider = fold.locator("[data-control=dropout] input[type=number]")
    slider.fill("0.2")
    slider.press("Enter")
    expect(fold.locator("[data-fold-said]")).to_have_text("changed: 1")
    page.reload()
    expect(page.locator("[data-control=dropout]")).to_be_visible()  # what was opened stays open
    expect(page.locator("[data-control=optimizer]")).to_be_hidden()


# --- Pins ----------------------------------------------------------------------------------------


def test_a_chart_that_is_pinned_stands_beside_every_other_view(open_page):
    page = open_page("/labs/batchnorm?tab=gradients", reduced_motion="reduce")
    chart = page.locator("section:has(> [data-slopes])")
    chart.locator(".pin").click()
    page.wait_for_url("**pin=slopes*")
    expect(page.locator("[data-pinned]")).to_be_hidden()  # its own view is on show
    for view in ("losses", "unit"):
        page.locator(f"[data-tab={view}]").click()
        expect(page.locator("[data-pinned] [data-slopes] canvas[role=img]")).to_be_visible()
    page.locator("[data-pinned] .pin").click()
    expect(page.locator("[data-pinned]")).to_be_hidden()
    page.locator("[data-tab=gradients]").click()
    expect(page.locator(".view [data-slopes] canvas[role=img]")).to_be_visible()


# --- Presenting ----------------------------------------------------------------------------------


def test_presenting_survives_a_reload_a_language_and_another_lab(open_page):
    page = open_page("/labs/fitting", *SIZES[1], reduced_motion="reduce")
    presenting = page.locator("html.presenting")
    page.get_by_role("button", name="Present").click()
    expect(presenting).to_have_count(1)
    page.reload()
    expect(presenting).to_have_count(1)
    page.locator("[data-language]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    page.locator("a[rel=next]").click()
    page.wait_for_url("**/labs/mlp**")
    expect(presenting).to_have_count(1)
    for part in ("[data-said]", "[data-hand] .control:not([hidden])", "[data-run-play]"):
        expect(page.locator(part).first).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(presenting).to_have_count(0)
    assert "present" not in page.url


def test_while_presenting_a_code_leads_to_what_is_shown(browser, open_page_of):
    with served(VITRINE_PUBLIC_URL="http://vitrine.test") as server:
        page = open_page_of(server)("/labs/nms?iou_threshold=0.3&present=1", *SIZES[1])
        corner = page.locator("[data-corner]")
        expect(corner.locator("img")).to_be_in_viewport(ratio=1)
        code = corner.locator("span").text_content().removeprefix("vitrine.test")
        assert "iou_threshold=0.3" in page.request.get(server.address + code).url
