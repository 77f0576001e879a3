"""The benchmark's rows of a full room: a phone is an HTTP client that replays a recorded page."""

import asyncio
import gc
import ssl
import time
from collections.abc import Iterator
from typing import NamedTuple

import httpx2
from playwright.sync_api import Request, sync_playwright

from tests.bench_rows import Row, row
from tests.e2e.browser import Server, find_chromium, ready, served, workers_of

ROUNDS = 3
HOME_PHONES, LAB_PHONES, FEW = 60, 200, 4
CONNECTIONS = 6  # that a browser opens to one server
GUARD = 300
TLS = ssl.create_default_context()  # made once: a phone's own takes longer than its page
MAKES_PICTURES = ("/api/samples/", "/api/detectors/scenes/")


class Asked(NamedTuple):
    """A request as the browser made it."""

    method: str
    path: str
    body: bytes | None
    kind: str
    made: str = ""  # the id of the picture that it was given, which later requests name


def room_rows() -> Iterator[tuple[str, Row]]:
    with served() as server:
        pages = {path: recorded(server.address, path) for path in ("/", "/labs/fitting")}
    yield from home_rows(pages["/"])
    yield from lab_rows(pages["/labs/fitting"])


def recorded(address: str, path: str) -> list[Asked]:
    """Every request that the page makes until its pictures are there, the page itself first."""
    requests: list[Request] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page(locale="en-US")
        page.on("request", lambda request: requests.append(request))
        page.goto(address + path)
        ready(page)
        page.wait_for_load_state("networkidle")
        asked = [as_asked(one, address) for one in requests if one.url.startswith(address)]
        browser.close()
    return asked


def as_asked(request: Request, address: str) -> Asked:
    path = request.url.removeprefix(address)
    response = request.response()
    chosen = request.method == "POST" and path.startswith(MAKES_PICTURES) and response
    made = str(response.json()["id"]) if chosen and response else ""
    kind = request.headers.get("content-type", "")
    return Asked(request.method, path, request.post_data_buffer, kind, made)


def home_rows(page: list[Asked]) -> Iterator[tuple[str, Row]]:
    """Sixty phones open the home page of a server that is ready and remembers nothing."""
    times, trainings, left = [], [], []
    for _ in range(ROUNDS):
        with served() as server:
            make_ready(server)
            seconds, processes = asyncio.run(opened_and_watched(server, page, HOME_PHONES))
            times.append(seconds)
            trainings.append(float(processes))
        with served() as server:
            make_ready(server)
            left.append(asyncio.run(opened_and_left(server, page, HOME_PHONES)))
    wanted = sum("/run" in one.path for one in page)
    yield f"home_{HOME_PHONES}_phones_s", row(times, "s", "at most 15, on a quiet machine")
    baseline = f"{wanted} trainings and what is drawn once; {wanted * HOME_PHONES} if not shared"
    yield f"home_{HOME_PHONES}_processes", row(trainings, "processes", baseline)
    yield f"home_{HOME_PHONES}_left_s", row(left, "s", "at most 5 until nothing runs")


def lab_rows(page: list[Asked]) -> Iterator[tuple[str, Row]]:
    """Two hundred phones open a lab at the same moment, against the same four at a time."""
    with served() as server:
        make_ready(server)
        ratios = []
        for _ in range(ROUNDS):
            at_once, few = (
                asyncio.run(opened(server, page, LAB_PHONES, phones)) for phones in (0, FEW)
            )
            ratios.append(at_once / few)
    yield f"lab_{LAB_PHONES}_phones", row(ratios, "times", "at most 1.3; the same four at a time")


def make_ready(server: Server) -> None:
    """Wait until torch and the networks are loaded; with a seed that no page asks for."""
    query = {"config": {"seed": 4711}, "steps": 1}
    sample = httpx2.post(f"{server.address}/api/samples/flower", timeout=GUARD).json()["id"]
    for path, body in (
        ("/api/labs/fitting/run", query),
        ("/api/rpn/proposals", {"image_id": sample}),
    ):
        httpx2.post(server.address + path, json=body, timeout=GUARD).raise_for_status()


async def opened(server: Server, page: list[Asked], phones: int, at_once: int = 0) -> float:
    """Seconds until all phones have all of the page."""
    turn = asyncio.Semaphore(at_once or phones)
    gc.disable()  # each search for garbage would go through all the phones that are under way
    try:
        start = time.perf_counter()
        await asyncio.gather(*(phone(server.address, page, turn) for _ in range(phones)))
        return time.perf_counter() - start
    finally:
        gc.enable()
        gc.collect()


async def opened_and_watched(server: Server, page: list[Asked], phones: int) -> tuple[float, int]:
    """The same, and how many trainings that took; looking for them takes processor time, too."""
    seen: set[int] = set()
    watching = asyncio.create_task(watch(server, seen))
    seconds = await opened(server, page, phones)
    watching.cancel()
    return seconds, len(seen)


async def opened_and_left(server: Server, page: list[Asked], phones: int) -> float:
    """Seconds from the moment when all phones leave at once until nothing runs any more."""
    turn = asyncio.Semaphore(phones)
    tasks = [asyncio.create_task(phone(server.address, page, turn)) for _ in range(phones)]
    while not await asyncio.to_thread(workers_of, server.process):
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    start = time.perf_counter()
    while await asyncio.to_thread(workers_of, server.process):
        await asyncio.sleep(0.05)
    return time.perf_counter() - start


async def watch(server: Server, seen: set[int]) -> None:
    """Note the processes of runs that come and go."""
    while True:
        seen |= set(await asyncio.to_thread(workers_of, server.process))
        await asyncio.sleep(0.02)


async def phone(address: str, page: list[Asked], turn: asyncio.Semaphore) -> None:
    """Load the page as a browser does: the document, then all the rest on its connections, and all
    of it well.
    """
    limits = httpx2.Limits(max_connections=CONNECTIONS)
    async with (
        turn,
        httpx2.AsyncClient(base_url=address, limits=limits, timeout=GUARD, verify=TLS) as client,
    ):
        own: dict[str, str] = {}  # recorded id -> this phone's own
        await load(client, page[0], own)
        for one in page:
            if one.made:
                own[one.made] = (await load(client, one, own)).json()["id"]
        # A connection takes the next when it has one: all requests waiting for a place at once cost
        # the client more than the server.
        rest = iter([one for one in page[1:] if not one.made])
        await asyncio.gather(*(load_in_turn(client, rest, own) for _ in range(CONNECTIONS)))


async def load_in_turn(
    client: httpx2.AsyncClient, rest: Iterator[Asked], own: dict[str, str]
) -> None:
    for one in rest:
        await load(client, one, own)


async def load(client: httpx2.AsyncClient, one: Asked, own: dict[str, str]) -> httpx2.Response:
    headers = {"Content-Type": one.kind} if one.kind else {}
    path, body = one.path, one.body
    for recorded_id, mine in own.items():
        path = path.replace(recorded_id, mine)
        body = body and body.replace(recorded_id.encode(), mine.encode())
    answer = await client.request(one.method, path, content=body, headers=headers)
    if answer.status_code >= 400:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
    return answer


if __name__ == "__main__":
    for name, result in room_rows():
        print(name, result)
