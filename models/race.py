"""The same networks with and without BatchNorm, trained side by side.

Shape letters: V variants (places of BatchNorm), S seeds, R = V * S replicas, variant by variant;
L hidden layers, B points of the batch that is looked at, M bins, T moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.history import History
from models.mlp import ACTIVATIONS, Activation, Batches, BatchNorm, Options, Replicas, accuracy
from models.toy import TEST, TRAIN, Points

Setting = Literal["rate", "scale"]
EVERY = 5  # training steps between two measurements
LOOKED_AT = 128  # training points whose inner values are shown
BINS, RANGE = 40, 6.0  # histograms of what enters an activation, from -RANGE to RANGE
RIDGES = 48  # moments of those histograms
SATURATED = 0.1  # an activation is, where its slope is below this share of the greatest


@dataclass(frozen=True)
class RaceSettings:
    """What all variants have in common."""

    depth: int
    width: int
    activation: Activation
    learning_rate: float
    init_scale: float
    batch_size: int
    seeds: int
    seed: int
    target: float  # the loss that is to be reached


class Race:
    """Variants of a network in training on points of two classes."""

    def __init__(
        self, settings: RaceSettings, variants: Sequence[BatchNorm], points: Points
    ) -> None:
        self.settings, self.variants, self.points, self.step = settings, tuple(variants), points, 0
        shape = (points.x.shape[1], *[settings.width] * settings.depth, 1)
        self.networks = Replicas(
            shape, self._options(), activation=settings.activation, loss="cross-entropy",
            seed=settings.seed, dtype=torch.float64,
        )  # fmt: skip
        x, _ = self.part(TRAIN)
        self.batches = Batches(len(x), settings.batch_size, settings.seed)
        names = ("low", "loss", "high", "accuracy")
        self.history = History([f"{v} {name}" for v in variants for name in names])
        self.ridges = History([str(i) for i in range(self._ridge_size)], RIDGES)
        self.reached: list[int | None] = [None] * len(variants)
        self.measure()

    def _options(self) -> list[Options]:
        s = self.settings
        base = Options(init="xavier", init_scale=s.init_scale, learning_rate=s.learning_rate)
        return [
            replace(base, seed=1000 * s.seed + r, batchnorm=variant)
            for variant in self.variants
            for r in range(s.seeds)
        ]

    @property
    def _ridge_size(self) -> int:
        return len(self.variants) * self.settings.depth * BINS

    def part(self, role: int) -> tuple[Tensor, Tensor]:
        mine = self.points.role == role
        return self.points.x[mine], self.points.y[mine].double()

    def set_learning_rate(self, rate: float) -> None:
        self.settings = replace(self.settings, learning_rate=rate)
        self.networks.set_options(self._options())

    def train(self, steps: int) -> None:
        x, y = self.part(TRAIN)
        for _ in range(steps):
            chosen = self.batches.next()
            self.networks.step(x[chosen], y[chosen])
            self.step += 1
            if self.step % EVERY == 0:
                self.measure()

    def losses(self) -> Tensor:
        """Training loss in eval mode [V, S]; not finite where a network diverged."""
        return self.networks.evaluate(*self.part(TRAIN)).view(len(self.variants), -1)

    def measure(self) -> None:
        """Write losses, accuracies and inner histograms into the histories."""
        losses = self.losses()
        x, y = self.part(TEST)
        right = accuracy(self.networks.predict(x), y).view(len(self.variants), -1)
        row: list[float] = []
        for v in range(len(self.variants)):
            row += [float(losses[v].quantile(q)) for q in (0.1, 0.5, 0.9)]
            row.append(float(right[v].median()))
            if self.reached[v] is None and row[-3] < self.settings.target:
                self.reached[v] = self.step
        self.history.add(self.step, *row)
        self.ridges.add(self.step, *self.histograms().flatten().tolist())

    # --- Inside ---------------------------------------------------------------------------------

    def inner(self) -> list[Tensor]:
        """What enters each hidden activation for a fixed batch in training mode: L of [R, B, C]."""
        x, _ = self.part(TRAIN)
        trace = self.networks.peek(x[:LOOKED_AT])
        values = []
        for z, normal in zip(trace.pre_activations, trace.normalized, strict=False):
            values.append(z if normal is None else torch.where(self.networks.before, normal, z))
        return values

    def histograms(self) -> NDArray[np.float64]:
        """Share of the values in each bin, over seeds, points and units: [V, L, M]. What lies
        beyond counts in the outermost bins.
        """
        edges = np.linspace(-RANGE, RANGE, BINS + 1)
        shares = np.zeros((len(self.variants), self.settings.depth, BINS))
        for layer, values in enumerate(self.inner()):
            kept = np.clip(values.numpy(), -RANGE, RANGE - 1e-9)
            for v, mine in enumerate(kept.reshape(len(self.variants), -1)):
                counts = np.histogram(mine[np.isfinite(mine)], edges)[0]
                shares[v, layer] = counts / max(counts.sum(), 1)
        return shares

    def saturated(self) -> NDArray[np.float32]:
        """Share of inner values where the activation is all but flat [V, L]: for ReLU the units
        that are 0 for every point of the batch, and so get no gradient.
        """
        shares = []
        for values in self.inner():
            if self.settings.activation == "relu":
                flat = (values <= 0).all(dim=1).double().mean(dim=1)
            else:
                flat = (slope(self.settings.activation, values) < SATURATED).double().mean((1, 2))
            shares.append(flat.view(len(self.variants), -1).mean(dim=1))
        return torch.stack(shares, dim=1).numpy().astype(np.float32)

    def gradient_norms(self) -> NDArray[np.float32]:
        """Norm of the last gradient by each layer's weights, median over seeds: [V, L + 1]."""
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in self.networks.gradients])
        grouped = norms.view(len(norms), len(self.variants), -1)
        return grouped.median(dim=2).values.T.numpy().astype(np.float32)

    def accuracy_by(self, v: int, batch: int | None, shift: float = 0.0) -> float:
        """Test accuracy of variant v's first network when each point is normalized by the
        statistics of a batch of that many test points, or by the running ones (None). With a
        `shift`, by the running ones for test points moved that far, as other data would be.
        """
        x, y = self.part(TEST)
        r = v * self.settings.seeds
        if batch is None:
            output = self.networks.predict(x + shift)[r]
        else:
            parts = torch.split(x, batch)
            output = torch.cat([self.networks.peek(part).output[r] for part in parts])
        return float(accuracy(output[None], y)[0])


