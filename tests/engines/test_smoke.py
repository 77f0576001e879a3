"""Every lab starts, and trains, in the engines of a room's other half: `make test-browsers`."""

import base64
import json
import time
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Protocol

import pytest

from app.lab.contract import Lab
from app.registry import LABS
from tests.e2e.browser import GUARD, running_server
from tests.engines import firefox, webkit

pytestmark = pytest.mark.engines

READY = "'ready' in document.documentElement.dataset"
PLAY = """(() => {
  const run = document.querySelector('[data-run]');
  if (run.dataset.phase !== 'running') run.querySelector('.run-play').click();
})()"""
STEPS = "Number(document.querySelector('[data-run-count]').textContent.replace(/\\D/g, ''))"
PAINTED = """[...document.querySelectorAll('canvas')].some(one => {
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [one.width, one.height];
  const context = copy.getContext('2d');
  if (!copy.width || !copy.height) return false;
  context.drawImage(one, 0, 0);
  return context.getImageData(0, 0, copy.width, copy.height).data.some(v => v > 0);
})"""
SAID = "document.querySelector('.said')?.textContent ?? ''"


class Engine(Protocol):
    problems: list[str]

    def open(self, address: str) -> None: ...
    def evaluate(self, expression: str) -> Any: ...


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_server() as address:
        yield address


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn; one that is not installed is skipped, with what would install it."""
    if request.param == "firefox":
        path = firefox.find_firefox()
        if path is None:
            pytest.skip(firefox.MISSING)
        with firefox.firefox(path) as one:
            yield one
        return
    found = webkit.find_webkit()
    if found is None:
        pytest.skip(webkit.MISSING)
    if find_spec("selenium") is None:
        pytest.skip(webkit.NO_SELENIUM)
    with webkit.webkit(*found) as other:
        yield other


def until(engine: Engine, expression: str) -> None:
    deadline = time.monotonic() + GUARD
    while not engine.evaluate(expression):
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {expression}; {engine.evaluate(SAID)}; {engine.problems}")
        time.sleep(0.2)


TRAINS_IN = {"detectors": "train"}  # views of labs that train in no other one


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_a_lab_starts_draws_and_trains(engine: Engine, address: str, lab: Lab[Any]) -> None:
    engine.problems.clear()
    engine.open(f"{address}/labs/{lab.slug}")
    until(engine, READY)
    until(engine, PAINTED)
    if lab.run:
        if lab.slug in TRAINS_IN:
            engine.open(f"{address}/labs/{lab.slug}?tab={TRAINS_IN[lab.slug]}")
            until(engine, READY)
        engine.evaluate(PLAY)
        until(engine, f"{STEPS} > 1")
    assert engine.problems == []


def test_the_home_page_draws_every_lab(engine: Engine, address: str) -> None:
    engine.problems.clear()
    engine.open(f"{address}/")
    until(engine, READY)
    notes = "document.querySelectorAll('[data-thumbnail-note]:not(:empty)').length"
    assert engine.evaluate(notes) == len(LABS)
    assert engine.problems == []


def test_a_lecture_opens_from_its_link(engine: Engine, address: str) -> None:
    """The link is unpacked by the browser itself."""
    state = {"path": "/labs/nms#step-4", "note": "Raise it slowly.", "minutes": 4}
    script = json.dumps({"vitrine": "lecture", "version": 1, "title": "", "states": [state]})
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    raw = packer.compress(script.encode()) + packer.flush()
    link = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    engine.problems.clear()
    engine.open(f"{address}/lecture#lecture={link}")
    until(engine, READY)
    until(engine, "document.querySelector('.lecture-state textarea')?.value === 'Raise it slowly.'")
    assert engine.problems == []
