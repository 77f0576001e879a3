"""Work that goes on by itself, beside whoever began it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from app.errors import DomainError


class Background:
    """Tasks in this process's event loop, held until they are done. One that breaks off is told in
    the log.
    """

    def __init__(self, log: logging.Logger, what: str) -> None:
        self._log, self._what = log, what
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it, and wait for nothing."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def cancel(self) -> None:
        """End all that is under way."""
        for task in self._tasks:
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, DomainError):  # foreseen: the store was away, say
            self._log.warning("%s broke off: %r", self._what, error)
        elif error:
            self._log.error("%s broke off", self._what, exc_info=error)
