"""The second stage of a two-stage detector: each proposal is looked at once more.

Girshick, 2015, Fast R-CNN, section 2: features of the proposal, pooled to a fixed size, two fully
connected layers, C + 1 scores and 4 deltas for each class. With the proposals of `models.detection
.rpn` on the same features it is Faster R-CNN (Ren et al., 2015), with RoIAlign as in Mask R-CNN.

Shape letters: C classes, of which 0 is the background in scores of C + 1; R proposals; G true
boxes; H, W rows and columns of the map.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.boxes.boxes import clip_boxes, decode_deltas, encode_deltas, pairwise_iou
from models.boxes.roi import roi_align
from models.detection.one_stage import Detections, detect_by_class

BINS = 7
REDUCED_CHANNELS, HIDDEN = 48, 128
FOREGROUND_IOU = 0.5  # "object proposals that have IoU of at least 0.5" (section 2.3)
# Targets in units of the spread that they have: "normalized to zero mean and unit variance".
DELTA_SPREAD = (0.1, 0.1, 0.2, 0.2)


class BoxHead(nn.Module):
    """Pooled features [R, 48, 7, 7] -> scores [R, C + 1] and deltas [R, C, 4], in spreads."""

    def __init__(self, channels: int, classes: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, REDUCED_CHANNELS, 1)
        self.fc1 = nn.Linear(REDUCED_CHANNELS * BINS**2, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.cls_score = nn.Linear(hidden, classes + 1)
        self.bbox_pred = nn.Linear(hidden, 4 * classes)
        # Section 2.3: zero-mean Gaussians of 0.01 and 0.001.
        for layer, std in ((self.cls_score, 0.01), (self.bbox_pred, 0.001)):
            nn.init.normal_(layer.weight, std=std)
            nn.init.zeros_(layer.bias)

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        hidden = F.relu(self.fc2(F.relu(self.fc1(pooled.flatten(1)))))
        scores, deltas = self.cls_score(hidden), self.bbox_pred(hidden)
        return scores, deltas.view(len(deltas), deltas.shape[1] // 4, 4)

    def pool(self, features: Tensor, boxes: Tensor, stride: int) -> Tensor:
        """Reduced features [48, H, W] of one image in boxes [R, 4] -> [R, 48, 7, 7]."""
        return roi_align(features, boxes, BINS, stride)


def encode_in_spreads(truth: Tensor, proposals: Tensor) -> Tensor:
    """Deltas [R, 4] from proposals [R, 4] to true boxes [R, 4], in units of their spread."""
    return encode_deltas(truth, proposals) / truth.new_tensor(DELTA_SPREAD)


class Sampled(NamedTuple):
    """Proposals of one image that train the second stage."""

    boxes: Tensor  # [R, 4]
    labels: Tensor  # [R] int64: 0 is the background, else class + 1
    matched: Tensor  # [R] int64: the true box that each overlaps most (0 if none)
    targets: Tensor  # [R, 4] deltas in spreads; 0 for the background


def sample_proposals(
    proposals: Tensor,
    truth: Tensor,
    labels: Tensor,
    generator: torch.Generator,
    size: int = 40,
    foreground_fraction: float = 0.3,
) -> Sampled:
    """Draw `size` of the proposals [P, 4] and true boxes [G, 4], labels [G] in 0 .. C - 1.

    Foreground has IoU of at least 0.5 with a true box and takes its class; the rest is background
    (section 2.3, there 25 % foreground). The true boxes themselves count as proposals, so that a
    young network has foreground to learn from.
    """
    boxes = torch.cat([proposals, truth])
    target = torch.zeros(len(boxes), dtype=torch.int64, device=boxes.device)
    matched = torch.zeros_like(target)
    if len(truth):
        best, matched = pairwise_iou(boxes, truth).max(dim=1)
        target = torch.where(best >= FOREGROUND_IOU, labels[matched] + 1, target)
    foreground, background = (target > 0).nonzero().flatten(), (target == 0).nonzero().flatten()
    n_foreground = min(len(foreground), int(size * foreground_fraction))
    n_background = min(len(background), size - n_foreground)
    shuffle_f = torch.randperm(len(foreground), generator=generator)[:n_foreground]
    shuffle_b = torch.randperm(len(background), generator=generator)[:n_background]
    chosen = torch.cat(
        [foreground[shuffle_f.to(boxes.device)], background[shuffle_b.to(boxes.device)]]
    )
    goals = torch.zeros(len(chosen), 4, device=boxes.device)
    if n_foreground:
        first = chosen[:n_foreground]
        goals[:n_foreground] = encode_in_spreads(truth[matched[first]], boxes[first])
    return Sampled(boxes[chosen], target[chosen], matched[chosen], goals)


def refine(proposals: Tensor, deltas: Tensor, extent: tuple[int, int]) -> Tensor:
    """Move proposals [R, 4] by each class's deltas [R, C, 4] in spreads -> [R, C, 4], clipped."""
    moves = deltas * deltas.new_tensor(DELTA_SPREAD)
    anchors = proposals[:, None].expand_as(moves)
    return clip_boxes(decode_deltas(moves, anchors), *extent)


def detect(
    scores: Tensor, deltas: Tensor, proposals: Tensor, extent: tuple[int, int]
) -> Detections:
    """Detections of an image of (height, width) pixels: what `BoxHead` gave for `proposals`."""
    return detect_by_class(refine(proposals, deltas, extent), scores.softmax(dim=1))
