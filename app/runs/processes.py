"""The engine that gives each run a process of its own, forked from one that holds torch.

A killed worker ends one run and nothing else; 32 runs share the cores as fairly as the operating
system does; ending a run is a kill. Where there is no fork, a process is spawned: seconds, not
milliseconds, for the first frame.
"""

import asyncio
import multiprocessing
import os
import pickle
import socket
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import BaseContext
from typing import Any

from app.errors import DomainError, RunKilled
from app.i18n import N_
from app.lab import Ask, LabConfig
from app.runs.engine import Program, Worker
from app.settings import Settings

# Threads that wait spin for microseconds and then sleep. OpenMP's default spins on, and took the
# cores from other runs: a contrastive step of two threads beside two busy processes took up to
# 1000 ms, and takes 230 ms so. Sleeping at once costs a third of the speed on an idle machine.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")
FRAME = b"f"
BUFFER = 2**20  # bytes the server reads ahead of a frame


class ProcessWorker:
    """A run in a process; the other end of its socket."""

    def __init__(
        self, process: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process, self._reader, self._writer = process, reader, writer
        self._closed = False

    async def first(self) -> bytes:
        return await self._frame()

    async def ask(self, ask: Ask) -> bytes:
        data = pickle.dumps(ask)
        self._writer.write(len(data).to_bytes(4, "little") + data)
        return await self._frame()

    async def _frame(self) -> bytes:
        try:
            head = await self._reader.readexactly(5)
            data = await self._reader.readexactly(int.from_bytes(head[1:], "little"))
        except (asyncio.IncompleteReadError, ConnectionError):
            raise RunKilled(
                N_("The process of this run was ended from outside. Other runs go on.")
            ) from None
        if head[:1] == FRAME:
            return data
        kind, message, field, values = pickle.loads(data)
        error = kind(message, field, **values)
        assert isinstance(error, DomainError)
        raise error

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self.process.kill()  # there is nothing in it to tidy up
        asyncio.get_running_loop().run_in_executor(None, self.process.join)


class ProcessEngine:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = context()
        self._starter = starter()

    def warm_up(self) -> None:
        """Have the forkserver import torch and the labs, and make its first fork."""
        process = self._context.Process(target=nothing, daemon=True)  # type: ignore[attr-defined]
        self._starter.submit(process.start).result()
        process.join()

    async def start(self, run: Program, config: LabConfig, threads: int = 1) -> Worker:
        ours, theirs = socket.socketpair()
        memory = self._settings.run_memory_bytes
        with theirs:
            process = self._context.Process(  # type: ignore[attr-defined]
                target=work, args=(theirs, run, config, memory, threads), daemon=True
            )
            try:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._starter, process.start)
            except BaseException:
                ours.close()
                raise
        # A pair of Unix sockets but on Windows, where they are of the internet's kind.
        unix = ours.family == getattr(socket, "AF_UNIX", None)
        connect = asyncio.open_unix_connection if unix else asyncio.open_connection
        reader, writer = await connect(sock=ours, limit=BUFFER)
        return ProcessWorker(process, reader, writer)

    def close(self) -> None:
        """The runs are ended by whoever began them; an application may be started again."""
        self._starter.shutdown(wait=False)
        self._starter = starter()


def starter() -> ThreadPoolExecutor:
    """One thread starts all processes: multiprocessing keeps its books without locks."""
    return ThreadPoolExecutor(1, "start-run")


def context() -> BaseContext:
    """Forkserver where the system has one, spawn elsewhere."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(["app.runs.preload"])
    return chosen


def work(*arguments: Any) -> None:
    """The worker's `work`; imported there, so that the server itself need not import torch."""
    from app.runs.worker import work

    work(*arguments)


def nothing() -> None:
    """What the first, warming process does."""
