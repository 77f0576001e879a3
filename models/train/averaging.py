"""The moving average of a network's weights, which is what is shipped."""

import torch
from torch import nn

EMA = 0.999


def average_into(average: nn.Module, model: nn.Module, step: int) -> None:
    """Exponential moving average of weights and BatchNorm statistics: smoother than the last."""
    keep = min(EMA, (step + 1) / (step + 10))
    with torch.no_grad():
        ours, theirs = average.state_dict().values(), model.state_dict().values()
        pairs = list(zip(ours, theirs, strict=True))
        means = [mean for mean, _ in pairs if mean.is_floating_point()]
        values = [value for mean, value in pairs if mean.is_floating_point()]
        # As torch.optim.swa_utils does it: hundreds of small tensors in a call or two.
        torch._foreach_lerp_(means, values, 1 - keep)
        for mean, value in pairs:
            if not mean.is_floating_point():
                mean.copy_(value)
