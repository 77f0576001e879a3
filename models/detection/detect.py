"""Both detectors on one image, with every stage kept: which anchor became which detection.

The one-stage detector (`one_stage`) and the two-stage detector (`rpn`, then `two_stage`) share the
trunk, so that what differs is what follows it. The chain of indices is never broken: a row of
`Looked.candidates` is an anchor; proposal r names its anchor in `Looked.proposal_anchor`; row r of
the second stage's scores and boxes is proposal r.

Shape letters: A anchors; P anchors that the one-stage detector finds likely; R proposals; C
classes; H, W rows and columns of the map.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from models.boxes.anchors import grid_anchors
from models.boxes.boxes import Scaling, clip_boxes, decode_deltas
from models.detection.detectors import Detectors
from models.detection.one_stage import MIN_SCORE, NMS_IOU, Chosen, choose_by_class
from models.detection.preprocess import prepare
from models.detection.rpn import Proposals, RPNOutput, per_anchor, propose
from models.detection.two_stage import refine

MOST_PROPOSALS = 300
PROPOSAL_IOU = 0.7  # of the NMS between the RPN and the second stage

# Parts whose milliseconds `look` tells: of both detectors, and of each.
SHARED = ("resize", "backbone")
ONE_STAGE = ("one_stage_head", "one_stage_boxes", "one_stage_nms")
TWO_STAGE = ("rpn", "proposals", "pool", "box_head", "refine", "two_stage_nms")


Now = Callable[[], float]  # seconds


class Clock:
    """Milliseconds of parts that follow each other."""

    def __init__(self, now: Now = time.perf_counter) -> None:
        self.parts: dict[str, float] = {}
        self._now = now
        self._last = now()

    def lap(self, name: str) -> None:
        """The part that has just ended has that name."""
        now = self._now()
        self.parts[name] = 1000 * (now - self._last)
        self._last = now


class Head(NamedTuple):
    """What a detector's head gave for each of its rows, and what follows from it."""

    logits: Tensor  # [N, C + 1], background first
    deltas: Tensor  # [N, 4], or [N, C, 4] in units of their spread
    probabilities: Tensor  # [N, C + 1], the softmax of the logits
    boxes: Tensor  # [N, 4] or [N, C, 4], moved by the deltas, inside the image


class Looked(NamedTuple):
    """What both detectors compute on one image. Boxes in pixels of the model's input."""

    scaling: Scaling
    input_shape: tuple[int, int]  # (h, w) of the model's input
    features: Tensor  # [128, H, W], what all heads share
    reduced: Tensor  # [48, H, W], what the second stage pools from
    anchors: Tensor  # [A, 4]
    first: Head  # of the one-stage detector: a row for each anchor [A]
    candidates: Tensor  # [P] anchors of which some class has at least `MIN_SCORE`
    proposals: Proposals
    proposal_anchor: Tensor  # [R] int64, best proposal first
    proposal_boxes: Tensor  # [R, 4]
    second: Head  # of the second stage: a row for each proposal [R], a box for each class
    milliseconds: dict[str, float]  # of each part, in the order in which they ran

    def one_stage(self, iou_threshold: float = NMS_IOU, top_n: int = 100) -> Chosen:
        """What the one-stage detector finds; `rows` are anchors."""
        rows = self.candidates
        boxes, probabilities = self.first.boxes[rows], self.first.probabilities[rows]
        chosen = choose_by_class(boxes, probabilities, MIN_SCORE, top_n, iou_threshold)
        return chosen._replace(rows=rows[chosen.rows])

    def two_stage(
        self,
        n_proposals: int = MOST_PROPOSALS,
        iou_threshold: float = NMS_IOU,
        top_n: int = 100,
    ) -> Chosen:
        """What the two-stage detector finds with its best `n_proposals`; `rows` are proposals."""
        _, _, probabilities, boxes = (values[:n_proposals] for values in self.second)
        return choose_by_class(boxes, probabilities, MIN_SCORE, top_n, iou_threshold)


