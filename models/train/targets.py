"""What a batch of crops asks of the network: everything that the photos alone decide.

It is worked out beside the photos, in the processes that make crops, so that the network's own
processor only computes. Shape letters: N crops; A anchors of a crop; G true boxes of the crop that
has most; S sampled anchors, P positive ones, Q positive ones of the detectors' classes, each of the
whole batch and counted through it: anchor a of crop n is row n A + a.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.boxes.anchors import AnchorSpec, grid_anchors
from models.detection.losses import NEGATIVE_IOU, POSITIVE_IOU, drawn_anchors
from models.detection.rpn import POSITIVE, anchor_targets, assign_anchors
from models.train.box_data import Batch

PADDING = -1  # the label of a true box that is not there


class Targets(NamedTuple):
    """The anchors that learn, and what."""

    sampled: Tensor  # [S] rows whose objectness trains the RPN
    sampled_labels: Tensor  # [S] 1 for an object, 0 for background
    sampled_weights: Tensor  # [S]
    moved: Tensor  # [P] rows whose boxes train the RPN
    moved_goals: Tensor  # [P, 4] deltas
    assigned: Tensor  # [N, A] POSITIVE, NEUTRAL or NEGATIVE, for the detectors' classes
    named: Tensor  # [Q] rows of the positive ones
    named_labels: Tensor  # [Q] class + 1
    named_goals: Tensor  # [Q, 4] deltas
    truths: Tensor  # [N, G, 4] boxes of the detectors' classes
    truth_labels: Tensor  # [N, G] 0 .. C - 1, or PADDING
    background_weights: Tensor  # [N] of a crop's background, for the detectors

    def to(self, device: torch.device) -> "Targets":
        """The same on another device."""
        return Targets(*(value.to(device, non_blocking=True) for value in self))


class _Asked(NamedTuple):
    """Of one crop: rows, labels and goals of anchors."""

    rows: Tensor
    labels: Tensor
    goals: Tensor


def _for_proposals(anchors: Tensor, boxes: Tensor, generator: torch.Generator) -> _Asked:
    """256 sampled anchors, positive first, and the deltas of those."""
    assignment, positive, negative = drawn_anchors(anchors, boxes, generator)
    goals = anchors.new_zeros(0, 4)
    if len(positive):
        goals = anchor_targets(anchors[positive], boxes, assignment.matched[positive])
    labels = torch.cat([torch.ones_like(positive), torch.zeros_like(negative)])
    return _Asked(torch.cat([positive, negative]), labels, goals)


def _for_classes(anchors: Tensor, boxes: Tensor, labels: Tensor) -> tuple[Tensor, _Asked]:
    """Each anchor's part [A], and the positive ones with their classes and deltas."""
    assignment = assign_anchors(anchors, boxes, POSITIVE_IOU, NEGATIVE_IOU)
    positive = (assignment.labels == POSITIVE).nonzero().flatten()
    if len(positive) == 0:
        return assignment.labels, _Asked(positive, positive, anchors.new_zeros(0, 4))
    matched = assignment.matched[positive]
    goals = anchor_targets(anchors[positive], boxes, matched)
    return assignment.labels, _Asked(positive, labels[matched] + 1, goals)


def padded(parts: list[Tensor], fill: float) -> Tensor:
    """Parts of [G_n, …] as one [N, G, …], at least one row each."""
    length = max(1, *(len(part) for part in parts))
    out = parts[0].new_full((len(parts), length, *parts[0].shape[1:]), fill)
    for n, part in enumerate(parts):
        out[n, : len(part)] = part
    return out


def make_targets(
    batch: Batch,
    spec: AnchorSpec,
    class_negative_weight: dict[str, float],
    generator: torch.Generator,
) -> Targets:
    """What `batch` asks; the draw of the RPN's anchors comes from `generator`."""
    height, width = (side // spec.stride for side in batch.images.shape[-2:])
    anchors = grid_anchors(height, width, spec)
    first = [n * len(anchors) for n in range(len(batch.boxes))]
    proposals = [_for_proposals(anchors, boxes, generator) for boxes in batch.boxes]
    known = [labels >= 0 for labels in batch.labels]
    truths = [boxes[mask] for boxes, mask in zip(batch.boxes, known, strict=True)]
    labels = [own[mask] for own, mask in zip(batch.labels, known, strict=True)]
    classes = [_for_classes(anchors, *pair) for pair in zip(truths, labels, strict=True)]
    weights = [
        torch.where(asked.labels > 0, 1.0, weight)
        for asked, weight in zip(proposals, batch.negative_weights, strict=True)
    ]
    moved = [asked.rows[: len(asked.goals)] for asked in proposals]
    return Targets(
        torch.cat([at + asked.rows for at, asked in zip(first, proposals, strict=True)]),
        torch.cat([asked.labels for asked in proposals]),
        torch.cat(weights),
        torch.cat([at + rows for at, rows in zip(first, moved, strict=True)]),
        torch.cat([asked.goals for asked in proposals]),
        torch.stack([assigned for assigned, _ in classes]),
        torch.cat([at + asked.rows for at, (_, asked) in zip(first, classes, strict=True)]),
        torch.cat([asked.labels for _, asked in classes]),
        torch.cat([asked.goals for _, asked in classes]),
        padded(truths, 0.0),
        padded(labels, PADDING),
        torch.tensor([class_negative_weight[source] for source in batch.sources]),
    )
