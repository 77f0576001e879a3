"""A real Redis server, and web processes that share it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import redis
from websockets.sync.client import ClientConnection, connect

from app.visitors import VISITOR
from tests.e2e.browser import GUARD, Server, served

REDIS = shutil.which("redis-server")


class RedisServer:
    """Redis as docs/deploy.md has it: what it acknowledges is on the disk."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert REDIS
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        self.process = subprocess.Popen([REDIS, *place, *durable], stdout=subprocess.DEVNULL)
        client = redis.Redis.from_url(self.url)
        deadline = time.monotonic() + GUARD
        while time.monotonic() < deadline:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("Redis does not answer")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(GUARD)
            self.process = None


class Visitor:
    """A browser's cookie, and lines by it to whichever process."""

    numbers = count(1)

    def __init__(self, server: Server) -> None:
        self.cookie = httpx2.get(server.address, timeout=GUARD).cookies[VISITOR]

    def at(self, server: Server) -> httpx2.Client:
        return httpx2.Client(base_url=server.address, cookies={VISITOR: self.cookie}, timeout=GUARD)

    def line(self, server: Server, path: str) -> ClientConnection:
        url = server.address.replace("http", "ws", 1) + path
        headers = {"Cookie": f"{VISITOR}={self.cookie}"}
        return connect(url, additional_headers=headers, open_timeout=GUARD, max_size=2**24)

    def say(self, line: ClientConnection, **message: Any) -> Any:
        """The answer to a message: JSON, or the bytes of a frame."""
        number = next(self.numbers)
        line.send(json.dumps({"id": number, **message}))
        return answer_to(line, number)


def answer_to(line: ClientConnection, number: int) -> Any:
    while True:
        told = line.recv(GUARD)
        if isinstance(told, bytes):
            if int.from_bytes(told[:4], "little") == number:
                return told[8:]
        elif (message := json.loads(told)).get("id") == number and message["type"] != "config":
            return message


def until_told(line: ClientConnection, kind: str, **values: Any) -> Any:
    """The next news of that kind with those values in it."""
    while True:
        told = json.loads(line.recv(GUARD))
        inner = told.get(kind) or {}
        if told.get("type") == kind and all(inner.get(key) == x for key, x in values.items()):
            return told


@contextmanager
def web_processes(redis_server: RedisServer, number: int) -> Iterator[list[Server]]:
    """So many of them, side by side."""
    shared = str(redis_server.folder / "pictures")
    Path(shared).mkdir(exist_ok=True)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                served(VITRINE_STORE_URL=redis_server.url, VITRINE_SHARED_FOLDER=shared)
            )
            for _ in range(number)
        ]


def kill(server: Server) -> None:
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(GUARD)
