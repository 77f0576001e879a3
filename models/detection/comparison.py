"""One-stage against two-stage, measured on pictures whose objects are known: drawn scenes, photos.

Average precision by VOC's rule or COCO's (`models.boxes.average_precision`), the rates at equal
precision, recall by size, and intervals by the bootstrap over scenes (Efron, 1979): scenes are
drawn again with replacement, both detectors on the same ones, so that a difference is one of pairs.

Shape letters: S scenes (or photos); K detections of all scenes; G true boxes; C classes; B
resamples.
"""

import math
import time
from typing import Any, NamedTuple

import torch
from torch import Tensor

from models.boxes.average_precision import IGNORED, RIGHT, RULES, Rule, judge, mean_at_recalls
from models.boxes.boxes import pairwise_iou
from models.data.shape_scenes import FIRST_HELD_OUT, SIDE, draw_shape_scene
from models.detection.detect import ONE_STAGE, SHARED, TWO_STAGE, Now, look
from models.detection.detectors import Detectors
from models.detection.one_stage import Detections

PRE_NMS_TOP_N = 6000  # as in `models.train.evaluation`
SIZES = (32.0, 64.0)  # pixels, the square root of a box's area: small, medium, large
EQUAL_PRECISION = 0.9
GRID = 50  # steps of the precision-recall curve
ROADS = ("one_stage", "two_stage")
THRESHOLDS = (0.5, 0.75)


class Truth(NamedTuple):
    """What is known of a picture; boxes in its own pixels."""

    boxes: Tensor  # [G, 4]
    labels: Tensor  # [G] int64
    ignored: Tensor  # [G] bool: nobody is asked to find it ("difficult")


def all_of(boxes: Tensor, labels: Tensor) -> Truth:
    """True boxes [G, 4] with labels [G], all of which are to be found."""
    return Truth(boxes, labels, torch.zeros(len(labels), dtype=torch.bool))


class Verdicts(NamedTuple):
    """What one detector found in a scene, judged."""

    scores: Tensor  # [K]
    labels: Tensor  # [K] int64
    right: Tensor  # bool [2, 2, K]: by VOC's rule and COCO's, at IoU 0.5 and 0.75
    counted: Tensor  # bool [2, 2, K]: not one of an object that nobody is asked to find
    met: Tensor  # [G] bool: a detection of its class overlaps it by 0.5


class SceneResult(NamedTuple):
    """One scene through both detectors; its G objects are those that are to be found."""

    labels: Tensor  # [G] int64
    sizes: Tensor  # [G], pixels
    one_stage: Verdicts
    two_stage: Verdicts
    one_stage_ms: float  # from the picture to the boxes after NMS
    two_stage_ms: float


def compare_on_scene(model: Detectors, number: int, n_proposals: int = 100) -> SceneResult:
    """Both detectors on held-out scene `number`."""
    scene = draw_shape_scene(FIRST_HELD_OUT + number)
    known = all_of(scene.boxes, scene.labels)
    return compare_on_picture(model, scene.image, SIDE, known, n_proposals)


