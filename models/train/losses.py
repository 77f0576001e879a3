"""The losses of a batch of crops: proposals, one-stage detector, second stage.

Shape letters: N crops; A anchors of a crop; G true boxes; C classes, of which 0 is the background
in scores of C + 1; k anchors at a location.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.boxes.anchors import AnchorSpec, grid_anchors
from models.boxes.roi import roi_align
from models.detection.detectors import Detectors, DetectorsOutput
from models.detection.losses import (
    BOX_WEIGHT,
    POST_NMS,
    PRE_NMS,
    Losses,
    drawn_anchors,
    hardest_anchors,
)
from models.detection.mask_head import BINS as MASK_BINS
from models.detection.mask_head import mask_loss, mask_targets
from models.detection.rpn import (
    RPNOutput,
    anchor_targets,
    classification_loss,
    per_anchor,
    propose,
    regression_loss,
)
from models.detection.two_stage import Sampled, sample_proposals


def rpn_losses(
    output: RPNOutput,
    spec: AnchorSpec,
    truths: list[Tensor],
    negative_weights: list[float],
    generator: torch.Generator,
) -> Losses:
    """Loss over 256 anchors of each crop (Ren et al., 2015, equation 1), truths N x [G, 4]."""
    device = output.logits.device
    height, width = output.logits.shape[-2:]
    anchors = grid_anchors(height, width, spec).to(device)
    logits = per_anchor(output.logits.float(), 2)
    deltas = per_anchor(output.deltas.float(), 4)
    scores, targets, weights, moves, goals = [], [], [], [], []
    for i, truth in enumerate(truths):
        truth = truth.to(device)
        assignment, positive, negative = drawn_anchors(anchors, truth, generator)
        scores += [logits[i, positive], logits[i, negative]]
        targets += [torch.ones_like(positive), torch.zeros_like(negative)]
        weights += [torch.ones(len(positive)), torch.full((len(negative),), negative_weights[i])]
        if len(positive):
            moves.append(deltas[i, positive])
            goals.append(anchor_targets(anchors[positive], truth, assignment.matched[positive]))
    classification = classification_loss(
        torch.cat(scores), torch.cat(targets), torch.cat(weights).to(device)
    )
    if not moves:
        return classification, deltas.sum() * 0
    # Divided by the positives, not by all sampled: few anchors fit small objects, and their
    # boxes would otherwise hardly count beside the scores.
    goal = torch.cat(goals)
    return classification, regression_loss(torch.cat(moves), goal, len(goal))


def one_stage_losses(
    output: DetectorsOutput,
    spec: AnchorSpec,
    truths: list[Tensor],
    labels: list[Tensor],
    negative_weights: list[float],
) -> Losses:
    """Loss over positives and the hardest negatives (Liu et al., 2016, equations 1 to 3).

    truths N x [G, 4] are those of the C classes alone, labels N x [G] in 0 .. C - 1. Divided by
    the positives of the batch.
    """
    device = output.class_logits.device
    height, width = output.class_logits.shape[-2:]
    anchors = grid_anchors(height, width, spec).to(device)
    values = output.class_logits.shape[1] // spec.per_location
    logits = per_anchor(output.class_logits.float(), values)
    deltas = per_anchor(output.class_deltas.float(), 4)
    classification, regression = deltas.sum() * 0, deltas.sum() * 0
    count = 0
    for i, (truth, label) in enumerate(zip(truths, labels, strict=True)):
        truth, label = truth.to(device), label.to(device)
        assignment, positive, negative = hardest_anchors(anchors, truth, logits[i])
        background = torch.zeros_like(negative)
        loss = F.cross_entropy(logits[i, negative], background, reduction="sum")
        classification = classification + negative_weights[i] * loss
        if len(positive):
            matched = assignment.matched[positive]
            classification = classification + F.cross_entropy(
                logits[i, positive], label[matched] + 1, reduction="sum"
            )
            goal = anchor_targets(anchors[positive], truth, matched)
            regression = regression + regression_loss(deltas[i, positive], goal, 1)
            count += len(positive)
    return classification / max(count, 1), regression / max(count, 1)


def two_stage_losses(
    model: Detectors,
    output: DetectorsOutput,
    truths: list[Tensor],
    labels: list[Tensor],
    negative_weights: list[float],
    generator: torch.Generator,
) -> Losses:
    """Loss of the second stage on 40 proposals of each crop (Girshick, 2015, equations 1 to 3).

    Proposals are data here: nothing flows back through them. truths and labels as in
    `one_stage_losses`. The box loss is divided by the foreground proposals.
    """
    drawn = draw_proposals(model, output, truths, labels, generator)
    return losses_of_drawn(model, output, drawn, negative_weights)


def draw_proposals(
    model: Detectors,
    output: DetectorsOutput,
    truths: list[Tensor],
    labels: list[Tensor],
    generator: torch.Generator,
) -> list[Sampled]:
    """The proposals of each crop that train the second stage, N of `sample_proposals`."""
    device = output.reduced.device
    drawn = []
    with torch.no_grad():
        rpn = RPNOutput(*(maps.detach().float().cpu() for maps in output.rpn))
        for i, (truth, label) in enumerate(zip(truths, labels, strict=True)):
            proposed = propose(rpn, model.anchors, PRE_NMS, POST_NMS, image=i)
            boxes = proposed.candidates.clipped[proposed.kept].to(device)
            drawn.append(sample_proposals(boxes, truth.to(device), label.to(device), generator))
    return drawn


def losses_of_drawn(
    model: Detectors, output: DetectorsOutput, drawn: list[Sampled], negative_weights: list[float]
) -> Losses:
    """`two_stage_losses` for proposals that are drawn."""
    device = output.reduced.device
    pooled, targets, goals, weights = [], [], [], []
    for i, sampled in enumerate(drawn):
        features = output.reduced[i]
        pooled.append(model.box_head.pool(features, sampled.boxes, model.anchors.stride))
        targets.append(sampled.labels)
        goals.append(sampled.targets)
        weight = torch.full((len(sampled.labels),), negative_weights[i], device=device)
        weights.append(torch.where(sampled.labels > 0, 1.0, weight))
    scores, deltas = model.box_head(torch.cat(pooled))
    target, goal = torch.cat(targets), torch.cat(goals)
    classification = classification_loss(scores.float(), target, torch.cat(weights))
    foreground = (target > 0).nonzero().flatten()
    own = deltas.float()[foreground, target[foreground] - 1]
    return classification, BOX_WEIGHT * regression_loss(own, goal[foreground], len(foreground))


def mask_losses(
    model: Detectors, output: DetectorsOutput, drawn: list[Sampled], masks: list[Tensor]
) -> Tensor:
    """Loss of the mask head on the foreground of the drawn proposals; masks N x [G, S, S] bool."""
    assert model.mask_head is not None
    pooled, labels, targets = [], [], []
    for i, sampled in enumerate(drawn):
        chosen = (sampled.labels > 0).nonzero().flatten()
        boxes = sampled.boxes[chosen]
        pooled.append(roi_align(output.reduced[i], boxes, MASK_BINS, model.anchors.stride))
        labels.append(sampled.labels[chosen] - 1)
        targets.append(mask_targets(masks[i][sampled.matched[chosen]], boxes))
    return mask_loss(
        model.mask_head(torch.cat(pooled)).float(), torch.cat(labels), torch.cat(targets)
    )
