"""The views of a stage: tabs in the address, one after another, none of which costs a run."""

import pytest
from playwright.sync_api import expect

from app.registry import LABS

LABS_OF = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)


@LABS_OF
def test_every_view_opens_by_its_tab_its_digit_and_its_address(open_page, lab):
    page = open_page(f"/labs/{lab.slug}?tab={lab.views[-1].name}", reduced_motion="reduce")
    tabs = page.locator("[data-tab]:visible")
    expect(page.locator("[role=tab][aria-selected=true]")).to_have_attribute(
        "data-tab", lab.views[-1].name
    )
    page.locator("h1").click()
    for number in range(tabs.count()):
        tab = tabs.nth(number)
        if number < 9:
            page.keyboard.press(str(number + 1))
        else:  # there is no key with two digits
            tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        panels = (tab.get_attribute("aria-controls") or "").split()
        assert panels
        for panel in panels:
            expect(page.locator(f"#{panel}")).to_be_visible()
        assert page.locator(".view:not([hidden])").count() == len(panels)
        expect(page.locator(".below .said:visible").first).to_be_visible()


COUNT_STARTS = """() => {
  window.starts = 0;
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (message) {
    if (String(message).includes('"type":"start"')) window.starts += 1;
    return send.call(this, message);
  };
}"""


@LABS_OF
def test_to_open_a_view_begins_no_run_anew(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", reduced_motion="reduce")
    tabs = page.locator("[data-tab]:visible").all()
    for tab in tabs:
        tab.click()  # a view may begin the run that it shows, when it is first opened
    page.wait_for_timeout(250)  # settings rest for 150 ms before they begin a run
    page.evaluate(COUNT_STARTS)
    for tab in tabs:
        tab.click()
        page.wait_for_timeout(250)
        assert page.evaluate("starts") == 0, tab.inner_text()


def test_back_leads_to_the_view_before_and_a_lesson_step_to_its_own(open_page):
    page = open_page("/labs/cross-entropy", reduced_motion="reduce")
    chosen = page.locator("[role=tab][aria-selected=true]")
    page.locator("[data-tab=softmax]").click()
    page.locator("[data-tab=binary]").click()
    page.go_back()
    expect(chosen).to_have_attribute("data-tab", "softmax")
    page.keyboard.press("Control+z")
    expect(chosen).to_have_attribute("data-tab", "information")
    page.keyboard.press("Control+z")  # there is nothing left to undo: the page stays
    page.locator(".steps summary").nth(5).click()
    page.locator(".steps details[open] .try").click()
    expect(chosen).to_have_attribute("data-tab", "digits")
    expect(page.locator("[data-accuracies] canvas[role=img]")).to_be_visible()


def test_a_view_that_a_mode_has_nothing_in_is_not_offered(open_page):
    page = open_page("/labs/contrastive?tab=queue&count=200&batch_size=32", reduced_motion="reduce")
    expect(page.locator("[data-tab=queue]")).to_be_hidden()
    expect(page.locator("[data-tab=pair]")).to_have_attribute("aria-selected", "true")
    page.locator(".stage [data-method=moco]").click()
    expect(page.locator("[data-tab=queue]")).to_be_visible()
