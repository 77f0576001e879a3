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


def sample_curve(
    curve: CurveName | Curve, *, train: int, validation: int, test: int, noise: float, seed: int
) -> Points:
    """Points (x, f(x) + noise * N(0, 1)) with x uniform in [-1, 1], so many of each role."""
    parts = []
    for role, count in ((TRAIN, train), (VALIDATION, validation), (TEST, test)):
        x, error = drawn(count, seed, role)
        parts.append((2 * x - 1, noise * error))
    x = torch.cat([part[0] for part in parts])
    y = true_curve(curve, x) + torch.cat([part[1] for part in parts])
    return Points(x[:, None], y.clamp(-LIMIT, LIMIT), roles((train, validation, test)))