def slope(activation: Activation, values: Tensor) -> Tensor:
    """The activation's derivative as a share of its greatest."""
    with torch.enable_grad():
        z = values.detach().requires_grad_()
        (found,) = torch.autograd.grad(ACTIVATIONS[activation](z).sum(), z)
    top = {"sigmoid": 0.25}.get(activation, 1.0)
    return found / top


def changed_to(options: Options, setting: Setting, value: float) -> Options:
    if setting == "rate":
        return replace(options, learning_rate=value)
    return replace(options, init_scale=value)


class RaceSweep:
    """K values of one setting, with and without BatchNorm, S seeds of each: R = K * 2 * S."""

    def __init__(
        self, settings: RaceSettings, setting: Setting, values: Sequence[float], points: Points
    ) -> None:
        self.values, self.step = tuple(values), 0
        self._settings, self._points = settings, points
        base = Options(init_scale=settings.init_scale, learning_rate=settings.learning_rate)
        variants: tuple[BatchNorm, BatchNorm] = ("none", "before")
        options = [
            replace(changed, seed=1000 * settings.seed + s, batchnorm=variant)
            for changed in (changed_to(base, setting, value) for value in values)
            for variant in variants
            for s in range(settings.seeds)
        ]
        shape = (points.x.shape[1], *[settings.width] * settings.depth, 1)
        self.networks = Replicas(
            shape, options, activation=settings.activation, loss="cross-entropy",
            seed=settings.seed, dtype=torch.float64,
        )  # fmt: skip
        mine = points.role == TRAIN
        self._x, self._y = points.x[mine], points.y[mine].double()
        self._batches = Batches(len(self._x), settings.batch_size, settings.seed)
        self.reached = torch.full((len(options),), -1)
        self._measure()

    def train(self, steps: int) -> None:
        for _ in range(steps):
            chosen = self._batches.next()
            self.networks.step(self._x[chosen], self._y[chosen])
            self.step += 1
            if self.step % EVERY == 0:
                self._measure()

    def _measure(self) -> None:
        self.loss = self.networks.evaluate(self._x, self._y)
        now = (self.loss < self._settings.target) & (self.reached < 0)
        self.reached[now] = self.step

    def table(self, of: Tensor) -> Tensor:
        """[R] as [K, 2, S]: without, with."""
        return of.view(len(self.values), 2, -1)
