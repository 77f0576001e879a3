"""The engine that gives each run a process of its own, forked from one that holds torch.

A killed worker ends one run and nothing else; 32 runs share the cores as fairly as the operating
system does; ending a run is a kill. Where there is no fork, a process is spawned: seconds, not
milliseconds, for the first frame.
"""

import asyncio
import logging
import multiprocessing
import os
import pickle
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from app.lab.contract import Ask
from app.lab.controls import LabConfig
from app.runs.engine import Made, Program, Worker, ended_from_outside, made_of
from app.runs.memory import available_bytes
from app.settings import Settings

# Threads that wait spin for microseconds and then sleep. OpenMP's default spins on, and took the
# cores from other runs: a contrastive step of two threads beside two busy processes took up to
# 1000 ms, and takes 230 ms so. Sleeping at once costs a third of the speed on an idle machine.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")
BUFFER = 2**20  # bytes the server reads ahead of a frame
# What a start may take, torch's import on a busy machine included; then once more, with a new
# forkserver.
START_SECONDS = (45, 60)
# What a start raises when the forkserver died over it, or was dead before.
FORKSERVER_GONE = (EOFError, ConnectionError)
WATCH_SECONDS = 0.5  # between two looks whether the forkserver lives

log = logging.getLogger("vitrine.runs")


