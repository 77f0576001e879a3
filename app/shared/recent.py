"""Names by when each was used last, in the store: at most so many, for so many seconds."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

from app.shared.store import PREFIX, SharedStore

PAGE = 100  # names that are asked for at once


class Recent:
    """Where one visitor can ask for as many names as they like, the longest unused goes first.

    Times are those of the process that uses a name: clocks that are minutes apart do no harm, for
    `seconds` are hours or days.
    """

    def __init__(self, store: SharedStore, kind: str, most: int, seconds: float) -> None:
        self._store, self._key = store, f"{PREFIX}{kind}"
        self._most, self._seconds = most, round(seconds)

    def note(self, name: str) -> list[str]:
        """A name is used now; those that are too many go, and are returned."""
        with self._store.asked():
            redis, now = self._store.threads, time.time()
            redis.zadd(self._key, {name: now})
            redis.expire(self._key, self._seconds)
            redis.zremrangebyscore(self._key, "-inf", now - self._seconds)
            spare = int(redis.zcard(self._key)) - self._most
            popped: Any = redis.zpopmin(self._key, spare) if spare > 0 else []
        return [str(name) for name, _ in popped]

    def use(self, name: str) -> None:
        """Count a name as used now, where it is among these."""
        with self._store.asked():
            self._store.threads.zadd(self._key, {name: time.time()}, xx=True)
            self._store.threads.expire(self._key, self._seconds)

    def has(self, name: str) -> bool:
        with self._store.asked():
            return self._store.threads.zscore(self._key, name) is not None

    def forget(self, name: str) -> None:
        with self._store.asked():
            self._store.threads.zrem(self._key, name)

    def newest_first(self) -> Iterator[str]:
        for at in itertools.count(step=PAGE):
            with self._store.asked():
                found: Any = self._store.threads.zrevrange(self._key, at, at + PAGE - 1)
            yield from map(str, found)
            if len(found) < PAGE:
                return
