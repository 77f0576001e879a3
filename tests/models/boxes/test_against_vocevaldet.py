"""Average precision by VOC's rule against a literal reading of the devkit, VOCevaldet.m.

The devkit's boxes hold their last pixel: its sides are x2 - x1 + 1. So it is given our boxes with
one pixel taken off, which have the sides that ours have.
"""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.boxes.average_precision import IGNORED, average_precision, judge

IMAGES = 10
LAST = np.array([0.0, 0, 1, 1])  # the pixel that the devkit does not count
Array = NDArray[np.float64]
Object = tuple[Array, Array]  # boxes [G, 4] with their last pixel, difficult [G]


def voc_ap(rec: Array, prec: Array) -> float:
    """VOCap.m, line by line."""
    mrec = np.concatenate([[0], rec, [1]])
    mpre = np.concatenate([[0], prec, [0]])
    for i in range(len(mpre) - 2, -1, -1):
        mpre[i] = max(mpre[i], mpre[i + 1])
    i = np.nonzero(mrec[1:] != mrec[:-1])[0] + 1
    return float(((mrec[i] - mrec[i - 1]) * mpre[i]).sum())


def voc_eval(
    objects: list[Object], ids: list[int], confidence: Array, boxes: Array, minoverlap: float
) -> tuple[Array, Array, float]:
    """The loop of VOCevaldet.m: true and false positives, best first, and AP."""
    npos = sum(int((difficult == 0).sum()) for _, difficult in objects)
    det = [np.zeros(len(bb), bool) for bb, _ in objects]
    order = np.argsort(-confidence, kind="stable")
    tp, fp = np.zeros(len(order)), np.zeros(len(order))
    for d, index in enumerate(order):
        i, bb, ovmax, jmax = ids[index], boxes[index], -np.inf, -1
        for j, bbgt in enumerate(objects[i][0]):
            bi = [*np.maximum(bb[:2], bbgt[:2]), *np.minimum(bb[2:], bbgt[2:])]
            iw, ih = bi[2] - bi[0] + 1, bi[3] - bi[1] + 1
            if iw > 0 and ih > 0:
                ua = (
                    (bb[2] - bb[0] + 1) * (bb[3] - bb[1] + 1)
                    + (bbgt[2] - bbgt[0] + 1) * (bbgt[3] - bbgt[1] + 1)
                    - iw * ih
                )
                ov = iw * ih / ua
                if ov > ovmax:
                    ovmax, jmax = ov, j
        if ovmax >= minoverlap:
            if not objects[i][1][jmax]:
                if not det[i][jmax]:
                    tp[d] = 1
                    det[i][jmax] = True
                else:
                    fp[d] = 1  # multiple detection
        else:
            fp[d] = 1
    fps, tps = np.cumsum(fp), np.cumsum(tp)
    counted = fps + tps > 0  # the devkit's 0 / 0 before the first that counts
    return tp, fp, voc_ap(tps[counted] / npos, (tps / np.maximum(fps + tps, 1))[counted])


def random_objects(draw: np.random.Generator) -> list[Object]:
    """Objects that often overlap each other; of each four one is difficult."""
    found = []
    for _ in range(IMAGES):
        corner = draw.integers(0, 25, (draw.integers(1, 6), 2)).astype(float)
        box = np.hstack([corner, corner + draw.integers(15, 40, corner.shape)])
        found.append((box, (draw.random(len(box)) < 0.25).astype(float)))
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("threshold", [0.5, 0.7])
def test_verdicts_and_area_are_those_of_the_devkit(seed: int, threshold: float) -> None:
    draw = np.random.default_rng(seed)
    objects = random_objects(draw)
    ids, rows = [], []
    for i, (bb, _) in enumerate(objects):
        hit = bb.repeat(draw.integers(0, 4, len(bb)), axis=0)
        hit = hit + draw.integers(-5, 6, hit.shape)
        rows += [*hit, np.array([1.0, 1, 9, 9])]
        ids += [i] * (len(hit) + 1)
    boxes, confidence = np.array(rows), draw.random(len(rows))
    tp, fp, area = voc_eval(objects, ids, confidence, boxes, threshold)

    verdicts = torch.zeros(len(rows), dtype=torch.int64)
    for i, (bb, difficult) in enumerate(objects):
        own = np.array([k for k, image in enumerate(ids) if image == i])
        own = own[np.argsort(-confidence[own], kind="stable")]
        verdicts[own] = judge(
            torch.tensor(boxes[own] + LAST),
            torch.tensor(bb + LAST),
            torch.tensor(difficult) > 0,
            threshold,
        )
    order = np.argsort(-confidence, kind="stable")
    expected = np.where(tp > 0, 1, np.where(fp > 0, 0, IGNORED))
    np.testing.assert_array_equal(verdicts[order].numpy(), expected)
    total = sum(int((difficult == 0).sum()) for _, difficult in objects)
    ours = average_precision(torch.tensor(confidence), verdicts, total).average
    assert ours == pytest.approx(area, abs=1e-12)
