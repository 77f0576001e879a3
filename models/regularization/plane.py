"""Two weights, so that the loss is a surface over a plane: where each penalty puts its minimum.

Shape letters: M values of λ, P penalties.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from models.regularization.linear import Regressions, groups_of

TRUTH = (2.0, 0.6)
STEPS = 1000  # far more than needed: the worst correlation allowed has condition number 39


class LossSurface(NamedTuple):
    """1/2 Σ (x θ + b - y)², with the best b for each θ [2], is
    least + 1/2 (θ - best)' hessian (θ - best); solutions [P, M, 2] make J least.
    """

    hessian: Tensor
    best: Tensor
    least: float
    solutions: Tensor


def two_features(points: int, correlation: float, noise: float, seed: int) -> tuple[Tensor, Tensor]:
    """x [N, 2], whose columns have exactly mean 0, variance 1 and this correlation, |c| < 1;
    y = x θ + noise * N(0, 1) with θ = `TRUTH`.
    """
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(points, 3, generator=generator, dtype=torch.float64)
    drawn = drawn - drawn.mean(dim=0)
    even, _ = torch.linalg.qr(drawn[:, :2])
    even = even * math.sqrt(points)
    second = correlation * even[:, 0] + math.sqrt(1 - correlation**2) * even[:, 1]
    x = torch.stack([even[:, 0], second], dim=1)
    return x, x @ torch.tensor(TRUTH, dtype=torch.float64) + noise * drawn[:, 2]


def loss_surface(x: Tensor, y: Tensor, lambdas: Tensor, l1_shares: Sequence[float]) -> LossSurface:
    """The data loss on x [N, 2], y [N], and the minima of J for every λ [M] and penalty."""
    centered, target = x - x.mean(dim=0), y - y.mean()
    hessian = centered.T @ centered
    best = torch.linalg.solve(hessian, centered.T @ target)
    least = 0.5 * float((centered @ best - target).square().sum())
    solutions = []
    for share in l1_shares:
        fits = Regressions(x, y, lambdas, groups_of(len(y), 2, 0)[:1])
        fits.train(STEPS, share, "accelerated", 1.0)
        solutions.append(fits.weights)
    return LossSurface(hessian, best, least, torch.stack(solutions))
