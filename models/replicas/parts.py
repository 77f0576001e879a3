"""What the networks of replicas.py are put together from: options, activations, losses, starts.

Shape letters as there: R replicas, N points, C_l width of layer l.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from models.measures import BatchNorm as BatchNorm

Activation = Literal["identity", "sign", "sigmoid", "tanh", "relu"]
Loss = Literal["squared", "cross-entropy", "hinge", "brier"]
Init = Literal["xavier", "he", "torch", "normal", "zero"]


@dataclass(frozen=True)
class Options:
    """How one replica starts and learns.

    seed, init, init_scale: its start, see `draw_init`. widths: units in use of each hidden layer,
    the others contribute nothing and never change; None uses all. The penalty is l1 * sum |w| +
    l2 * sum w^2 over weights, not over biases, gamma or beta. dropout: share of hidden
    activations set to 0 in training, the rest scaled up to make up for it (Srivastava et al.,
    2014). batchnorm: before or after the activation of every hidden layer, or none.
    """

    seed: int = 0
    init: Init = "xavier"
    init_scale: float = 1.0
    widths: tuple[int, ...] | None = None
    learning_rate: float = 0.1
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    batchnorm: BatchNorm = "none"


def check(shape: Sequence[int], options: Sequence[Options]) -> None:
    """Raises ValueError for what makes no network."""
    if len(shape) < 2 or min(shape) < 1 or not options:
        raise ValueError("a network has an input and an output of at least one, and there is one")
    for option in options:
        widths = option.widths
        if widths is not None and (
            len(widths) != len(shape) - 2
            or any(not 1 <= w <= full for w, full in zip(widths, shape[1:-1], strict=True))
        ):
            raise ValueError(f"widths {widths} do not fit into {tuple(shape[1:-1])}")
        if not 0 <= option.dropout < 1:
            raise ValueError("dropout is a share below 1")


def sign(x: Tensor) -> Tensor:
    """The perceptron's step: +1 where x >= 0, else -1. It has no slope to learn by."""
    return torch.where(x >= 0, 1.0, -1.0).to(x.dtype)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "sign": sign,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
}


def squared(output: Tensor, y: Tensor) -> Tensor:
    """Mean over points and outputs of (f - y)^2; output [R, N, C], y [N] or [N, C]; [R]."""
    target = y[:, None] if y.dim() == 1 else y
    return (output - target).square().mean(dim=(1, 2))


def cross_entropy(output: Tensor, y: Tensor) -> Tensor:
    """-log of the right class's probability, mean over points: [R]. Over several outputs with y
    int64 [N]; for one output, the logit of class 1, with y of 0 and 1.
    """
    count = len(output)
    if output.shape[2] == 1:
        target = y.to(output.dtype).expand(count, -1)
        losses = F.binary_cross_entropy_with_logits(output[..., 0], target, reduction="none")
        return losses.mean(dim=1)
    log_p = F.log_softmax(output, dim=2)
    chosen = log_p.gather(2, y.expand(count, -1)[..., None])
    return -chosen[..., 0].mean(dim=1)


def hinge(output: Tensor, y: Tensor) -> Tensor:
    """max(0, 1 - y f), mean over points, for one output and y of -1 and +1; over several outputs
    with y int64 [N] the sum over the other classes of max(0, 1 - f_y + f_c), divided by the
    number of all classes, as torch does: [R].
    """
    if output.shape[2] == 1:
        return (1 - y * output[..., 0]).clamp(min=0).mean(dim=1)
    index = y.expand(len(output), -1)[..., None]
    margins = (1 - output.gather(2, index) + output).clamp(min=0)
    others = margins.scatter(2, index, 0.0)
    return (others.sum(dim=2) / output.shape[2]).mean(dim=1)


def brier(output: Tensor, y: Tensor) -> Tensor:
    """Squared error of the softmax probabilities, summed over outputs, mean over points, for y
    int64 [N]: [R] (Brier, 1950).
    """
    target = F.one_hot(y, output.shape[2]).to(output.dtype)
    return (output.softmax(dim=2) - target).square().sum(dim=2).mean(dim=1)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared": squared,
    "cross-entropy": cross_entropy,
    "hinge": hinge,
    "brier": brier,
}


def accuracy(output: Tensor, y: Tensor) -> Tensor:
    """Share of points on the right side, [R]: of one output its sign, where y is above 0 for the
    one class (1 or +1) and not for the other (0 or -1); of several the greatest.
    """
    if output.shape[2] == 1:
        return ((output[..., 0] > 0) == (y > 0)).double().mean(dim=1)
    return (output.argmax(dim=2) == y).double().mean(dim=1)


def draw_init(
    shape: Sequence[int], options: Options, dtype: torch.dtype
) -> tuple[list[Tensor], list[Tensor]]:
    """A start: weights [C_{l-1}, C_l] and biases [C_l] of every layer.

    Drawn layer by layer, weights first, from a generator seeded with `options.seed`:
    xavier  uniform in ±sqrt(6 / (in + out)) (Glorot and Bengio, 2010)
    he      normal, deviation sqrt(2 / in) (He et al., 2015)
    torch   uniform in ±1 / sqrt(in), the biases too: torch.nn.Linear's default
    normal  standard normal
    zero    nothing is drawn
    Biases are 0 but for "torch". All of it is multiplied by `init_scale`.
    """
    generator = torch.Generator().manual_seed(options.seed)
    weights, biases = [], []
    for width, out in pairwise(shape):
        bias = torch.zeros(out, dtype=dtype)
        if options.init in ("xavier", "torch"):
            limit = math.sqrt(6 / (width + out)) if options.init == "xavier" else width**-0.5
            weight = (2 * torch.rand(width, out, generator=generator, dtype=dtype) - 1) * limit
            if options.init == "torch":
                bias = (2 * torch.rand(out, generator=generator, dtype=dtype) - 1) * limit
        elif options.init == "zero":
            weight = torch.zeros(width, out, dtype=dtype)
        else:
            deviation = math.sqrt(2 / width) if options.init == "he" else 1.0
            weight = torch.randn(width, out, generator=generator, dtype=dtype) * deviation
        weights.append(weight * options.init_scale)
        biases.append(bias * options.init_scale)
    return weights, biases
