"""From a region of interest to a grid of features of fixed size, whatever the region's size.

RoIAlign (He, Gkioxari, Dollár and Girshick, 2017, Mask R-CNN, section 3) cuts the region into bins
without rounding and averages bilinear samples in each. Region and bins are axis-aligned, and
bilinear interpolation is a product of two linear ones: so a bin's mean is a weighted sum whose
weights are a product of one for the row and one for the column, and the whole is two products of
matrices.

RoIPool (Girshick, 2015, Fast R-CNN, section 2.1), which came before, rounds the region and its bins
to whole cells and takes the largest value of each bin.

Shape letters: R regions; C channels; H, W rows and columns of the map; S bins a side.
"""

import torch
from torch import Tensor

SAMPLES = 2  # in each bin and direction, as in the authors' code


def sample_positions(low: Tensor, high: Tensor, bins: int) -> Tensor:
    """Where each bin of the intervals low..high [R] is sampled, [R, bins, SAMPLES], same unit."""
    steps = (torch.arange(bins * SAMPLES, device=low.device) + 0.5) / (bins * SAMPLES)
    places = low[:, None] + (high - low)[:, None] * steps
    return places.reshape(len(low), bins, SAMPLES)


def bin_weights(low: Tensor, high: Tensor, bins: int, cells: int) -> Tensor:
    """The share of each of `cells` cells in each bin's mean: [R] and [R] -> [R, bins, cells].

    `low` and `high` are counted in cells; cell i stands for the interval i..i + 1, and its value
    for the middle of it. Samples up to one cell beyond the first and last middle take the value
    at the border, those further out are 0: torchvision's rule with aligned=True.
    """
    places = sample_positions(low, high, bins) - 0.5
    outside = (places < -1) | (places > cells)
    places = places.clamp(0, cells - 1)
    distance = (places[..., None] - torch.arange(cells, device=low.device)).abs()
    hats = (1 - distance).clamp(min=0) * ~outside[..., None]
    return hats.mean(dim=2)


def roi_align(features: Tensor, boxes: Tensor, bins: int, stride: int) -> Tensor:
    """Features [C, H, W] of one image in the boxes [R, 4] -> [R, C, bins, bins].

    Boxes in pixels of the model's input, of which a cell of the map has `stride` a side.
    Differentiable in the features, not in the boxes. The same numbers as
    torchvision.ops.roi_align(aligned=True, sampling_ratio=2).
    """
    x1, y1, x2, y2 = (boxes.detach() / stride).unbind(dim=1)
    rows = bin_weights(y1, y2, bins, features.shape[1]).to(features.dtype)
    columns = bin_weights(x1, x2, bins, features.shape[2]).to(features.dtype)
    channels, _, width = features.shape
    by_row = rows.flatten(0, 1) @ features.permute(1, 0, 2).flatten(1)  # [R S, C W]
    by_row = by_row.view(len(boxes), bins, channels, width)
    return torch.einsum("ricw,rjw->rcij", by_row, columns)


def round_away(values: Tensor) -> Tensor:
    """The nearest whole numbers, halves away from zero, as C's round: torch rounds them to even."""
    return values.sign() * (values.abs() + 0.5).floor()


def pool_edges(low: Tensor, high: Tensor, bins: int, cells: int) -> tuple[Tensor, Tensor]:
    """First cell of each RoIPool bin, and the cell after its last: int64 [R, bins] each.

    `low` and `high` [R] are counted in cells. The region is rounded to whole cells, ends included,
    so it has at least one; bins may share cells. What lies outside the map's `cells` is cut: a
    bin wholly outside is empty, its first cell not before its end.
    """
    first = round_away(low)
    size = ((round_away(high) - first + 1).clamp(min=1) / bins)[:, None]
    number = torch.arange(bins, device=low.device)
    start = (number * size).floor() + first[:, None]
    end = ((number + 1) * size).ceil() + first[:, None]
    return start.clamp(0, cells).long(), end.clamp(0, cells).long()


def roi_pool(features: Tensor, boxes: Tensor, bins: int, stride: int) -> Tensor:
    """Features [C, H, W] of one image in the boxes [R, 4] -> [R, C, bins, bins], by RoIPool.

    Boxes in pixels of the model's input, of which a cell has `stride` a side; an empty bin is 0.
    The same numbers as torchvision.ops.roi_pool. Written to be looked at, not for speed.
    """
    x1, y1, x2, y2 = (boxes / stride).unbind(dim=1)
    tops, bottoms = pool_edges(y1, y2, bins, features.shape[1])
    lefts, rights = pool_edges(x1, x2, bins, features.shape[2])
    out = features.new_zeros(len(boxes), len(features), bins, bins)
    for r in range(len(boxes)):
        for i in range(bins):
            rows = features[:, tops[r, i] : bottoms[r, i]]
            for j in range(bins):
                cells = rows[:, :, lefts[r, j] : rights[r, j]].flatten(1)
                if cells.shape[1]:
                    out[r, :, i, j] = cells.max(dim=1).values
    return out
