"""What one picture adds to a detector's losses: which anchors train, and what they cost.

Shape letters: A anchors of a picture; P positives and Q negatives that train; G true boxes; C
classes, of which 0 is the background in scores of C + 1; R proposals.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from models.detection.one_stage import BACKGROUND, hard_negatives
from models.detection.rpn import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    Assignment,
    anchor_targets,
    assign_anchors,
    classification_loss,
    regression_loss,
    sample_anchors,
)
from models.detection.two_stage import Sampled

# The paper asks for IoU 0.7 and 0.3; three scales at stride 16 reach 0.7 with few objects of
# photos of 320 pixels, so training counts from 0.5 and 0.4.
POSITIVE_IOU, NEGATIVE_IOU = 0.5, 0.4
# Proposals of a picture that the second stage draws from: before NMS, after it.
PRE_NMS, POST_NMS = 400, 100
BOX_WEIGHT = 0.5  # of the second stage's box loss, whose targets are in units of their spread
EASY = 0.9  # probability of the background from which on a negative is called easy

Losses = tuple[Tensor, Tensor]  # classification, regression


class TrainedAnchors(NamedTuple):
    """The anchors of one picture, and those that train at this step."""

    assignment: Assignment
    positive: Tensor  # [P] int64, indices of anchors
    negative: Tensor  # [Q]


def drawn_anchors(anchors: Tensor, truth: Tensor, generator: torch.Generator) -> TrainedAnchors:
    """At most 256 of the anchors [A, 4], half of them positive, drawn for the RPN."""
    assignment = assign_anchors(anchors, truth, POSITIVE_IOU, NEGATIVE_IOU)
    return TrainedAnchors(assignment, *sample_anchors(assignment.labels, generator))


def hardest_anchors(anchors: Tensor, truth: Tensor, logits: Tensor) -> TrainedAnchors:
    """All positives and the hardest negatives by logits [A, C + 1], for SSD."""
    assignment = assign_anchors(anchors, truth, POSITIVE_IOU, NEGATIVE_IOU)
    positive = (assignment.labels == POSITIVE).nonzero().flatten()
    return TrainedAnchors(assignment, positive, hard_negatives(logits, assignment.labels))


def all_anchors(anchors: Tensor, truth: Tensor) -> TrainedAnchors:
    """All positives and all negatives, for focal loss; only neutral anchors are left out."""
    assignment = assign_anchors(anchors, truth, POSITIVE_IOU, NEGATIVE_IOU)
    positive, negative = (
        (assignment.labels == label).nonzero().flatten() for label in (POSITIVE, NEGATIVE)
    )
    return TrainedAnchors(assignment, positive, negative)


def rpn_losses_of_picture(
    logits: Tensor, deltas: Tensor, anchors: Tensor, truth: Tensor, drawn: TrainedAnchors
) -> Losses:
    """Of logits [A, 2] and deltas [A, 4] at the drawn anchors (Ren et al., 2015, equation 1), the
    regression divided by the positives.
    """
    assignment, positive, negative = drawn
    scores = torch.cat([logits[positive], logits[negative]])
    target = torch.cat([torch.ones_like(positive), torch.zeros_like(negative)])
    goal = anchor_targets(anchors[positive], truth, assignment.matched[positive])
    moved = regression_loss(deltas[positive], goal, len(positive))
    return classification_loss(scores, target), moved


def focal_loss(logits: Tensor, targets: Tensor, gamma: float) -> Tensor:
    """-(1 - p)^gamma log p of each row's own class: logits [B, C + 1], targets [B] -> [B].

    gamma 0 is cross-entropy. Lin, Goyal, Girshick, He and Dollár, 2017, Focal Loss for Dense
    Object Detection, equation 4, here over a softmax.
    """
    log_p = logits.log_softmax(dim=1).gather(1, targets[:, None])[:, 0]
    # 1 - p is never exactly 0: the derivative of a power below 1 has no bound there.
    return -((-torch.expm1(log_p)).clamp(min=1e-6) ** gamma) * log_p


def class_targets(drawn: TrainedAnchors, labels: Tensor) -> Tensor:
    """What each anchor [A] is: class + 1 of its true box, labels [G] in 0 .. C - 1, or 0."""
    target = torch.zeros_like(drawn.assignment.matched)
    positive = drawn.positive
    if len(positive):
        target[positive] = labels[drawn.assignment.matched[positive]] + 1
    return target


def one_stage_losses_of_picture(
    logits: Tensor,
    deltas: Tensor,
    anchors: Tensor,
    truth: Tensor,
    labels: Tensor,
    drawn: TrainedAnchors,
    gamma: float = 0,
) -> Losses:
    """Of logits [A, C + 1] and deltas [A, 4] at the anchors that train, divided by the positives
    (Liu et al., 2016, equations 1 to 3; with gamma > 0 Lin et al., 2017).
    """
    positive = drawn.positive
    trained = torch.cat([positive, drawn.negative])
    losses = focal_loss(logits[trained], class_targets(drawn, labels)[trained], gamma)
    goal = anchor_targets(anchors[positive], truth, drawn.assignment.matched[positive])
    count = max(len(positive), 1)
    return losses.sum() / count, regression_loss(deltas[positive], goal, count)


class EasyBackground(NamedTuple):
    """Negatives that the network is sure of, among all anchors but the neutral ones."""

    anchors: int
    plain: float  # their part of the summed cross-entropy
    plain_all: float  # that sum
    focal: float  # the same with the factor (1 - p)^gamma
    focal_all: float


def easy_background(
    logits: Tensor, drawn: TrainedAnchors, labels: Tensor, gamma: float
) -> EasyBackground:
    """What easy negatives add to the loss over all anchors of a picture, logits [A, C + 1]."""
    kinds = drawn.assignment.labels
    taught = kinds != NEUTRAL
    target = class_targets(drawn, labels)[taught]
    rows = logits.detach()[taught]
    sure = rows.softmax(dim=1)[:, BACKGROUND] >= EASY
    easy = sure & (kinds[taught] == NEGATIVE)
    plain, focal = (focal_loss(rows, target, of) for of in (0.0, gamma))
    return EasyBackground(
        int(easy.sum()),
        float(plain[easy].sum()),
        float(plain.sum()),
        float(focal[easy].sum()),
        float(focal.sum()),
    )


def second_stage_losses(scores: Tensor, deltas: Tensor, sampled: Sampled) -> Losses:
    """Of scores [R, C + 1] and deltas [R, C, 4] of sampled proposals (Girshick, 2015, equations 1
    to 3), the box loss divided by the foreground.
    """
    foreground = (sampled.labels > 0).nonzero().flatten()
    own = deltas[foreground, sampled.labels[foreground] - 1]
    moved = regression_loss(own, sampled.targets[foreground], len(foreground))
    return F.cross_entropy(scores, sampled.labels), BOX_WEIGHT * moved
