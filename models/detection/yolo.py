"""YOLO's form of a one-stage detector: each cell of an S x S grid gives B boxes and one class.

Redmon, Divvala, Girshick and Farhadi, 2016, You Only Look Once: Unified, Real-Time Object
Detection, section 2, here with a convolution on the shared map in place of fully connected layers:
S x S x (5B + C) numbers. Without anchors: the cell in which an object's center lies is responsible
for it, and of its B boxes the one that fits best.

Shape letters: N images; S cells a side; B boxes of a cell; C classes; G true boxes.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.boxes.boxes import clip_boxes, cxcywh_to_xyxy, pairwise_iou, xyxy_to_cxcywh
from models.detection.rpn import HIDDEN_CHANNELS

BOXES = 2  # of each cell
COORDINATE, NO_OBJECT = 5.0, 0.5  # weights of the box, and of the confidence where nothing is


class YoloHead(nn.Module):
    """A 3 x 3 convolution, then a 1 x 1 one: features [N, c, S, S] -> [N, 5B + C, S, S]."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.conv = nn.Conv2d(channels, HIDDEN_CHANNELS, 3, padding=1)
        self.out = nn.Conv2d(HIDDEN_CHANNELS, 5 * BOXES + classes, 1)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.zeros_(self.out.get_parameter("bias"))

    def forward(self, features: Tensor) -> Tensor:
        answers: Tensor = self.out(F.relu(self.conv(features)))
        return answers


class Grid(NamedTuple):
    """What the cells of one image answer. Cells row by row."""

    center: Tensor  # [S * S, B, 2] in 0..1 of the cell
    root_sides: Tensor  # [S * S, B, 2], square roots of width and height as shares of the image
    confidence: Tensor  # [S * S, B] in 0..1
    classes: Tensor  # [S * S, C] probabilities
    boxes: Tensor  # [S * S, B, 4], pixels of the input, not clipped
    cells: int  # S


def read_grid(answers: Tensor, stride: int) -> Grid:
    """The numbers [5B + C, S, S] of one image, read: each box x, y, w, h, confidence; classes."""
    cells = answers.shape[-1]
    rows = answers.permute(1, 2, 0).reshape(cells * cells, -1)
    boxes = rows[:, : 5 * BOXES].view(-1, BOXES, 5).sigmoid()
    center, root_sides, confidence = boxes[..., :2], boxes[..., 2:4], boxes[..., 4]
    at = torch.arange(cells)
    corner = torch.stack(torch.meshgrid(at, at, indexing="xy"), dim=-1).reshape(-1, 1, 2)
    middle = (corner + center) * stride
    sides = root_sides.square() * (stride * cells)
    xyxy = cxcywh_to_xyxy(torch.cat([middle, sides], dim=-1))
    return Grid(center, root_sides, confidence, rows[:, 5 * BOXES :].softmax(1), xyxy, cells)


class Responsible(NamedTuple):
    """Which cell answers for each object, and which of its boxes."""

    cell: Tensor  # [G] int64, row by row
    box: Tensor  # [G] int64, 0 .. B - 1
    iou: Tensor  # [G] of that box with the object, what its confidence should be
    object: Tensor  # [G] int64, index of the object: a cell answers for its first one only


def responsible_cells(grid: Grid, truth: Tensor, stride: int) -> Responsible:
    """The cells in which the centers of true boxes [G, 4] lie. Section 2 of the paper."""
    column, row = (xyxy_to_cxcywh(truth)[:, :2] / stride).long().clamp(0, grid.cells - 1).T
    cell = row * grid.cells + column
    kept: dict[int, int] = {}
    for i, where in enumerate(cell.tolist()):
        kept.setdefault(where, i)
    chosen = torch.tensor(list(kept.values()), dtype=torch.int64)
    overlaps = [
        pairwise_iou(grid.boxes[cell[i]].detach(), truth[i : i + 1])[:, 0] for i in kept.values()
    ]
    iou = torch.stack(overlaps) if overlaps else torch.zeros(0, BOXES)
    best = iou.max(dim=1)
    return Responsible(cell[chosen], best.indices, best.values, chosen)


class YoloLosses(NamedTuple):
    """The parts of equation 3 for one image, each with its weight."""

    box: Tensor
    object: Tensor  # confidence of the responsible boxes
    nothing: Tensor  # confidence of all others
    classes: Tensor


def yolo_losses(
    grid: Grid, truth: Tensor, labels: Tensor, responsible: Responsible, stride: int
) -> YoloLosses:
    """Squared errors of one image, truth [G, 4], labels [G] in 0 .. C - 1 (equation 3)."""
    cell, box, iou, which = responsible
    own = truth[which]
    goal = xyxy_to_cxcywh(own)
    center = goal[:, :2] / stride - torch.stack([cell % grid.cells, cell // grid.cells], dim=1)
    roots = (goal[:, 2:] / (stride * grid.cells)).sqrt()
    placed = (grid.center[cell, box] - center).square().sum()
    sized = (grid.root_sides[cell, box] - roots).square().sum()
    sure = (grid.confidence[cell, box] - iou).square().sum()
    silent = torch.ones_like(grid.confidence, dtype=torch.bool)
    silent[cell, box] = False
    noise = grid.confidence[silent].square().sum()
    named = F.one_hot(labels[which], grid.classes.shape[1]).to(grid.classes.dtype)
    wrong = (grid.classes[cell] - named).square().sum()
    return YoloLosses(COORDINATE * (placed + sized), sure, NO_OBJECT * noise, wrong)


def yolo_candidates(grid: Grid, extent: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Boxes [S * S * B, 4] inside (height, width) and probabilities [S * S * B, C + 1], where a
    class has its probability times the box's confidence, and the background the rest.
    """
    boxes = clip_boxes(grid.boxes.flatten(0, 1), *extent)
    sure = grid.confidence.flatten()[:, None]
    classes = grid.classes.repeat_interleave(BOXES, dim=0)
    return boxes, torch.cat([1 - sure, sure * classes], dim=1)
