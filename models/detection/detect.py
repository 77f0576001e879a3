"""Both detectors on one image, with every stage kept: which anchor became which detection.

The one-stage detector (`one_stage`) and the two-stage detector (`rpn`, then `two_stage`) share the
trunk, so that what differs is what follows it. The chain of indices is never broken: a row of
`Looked.candidates` is an anchor; proposal r names its anchor in `Looked.proposal_anchor`; row r of
the second stage's scores and boxes is proposal r.

Shape letters: A anchors; P anchors that the one-stage detector finds likely; R proposals; C
classes; H, W rows and columns of the map.
"""

import time
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


class Clock:
    """Milliseconds of parts that follow each other."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """The part that has just ended has that name."""
        now = time.perf_counter()
        self.parts[name] = 1000 * (now - self._last)
        self._last = now


class Looked(NamedTuple):
    """What both detectors compute on one image. Boxes in pixels of the model's input."""

    scaling: Scaling
    input_shape: tuple[int, int]  # (h, w) of the model's input
    features: Tensor  # [128, H, W], what all heads share
    reduced: Tensor  # [48, H, W], what the second stage pools from
    anchors: Tensor  # [A, 4]
    probabilities: Tensor  # [A, C + 1] of the one-stage detector, background first
    moved: Tensor  # [A, 4], its boxes, inside the image
    candidates: Tensor  # [P] anchors of which some class has at least `MIN_SCORE`
    proposals: Proposals
    proposal_anchor: Tensor  # [R] int64, best proposal first
    proposal_boxes: Tensor  # [R, 4]
    roi_probabilities: Tensor  # [R, C + 1] of the second stage
    refined: Tensor  # [R, C, 4], its boxes, one for each class, inside the image
    milliseconds: dict[str, float]  # of each part, in the order in which they ran

    def one_stage(self, iou_threshold: float = NMS_IOU, top_n: int = 100) -> Chosen:
        """What the one-stage detector finds; `rows` are anchors."""
        rows = self.candidates
        chosen = choose_by_class(
            self.moved[rows], self.probabilities[rows], MIN_SCORE, top_n, iou_threshold
        )
        return chosen._replace(rows=rows[chosen.rows])

    def two_stage(
        self,
        n_proposals: int = MOST_PROPOSALS,
        iou_threshold: float = NMS_IOU,
        top_n: int = 100,
    ) -> Chosen:
        """What the two-stage detector finds with its best `n_proposals`; `rows` are proposals."""
        refined, probabilities = self.refined[:n_proposals], self.roi_probabilities[:n_proposals]
        return choose_by_class(refined, probabilities, MIN_SCORE, top_n, iou_threshold)


def look(
    model: Detectors,
    image: Tensor,
    size: int,
    pre_nms_top_n: int = 1000,
    n_proposals: int = MOST_PROPOSALS,
) -> Looked:
    """Run both detectors on a photo uint8 [3, H, W], its longer side `size` pixels for the model.

    The first n of the proposals and their rows are what n alone would give: greedy NMS and the
    second stage treat each by itself, or after those before it. Without a proposal the second
    stage is not called.
    """
    clock = Clock()
    with torch.inference_mode():
        inputs, scaling = prepare(image, size)
        extent = (inputs.shape[-2], inputs.shape[-1])
        clock.lap("resize")
        features = model.backbone(inputs)
        clock.lap("backbone")
        anchors, probabilities, moved, candidates = _one_stage(model, features, extent, clock)
        rpn = RPNOutput(features, *model.rpn(features))
        clock.lap("rpn")
        proposals = propose(rpn, model.anchors, pre_nms_top_n, n_proposals, PROPOSAL_IOU)
        boxes = proposals.candidates.clipped[proposals.kept]
        clock.lap("proposals")
        reduced, roi_probabilities, refined = _second_stage(model, features, boxes, extent, clock)
    looked = Looked(
        scaling, extent, features[0], reduced, anchors, probabilities, moved, candidates,
        proposals, proposals.kept, boxes, roi_probabilities, refined, clock.parts,
    )  # fmt: skip
    looked.one_stage()
    clock.lap("one_stage_nms")
    looked.two_stage()
    clock.lap("two_stage_nms")
    return looked


def _one_stage(
    model: Detectors, features: Tensor, extent: tuple[int, int], clock: Clock
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Anchors, their probabilities and boxes, and which of them are likely to be something."""
    logits, deltas = model.one_stage(features)
    clock.lap("one_stage_head")
    stride = model.anchors.stride
    anchors = grid_anchors(extent[0] // stride, extent[1] // stride, model.anchors)
    probabilities = per_anchor(logits, model.classes + 1)[0].softmax(dim=1)
    moved = clip_boxes(decode_deltas(per_anchor(deltas, 4)[0], anchors), *extent)
    candidates = (probabilities[:, 1:].max(dim=1).values >= MIN_SCORE).nonzero().flatten()
    clock.lap("one_stage_boxes")
    return anchors, probabilities, moved, candidates


def _second_stage(
    model: Detectors, features: Tensor, boxes: Tensor, extent: tuple[int, int], clock: Clock
) -> tuple[Tensor, Tensor, Tensor]:
    """The reduced map, and for each proposal its probabilities and refined boxes."""
    reduced = model.box_head.reduce(features)[0]
    if len(boxes) == 0:
        for name in ("pool", "box_head", "refine"):
            clock.lap(name)
        none = boxes.new_zeros(0, model.classes + 1)
        return reduced, none, boxes.new_zeros(0, model.classes, 4)
    pooled = model.box_head.pool(reduced, boxes, model.anchors.stride)
    clock.lap("pool")
    scores, deltas = model.box_head(pooled)
    clock.lap("box_head")
    refined = refine(boxes, deltas, extent)
    probabilities = scores.softmax(dim=1)
    clock.lap("refine")
    return reduced, probabilities, refined
