"""A run's past, thinned to constant memory.

Shape letters: T moments kept, K numbers a moment.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LIMIT = 400  # moments; a chart has no more pixels to show them


class History:
    """Rows of numbers over training steps. When full, every other row goes: the rows stay evenly
    spaced, the first and the newest are always there.
    """

    def __init__(self, names: Sequence[str], limit: int = LIMIT) -> None:
        if limit < 4:
            raise ValueError("a history keeps at least 4 moments")
        self.names, self._limit = tuple(names), limit
        self._kept: list[tuple[float, ...]] = []  # step and values, every `stride`-th moment
        self._newest: tuple[float, ...] = ()
        self._stride, self._seen = 1, 0

    def add(self, step: int, *values: float) -> None:
        """Remember the values, one for each name, at that step; steps only grow."""
        if len(values) != len(self.names):
            raise ValueError(f"{len(self.names)} values are kept, not {len(values)}")
        self._newest = (float(step), *values)
        if self._seen % self._stride == 0:
            self._kept.append(self._newest)
        self._seen += 1
        if len(self._kept) > self._limit:
            self._kept = self._kept[::2]
            self._stride *= 2

    @property
    def _rows(self) -> list[tuple[float, ...]]:
        extra = self._newest and self._kept[-1] is not self._newest
        return [*self._kept, self._newest] if extra else self._kept

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def steps(self) -> NDArray[np.float64]:
        """float64 [T]."""
        return np.array([row[0] for row in self._rows], np.float64)

    @property
    def table(self) -> NDArray[np.float32]:
        """float32 [K, T], a row for each name."""
        rows = np.array(self._rows, np.float32).reshape(-1, 1 + len(self.names))
        return np.ascontiguousarray(rows[:, 1:].T)
