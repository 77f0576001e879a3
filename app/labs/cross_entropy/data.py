"""What the `cross-entropy` lab learns from, by its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.labs.cross_entropy.config import CrossEntropyConfig
from app.pictures.digits import PIXELS, WHITE, digits

if TYPE_CHECKING:
    from torch import Tensor

    from models.replicas.loss_comparison import LossComparisonSettings


CLASSES = 10
TEST = 500  # digits that no network learns from


def parts_of(config: CrossEntropyConfig) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Training and test digits: x in [0, 1] and classes."""
    import torch

    pictures, labels = (torch.from_numpy(part) for part in digits())
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(config.seed))
    x, y = pictures[order] / WHITE, labels[order]
    return (x[TEST:], y[TEST:]), (x[:TEST], y[:TEST])


def settings_of(config: CrossEntropyConfig) -> LossComparisonSettings:
    from models.replicas.loss_comparison import LossComparisonSettings

    return LossComparisonSettings(**config.of_run())


def parameters(config: CrossEntropyConfig) -> int:
    """Trained numbers of all networks together."""
    one = (PIXELS + 1) * config.hidden + (config.hidden + 1) * CLASSES
    return 2 * config.starts * one
