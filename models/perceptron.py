"""Rosenblatt's perceptron, one sample at a time, and when it must succeed.

Shape letters: N samples, D inputs and the bias (the last, always 1).
Sources: Rosenblatt (1958); Novikoff (1962); Minsky and Papert (1969) on XOR; Gilbert (1966) for
the point of a convex hull that is nearest to the origin.
"""

from typing import NamedTuple

import torch
from torch import Tensor

PRECISION = 1e-10  # of the margin
MOST_ROUNDS = 200_000


def augmented(x: Tensor) -> Tensor:
    """x [N, D - 1] with a column of ones: the bias is a weight like any other. float64 [N, D]."""
    return torch.cat([x.double(), torch.ones(len(x), 1, dtype=torch.float64)], dim=1)


class Look(NamedTuple):
    """One look at one sample. The margin is y w.x: wrong where it is 0 or less."""

    number: int  # of the sample
    before: Tensor  # w [D]
    update: Tensor  # eta y x where it was wrong, else zeros [D]
    after: Tensor  # w + update [D]
    margin_before: float
    margin_after: float

    @property
    def wrong(self) -> bool:
        return self.margin_before <= 0


class Perceptron:
    """w <- w + eta y x for every sample on the wrong side, the samples in turn; w begins at 0.

    x [N, D - 1], y [N] of -1 and +1. With w at 0, eta only scales w: the same samples are wrong.
    """

    def __init__(self, x: Tensor, y: Tensor, eta: float) -> None:
        self.x, self.y, self.eta = augmented(x), y.double(), eta
        self.w = torch.zeros(self.x.shape[1], dtype=torch.float64)
        self.at = 0  # the next sample
        self.looks = self.mistakes = self.epoch_mistakes = self.epochs = 0
        self._seen: dict[tuple[int, ...], int] = {}
        self.cycle: int | None = None  # mistakes between two equal states, once found
        self.converged = False
        self.last: Look | None = None

    def look(self) -> Look:
        """Look at the next sample, and learn from it if it is wrong. Raises ValueError if there
        is none.
        """
        if not len(self.y):
            raise ValueError("there is no sample to look at")
        i = self.at
        x, y = self.x[i], self.y[i]
        before = self.w
        margin = float(y * (before @ x))
        update = self.eta * y * x if margin <= 0 else torch.zeros_like(before)
        self.w = before + update
        if margin <= 0:
            self.mistakes += 1
            self.epoch_mistakes += 1
        self.looks += 1
        self.at = (i + 1) % len(self.y)
        if self.at == 0:
            self._end_epoch()
        self.last = Look(i, before, update, self.w, margin, float(y * (self.w @ x)))
        return self.last

    def _end_epoch(self) -> None:
        """After a whole epoch: without a mistake it has converged; in a state that it was in
        before, it will go round for ever.

        The state is w itself, but compared as whole numbers on a grid of 1e-9 eta: sums of the
        same samples in another order differ by rounding.
        """
        self.epochs += 1
        self.converged = self.epoch_mistakes == 0
        self.epoch_mistakes = 0
        state = tuple(round(float(v) / (self.eta * 1e-9)) for v in self.w)
        if not self.converged and self.cycle is None and state in self._seen:
            self.cycle = self.mistakes - self._seen[state]
        self._seen.setdefault(state, self.mistakes)


class Separation(NamedTuple):
    """gamma: the greatest margin of a unit vector w [D] (inputs augmented), 0 if none separates.
    weights [N] of a convex combination of the y_i x_i: it is gamma away from the origin, which
    proves that no larger margin is possible, and where gamma is 0, that nothing separates.
    """

    gamma: float
    w: Tensor
    weights: Tensor


def separation(x: Tensor, y: Tensor) -> Separation:
    """The maximal margin of x [N, D - 1], y [N] of -1 and +1.

    The point of the convex hull of y_i x_i nearest to the origin is gamma w: for every unit w,
    min_i y_i w.x_i is at most the distance of any point of the hull, and that nearest point
    reaches it. Found by going from corner to corner (Gilbert, 1966), with steps away from corners
    (Guelat and Marcotte, 1986) so that it ends quickly.
    """
    points = y.double()[:, None] * augmented(x)
    count = len(points)
    if not count:
        return Separation(0.0, torch.zeros(points.shape[1], dtype=torch.float64), y.double())
    weights = torch.zeros(count, dtype=torch.float64)
    weights[int(points.square().sum(dim=1).argmin())] = 1
    nearest = weights @ points
    scale = float(points.square().sum(dim=1).max())
    for _ in range(MOST_ROUNDS):
        along = points @ nearest
        toward = int(along.argmin())
        square = float(nearest @ nearest)
        if square < PRECISION**2 * scale or square - float(along[toward]) <= PRECISION * square:
            break
        used = weights > 0
        away = int(torch.where(used, along, -torch.inf).argmax())
        if square - float(along[toward]) >= float(along[away]) - square:
            direction, change, most = points[toward] - nearest, -weights, 1.0
            change[toward] += 1
        else:
            share = float(weights[away])
            direction, change, most = nearest - points[away], weights.clone(), share / (1 - share)
            change[away] -= 1
        step = min(most, float(-(nearest @ direction) / (direction @ direction)))
        weights = (weights + step * change).clamp(min=0)
        weights /= weights.sum()
        nearest = weights @ points
    gamma = float(nearest.norm())
    margin = float((points @ nearest).min()) / max(gamma, 1e-300)
    if margin <= 0 or gamma**2 < 1e-14 * scale:
        return Separation(0.0, torch.zeros_like(nearest), weights)
    return Separation(margin, nearest / gamma, weights)


def novikoff_bound(x: Tensor, y: Tensor) -> float | None:
    """(R / gamma)^2: the perceptron makes no more mistakes than that, in whatever order it sees
    the samples; None where nothing separates them. R is the longest augmented sample.
    """
    gamma = separation(x, y).gamma
    if gamma <= 0:
        return None
    return float(augmented(x).square().sum(dim=1).max()) / gamma**2
