"""The one store of things that visitors leave or ask for: the longest unused goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from time import monotonic
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class Shelf(Generic[Key, Thing]):
    """Things by their keys, in the order of their last use. For one thread at a time: a lock, what
    a thing takes, and what goes with it belong to the owner.
    """

    def __init__(self) -> None:
        self._things: OrderedDict[Key, tuple[Thing, float]] = OrderedDict()  # and its last use

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, key: Key) -> bool:
        return key in self._things

    def __iter__(self) -> Iterator[Key]:
        """The keys, the longest unused first."""
        return iter(self._things)

    def values(self) -> Iterator[Thing]:
        return (thing for thing, _ in self._things.values())

    def items(self) -> Iterator[tuple[Key, Thing]]:
        return ((key, thing) for key, (thing, _) in self._things.items())

    def put(self, key: Key, thing: Thing) -> Thing | None:
        """Lay it down as the last used. Returns what lay there with that key."""
        before = self.pop(key)
        self._things[key] = thing, monotonic()
        return before

    def use(self, key: Key) -> Thing | None:
        """The thing of that key, now the last used."""
        thing = self.pop(key)
        if thing is not None:
            self.put(key, thing)
        return thing

    def pop(self, key: Key) -> Thing | None:
        """The thing of that key, which is then no longer here."""
        found = self._things.pop(key, None)
        return found[0] if found else None

    def clear(self) -> None:
        self._things.clear()

    def leaving(
        self, crowded: Callable[[], bool], idle_seconds: float = float("inf"), least: int = 1
    ) -> Iterator[tuple[Key, Thing]]:
        """Take away, the longest unused first, what was not used for so many seconds; and, down to
        `least` things, one after the other while it is `crowded`.
        """
        while self._things:
            key, (thing, used) = next(iter(self._things.items()))
            too_old = monotonic() - used > idle_seconds
            if not too_old and not (len(self) > least and crowded()):
                return
            del self._things[key]
            yield key, thing
