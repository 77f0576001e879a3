"""Regressions to penalize: features of which some are known to be useless, and a sine in
polynomials or in random features.

Shape letters: N training points, M test points, D features.
"""

import math
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from models.data.curves import sample_curve
from models.data.points import TEST, TRAIN
from models.replicas.polynomials import basis

Source = Literal["features", "polynomial", "random"]
TEST_POINTS = 400
LARGEST, SHRINK = 1.0, 0.78  # of the true weights: the first, and each after it


class Regression(NamedTuple):
    """x [N, D], y [N] to fit, test_x [M, D], test_y [M] to test on, float64.

    truth: the weights [D] that made y, 0 for a useless feature, NaN where nobody knows them.
    places [N] and test_places [M]: where on the curve the points lie; nothing for `features`.
    """

    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor
    truth: Tensor
    places: Tensor
    test_places: Tensor


def true_weights(features: int, useful: int) -> Tensor:
    """The first `useful` weights in turn above and below 0, ever smaller; the others are 0."""
    truth = torch.zeros(features, dtype=torch.float64)
    count = min(useful, features)
    truth[:count] = LARGEST * (-SHRINK) ** torch.arange(count, dtype=torch.float64)
    return truth


def with_useless_features(
    points: int, features: int, useful: int, correlation: float, noise: float, seed: int
) -> Regression:
    """y = x θ + noise * N(0, 1), where each feature is standard normal and every two of them have
    the same `correlation` in [0, 1).
    """
    truth = true_weights(features, useful)
    parts = []
    for role, count in ((TRAIN, points), (TEST, TEST_POINTS)):
        generator = torch.Generator().manual_seed(10 * seed + role)
        drawn = torch.randn(count, features + 2, generator=generator, dtype=torch.float64)
        own, shared, error = drawn[:, :features], drawn[:, -2:-1], drawn[:, -1]
        x = math.sqrt(1 - correlation) * own + math.sqrt(correlation) * shared
        parts.append((x, x @ truth + noise * error))
    (x, y), (test_x, test_y) = parts
    nowhere = torch.zeros(0, dtype=torch.float64)
    return Regression(x, y, test_x, test_y, truth, nowhere, nowhere)


def of_a_sine(
    source: Source, points: int, features: int, noise: float, seed: int, feature_seed: int = 0
) -> Regression:
    """The noisy sine of `models.data.curves` in Legendre polynomials of degree 1 to D, or in D
    units max(0, ±(x - c)) of a hidden layer that is drawn and never trained, c uniform in [-1, 1)
    (Rahimi and Recht, 2008). Columns have mean 0 and variance 1 on the training points; one that
    is constant there is 0.
    """
    drawn = sample_curve(
        "sine", train=points, validation=0, test=TEST_POINTS, noise=noise, seed=seed
    )
    places = drawn.x[:, 0]
    if source == "polynomial":
        columns = basis(places, features)[:, 1:]
    else:
        generator = torch.Generator().manual_seed(feature_seed)
        drawn_numbers = torch.rand(2, features, generator=generator, dtype=torch.float64)
        bend, side = 2 * drawn_numbers[0] - 1, torch.where(drawn_numbers[1] < 0.5, -1.0, 1.0)
        columns = (side * (places[:, None] - bend)).clamp(min=0)
    mine = drawn.role == TRAIN
    deviation = columns[mine].std(dim=0, correction=0)
    centered = columns - columns[mine].mean(dim=0)
    columns = torch.where(deviation > 0, centered / deviation, 0.0)
    unknown = torch.full((features,), math.nan, dtype=torch.float64)
    rest = drawn.role == TEST
    return Regression(
        columns[mine], drawn.y[mine], columns[rest], drawn.y[rest], unknown,
        places[mine], places[rest],
    )  # fmt: skip
