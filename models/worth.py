"""What a representation is worth: a linear classifier on frozen features, nearest neighbors, and
fine-tuning, each with few labels and with many (Chen et al., 2020, section 4; Kolesnikov et al.,
2019: the protocol).

Shape letters: M pictures, D features, C classes, B label budgets, R draws of the labeled pictures.
"""

import copy
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.augment import Policy, views
from models.contrastive_training import as_input, embed, head_of
from models.encoder import Encoder
from models.mlp import Batches
from models.probe import few_labels, knn, linear_probe

BUDGETS = (1, 5, 10, 100)  # labels a class
DRAWS = 5  # with few labels, which ones matters: so several draws
ALL = 100_000  # more labels a class than there are: all of them
NEIGHBORS = 20
FINE_TUNING_RATE = 1e-3
FINE_TUNING_BATCH = 64


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
    """Test accuracy of a linear probe for each draw of that many labels a class."""
    return [
        linear_probe(train.x[chosen], train.y[chosen], test.x, test.y, classes)
        for chosen in draws_of(train.y, per_class, draws, seed)
    ]


def neighbors_vote(train: Labeled, test: Labeled, per_class: int = ALL, seed: int = 0) -> float:
    """Test accuracy of a vote of the nearest labeled pictures, by cosine."""
    (chosen,) = draws_of(train.y, per_class, 1, seed)
    k = min(NEIGHBORS, len(chosen))
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


class FineTuning:
    """A copy of an encoder with a new linear layer, both trained on few labeled pictures.

    The projector is thrown away: what goes on is h. Each step sees an augmented view.
    """

    def __init__(
        self, encoder: Encoder, labeled: Labeled, classes: int, policy: Policy, seed: int
    ) -> None:
        self._labeled, self._policy = labeled, policy
        self._generator = torch.Generator().manual_seed(seed)
        self.encoder = copy.deepcopy(encoder).requires_grad_(True)
        self.head = head_of(classes, self._generator)
        size = min(FINE_TUNING_BATCH, len(labeled.y))
        self._batches = Batches(len(labeled.y), size, seed)
        parameters = [*self.encoder.parameters(), *self.head.parameters()]
        self._optimizer = torch.optim.Adam(parameters, FINE_TUNING_RATE)

    def train(self, steps: int) -> None:
        # In eval mode BatchNorm keeps its statistics: a few pictures would spoil them.
        self.encoder.eval()
        for _ in range(steps):
            chosen = self._batches.next()
            seen, _ = views(as_input(self._labeled.x[chosen]), self._policy, self._generator)
            loss = F.cross_entropy(self.head(self.encoder(seen)), self._labeled.y[chosen])
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()

    def accuracy(self, test: Labeled) -> float:
        output = embed(nn.Sequential(self.encoder, self.head), test.x)
        return float((output.argmax(dim=1) == test.y).double().mean())


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and the mean less and plus one standard deviation, within 0 and 1."""
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / max(len(values) - 1, 1))
    return max(0.0, mean - deviation), mean, min(1.0, mean + deviation)
