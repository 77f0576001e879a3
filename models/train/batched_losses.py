"""The losses of `models.train.losses` for a whole batch at once, without a loop over its crops.

A graphics processor then has work to do instead of waiting for Python. The same numbers as crop by
crop, up to which proposals are drawn (a test compares them). Shape letters as in `targets`; C
classes; K candidates of a crop; R proposals drawn in the batch.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import roi_align

from models.boxes.anchors import AnchorSpec, grid_anchors
from models.boxes.boxes import clip_boxes, decode_deltas, pairwise_iou
from models.boxes.roi import SAMPLES
from models.detection.detectors import Detectors, DetectorsOutput
from models.detection.losses import BOX_WEIGHT, POST_NMS, Losses
from models.detection.one_stage import BACKGROUND, MIN_NEGATIVES, NEGATIVES_PER_POSITIVE
from models.detection.rpn import (
    NEGATIVE,
    POSITIVE,
    SMALLEST_SIDE,
    RPNOutput,
    classification_loss,
    objectness,
    per_anchor,
    regression_loss,
)
from models.detection.two_stage import BINS, FOREGROUND_IOU, encode_in_spreads
from models.train.targets import PADDING, Targets

CANDIDATES = 300  # of a crop that enter NMS
NMS_IOU = 0.7
SECOND_LOOKS, FOREGROUND = 40, 12  # proposals of a crop that train the second stage; at most so

_ious = torch.vmap(pairwise_iou)  # [N, K, 4] and [N, G, 4] -> [N, K, G]


def rpn_losses(output: RPNOutput, targets: Targets) -> Losses:
    """Loss over the sampled anchors (Ren et al., 2015, equation 1)."""
    logits = per_anchor(output.logits.float(), 2).flatten(0, 1)
    deltas = per_anchor(output.deltas.float(), 4).flatten(0, 1)
    classification = classification_loss(
        logits[targets.sampled], targets.sampled_labels, targets.sampled_weights
    )
    moved = targets.moved
    return classification, regression_loss(deltas[moved], targets.moved_goals, len(moved))


def hard_negatives(logits: Tensor, assigned: Tensor) -> Tensor:
    """Which of the negatives of each crop train, bool [N, A], as in `one_stage.hard_negatives`.

    logits [N, A, C + 1]; assigned [N, A].
    """
    background = logits.detach().log_softmax(dim=2)[..., BACKGROUND]
    background = background.masked_fill(assigned != NEGATIVE, torch.inf)
    wanted = (NEGATIVES_PER_POSITIVE * (assigned == POSITIVE).sum(1)).clamp(min=MIN_NEGATIVES)
    rank = background.argsort(dim=1, stable=True).argsort(dim=1)
    return (rank < wanted[:, None]) & (assigned == NEGATIVE)


def one_stage_losses(output: DetectorsOutput, targets: Targets) -> Losses:
    """Loss over positives and the hardest negatives (Liu et al., 2016, equations 1 to 3)."""
    n, locations = output.class_logits.shape[0], output.class_logits.shape[-2:].numel()
    per_location = targets.assigned.shape[1] // locations
    values = output.class_logits.shape[1] // per_location
    logits = per_anchor(output.class_logits.float(), values)
    deltas = per_anchor(output.class_deltas.float(), 4).flatten(0, 1)
    negatives = hard_negatives(logits, targets.assigned)
    of_background = -logits.log_softmax(dim=2)[..., BACKGROUND]
    weight = targets.background_weights[:, None].expand(n, -1)
    classification = (of_background * weight * negatives).sum()
    named = logits.flatten(0, 1)[targets.named]
    classification = classification + F.cross_entropy(named, targets.named_labels, reduction="sum")
    count = max(len(targets.named), 1)
    goals = targets.named_goals
    return classification / count, regression_loss(deltas[targets.named], goals, count)


def greedy_keep(overlaps: Tensor) -> Tensor:
    """What greedy NMS keeps of boxes sorted by score: overlaps [N, K, K] bool -> [N, K] bool.

    A box stays unless a better one that stays overlaps it. Starting from all, each round decides at
    least one more box of every crop for good, and usually nearly all.
    """
    better = overlaps.tril(-1)  # row: the box; column: one with a higher score
    keep = torch.ones_like(overlaps[..., 0])
    while True:
        now = ~(better & keep[:, None, :]).any(dim=2)
        if torch.equal(now, keep):
            return keep
        keep = now


def candidates(output: RPNOutput, spec: AnchorSpec) -> tuple[Tensor, Tensor]:
    """The best boxes of each crop [N, K, 4], and which are proposals after NMS [N, K] bool."""
    height, width = output.logits.shape[-2:]
    anchors = grid_anchors(height, width, spec).to(output.logits.device)
    decoded = decode_deltas(per_anchor(output.deltas.float(), 4), anchors)
    boxes = clip_boxes(decoded, height * spec.stride, width * spec.stride)
    sides = (boxes[..., 2:] - boxes[..., :2]).amin(dim=2)
    scores = objectness(output.logits.float()).masked_fill(sides < SMALLEST_SIDE, -1)
    best = scores.topk(min(CANDIDATES, scores.shape[1]), dim=1)
    boxes = boxes.gather(1, best.indices[..., None].expand(-1, -1, 4))
    keep = greedy_keep(_ious(boxes, boxes) > NMS_IOU) & (best.values >= 0)
    return boxes, keep & (keep.cumsum(1) <= POST_NMS)


class Drawn(NamedTuple):
    """Proposals that train the second stage."""

    crops: Tensor  # [R] which crop each lies in
    boxes: Tensor  # [R, 4]
    labels: Tensor  # [R] 0 for the background, else class + 1
    goals: Tensor  # [R, 4] deltas in spreads, of use where there is a class


def first_of(chosen: Tensor, order: Tensor, most: Tensor | int) -> Tensor:
    """At most `most` of the `chosen` [N, K] of each crop, by `order` [N, K]; bool [N, K]."""
    rank = order.masked_fill(~chosen, torch.inf).argsort(dim=1).argsort(dim=1)
    limit = most if isinstance(most, int) else most[:, None]
    return chosen & (rank < limit)


def draw_proposals(
    boxes: Tensor, valid: Tensor, targets: Targets, generator: torch.Generator
) -> Drawn:
    """40 of each crop's valid boxes [N, K, 4] and true boxes, at most 12 of them foreground.

    Foreground has IoU of at least 0.5 with a true box (Girshick, 2015, section 2.3).
    """
    real = targets.truth_labels != PADDING
    everything = torch.cat([boxes, targets.truths], dim=1)
    valid = torch.cat([valid, real], dim=1)
    overlap = _ious(everything, targets.truths).masked_fill(~real[:, None], 0)
    best, matched = overlap.max(dim=2)
    labels = torch.where(best >= FOREGROUND_IOU, targets.truth_labels.gather(1, matched) + 1, 0)
    order = torch.rand(valid.shape, generator=generator, device=valid.device)
    foreground = first_of(valid & (labels > 0), order, FOREGROUND)
    rest = SECOND_LOOKS - foreground.sum(dim=1)
    crops, rows = (foreground | first_of(valid & (labels == 0), order, rest)).nonzero(as_tuple=True)
    truth = targets.truths[crops, matched[crops, rows]]
    drawn = everything[crops, rows]
    found = labels[crops, rows]
    # The background has no true box; its goals are not used, but must be numbers.
    goals = encode_in_spreads(torch.where(found[:, None] > 0, truth, drawn), drawn)
    return Drawn(crops, drawn, found, goals)


def two_stage_losses(
    model: Detectors, output: DetectorsOutput, targets: Targets, generator: torch.Generator
) -> Losses:
    """Loss of the second stage on proposals of each crop (Girshick, 2015, equations 1 to 3).

    `generator` lives on the network's device. Pooling is torchvision's, whose numbers
    `models.boxes.roi` gives, too, for one picture.
    """
    with torch.no_grad():
        maps = RPNOutput(*(values.detach() for values in output.rpn))
        drawn = draw_proposals(*candidates(maps, model.anchors), targets, generator)
    rois = torch.cat([drawn.crops[:, None].float(), drawn.boxes], dim=1)
    scale = 1 / model.anchors.stride
    pooled = roi_align(output.reduced.float(), rois, BINS, scale, SAMPLES, aligned=True)
    scores, deltas = model.box_head(pooled)
    weights = torch.where(drawn.labels > 0, 1.0, targets.background_weights[drawn.crops])
    classification = classification_loss(scores.float(), drawn.labels, weights)
    foreground = (drawn.labels > 0).nonzero().flatten()
    own = deltas.float()[foreground, drawn.labels[foreground] - 1]
    box_loss = regression_loss(own, drawn.goals[foreground], len(foreground))
    return classification, BOX_WEIGHT * box_loss
