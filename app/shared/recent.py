"""Names by when each was used last, in the store: at most so many, for so many seconds."""

import itertools
import time
from collections.abc import Iterable, Iterator
from typing import Any

from app.shared.store import PREFIX, SharedStore

PAGE = 100  # names that are asked for at once


class Recent:
    """Where one visitor can ask for as many names as they like, the longest unused goes first.

    Times are those of the process that uses a name: clocks that are minutes apart do no harm, for
    `seconds` are hours or days.
    """

    def __init__(self, store: SharedStore, kind: str, most: int, seconds: float) -> None:
        self._store, self.key = store, f"{PREFIX}{kind}"
        self._most, self.seconds = most, round(seconds)

    def note(self, name: str) -> list[str]:
        """A name is used now; those that are too many go, and are returned."""
        with self._store.asked():
            redis, now = self._store.threads, time.time()
            redis.zadd(self.key, {name: now})
            redis.expire(self.key, self.seconds)
            redis.zremrangebyscore(self.key, "-inf", now - self.seconds)
            spare = int(redis.zcard(self.key)) - self._most
            popped: Any = redis.zpopmin(self.key, spare) if spare > 0 else []
        return [str(name) for name, _ in popped]

    def has(self, name: str) -> bool:
        with self._store.asked():
            return self._store.threads.zscore(self.key, name) is not None

    def forget(self, name: str) -> None:
        with self._store.asked():
            self._store.threads.zrem(self.key, name)

    def newest_first(self) -> Iterator[str]:
        for at in itertools.count(step=PAGE):
            with self._store.asked():
                found: Any = self._store.threads.zrevrange(self.key, at, at + PAGE - 1)
            yield from map(str, found)
            if len(found) < PAGE:
                return


def use(store: SharedStore, name: str, kinds: Iterable[Recent]) -> None:
    """Count a name as used now in those of the kinds that have it, in one trip to the store."""
    with store.asked(), store.threads.pipeline(transaction=False) as asked:
        for kind in kinds:
            asked.zadd(kind.key, {name: time.time()}, xx=True)
            asked.expire(kind.key, kind.seconds)
        asked.execute()
