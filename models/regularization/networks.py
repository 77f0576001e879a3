"""The same penalties on multilayer perceptrons: a network for every λ and fold, trained at once.

    J = 1/2 Σ (f(x) - y)² + λ (ρ |w|₁ + (1 - ρ) |w|₂²)

over all weights w, not over biases. The networks' own loss is the mean over N points, so that
what they make small is 2 / N times J: the same minimum, with 2 λ / N in place of λ.

Shape letters as in linear.py; H hidden units, P penalized weights.
"""

from dataclasses import replace

import torch
from torch import Tensor

from models.regularization.linear import Method, soft_threshold
from models.replicas.replicas import Options, Replicas

STEP = 0.1  # of gradient descent on the mean squared error, where no L2 makes it steeper
MOMENTUM = 0.9


class Networks:
    """Networks D-H-1 of tanh units, one for each group of points and each λ, all from one start.

    Where the folds' groups differ by a point, the larger ones leave their last one out.
    """

    def __init__(
        self, x: Tensor, y: Tensor, lambdas: Tensor, groups: Tensor, hidden: int, seed: int
    ) -> None:
        self.x, self.y, self.lambdas, self.groups = x, y, lambdas, groups
        parts = [groups[:1], groups[1:]]
        seen = [len(y), int(groups[1:].sum(dim=1).min())]
        rows = [
            torch.stack([mine.nonzero()[:count, 0] for mine in part])
            for part, count in zip(parts, seen, strict=True)
        ]
        self._points = [self._points_of(each) for each in rows]
        self._stacks = [
            Replicas(
                (x.shape[1], hidden, 1), [Options(seed=seed)] * (len(part) * len(lambdas)),
                activation="tanh", dtype=torch.float64,
            )
            for part in parts
        ]  # fmt: skip
        self._told: tuple[float, Method, float] | None = None
        self._before = [stack.flat.detach().clone() for stack in self._stacks]
        self.moved = torch.zeros(len(lambdas), dtype=torch.float64)

    @property
    def weights(self) -> Tensor:
        """Of the first layer, fitted to all points, input by input: [K, D * H]."""
        return self._stacks[0].weights[0].detach().flatten(1)

    @property
    def penalized(self) -> Tensor:
        """All weights of those fitted to all points: [K, P]."""
        return torch.cat([w.detach().flatten(1) for w in self._stacks[0].weights], dim=1)

    @property
    def _scaled(self) -> Tensor:
        """λ beside a mean over the points, [K]: the same for each fold, as in `Regressions`."""
        return 2 * self.lambdas / len(self.y)

    def step_sizes(self, l1_share: float, rate: float) -> Tensor:
        """η of each λ on 2 / N times J, [K]: smaller where L2 makes the smooth part steeper."""
        return rate / (1 / STEP + 2 * (1 - l1_share) * self._scaled)

    def train(self, steps: int, l1_share: float, method: Method, rate: float) -> None:
        """All points in every step. `accelerated` is `proximal` with momentum (iPiano: Ochs, Chen,
        Brox and Pock, 2014); see `models.regularization.linear.Regressions.train`.
        """
        if self._told != (l1_share, method, rate):
            self._tell(l1_share, method, rate)
        for _ in range(steps):
            for i in range(len(self._stacks)):
                self._step(i, method)

    def _tell(self, l1_share: float, method: Method, rate: float) -> None:
        """Give each network its λ and step size."""
        if self._told is None or self._told[1] != method:
            self._before = [stack.flat.detach().clone() for stack in self._stacks]
        self._told = (l1_share, method, rate)
        self._thresholds = []
        for stack in self._stacks:
            groups = stack.count // len(self.lambdas)
            eta = self.step_sizes(l1_share, rate).repeat(groups)
            scaled = self._scaled.repeat(groups)
            l1 = scaled * l1_share
            stack.set_options(
                [
                    replace(old, learning_rate=step, l1=one, l2=two)
                    for old, step, one, two in zip(
                        stack.options,
                        eta.tolist(),
                        (l1 * (method == "subgradient")).tolist(),
                        (scaled * (1 - l1_share)).tolist(),
                        strict=True,
                    )
                ]
            )
            self._thresholds.append((eta * l1)[:, None, None])

    def _step(self, i: int, method: Method) -> None:
        stack = self._stacks[i]
        before = stack.flat.detach().clone()
        stack.step(*self._points[i])
        with torch.no_grad():
            if method == "accelerated":
                stack.flat.add_(before - self._before[i], alpha=MOMENTUM)
            if method != "subgradient":
                for weight in stack.weights:
                    weight.copy_(soft_threshold(weight, self._thresholds[i]))
        self._before[i] = before
        if i == 0:
            change = (stack.flat - before)[: self.penalized.numel()].abs()
            self.moved = self._by_network(change)

    def _by_network(self, change: Tensor) -> Tensor:
        """The greatest of each network, from a flat buffer of all weights: [K]."""
        stack = self._stacks[0]
        parts = torch.split(change, [w.numel() for w in stack.weights])
        return torch.stack([p.view(len(self.lambdas), -1).amax(dim=1) for p in parts]).amax(dim=0)

    def _points_of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Each network's own points: [R, N, D] and [R, N, 1], a group's networks one by one."""
        each = rows.repeat_interleave(len(self.lambdas), dim=0)
        return self.x[each], self.y[each][..., None]

    def predict(self, x: Tensor) -> Tensor:
        """Of those fitted to all points, at x [N, D]: [K, N]."""
        return self._stacks[0].predict(x)[..., 0]

    def errors(self, x: Tensor, y: Tensor) -> Tensor:
        """Mean squared error of those fitted to all points: [K]."""
        return (self.predict(x) - y).square().mean(dim=1)

    def left_out_errors(self) -> Tensor:
        """Mean squared error of each fold's own networks on the points left out: [F, K]."""
        out = ~self.groups[1:, None]
        found = self._stacks[1].predict(self.x)[..., 0]
        squares = (found - self.y).square().view(len(out), len(self.lambdas), -1)
        return (squares * out).sum(dim=2) / out.sum(dim=2)
