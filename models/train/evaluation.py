"""What proposals and detections are worth on photos whose boxes are known.

Shape letters: G true boxes of a photo; K boxes found in it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from models.boxes.anchors import grid_anchors
from models.boxes.average_precision import Rule, average_precision, judge
from models.boxes.boxes import Scaling, pairwise_iou
from models.detection import one_stage, two_stage
from models.detection.detectors import Detectors
from models.detection.one_stage import Detections
from models.detection.preprocess import prepare
from models.detection.rpn import per_anchor, propose
from models.train.box_data import Photo, to_tensor

BUDGETS = (10, 50, 100, 300)  # proposals
PRE_NMS = 6000  # of the candidates, as in the paper at test time
SECOND_LOOKS = 100  # proposals that the second stage judges
Table = dict[str, dict[str, float]]


def recall_table(proposals_of: Callable[[Photo], Tensor], photos: Iterable[Photo]) -> Table:
    """By source: {"R@100 IoU 0.5": share of all boxes found, …}.

    `proposals_of` gives a photo's proposals [K, 4] in the photo's pixels, best first.
    """
    found: dict[str, list[Tensor]] = {}
    for photo in photos:
        if len(photo.boxes) == 0:
            continue
        iou = pairwise_iou(photo.boxes, proposals_of(photo))
        best = [
            iou[:, :budget].max(dim=1).values if iou.shape[1] else iou.new_zeros(len(iou))
            for budget in BUDGETS
        ]
        found.setdefault(photo.source, []).append(torch.stack(best))
    table = {}
    for source, parts in found.items():
        overlaps = torch.cat(parts, dim=1)  # [budgets, G]
        table[source] = {
            f"R@{budget} IoU {iou}": (overlaps[i] >= iou).float().mean().item()
            for iou in (0.5, 0.7)
            for i, budget in enumerate(BUDGETS)
        }
    return table


class Judged(NamedTuple):
    """The detections of one class in one photo."""

    scores: Tensor  # [K]
    verdicts: dict[float, Tensor]  # IoU threshold -> [K]


def precision_table(
    detections_of: Callable[[Photo], Detections],
    photos: Iterable[Photo],
    classes: tuple[str, ...],
    chosen: tuple[str, ...],
    rule: Rule = "voc",
) -> Table:
    """{"AP50": {"car": …, "mean": …}, "AP75": …} of the chosen classes that the photos have.

    By VOC's rule, from whose photos the classes are; for numbers beside COCO's, by COCO's.
    `detections_of` gives labels as indices in `classes` and boxes in the photo's pixels.
    """
    judged: dict[str, list[Judged]] = {name: [] for name in chosen}
    totals = dict.fromkeys(chosen, 0)
    for photo in photos:
        found = detections_of(photo)
        for name in chosen:
            label = classes.index(name)
            true, own = photo.labels == label, found.labels == label
            totals[name] += int((true & ~photo.difficult).sum())
            truth, ignored = photo.boxes[true], photo.difficult[true]
            crowds = photo.crowds[photo.crowd_labels == label]
            verdicts = {
                t: judge(found.boxes[own], truth, ignored, t, crowds, rule) for t in (0.5, 0.75)
            }
            judged[name].append(Judged(found.scores[own], verdicts))
    table: Table = {}
    for threshold, title in ((0.5, "AP50"), (0.75, "AP75")):
        table[title] = {}
        for name in chosen:
            if totals[name]:
                scores = torch.cat([j.scores for j in judged[name]])
                verdicts_of_all = torch.cat([j.verdicts[threshold] for j in judged[name]])
                curve = average_precision(scores, verdicts_of_all, totals[name])
                table[title][name] = curve.average if rule == "voc" else curve.at_recalls
        table[title]["mean"] = sum(table[title].values()) / max(len(table[title]), 1)
    return table


class Seen(NamedTuple):
    """What both detectors find in one photo, boxes in the photo's pixels."""

    proposals: Tensor  # [K, 4], best first, at most 300
    one_stage: Detections
    two_stage: Detections


def _displayed(found: Detections, scaling: Scaling) -> Detections:
    return found._replace(boxes=scaling.to_displayed(found.boxes))


def look(model: Detectors, photo: Photo, size: int) -> Seen:
    """Run trunk, RPN and both heads on a photo, the longer side of the input `size` pixels."""
    device = next(model.parameters()).device
    inputs, scaling = prepare(to_tensor(photo.image), size)
    extent = (inputs.shape[-2], inputs.shape[-1])
    spec = model.anchors
    with torch.inference_mode():
        output = model(inputs.to(device))
        rpn = type(output.rpn)(*(maps.cpu() for maps in output.rpn))
        proposals = propose(rpn, spec, PRE_NMS, max(BUDGETS))
        boxes = proposals.candidates.clipped[proposals.kept]
        anchors = grid_anchors(extent[0] // spec.stride, extent[1] // spec.stride, spec)
        logits = per_anchor(output.class_logits.cpu(), model.classes + 1)[0]
        deltas = per_anchor(output.class_deltas.cpu(), 4)[0]
        one = one_stage.detect(logits, deltas, anchors, extent)
        looked_at = boxes[:SECOND_LOOKS]
        pooled = model.box_head.pool(output.reduced[0], looked_at.to(device), spec.stride)
        scores, moves = (values.cpu() for values in model.box_head(pooled))
        two = two_stage.detect(scores, moves, looked_at, extent)
    return Seen(scaling.to_displayed(boxes), _displayed(one, scaling), _displayed(two, scaling))


def means_of(scores: Mapping[str, Table]) -> dict[str, dict[str, float]]:
    """Of each road its AP50 and AP75, the means over the classes."""
    return {
        road: {title: scores[road][title]["mean"] for title in ("AP50", "AP75")}
        for road in ("one_stage", "two_stage")
    }


def describe(report: dict[str, float]) -> str:
    """One line of a table: names and values with three decimals."""
    return "  ".join(f"{name} {value:.3f}" for name, value in report.items())
