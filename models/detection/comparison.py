"""One-stage against two-stage, measured on drawn scenes whose objects are known.

Average precision (Everingham et al., 2010, section 4.2), the rates at equal precision, recall by
size, and intervals by the bootstrap over scenes (Efron, 1979): scenes are drawn again with
replacement, both detectors on the same ones, so that a difference is one of pairs.

Shape letters: S scenes; K detections of all scenes; G true boxes; C classes; B resamples.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.boxes.average_precision import RIGHT, judge
from models.boxes.boxes import pairwise_iou
from models.data.shape_scenes import FIRST_HELD_OUT, SIDE, draw_shape_scene
from models.detection.detect import ONE_STAGE, SHARED, TWO_STAGE, look
from models.detection.detectors import Detectors
from models.detection.one_stage import Detections

PRE_NMS_TOP_N = 6000  # as in `models.train.evaluation`
SIZES = (32.0, 64.0)  # pixels, the square root of a box's area: small, medium, large
EQUAL_PRECISION = 0.9
GRID = 50  # steps of the precision-recall curve
ROADS = ("one_stage", "two_stage")


class Verdicts(NamedTuple):
    """What one detector found in a scene, judged."""

    scores: Tensor  # [K]
    labels: Tensor  # [K] int64
    right50: Tensor  # [K] bool: right at IoU 0.5
    right75: Tensor  # [K]
    met: Tensor  # [G] bool: a detection of its class overlaps it by 0.5


class SceneResult(NamedTuple):
    """One scene through both detectors."""

    labels: Tensor  # [G] int64
    sizes: Tensor  # [G], pixels
    one_stage: Verdicts
    two_stage: Verdicts
    one_stage_ms: float  # from the picture to the boxes after NMS
    two_stage_ms: float


def compare_on_scene(model: Detectors, number: int, n_proposals: int = 100) -> SceneResult:
    """Both detectors on held-out scene `number`."""
    scene = draw_shape_scene(FIRST_HELD_OUT + number)
    looked = look(model, scene.image, SIDE, PRE_NMS_TOP_N, n_proposals)
    ms = looked.milliseconds
    return SceneResult(
        scene.labels,
        (scene.boxes[:, 2:] - scene.boxes[:, :2]).prod(dim=1).sqrt(),
        judged(looked.one_stage().found, scene.boxes, scene.labels),
        judged(looked.two_stage().found, scene.boxes, scene.labels),
        sum(ms[part] for part in (*SHARED, *ONE_STAGE)),
        sum(ms[part] for part in (*SHARED, *TWO_STAGE)),
    )


def judged(found: Detections, boxes: Tensor, labels: Tensor) -> Verdicts:
    """Detections [K], best first, against the true boxes [G, 4] of their classes."""
    right = torch.zeros(2, len(found.scores), dtype=torch.bool)
    for label in sorted(set(found.labels.tolist())):
        own, truth = found.labels == label, boxes[labels == label]
        none = torch.zeros(len(truth), dtype=torch.bool)
        for row, threshold in enumerate((0.5, 0.75)):
            right[row, own] = judge(found.boxes[own], truth, none, threshold) == RIGHT
    same = labels[:, None] == found.labels
    met = ((pairwise_iou(boxes, found.boxes) >= 0.5) & same).any(dim=1)
    return Verdicts(found.scores, found.labels, right[0], right[1], met)


class Pooled(NamedTuple):
    """All detections of one detector, best first, and the scene of each."""

    scores: Tensor  # [K], falling
    labels: Tensor  # [K]
    right50: Tensor  # [K] bool
    right75: Tensor  # [K]
    scene: Tensor  # [K] int64, 0 .. S - 1


def pool(parts: list[Verdicts]) -> Pooled:
    """The detections of S scenes in one list."""
    scene = torch.cat([torch.full((len(p.scores),), i) for i, p in enumerate(parts)])
    scores = torch.cat([p.scores for p in parts])
    order = scores.argsort(descending=True, stable=True)
    labels, right50, right75 = (
        torch.cat([getattr(p, name) for p in parts])[order]
        for name in ("labels", "right50", "right75")
    )
    return Pooled(scores[order], labels, right50, right75, scene[order])


def weighted_precision(right: Tensor, weights: Tensor, totals: Tensor) -> Tensor:
    """Average precision [B] of detections that count several times.

    right [K] bool, best first; weights [B, K] say how often each counts; totals [B] true boxes.
    With weights of 1 it is `models.boxes.average_precision`; NaN without a true box.
    """
    hits = (weights * right).cumsum(dim=1)
    counted = weights.cumsum(dim=1)
    precision = hits / counted.clamp(min=1)
    monotone = precision.flip(1).cummax(dim=1).values.flip(1)
    steps = torch.diff(hits, dim=1, prepend=hits.new_zeros(len(hits), 1))
    return (monotone * steps).sum(dim=1) / totals


def mean_precision(
    pooled: Pooled, right: Tensor, weights: Tensor, truths: Tensor, classes: int
) -> Tensor:
    """Mean [B] over the classes; weights [B, S] of scenes, truths [S, C] true boxes in each.

    A class without a true box in a resample has no part in its mean.
    """
    values = []
    for label in range(classes):
        own = pooled.labels == label
        totals = weights @ truths[:, label]
        values.append(weighted_precision(right[own], weights[:, pooled.scene[own]], totals))
    return torch.stack(values).nan_to_num(posinf=torch.nan).nanmean(dim=0)


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
    results: list[SceneResult], classes: int, generator: torch.Generator, resamples: int = 200
) -> Comparison:
    """Both detectors on the same scenes, with intervals by the bootstrap over scenes."""
    n = len(results)
    truths = torch.stack([torch.bincount(r.labels, minlength=classes) for r in results]).double()
    drawn = torch.randint(n, (resamples, n), generator=generator)
    weights = torch.cat(
        [torch.ones(1, n), torch.stack([torch.bincount(row, minlength=n) for row in drawn])]
    ).double()
    pairs = (pool([r.one_stage for r in results]), pool([r.two_stage for r in results]))
    ap50 = [mean_precision(p, p.right50, weights, truths, classes) for p in pairs]
    ap75 = [mean_precision(p, p.right75, weights, truths, classes) for p in pairs]
    total = int(truths.sum())
    times = [torch.tensor([getattr(r, f"{road}_ms") for r in results]).double() for road in ROADS]
    sizes = torch.cat([r.sizes for r in results])
    met = [torch.cat([getattr(r, road).met for r in results]) for road in ROADS]
    kinds = torch.bucketize(sizes, torch.tensor(SIZES), right=True)

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
        (miss_at_precision(pairs[0], total), miss_at_precision(pairs[1], total)),
        (curve(pairs[0], total), curve(pairs[1], total)),
        (spread(times[0]), spread(times[1])),
    )


def recall_by_kind(met: Tensor, kinds: Tensor) -> list[float]:
    """Share of the true boxes [G] of each kind that were met; NaN where there are none."""
    return [float(met[kinds == kind].double().mean()) for kind in range(len(SIZES) + 1)]


def miss_at_precision(pooled: Pooled, total: int) -> float:
    """The lowest miss rate at which the precision over all classes is `EQUAL_PRECISION`."""
    hits = pooled.right50.double().cumsum(0)
    precision = hits / torch.arange(1, len(hits) + 1)
    able = hits[precision >= EQUAL_PRECISION]
    return 1 - float(able.max() if len(able) else 0) / total


def curve(pooled: Pooled, total: int) -> list[float]:
    """The highest precision over all classes at recall 0, 1 / `GRID` .. 1 or beyond, at IoU 0.5."""
    hits = pooled.right50.double().cumsum(0)
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
