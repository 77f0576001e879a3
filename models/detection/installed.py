"""Whole detectors that others trained on COCO, on one image, with what they had before NMS.

torchvision's and CenterNet, in one form: candidates with a class and a score each, which NMS of
each class by itself makes detections of. The arithmetic is the networks' own, taken apart so that
its parts can be timed and thresholds moved afterwards: `detections` with a network's own thresholds
are what the network itself would answer.

Shape letters: A places that a network looks at (anchors, or cells where it has none); R proposals;
C classes, the first of which is torchvision's background; P candidates.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torchvision.models.detection import FCOS, FasterRCNN, RetinaNet
from torchvision.models.detection.ssd import SSD
from torchvision.ops import batched_nms

from models.boxes.boxes import Scaling, clip_boxes
from models.detection.catalog import INSTALLED, InstalledName
from models.detection.centernet import CenterNet
from models.detection.detect import MOST_PROPOSALS, Clock
from models.detection.one_stage import MIN_SCORE, NMS_IOU, Chosen, Detections
from models.detection.opened import Heard, opened_as_torchvision

MOST_CANDIDATES = 6000
SMALLEST_SIDE = 1e-2  # pixels of the input, as torchvision's second stage has it

# Parts whose milliseconds are told, by road, in the order in which they run.
ONE_STAGE = ("resize", "backbone", "one_stage_head", "one_stage_boxes", "one_stage_nms")
TWO_STAGE = (
    "resize", "backbone", "rpn", "proposals", "pool", "box_head", "refine", "two_stage_nms",
)  # fmt: skip


class Candidates(NamedTuple):
    """What may be a detection, best first: [P] of each."""

    boxes: Tensor  # [P, 4], pixels of the model's input
    scores: Tensor
    labels: Tensor  # int64, index of the network's classes
    rows: Tensor  # int64: the place, or the proposal, that each one comes from


class Stage(NamedTuple):
    """A part of the way, and what flows out of it."""

    name: str
    shapes: tuple[tuple[int, ...], ...]


class Level(NamedTuple):
    """A map whose places a network looks at, row by row. Places of the levels follow each other."""

    rows: int
    columns: int
    each: int  # places of a cell: its anchors, or 1
    cell_height: float  # pixels of the model's input
    cell_width: float


class Found(NamedTuple):
    """What a network computes on one image. Boxes in pixels of the model's input.

    A detection begins at a place: an anchor, or where a network has none the cell itself.
    """

    classes: tuple[str, ...]
    scaling: Scaling
    input_shape: tuple[int, int]  # (h, w), without padding
    candidates: Candidates
    stages: tuple[Stage, ...]
    proposals: Tensor  # [R, 4], best first; none in one stage
    proposal_anchor: Tensor  # [R] int64
    starts: (
        Tensor  # places as boxes: [P, 4] of the candidates, in two stages [R, 4] of the proposals
    )
    levels: tuple[Level, ...]
    has_anchors: bool
    milliseconds: dict[str, float]

    def detections(
        self,
        score_threshold: float = MIN_SCORE,
        iou_threshold: float = NMS_IOU,
        top_n: int = 100,
    ) -> Chosen:
        """NMS of each class by itself; `rows` as in the candidates."""
        boxes, scores, labels, rows = self.candidates
        likely = scores > score_threshold
        boxes, scores, labels, rows = boxes[likely], scores[likely], labels[likely], rows[likely]
        kept = batched_nms(boxes, scores, labels, iou_threshold)[:top_n]
        return Chosen(Detections(boxes[kept], scores[kept], labels[kept]), rows[kept])


def look_installed(
    name: InstalledName,
    network: Any,
    image: Tensor,
    n_proposals: int = MOST_PROPOSALS,
    min_score: float = MIN_SCORE,
) -> Found:
    """Run a network on a photo uint8 [3, H, W]; `n_proposals` counts where it has two stages."""
    clock = Clock()
    with torch.inference_mode():
        if isinstance(network, CenterNet):
            found = _centernet(network, image, min_score, clock)
        elif isinstance(network, FasterRCNN):
            found = _two_stage(name, network, image, n_proposals, min_score, clock)
        else:
            found = _one_stage(name, network, image, min_score, clock)
        found.detections()
    clock.lap(f"{INSTALLED[name].stages}_stage_nms")
    return found


def class_names(name: InstalledName) -> tuple[str, ...]:
    """The classes of torchvision's COCO weights, by the network's labels; 0 is the background."""
    from torchvision.models import get_weight

    return tuple(get_weight(INSTALLED[name].weights).meta["categories"])


def _input_of(network: Any, image: Tensor) -> tuple[Any, Scaling, tuple[int, int]]:
    """The image as torchvision's networks see it, how coordinates scale, and (h, w)."""
    images, _ = network.transform([image.float() / 255])
    h, w = images.image_sizes[0]
    return images, Scaling(w / image.shape[-1], h / image.shape[-2]), (h, w)


