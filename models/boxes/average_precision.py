"""Average precision: one number for what a detector finds of one class, and how much it invents.

Everingham et al., 2010, The PASCAL Visual Object Classes Challenge, section 4.2, in the form of
2010 and later: the area under the whole precision-recall curve, made monotone.

Shape letters: K detections of all images; G true boxes of one image.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.boxes.boxes import box_area, pairwise_intersection, pairwise_iou

RIGHT, WRONG, IGNORED = 1, 0, -1


def judge(
    boxes: Tensor,
    truth: Tensor,
    ignored: Tensor,
    threshold: float,
    crowds: Tensor | None = None,
) -> Tensor:
    """Judge detections [K, 4] of one class in one image, best first: [K] of RIGHT, WRONG, IGNORED.

    Each belongs to the true box [G, 4] that it overlaps most. It is right if that IoU reaches
    `threshold` and no better detection took the box; one that belongs to an `ignored` box [G]
    bool ("difficult") is neither. As COCO has it, nor is one that is right nowhere and lies inside
    one of the `crowds` [N, 4] by that share of its own area: a region of objects that nobody told
    apart.
    """
    verdicts = torch.full((len(boxes),), WRONG, dtype=torch.int64)
    if len(truth):
        _match(verdicts, boxes, truth, ignored, threshold)
    if crowds is not None and len(crowds) and len(boxes):
        shared = pairwise_intersection(boxes, crowds).max(dim=1).values
        inside = shared >= threshold * box_area(boxes)
        verdicts[inside & (verdicts == WRONG)] = IGNORED
    return verdicts


def _match(
    verdicts: Tensor, boxes: Tensor, truth: Tensor, ignored: Tensor, threshold: float
) -> None:
    """Mark in `verdicts` which detections are right, and which belong to an ignored box."""
    best, matched = pairwise_iou(boxes, truth).max(dim=1)
    taken: set[int] = set()
    for k in (best >= threshold).nonzero().flatten().tolist():
        owner = int(matched[k])
        if ignored[owner]:
            verdicts[k] = IGNORED
        elif owner not in taken:
            taken.add(owner)
            verdicts[k] = RIGHT


class Curve(NamedTuple):
    """Precision and recall as the score threshold falls, and the area under them."""

    precision: Tensor  # [K]
    recall: Tensor  # [K]
    average: float


def average_precision(scores: Tensor, verdicts: Tensor, total: int) -> Curve:
    """The curve of detections with scores [K] and verdicts [K] of all images, any order.

    `total` true boxes are there to be found, at least 1. Equal scores in the order given.
    """
    if total < 1:
        raise ValueError("there is no true box, so no recall")
    counted = verdicts != IGNORED
    scores, verdicts = scores[counted], verdicts[counted]
    right = (verdicts[scores.argsort(descending=True, stable=True)] == RIGHT).double().cumsum(0)
    precision = right / torch.arange(1, len(right) + 1)
    recall = right / total
    # Precision at a recall is the highest at that recall or beyond.
    monotone = precision.flip(0).cummax(0).values.flip(0)
    steps = torch.diff(recall, prepend=recall.new_zeros(1))
    return Curve(precision, recall, float((monotone * steps).sum()))
