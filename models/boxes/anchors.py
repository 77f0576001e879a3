"""Anchors: the k reference boxes of every location of a feature map.

Shape letters: H, W rows and columns of the feature map; k = scales x ratios anchors at each
location; A = H * W * k anchors in all. Anchor (row, column, shape) has index
(row * W + column) * k + shape, with shape = ratio * len(scales) + scale.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class AnchorSpec(NamedTuple):
    """Which anchors stand at every location.

    `scales` are square roots of areas, in pixels of the model's input; `ratios` are height over
    width; `stride` is the distance between two neighboring locations, in the same pixels.
    Ren et al. (2015) use scales 128, 256, 512 and ratios 1:2, 1:1, 2:1 on images of about
    1000 x 600 pixels.
    """

    stride: int
    scales: tuple[float, ...]
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)

    @property
    def per_location(self) -> int:
        """k, the number of anchors at a location."""
        return len(self.scales) * len(self.ratios)

    def shape_of(self, index: int) -> tuple[float, float]:
        """(scale, ratio) of anchor shape `index` in 0 .. k - 1."""
        ratio, scale = divmod(index, len(self.scales))
        return self.scales[scale], self.ratios[ratio]


PAPER = AnchorSpec(stride=16, scales=(128.0, 256.0, 512.0))


def base_anchors(spec: AnchorSpec) -> Tensor:
    """The k anchors centered on the origin, [k, 4]; each has area scale ** 2."""
    scales = torch.tensor(spec.scales)
    stretch = torch.tensor(spec.ratios).sqrt()
    heights = (stretch[:, None] * scales[None, :]).flatten()
    widths = (scales[None, :] / stretch[:, None]).flatten()
    return torch.stack([-widths, -heights, widths, heights], dim=1) / 2


def location_centers(height: int, width: int, stride: int) -> Tensor:
    """Center (x, y) of every location's cell, row by row, [H * W, 2], in input pixels."""
    y = (torch.arange(height) + 0.5) * stride
    x = (torch.arange(width) + 0.5) * stride
    grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([grid_x.flatten(), grid_y.flatten()], dim=1)


def grid_anchors(height: int, width: int, spec: AnchorSpec) -> Tensor:
    """All anchors of an H x W feature map, [H * W * k, 4], in pixels of the model's input."""
    centers = location_centers(height, width, spec.stride).repeat(1, 2)
    return (centers[:, None, :] + base_anchors(spec)[None, :, :]).reshape(-1, 4)
