"""Stopping the server: by Ctrl+C, `kill`, or the terminal's end, quickly and leaving nothing."""

import asyncio
import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import uvicorn

# SIGHUP: the terminal was closed. Where it is ignored, as under nohup, it stays ignored.
ENDING = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


class StoppableServer(uvicorn.Server):
    """uvicorn's server, which also ends by SIGHUP, and knows afterwards by which signal it did.

    uvicorn's own raises the signal once more when it is done, so that SIGTERM kills the process
    before anything is tidied up.
    """

    ended_by = 0

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in ENDING}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN or number != getattr(signal, "SIGHUP", None):
                signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.ended_by = self.ended_by or sig
        super().handle_exit(sig, frame)

    @property
    def status(self) -> int:
        """The exit status that a shell expects."""
        if self.ended_by:
            return 128 + self.ended_by
        return 0 if self.started else 1


async def in_background(work: Callable[[], object]) -> None:
    """Do work that blocks in a thread that nobody waits for when the server stops."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        try:
            work()
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="background", daemon=True).start()
    await done.wait()


def leave(status: int) -> NoReturn:
    """End the process now, tidied up: Python would wait for a thread that still loads torch."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
