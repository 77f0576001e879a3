"""The script of a training of networks that differ in their seeds only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.code.script import write

if TYPE_CHECKING:
    from torch import Tensor

    from models.replicas.replicas import Activation, Loss, Optimizer, Options

LOSS = {  # of one output, and of several
    "squared": ("F.mse_loss(output[:, 0], y)", "F.mse_loss(output, y)"),
    "cross-entropy": (
        "F.binary_cross_entropy_with_logits(output[:, 0], y)",
        "F.cross_entropy(output, y)",
    ),
    "hinge": ("(1 - y * output[:, 0]).clamp(min=0).mean()", "F.multi_margin_loss(output, y)"),
}
RIGHT = {  # (targets are one-hot rows, several outputs)
    (False, False): "(output[:, 0] > 0) == (y > 0)",
    (False, True): "output.argmax(dim=1) == y",
    (True, True): "output.argmax(dim=1) == y.argmax(dim=1)",
}
OPTIMIZER = {
    "sgd": "torch.optim.SGD(model.parameters(), LEARNING_RATE)",
    "momentum": "torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum=0.9)",
    "adam": "torch.optim.Adam(model.parameters(), LEARNING_RATE)",
}
ACTIVATION = {
    "identity": "nn.Identity()",
    "sign": "Sign()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
}


@dataclass(frozen=True)
class EarlyStop:
    """Back to the best state when x, y have not been fitted better for `patience` steps."""

    x: Tensor
    y: Tensor
    every: int
    patience: int


@dataclass(frozen=True)
class TrainingScript:
    """Networks that differ in their seeds only. x [N, C_0], y as the loss wants."""

    title: str
    lab: str
    train: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]
    shape: tuple[int, ...]
    options: Options
    seeds: list[int]
    activation: Activation
    loss: Loss
    optimizer: Optimizer
    batch_size: int
    seed: int
    steps: int
    accuracy: bool = False
    early_stop: EarlyStop | None = field(default=None)
    notes: list[str] = field(default_factory=list)  # comments on the data


def text_of(script: TrainingScript) -> str:
    """The script's text."""
    o, several = script.options, script.shape[-1] > 1
    measured = ["loss", *(["accuracy"] if script.accuracy else [])]
    parts = ["training", *(["test"] if len(script.test[1]) else [])]
    return write(
        "training",
        s=script,
        o=o,
        scale=f" * {o.init_scale}" if o.init_scale != 1 else "",
        hidden=hidden_layers(script),
        single=meets_single(script),
        loss=LOSS[script.loss][several],
        optimizer=OPTIMIZER[script.optimizer],
        right=RIGHT[several and script.loss == "squared", several],
        columns=repr(", ".join(f"{part} {what}" for part in parts for what in measured)),
    )  # fmt: skip


def meets_single(script: TrainingScript) -> bool:
    """Whether BatchNorm will meet a batch of one point."""
    left = len(script.train[0]) % script.batch_size
    return script.options.batchnorm != "none" and (left == 1 or script.batch_size == 1)


def hidden_layers(script: TrainingScript) -> list[str]:
    """What follows each linear layer but the last, as Python."""
    if len(script.shape) == 2:
        return []
    layers = [ACTIVATION[script.activation]]
    kind = "BatchNorm" if meets_single(script) else "nn.BatchNorm1d"
    normal = f"{kind}(outputs, dtype=torch.float64)"
    if script.options.batchnorm != "none":
        layers.insert(script.options.batchnorm == "after", normal)
    if script.options.dropout:
        layers.append("Dropout(r, masks)")
    return layers
