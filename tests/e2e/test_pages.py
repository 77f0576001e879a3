"""What holds on every page, in a real browser."""

from urllib.parse import parse_qsl, urlencode, urlparse

import pytest
from playwright.sync_api import Page, expect

from app.registry import LABS
from tests.e2e.browser import assert_axe_finds_nothing, assert_fits_a_phone

LAB_PATHS = [f"/labs/{lab.slug}" for lab in LABS]
PATHS = ["/", *LAB_PATHS, "/patterns", "/api"]
# Other modes than a page opens in; what else a page has to show, its lab's own tests open.
MODES = [
    (lab, value)
    for lab in LABS
    for control in lab.controls
    if control.name == "mode"
    for value in control.look.choices or ()
    if value != control.default
]
SMALL = {"count": 200, "trial_steps": 20}  # of a run that has to be there, whatever it shows
PICTURE = (
    ".over:visible, .plot canvas:visible, .similarity canvas:visible, .vbars:visible, "
    ".chart canvas[role=img]:visible, .gallery canvas:visible"
)
SETTLED = "html[data-ready], [data-run-said]:has-text('.')"  # a picture, or a sentence


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    assert_axe_finds_nothing(page)


@pytest.mark.parametrize("path", PATHS)
def test_a_narrow_phone_never_scrolls_sideways(open_page, path):
    page = open_page(path, width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.thorough
@pytest.mark.parametrize(("lab", "mode"), MODES, ids=lambda v: getattr(v, "slug", v))
def test_axe_and_a_phone_have_nothing_to_say_against_other_modes(open_page, lab, mode):
    small = {name: value for name, value in SMALL.items() if name in lab.config.model_fields}
    query = urlencode({"mode": mode, **small})
    assert_fits_a_phone(open_page(f"/labs/{lab.slug}?{query}", width=360, height=740))


@pytest.mark.parametrize("path", PATHS)
def test_a_chinese_browser_gets_chinese_and_can_switch(open_page, path):
    page = open_page(path, locale="zh-CN")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    expect(page.locator("nav.labs")).to_contain_text("非极大值抑制")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("nav.labs")).to_contain_text("Non-maximum suppression")


@pytest.mark.parametrize("path", LAB_PATHS)
def test_the_stage_takes_at_least_60_percent_of_a_desktop(open_page, path):
    page = open_page(path, width=1440)
    assert page.locator(".stage").bounding_box()["width"] >= 0.6 * 1440


@pytest.mark.parametrize("path", LAB_PATHS)
def test_the_presenter_sees_the_picture_larger_and_the_levers_in_hand(open_page, path):
    page = open_page(path)
    before = page.locator(PICTURE).last.bounding_box()["width"]
    page.get_by_role("button", name="Present").click()
    expect(page.locator(".lesson")).to_be_hidden()
    expect(page.locator("[data-fold]:visible")).to_have_count(0)
    page.wait_for_timeout(100)
    assert page.locator(PICTURE).last.bounding_box()["width"] >= before
    page.keyboard.press("Escape")
    expect(page.locator(".lesson")).to_be_visible()


def test_the_theme_can_be_switched_and_is_remembered(open_page):
    page = open_page("/", color_scheme="light")
    assert background(page) == "rgb(250, 247, 241)"
    page.get_by_role("button", name="Light or dark").click()
    assert background(page) == "rgb(18, 21, 23)"
    page.goto(page.url.rstrip("/") + "/labs/nms")
    assert background(page) == "rgb(18, 21, 23)"


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_home_draws_a_thumbnail_of_each_lab_from_the_network(open_page):
    page = open_page("/")
    expect(page.locator("[data-thumbnail=rpn]")).to_contain_text("7,956 anchors")
    expect(page.locator("[data-thumbnail=nms]")).to_contain_text("kept")


@pytest.mark.thorough
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_every_choice_opens_from_the_address_or_says_what_it_lacks(open_page, watch, lab):
    """Each value of each choice alone, also of those that have no control in the page."""
    watch.allowed |= {"404", "409", "422"}  # points, data or weights that are not here
    page = open_page(f"/labs/{lab.slug}", reduced_motion="reduce")
    home = page.url
    for control in lab.controls:
        for value in control.look.choices or ():
            page.goto(f"{home}?{control.name}={value}")
            page.wait_for_selector(SETTLED, timeout=30_000)


def test_values_that_are_not_allowed_leave_the_address_and_are_named(open_page):
    page = open_page("/labs/regularization?lam=1e9&model=x&noise=0.3", width=360, height=740)
    note = page.locator("[data-refused]")
    expect(note).to_contain_text("defaults of: lam, model.")
    assert page.url.endswith("/labs/regularization?noise=0.3")
    assert page.locator("[data-control=lam] .number").input_value() == "3.16"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert_axe_finds_nothing(page)
    note.get_by_role("button", name="Close").click()
    expect(note).to_be_hidden()
    page.goto(page.url.split("?")[0] + "?penalty=l2")
    expect(note).to_be_hidden()
    page.go_back()
    page.wait_for_url("**?noise=0.3")
    assert page.locator("[data-control=noise] .number").input_value() == "0.3"


# What a page has of its own, by lab: something that its lesson's second step says nothing of.
OWN = {
    "rpn": "row=2&column=3",
    "nms": "view=swipe",
    "cross-entropy": "smoothing=0.2&target=2",
    "contrastive": "map=before",
    "batchnorm": "map=2",
    "regularization": "decay=2",
    "fitting": "singles=true",
    "mlp": "look=classes",
}


@pytest.mark.parametrize("slug", OWN)
def test_a_step_of_the_lesson_leaves_what_the_page_has_of_its_own(open_page, slug):
    page = open_page(f"/labs/{slug}?{OWN[slug]}", reduced_motion="reduce")
    page.locator(".steps summary").nth(1).click()
    page.locator(".steps .try").nth(1).click()
    page.wait_for_timeout(500)  # the address is written a moment later
    query = dict(parse_qsl(urlparse(page.url).query))
    assert dict(parse_qsl(OWN[slug])).items() <= query.items()


def test_of_the_pages_own_numbers_the_address_has_what_its_sliders_reach(open_page):
    page = open_page("/labs/batchnorm?offset=5&spread=9", reduced_motion="reduce")
    expect(page.locator("[data-refused]")).to_contain_text("offset")
    assert page.locator("[data-offset]").input_value() == "1"
    assert page.locator("[data-spread]").input_value() == "9"


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_every_lab_says_what_its_address_may_not_have(open_page, watch, lab):
    watch.allowed |= {"404", "409", "422"}  # points, data or weights that are not here
    name = next(control.name for control in lab.controls if control.kind == "range")
    page = open_page(f"/labs/{lab.slug}?{name}=never", reduced_motion="reduce")
    expect(page.locator("[data-refused]")).to_contain_text(f"defaults of: {name}.")
    assert f"{name}=" not in page.url