def best(candidates: Candidates) -> Candidates:
    """The best `MOST_CANDIDATES`, best first."""
    order = candidates.scores.argsort(descending=True, stable=True)[:MOST_CANDIDATES]
    return Candidates(*(values[order] for values in candidates))


def shape_of(tensor: Tensor) -> tuple[int, ...]:
    """Without the batch."""
    return tuple(tensor.shape[1:])


def levels_of(generator: Any, padded: Tensor, maps: list[Tensor]) -> tuple[Level, ...]:
    """The maps of torchvision's anchor generator for images [1, 3, H', W']."""
    height, width = padded.shape[-2:]
    sizes = [tuple(one.shape[-2:]) for one in maps]
    return tuple(
        Level(rows, columns, each, height / rows, width / columns)
        for (rows, columns), each in zip(sizes, generator.num_anchors_per_location(), strict=True)
    )


# --- One stage: SSD, RetinaNet, FCOS --------------------------------------------------------------


def _one_stage(
    name: InstalledName, network: Any, image: Tensor, min_score: float, clock: Clock
) -> Found:
    images, scaling, extent = _input_of(network, image)
    clock.lap("resize")
    features = list(network.backbone(images.tensors).values())
    clock.lap("backbone")
    head = network.head(features)
    clock.lap("one_stage_head")
    (anchors,) = network.anchor_generator(images, features)
    scores = place_scores(network, head)
    places = anchors_by_group(network, features, len(anchors))
    candidates = likely(network, head["bbox_regression"][0], anchors, scores, places, min_score)
    candidates = best(candidates._replace(boxes=clip_boxes(candidates.boxes, *extent)))
    clock.lap("one_stage_boxes")
    levels = levels_of(network.anchor_generator, images.tensors, features)
    stages = (
        Stage("photo", ((3, *extent),)),
        Stage("features", tuple(shape_of(maps) for maps in features)),
        Stage("places", ((len(anchors), scores.shape[1] + 4),)),
    )
    none = anchors.new_zeros(0, 4)
    return Found(
        class_names(name), scaling, extent, candidates, stages, none,
        torch.zeros(0, dtype=torch.int64), anchors[candidates.rows], levels,
        not isinstance(network, FCOS), clock.parts,
    )  # fmt: skip


def place_scores(network: Any, head: dict[str, Tensor]) -> Tensor:
    """Each place's score for each class [A, C].

    SSD: softmax (Liu et al., 2016, section 2.2), the background set to 0. RetinaNet: a sigmoid for
    each class. FCOS: the same times the centerness (Tian et al., 2019, section 3.3), and the root.
    """
    logits = head["cls_logits"][0]
    if isinstance(network, SSD):
        scores = logits.softmax(dim=-1)
        scores[:, 0] = 0
        return scores
    if isinstance(network, FCOS):
        return (logits.sigmoid() * head["bbox_ctrness"][0].sigmoid()).sqrt()
    return logits.sigmoid()


def anchors_by_group(network: Any, features: list[Tensor], count: int) -> list[slice]:
    """The places among which a network takes its best: those of each level, or all."""
    if isinstance(network, SSD):
        return [slice(0, count)]
    cells = [maps.shape[-2] * maps.shape[-1] for maps in features]
    each = count // sum(cells)
    ends = (torch.tensor(cells) * each).cumsum(0).tolist()
    return [slice(end - cell * each, end) for end, cell in zip(ends, cells, strict=True)]


def likely(
    network: Any,
    deltas: Tensor,
    anchors: Tensor,
    scores: Tensor,
    places: list[slice],
    min_score: float,
) -> Candidates:
    """Places and classes over `min_score`: the best of each class (SSD) or level (the others)."""
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    for place in places:
        own = scores[place]
        groups = [own[:, label : label + 1] for label in range(own.shape[1])]
        for first, group in enumerate(groups if isinstance(network, SSD) else [own]):
            index = (group.flatten() > min_score).nonzero().flatten()
            values, order = group.flatten()[index].topk(min(len(index), network.topk_candidates))
            index = index[order]
            rows, labels = index // group.shape[1], index % group.shape[1]
            found.append((values, labels + first, rows + (place.start or 0)))
    values, labels, rows = (torch.cat(parts) for parts in zip(*found, strict=True))
    boxes = decoded(network, deltas[rows], anchors[rows])
    return Candidates(boxes, values, labels, rows)


def decoded(network: Any, deltas: Tensor, anchors: Tensor) -> Tensor:
    """Anchors [P, 4] moved by their deltas, in the network's own coordinates of them."""
    if isinstance(network, FCOS):
        return torch.as_tensor(network.box_coder.decode(deltas, anchors))
    assert isinstance(network, RetinaNet | SSD)
    return torch.as_tensor(network.box_coder.decode_single(deltas, anchors))


