"""What a page does when its line to the server breaks, and when the server stops."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Server, only_worker_of, served, steps, until, workers_of
from tests.e2e.conftest import OpenPage, Visits, Watch

pytestmark = pytest.mark.thorough

EXPECTED = {"WebSocket connection", "Failed to load resource"}  # what Chromium says of a cut line


class Relay:
    """Carries connections to a server until it is cut; then none gets through."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: list[socket.socket] = []
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._open:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=carry, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        self._open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        self._open = True

    def close(self) -> None:
        self.cut()
        self._listener.close()


def carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(2**16):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay(address: str) -> Iterator[Relay]:
    relay = Relay(int(address.rsplit(":", 1)[1]))
    yield relay
    relay.close()


@pytest.fixture
def page(browser: object, relay: Relay) -> Iterator[Page]:
    """The fitting page, training, on a line that can be cut."""
    watch = Watch(relay.address)
    watch.allowed |= EXPECTED
    visits = Visits(browser, relay.address, watch)  # type: ignore[arg-type]
    page = visits("/labs/fitting")
    until(page, 20)
    yield page
    visits.close()
    assert not watch.problems, watch.problems


def test_a_run_goes_on_where_it_was_when_its_line_is_back(page: Page, relay: Relay) -> None:
    relay.cut()
    said = page.locator("[data-run-said]")
    expect(said).to_contain_text(re.compile("line to the server is lost|does not answer"))
    before = steps(page)
    page.wait_for_timeout(300)
    assert steps(page) == before  # it waits
    relay.mend()
    expect(said).not_to_contain_text("tries again")
    until(page, before + 20)
    # Had it begun anew, its past would begin at step 0 after the cut.
    past = page.locator("[data-run-past]")
    past.focus()
    page.keyboard.press("Home")
    assert page.locator("[data-run-again]").is_hidden()


def test_a_changed_control_reaches_the_run_after_the_loss(page: Page, relay: Relay) -> None:
    relay.cut()
    expect(page.locator("[data-run-said]")).to_contain_text("tries again")
    page.locator("[data-control=learning_rate] input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    before = steps(page)
    relay.mend()
    until(page, before + 20)
    expect(page.locator("[data-run-said]")).not_to_contain_text("cannot")


def test_a_server_that_stops_is_told_and_one_that_is_back_begins_anew(
    open_page_of: Callable[..., OpenPage],
) -> None:
    with served() as first:
        page = open_page_of(first, EXPECTED)("/labs/fitting?noise=0.4")
        until(page, 10)
    expect(page.locator("[data-run-said]")).to_contain_text("does not answer")
    with served(int(first.address.rsplit(":", 1)[1])):
        expect(page.locator("[data-run-said]")).to_contain_text("this run is over")
        page.locator("[data-run-again]").click()
        until(page, 10)
        assert "noise=0.4" in page.url
        page.context.close()


def test_leaving_a_page_ends_its_run_at_once(open_page_of: Callable[[Server], OpenPage]) -> None:
    with served() as own:
        page = open_page_of(own)("/labs/fitting")
        until(page, 10)
        only_worker_of(own.process)
        page.goto(own.address + "/api")
        end = time.monotonic() + 60
        while workers_of(own.process):
            assert time.monotonic() < end
            time.sleep(0.05)
        page.context.close()
