"""The same networks with and without BatchNorm, trained side by side.

Shape letters: V variants (places of BatchNorm), S seeds, R = V * S replicas, variant by variant;
L hidden layers, C units of each, N points, B points of a batch, M bins, T moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.batchnorm import Running, Step, batch_norm, normalize
from models.data.points import TEST, TRAIN, Points
from models.history import History
from models.replicas.replicas import ACTIVATIONS, Activation, BatchNorm, Options, Replicas, accuracy
from models.training import Training

Setting = Literal["rate", "scale"]
EVERY = 5  # training steps between two measurements of the losses
INSIDE = 10  # between two of what is inside
TRIALS = 50  # between two trials on test points
LOOKED_AT = 128  # training points whose inner values are shown
BINS, RANGE = 40, 6.0  # histograms of what enters an activation, from -RANGE to RANGE
RIDGES = 24  # moments of those histograms
STATISTICS = 100  # moments of a unit's batch and running statistics
LEVELS = 100  # losses 0.01, 0.02, … of which it is noted when a network was first below them
SIZES = (1, 2, 4, 8, 16, 32, 128)  # of batches that test points are normalized with
SHIFTS = (0.0, 0.25, 0.5, 0.75, 1.0)  # that test points are moved by
SATURATED = 0.1  # an activation is, where its slope is below this share of the greatest


@dataclass(frozen=True)
class BatchNormComparisonSettings:
    """What all variants have in common."""

    depth: int
    width: int
    activation: Activation
    learning_rate: float
    init_scale: float
    batch_size: int
    seeds: int
    seed: int
    momentum: float  # the share of the new batch in the running statistics


class Reached:
    """When each of R networks was first below each of the `LEVELS` losses."""

    def __init__(self, networks: int) -> None:
        self._first = torch.full((LEVELS, networks), -1)
        self._levels = torch.arange(1, LEVELS + 1, dtype=torch.float64)[:, None] / LEVELS

    def note(self, step: int, losses: Tensor) -> None:
        self._first[(losses < self._levels) & (self._first < 0)] = step

    def below(self, target: float) -> Tensor:
        """Steps [R] until the loss nearest to the target, -1 where it was not reached yet."""
        return self._first[min(max(round(target * LEVELS), 1), LEVELS) - 1]


class Unit(NamedTuple):
    """A unit on the batch of the next step [B, 1], and what that batch makes of the statistics."""

    x: Tensor
    train: Step  # by the batch's own statistics
    eval: Step  # by the running ones
    gamma: float
    beta: float
    running: Running
    updated: Running


class BatchNormComparison(Training):
    """Variants of a network in training on points of two classes."""

    EVERY = EVERY

    def __init__(
        self, settings: BatchNormComparisonSettings, variants: Sequence[BatchNorm], points: Points
    ) -> None:
        self.settings, self.variants, self.points = settings, tuple(variants), points
        names = [f"{v} {name}" for v in variants for name in ("low", "loss", "high")]
        x, _ = self.part(TRAIN)
        super().__init__(names, len(x), settings.batch_size, settings.seed)
        shape = (points.x.shape[1], *[settings.width] * settings.depth, 1)
        self.networks = Replicas(
            shape, self._options(), activation=settings.activation, loss="cross-entropy",
            seed=settings.seed, dtype=torch.float64,
        )  # fmt: skip
        self.networks.batchnorm_momentum = settings.momentum
        self._coming = self.batches.next()
        inner = len(variants) * settings.depth * BINS
        self.ridges = History([str(i) for i in range(inner)], RIDGES)
        self.statistics = History([str(i) for i in range(4 * sum(shape[1:-1]))], STATISTICS)
        self.reached = Reached(self.networks.count)
        self._measure()

    def _options(self) -> list[Options]:
        s = self.settings
        base = Options(init="xavier", init_scale=s.init_scale, learning_rate=s.learning_rate)
        return [
            replace(base, seed=1000 * s.seed + r, batchnorm=variant)
            for variant in self.variants
            for r in range(s.seeds)
        ]

    def part(self, role: int) -> tuple[Tensor, Tensor]:
        mine = self.points.role == role
        return self.points.x[mine], self.points.y[mine].double()

    def change(self, learning_rate: float, momentum: float) -> None:
        """Go on with these from the next step on."""
        self.settings = replace(self.settings, learning_rate=learning_rate, momentum=momentum)
        self.networks.set_options(self._options())
        self.networks.batchnorm_momentum = momentum

    def _learn(self, chosen: Tensor) -> None:
        """A step on the batch that was announced; `chosen` is announced for the next one."""
        x, y = self.part(TRAIN)
        self.networks.step(x[self._coming], y[self._coming])
        self._coming = chosen

    def losses(self) -> Tensor:
        """Training loss in eval mode [V, S]; not finite where a network diverged."""
        return self.networks.evaluate(*self.part(TRAIN)).view(len(self.variants), -1)

    def _measure(self) -> None:
        """Write what is due at this step into the histories."""
        losses = self.losses()
        self.reached.note(self.step, losses.flatten())
        # Who is lost comes last, so that one lost network does not hide the others' median.
        ranked = torch.where(losses < 1e30, losses, torch.inf)
        quantiles = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
        self.history.add(self.step, *ranked.quantile(quantiles, dim=1).T.flatten().tolist())
        if self.step % INSIDE == 0:
            self.ridges.add(self.step, *self.histograms().flatten().tolist())
            self.statistics.add(self.step, *self._statistics_now().flatten().tolist())
        if self.step % TRIALS == 0:
            self.by_batch = self.accuracy_by_batch(SIZES)
            self.moved = self.accuracy_when_moved(SHIFTS)

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
        return torch.stack(shares, dim=1).float().numpy()

    def gradient_norms(self) -> NDArray[np.float32]:
        """Norm of the last gradient by each layer's weights, median over seeds: [V, L + 1]."""
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in self.networks.gradients])
        grouped = norms.view(len(norms), len(self.variants), -1)
        return grouped.median(dim=2).values.T.float().numpy()

    # --- One unit, and whose statistics ---------------------------------------------------------

    @property
    def _first(self) -> int:
        """The first network with BatchNorm before the activation."""
        return self.variants.index("before") * self.settings.seeds

    def _on_coming_batch(self) -> list[Tensor]:
        """That network's pre-activations on the batch of the next step: L of [B, C]."""
        trace = self.networks.peek(self.part(TRAIN)[0][self._coming])
        return [z[self._first] for z in trace.pre_activations[:-1]]

    def _statistics_now(self) -> Tensor:
        """[4, L, C]: the coming batch's mean and unbiased variance, running mean and variance."""
        batch = torch.stack(self._on_coming_batch())
        count, net = batch.shape[1], self.networks
        mean, var, _ = normalize(batch, [1])
        running = [torch.stack(r)[:, self._first] for r in (net.running_mean, net.running_var)]
        return torch.stack([mean[:, 0], var[:, 0] * (count / max(count - 1, 1)), *running])

    def statistics_of(
        self, layer: int, unit: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Steps [T], and a unit's row of each of those four [4, T]."""
        table = self.statistics.table
        each = table.reshape(4, self.settings.depth, self.settings.width, table.shape[1])
        return self.statistics.steps, np.ascontiguousarray(each[:, layer, unit])

    def unit(self, layer: int, unit: int) -> Unit:
        """One unit of that network on the batch of the next step, number by number."""
        x = self._on_coming_batch()[layer][:, unit : unit + 1]
        net, at = self.networks, (self._first, slice(unit, unit + 1))
        gamma, beta = (part[layer][at].detach() for part in (net.gamma, net.beta))
        running = Running(net.running_mean[layer][at].clone(), net.running_var[layer][at].clone())
        train, updated = batch_norm(
            x, gamma, beta, running, training=True, momentum=self.settings.momentum
        )
        evaluated, _ = batch_norm(x, gamma, beta, running, training=False)
        return Unit(x, train, evaluated, float(gamma), float(beta), running, updated)

    @torch.no_grad()
    def _by_own_batch(self, x: Tensor, batch: int) -> Tensor:
        """Outputs [S, N, 1] of the networks with BatchNorm before the activation, when each batch
        of so many points is normalized by its own statistics. N must be a multiple of it.
        """
        net, mine = self.networks, slice(self._first, self._first + self.settings.seeds)
        act = ACTIVATIONS[self.settings.activation]
        h = x.view(1, -1, batch, x.shape[1])
        for weight, bias, gamma, beta in zip(
            net.weights, net.biases, net.gamma, net.beta, strict=False
        ):
            z = h @ weight[mine, None] + bias[mine, None, None]
            h = act(gamma[mine, None, None] * normalize(z, [2])[2] + beta[mine, None, None])
        return (h @ net.weights[-1][mine, None] + net.biases[-1][mine, None, None]).flatten(1, 2)

    def accuracy_by_batch(self, sizes: Sequence[int]) -> list[float]:
        """Median test accuracy over the seeds for each size of such a batch."""
        x, y = self._shuffled_test()
        return [float(accuracy(self._by_own_batch(x, n), y).median()) for n in sizes]

    def accuracy_when_moved(self, shifts: Sequence[float]) -> NDArray[np.float32]:
        """Median test accuracy when all test points are moved by each shift, as other data would
        be [4, shifts]: of each variant by running statistics, then of BatchNorm before the
        activation by the statistics of the moved points themselves.
        """
        x, y = self._shuffled_test()
        columns = []
        for shift in shifts:
            outputs = self.networks.predict(x + shift)
            right = accuracy(outputs, y).view(len(self.variants), -1).median(dim=1).values
            own = accuracy(self._by_own_batch(x + shift, len(x)), y).median()
            columns.append(torch.cat([right, own[None]]))
        return torch.stack(columns, dim=1).float().numpy()

    def _shuffled_test(self) -> tuple[Tensor, Tensor]:
        """The classes of drawn points alternate; a small batch must not always hold one of each."""
        x, y = self.part(TEST)
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(self.settings.seed))
        return x[order], y[order]