def compare_on_picture(
    model: Detectors,
    image: Tensor,
    size: int,
    truth: Truth,
    n_proposals: int = 100,
    pre_nms_top_n: int = PRE_NMS_TOP_N,
    asked: tuple[int, ...] | None = None,
    now: Now = time.perf_counter,
) -> SceneResult:
    """Both detectors on a picture uint8 [3, H, W], its longer side `size` pixels for the model.

    `asked` are the classes that the picture's truth tells; detections of others are left out, as
    nobody knows whether they are right. None: all. `now` as in `look`.
    """
    looked = look(model, image, size, pre_nms_top_n, n_proposals, now)

    def of(found: Detections) -> Verdicts:
        if asked is not None:
            known = torch.isin(found.labels, torch.tensor(asked))
            found = Detections(*(values[known] for values in found))
        boxes = looked.scaling.to_displayed(found.boxes)
        return judged(found._replace(boxes=boxes), truth)

    ms, wanted = looked.milliseconds, ~truth.ignored
    boxes = truth.boxes[wanted]
    return SceneResult(
        truth.labels[wanted],
        (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt(),
        of(looked.one_stage().found),
        of(looked.two_stage().found),
        sum(ms[part] for part in (*SHARED, *ONE_STAGE)),
        sum(ms[part] for part in (*SHARED, *TWO_STAGE)),
    )


def judged(found: Detections, truth: Truth) -> Verdicts:
    """Detections [K], best first, against the true boxes of their classes."""
    verdicts = torch.zeros(len(RULES), len(THRESHOLDS), len(found.scores), dtype=torch.int64)
    for label in sorted(set(found.labels.tolist())):
        own, known = found.labels == label, truth.labels == label
        boxes, ignored = truth.boxes[known], truth.ignored[known]
        for i, rule in enumerate(RULES):
            for j, threshold in enumerate(THRESHOLDS):
                verdicts[i, j, own] = judge(found.boxes[own], boxes, ignored, threshold, rule=rule)
    wanted = ~truth.ignored
    same = truth.labels[wanted, None] == found.labels
    met = ((pairwise_iou(truth.boxes[wanted], found.boxes) >= 0.5) & same).any(dim=1)
    return Verdicts(found.scores, found.labels, verdicts == RIGHT, verdicts != IGNORED, met)


class Pooled(NamedTuple):
    """All detections of one detector, best first, and the scene of each."""

    scores: Tensor  # [K], falling
    labels: Tensor  # [K]
    right: Tensor  # bool [2, 2, K]: as in `Verdicts`
    counted: Tensor
    scene: Tensor  # [K] int64, 0 .. S - 1


def pool(parts: list[Verdicts]) -> Pooled:
    """The detections of S scenes in one list."""
    scene = torch.cat([torch.full((len(p.scores),), i) for i, p in enumerate(parts)])
    scores = torch.cat([p.scores for p in parts])
    order = scores.argsort(descending=True, stable=True)
    labels = torch.cat([p.labels for p in parts])[order]
    right = torch.cat([p.right for p in parts], dim=2)[:, :, order]
    counted = torch.cat([p.counted for p in parts], dim=2)[:, :, order]
    return Pooled(scores[order], labels, right, counted, scene[order])


def weighted_precision(
    right: Tensor, weights: Tensor, totals: Tensor, rule: Rule = "voc"
) -> Tensor:
    """Average precision [B] of detections that count several times.

    right [K] bool, best first; weights [B, K] say how often each counts; totals [B] true boxes.
    With weights of 1 it is `models.boxes.average_precision`; NaN without a true box.
    """
    hits = (weights * right).cumsum(dim=1)
    counted = weights.cumsum(dim=1)
    precision = hits / counted.clamp(min=1)
    monotone = precision.flip(1).cummax(dim=1).values.flip(1)
    if rule == "coco":
        known = totals > 0
        mean = mean_at_recalls(monotone, hits / totals.clamp(min=1)[:, None])
        return torch.where(known, mean, torch.nan)
    steps = torch.diff(hits, dim=1, prepend=hits.new_zeros(len(hits), 1))
    return (monotone * steps).sum(dim=1) / totals


def mean_precision(
    pooled: Pooled, iou: float, weights: Tensor, truths: Tensor, classes: int, rule: Rule = "voc"
) -> Tensor:
    """Mean [B] over the classes at an IoU; weights [B, S] of scenes, truths [S, C] boxes in each.

    A class without a true box in a resample has no part in its mean.
    """
    at = RULES.index(rule), THRESHOLDS.index(iou)
    right, counted = pooled.right[at], pooled.counted[at]
    values = []
    for label in range(classes):
        own = (pooled.labels == label) & counted
        totals = weights @ truths[:, label]
        values.append(weighted_precision(right[own], weights[:, pooled.scene[own]], totals, rule))
    return torch.stack(values).nanmean(dim=0)


class Interval(NamedTuple):
    """A number, and where 95 % of the resamples lie."""

    value: float
    low: float
    high: float


def interval(value: float, resamples: Tensor) -> Interval:
    low, high = resamples.quantile(torch.tensor([0.025, 0.975], dtype=resamples.dtype)).tolist()
    return Interval(value, low, high)


class Comparison(NamedTuple):
    """What S scenes say; pairs are (one-stage, two-stage)."""

    scenes: int
    objects: int
    ap50: tuple[Interval, Interval]
    ap75: tuple[Interval, Interval]
    gain50: Interval  # two-stage minus one-stage, on the same scenes
    gain75: Interval
    recall: tuple[list[float], list[float]]  # small, medium, large; NaN where there are none
    sizes: list[int]  # objects of each size
    miss: tuple[float, float]  # miss rate where precision is `EQUAL_PRECISION`
    curves: tuple[list[float], list[float]]  # precision at recall 0, 1 / GRID .. 1
    ms: tuple[Interval, Interval]  # median, and the tenths at both ends


def compare(
    results: list[SceneResult],
    classes: int,
    generator: torch.Generator,
    resamples: int = 200,
    rule: Rule = "voc",
) -> Comparison:
    """Both detectors on the same scenes, with intervals by the bootstrap over scenes."""
    n = len(results)
    truths = torch.stack([torch.bincount(r.labels, minlength=classes) for r in results]).double()
    drawn = torch.randint(n, (resamples, n), generator=generator)
    weights = torch.cat(
        [torch.ones(1, n), torch.stack([torch.bincount(row, minlength=n) for row in drawn])]
    ).double()
    pairs = (pool([r.one_stage for r in results]), pool([r.two_stage for r in results]))
    ap50, ap75 = (
        [mean_precision(p, iou, weights, truths, classes, rule) for p in pairs]
        for iou in THRESHOLDS
    )
    total = int(truths.sum())
    times = [torch.tensor([getattr(r, f"{road}_ms") for r in results]).double() for road in ROADS]
    sizes = torch.cat([r.sizes for r in results])
    met = [torch.cat([getattr(r, road).met for r in results]) for road in ROADS]
    kinds = torch.bucketize(sizes, torch.tensor(SIZES), right=True)

    at = RULES.index(rule), 0
    rights = [p.right[at][p.counted[at]] for p in pairs]

    def of(values: Tensor) -> Interval:
        return interval(float(values[0]), values[1:])

    return Comparison(
        n,
        total,
        (of(ap50[0]), of(ap50[1])),
        (of(ap75[0]), of(ap75[1])),
        of(ap50[1] - ap50[0]),
        of(ap75[1] - ap75[0]),
        (recall_by_kind(met[0], kinds), recall_by_kind(met[1], kinds)),
        torch.bincount(kinds, minlength=len(SIZES) + 1).tolist(),
        (miss_at_precision(rights[0], total), miss_at_precision(rights[1], total)),
        (curve(rights[0], total), curve(rights[1], total)),
        (spread(times[0]), spread(times[1])),
    )


def recall_by_kind(met: Tensor, kinds: Tensor) -> list[float]:
    """Share of the true boxes [G] of each kind that were met; NaN where there are none."""
    return [float(met[kinds == kind].double().mean()) for kind in range(len(SIZES) + 1)]


def miss_at_precision(right: Tensor, total: int) -> float:
    """The lowest miss rate at which the precision of detections right [K], best first, over all
    classes is `EQUAL_PRECISION`.
    """
    hits = right.double().cumsum(0)
    precision = hits / torch.arange(1, len(hits) + 1)
    able = hits[precision >= EQUAL_PRECISION]
    return 1 - float(able.max() if len(able) else 0) / total


def curve(right: Tensor, total: int) -> list[float]:
    """The highest precision of detections right [K], best first, over all classes at recall 0,
    1 / `GRID` .. 1 or beyond.
    """
    hits = right.double().cumsum(0)
    precision, recall = hits / torch.arange(1, len(hits) + 1), hits / total
    at = torch.arange(GRID + 1).double() / GRID
    beyond = recall[None, :] >= at[:, None] - 1e-9
    none = torch.zeros(GRID + 1, 1).double()  # where no detection reaches so far
    reached = torch.cat([none, torch.where(beyond, precision, 0)], dim=1)
    best: list[float] = reached.max(dim=1).values.tolist()
    return best


def spread(times: Tensor) -> Interval:
    low, median, high = times.quantile(torch.tensor([0.1, 0.5, 0.9]).double()).tolist()
    return Interval(median, low, high)


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison as files and answers have it; a size without objects has no recall."""

    def of(i: int) -> dict[str, Any]:
        return {
            "ap50": found.ap50[i]._asdict(),
            "ap75": found.ap75[i]._asdict(),
            "recall": [None if math.isnan(share) else share for share in found.recall[i]],
            "miss": found.miss[i],
            "curve": found.curves[i],
            "milliseconds": found.ms[i]._asdict(),
        }

    return {
        "scenes": found.scenes,
        "objects": found.objects,
        "sizes": found.sizes,
        "one_stage": of(0),
        "two_stage": of(1),
        "gain50": found.gain50._asdict(),
        "gain75": found.gain75._asdict(),
    }
