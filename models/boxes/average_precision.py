"""Average precision: one number for what a detector finds of one class, and how much it invents.

Two rules. VOC's: Everingham et al., 2010, The PASCAL Visual Object Classes Challenge, section 4.2,
in the form of 2010 and later (VOCevaldet): the area under the whole precision-recall curve, made
monotone. COCO's: Lin et al., 2014, Microsoft COCO, and its pycocotools: the mean of the same curve
at 101 recalls. They also match differently where objects overlap, see `judge`.

Shape letters: K detections of all images; G true boxes of one image.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from models.boxes.boxes import box_area, pairwise_intersection, pairwise_iou

Rule = Literal["voc", "coco"]
RULES: tuple[Rule, ...] = ("voc", "coco")
RIGHT, WRONG, IGNORED = 1, 0, -1
RECALLS = 101  # at which COCO reads the precision: 0, 0.01 .. 1


def judge(
    boxes: Tensor,
    truth: Tensor,
    ignored: Tensor,
    threshold: float,
    crowds: Tensor | None = None,
    rule: Rule = "voc",
) -> Tensor:
    """Judge detections [K, 4] of one class in one image, best first: [K] of RIGHT, WRONG, IGNORED.

    By VOC's rule each belongs to the true box [G, 4] that it overlaps most, taken or not: it is
    right if that IoU reaches `threshold` and no better detection took the box. By COCO's it
    belongs to the true box that it overlaps most among those that no better one took, so a second
    detection beside two overlapping objects may be right. One that belongs to an `ignored` box [G]
    bool ("difficult") is neither; VOC lets many belong to it, COCO one, and only where no other
    box is left. As COCO has it, nor is one that is right nowhere and lies inside one of the
    `crowds` [N, 4] by that share of its own area: a region of objects that nobody told apart.
    """
    verdicts = torch.full((len(boxes),), WRONG, dtype=torch.int64)
    if len(truth):
        match = _match if rule == "voc" else _match_free
        match(verdicts, boxes, truth, ignored, threshold)
    if crowds is not None and len(crowds) and len(boxes):
        shared = pairwise_intersection(boxes, crowds).max(dim=1).values
        inside = shared >= threshold * box_area(boxes)
        verdicts[inside & (verdicts == WRONG)] = IGNORED
    return verdicts


def _match(
    verdicts: Tensor, boxes: Tensor, truth: Tensor, ignored: Tensor, threshold: float
) -> None:
    """Mark in `verdicts`, by VOC's rule, which are right, and which belong to an ignored box."""
    best, matched = pairwise_iou(boxes, truth).max(dim=1)
    taken: set[int] = set()
    for k in (best >= threshold).nonzero().flatten().tolist():
        owner = int(matched[k])
        if ignored[owner]:
            verdicts[k] = IGNORED
        elif owner not in taken:
            taken.add(owner)
            verdicts[k] = RIGHT


def _match_free(
    verdicts: Tensor, boxes: Tensor, truth: Tensor, ignored: Tensor, threshold: float
) -> None:
    """The same by COCO's rule: of the boxes that are free; of equal ones the last."""
    free = torch.ones(len(truth), dtype=torch.bool)
    for k, row in enumerate(pairwise_iou(boxes, truth)):
        for kind in (~ignored, ignored):
            able = (free & kind & (row >= threshold)).nonzero().flatten()
            if len(able):
                owner = able[(row[able] == row[able].max()).nonzero()[-1, 0]]
                free[owner] = False
                verdicts[k] = IGNORED if ignored[owner] else RIGHT
                break


class Curve(NamedTuple):
    """Precision and recall as the score threshold falls, and what they come to by each rule."""

    precision: Tensor  # [K]
    recall: Tensor  # [K]
    average: float  # VOC's: the area
    at_recalls: float  # COCO's: the mean at 101 recalls


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
    area = float((monotone * steps).sum())
    return Curve(precision, recall, area, float(mean_at_recalls(monotone[None], recall[None])))


def mean_at_recalls(monotone: Tensor, recall: Tensor) -> Tensor:
    """The mean [B] of monotone precision [B, K] at 101 recalls; 0 where recall [B, K] ends before.

    pycocotools, COCOeval.accumulate.
    """
    at = torch.linspace(0, 1, RECALLS, dtype=recall.dtype).expand(len(recall), -1).contiguous()
    reached = torch.searchsorted(recall.contiguous(), at)
    none = monotone.new_zeros(len(monotone), 1)
    return torch.cat([monotone, none], dim=1).gather(1, reached).mean(dim=1)
