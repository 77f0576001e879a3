"""Weight decay against an L2 penalty in the loss, with torch's own optimizers on one problem.

Both pull every weight towards 0 by 2 λ θ. In SGD they are the same step. Adam divides a gradient
by its usual size, the penalty's slope with it; AdamW takes the decay out of that (Loshchilov and
Hutter, 2019).

Shape letters: N points, D features, T moments, O optimizers.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from models.training import Batches

NAMES = ("SGD, L2 in the loss", "SGD, weight decay", "Adam, L2 in the loss", "AdamW")
BATCH = 6


class DecayComparison(NamedTuple):
    """steps int64 [T]; paths [O, T, D] of the weights; minimum [D] of J, by the closed form;
    sgd_rate the learning rate of both SGD.
    """

    steps: Tensor
    paths: Tensor
    minimum: Tensor
    sgd_rate: float


def compare(
    x: Tensor, y: Tensor, lam: float, *, steps: int, every: int, adam_rate: float, seed: int
) -> DecayComparison:
    """Train x θ + b on x [N, D], y [N] by the optimizers of `NAMES`, on the same batches from the
    same start, 0. The loss of a batch stands for all points: N / batch times its sum.
    """
    rows = torch.cat([torch.ones_like(x[:, :1]), x], dim=1)
    steepest = float(torch.linalg.eigvalsh(rows.T @ rows)[-1]) + 2 * lam
    sgd_rate = 0.2 / steepest
    kinds: list[tuple[bool, Callable[[list[dict[str, object]]], Optimizer]]] = [
        (True, lambda groups: SGD(groups, sgd_rate)),
        (False, lambda groups: SGD(groups, sgd_rate)),
        (True, lambda groups: Adam(groups, adam_rate)),
        (False, lambda groups: AdamW(groups, adam_rate)),
    ]
    paths = []
    for in_loss, make in kinds:
        model = nn.Linear(x.shape[1], 1, dtype=x.dtype)
        nn.init.zeros_(model.weight)
        nn.init.zeros_(model.bias)
        optimizer = make(
            [
                {"params": [model.weight], "weight_decay": 0.0 if in_loss else 2 * lam},
                {"params": [model.bias], "weight_decay": 0.0},
            ]
        )
        paths.append(_path(model, optimizer, x, y, lam if in_loss else 0.0, steps, every, seed))
    moments = torch.arange(0, steps + 1, every)
    return DecayComparison(moments, torch.stack(paths), ridge(x, y, lam), sgd_rate)


def _path(
    model: nn.Linear, optimizer: Optimizer, x: Tensor, y: Tensor, l2: float,
    steps: int, every: int, seed: int,
) -> Tensor:  # fmt: skip
    batches = Batches(len(x), BATCH, seed)
    moments = [model.weight.detach()[0].clone()]
    for step in range(1, steps + 1):
        chosen = batches.next()
        error = model(x[chosen])[:, 0] - y[chosen]
        loss = 0.5 * len(x) / len(chosen) * error.square().sum()
        loss = loss + l2 * model.weight.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % every == 0:
            moments.append(model.weight.detach()[0].clone())
    return torch.stack(moments)


def ridge(x: Tensor, y: Tensor, lam: float) -> Tensor:
    """θ [D] of the least 1/2 Σ (x θ + b - y)² + λ |θ|₂², in closed form."""
    centered, target = x - x.mean(dim=0), y - y.mean()
    gram = centered.T @ centered + 2 * lam * torch.eye(x.shape[1], dtype=x.dtype)
    found: Tensor = torch.linalg.solve(gram, centered.T @ target)
    return found
