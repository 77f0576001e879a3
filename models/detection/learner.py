"""A small detector that is trained while one looks on: a neck on the fixed trunk, and one head.

Shape letters: N images; C classes; H, W rows and columns of the map; A anchors; R proposals.
"""

import math
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from models.boxes.anchors import grid_anchors
from models.boxes.boxes import clip_boxes, decode_deltas
from models.data.scenes import SHAPES
from models.data.shape_scenes import SIDE
from models.detection.backbone import STRIDE, Neck
from models.detection.detectors import SHAPE_ANCHORS
from models.detection.losses import POST_NMS, PRE_NMS
from models.detection.one_stage import Detections, OneStageHead, detect_by_class
from models.detection.rpn import RPNHead, RPNOutput, per_anchor, propose
from models.detection.two_stage import BoxHead, refine
from models.detection.yolo import YoloHead, read_grid, yolo_candidates

Form = Literal["two", "ssd", "yolo"]
CHANNELS = 64  # of the fused map
CLASSES = len(SHAPES)
CELLS = SIDE // STRIDE  # of the map, a side
PRIOR = 0.01  # probability of an object that focal loss begins with (Lin et al., 2017, section 4.1)
LOOKED_AT = 50  # proposals that the second stage looks at when it detects


class Seen(NamedTuple):
    """What the two-stage learner computes for N scenes before proposals are chosen."""

    rpn: RPNOutput
    pooled_from: Tensor  # [N, 48, H, W]


class Learner(nn.Module):
    """Neck and head of one form; `own_neck` is the second stage's while it shares none."""

    def __init__(self, form: Form, prior: bool = False) -> None:
        super().__init__()
        k = SHAPE_ANCHORS.per_location
        self.form = form
        self.neck = Neck(CHANNELS)
        self.own_neck = Neck(CHANNELS) if form == "two" else None
        self.shares = True
        self.head: nn.Module
        if form == "two":
            self.head = RPNHead(CHANNELS, k)
            self.box_head = BoxHead(CHANNELS, CLASSES)
        elif form == "ssd":
            self.head = OneStageHead(CHANNELS, k, CLASSES)
            if prior:
                background = math.log((1 - PRIOR) / PRIOR * CLASSES)
                bias = self.head.cls_score.get_parameter("bias")
                with torch.no_grad():
                    bias.view(k, CLASSES + 1)[:, 0] = background
        else:
            self.head = YoloHead(CHANNELS, CLASSES)
        self.register_buffer("anchors", grid_anchors(CELLS, CELLS, SHAPE_ANCHORS), False)
        self.anchors: Tensor

    def two(self, maps: tuple[Tensor, Tensor, Tensor]) -> Seen:
        """The RPN's maps, and those that the second stage pools from."""
        features = self.neck.merge(*maps)
        own = features
        if not self.shares:
            assert self.own_neck is not None
            own = self.own_neck.merge(*maps)
        return Seen(RPNOutput(features, *self.head(features)), self.box_head.reduce(own))

    def proposals(self, seen: Seen, image: int) -> Tensor:
        """Boxes [R, 4] of one scene, the best first; data: nothing flows back through them."""
        rpn = RPNOutput(*(maps.detach() for maps in seen.rpn))
        found = propose(rpn, SHAPE_ANCHORS, PRE_NMS, POST_NMS, image=image)
        return found.candidates.clipped[found.kept]

    def second(self, seen: Seen, image: int, boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [R, C + 1] and deltas [R, C, 4] of boxes [R, 4] in one scene."""
        pooled = self.box_head.pool(seen.pooled_from[image], boxes, STRIDE)
        scores, deltas = self.box_head(pooled)
        return scores, deltas

    def one(self, maps: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """SSD's scores [N, A, C + 1] and deltas [N, A, 4]."""
        logits, deltas = self.head(self.neck.merge(*maps))
        return per_anchor(logits, CLASSES + 1), per_anchor(deltas, 4)

    def grid(self, maps: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """YOLO's numbers [N, 5B + C, S, S]."""
        answers: Tensor = self.head(self.neck.merge(*maps))
        return answers


class Found(NamedTuple):
    """What the learner finds in one scene."""

    detections: Detections
    proposals: Tensor  # [R, 4]; none where there is one stage


EXTENT = (SIDE, SIDE)


def found_by(learner: Learner, maps: tuple[Tensor, Tensor, Tensor]) -> list[Found]:
    """What the learner finds in each of N scenes, in eval mode."""
    training = learner.training
    learner.eval()
    with torch.no_grad():
        found = FINDERS[learner.form](learner, maps)
    learner.train(training)
    return found


def _found_in_two(learner: Learner, maps: tuple[Tensor, Tensor, Tensor]) -> list[Found]:
    seen, found = learner.two(maps), []
    for i in range(len(maps[0])):
        boxes = learner.proposals(seen, i)[:LOOKED_AT]
        scores, deltas = learner.second(seen, i, boxes)
        refined = refine(boxes, deltas, EXTENT)
        found.append(Found(detect_by_class(refined, scores.softmax(dim=1)), boxes))
    return found


def _found_by_anchors(learner: Learner, maps: tuple[Tensor, Tensor, Tensor]) -> list[Found]:
    logits, deltas = learner.one(maps)
    found = []
    for rows, moves in zip(logits, deltas, strict=True):
        boxes = clip_boxes(decode_deltas(moves, learner.anchors), *EXTENT)
        found.append(Found(detect_by_class(boxes, rows.softmax(dim=1)), torch.zeros(0, 4)))
    return found


def _found_by_cells(learner: Learner, maps: tuple[Tensor, Tensor, Tensor]) -> list[Found]:
    found = []
    for answers in learner.grid(maps):
        boxes, probabilities = yolo_candidates(read_grid(answers, STRIDE), EXTENT)
        found.append(Found(detect_by_class(boxes, probabilities), torch.zeros(0, 4)))
    return found


FINDERS = {"two": _found_in_two, "ssd": _found_by_anchors, "yolo": _found_by_cells}
