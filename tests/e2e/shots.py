"""Screenshots of every page: `python -m tests.e2e.shots DIR` (or `make shots DIR=…`).

Light and dark, 360 and 1440 pixels wide, English and Chinese, each after its first picture.
"""

import argparse
import itertools
import re
from pathlib import Path

from playwright.sync_api import sync_playwright

from app.registry import LABS
from tests.e2e.browser import find_chromium, ready, running_server

PAGES = {
    "home": "/",
    **{lab.slug: f"/labs/{lab.slug}" for lab in LABS},
    "patterns": "/patterns",
    "api": "/api",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="names of pages, or parts of file names")
    parser.add_argument("--widths", default="360,1440")
    parser.add_argument("--query", default="", help="added to the address, such as stage=anchors")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    widths = [int(width) for width in args.widths.split(",")]
    with running_server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        for scheme, width, language in itertools.product(("light", "dark"), widths, ("en", "zh")):
            context = browser.new_context(
                viewport={"width": width, "height": 800 if width < 700 else 900},
                color_scheme=scheme,
                locale={"en": "en-US", "zh": "zh-CN"}[language],
            )
            for name, path in PAGES.items():
                file = f"{name}-{width}-{scheme}-{language}.png"
                if args.only and not re.search(args.only, file):
                    continue
                page = context.new_page()
                page.goto(f"{address}{path}?{args.query}")
                ready(page)
                page.screenshot(path=args.folder / file, full_page=True)
                page.close()
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
