"""A view gives back all that it holds of the browser: after `destroy` nothing listens."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

COUNTING = Path(__file__).with_name("view_life.js").read_text()
ON_CANVAS = ("chart", "plot", "network", "ridges", "similarity", "tilemap", "picture")
OTHERS = ("histograms", "bars", "boxEditor", "player", "runbar", "uploader")


@pytest.mark.parametrize("kind", [*ON_CANVAS, *OTHERS])
def test_after_destroy_a_view_listens_to_nothing(open_page, kind):
    page = open_page("/patterns", bypass_csp=True)
    page.add_script_tag(content=COUNTING)
    held = page.evaluate("heldBy", kind)
    assert held["during"]
    assert ("resize observer" in held["during"]) == (kind in ON_CANVAS)
    assert held["after"] == []
