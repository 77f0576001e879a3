"""The benchmark's rows of a lecture: two hundred guests join a room, and follow a run in it."""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple

import httpx2
import numpy as np
from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.bench_rows import Row, row
from tests.bench_runs import begin, cpu_seconds, frame, socket_url
from tests.e2e.browser import Server, find_chromium, ready, served

GUESTS, PAGES = 200, 3
ROUNDS = 3
SECONDS = 5.0
GUARD = 120
PERIOD = 0.1  # seconds between two pictures of the presenter's run
CHANGES = 30
STEPS = 10
NUMBERS = itertools.count(1)

PAINTED = """
() => {
  window.painted = {};
  for (const tab of document.querySelectorAll("[data-tab]"))
    new MutationObserver(() => {
      if (tab.getAttribute("aria-selected") === "true")
        requestAnimationFrame(() => setTimeout(() => {
          window.painted[tab.dataset.tab] = Date.now();
        }));
    }).observe(tab, { attributeFilter: ["aria-selected"] });
}
"""
CLICKED = """
(place) => {
  const tab = document.querySelectorAll("[data-tab]")[place];
  const at = Date.now();
  tab.click();
  return [tab.dataset.tab, at];
}
"""


class Opened(NamedTuple):
    code: str
    secret: str


def lecture_rows() -> Iterator[tuple[str, Row]]:
    with served() as server:
        time.sleep(8)  # torch and the networks are loaded behind the first page
        measured = [asyncio.run(lecture(server)) for _ in range(ROUNDS)]
        joining, shares, pictures = (list(values) for values in zip(*measured, strict=True))
        yield (
            f"room_{GUESTS}_join_s",
            row(joining, "s", "at most 10; the code's page, line, first picture"),
        )
        following = row(shares, "cores", "at most 0.3; 10 pictures a second to each guest")
        following["pictures_per_guest_per_second"] = round(float(np.median(pictures)), 1)
        yield f"room_{GUESTS}_core_share", following
        paints = painted(server)
        slow = row(paints, "ms", f"at most 250; 95th percentile on {PAGES} pages, {GUESTS} guests")
        slow["value"] = round(float(np.percentile(paints, 95)), 1)
        yield "room_change_to_paint_p95_ms", slow


async def lecture(server: Server) -> tuple[float, float, float]:
    """Seconds until all guests have joined, cores that the server takes while they follow, and
    pictures that a guest has got in a second.
    """
    room, counts = opened(server.address), [0] * GUESTS
    async with (
        connect(socket_url(server.address, "/api/labs/fitting/run")) as mine,
        connect(socket_url(server.address, f"/api/rooms/{room.code}/line")) as presenter,
    ):
        run = await begin(mine)
        await present(presenter, room, run)
        start = time.perf_counter()
        async with joined(server.address, room.code, counts):
            seconds = time.perf_counter() - start
            counts[:] = [0] * GUESTS
            before, start = cpu_seconds(server.process.pid), time.perf_counter()
            await train(mine, presenter, run, until=start + SECONDS)
            spent = time.perf_counter() - start
            share = (cpu_seconds(server.process.pid) - before) / spent
        await presenter.send(json.dumps({"type": "close", "id": next(NUMBERS)}))
        return seconds, share, sum(counts) / GUESTS / spent


async def train(mine: Any, presenter: Any, run: str, until: float) -> None:
    """Ten pictures a second, and once a second a control is turned."""
    for turn in itertools.count():
        due = time.perf_counter() + PERIOD
        await frame(mine, steps=STEPS)
        if turn % 10 == 0:
            await show(presenter, run, f"noise={0.1 + turn / 1000:.3f}")
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if time.perf_counter() >= until:
            return


def opened(address: str) -> Opened:
    """A new room; each by a visitor of its own, who may have only a few."""
    answer = httpx2.post(f"{address}/api/rooms", json={}, timeout=60)
    answer.raise_for_status()
    told = answer.json()
    return Opened(told["code"], told["secret"])


async def present(presenter: Any, room: Opened, run: str) -> None:
    told = {"type": "present", "id": next(NUMBERS), "secret": room.secret}
    await presenter.send(json.dumps(told))
    asyncio.get_running_loop().create_task(drain(presenter))
    await show(presenter, run, "")


async def show(presenter: Any, run: str, query: str) -> None:
    shown = {"path": "/labs/fitting", "query": query, "runs": {"": run}}
    await presenter.send(json.dumps({"type": "show", "id": next(NUMBERS), "shown": shown}))


