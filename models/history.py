"""A run's past, thinned to constant memory.

Shape letters: T moments kept, K numbers a moment.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

LIMIT = 400  # moments; a chart has no more pixels to show them


Moment = TypeVar("Moment")


class Thinned(Generic[Moment]):
    """Moments one after another, in constant memory: when there are more than `limit`, every other
    one goes. What is kept is evenly spaced and begins with the first.
    """

    def __init__(self, limit: int) -> None:
        if limit < 4:
            raise ValueError("a history keeps at least 4 moments")
        self.kept: list[Moment] = []
        self._limit, self._stride, self._seen = limit, 1, 0

    def add(self, make: Callable[[], Moment]) -> None:
        """The next moment; it is only made if it is kept."""
        if self._seen % self._stride == 0:
            self.kept.append(make())
        self._seen += 1
        if len(self.kept) > self._limit:
            self.kept = self.kept[::2]
            self._stride *= 2


class History:
    """Rows of numbers over training steps, thinned; the newest is always there, too."""

    def __init__(self, names: Sequence[str], limit: int = LIMIT) -> None:
        self.names = tuple(names)
        self._moments: Thinned[tuple[float, ...]] = Thinned(limit)  # step and values
        self._newest: tuple[float, ...] = ()

    def add(self, step: int, *values: float) -> None:
        """Remember the values, one for each name, at that step; steps only grow."""
        if len(values) != len(self.names):
            raise ValueError(f"{len(self.names)} values are kept, not {len(values)}")
        self._newest = (float(step), *values)
        newest = self._newest
        self._moments.add(lambda: newest)

    @property
    def _rows(self) -> list[tuple[float, ...]]:
        kept = self._moments.kept
        extra = self._newest and kept[-1] is not self._newest
        return [*kept, self._newest] if extra else kept

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def steps(self) -> NDArray[np.float64]:
        """float64 [T]."""
        return np.array([row[0] for row in self._rows], np.float64)

    def row(self, name: str) -> NDArray[np.float32]:
        """float32 [T], the values of that name. Raises ValueError for a name that is not kept."""
        row: NDArray[np.float32] = self.table[self.names.index(name)]
        return row

    @property
    def table(self) -> NDArray[np.float32]:
        """float32 [K, T], a row for each name."""
        rows = np.array(self._rows, np.float32).reshape(-1, 1 + len(self.names))
        return np.ascontiguousarray(rows[:, 1:].T)
