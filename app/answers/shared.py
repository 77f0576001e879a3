"""Answers that take long: computed once for all who ask, remembered for those who come later."""

import threading
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakSet

from starlette.requests import HTTPConnection

from app.answers.single_flight import Flights
from app.settings import MEBIBYTE
from app.shelf import Shelf

Answer = TypeVar("Answer")
ROOM = 128 * MEBIBYTE  # for all answers together


@dataclass(eq=False)
class Remembered:
    """An answer, or one that is being computed; `about` is the content that it was derived from."""

    about: str
    answer: Any = None
    size: int = 0
    forgotten: bool = False


class SharedAnswers:
    """Answers by their keys, those used last, as many bytes as there is room for.

    `get` is for one event loop; `forget` may be called from any thread.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._taken = room, 0
        self._flights = Flights()
        self._remembered: Shelf[Hashable, Remembered] = Shelf()
        self._coming: WeakSet[Remembered] = WeakSet()  # those given up go by themselves
        self._lock = threading.Lock()

    async def get(
        self,
        key: Hashable,
        make: Callable[[], Awaitable[Answer]],
        size_of: Callable[[Answer], int],
        about: str = "",
    ) -> Answer:
        """The answer with that key: remembered, or joined where it is under way, or `make()`.

        `about` names what it was derived from, a picture's content say: when that is forgotten
        before the answer is there, those who wait get it, and nobody after them.
        """
        with self._lock:
            known = self._remembered.use(key)
            if known:
                answer: Answer = known.answer
                return answer
        return await self._flights.share(key, lambda: self._make(key, make, size_of, about))

    def _make(
        self,
        key: Hashable,
        make: Callable[[], Awaitable[Answer]],
        size_of: Callable[[Answer], int],
        about: str,
    ) -> Awaitable[Answer]:
        """An answer that is to be remembered unless, from now on, what it is about is forgotten."""
        coming = Remembered(about)
        with self._lock:
            self._coming.add(coming)

        async def remember() -> Answer:
            answer = await make()
            coming.answer, coming.size = answer, size_of(answer)
            with self._lock:
                if not coming.forgotten:
                    self._keep(key, coming)
                self._coming.discard(coming)
            return answer

        return remember()

    def _keep(self, key: Hashable, answer: Remembered) -> None:
        before = self._remembered.put(key, answer)
        self._taken += answer.size - (before.size if before else 0)
        for _, left in self._remembered.leaving(lambda: self._taken > self._room, least=0):
            self._taken -= left.size

    def forget(self, about: str) -> None:
        """Drop everything that was derived from that content, also what is still to come."""
        with self._lock:
            for coming in list(self._coming):
                coming.forgotten |= coming.about == about
            for key, known in list(self._remembered.items()):
                if known.about == about:
                    self._remembered.pop(key)
                    self._taken -= known.size

    def clear(self) -> None:
        """Drop everything that is remembered."""
        with self._lock:
            self._remembered.clear()
            self._taken = 0


def shared_answers_of(connection: HTTPConnection) -> SharedAnswers:
    """Those of the application that is asked."""
    shared: SharedAnswers = connection.app.state.shared_answers
    return shared
