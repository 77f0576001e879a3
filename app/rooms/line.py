"""A page's line to its room: what is still to be said on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.runs.run import Visitor

if TYPE_CHECKING:
    from app.rooms.room import Guest

News = str | Callable[[], str]


class Line:
    """A page's line to its room, as the room sees it: what is to be said, first what answers the
    page, then the newest of each kind. A slow phone skips what is out of date.
    """

    def __init__(self, visitor: Visitor, wake: Callable[[], None] = lambda: None) -> None:
        self.visitor, self._wake = visitor, wake
        self.guest: Guest | None = None
        self.presents = False
        self.page = ""  # of a presenter: the same on all lines of a page
        self.ended = False  # once what is still to be said is said
        self.lost = False  # at once: the room is no longer here
        self._answers: list[str] = []
        self._newest: dict[str, News] = {}

    def answer(self, message: dict[str, Any]) -> None:
        self._answers.append(json.dumps(message, allow_nan=False))
        self._wake()

    def tell(self, kind: str, text: News) -> None:
        """News, in place of older news of its kind. What is long is written when it is said: of
        many answers at once the last picture alone.
        """
        self._newest[kind] = text
        self._wake()

    def end(self) -> None:
        self.ended = True
        self._wake()

    def lose(self) -> None:
        """Break the line: its page comes back on a new one."""
        self.lost = True
        self._wake()

    def take(self) -> list[str]:
        """What is to be said now, which is then no longer to be said."""
        texts = [*self._answers, *(x if isinstance(x, str) else x() for x in self._newest.values())]
        self._answers, self._newest = [], {}
        return texts
