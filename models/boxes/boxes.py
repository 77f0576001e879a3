"""Boxes: areas, intersection over union, and the deltas that move one box onto another.

Shape letters: N, M boxes; 4 = (x1, y1, x2, y2), float32, in pixels of whatever image the
caller works in. A box is a region of the plane: its width is x2 - x1, with no "+ 1".
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

# A delta may enlarge a side by at most 1000 / 16: beyond that exp() of an untrained network's
# output would overflow (the same guard as Detectron's and torchvision's).
MAX_LOG_SCALE = math.log(1000.0 / 16)


def box_area(boxes: Tensor) -> Tensor:
    """Area of each box, [N, 4] -> [N], in square pixels; an inverted box has area 0."""
    return (boxes[..., 2] - boxes[..., 0]).clamp(min=0) * (boxes[..., 3] - boxes[..., 1]).clamp(
        min=0
    )


def pairwise_intersection(boxes_a: Tensor, boxes_b: Tensor) -> Tensor:
    """Area that each box of `boxes_a` [N, 4] shares with each of `boxes_b` [M, 4] -> [N, M]."""
    top_left = torch.maximum(boxes_a[:, None, :2], boxes_b[None, :, :2])
    bottom_right = torch.minimum(boxes_a[:, None, 2:], boxes_b[None, :, 2:])
    width, height = (bottom_right - top_left).clamp(min=0).unbind(-1)
    return width * height


def pairwise_iou(boxes_a: Tensor, boxes_b: Tensor) -> Tensor:
    """Intersection over union of every pair, [N, 4] and [M, 4] -> [N, M] in [0, 1].

    Two boxes without area have no union; their IoU is 0 by convention, never NaN.
    """
    intersection = pairwise_intersection(boxes_a, boxes_b)
    union = box_area(boxes_a)[:, None] + box_area(boxes_b)[None, :] - intersection
    return torch.where(union > 0, intersection / union.clamp(min=1e-12), torch.zeros_like(union))


def xyxy_to_cxcywh(boxes: Tensor) -> Tensor:
    """Corners [N, 4] to (center x, center y, width, height) [N, 4]."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], dim=-1)


def cxcywh_to_xyxy(boxes_cxcywh: Tensor) -> Tensor:
    """(center x, center y, width, height) [N, 4] to corners [N, 4]."""
    cx, cy, w, h = boxes_cxcywh.unbind(-1)
    return torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], dim=-1)


def encode_deltas(boxes: Tensor, anchors: Tensor) -> Tensor:
    """The deltas (t_x, t_y, t_w, t_h) [N, 4] that turn each anchor [N, 4] into its box [N, 4].

    t_x = (x - x_a) / w_a,  t_y = (y - y_a) / h_a,  t_w = log(w / w_a),  t_h = log(h / h_a)
    with x, y the centers. Ren, He, Girshick and Sun, 2015, Faster R-CNN, equation 2.
    Sides must be positive.
    """
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(-1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(-1)
    return torch.stack(
        [(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=-1
    )


def decode_deltas(deltas: Tensor, anchors: Tensor) -> Tensor:
    """Apply deltas [N, 4] to anchors [N, 4]: the boxes [N, 4] that the network proposes.

    The inverse of `encode_deltas` (Ren et al., 2015, equation 2), with t_w and t_h capped at
    `MAX_LOG_SCALE` so that no box becomes infinite.
    """
    t_x, t_y, t_w, t_h = deltas.unbind(-1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(-1)
    return cxcywh_to_xyxy(
        torch.stack(
            [
                x_a + t_x * w_a,
                y_a + t_y * h_a,
                w_a * torch.exp(t_w.clamp(max=MAX_LOG_SCALE)),
                h_a * torch.exp(t_h.clamp(max=MAX_LOG_SCALE)),
            ],
            dim=-1,
        )
    )


def clip_boxes(boxes: Tensor, height: float, width: float) -> Tensor:
    """Cut boxes [N, 4] at the borders of an image of the given size, in the boxes' own pixels."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack(
        [x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)], dim=-1
    )


def large_enough(boxes: Tensor, min_size: float) -> Tensor:
    """Mask [N]: true where both sides are at least `min_size` pixels."""
    width = boxes[:, 2] - boxes[:, 0]
    height = boxes[:, 3] - boxes[:, 1]
    return (width >= min_size) & (height >= min_size)


class Scaling(NamedTuple):
    """How the displayed image became the model's input: model = displayed * (x, y).

    No shift and no padding: the resized image fills the model's input exactly.
    """

    x: float
    y: float

    def to_displayed(self, boxes_resized: Tensor) -> Tensor:
        """Boxes [N, 4] in pixels of the model's input -> pixels of the displayed image."""
        return boxes_resized / boxes_resized.new_tensor([self.x, self.y, self.x, self.y])

    def to_resized(self, boxes: Tensor) -> Tensor:
        """Boxes [N, 4] in pixels of the displayed image -> pixels of the model's input."""
        return boxes * boxes.new_tensor([self.x, self.y, self.x, self.y])
