"""Non-maximum suppression: greedy, at every threshold at once, and soft.

Shape letters: N boxes; K kept boxes; T = 101 thresholds; S boxes that one kept box suppresses.
Boxes are xyxy with x1 <= x2 and y1 <= y2 in any one unit, scores any finite numbers, both
reckoned in float32; labels are integers, and boxes of different labels do not touch each other.
Callers see to it that there is no NaN, no infinity and no inverted box: here nothing is checked
but the lengths.

Greedy NMS takes the boxes best first, equal scores in the order given; a box is suppressed if
its IoU with a box kept before is *over* the threshold, so a higher threshold usually keeps
more boxes. Usually: a box that stays may suppress others that stayed before.
What greedy NMS does to the first n boxes does not depend on the rest: on a prefix of the sorted
list, its result is the prefix of its result. So top-n and a score threshold need no second run.
"""

from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor

from models.boxes.nms_kernels import soften, suppress

# 0.00, 0.01 .. 1.00, each the double that Python means by it
THRESHOLDS: tuple[float, ...] = tuple(t / 100 for t in range(101))
MAX_BOXES = 32_767  # positions are int16
MAX_DECAYS = 2_000_000  # decays that a Soft-NMS lists, 16 MB

Method = Literal["linear", "gaussian"]


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Indices [K] int64 of the boxes [N, 4] that greedy NMS keeps, best first.

    torchvision's, on any device: what `sweep` and `greedy` are held to.
    """
    kept: Tensor = torchvision.ops.nms(boxes, scores, iou_threshold)
    return kept


class Sorted(NamedTuple):
    """Boxes by falling score, as the compiled loops want them."""

    order: Tensor  # [N] int64, indices into the boxes given; equal scores in the order given
    boxes: NDArray[np.float32]  # [4, N]
    areas: NDArray[np.float32]  # [N]
    labels: NDArray[np.int32]  # [N], 0 .. number of labels - 1
    scores: NDArray[np.float32]  # [N]


def sort_boxes(boxes: Tensor, scores: Tensor, labels: Tensor | None) -> Sorted:
    """Sort boxes [N, 4] by scores [N], best first. Raises `ValueError` if lengths differ."""
    if boxes.shape != (len(scores), 4) or (labels is not None and labels.shape != scores.shape):
        raise ValueError("boxes [N, 4], scores [N] and labels [N] must agree in N")
    if len(scores) > MAX_BOXES:
        raise ValueError(f"at most {MAX_BOXES} boxes")
    scores = scores.detach().to("cpu", torch.float32)
    order = scores.argsort(descending=True, stable=True)
    columns = boxes.detach().to("cpu", torch.float32)[order].T.contiguous()
    areas = (columns[2] - columns[0]) * (columns[3] - columns[1])
    dense = np.zeros(len(order), np.int32)
    if labels is not None:
        dense = np.unique(labels.cpu()[order].numpy(), return_inverse=True)[1].astype(np.int32)
    return Sorted(order, columns.numpy(), areas.numpy(), dense, scores[order].numpy())


def suppress_sorted(
    ready: Sorted, thresholds: tuple[float, ...]
) -> tuple[NDArray[np.uint64], NDArray[np.int16]]:
    """(suppressed [N, 2] bits, suppressed_by [N, T]): the core that `sweep` and `greedy` share."""
    n = len(ready.areas)
    suppressed = np.zeros((n, 2), np.uint64)
    suppressed_by = np.full((n, len(thresholds)), -1, np.int16)
    suppress(
        ready.boxes, ready.areas, ready.labels, np.array(thresholds), suppressed, suppressed_by
    )
    return suppressed, suppressed_by


# --- Every threshold at once --------------------------------------------------------------------


class Sweep(NamedTuple):
    """Greedy NMS at all of `THRESHOLDS`. A position counts along `order`; arrays go on the wire."""

    order: Tensor  # [N] int64: the boxes' indices, best first
    # [N, 2] uint64, by position: at threshold t the box is kept where bit t % 64 of word t // 64
    # is 1. Bits 101 .. 127 are 0.
    kept: NDArray[np.uint64]
    # [T, N] int16, by position: the position of the first (best) kept box that suppresses this
    # one, always smaller than its own; -1 where the box is kept
    suppressed_by: NDArray[np.int16]

    def kept_at(self, threshold: int, top_n: int | None = None) -> Tensor:
        """Indices [K] int64 of the boxes kept at `THRESHOLDS[threshold]`, best first.

        With `top_n`, of NMS on the best `top_n` boxes.
        """
        kept = torch.from_numpy(self.suppressed_by[threshold] < 0)
        return self.order[:top_n][kept[:top_n]]


def sweep(boxes: Tensor, scores: Tensor, labels: Tensor | None = None) -> Sweep:
    """Greedy NMS of boxes [N, 4] with scores [N] at all 101 thresholds, in one pass.

    At each threshold exactly `torchvision.ops.nms`, in its float32 arithmetic. With `labels` [N]
    exactly that for each label on its own, merged by score, which is what
    `torchvision.ops.batched_nms` does with more than 1,000 boxes. With fewer it shifts each label
    to its own region of the plane, where coordinates are rounded more coarsely, so an IoU that
    meets a threshold almost exactly may fall on the other side there.
    """
    ready = sort_boxes(boxes, scores, labels)
    suppressed, suppressed_by = suppress_sorted(ready, THRESHOLDS)
    used = np.array([2**64 - 1, 2 ** (len(THRESHOLDS) - 64) - 1], np.uint64)
    return Sweep(ready.order, ~suppressed & used, np.ascontiguousarray(suppressed_by.T))


# --- One threshold, decision by decision --------------------------------------------------------


class Step(NamedTuple):
    """One decision of greedy NMS: the best box left is kept, and suppresses others."""

    box: int
    suppressed: Tensor  # [S] int64, best first
    iou: Tensor  # [S] float32, with `box`


class Trace(NamedTuple):
    """Greedy NMS at one threshold. All indices are into the boxes given."""

    keep: Tensor  # [K] int64, best first
    suppressed_by: Tensor  # [N] int64; -1 where kept, and where the score is below the threshold
    iou: Tensor  # [N] float32 with the suppressor, 0 where there is none
    steps: list[Step]  # K, in the order of `keep`


def greedy(
    boxes: Tensor,
    scores: Tensor,
    iou_threshold: float,
    labels: Tensor | None = None,
    score_threshold: float = 0.0,
) -> Trace:
    """Greedy NMS of boxes [N, 4] with scores [N], with every decision.

    Boxes with a score below `score_threshold` do not take part. A box is attributed to the first
    kept box that suppresses it, as in the loop of the textbooks.
    """
    ready = sort_boxes(boxes, scores, labels)
    n = len(ready.order)
    entered = int((ready.scores >= np.float32(score_threshold)).sum())
    order = ready.order[:entered]
    head = Sorted(
        order,
        np.ascontiguousarray(ready.boxes[:, :entered]),
        ready.areas[:entered],
        ready.labels[:entered],
        ready.scores[:entered],
    )
    by = torch.from_numpy(suppress_sorted(head, (iou_threshold,))[1][:, 0]).long()
    keep = order[by < 0]
    lost = (by >= 0).nonzero().flatten()
    lost = lost[by[lost].argsort(stable=True)]  # by suppressor, each one's victims best first
    suppressed_by = torch.full((n,), -1)
    suppressed_by[order[lost]] = order[by[lost]]
    overlaps = paired_iou(head, by[lost], lost)
    iou = torch.zeros(n)
    iou[order[lost]] = overlaps
    ends = torch.bincount(by[lost], minlength=entered)[by < 0].cumsum(0).tolist()
    rows = zip(keep.tolist(), chunks(order[lost], ends), chunks(overlaps, ends), strict=True)
    return Trace(keep, suppressed_by, iou, [Step(*row) for row in rows])


def chunks(values: Tensor, ends: list[int]) -> list[Tensor]:
    """Cut `values` into as many consecutive pieces as there are `ends`, which may be empty."""
    return [values[start:end] for start, end in pairwise([0, *ends])]


def paired_iou(ready: Sorted, a: Tensor, b: Tensor) -> Tensor:
    """IoU [S] float32 of the boxes at positions a [S] with those at b [S], as the loops have it."""
    columns, areas = torch.from_numpy(ready.boxes), torch.from_numpy(ready.areas)
    first, second = columns[:, a], columns[:, b]
    sides = torch.minimum(first[2:], second[2:]) - torch.maximum(first[:2], second[:2])
    shared: Tensor = sides.clamp(min=0).prod(dim=0)
    return shared / (areas[a] + areas[b] - shared)


# --- Soft-NMS -----------------------------------------------------------------------------------


class SoftStep(NamedTuple):
    """One decision of Soft-NMS: the box with the highest score left lowers others' scores."""

    box: int
    score: float  # of the box when picked, which is final
    decayed: Tensor  # [S] int64: boxes whose scores it lowered
    factors: Tensor  # [S] float32 in [0, 1): what their scores were multiplied by


