"""The same networks trained with cross-entropy and with squared error, from the same starts.

Shape letters: L the two losses, S starts, N points, C inputs, K classes, B bins, W worst samples.
"""

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import information, losses
from models.measures import ComparedLoss, LossMeasure
from models.replicas.parts import accuracy
from models.replicas.replicas import Losses, Options, Replicas
from models.training import Lost, Training

KINDS: tuple[ComparedLoss, ...] = get_args(ComparedLoss)
NAMES = tuple(f"{kind} {measure}" for kind in KINDS for measure in get_args(LossMeasure))
EVERY = 5  # steps between two measurements
BINS = 10
WORST = 10


@dataclass(frozen=True)
class LossComparisonSettings:
    """start_scale: what the last layer's weights are multiplied by at the start; at 1 the network
    is undecided, at 20 it is sure of what it cannot know.
    """

    hidden: int = 32
    starts: int = 4
    learning_rate: float = 0.5
    start_scale: float = 1.0
    batch_size: int = 64
    seed: int = 0

    @property
    def options(self) -> list[Options]:
        return [
            Options(seed=self.seed + s, learning_rate=self.learning_rate)
            for s in range(self.starts)
        ]


class Reliability(NamedTuple):
    """Of predictions sorted by confidence into B bins of equal width (Guo et al., 2017).

    counts int64 [B]; confidence and right: their means in each bin [B], NaN where it is empty;
    error: the expected calibration error, the mean distance of the two.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    right: NDArray[np.float64]
    error: float


class Worst(NamedTuple):
    """The samples of the greatest loss -log q(true), worst first."""

    samples: NDArray[np.int64]  # [W]
    probabilities: NDArray[np.float64]  # [W, K]
    loss: NDArray[np.float64]  # [W] nats
    entropy: NDArray[np.float64]  # [W] of the prediction, nats


class LossComparison(Training):
    """Networks C-hidden-K (tanh, gradient descent) on x [N, C] and classes y [N]. Both learn from
    the same batches.
    """

    EVERY = EVERY

    def __init__(
        self,
        settings: LossComparisonSettings,
        train: tuple[Tensor, Tensor],
        test: tuple[Tensor, Tensor],
    ) -> None:
        super().__init__(NAMES, len(train[1]), settings.batch_size, settings.seed)
        self.settings, self.train_part, self.test_part = settings, train, test
        self.last: list[Losses] = []  # of the last step
        shape = (train[0].shape[1], settings.hidden, int(train[1].max()) + 1)
        self.networks = [
            Replicas(shape, settings.options, activation="tanh", loss=kind, dtype=torch.float64)
            for kind in KINDS
        ]
        for networks in self.networks:
            with torch.no_grad():
                networks.weights[-1].mul_(settings.start_scale)
        self._measure()

    def change(self, settings: LossComparisonSettings) -> None:
        """Go on with another learning rate and batch size; the weights stay."""
        self.settings = settings
        self.batches.resize(len(self.train_part[1]), settings.batch_size)
        for networks in self.networks:
            networks.set_options(settings.options)

    def _learn(self, chosen: Tensor) -> None:
        x, y = self.train_part
        self.last = [networks.step(x[chosen], y[chosen]) for networks in self.networks]

    def _is_measured(self) -> bool:
        return super()._is_measured() or self.step == 1

    def logits(self) -> list[Tensor]:
        """Of the test points, [S, N, K] for each loss."""
        return [networks.predict(self.test_part[0]) for networks in self.networks]

    def scores(self) -> NDArray[np.float64]:
        """Test accuracy, cross-entropy in nats, Brier's squared error: [L, 3, S]. Raises `Lost`."""
        target = losses.smoothed(self.test_part[1], self.networks[0].shape[-1])
        rows = [
            torch.stack([
                accuracy(z, self.test_part[1]),
                losses.cross_entropy(z, target).mean(dim=1),
                losses.brier(z, target).mean(dim=1),
            ])
            for z in self.logits()
        ]  # fmt: skip
        scores = torch.stack(rows)
        if not scores.isfinite().all():
            lost = int((~scores.isfinite()).any(dim=1).sum())
            raise Lost(self.step, lost, scores.shape[0] * scores.shape[2])
        return scores.numpy()

    def slopes(self) -> NDArray[np.float64]:
        """Length of the last step's gradient by all weights, [L, S]; NaN before the first."""
        if not self.step:
            return np.full((len(KINDS), self.settings.starts), np.nan)
        squares = [
            sum(g.square().sum(dim=(1, 2)) for g in networks.gradients)
            for networks in self.networks
        ]
        return torch.stack([torch.as_tensor(s).sqrt() for s in squares]).numpy()

    def _measure(self) -> None:
        row: list[float] = []
        for scores, slope in zip(self.scores(), self.slopes(), strict=True):
            for measure in scores[:2]:
                row += np.quantile(measure, (0.1, 0.5, 0.9)).tolist()
            row.append(float(np.median(slope)))
        self.history.add(self.step, *row)

    def reliability(self) -> list[Reliability]:
        """Of the test points, all starts together, for each loss."""
        return [reliability(losses.softmax(z), self.test_part[1]) for z in self.logits()]

    def worst(self, start: int = 0) -> list[Worst]:
        """The test points that one start's networks are worst at, for each loss."""
        return [worst(z[start], self.test_part[1]) for z in self.logits()]


def reliability(q: Tensor, y: Tensor) -> Reliability:
    """Of probabilities q [..., N, K] and classes y [N]."""
    confidence, guess = q.max(dim=-1)
    right = (guess == y).double().flatten()
    confidence = confidence.flatten()
    bins = (confidence * BINS).long().clamp(max=BINS - 1)
    counts = torch.bincount(bins, minlength=BINS)
    sums = [torch.bincount(bins, weights=v, minlength=BINS) for v in (confidence, right)]
    gap = (sums[0] - sums[1]).abs().sum() / len(confidence)
    means = [(total / counts).numpy() for total in sums]
    return Reliability(counts.numpy(), means[0], means[1], float(gap))


def worst(z: Tensor, y: Tensor) -> Worst:
    """Of logits z [N, K] and classes y [N]."""
    log_q = losses.log_softmax(z)
    loss = -log_q.gather(1, y[:, None])[:, 0]
    top = loss.sort(descending=True, stable=True).indices[:WORST]
    q = log_q[top].exp()
    return Worst(top.numpy(), q.numpy(), loss[top].numpy(), information.entropy(q).numpy())
