"""The benchmark's rows of the run engine: a room that trains, and one that watches."""

import asyncio
import http.client
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from websockets.asyncio.client import connect

from tests.bench_rows import Row, row
from tests.e2e.browser import served

TRAININGS, WATCHERS = 32, 100
SECONDS = 10.0
STEPS = 10  # training steps a frame


def run_rows() -> Iterator[tuple[str, Row]]:
    with served() as (address, process):
        time.sleep(8)  # torch and the networks are loaded behind the first page
        yield "first_frame_s", row(first_frames(address), "s", "at most 0.3")
        latencies, frames = full_room(address)
        slow = row(latencies, "ms", "at most 50; 99th percentile of /healthz with 32 trainings")
        slow["value"] = round(float(np.percentile(latencies, 99)), 3)
        yield "runs_32_healthz_p99_ms", slow
        fairness = row([max(frames) / min(frames)], "times", "at most 1.5; fastest to slowest run")
        fairness["frames_per_second"] = round(sum(frames) / SECONDS, 1)
        yield "runs_32_fairness", fairness
        shares = [watched_room(address, process.pid) for _ in range(3)]
        yield "watchers_100_core_share", row(shares, "cores", "at most 0.2; 10 frames a second")


NUMBERS = itertools.count(1)  # of messages


def socket_url(address: str, path: str) -> str:
    return f"ws://{urlsplit(address).netloc}{path}"


def first_frames(address: str) -> list[float]:
    """Seconds from the click to the first frame, ten times."""

    async def once() -> float:
        async with connect(socket_url(address, "/api/labs/fitting/run")) as socket:
            start = time.perf_counter()
            await begin(socket)
            return time.perf_counter() - start

    async def several() -> list[float]:
        return [await once() for _ in range(10)]

    return asyncio.run(several())


async def begin(socket: Any) -> str:
    """Start a run of the default settings and take its first frame; its name."""
    await socket.send(json.dumps({"type": "start", "id": next(NUMBERS), "config": {}}))
    await socket.send(json.dumps({"type": "next", "id": next(NUMBERS)}))
    started = json.loads(await socket.recv())
    assert isinstance(await socket.recv(), bytes)
    return str(started["run"])


async def frame(socket: Any, **ask: Any) -> bytes:
    await socket.send(json.dumps({"type": "next", "id": next(NUMBERS), **ask}))
    answer = await socket.recv()
    assert isinstance(answer, bytes), answer
    return answer


def full_room(address: str) -> tuple[list[float], list[int]]:
    """32 runs as fast as they go: latencies of /healthz in milliseconds, frames of each run."""
    latencies: list[float] = []
    stop = threading.Event()
    begun = threading.Barrier(2)

    def probe() -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        begun.wait()
        while not stop.is_set():
            start = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            latencies.append(1000 * (time.perf_counter() - start))
            time.sleep(0.02)

    async def pull(socket: Any, until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            await frame(socket, steps=STEPS)
            count += 1
        return count

    async def room() -> list[int]:
        url = socket_url(address, "/api/labs/fitting/run")
        sockets = [await connect(url) for _ in range(TRAININGS)]
        await asyncio.gather(*(begin(socket) for socket in sockets))
        await asyncio.to_thread(begun.wait)
        until = time.perf_counter() + SECONDS
        counts = await asyncio.gather(*(pull(socket, until) for socket in sockets))
        stop.set()
        await asyncio.gather(*(socket.close() for socket in sockets))
        return list(counts)

    thread = threading.Thread(target=probe)
    thread.start()
    frames = asyncio.run(room())
    thread.join()
    return latencies, frames


def watched_room(address: str, pid: int) -> float:
    """Share of a core that the server takes while 100 watch one run at 10 frames a second."""

    async def room() -> float:
        async with connect(socket_url(address, "/api/labs/fitting/run")) as mine:
            name = await begin(mine)
            url = socket_url(address, f"/api/runs/{name}/watch")
            watchers = [await connect(url) for _ in range(WATCHERS)]
            for watcher in watchers:
                await watcher.recv()
            watching = [asyncio.create_task(watch(watcher)) for watcher in watchers]
            before, start = cpu_seconds(pid), time.perf_counter()
            while time.perf_counter() - start < SECONDS / 2:
                due = time.perf_counter() + 0.1
                await frame(mine, steps=STEPS)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            share = (cpu_seconds(pid) - before) / (time.perf_counter() - start)
            assert not any(task.done() for task in watching)
            for task in watching:
                task.cancel()
            await asyncio.gather(*(watcher.close() for watcher in watchers))
            return share

    return asyncio.run(room())


async def watch(socket: Any) -> None:
    while True:
        await frame(socket)


def cpu_seconds(pid: int) -> float:
    """Processor time that the server itself has taken, its runs not counted (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
