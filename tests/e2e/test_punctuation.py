"""On a Chinese page no list is joined, and nothing is said, with half-width punctuation."""

import pytest

from app.lab.contract import Lab
from app.registry import LABS
from tests.app.test_glossary import HALF

TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!node.parentElement.closest("script, style, pre, code, math, svg, .paper"))
      found.push(node.data);
  for (const told of document.querySelectorAll("[aria-label]"))
    found.push(told.getAttribute("aria-label"));
  return found;
}"""


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_a_chinese_page_has_chinese_punctuation_in_every_view(open_page, lab: Lab):
    page = open_page(f"/labs/{lab.slug}?lang=zh", reduced_motion="reduce")
    texts = set(page.evaluate(TEXTS))
    for view in lab.views:
        tab = page.locator(f"[data-tab={view.name}]")
        if tab.is_visible():
            tab.click()
            page.wait_for_timeout(200)
            texts |= set(page.evaluate(TEXTS))
    assert [text for text in texts if HALF.search(text)] == []
