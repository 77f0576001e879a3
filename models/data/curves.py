"""Curves of one variable, and noisy points on them.

Shape letters: N points. Everything lies in [-2, 2].
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from models.data.points import LIMIT, TEST, TRAIN, VALIDATION, Points, drawn, roles

CurveName = Literal["sine", "step", "polynomial"]
Curve = Callable[[Tensor], Tensor]
PLACES = 2000  # of x, that a mean over x is taken at


CURVES: dict[str, Curve] = {
    "sine": lambda x: torch.sin(1.5 * math.pi * x),
    "step": lambda x: 0.8 * torch.sign(x),
    "polynomial": lambda x: 1.6 * x**3 - 1.2 * x**2 - 0.7 * x + 0.4,
}


def true_curve(curve: CurveName | Curve, x: Tensor) -> Tensor:
    """The curve without noise at the places x, of any shape."""
    return (CURVES[curve] if isinstance(curve, str) else curve)(x)


def drawn_curve(heights: Sequence[float]) -> Curve:
    """Straight pieces through heights at even places from -1 to 1; level beyond. At least two."""
    if len(heights) < 2:
        raise ValueError("a drawn curve has at least two heights")
    knots = torch.tensor(heights, dtype=torch.float64)

    def curve(x: Tensor) -> Tensor:
        place = ((x.double() + 1) / 2 * (len(knots) - 1)).clamp(0, len(knots) - 1)
        left = place.floor().long().clamp(max=len(knots) - 2)
        share = place - left
        return knots[left] * (1 - share) + knots[left + 1] * share

    return curve


def least_error(curve: CurveName | Curve, noise: float) -> float:
    """The least mean squared error on new points of `sample_curve` that any function can have.

    It is the mean over x of the variance of y at x. Where f(x) + noise * N(0, 1) leaves
    [-LIMIT, LIMIT] it is cut, so this is below noise**2 for loud noise.
    """
    if noise == 0:
        return 0.0
    x = (torch.arange(PLACES, dtype=torch.float64) + 0.5) / PLACES * 2 - 1
    return float(clipped_variance(true_curve(curve, x), noise).mean())


def clipped_variance(mean: Tensor, deviation: float) -> Tensor:
    """Variance of normal numbers of these means, of any shape, when cut to [-LIMIT, LIMIT]."""
    low, high = ((edge - mean) / deviation for edge in (-LIMIT, LIMIT))
    below, above = torch.special.ndtr(low), torch.special.ndtr(-high)
    at_low, at_high = density(low), density(high)
    inside = 1 - below - above
    first = LIMIT * (above - below) + mean * inside + deviation * (at_low - at_high)
    second = (
        LIMIT**2 * (above + below)
        + (mean**2 + deviation**2) * inside
        + 2 * mean * deviation * (at_low - at_high)
        + deviation**2 * (low * at_low - high * at_high)
    )
    variance: Tensor = second - first**2
    return variance


def density(z: Tensor) -> Tensor:
    """Of the standard normal distribution."""
    return (-(z**2) / 2).exp() / math.sqrt(2 * math.pi)


def sample_curve(
    curve: CurveName | Curve, *, train: int, validation: int, test: int, noise: float, seed: int
) -> Points:
    """Points (x, f(x) + noise * N(0, 1)) with x uniform in [-1, 1], so many of each role;
    y is cut to [-LIMIT, LIMIT], where an address can tell it.
    """
    parts = []
    for role, count in ((TRAIN, train), (VALIDATION, validation), (TEST, test)):
        x, error = drawn(count, seed, role)
        parts.append((2 * x - 1, noise * error))
    x = torch.cat([part[0] for part in parts])
    y = true_curve(curve, x) + torch.cat([part[1] for part in parts])
    return Points(x[:, None], y.clamp(-LIMIT, LIMIT), roles((train, validation, test)))
