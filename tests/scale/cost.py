"""What one visitor costs the server, lab by lab: python -m tests.scale.cost, or make cost.

A page is recorded once in a real Chromium: what it asks for until its pictures are there, and the
start and the pace of its training. A client without a browser then replays it as new visitors, so
that the machine measures the server and not Chromium. Prints a table and writes docs/cost.json,
which `make scale` reckons with.
"""

import asyncio
import itertools
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import psutil
from playwright.sync_api import Page, WebSocket, sync_playwright
from websockets.asyncio.client import connect

from app import ROOT
from app.registry import LABS
from tests.bench_doors import large_photo_form, photo_form, post, upload
from tests.bench_room import Asked, as_asked, load, make_ready
from tests.e2e.browser import Server, find_chromium, ready, said_of, served, workers_of

OUTPUT = ROOT / "docs" / "cost.json"
VISITORS = 5  # that open a page after the first one
WATCHED = 8.0  # seconds of a training
SETTLED = 2.0  # seconds until a server that was asked for something has come to rest
PHOTOS = 8
TAB_MS = 500
GUARD = 120
ATTEMPTS = 4
KEPT = ("/static", "/fonts")  # by a browser, from one page to the next
NUMBERS = itertools.count(1)


class Training(NamedTuple):
    """How a page trains: the line that it opens, its first message, steps and pace."""

    path: str
    config: dict[str, Any]
    steps: int
    fps: float


class Recording(NamedTuple):
    asked: list[Asked]
    training: Training | None


class Spent(NamedTuple):
    """CPU seconds: of the process that serves, of runs, and of all others that it has begun."""

    web: float
    runs: float
    other: float

    def since(self, before: "Spent") -> "Spent":
        return Spent(*(now - then for now, then in zip(self, before, strict=True)))

    @property
    def all(self) -> float:
        return sum(self)


# --- Recording ------------------------------------------------------------------------------------


def recorded(address: str, path: str) -> Recording:
    """What the page asks for until its pictures are there, and how it trains."""
    requests: list[Any] = []
    said: list[tuple[str, dict[str, Any]]] = []

    def follow(line: WebSocket) -> None:
        where = "/" + line.url.split("/", 3)[3]
        line.on("framesent", lambda text: said.append((where, json.loads(text))))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page(locale="en-US")
        page.on("request", lambda request: requests.append(request))
        page.on("websocket", follow)
        page.goto(address + path)
        ready(page)
        page.wait_for_load_state("networkidle")
        own = [one for one in requests if one.url.startswith(address)]
        asked = [as_asked(one, address) for one in own]
        training = trained(page, said)
        browser.close()
    return Recording(asked, training)


def trained(page: Page, said: list[tuple[str, dict[str, Any]]]) -> Training | None:
    """From what the page said on its line, and the pace that it offers; None without a training.
    One that begins in another view than the first begins with the lab's usual settings.
    """
    if not page.locator("[data-run-speed]").count():
        return None
    speed = page.locator("[data-run-speed]").first
    for tab in page.locator("[data-tab]:visible").all():
        if speed.input_value():  # filled where the training's bar is on show
            break
        tab.click()
        page.wait_for_timeout(TAB_MS)
    starts = [(path, words["config"]) for path, words in said if words["type"] == "start"]
    slug = urlsplit(page.url).path.rsplit("/", 1)[-1]
    path, config = starts[0] if starts else (f"/api/labs/{slug}/run", {})
    fps = page.locator("[data-run-fps]").first.input_value()
    return Training(path, config, int(speed.input_value()), float(fps))


# --- Replaying ------------------------------------------------------------------------------------


async def opened(address: str, page: list[Asked]) -> int:
    """Open the page as a new visitor; the bytes that came, as they were sent."""
    own: dict[str, str] = {}
    limits = httpx2.Limits(max_connections=6)
    headers = {"Accept-Encoding": "gzip"}
    async with httpx2.AsyncClient(
        base_url=address, limits=limits, timeout=GUARD, headers=headers
    ) as client:
        answers = [await load(client, page[0], own)]
        for one in page:
            if one.made:
                answers.append(await load(client, one, own))
                own[one.made] = answers[-1].json()["id"]
        rest = (load(client, one, own) for one in page[1:] if not one.made)
        answers += await asyncio.gather(*rest)
        return sum(answer.num_bytes_downloaded for answer in answers)