class SoftTrace(NamedTuple):
    """Soft-NMS. All indices are into the boxes given."""

    keep: Tensor  # [K] int64, in the order picked, which is that of falling final scores
    scores: Tensor  # [N] float32: final scores; of a box that left, the score it left with
    decayed_by: Tensor  # [N] int64: the picked box that lowered this one the most, -1 if none
    suppressed_by: Tensor  # [N] int64: that, for the boxes not in `keep`; else -1
    steps: list[SoftStep]  # K, in the order of `keep`
    complete: bool  # False if steps list only the first `MAX_DECAYS` decays; the rest is exact


def soft(
    boxes: Tensor,
    scores: Tensor,
    method: Method = "linear",
    iou_threshold: float = 0.3,
    sigma: float = 0.5,
    score_threshold: float = 0.001,
    labels: Tensor | None = None,
) -> SoftTrace:
    """Soft-NMS of boxes [N, 4] with scores [N]: lower the scores of overlapped boxes.

    Bodla, Singh, Chellappa and Davis, 2017, Soft-NMS: Improving Object Detection With One Line
    of Code. A picked box multiplies the scores of the others by 1 - IoU where the IoU is over
    `iou_threshold` (linear; over, as in hard NMS and in the authors' code, where the paper's
    formula has "at least"), or by exp(-IoU^2 / sigma) everywhere (gaussian, equation 3, which
    does not use `iou_threshold`). A box with a score below `score_threshold` does not take part;
    one that falls below it leaves. Scores must not be negative. Reckoned in float64; of equal
    scores the one that was higher at the start is picked, then the earlier one. Raises
    `ValueError` unless sigma > 0.
    """
    if not sigma > 0:
        raise ValueError("sigma must be positive")
    ready = sort_boxes(boxes, scores, labels)
    n = len(ready.order)
    final = ready.scores.astype(np.float64)
    picked, decayed_by = np.zeros(n, np.int32), np.full(n, -1, np.int32)
    room = min(n * (n - 1) // 2, MAX_DECAYS)
    records, factors = np.empty(room, np.int32), np.empty(room, np.float32)
    ends = np.zeros(n, np.int64)
    picks, decays = soften(
        ready.boxes, ready.areas, ready.labels, final, method == "gaussian",
        float(iou_threshold), float(sigma), float(np.float32(score_threshold)),
        picked, decayed_by, records, factors, ends,
    )  # fmt: skip
    order = ready.order
    keep = order[torch.from_numpy(picked[:picks]).long()]
    result = torch.empty(n)
    result[order] = torch.from_numpy(final).float()
    blame = torch.full((n,), -1)
    by = torch.from_numpy(decayed_by).long()
    blame[order] = torch.where(by >= 0, order[by], -1)
    suppressed_by = blame.clone()
    suppressed_by[keep] = -1
    cuts = ends[:picks].tolist()
    used = cuts[-1] if cuts else 0
    rows = zip(
        keep.tolist(),
        result[keep].tolist(),
        chunks(order[torch.from_numpy(records[:used]).long()], cuts),
        chunks(torch.from_numpy(factors[:used].copy()), cuts),
        strict=True,
    )
    steps = [SoftStep(*row) for row in rows]
    return SoftTrace(keep, result, blame, suppressed_by, steps, decays <= room)


def warm_up() -> None:
    """Compile the loops, or read them from numba's cache: seconds at the first call ever."""
    boxes, scores = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 3]]), torch.tensor([0.5, 0.4])
    sweep(boxes, scores)
    greedy(boxes, scores, 0.5)
    soft(boxes, scores)
