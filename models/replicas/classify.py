"""Replicas learning classes, or heights, on a plane, and what can be seen of one of them.

Shape letters: R replicas, N points, K classes, C outputs, G nodes along a side of a map, U units
(hidden and output, layer by layer), L layers of weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.data.points import TEST, TRAIN, Points
from models.measures import ClassifyMeasure, Health
from models.replicas.replicas import (
    Activation,
    BatchNorm,
    Init,
    Loss,
    Optimizer,
    Options,
    Replicas,
    accuracy,
)
from models.training import Lost, Training

EVERY = 10  # training steps between two measurements
BOUND = 1e30  # a loss beyond it, or NaN, is no loss any more
VANISHING, EXPLODING = 1e-2, 1e2  # first layer's gradient norm against the last's
SIDE = 1.4  # maps reach from -SIDE to SIDE


@dataclass(frozen=True)
class ClassifySettings:
    """Learning rate, penalties, dropout and batch size may change on the way."""

    hidden: tuple[int, ...]
    activation: Activation
    batchnorm: BatchNorm
    loss: Loss
    optimizer: Optimizer
    replicas: int
    seed: int
    init: Init
    init_scale: float
    learning_rate: float
    batch_size: int
    l1: float
    l2: float
    dropout: float

    @property
    def options(self) -> list[Options]:
        return [
            Options(
                seed=1000 * self.seed + r,
                init=self.init,
                init_scale=self.init_scale,
                learning_rate=self.learning_rate,
                l1=self.l1,
                l2=self.l2,
                dropout=self.dropout,
                batchnorm=self.batchnorm,
            )
            for r in range(self.replicas)
        ]


def outputs_of(classes: int | None) -> int:
    """One output tells two classes apart, or gives a height (None); more classes take one each."""
    return classes if classes and classes > 2 else 1


def targets_of(y: Tensor, classes: int | None, loss: Loss) -> Tensor:
    """What the loss wants of classes [N], or of heights [N] (classes None): 0 and 1 for the
    logit, -1 and +1 for squared and hinge, the class's number or, squared, one-hot rows.
    """
    if classes is None:
        return y.double()
    if classes > 2:
        one_hot = torch.nn.functional.one_hot(y, classes).double()
        return one_hot if loss == "squared" else y
    return y.double() if loss == "cross-entropy" else 2 * y.double() - 1


class Classify(Training):
    """Networks in training on points x [N, 2], y [N] classes, or heights where classes is None."""

    EVERY = EVERY

    def __init__(self, settings: ClassifySettings, points: Points, classes: int | None) -> None:
        self.settings, self.points, self.classes = settings, points, classes
        self._training = self.part(TRAIN)
        names = get_args(ClassifyMeasure)
        super().__init__(names, len(self._training[1]), settings.batch_size, settings.seed)
        self.shape = (2, *settings.hidden, outputs_of(classes))
        self.networks = Replicas(
            self.shape, settings.options, activation=settings.activation, loss=settings.loss,
            optimizer=settings.optimizer, seed=settings.seed, dtype=torch.float64,
        )  # fmt: skip
        self._measure()

    def part(self, role: int) -> tuple[Tensor, Tensor]:
        """x [N, 2] and what the loss wants of the points of one role."""
        mine = self.points.role == role
        return self.points.x[mine], targets_of(
            self.points.y[mine], self.classes, self.settings.loss
        )

    def change(self, settings: ClassifySettings, points: Points) -> None:
        """Go on with other settings and points; the weights stay."""
        self.settings, self.points = settings, points
        self._training = self.part(TRAIN)
        self.batches.resize(len(self._training[1]), settings.batch_size)
        self.networks.set_options(settings.options)

    def _learn(self, chosen: Tensor) -> None:
        x, y = self._training
        self.networks.step(x[chosen], y[chosen])

    @torch.no_grad()
    def set_weight(self, r: int, layer: int, source: int | None, target: int, value: float) -> None:
        """Set a weight of replica r, or with source None a bias. Raises IndexError."""
        tensor = self.networks.biases if source is None else self.networks.weights
        place = (r, target) if source is None else (r, source, target)
        if min(layer, *place) < 0:
            raise IndexError("there is no such weight")
        tensor[layer][place] = value

    # --- Measuring ------------------------------------------------------------------------------

    def scores(self, role: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Loss [R] and accuracy [R] (NaN for heights) in eval mode; NaN without such points.
        Raises `Lost`.
        """
        x, y = self.part(role)
        if not len(x):
            nothing = np.full(self.networks.count, np.nan)
            return nothing, nothing
        loss = self.networks.evaluate(x, y).numpy()
        lost = int((~(loss < BOUND)).sum())
        if lost:
            raise Lost(self.step, lost, self.networks.count)
        if self.classes is None:
            return loss, np.full(self.networks.count, np.nan)
        labels = y.argmax(dim=1) if y.dim() == 2 else y
        return loss, accuracy(self.networks.predict(x), labels).numpy()

    def _measure(self) -> None:
        row: list[float] = []
        for role in (TRAIN, TEST):
            loss, right = self.scores(role)
            row += [*np.quantile(loss, (0.1, 0.5, 0.9)), float(np.median(right))]
        self.history.add(self.step, *row, float(self.networks.penalty().median()))

    def confusion(self, r: int) -> NDArray[np.int32]:
        """How often a point of class i was taken for class j by replica r, [K, K]: of the test
        points, of the training points where there are none.
        """
        assert self.classes is not None
        role = TEST if (self.points.role == TEST).any() else TRAIN
        x, labels = self.points.x[self.points.role == role], self.points.y[self.points.role == role]
        output = self.networks.predict(x)[r]
        guess = output.argmax(dim=1) if output.shape[1] > 1 else (output[:, 0] > 0).long()
        cells = torch.bincount(labels * self.classes + guess, minlength=self.classes**2)
        return cells.view(self.classes, self.classes).numpy().astype(np.int32)

    def gradient_norms(self) -> NDArray[np.float32]:
        """Of the last step by each layer's weights, median over replicas: [L]."""
        norms = [g.flatten(1).norm(dim=1).median() for g in self.networks.gradients]
        return torch.stack(norms).float().numpy()

    def dead_share(self) -> float:
        """Share of hidden ReLU units that are 0 for every training point, over all replicas."""
        if self.settings.activation != "relu" or not self.settings.hidden:
            return 0.0
        trace = self.networks.peek(self.part(TRAIN)[0])
        dead = [(h <= 0).all(dim=1).double().flatten() for h in trace.activations]
        return float(torch.cat(dead).mean())

    def health(self) -> Health:
        """What the gradients say of the last step."""
        norms = self.gradient_norms()
        if not norms[-1] > 0 or not self.settings.hidden:
            return "unknown"
        if self.dead_share() > 0.5:
            return "dead"
        ratio = norms[0] / norms[-1]
        if ratio < VANISHING:
            return "vanishing"
        return "exploding" if ratio > EXPLODING else "healthy"

    # --- Maps, all in eval mode -----------------------------------------------------------------

    def outputs_on_map(self, nodes: int) -> Tensor:
        """Every replica's output on the map's nodes, row 0 at the lowest x_2: [R, G * G, C]."""
        return self.networks.predict(grid(nodes))

    def shares(self, output: Tensor) -> Tensor:
        """Outputs [..., C] as class probabilities [..., K]; for squared and hinge, which know no
        probabilities, the outputs squeezed into [0, 1]; heights as (1 + y) / 2, cut off.
        """
        if self.classes is None:
            return ((1 + output) / 2).clamp(0, 1)
        if output.shape[-1] > 1:
            if self.settings.loss == "cross-entropy":
                return output.softmax(dim=-1)
            squeezed = output.clamp(0, 1) + 1e-6
            return squeezed / squeezed.sum(dim=-1, keepdim=True)
        if self.settings.loss == "cross-entropy":
            return output.sigmoid()
        return ((1 + output) / 2).clamp(0, 1)

    def responses(self, r: int, nodes: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Replica r's units on a small map: uint8 [U, G * G], 128 for zero, and each one's
        greatest absolute value [U], which is 127 away from it.
        """
        with torch.no_grad():
            trace = self.networks.forward(grid(nodes))
        units = torch.cat([layer[r].T for layer in (*trace.activations, trace.output)])
        top = units.abs().amax(dim=1).clamp(min=1e-9)
        pixels = (128 + 127 * units / top[:, None]).round()
        return pixels.numpy().astype(np.uint8), top.float().numpy()


def grid(nodes: int) -> Tensor:
    """Nodes of a square map [G * G, 2] from -SIDE to SIDE, row by row from below."""
    ticks = torch.linspace(-SIDE, SIDE, nodes, dtype=torch.float64)
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def principal_components(rows: Sequence[Sequence[float]]) -> tuple[Tensor, list[float]]:
    """The two directions of greatest variance (Pearson, 1901): coordinates [N, 2] of the
    standardized rows, and the share of the variance of each. The sign is fixed: the largest
    coefficient of a direction is positive.
    """
    x = torch.tensor(rows, dtype=torch.float64)
    deviation = x.std(dim=0, correction=0)
    x = (x - x.mean(dim=0)) / torch.where(deviation > 0, deviation, 1.0)
    _, spread, directions = torch.linalg.svd(x, full_matrices=False)
    first = directions[:2]
    largest = first.gather(1, first.abs().argmax(dim=1, keepdim=True))
    shares = spread.square() / spread.square().sum().clamp(min=1e-300)
    return x @ (first * largest.sign()).T, shares[:2].tolist()