class ProcessWorker:
    """A run in a process; the other end of its socket."""

    def __init__(
        self, process: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process, self._reader, self._writer = process, reader, writer
        self.pid: int = process.pid
        self._closed = False

    async def first(self) -> Made:
        return await self._made()

    async def ask(self, ask: Ask[Any]) -> Made:
        data = pickle.dumps(ask)
        self._writer.write(len(data).to_bytes(4, "little") + data)
        return await self._made()

    async def _made(self) -> Made:
        try:
            head = await self._reader.readexactly(9)
            data = await self._reader.readexactly(int.from_bytes(head[1:5], "little"))
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ended_from_outside() from None
        return made_of(head[:1], data, int.from_bytes(head[5:], "little"))

    def kept_waiting(self) -> float:
        try:
            _, waited, _ = Path(f"/proc/{self.pid}/schedstat").read_text().split()
        except (OSError, ValueError):  # a system that does not tell, or the process is no more
            return 0.0
        return int(waited) / 1e9

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        end_process(self.process)  # there is nothing in it to tidy up


class ProcessEngine:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = context()
        self._starter = starter()
        self._computing = asyncio.Semaphore(os.cpu_count() or 1)

    def warm_up(self) -> None:
        """Have the forkserver import torch and the labs, and make its first fork."""
        process = self._context.Process(target=nothing, daemon=True)  # type: ignore[attr-defined]
        with suppress(CancelledError):  # the server stops before its turn has come
            self._starter.submit(process.start).result()
            process.join()

    async def keep_ready(self) -> None:
        """Start a dead forkserver anew as soon as it is found dead; it then imports torch."""
        forkserver = forkserver_of(self._context)
        if forkserver is None:
            return
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            before = forkserver_pid()
            try:
                await asyncio.wrap_future(self._starter.submit(forkserver.ensure_running))
            except OSError as error:  # no descriptor is left, say; there may be one soon
                log.warning("the process that starts runs cannot be started anew: %r", error)
                continue
            if before not in (None, forkserver_pid()):
                log.warning("the process that starts runs (%d) had died and is replaced", before)

    def available_bytes(self) -> int:
        return available_bytes()

    async def start(
        self, run: Program, config: LabConfig, threads: int = 1, expected_bytes: int = 0
    ) -> Worker:
        memory = self._settings.run_memory_bytes
        return await self._begun(work, run, config, memory, threads, self._settings.device)

    async def compute(self, function: Callable[..., Any], *arguments: Any, threads: int = 1) -> Any:
        memory = self._settings.run_memory_bytes
        async with self._computing:  # more at once only take the cores from each other
            worker = await self._begun(compute, function, arguments, memory, threads)
            try:
                return pickle.loads((await worker.first()).frame)
            finally:
                worker.close()

    async def _begun(self, target: Callable[..., None], *arguments: Any) -> ProcessWorker:
        """A process that has been given one end of a socket and the arguments.

        Raises OSError. A start that failed is tried once more: what failed is most often the
        forkserver, and the second attempt brings a new one.
        """
        for attempt, seconds in enumerate(START_SECONDS, 1):
            ours, theirs = socket.socketpair()
            process = self._context.Process(  # type: ignore[attr-defined]
                target=target, args=(theirs, *arguments), daemon=True
            )
            before = forkserver_pid()
            try:
                await self._start(process, theirs, seconds)
                return await connected(process, ours)
            except (OSError, EOFError) as error:
                ours.close()
                log.warning("a process could not be started (attempt %d): %r", attempt, error)
                if isinstance(error, FORKSERVER_GONE):
                    await asyncio.wrap_future(self._starter.submit(kill_forkserver, before))
            except BaseException:
                ours.close()
                raise
        raise OSError("no process could be started")

    async def _start(self, process: Any, theirs: socket.socket, seconds: float) -> None:
        """Start the process and close our copy of its end of the socket. Raises what
        `process.start` does, or TimeoutError, which is an OSError, after so many seconds.

        Once begun, a start goes on to its end, whoever has left meanwhile: the forkserver dies of
        a descriptor that is closed on the way to it, and takes the starts of others with it.
        """
        loop, turn = asyncio.get_running_loop(), asyncio.Event()

        def start() -> None:
            loop.call_soon_threadsafe(turn.set)
            process.start()

        starting = self._starter.submit(start)
        try:
            await turn.wait()
            done = asyncio.wrap_future(starting)
            done.add_done_callback(lambda over: over.cancelled() or over.exception())
            await asyncio.wait({done}, timeout=seconds)
            if not done.done():
                kill_forkserver(forkserver_pid())  # which ends the start that hangs on it
                raise TimeoutError(f"starting a process took longer than {seconds} s")
            done.result()
        except asyncio.CancelledError:
            if not starting.cancel():
                starting.add_done_callback(lambda _: end_process(process))
            raise
        finally:
            close_when_done(starting, theirs)

    def close(self) -> None:
        """The runs are ended by whoever began them; an application may be started again."""
        self._starter.shutdown(wait=False, cancel_futures=True)
        self._starter = starter()


def close_when_done(starting: Future[None], end: socket.socket) -> None:
    """At once where the start is over or was never begun."""
    starting.add_done_callback(lambda _: end.close())


def end_process(process: Any) -> None:
    """Kill a process. Its descriptors are given back in a thread, when it has died."""

    def tidy_up() -> None:
        process.join()
        process.close()

    with suppress(AttributeError, ValueError, OSError):  # where it never came to life
        process.kill()
        # Ours alone from here on: multiprocessing would join it at the server's end, too.
        multiprocessing.process._children.discard(process)  # type: ignore[attr-defined]
        threading.Thread(target=tidy_up, name="end-run", daemon=True).start()


async def connected(process: Any, ours: socket.socket) -> ProcessWorker:
    # A pair of Unix sockets but on Windows, where they are of the internet's kind.
    unix = ours.family == getattr(socket, "AF_UNIX", None)
    connect = asyncio.open_unix_connection if unix else asyncio.open_connection
    reader, writer = await connect(sock=ours, limit=BUFFER)
    return ProcessWorker(process, reader, writer)


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


def forkserver_of(context: BaseContext) -> Any:
    """Python's forkserver module; None where processes are spawned."""
    if context.get_start_method() != "forkserver":
        return None
    from multiprocessing import forkserver

    return forkserver


def forkserver_pid() -> int | None:
    """The forkserver's number, which Python tells nobody: its own field since 3.4."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return None
    from multiprocessing.forkserver import _forkserver

    pid: int | None = _forkserver._forkserver_pid  # type: ignore[attr-defined]
    return pid


def kill_forkserver(pid: int | None) -> None:
    """End that one for good, if it is not dead already: the next start brings a new one. One that
    has taken its place meanwhile is left alone.
    """
    if pid is not None and pid == forkserver_pid():
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            # Not reaped here: Python does that, and takes one that is dying for alive until then.
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def work(*arguments: Any) -> None:
    """The worker's `work`; imported there, so that the server itself need not import torch."""
    from app.runs.worker import work

    work(*arguments)


def compute(*arguments: Any) -> None:
    """The worker's `compute`."""
    from app.runs.worker import compute

    compute(*arguments)


def nothing() -> None:
    """What the first, warming process does."""