class Watched(NamedTuple):
    """A training that was watched for some seconds."""

    seconds: float
    frames: int
    bytes: int
    memory: int  # the most that its process had for itself


async def watched(server: Server, training: Training) -> Watched:
    """Train at the page's pace; every frame is waited for, as a page waits to paint it."""
    url = f"ws://{urlsplit(server.address).netloc}{training.path}"
    async with connect(url, max_size=None) as line:
        await say(line, type="start", config=training.config)
        start = due = time.monotonic()
        frames = received = memory = 0
        while (now := time.monotonic()) < start + WATCHED:
            due = max(due, now - 1 / training.fps) + 1 / training.fps
            received += len(await say(line, type="next", steps=training.steps, live={}))
            frames += 1
            if frames % 10 == 1:
                memory = max(memory, await asyncio.to_thread(own_memory, server))
            await asyncio.sleep(due - time.monotonic())
        return Watched(time.monotonic() - start, frames, received, memory)


async def say(line: Any, **message: Any) -> bytes:
    """The answer to a message, without what else the line tells. Raises RuntimeError for a "no"."""
    number = next(NUMBERS)
    await line.send(json.dumps({"id": number, **message}))
    while True:
        answer = await asyncio.wait_for(line.recv(), GUARD)
        if isinstance(answer, bytes):
            return answer
        told = json.loads(answer)
        if told.get("error"):
            raise RuntimeError(f"{message} was answered {told}")
        if told["id"] == number:
            return answer.encode()


# --- Measuring ------------------------------------------------------------------------------------


def spent(server: Server) -> Spent:
    """CPU seconds of the server's processes so far, those that have ended included."""
    serving = psutil.Process(server.process.pid)
    of = {"web": own_seconds(serving), "runs": 0.0, "other": 0.0}
    for child in serving.children(recursive=True):
        with suppress(psutil.Error):
            kind = "runs" if "multiprocessing.forkserver" in said_of(child) else "other"
            of[kind] += own_seconds(child) + ended_seconds(child)
    of["other"] += ended_seconds(serving)
    return Spent(**of)


def own_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def ended_seconds(process: psutil.Process) -> float:
    """Of children that it has seen to their end."""
    times = process.cpu_times()
    return float(times.children_user + times.children_system)


def own_memory(server: Server) -> int:
    """The most that a run's process has for itself, bytes."""
    found = [0]
    for number in workers_of(server.process):
        with suppress(psutil.Error):
            found.append(psutil.Process(number).memory_full_info().uss)
    return max(found)


def memory_at_rest(server: Server) -> int:
    """Bytes of all processes, shared ones counted once."""
    serving = psutil.Process(server.process.pid)
    family = [serving, *serving.children(recursive=True)]
    return sum(int(one.memory_full_info().pss) for one in family)


@contextmanager
def measured(server: Server) -> Iterator[list[Spent]]:
    """What is spent inside, and until the server has come to rest; the idle server's own is not
    counted.
    """
    time.sleep(SETTLED)
    idle, start = spent(server), time.monotonic()
    time.sleep(SETTLED)
    rate = spent(server).since(idle)
    seconds = time.monotonic() - start
    before, start = spent(server), time.monotonic()
    found: list[Spent] = []
    yield found
    time.sleep(SETTLED)
    gross, lasted = spent(server).since(before), time.monotonic() - start
    found.append(
        Spent(*(max(0.0, g - r * lasted / seconds) for g, r in zip(gross, rate, strict=True)))
    )