def activation_curve(activation: Activation) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The middles of the histograms' bins [M], and the activation there [M]."""
    half = RANGE / BINS
    middles = torch.linspace(half - RANGE, RANGE - half, BINS)
    return middles.numpy(), ACTIVATIONS[activation](middles).numpy()


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


class BatchNormSweep(Training):
    """K values of one setting, each in V variants, S seeds of each: R = K * V * S. In float32: many
    networks cost what their numbers weigh.
    """

    EVERY = EVERY

    def __init__(
        self,
        settings: BatchNormComparisonSettings,
        setting: Setting,
        values: Sequence[float],
        points: Points,
        variants: Sequence[BatchNorm] = ("none", "before"),
    ) -> None:
        mine = points.role == TRAIN
        self._x, self._y = points.x[mine].float(), points.y[mine].float()
        super().__init__((), len(self._x), settings.batch_size, settings.seed)
        self.values, self.variants = tuple(values), tuple(variants)
        base = Options(
            init="xavier", init_scale=settings.init_scale, learning_rate=settings.learning_rate
        )
        options = [
            replace(changed, seed=1000 * settings.seed + s, batchnorm=variant)
            for changed in (changed_to(base, setting, value) for value in values)
            for variant in variants
            for s in range(settings.seeds)
        ]
        shape = (points.x.shape[1], *[settings.width] * settings.depth, 1)
        self.networks = Replicas(
            shape, options, activation=settings.activation, loss="cross-entropy",
            seed=settings.seed,
        )  # fmt: skip
        self.networks.batchnorm_momentum = settings.momentum
        self.reached = Reached(len(options))
        self._measure()

    def _learn(self, chosen: Tensor) -> None:
        self.networks.step(self._x[chosen], self._y[chosen])

    def _measure(self) -> None:
        self.loss = self.networks.evaluate(self._x, self._y)
        self.reached.note(self.step, self.loss)

    def by_variant(self, of: Tensor) -> Tensor:
        """[R] as [V, K, S]."""
        return of.view(len(self.values), len(self.variants), -1).transpose(0, 1)
