"""Accuracy from features: a linear classifier on frozen features, and nearest neighbors, with few
labels and with many (Chen et al., 2020, section 4; Kolesnikov et al., 2019: the protocol).

Shape letters: M pictures, D features, C classes, B label budgets, R draws of the labeled pictures.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from models.representation.probe import few_labels, knn, linear_probe

BUDGETS = (1, 5, 10, 100)  # labels per class
DRAWS = 5  # with few labels, which ones matters: so several draws
ALL = 100_000  # more labels per class than there are: all of them
VOTERS = 20  # nearest labeled pictures


class Labeled(NamedTuple):
    """Pictures uint8 [M, 3, S, S], or features [M, D], and their classes int64 [M]."""

    x: Tensor
    y: Tensor


def draws_of(labels: Tensor, per_class: int, draws: int, seed: int) -> Iterator[Tensor]:
    """Indices of labeled pictures, so many times; once where all are taken."""
    count = draws if per_class < int(labels.bincount().max()) else 1
    for r in range(count):
        yield few_labels(labels, per_class, torch.Generator().manual_seed(1000 * seed + r))


def probed(
    train: Labeled, test: Labeled, classes: int, per_class: int, draws: int = DRAWS, seed: int = 0
) -> list[float]:
    """Test accuracy of a linear probe for each draw of that many labels per class."""
    return [
        linear_probe(train.x[chosen], train.y[chosen], test.x, test.y, classes)
        for chosen in draws_of(train.y, per_class, draws, seed)
    ]


def neighbors_vote(train: Labeled, test: Labeled, per_class: int = ALL, seed: int = 0) -> float:
    """Test accuracy of a vote of the nearest labeled pictures, by cosine."""
    (chosen,) = draws_of(train.y, per_class, 1, seed)
    k = min(VOTERS, len(chosen))
    return knn(train.x[chosen], train.y[chosen], test.x, test.y, k)


def attributes(pictures: Tensor) -> dict[str, Tensor]:
    """Classes int64 [M] of what T changes, to ask features for: each picture's quarter by
    brightness, and its strongest color channel.
    """
    means = pictures.float().mean(dim=(2, 3))
    rank = means.mean(dim=1).argsort().argsort()
    return {"brightness": rank * 4 // max(len(pictures), 1), "color": means.argmax(dim=1)}


def turned(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Each picture turned by a quarter as often as its number says, and how often [M]."""
    times = torch.arange(len(pictures)) % 4
    parts = [
        torch.rot90(picture, int(k), (1, 2)) for picture, k in zip(pictures, times, strict=True)
    ]
    return torch.stack(parts), times


def most_frequent(answers: Tensor) -> float:
    """How often one is right who always gives the most frequent answer."""
    return int(answers.bincount().max()) / len(answers)


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and the mean less and plus one standard deviation, within 0 and 1."""
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / max(len(values) - 1, 1))
    return max(0.0, mean - deviation), mean, min(1.0, mean + deviation)
