"""The pieces of compose.yaml, started without containers on this machine's loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.app.shared.stores import RedisServer
from tests.e2e.browser import GUARD, Server, wait_until_up
from tests.nginx import nginx_command

ROOT = Path(__file__).parents[2]
WEB = 2


class Pieces:
    """A proxy, two web processes, a store, a Ray head and a Ray worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = RedisServer(folder)
        self.ports = [free_port() for _ in range(WEB)]
        self.port = free_port()
        self.web: list[subprocess.Popen[bytes] | None] = [None] * WEB
        self.address = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[Pieces]:
        from ray.cluster_utils import Cluster

        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        node = {"memory": 64 * 2**30, "object_store_memory": 200 * 2**20}
        head = {**node, "num_cpus": 0, "memory": 0, "include_dashboard": False}
        self.ray = Cluster(initialize_head=True, head_node_args=head)
        try:
            self.workers = [self.ray.add_node(num_cpus=1, **node) for _ in range(2)]
            self.store.start()
            (self.folder / "pictures").mkdir()
            for place in range(WEB):
                self.start_web(place)
            with self._proxy():
                yield self
        finally:
            for process in self.web:
                if process:
                    process.terminate()
                    process.wait(GUARD)
            self.store.kill()
            self.ray.shutdown()

    def start_web(self, place: int) -> None:
        settings = {
            "VITRINE_STORE_URL": self.store.url,
            "VITRINE_SHARED_FOLDER": str(self.folder / "pictures"),
            "VITRINE_ENGINE": "ray",
            "VITRINE_RAY_ADDRESS": self.ray.address,
            "VITRINE_ROOM_GUESTS": "1000",
        }
        with (self.folder / f"web-{place + 1}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "--port", str(self.ports[place])],
                env={**os.environ, **settings},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.web[place] = process
        wait_until_up(f"http://127.0.0.1:{self.ports[place]}", process)

    def kill_web(self, place: int) -> None:
        process = self.web[place]
        assert process
        process.kill()
        process.wait(GUARD)
        self.web[place] = None

    def kill_ray_worker(self) -> None:
        self.ray.remove_node(self.workers.pop(0), allow_graceful=False)

    def server(self) -> Server:
        """The proxy, as a server that visitors come to."""
        assert self.web[0]
        return Server(self.address, self.web[0])

    @contextmanager
    def _proxy(self) -> Iterator[None]:
        errors = str(self.folder / "nginx.log")
        process = subprocess.Popen(nginx_command(self.folder, self._blocks(), errors))
        try:
            wait_until_up(self.address, process)
            yield
        finally:
            process.terminate()
            process.wait(GUARD)

    def _blocks(self) -> str:
        """compose.yaml's own, with the ports of this machine."""
        compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
        text = str(compose["configs"]["proxy"]["content"]).replace("$$", "$")
        for place, port in enumerate(self.ports):
            text = text.replace(f"web-{place + 1}:8000", f"127.0.0.1:{port}")
        return text.replace("listen 80;", f"listen 127.0.0.1:{self.port};")


def free_port() -> int:
    """Outside of what Ray gives its own workers."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if not 10_002 <= port <= 19_999:
            return port


def stay(pieces: Pieces) -> None:
    """Until Ctrl+C."""
    print(f"Vitrine is at {pieces.address}; logs lie in {pieces.folder}. Ctrl+C ends it.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        print()
