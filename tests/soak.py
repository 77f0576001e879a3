"""A full room for some minutes: python -m tests.soak MINUTES, or make soak MINUTES=10.

32 visitors train in all labs, leave, lose their lines and come back; others watch, upload, ask the
networks, give up what they asked for; a hundred guests follow a lecture in a room; and at random
processes are killed. Prints what the server
took and what went wrong; exits with 1 if anything did that nobody caused.
"""

import asyncio
import itertools
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing.queues import Queue
from typing import Any
from urllib.parse import urlsplit

import httpx2
import numpy as np
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.visitors import VISITOR
from tests.bench_pictures import photo
from tests.e2e.browser import Server, said_of, served, workers_of
from tests.soak_room import GUESTS, LectureHall

TRAINERS, WATCHERS, UPLOADERS = 32, 12, 3
LABS = {
    "fitting": [{}, {"width": 16}, {"mode": "capacity"}],
    "mlp": [{}, {"model": "perceptron"}],
    "batchnorm": [{"width": 8}],
    "regularization": [{}],
    "cross-entropy": [{}],
    "contrastive": [{"batch_size": 16, "count": 200}],
}
# What may be told where processes are killed, lines are cut and the room is full.
FORESEEN = {"run_killed", "runs_full", "run_gone", "run_finished", "diverged", "run_replaced"}
KEEP_SECONDS = 5  # that a run waits for its line, here
GUARD = 120
NUMBERS = itertools.count(1)


