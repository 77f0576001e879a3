"""Learning from batches of points: the batches, a loop that measures as it goes, an end in words.

Shape letters: N points.
"""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from models.history import History


class Lost(ArithmeticError):
    """The loss of `lost` of `all` networks has diverged."""

    def __init__(self, step: int, lost: int = 1, all: int = 1) -> None:
        super().__init__(f"{lost} of {all} networks diverged at step {step}")
        self.step, self.lost, self.all = step, lost, all


class Batches:
    """Indices of one batch after another: each epoch is a permutation of the points, cut into
    pieces of `batch_size`, of which the last may be short.
    """

    def __init__(self, n: int, batch_size: int, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._n, self._size, self._at = n, batch_size, n
        self._order = torch.empty(0, dtype=torch.int64)

    def resize(self, n: int, batch_size: int) -> None:
        """Go on with other numbers; a new epoch begins where that of the points changes."""
        if n != self._n:
            self._at = n
        self._n, self._size = n, batch_size

    def next(self) -> Tensor:
        """int64, at most `batch_size` of them."""
        if self._at >= self._n:
            self._order = torch.randperm(self._n, generator=self._generator)
            self._at = 0
        chosen = self._order[self._at : self._at + self._size]
        self._at += self._size
        return chosen


class Training:
    """Networks that learn from one batch after another, measured every `EVERY` steps.

    A training of its own says what it learns from a batch (`_learn`) and what it writes into the
    history (`_measure`), which it calls once before the first step.
    """

    EVERY: ClassVar[int]  # steps between two measurements

    def __init__(self, names: Sequence[str], points: int, batch_size: int, seed: int) -> None:
        self.step = 0
        self.history = History(names)
        self.batches = Batches(points, batch_size, seed)

    def train(self, steps: int) -> None:
        """Raises `Lost`."""
        for _ in range(steps):
            self._learn(self.batches.next())
            self.step += 1
            if self._is_measured():
                self._measure()

    def _is_measured(self) -> bool:
        """Whether this step is one of those that are written down."""
        return self.step % self.EVERY == 0

    def _learn(self, chosen: Tensor) -> None:
        """One step on the points `chosen` [N]."""
        raise NotImplementedError

    def _measure(self) -> None:
        """Write what there is to see now into the history."""
        raise NotImplementedError
