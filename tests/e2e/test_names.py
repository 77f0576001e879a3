"""What a screen reader hears: every slider and picture has a name, charts say their values."""

import pytest
from playwright.sync_api import Page, expect

from app.registry import LABS
from tests.e2e.test_pages import PATHS

NAMED = ("slider", "image", "application", "spinbutton", "checkbox", "combobox", "button", "link")


def nameless(page: Page) -> list[str]:
    """Controls and pictures without a name, as the browser tells a screen reader."""
    line = page.context.new_cdp_session(page)
    nodes = line.send("Accessibility.getFullAXTree")["nodes"]
    return [
        f"{node['role']['value']}: {node.get('properties')}"
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in NAMED
        and not node.get("name", {}).get("value", "").strip()
    ]


@pytest.mark.parametrize("path", PATHS)
def test_every_slider_and_picture_has_a_name(open_page, path):
    page = open_page(path)
    assert nameless(page) == []
    bare = page.locator("canvas:not([aria-label]):not([aria-hidden]):visible")
    assert [one.evaluate("c => c.outerHTML") for one in bare.all()] == []


def test_the_name_of_a_slider_is_what_stands_beside_it_and_not_its_value(open_page):
    page = open_page("/labs/cross-entropy?tab=softmax")
    expect(page.get_by_role("slider", name="Temperature").first).to_be_attached()
    names = page.locator("label.slide input").evaluate_all("all => all.map(i => i.ariaLabel ?? '')")
    assert all(name and not name.replace(".", "").isdigit() for name in names)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_no_chart_shows_a_name_without_a_value(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", reduced_motion="reduce")
    for text in page.locator(".chart, .chart-keys").all_text_contents():
        assert "–" not in text


def test_a_chart_tells_its_values_where_one_points_and_touches(open_page):
    page = open_page("/labs/nms?source=photo&tab=counts", has_touch=True)
    plot = page.locator("[data-curve] .u-over")
    plot.scroll_into_view_if_needed()
    tip = page.locator("[data-curve] .chart-tip")
    expect(tip).to_be_hidden()
    plot.hover(position={"x": 100, "y": 20})
    expect(tip).to_contain_text("boxes kept")
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    plot.tap(position={"x": 40, "y": 20})
    expect(tip).to_contain_text("IoU threshold")
