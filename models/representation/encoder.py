"""The networks of the contrastive lab: encoder f, projector g and SimSiam's predictor.

f is a small residual network (He et al., 2016) with a strided stem in place of a pooling; g and
its three kinds follow Chen et al., 2020, section 4.2; the predictor Chen and He, 2021, section 3.

Shape letters: N pictures, C channels, H rows and columns of a map; D_H = 128 features h,
D_Z = 64 features z.
"""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.device import placed
from models.representation.pictures import as_input, quick
from models.representation.sizes import D_H, D_P, D_Z, KINDS, WIDTHS

Module = TypeVar("Module", bound=nn.Module)

AT_ONCE = 256  # pictures in one pass without gradient


def initialize(module: nn.Module, generator: torch.Generator) -> None:
    """Draw every weight of `module` anew from `generator`, in place: He et al., 2015, eq. 10
    (normal, fan in, gain for ReLU) for convolutions and linear layers, biases 0; BatchNorm as new
    (gamma 1, beta 0, running mean 0 and variance 1).
    """
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu", generator=generator)
                if part.bias is not None:
                    part.bias.zero_()
            elif isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
                part.reset_parameters()


def built(build: Callable[[], Module], generator: torch.Generator) -> Module:
    """The module of `build` without torch's own draws, which would disturb the global seed: built
    with no memory, then given memory and drawn from `generator`.
    """
    with torch.device("meta"):
        module = build()
    module.to_empty(device="cpu")
    initialize(module, generator)
    return module


class Block(nn.Module):
    """Two 3 x 3 convolutions, the first with stride 2, and a 1 x 1 one past them (He et al.,
    2016, fig. 2): x [N, C, H, H] -> [N, C', H / 2, H / 2].
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.past = nn.Conv2d(inputs, outputs, 1, stride=2, bias=False)
        self.norm_past = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.relu(self.norm1(self.conv1(x)), inplace=True)
        return functional.relu(self.norm2(self.conv2(inner)) + self.norm_past(self.past(x)))


def _encoder(times: float) -> nn.Sequential:
    stem, first, second = (round(times * width) for width in WIDTHS)
    return nn.Sequential(
        nn.Conv2d(3, stem, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(stem),
        nn.ReLU(inplace=True),
        Block(stem, first),
        Block(first, second),
        nn.Conv2d(second, D_H, 1, bias=False),
        nn.BatchNorm2d(D_H),
        nn.ReLU(inplace=True),
    )


class Encoder(nn.Module):
    """f: pictures [N, 3, S, S] in 0..1, S of 8 to 64 -> h [N, D_H], never negative: the average
    over the map of the last layer. Weights from `generator` alone. All layers but the last are
    `times` as wide.
    """

    def __init__(self, generator: torch.Generator, times: float = 1.0) -> None:
        super().__init__()
        self.layers = placed(built(lambda: _encoder(times), generator))

    @staticmethod
    def centered(images: Tensor) -> Tensor:
        """As the layers get them: with all inputs positive the first BatchNorm would have to undo a
        large mean.
        """
        return images * 4 - 2

    def maps(self, images: Tensor) -> Tensor:
        """The last layer's map [N, D_H, S / 8, S / 8], never negative."""
        found: Tensor = self.layers(self.centered(images))
        return found

    def forward(self, images: Tensor) -> Tensor:
        return self.maps(images).mean(dim=(2, 3))


def _projector(kind: str) -> nn.Module:
    if kind == "none":
        return nn.Identity()
    if kind == "linear":
        return nn.Linear(D_H, D_Z)
    return nn.Sequential(
        nn.Linear(D_H, D_H, bias=False),
        nn.BatchNorm1d(D_H),
        nn.ReLU(inplace=True),
        nn.Linear(D_H, D_Z),
    )


class Projector(nn.Module):
    """g of a kind of `KINDS`: h [N, D_H] -> z [N, width]; width is D_Z, for "none" D_H. Not
    normalized: the loss does that. "mlp" is Chen et al.'s W2 ReLU(BN(W1 h)).

    Raises ValueError for another kind.
    """

    def __init__(self, kind: str, generator: torch.Generator) -> None:
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"no projector {kind!r}: one of {', '.join(KINDS)}")
        self.kind = kind
        self.width = D_H if kind == "none" else D_Z
        self.layers = placed(built(lambda: _projector(kind), generator))

    def forward(self, h: Tensor) -> Tensor:
        z: Tensor = self.layers(h)
        return z


def _predictor(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, D_P, bias=False),
        nn.BatchNorm1d(D_P),
        nn.ReLU(inplace=True),
        nn.Linear(D_P, width),
    )


class Predictor(nn.Module):
    """SimSiam's: z [N, width] -> p [N, width] through a bottleneck of D_P (Chen and He, 2021)."""

    def __init__(self, generator: torch.Generator, width: int = D_Z) -> None:
        super().__init__()
        self.layers = placed(built(lambda: _predictor(width), generator))

    def forward(self, z: Tensor) -> Tensor:
        p: Tensor = self.layers(z)
        return p


def quick_encoder(generator: torch.Generator, times: float = 1.0) -> Encoder:
    """An encoder for `quick` pictures."""
    return Encoder(generator, times).to(memory_format=torch.channels_last)


def settle(network: nn.Module, pictures: Tensor) -> None:
    """Give the BatchNorm layers of a new network running statistics: those of the first of the
    pictures uint8 [M, 3, S, S], in one pass. In eval mode a new network would otherwise not
    normalize at all (mean 0, variance 1), and nearly all pictures would look alike to it. Weights
    stay as they are; with less than two pictures there is no variance, and nothing changes.
    """
    if len(pictures) < 2:
        return
    norms = [p for p in network.modules() if isinstance(p, nn.BatchNorm1d | nn.BatchNorm2d)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        network(quick(as_input(pictures[:AT_ONCE])))
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum


def head_of(classes: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer on h, drawn from `generator` alone."""
    head = torch.nn.utils.skip_init(nn.Linear, D_H, classes)  # type: ignore[no-untyped-call]
    initialize(head, generator)
    assert isinstance(head, nn.Linear)
    return placed(head)


def optimizer_of(
    parameters: list[nn.Parameter], learning_rate: float, weight_decay: float
) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, learning_rate, weight_decay=weight_decay, fused=True)


def embed(network: nn.Module, pictures: Tensor) -> Tensor:
    """What a network gives in eval mode, each part left in its mode. Pictures of uint8 are scaled;
    features [N, D] may come in, too.
    """
    modes = [(part, part.training) for part in network.modules()]
    network.eval()
    with torch.no_grad():
        parts = [
            network(part if part.dim() == 2 else quick(as_input(part)))
            for part in torch.split(pictures, AT_ONCE)
        ]
    for module, training in modes:
        module.training = training
    return torch.cat(parts).float()
