"""A one-stage detector: every anchor gives its classes and its box at once.

Liu et al., 2016, SSD: Single Shot MultiBox Detector, sections 2.1 and 2.2, here on one map: a
3 x 3 convolution, C + 1 scores by softmax and 4 deltas for each anchor, trained on the hardest
negatives.

Shape letters: N images; C classes, of which 0 is the background in scores of C + 1; H, W rows and
columns of the map; k anchors at a location; A anchors of an image; B chosen anchors; G true boxes.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.boxes.boxes import clip_boxes, decode_deltas
from models.boxes.nms import nms
from models.detection.rpn import NEGATIVE, POSITIVE, AnchorHead

BACKGROUND = 0
NEGATIVES_PER_POSITIVE = 3  # "at most 3:1" (section 2.2)
MIN_NEGATIVES = 12  # of an image; one without objects teaches, too
NMS_IOU = 0.5
MIN_SCORE = 0.02


class OneStageHead(AnchorHead):
    """The RPN's head with a score for each class and the background: (C + 1) k scores."""

    def __init__(self, channels: int, per_location: int, classes: int) -> None:
        super().__init__(channels, per_location, classes + 1)


def hard_negatives(logits: Tensor, labels: Tensor) -> Tensor:
    """Indices [B] of the negatives whose loss is highest, at most three for each positive.

    logits [A, C + 1]; labels [A] of POSITIVE, NEGATIVE or NEUTRAL. Section 2.2, "Hard negative
    mining".
    """
    negative = (labels == NEGATIVE).nonzero().flatten()
    wanted = max(NEGATIVES_PER_POSITIVE * int((labels == POSITIVE).sum()), MIN_NEGATIVES)
    background = logits.detach()[negative].log_softmax(dim=1)[:, BACKGROUND]
    return negative[background.topk(min(wanted, len(negative)), largest=False).indices]


class Detections(NamedTuple):
    """Boxes with names, best first."""

    boxes: Tensor  # [K, 4], pixels of the model's input
    scores: Tensor  # [K], in [0, 1]
    labels: Tensor  # [K] int64, 0 .. C - 1: the background has none


class Chosen(NamedTuple):
    """Detections, and which of the rows given each one came from."""

    found: Detections  # [K]
    rows: Tensor  # [K] int64


def choose_by_class(
    boxes: Tensor,
    probabilities: Tensor,
    min_score: float = MIN_SCORE,
    top_n: int = 100,
    iou_threshold: float = NMS_IOU,
) -> Chosen:
    """NMS of each class by itself, then the best `top_n` of all.

    boxes [A, 4], the same for each class, or [A, C, 4], one for each; probabilities [A, C + 1],
    background first. A box can be found as several classes.
    """
    found: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    for label in range(probabilities.shape[1] - 1):
        score = probabilities[:, label + 1]
        likely = (score >= min_score).nonzero().flatten()
        own = (boxes if boxes.ndim == 2 else boxes[:, label])[likely]
        kept = nms(own, score[likely], iou_threshold)
        rows = likely[kept]
        found.append((own[kept], score[rows], torch.full_like(kept, label), rows))
    all_boxes, scores, labels, rows = (torch.cat(parts) for parts in zip(*found, strict=True))
    order = scores.argsort(descending=True, stable=True)[:top_n]
    return Chosen(Detections(all_boxes[order], scores[order], labels[order]), rows[order])


def detect_by_class(
    boxes: Tensor, probabilities: Tensor, min_score: float = MIN_SCORE, top_n: int = 100
) -> Detections:
    """What `choose_by_class` finds."""
    return choose_by_class(boxes, probabilities, min_score, top_n).found


def detect(logits: Tensor, deltas: Tensor, anchors: Tensor, extent: tuple[int, int]) -> Detections:
    """Detections of an image of (height, width) pixels; scores [A, C + 1], deltas [A, 4]."""
    boxes = clip_boxes(decode_deltas(deltas, anchors), *extent)
    return detect_by_class(boxes, logits.softmax(dim=1))
