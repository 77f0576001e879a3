"""Batch normalization and its variants, written out (Ioffe and Szegedy, 2015; Ba et al., 2016;
Ulyanov et al., 2016; Wu and He, 2018).

Shape letters: N samples of a batch, C channels or units, H, W rows and columns of a map, G groups.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

EPS = 1e-5
MOMENTUM = 0.1  # torch's convention: the share of the new batch


class Step(NamedTuple):
    """Every number between x and y = gamma * x_hat + beta. mean, var as wide as x in the axes
    that are not averaged over, 1 in the others; var is the biased one (divided by the count).
    """

    mean: Tensor
    var: Tensor
    x_hat: Tensor
    y: Tensor


class Running(NamedTuple):
    """Running mean and variance [C], the variance unbiased."""

    mean: Tensor
    var: Tensor


# What each kind averages over, of x [N, C, H, W]: BatchNorm every channel over the batch and the
# map; LayerNorm every sample over everything of its own; InstanceNorm every channel of every
# sample; GroupNorm every group of channels of every sample.
AXES: dict[str, tuple[int, ...]] = {
    "batch": (0, 2, 3),
    "layer": (1, 2, 3),
    "instance": (2, 3),
    "group": (2, 3, 4),  # of x as [N, G, C / G, H, W]
}


def normalize(x: Tensor, axes: Sequence[int], eps: float = EPS) -> tuple[Tensor, Tensor, Tensor]:
    """mean, var and x_hat = (x - mean) / sqrt(var + eps) over the axes."""
    mean = x.mean(dim=tuple(axes), keepdim=True)
    var = (x - mean).square().mean(dim=tuple(axes), keepdim=True)
    return mean, var, (x - mean) / torch.sqrt(var + eps)


def batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    running: Running,
    *,
    training: bool,
    momentum: float = MOMENTUM,
    eps: float = EPS,
) -> tuple[Step, Running]:
    """x [N, C] or [N, C, H, W]; gamma, beta [C]. In training by the batch's own statistics, which
    enter the running ones: running <- (1 - momentum) * running + momentum * batch, the variance
    unbiased; else by the running ones. Equal to torch.nn.BatchNorm1d and 2d, but that a single
    value a channel is normalized to 0 where torch refuses.
    """
    axes = [axis for axis in range(x.dim()) if axis != 1]
    wide = [1, -1, *[1] * (x.dim() - 2)]
    if training:
        mean, var, x_hat = normalize(x, axes, eps)
        count = x.numel() // x.shape[1]
        unbiased = var.flatten() * (count / max(count - 1, 1))
        new = (mean.flatten().detach(), unbiased.detach())
        running = Running(*(old.lerp(n, momentum) for old, n in zip(running, new, strict=True)))
    else:
        mean, var = running.mean.view(wide), running.var.view(wide)
        x_hat = (x - mean) / torch.sqrt(var + eps)
    return Step(mean, var, x_hat, gamma.view(wide) * x_hat + beta.view(wide)), running


class Normalized(NamedTuple):
    """x_hat, and for each value of x [N, C, H, W] the mean and variance that it was normalized
    by; `statistic` counts them: what has the same number shares them.
    """

    x_hat: Tensor
    mean: Tensor
    var: Tensor
    statistic: Tensor


def normalized_by(kind: str, x: Tensor, groups: int = 2, eps: float = EPS) -> Normalized:
    """x [N, C, H, W] by one of `AXES`. Raises ValueError where groups do not divide C."""
    shape = x.shape
    if kind == "group":
        n, c, h, w = shape
        if c % groups:
            raise ValueError(f"{groups} groups do not divide {c} channels")
        x = x.view(n, groups, c // groups, h, w)
    mean, var, x_hat = normalize(x, AXES[kind], eps)
    count = torch.arange(mean.numel()).view(mean.shape)
    return Normalized(*(part.expand(x.shape).reshape(shape) for part in (x_hat, mean, var, count)))


def normalized_over(kind: str, x: Tensor, groups: int = 2, eps: float = EPS) -> Tensor:
    """x_hat alone."""
    return normalized_by(kind, x, groups, eps).x_hat


def small_maps() -> Tensor:
    """The maps [3, 4, 4, 4] of four filters 3 x 3 over three pictures 6 x 6: a corner, the same
    with twice the contrast, and a ring. Filters: blur, two edges, a point.
    """
    rows, columns = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
    corner = ((rows > 2) & (columns > 1)).double()
    ring = (((rows - 2.5).abs() + (columns - 2.5).abs() - 2).abs() < 0.9).double()
    pictures = torch.stack([corner, 2 * corner, ring])[:, None]
    edge = torch.tensor([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]], dtype=torch.float64) / 2
    point = torch.full((3, 3), -0.25, dtype=torch.float64)
    point[1, 1] = 2
    filters = torch.stack([torch.full_like(edge, 1 / 3), edge, edge.T, point])[:, None]
    return torch.nn.functional.conv2d(pictures, filters)


class Surface(NamedTuple):
    """The mean squared error of w_1 x_1 + w_2 x_2 around its least: a quadratic.

    hessian [2, 2] (of the mean squared error), best [2] weights, least its error there, path
    [T, 2] of gradient descent, losses [T] along it, condition the ratio of the curvatures.
    """

    hessian: Tensor
    best: Tensor
    least: float
    path: Tensor
    losses: Tensor
    condition: float


def descend(x: Tensor, y: Tensor, learning_rate: float, steps: int, start: Tensor) -> Surface:
    """Gradient descent on x [N, 2], y [N] from `start` [2]. It goes on where it diverges: that is
    what is to be seen.
    """
    hessian = 2 * x.T @ x / len(x)
    best = torch.linalg.lstsq(x, y[:, None]).solution[:, 0]
    least = float((x @ best - y).square().mean())
    w, path = start.clone(), [start]
    for _ in range(steps):
        w = w - learning_rate * hessian @ (w - best)
        path.append(w)
    away = torch.stack(path) - best
    losses = least + 0.5 * torch.einsum("ti,ij,tj->t", away, hessian, away)
    curvatures = torch.linalg.eigvalsh(hessian)
    condition = float(curvatures[1] / curvatures[0].clamp(min=1e-12))
    return Surface(hessian, best, least, torch.stack(path), losses, condition)
