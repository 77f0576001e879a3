"""With a reader's own colors, pictures keep theirs on their own ground: they mean something."""

import pytest

from app.registry import LABS

TOKENS = """async names => {
  const {token} = await import(document.documentElement.dataset.root + '/static/js/core/dom.js');
  return names.map(token);
}"""
NAMES = ["--mark-kept", "--role-train", "--role-test", "--class-0", "--positive-sign", "--card"]
GROUND = "all => all.map(one => getComputedStyle(one).backgroundColor)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_has_the_same_colors_as_without_them(open_page, scheme):
    plain = open_page("/labs/mlp", color_scheme=scheme).evaluate(TOKENS, NAMES)
    page = open_page("/labs/mlp", color_scheme=scheme, forced_colors="active")
    assert page.evaluate(TOKENS, NAMES) == plain
    assert len(set(plain)) == len(NAMES)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_every_chart_stands_on_its_own_ground(open_page, lab):
    page = open_page(f"/labs/{lab.slug}", forced_colors="active", color_scheme="dark")
    (card,) = page.evaluate(TOKENS, ["--card"])
    assert set(page.locator(".chart").evaluate_all(GROUND)) <= {card}


def test_a_chosen_light_page_follows_a_readers_dark_ground(open_page):
    page = open_page("/labs/nms?theme=light", forced_colors="active", color_scheme="dark")
    assert page.evaluate(TOKENS, ["--card"]) == ["rgb(26, 30, 33)"]
