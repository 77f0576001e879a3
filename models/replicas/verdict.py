"""What the errors of a fit say, for any points: also for few, equal, or scattered ones.

Every comparison is made with the spread of the training targets, and a difference between errors
counts only where it is larger than chance makes it on so few points.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.measures import Verdict

FEW = 5  # fewer test points say nothing about others
FLAT = 1e-4  # standard deviation that is none: points in an address are rounded to 6e-5
MOST = 0.5  # of the variance that is not noise
ALIKE = 1.3  # times the training error is about the same
WORSE = 2.0
MATTERS = 0.1  # of the variance: a difference below it is small, whatever it is caused by
SURE = 2.0  # standard errors


@dataclass(frozen=True)
class Evidence:
    """`targets` [N] of the training points; `training` [N] and `test` [M] squared errors, one a
    point; `noise` the least mean squared error on new points that is possible, None where nobody
    knows it; `falling` whether the training error is still on its way down.
    """

    targets: NDArray[np.float64]
    training: NDArray[np.float64]
    test: NDArray[np.float64]
    noise: float | None
    falling: bool = False


def verdict(seen: Evidence) -> Verdict:
    """The one sentence that is true of a fit."""
    spread = float(seen.targets.std())
    if spread < FLAT:
        return "flat"
    variance = spread**2
    if misses_most(seen, variance):
        if seen.falling:
            return "learning"
        return "unexplained" if seen.noise is None else "underfits"
    if not len(seen.test):
        return "untested"
    if len(seen.test) < FEW:
        return "few"
    return compared(seen, variance)


def misses_most(seen: Evidence, variance: float) -> bool:
    """Whether more than half of what could be learned, the variance but the noise, is left."""
    noise = seen.noise or 0.0
    left = float(seen.training.mean()) - noise
    learnable = max(variance - noise, MATTERS * variance)
    chance = SURE * float(seen.training.std()) / len(seen.training) ** 0.5 if noise else 0.0
    return left > max(MOST * learnable, chance)


def compared(seen: Evidence, variance: float) -> Verdict:
    """Training error against test error, as two means with their standard errors."""
    training, test = float(seen.training.mean()), float(seen.test.mean())
    gap = test - training
    if test <= ALIKE * training:
        return "fits"
    if gap <= MATTERS * variance:
        return "close"
    errors = [part.var() / len(part) for part in (seen.training, seen.test)]
    sure = gap > SURE * float(np.sqrt(sum(errors)))
    return "overfits" if sure and test > WORSE * training else "uncertain" if not sure else "worse"
