"""Error against capacity: networks of every width trained at once, and polynomials of every degree.

Shape letters: K widths, S seeds of each, N points, D degrees.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from models.replicas import polynomials
from models.replicas.replicas import Activation, Optimizer, Options, Replicas

# Widths that share a stack are padded to its widest: one stack would cost three times as much.
STACKS = (16, 64, 10**9)


class CapacitySweep:
    """Networks 1-width-…-1 of each width from each seed, trained on the same points."""

    def __init__(
        self,
        widths: Sequence[int],
        seeds: int,
        depth: int,
        options: Options,
        *,
        activation: Activation,
        optimizer: Optimizer,
        seed: int,
    ) -> None:
        self.widths, self.seeds = tuple(widths), seeds
        self._stacks: list[tuple[list[int], Replicas]] = []
        lower = 0
        for upper in STACKS:
            members = [w for w in widths if lower < w <= upper]
            lower = upper
            if members:
                each = [
                    replace(options, widths=(width,) * depth, seed=options.seed + s)
                    for width in members
                    for s in range(seeds)
                ]
                shape = (1, *[max(members)] * depth, 1)
                stack = Replicas(
                    shape, each, activation=activation, optimizer=optimizer, seed=seed,
                    dtype=torch.float64,
                )  # fmt: skip
                self._stacks.append((members, stack))

    def step(self, x: Tensor, y: Tensor) -> None:
        """One step of every network on the batch x [N, 1], y [N]."""
        for _, stack in self._stacks:
            stack.step(x, y)

    def errors(self, x: Tensor, y: Tensor) -> Tensor:
        """Mean squared error on x [N, 1], y [N] in eval mode: [K, S], in the order of `widths`."""
        parts = {
            width: errors
            for members, stack in self._stacks
            for width, errors in zip(
                members, stack.evaluate(x, y).reshape(-1, self.seeds), strict=True
            )
        }
        return torch.stack([parts[width] for width in self.widths])


def polynomial_errors(
    samples: Sequence[tuple[Tensor, Tensor]], test: tuple[Tensor, Tensor], degrees: int
) -> tuple[Tensor, Tensor]:
    """Least squares of degree 0 to `degrees` - 1 on each of S samples (x [N], y [N]): training and
    test error, each [D, S]. Beyond N coefficients, the smallest of the perfect ones.
    """
    training, testing = [], []
    for degree in range(degrees):
        fits = [polynomials.fit(x, y, degree) for x, y in samples]
        pairs = zip(fits, samples, strict=True)
        training.append([squared(polynomials.evaluate(c, x), y) for c, (x, y) in pairs])
        testing.append([squared(polynomials.evaluate(c, test[0]), test[1]) for c in fits])
    return torch.tensor(training), torch.tensor(testing)


def squared(prediction: Tensor, target: Tensor) -> float:
    return float((prediction - target).square().mean())
