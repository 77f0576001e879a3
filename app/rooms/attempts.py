"""How often codes may be tried: wrong ones slow down their visitor, and all visitors together.

Never an address: a class has one. A room's code has a million values, so with a wrong one a second,
of browsers and programs together, a guesser needs a day for one of eight rooms. Where all together
are slowed down, those who are in a room already are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.errors import TooManyCodes
from app.i18n import N_
from app.shelf import Shelf

OWN_CODES, OWN_SECONDS = 6, 10.0  # of one visitor: wrong codes at once; then one in so many seconds
ALL_CODES, ALL_SECONDS = 120, 2.0  # of all visitors together
VISITORS = 10_000  # that are remembered


@dataclass
class Bucket:
    """What is left of something: `most` at once, and one more every so many seconds."""

    most: int
    seconds: float
    left: float
    at: float  # when that was

    def fill(self, now: float) -> None:
        self.left = min(self.most, self.left + max(0.0, now - self.at) / self.seconds)
        self.at = now

    def take(self, now: float) -> None:
        """One is used, also where none is left."""
        self.fill(now)
        self.left -= 1

    def wait(self, now: float) -> float:
        """Seconds until the next code may be tried, 0 if it may be now."""
        self.fill(now)
        return max(0.0, (1 - self.left) * self.seconds)


class Attempts:
    """Wrong codes so far. `now` is a clock's time in seconds."""

    def __init__(self) -> None:
        self._all = Bucket(ALL_CODES, ALL_SECONDS, ALL_CODES, -math.inf)
        self._nameless = Bucket(ALL_CODES, ALL_SECONDS, ALL_CODES, -math.inf)
        self._own: Shelf[str, Bucket] = Shelf()

    def check(self, visitor: str, now: float) -> None:
        """Raises `TooManyCodes` where this visitor, or all together, have to wait. Those without a
        cookie have one count together, so that a program leaves the browsers theirs.
        """
        own = self._own.use(visitor) if visitor else None
        wait = max(self._of_all(visitor).wait(now), own.wait(now) if own else 0.0)
        if wait > 0:
            message = N_(
                "Too many wrong codes were tried here. Look at the code once more, and try it "
                "again in {seconds} seconds."
            )
            raise TooManyCodes(message, seconds=math.ceil(wait))

    def _of_all(self, visitor: str) -> Bucket:
        return self._all if visitor else self._nameless

    def failed(self, visitor: str, now: float) -> None:
        """Count a wrong code."""
        self._of_all(visitor).take(now)
        if not visitor:
            return
        own = self._own.use(visitor) or Bucket(OWN_CODES, OWN_SECONDS, OWN_CODES, now)
        own.take(now)
        self._own.put(visitor, own)
        for _ in self._own.leaving(lambda: len(self._own) > VISITORS):
            pass