class Soak:
    """The room, and what is noted of it."""

    def __init__(self, server: Server, until: float) -> None:
        self.server, self.until = server, until
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.latencies: list[float] = []
        self.samples: list[tuple[float, float, int]] = []  # server's MB, all processes' MB, files
        self.runs: dict[int, str] = {}
        self.cookies = [cookie_of(server) for _ in range(TRAINERS)]
        self.random = random.Random(7)

    def over(self) -> bool:
        return time.monotonic() >= self.until

    def url(self, path: str) -> str:
        return f"ws://{urlsplit(self.server.address).netloc}{path}"

    def note(self, told: dict[str, Any]) -> None:
        code = told.get("error", {}).get("code")
        if code:
            self.counts[f"told {code}"] += 1
            if code not in FORESEEN:
                self.wrong.append(f"told {told}")

    async def again(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it until the time is over; what breaks because something was killed is counted."""
        while not self.over():
            try:
                async with asyncio.timeout(GUARD):
                    await act()
            except TimeoutError:
                self.wrong.append(f"{act} waited {GUARD} s")
            except (OSError, WebSocketException, httpx2.TransportError) as error:
                self.wrong.append(f"{act}: {error!r}")
            await asyncio.sleep(self.random.uniform(0, 0.5))


def cookie_of(server: Server) -> str:
    """A visitor's, as the pages give it."""
    return str(httpx2.get(server.address, timeout=GUARD).cookies[VISITOR])


# --- Who is in the room -------------------------------------------------------------------------


async def say(socket: ClientConnection, **message: Any) -> Any:
    """Send under the next number, and the answer: a frame's bytes, or what was told."""
    number = next(NUMBERS)
    await socket.send(json.dumps({"id": number, **message}))
    while True:
        answer = await socket.recv()
        if isinstance(answer, bytes):
            if int.from_bytes(answer[:4], "little") == number:
                return answer
            continue
        told = json.loads(answer)
        if told["id"] in (number, None) or told.get("type") == "ended":
            return told


async def train(soak: Soak, who: int) -> None:
    """A visit: start, train for a while, then leave, break off, or lose the line and come back."""
    slug = soak.random.choice(list(LABS))
    config = soak.random.choice(LABS[slug])
    path = soak.url(f"/api/labs/{slug}/run")
    headers = {"Cookie": f"{VISITOR}={soak.cookies[who]}"}
    socket = await connect(path, additional_headers=headers, max_size=None)
    started = await say(socket, type="start", config=config)
    soak.note(started)
    if started["type"] == "started":
        soak.runs[who] = started["run"]
        end = time.monotonic() + soak.random.uniform(1, 20)
        alive = await pull(soak, socket, end)
        if alive and soak.random.random() < 0.4:
            socket.transport.abort()
            soak.counts["lines lost"] += 1
            if soak.random.random() < 0.7:
                socket = await connect(path, additional_headers=headers, max_size=None)
                known = {"run": started["run"], "key": started["key"]}
                told = await say(socket, type="resume", **known)
                soak.note(told)
                soak.counts["lines found again"] += told["type"] == "resumed"
                await pull(soak, socket, time.monotonic() + 2)
        soak.runs.pop(who, None)
    with suppress(WebSocketException):
        await socket.close()
    soak.counts["visits"] += 1


async def pull(soak: Soak, socket: ClientConnection, end: float) -> bool:
    """Ask for frames until then; whether the run is still there."""
    while time.monotonic() < end and not soak.over():
        answer = await say(socket, type="next", steps=soak.random.choice([1, 5, 10, 500]))
        if not isinstance(answer, bytes):
            soak.note(answer)
            return False
        soak.counts["frames"] += 1
        await asyncio.sleep(0.03)
    return True


async def watch(soak: Soak) -> None:
    if not soak.runs:
        return
    run = soak.random.choice(list(soak.runs.values()))
    async with connect(soak.url(f"/api/runs/{run}/watch"), max_size=None) as socket:
        soak.note(json.loads(await socket.recv()))
        end = time.monotonic() + soak.random.uniform(1, 15)
        while time.monotonic() < end and not soak.over():
            try:
                async with asyncio.timeout(20):  # who is watched may have paused, or left
                    answer = await say(socket, type="next")
            except (TimeoutError, WebSocketException):
                return
            if not isinstance(answer, bytes):
                if answer.get("type") == "ended":
                    soak.note(answer)
                    return
                continue
            soak.counts["frames watched"] += 1


async def come_and_go(soak: Soak) -> None:
    """A page that is closed while its run starts."""
    socket = await connect(soak.url("/api/labs/fitting/run"), max_size=None)
    await socket.send(json.dumps({"type": "start", "id": next(NUMBERS), "config": {}}))
    await asyncio.sleep(soak.random.uniform(0, 0.02))
    socket.transport.abort()
    soak.counts["left while starting"] += 1


async def upload(soak: Soak, client: httpx2.AsyncClient, photos: list[bytes]) -> None:
    """Upload, ask for proposals, look, and sometimes delete."""
    files = {"file": ("photo.jpg", soak.random.choice(photos))}
    answer = await client.post("/api/images", files=files)
    if not fine(soak, answer, 201):
        return
    picture = answer.json()
    query = {"image_id": picture["id"], "input_size": soak.random.choice([256, 320, 448])}
    fine(soak, await client.post("/api/rpn/proposals", json=query), 200)
    fine(soak, await client.get(picture["url"]), 200)
    if soak.random.random() < 0.5:
        fine(soak, await client.delete(picture["url"]), 204)
    soak.counts["uploads"] += 1


async def ask_and_give_up(soak: Soak, client: httpx2.AsyncClient) -> None:
    """A whole run in one request, which half the time nobody waits for."""
    body = {
        "config": {"seed": soak.random.randrange(1000)},
        "steps": soak.random.choice([50, 5000]),
    }
    patience = soak.random.choice([0.2, GUARD / 2])
    try:
        async with asyncio.timeout(patience):
            fine(soak, await client.post("/api/labs/fitting/run", json=body), 200)
            soak.counts["whole runs"] += 1
    except TimeoutError:
        soak.counts["requests given up"] += 1


def fine(soak: Soak, answer: httpx2.Response, status: int) -> bool:
    if answer.status_code == status:
        return True
    soak.counts[f"HTTP {answer.status_code}"] += 1
    code = answer.json().get("error", {}).get("code", "")
    if code not in FORESEEN | {"decoder_killed", "uploads_full"}:
        soak.wrong.append(f"HTTP {answer.status_code} {answer.text[:200]}")
    return False


async def kill(soak: Soak) -> None:
    """Now and then a run's process, seldom the forkserver or the decoders' program."""
    await asyncio.sleep(soak.random.uniform(3, 12))
    family = psutil.Process(soak.server.process.pid).children(recursive=True)
    draw = soak.random.random()
    if draw < 0.7:
        chosen = await asyncio.to_thread(workers_of, soak.server.process)
    elif draw < 0.85:
        chosen = [one.pid for one in family if "multiprocessing.forkserver" in said_of(one)][:1]
    else:
        chosen = [one.pid for one in family if "decoding/server" in said_of(one)][:1]
    if chosen:
        with suppress(ProcessLookupError):
            os.kill(soak.random.choice(chosen), signal.SIGKILL)
            soak.counts["killed"] += 1


# --- What is measured ---------------------------------------------------------------------------


def probe(address: str, seconds: float, found: "Queue[list[float]]") -> None:
    """Milliseconds that /healthz takes, asked from a process that does nothing else."""
    latencies, end = [], time.monotonic() + seconds
    with httpx2.Client(base_url=address, timeout=GUARD) as client:
        while time.monotonic() < end:
            start = time.perf_counter()
            client.get("/healthz").raise_for_status()
            latencies.append(1000 * (time.perf_counter() - start))
            time.sleep(0.05)
    found.put(latencies)


async def sample(soak: Soak) -> None:
    process = psutil.Process(soak.server.process.pid)
    own = process.memory_info().rss / 2**20
    tree = own
    for one in process.children(recursive=True):
        with suppress(psutil.Error):
            tree += one.memory_full_info().uss / 2**20
    soak.samples.append((own, tree, process.num_fds()))
    await asyncio.sleep(5)


async def room(server: Server, minutes: float) -> Soak:
    soak = Soak(server, time.monotonic() + 60 * minutes)
    photos = [photo(number) for number in range(8)]
    spawning = multiprocessing.get_context("spawn")
    found: Queue[list[float]] = spawning.Queue()
    asking = spawning.Process(target=probe, args=(server.address, 60 * minutes, found))
    asking.start()
    hall = LectureHall(soak)
    async with httpx2.AsyncClient(base_url=server.address, timeout=GUARD) as client:
        await asyncio.gather(
            soak.again(hall.present),
            *(soak.again(lambda who=who: hall.follow(who)) for who in range(GUESTS)),
            *(soak.again(lambda who=who: train(soak, who)) for who in range(TRAINERS)),
            *(soak.again(lambda: watch(soak)) for _ in range(WATCHERS)),
            *(soak.again(lambda: upload(soak, client, photos)) for _ in range(UPLOADERS)),
            soak.again(lambda: ask_and_give_up(soak, client)),
            soak.again(lambda: come_and_go(soak)),
            soak.again(lambda: kill(soak)),
            soak.again(lambda: sample(soak)),
        )
    soak.latencies = await asyncio.to_thread(found.get)
    return soak


def rest(server: Server) -> int:
    """Processes of runs that are left when all have gone and the lost lines' time is over."""
    end = time.monotonic() + GUARD
    while workers_of(server.process) and time.monotonic() < end:
        time.sleep(0.2)
    return len(workers_of(server.process))


def report(soak: Soak, left: int, files_left: int) -> int:
    for name, count in sorted(soak.counts.items()):
        print(f"{count:8} {name}")
    own, tree, files = (np.array(column) for column in zip(*soak.samples, strict=True))
    third = max(1, len(own) // 3)
    print(f"server   {own[:third].max():.0f} MB at most in the first third, "
          f"{own[-third:].max():.0f} in the last")  # fmt: skip
    print(f"with all processes {tree.max():.0f} MB at most")
    print(f"open files {files[0]} to {files.max()}, {files_left} when all have gone")
    p50, p99 = np.percentile(soak.latencies, [50, 99])
    print(f"/healthz p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {max(soak.latencies):.0f} ms")
    print(f"{left} processes of runs left, {len(soak.wrong)} things went wrong")
    for line in soak.wrong[:20]:
        print(f"  {line}")
    return 1 if soak.wrong or left else 0


def main(minutes: float) -> int:
    os.environ.setdefault("VITRINE_RUN_KEEP_SECONDS", str(KEEP_SECONDS))
    with served() as server:
        time.sleep(10)  # torch is loaded
        soak = asyncio.run(room(server, minutes))
        left = rest(server)
        alive = server.process.poll() is None
        if not alive:
            return 1
        return report(soak, left, psutil.Process(server.process.pid).num_fds())


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