def look(
    model: Detectors,
    image: Tensor,
    size: int,
    pre_nms_top_n: int = 1000,
    n_proposals: int = MOST_PROPOSALS,
    now: Now = time.perf_counter,
) -> Looked:
    """Run both detectors on a photo uint8 [3, H, W], its longer side `size` pixels for the model.

    The first n of the proposals and their rows are what n alone would give: greedy NMS and the
    second stage treat each by itself, or after those before it. Without a proposal the second
    stage is not called. `now` tells the time of the clock, or that of the processor alone, which
    other programs hardly change.
    """
    clock = Clock(now)
    with torch.inference_mode():
        inputs, scaling = prepare(image, size)
        extent = (inputs.shape[-2], inputs.shape[-1])
        clock.lap("resize")
        features = model.backbone(inputs)
        clock.lap("backbone")
        anchors, first, candidates = _one_stage(model, features, extent, clock)
        rpn = RPNOutput(features, *model.rpn(features))
        clock.lap("rpn")
        proposals = propose(rpn, model.anchors, pre_nms_top_n, n_proposals, PROPOSAL_IOU)
        boxes = proposals.candidates.clipped[proposals.kept]
        clock.lap("proposals")
        reduced, second = _second_stage(model, features, boxes, extent, clock)
    looked = Looked(
        scaling, extent, features[0], reduced, anchors, first, candidates,
        proposals, proposals.kept, boxes, second, clock.parts,
    )  # fmt: skip
    looked.one_stage()
    clock.lap("one_stage_nms")
    looked.two_stage()
    clock.lap("two_stage_nms")
    return looked


class Second(NamedTuple):
    """The second stage on boxes from elsewhere."""

    head: Head  # a row for each box [R]
    milliseconds: dict[str, float]  # of its parts, and of the NMS after them


def look_again(model: Detectors, looked: Looked, boxes: Tensor) -> Second:
    """The second stage on boxes [R, 4] that somebody else proposed, as Fast R-CNN has them: on the
    features that are there already. Boxes in pixels of the model's input.
    """
    clock = Clock()
    with torch.inference_mode():
        inside = clip_boxes(boxes, *looked.input_shape)
        _, head = _second_stage(model, looked.features[None], inside, looked.input_shape, clock)
        choose_by_class(head.boxes, head.probabilities, MIN_SCORE, 100, NMS_IOU)
    clock.lap("two_stage_nms")
    return Second(head, clock.parts)


def _one_stage(
    model: Detectors, features: Tensor, extent: tuple[int, int], clock: Clock
) -> tuple[Tensor, Head, Tensor]:
    """Anchors, what the head gives for each, and which of them are likely to be something."""
    score_maps, delta_maps = model.one_stage(features)
    clock.lap("one_stage_head")
    stride = model.anchors.stride
    anchors = grid_anchors(extent[0] // stride, extent[1] // stride, model.anchors)
    logits, deltas = per_anchor(score_maps, model.classes + 1)[0], per_anchor(delta_maps, 4)[0]
    boxes = clip_boxes(decode_deltas(deltas, anchors), *extent)
    head = Head(logits, deltas, logits.softmax(dim=1), boxes)
    candidates = (head.probabilities[:, 1:].max(dim=1).values >= MIN_SCORE).nonzero().flatten()
    clock.lap("one_stage_boxes")
    return anchors, head, candidates


def _second_stage(
    model: Detectors, features: Tensor, boxes: Tensor, extent: tuple[int, int], clock: Clock
) -> tuple[Tensor, Head]:
    """The reduced map, and what the head gives for each proposal."""
    reduced = model.box_head.reduce(features)[0]
    if len(boxes) == 0:
        for name in ("pool", "box_head", "refine"):
            clock.lap(name)
        scores, moves = boxes.new_zeros(0, model.classes + 1), boxes.new_zeros(0, model.classes, 4)
        return reduced, Head(scores, moves, scores, moves)
    pooled = model.box_head.pool(reduced, boxes, model.anchors.stride)
    clock.lap("pool")
    logits, deltas = model.box_head(pooled)
    clock.lap("box_head")
    head = Head(logits, deltas, logits.softmax(dim=1), refine(boxes, deltas, extent))
    clock.lap("refine")
    return reduced, head
