"""The compiled loops behind `models.boxes.nms`: plain arrays in, plain arrays filled.

Shape letters: N boxes, sorted by score, best first; T thresholds, ascending, at most 128.
A set of thresholds is 128 bits in two words: threshold t is bit t % 64 of word t // 64.

Numba checks no bounds: a test runs these loops with NUMBA_BOUNDSCHECK=1.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Words = NDArray[np.uint64]

BLOCK = 64  # pairs that are tested together, in vector instructions
# The quick test of a pair is a little generous, so that rounding cannot hide one from the exact.
GENEROUS = 1 - 1e-5
ZERO = np.float32(0)
INFINITE = np.float32(np.inf)


def compiled(function: F) -> F:
    """Numba's compiler, with its cache on disk where some folder can be written."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for the cache: a read-only installation
        return cast(F, numba.njit(nogil=True, error_model="numpy")(function))


@compiled
def iou(boxes: Floats, areas: Floats, i: int, j: int) -> np.float32:
    """Intersection over union of boxes i and j, in float32 as in torchvision's CPU kernel.

    boxes [4, N], areas [N]. Two boxes without area give NaN, which is over no threshold.
    """
    width = min(boxes[2, i], boxes[2, j]) - max(boxes[0, i], boxes[0, j])
    height = min(boxes[3, i], boxes[3, j]) - max(boxes[1, i], boxes[1, j])
    shared = max(ZERO, width) * max(ZERO, height)
    return np.float32(shared / (areas[i] + areas[j] - shared))


@compiled
def first_missing(low: np.uint64, high: np.uint64, start: int, count: int) -> int:
    """The first threshold from `start` on that is not in the set; `count` if there is none."""
    one = np.uint64(1)
    for t in range(start, count):
        word = low if t < 64 else high
        if (word >> np.uint64(t & 63)) & one == 0:
            return t
    return count


@compiled
def quick_test(
    boxes: Floats,
    areas: Floats,
    labels: Ints,
    bounds: Floats,
    bound: np.float32,
    i: int,
    start: int,
    stop: int,
    passed: Ints,
) -> np.int32:
    """Mark in `passed` which of boxes start .. stop - 1 may have an IoU with i over the bounds.

    Without a division or a branch, so that the compiler turns it into vector instructions. Never
    misses a pair: it compares shared >= bound * union, and rounding keeps order.
    """
    x1, y1, x2, y2 = boxes[0, i], boxes[1, i], boxes[2, i], boxes[3, i]
    area, label = areas[i], labels[i]
    found = np.int32(0)
    for n in range(stop - start):
        j = start + n
        right = x2 if x2 < boxes[2, j] else boxes[2, j]
        left = x1 if x1 > boxes[0, j] else boxes[0, j]
        bottom = y2 if y2 < boxes[3, j] else boxes[3, j]
        top = y1 if y1 > boxes[1, j] else boxes[1, j]
        shared = (right - left) * (bottom - top)
        limit = (bound if bound > bounds[j] else bounds[j]) * (area + areas[j] - shared)
        hit = np.int32((right > left) & (bottom > top) & (shared >= limit) & (labels[j] == label))
        passed[n] = hit
        found |= hit
    return found


@compiled
def suppress(
    boxes: Floats,
    areas: Floats,
    labels: Ints,
    thresholds: NDArray[np.float64],
    suppressed: Words,
    suppressed_by: NDArray[np.int16],
) -> None:
    """Greedy non-maximum suppression at all thresholds at once.

    boxes [4, N], areas [N] and labels [N] sorted by score; thresholds [T]. Fills `suppressed`
    [N, 2], given as zeros: the thresholds at which a box is suppressed; and `suppressed_by`
    [N, T], given as -1: the position of the first kept box with the same label and an IoU over
    the threshold. Each pair is looked at once, and most are out after the quick test: box i can
    do something to box j only above the lowest threshold at which i is kept and j is not yet
    suppressed. Time O(N * (N + T)), memory that of the results.
    """
    n, count = len(areas), len(thresholds)
    one = np.uint64(1)
    lowest = np.zeros(n, np.int64)  # the lowest threshold at which a box is not yet suppressed
    bounds = np.full(n, np.float32(thresholds[0] * GENEROUS), np.float32)
    passed = np.zeros(BLOCK, np.int32)
    for i in range(n):
        if lowest[i] == count:
            continue
        kept_low, kept_high = ~suppressed[i, 0], ~suppressed[i, 1]
        for start in range(i + 1, n, BLOCK):
            stop = min(start + BLOCK, n)
            if not quick_test(boxes, areas, labels, bounds, bounds[i], i, start, stop, passed):
                continue
            for j in range(start, stop):
                if not passed[j - start]:
                    continue
                overlap = np.float64(iou(boxes, areas, i, j))
                for t in range(max(lowest[i], lowest[j]), count):
                    if not overlap > thresholds[t]:
                        break
                    word, bit = t >> 6, one << np.uint64(t & 63)
                    kept = kept_high if word else kept_low
                    if kept & bit and not suppressed[j, word] & bit:
                        suppressed[j, word] |= bit
                        suppressed_by[j, t] = i
                t = first_missing(suppressed[j, 0], suppressed[j, 1], lowest[j], count)
                lowest[j] = t
                bounds[j] = np.float32(thresholds[t] * GENEROUS) if t < count else INFINITE


@compiled
def soften(
    boxes: Floats,
    areas: Floats,
    labels: Ints,
    scores: NDArray[np.float64],
    gaussian: bool,
    iou_threshold: float,
    sigma: float,
    score_threshold: float,
    picked: Ints,
    decayed_by: Ints,
    records: Ints,
    factors: Floats,
    ends: NDArray[np.int64],
) -> tuple[int, int]:
    """Soft-NMS: pick the best box, lower the scores of those it overlaps, again.

    boxes [4, N], areas [N], labels [N], scores [N] sorted by score; `scores` is changed in place.
    Fills `picked` [N] with positions in the order picked, `decayed_by` [N] with the picked box
    that lowered a box the most (-1: none), and for each decay, as long as there is room, the box
    in `records` and the factor in `factors`; those of pick n end at `ends[n]`. A box below
    `score_threshold` does not take part, one that falls below it leaves. Returns how many were
    picked and how many decays there were.
    """
    n = len(areas)
    least = np.ones(n, np.float64)
    waiting = np.arange(n)
    left, decays, picks, best = n, 0, 0, 0
    while left > 0 and scores[left - 1] < score_threshold:
        left -= 1
    while left > 0:
        i = waiting[best]
        picked[picks] = i
        remaining, next_best = 0, 0
        for place in range(left):
            j = waiting[place]
            if j == i:
                continue
            if labels[j] == labels[i]:
                overlap = np.float64(iou(boxes, areas, i, j))
                factor = 1.0
                if gaussian:
                    if overlap > 0:
                        factor = np.exp(-overlap * overlap / sigma)
                elif overlap > iou_threshold:
                    factor = 1.0 - overlap
                if factor < 1.0:
                    scores[j] *= factor
                    if factor < least[j]:
                        least[j] = factor
                        decayed_by[j] = i
                    if decays < len(records):
                        records[decays] = j
                        factors[decays] = factor
                    decays += 1
                    if scores[j] < score_threshold:
                        continue
            waiting[remaining] = j
            if scores[j] > scores[waiting[next_best]]:
                next_best = remaining
            remaining += 1
        ends[picks] = min(decays, len(records))
        picks += 1
        left, best = remaining, next_best
    return picks, decays
