"""The mask branch of Mask R-CNN: which pixels of a found box belong to the object.

He, Gkioxari, Dollár and Girshick, 2017, Mask R-CNN, section 3 and figure 4, much smaller: two 3 x 3
convolutions on a region pooled to 14 x 14, then one step up to 28 x 28 with a mask for each class,
so that classes do not compete for pixels. The step up is a 1 x 1 convolution whose channels become
pixels (Shi et al., 2016, section 3.2): on a CPU far faster than a transposed convolution.

Shape letters: R regions; C classes; M = 28 pixels of a mask a side.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.boxes.roi import roi_align

BINS = 14
MASK_SIDE = 2 * BINS


class MaskHead(nn.Module):
    """Pooled features [R, channels, 14, 14] -> logits [R, C, 28, 28]."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.up = nn.Conv2d(channels, 4 * channels, 1)
        self.mask = nn.Conv2d(channels, classes, 1)
        for layer in (self.conv1, self.conv2, self.up):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.get_parameter("bias"))

    def forward(self, pooled: Tensor) -> Tensor:
        hidden = F.relu(self.conv2(F.relu(self.conv1(pooled))))
        logits: Tensor = self.mask(F.relu(F.pixel_shuffle(self.up(hidden), 2)))
        return logits


def mask_targets(masks: Tensor, boxes: Tensor) -> Tensor:
    """What each box [R, 4] should show of its mask [R, S, S] bool: [R, 28, 28] of 0 and 1."""
    crops = [
        roi_align(mask[None].float(), box[None], MASK_SIDE, stride=1)[0, 0]
        for mask, box in zip(masks, boxes, strict=True)
    ]
    return (torch.stack(crops) >= 0.5).float() if crops else masks.new_zeros(0, *(MASK_SIDE,) * 2)


def mask_loss(logits: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """Mean binary cross-entropy of each region's own class.

    logits [R, C, M, M], labels [R] in 0 .. C - 1, targets [R, M, M]. 0 without regions. Section 3:
    "L_mask is only defined on the k-th mask".
    """
    if len(labels) == 0:
        return logits.sum() * 0
    own = logits[torch.arange(len(labels), device=labels.device), labels]
    return F.binary_cross_entropy_with_logits(own, targets)


def paste_masks(probabilities: Tensor, boxes: Tensor, extent: tuple[int, int]) -> Tensor:
    """Masks [R, M, M] in 0..1, each laid into its box [R, 4]: bool [R, H, W], `extent` = (H, W).

    A pixel belongs to the object where the mask, interpolated at the pixel's middle, is at least
    a half.
    """
    height, width = extent
    x, y = torch.arange(width) + 0.5, torch.arange(height) + 0.5
    out = torch.zeros(len(boxes), height, width, dtype=torch.bool)
    for i, (mask, box) in enumerate(zip(probabilities, boxes, strict=True)):
        x1, y1, x2, y2 = box.tolist()
        if x2 <= x1 or y2 <= y1:
            continue
        # grid_sample counts from -1 to 1 over the box.
        grid_x, grid_y = 2 * (x - x1) / (x2 - x1) - 1, 2 * (y - y1) / (y2 - y1) - 1
        grid = torch.stack(torch.meshgrid(grid_x, grid_y, indexing="xy"), dim=-1)
        sampled = F.grid_sample(
            mask[None, None], grid[None], padding_mode="border", align_corners=False
        )[0, 0]
        inside = (grid.abs() <= 1).all(dim=-1)
        out[i] = (sampled >= 0.5) & inside
    return out
