"""A Ray head that is killed and started anew is another cluster: web processes go on with it."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest
from websockets.sync.client import ClientConnection

from app.runs.cluster import ENVIRONMENT
from tests.app.shared.stores import Visitor
from tests.cluster.pieces import free_port
from tests.e2e.browser import GUARD, Server, served

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}

pytestmark = pytest.mark.servers


@contextmanager
def head(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A head that runs trainings, too, with all that belongs to it."""
    start = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", f"--port={port}"]
    size = ["--num-cpus=2", "--memory=4000000000", "--object-store-memory=100000000"]
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:  # the names of sockets are short
        more = ["--include-dashboard=false", f"--temp-dir={folder}", "--block"]
        process = subprocess.Popen(
            [*start, *size, *more],
            env={**os.environ, **ENVIRONMENT, **TOKEN},
            stdout=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        for one in [*psutil.Process(process.pid).children(recursive=True), process]:
            with suppress(psutil.Error):
                one.kill()
        process.wait(GUARD)


class Trainer:
    """A visitor who trains, and begins anew where the server has no room."""

    def __init__(self, server: Server) -> None:
        self.server, self.visitor = server, Visitor(server)

    def line(self) -> ClientConnection:
        return self.visitor.line(self.server, "/api/labs/fitting/run")

    def begun(self, line: ClientConnection) -> None:
        deadline = time.monotonic() + 2 * GUARD
        while (told := self.visitor.say(line, type="start", config={}))["type"] != "started":
            assert told["error"]["code"] in ("runs_full", "run_killed"), told
            assert time.monotonic() < deadline, told
            time.sleep(0.5)

    def ended(self, line: ClientConnection) -> str:
        """The sentence with which the run ends."""
        deadline = time.monotonic() + GUARD
        while time.monotonic() < deadline:
            told: Any = self.visitor.say(line, type="next", steps=1)
            if isinstance(told, dict):
                assert told["type"] == "ended"
                return str(told["error"]["message"])
            time.sleep(0.2)
        raise AssertionError("the run has not ended")


def test_a_run_ends_with_its_cluster_and_the_next_one_begins_on_the_next_cluster() -> None:
    port = free_port()
    address = {"VITRINE_ENGINE": "ray", "VITRINE_RAY_ADDRESS": f"127.0.0.1:{port}"}
    with head(port) as first, served(**address, **TOKEN) as server:
        trainer = Trainer(server)
        with trainer.line() as line:
            trainer.begun(line)
            kill(first)
            assert "ended from outside" in trainer.ended(line)
        with head(port), trainer.line() as line:
            trainer.begun(line)
            assert isinstance(trainer.visitor.say(line, type="next", steps=5), bytes)
        assert server.process.poll() is None