def cost_of(server: Server, recording: Recording) -> dict[str, Any]:
    """A page that nobody has opened yet, opened again by others, and watched while it trains."""
    with measured(server) as first:
        asyncio.run(opened(server.address, recording.asked))
    with measured(server) as later:
        sizes = [asyncio.run(opened(server.address, recording.asked)) for _ in range(VISITORS)]
    found: dict[str, Any] = {
        "requests": len(recording.asked),
        "open_bytes": round(statistics.median(sizes)),
        "open_first": rounded(first[0]),
        "open": rounded(Spent(*(value / VISITORS for value in later[0]))),
    }
    if recording.training is not None:
        with measured(server) as training:
            seen = asyncio.run(watched(server, recording.training))
        found["training"] = {
            "fps": recording.training.fps,
            "steps": recording.training.steps,
            "frames_per_second": round(seen.frames / seen.seconds, 1),
            "bytes_per_second": round(seen.bytes / seen.seconds),
            "memory_bytes": seen.memory,
            "per_second": rounded(Spent(*(value / seen.seconds for value in training[0]))),
        }
    return found


def rounded(of: Spent) -> dict[str, float]:
    return {name: round(value, 4) for name, value in of._asdict().items()}


def cost_of_a_photo(server: Server, large: bool) -> dict[str, Any]:
    """A photo that nobody has brought before, uploaded and looked at by both labs' networks."""
    host = urlsplit(server.address).netloc
    form = large_photo_form if large else photo_form
    forms = [form(900 + seed) for seed in range(PHOTOS)]
    accept = {"Accept": "application/octet-stream", "Accept-Encoding": "gzip"}
    received = 0
    with measured(server) as uploading:
        ids = [upload(host, one) for one in forms]
    found: dict[str, Any] = {"bytes_up": len(forms[0])}
    found["upload"] = rounded(Spent(*(value / PHOTOS for value in uploading[0])))
    for name, path in (("proposals", "/api/rpn/proposals"), ("detect", "/api/detectors/detect")):
        with measured(server) as looking:
            start = time.perf_counter()
            for one in ids:
                received = len(post(host, path, json.dumps({"image_id": one}).encode(), **accept))
            ms = 1000 * (time.perf_counter() - start) / PHOTOS
        seconds = rounded(Spent(*(value / PHOTOS for value in looking[0])))
        found[name] = {**seconds, "bytes": received, "milliseconds": round(ms, 1)}
    return found


def where() -> dict[str, Any]:
    """The machine, and the state of the repository."""
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    return {
        "command": "make cost",
        "commit": told.stdout.strip(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "processor": processor(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def recordings_of(paths: dict[str, str]) -> dict[str, Recording]:
    """Each page as a browser asks for it that has been on the home page."""
    with served() as server:
        make_ready(server)
        found = {name: recorded(server.address, path) for name, path in paths.items()}
    known = {one.path for one in found["home"].asked if one.path.startswith(KEPT)}
    for name, (asked, training) in found.items():
        if name != "home":
            found[name] = Recording([one for one in asked if one.path not in known], training)
    return found


def alone(measure: Callable[[Server], dict[str, Any]]) -> dict[str, Any]:
    """What is measured with a server of its own, which nobody has asked for anything before; with
    another one where that was ended from outside.
    """
    for _ in range(ATTEMPTS):
        with suppress(OSError, RuntimeError, ValueError, httpx2.TransportError), served() as server:
            make_ready(server)
            return measure(server)
    raise SystemExit(f"{ATTEMPTS} servers have ended while they were measured")


def all_costs() -> dict[str, Any]:
    paths = {"home": "/", **{lab.slug: f"/labs/{lab.slug}" for lab in LABS}}
    found: dict[str, Any] = {"measured": where(), "pages": {}}
    recordings = recordings_of(paths)
    found["server_bytes"] = alone(lambda server: {"bytes": memory_at_rest(server)})["bytes"]
    for name, recording in recordings.items():
        found["pages"][name] = alone(partial(cost_of, recording=recording))
        print(name, json.dumps(found["pages"][name]), flush=True)
    found["photo"] = alone(partial(cost_of_a_photo, large=True))
    print("photo", json.dumps(found["photo"]), flush=True)
    return found


def main() -> None:
    OUTPUT.write_text(json.dumps(all_costs(), indent=1) + "\n")
    print(f"written to {OUTPUT.relative_to(ROOT)}; make scale reckons with it")


if __name__ == "__main__":
    main()