async def drain(socket: Any) -> None:
    """Hear what is told, as a page does."""
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass


async def guest(
    client: httpx2.AsyncClient, code: str, counts: list[int], place: int, there: asyncio.Event
) -> None:
    """A phone: the room's page, its line, then the presenter's run, each picture asked for."""
    page = await client.get(f"/room/{code}")
    page.raise_for_status()
    address = str(client.base_url).rstrip("/")
    headers = {"Cookie": page.headers["set-cookie"].partition(";")[0]}
    url = socket_url(address, f"/api/rooms/{code}/line")
    async with connect(url, additional_headers=headers, open_timeout=GUARD) as line:
        await line.send(json.dumps({"type": "follow", "id": next(NUMBERS)}))
        shown = None
        while shown is None:
            shown = json.loads(await line.recv()).get("shown")
        hearing = asyncio.create_task(drain(line))
        path = f"/api/runs/{shown['runs']['']}/watch"
        async with connect(
            socket_url(address, path), additional_headers=headers, open_timeout=GUARD
        ) as watch:
            await watch.recv()
            await picture(watch)
            there.set()
            try:
                while True:
                    await picture(watch)
                    counts[place] += 1
            finally:
                hearing.cancel()


async def picture(watch: Any) -> None:
    """The next picture of a run that is watched, after its settings where they have changed."""
    await watch.send(json.dumps({"type": "next", "id": next(NUMBERS)}))
    while not isinstance(await watch.recv(), bytes):
        pass


@asynccontextmanager
async def joined(address: str, code: str, counts: list[int]) -> AsyncIterator[None]:
    """So many guests, once all of them have their first picture."""
    async with httpx2.AsyncClient(base_url=address, timeout=GUARD) as client:
        # Each guest is a visitor: none is given the cookie of another.
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        there = [asyncio.Event() for _ in counts]
        guests = [
            asyncio.create_task(guest(client, code, counts, place, event))
            for place, event in enumerate(there)
        ]
        try:
            await asyncio.wait_for(asyncio.gather(*(one.wait() for one in there)), GUARD)
            yield
            if [task for task in guests if task.done()]:
                raise RuntimeError("a guest was lost")
        finally:
            for task in guests:
                task.cancel()
            await asyncio.gather(*guests, return_exceptions=True)


def painted(server: Server) -> list[float]:
    """Milliseconds from a presenter's change to its paint on each of a few real pages, while the
    other guests follow, too.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        presenter = browser.new_context().new_page()
        presenter.goto(f"{server.address}/labs/fitting?fps=10&speed=10")
        ready(presenter)
        presenter.locator("[data-room]").click()
        presenter.locator("[data-room-open]").click()
        presenter.wait_for_selector("[data-presents]")
        code = presenter.evaluate("JSON.parse(sessionStorage.getItem('vitrine-room')).code")
        pages = [entered(browser.new_context().new_page(), server, code) for _ in range(PAGES)]
        with crowd(server, code):
            times = [one for turn in range(CHANGES) for one in changed(presenter, pages, turn)]
        browser.close()
    return times


def changed(presenter: Page, pages: list[Page], turn: int) -> Iterator[float]:
    """Milliseconds from another view on the presenter's page to its paint on each of the pages."""
    name, at = presenter.evaluate(CLICKED, (turn + 1) % 2)
    for page in pages:
        page.wait_for_function("([n, t]) => (window.painted[n] ?? 0) >= t", arg=[name, at])
        yield page.evaluate("n => window.painted[n]", name) - at


@contextmanager
def crowd(server: Server, code: str) -> Iterator[None]:
    """The other guests, who follow meanwhile, in a thread of their own."""
    there, over = threading.Event(), threading.Event()

    async def follow() -> None:
        async with joined(server.address, code, [0] * (GUESTS - PAGES)):
            there.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(follow()))
    thread.start()
    if not there.wait(GUARD):
        raise RuntimeError("the guests did not join")
    try:
        yield
    finally:
        over.set()
        thread.join()


def entered(page: Page, server: Server, code: str) -> Page:
    page.goto(f"{server.address}/room/{code}")
    page.wait_for_url("**/labs/fitting*")
    ready(page)
    page.evaluate(PAINTED)
    return page


if __name__ == "__main__":
    for name, result in lecture_rows():
        print(name, result)