# --- Two stages: Faster R-CNN, Mask R-CNN ---------------------------------------------------------


def _two_stage(
    name: InstalledName,
    network: FasterRCNN,
    image: Tensor,
    n_proposals: int,
    min_score: float,
    clock: Clock,
) -> Found:
    images, scaling, extent = _input_of(network, image)
    clock.lap("resize")
    features = network.backbone(images.tensors)
    clock.lap("backbone")
    maps = list(features.values())
    logits, deltas = network.rpn.head(maps)
    (anchors,) = network.rpn.anchor_generator(images, maps)
    clock.lap("rpn")
    padded = (images.tensors.shape[-2], images.tensors.shape[-1])
    heard = Heard(extent, padded, maps, logits, deltas, anchors)
    opened = opened_as_torchvision(network, heard, image)
    kept = opened.proposals.kept[:n_proposals]
    boxes = opened.proposals.candidates.clipped[kept]
    clock.lap("proposals")
    pooled = network.roi_heads.box_roi_pool(features, [boxes], [extent])
    clock.lap("pool")
    hidden = network.roi_heads.box_head(pooled)
    scores, moves = network.roi_heads.box_predictor(hidden)
    clock.lap("box_head")
    candidates = refined(network, boxes, scores, moves, extent, min_score)
    clock.lap("refine")
    ranked = len(opened.proposals.ranked)
    stages = (
        Stage("photo", ((3, *extent),)),
        Stage("features", tuple(shape_of(one) for one in maps)),
        Stage("anchors", ((len(anchors), 1 + 4),)),
        Stage("ranked", ((ranked, 4),)),
        Stage("proposals", ((len(boxes), 4),)),
        Stage("pooled", (tuple(pooled.shape),)),
        Stage("hidden", (tuple(hidden.shape),)),
        Stage("outputs", (tuple(scores.shape), tuple(moves.shape))),
    )
    levels = levels_of(network.rpn.anchor_generator, images.tensors, maps)
    return Found(
        class_names(name), scaling, extent, best(candidates), stages,
        boxes, kept, anchors[kept], levels, True, clock.parts,
    )  # fmt: skip


def refined(
    network: FasterRCNN,
    proposals: Tensor,
    logits: Tensor,
    deltas: Tensor,
    extent: tuple[int, int],
    min_score: float,
) -> Candidates:
    """Each proposal [R, 4] as each class, with its box for it; logits [R, C], deltas [R, 4C]."""
    if len(proposals) == 0:
        none = torch.zeros(0, dtype=torch.int64)
        return Candidates(proposals, proposals.new_zeros(0), none, none)
    scores = logits.softmax(dim=1)
    scores[:, 0] = 0
    boxes = network.roi_heads.box_coder.decode(deltas, [proposals])
    rows, labels = (scores > min_score).nonzero().unbind(1)
    own = clip_boxes(boxes[rows, labels], *extent)
    sides = own[:, 2:] - own[:, :2]
    big = (sides >= SMALLEST_SIDE).all(dim=1)
    return Candidates(own[big], scores[rows, labels][big], labels[big], rows[big])


# --- Without anchors: CenterNet -------------------------------------------------------------------


def _centernet(network: CenterNet, image: Tensor, min_score: float, clock: Clock) -> Found:
    inputs, scaling = network.prepare(image)
    clock.lap("resize")
    heat, sides = network(inputs)
    clock.lap("backbone")
    clock.lap("one_stage_head")  # the graph is run in one piece
    extent = (inputs.shape[1], inputs.shape[2])
    peaks = Candidates(*network.peaks(heat, sides, min_score))
    candidates = best(peaks._replace(boxes=clip_boxes(peaks.boxes, *extent)))
    clock.lap("one_stage_boxes")
    rows, columns = heat.shape[:2]
    level = Level(rows, columns, 1, extent[0] / rows, extent[1] / columns)
    stages = (
        Stage("photo", ((3, *extent),)),
        Stage("heat", ((heat.shape[2], *heat.shape[:2]),)),
        Stage("sides", ((sides.shape[2], *sides.shape[:2]),)),
        Stage("peaks", ((len(candidates.scores),),)),
    )
    none = heat.new_zeros(0, 4)
    return Found(
        network.classes, scaling, extent, candidates, stages, none,
        torch.zeros(0, dtype=torch.int64), cells(level, candidates.rows), (level,), False,
        clock.parts,
    )  # fmt: skip


def cells(level: Level, rows: Tensor) -> Tensor:
    """The cells [P, 4] of places [P] of a level that has one place each."""
    y, x = rows // level.columns, rows % level.columns
    corners = torch.stack([x, y, x + 1, y + 1], dim=1)
    sides = torch.tensor([level.cell_width, level.cell_height])
    return corners * sides.repeat(2)
