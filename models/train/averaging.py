"""The moving average of a network's weights, which is what is shipped."""

import torch
from torch import nn

EMA = 0.999


def average_into(average: nn.Module, model: nn.Module, step: int) -> None:
    """Exponential moving average of weights and BatchNorm statistics: smoother than the last."""
    keep = min(EMA, (step + 1) / (step + 10))
    with torch.no_grad():
        ours, theirs = average.state_dict().values(), model.state_dict().values()
        for mean, value in zip(ours, theirs, strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)
