"""Browsers whose system speaks “C” or “en-US@posix” tell that as their language."""

import pytest

from app.registry import LABS
from tests.e2e.browser import ready

# As such a browser has it, before any script of the page runs.
SPEAKS = """Object.defineProperty(Navigator.prototype, 'language', {{
  get: () => '{tag}', configurable: true,
}})"""


@pytest.mark.thorough
@pytest.mark.parametrize("tag", ["C", "en-US@posix"])
def test_every_lab_starts_in_a_browser_whose_language_is_no_tag(open_page, tag):
    page = open_page("/", wait=False)
    home = page.url
    page.context.add_init_script(SPEAKS.format(tag=tag))
    for lab in LABS:
        page.goto(f"{home}labs/{lab.slug}")
        ready(page)
        # Every lab's page loads the chart library, which needs a valid tag: also for hand-outs.
        assert page.evaluate("navigator.language") == {"C": "en"}.get(tag, "en-US")


@pytest.mark.parametrize("header", ["C", "en-US@posix", "C.UTF-8;q=0.7, zh_CN@pinyin"])
def test_the_server_takes_such_a_language_for_english(open_page, header):
    page = open_page("/labs/nms", extra_http_headers={"Accept-Language": header})
    assert page.locator("html").get_attribute("lang") == "en"
