"""Sliding windows: proposals that look at nothing.

Before selective search a classifier was slid over the picture at every place, size and shape, as in
Dalal and Triggs, 2005. Shape letters: N windows.
"""

import torch
from torch import Tensor

SIDES = (0.1, 0.2, 0.4, 0.7)  # of the picture's shorter side, the root of a window's area
RATIOS = (0.5, 1.0, 2.0)  # height over width
STEP = 0.25  # of a window's own side


def sliding_windows(height: int, width: int, seed: int = 0) -> Tensor:
    """All windows [N, 4], xyxy, inside a picture of height x width pixels, in an order drawn from
    `seed`: none of them is known to be better than another.
    """
    parts = []
    for side in SIDES:
        for ratio in RATIOS:
            w = min(side * min(height, width) / ratio**0.5, width)
            h = min(side * min(height, width) * ratio**0.5, height)
            x = torch.arange(0, width - w + 1e-3, max(STEP * w, 1))
            y = torch.arange(0, height - h + 1e-3, max(STEP * h, 1))
            corners = torch.cartesian_prod(x, y)
            parts.append(torch.cat([corners, corners + torch.tensor([w, h])], dim=1))
    windows = torch.cat(parts)
    order = torch.randperm(len(windows), generator=torch.Generator().manual_seed(seed))
    return windows[order]
