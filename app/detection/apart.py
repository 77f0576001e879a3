"""The networks' own process, for a GPU: the server never opens one, and neither does the process
that runs are forked from, because a process that has opened one cannot be forked.

What is evaluated there is the same as in the networks' thread; only where differs.
"""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from app.errors import Busy
from app.i18n import N_

LOOK_SECONDS = 0.02  # between two looks whether anybody still waits
ATTEMPTS = 2  # an evaluation changes nothing, so what broke off is evaluated once more

log = logging.getLogger("vitrine.networks")


class SharedFlag:
    """True or false, seen by both processes; without a lock that one of them could die with."""

    def __init__(self, context: Any) -> None:
        self._value = context.RawValue("b", 0)

    def is_set(self) -> bool:
        return bool(self._value.value)

    def set_to(self, value: bool) -> None:
        self._value.value = value


class Apart:
    """A process that evaluates one thing at a time; for one thread, but `close` for any."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._context = multiprocessing.get_context("spawn")  # never a fork of anything
        self._process: Any = None
        self._connection: Connection | None = None
        self._given_up = SharedFlag(self._context)
        self._closed = False

    def evaluate(
        self, is_given_up: Callable[[], bool], work: Callable[..., Any], *given: Any
    ) -> Any:
        """What `work(*given)` returns or raises there; all of it can be pickled.

        Raises `Busy` where the process was ended from outside more than once.
        """
        for _ in range(ATTEMPTS):
            if self._closed:
                break
            try:
                succeeded, told = self._asked(is_given_up, (work, given))
            except (EOFError, OSError) as error:
                self._end()
                if not self._closed:
                    log.warning("the networks' process has ended and is replaced: %r", error)
                continue
            if succeeded:
                return told
            raise told
        raise Busy(N_("The server has no room for this right now. Try again soon."))

    def _asked(self, is_given_up: Callable[[], bool], asked: Any) -> tuple[bool, Any]:
        connection = self._connection or self._started()
        self._given_up.set_to(False)
        connection.send(asked)
        while not connection.poll(LOOK_SECONDS):
            if is_given_up():
                self._given_up.set_to(True)
        answer: tuple[bool, Any] = connection.recv()
        return answer

    def _started(self) -> Connection:
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=answer_all, args=(theirs, self._given_up, self._device), daemon=True
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours

    def close(self) -> None:
        """End the process for good, whatever it is doing: what is asked from now on is refused."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        connection, process = self._connection, self._process
        self._connection = self._process = None
        if process is not None:
            process.kill()
        if connection is not None:
            with suppress(OSError):
                connection.close()


def answer_all(connection: Connection, given_up: SharedFlag, device: str) -> None:
    """Evaluate what comes until the server closes its end or dies; on that device."""
    from app.detection.inference import waited_for
    from models import device as devices

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the server's to answer
    devices.choose(device)
    with suppress(EOFError, ConnectionError):
        while True:
            work, given = connection.recv()
            with waited_for(given_up):
                answer = answered(work, given)
            connection.send(answer)


def answered(work: Callable[..., Any], given: tuple[Any, ...]) -> tuple[bool, Any]:
    """True and what it returns, or False and what it raises, as far as that can be pickled."""
    try:
        return True, work(*given)
    except BaseException as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            traceback.print_exception(error)  # for whoever runs the server
            return False, RuntimeError(repr(error))
        return False, error
