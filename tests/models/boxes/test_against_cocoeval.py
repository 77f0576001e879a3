"""Average precision against pycocotools, COCO's own evaluation, on random sets of boxes."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from models.boxes.average_precision import RULES, Rule, average_precision, judge

IMAGES, CELL = 12, 60  # objects of a picture stand in cells of a grid, apart from each other
CROWDED = 4  # or so near that a detection overlaps several of them
RECALLS = np.linspace(0, 1, 101)

Boxes = list[torch.Tensor]
Set = tuple[Boxes, Boxes, Boxes]


def random_set(seed: int, cell: float = CELL) -> Set:
    """True boxes of each picture, detections, and their scores: right ones, doubles, shifted ones,
    inventions.
    """
    draw = np.random.default_rng(seed)
    truths, found, scores = [], [], []
    for _ in range(IMAGES):
        cells = draw.choice(16, draw.integers(0, 7), replace=False)
        corner = np.stack([cells % 4, cells // 4], axis=1) * cell + draw.uniform(
            10, 15, (len(cells), 2)
        )
        truth = np.concatenate([corner, corner + draw.uniform(12, 30, (len(cells), 2))], axis=1)
        hit = truth.repeat(draw.integers(0, 3, len(truth)), axis=0)
        hit = hit + draw.normal(0, 3, hit.shape)
        corner = draw.uniform(0, 200, (draw.integers(0, 4), 2))
        invented = np.concatenate([corner, corner + draw.uniform(5, 20, corner.shape)], axis=1)
        boxes = np.concatenate([hit, invented])
        boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
        order = draw.permutation(len(boxes))
        truths.append(torch.tensor(truth, dtype=torch.float64))
        found.append(torch.tensor(boxes[order], dtype=torch.float64))
        scores.append(torch.tensor(draw.random(len(boxes))))
    return truths, found, scores


def random_crowds(seed: int) -> Boxes:
    """Of each picture none to two regions in which nobody told the objects apart."""
    draw = np.random.default_rng(1000 + seed)
    crowds = []
    for _ in range(IMAGES):
        corner = draw.uniform(0, 120, (draw.integers(0, 3), 2))
        crowds.append(
            torch.tensor(np.hstack([corner, corner + draw.uniform(60, 150, corner.shape)]))
        )
    return crowds


def xywh(box: torch.Tensor) -> list[float]:
    x1, y1, x2, y2 = box.tolist()
    return [x1, y1, x2 - x1, y2 - y1]


def evaluated(truths: Boxes, found: Boxes, scores: Any, crowds: Boxes) -> COCOeval:
    """COCO's evaluation of the set, one class, no limit on a picture's detections."""
    rows = [
        (image, box, kind)
        for kind, sets in enumerate((truths, crowds))
        for image, boxes in enumerate(sets)
        for box in boxes
    ]
    known = {
        "images": [{"id": image} for image in range(IMAGES)],
        "categories": [{"id": 1}],
        "annotations": [
            {"id": i + 1, "image_id": image, "category_id": 1, "bbox": xywh(box),
             "area": xywh(box)[2] * xywh(box)[3], "iscrowd": kind}
            for i, (image, box, kind) in enumerate(rows)
        ],
    }  # fmt: skip
    results = [
        {"image_id": image, "category_id": 1, "bbox": xywh(box), "score": float(score)}
        for image in range(IMAGES)
        for box, score in zip(found[image], scores[image], strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = known
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("threshold", [0.5, 0.75])
@pytest.mark.parametrize("crowded", [False, True])
@pytest.mark.parametrize("cell", [CELL, CROWDED])
def test_the_precision_at_every_recall_is_cocos(
    seed: int, threshold: float, crowded: bool, cell: float
) -> None:
    truths, found, scores = random_set(seed, cell)
    crowds = random_crowds(seed) if crowded else [torch.zeros(0, 4).double()] * IMAGES
    verdicts = torch.cat(judged(truths, found, scores, crowds, threshold, "coco"))
    total = sum(map(len, truths))
    curve = average_precision(torch.cat(scores), verdicts, total)
    evaluation = evaluated(truths, found, scores, crowds)
    at = int(np.argmin(abs(evaluation.params.iouThrs - threshold)))
    cocos = evaluation.eval["precision"][at, :, 0, 0, -1]
    monotone = np.maximum.accumulate(curve.precision.numpy()[::-1])[::-1]
    reached = np.searchsorted(curve.recall.numpy(), RECALLS, side="left")
    ours = [monotone[i] if i < len(monotone) else 0.0 for i in reached]
    np.testing.assert_allclose(ours, cocos, atol=1e-9)
    assert curve.at_recalls == pytest.approx(cocos.mean(), abs=1e-9)
    assert curve.recall[-1].item() == pytest.approx(evaluation.eval["recall"][at, 0, 0, -1])


def judged(
    truths: Boxes, found: Boxes, scores: Any, crowds: Boxes, threshold: float, rule: Rule
) -> Boxes:
    verdicts = []
    for truth, boxes, score, crowd in zip(truths, found, scores, crowds, strict=True):
        order = score.argsort(descending=True, stable=True)
        of_image = torch.zeros(len(boxes), dtype=torch.int64)
        none = torch.zeros(len(truth), dtype=torch.bool)
        of_image[order] = judge(boxes[order], truth, none, threshold, crowd, rule)
        verdicts.append(of_image)
    return verdicts


@pytest.mark.parametrize(("cell", "alike"), [(CELL, True), (CROWDED, False)])
def test_the_two_rules_match_alike_where_no_objects_overlap(cell: float, alike: bool) -> None:
    none = [torch.zeros(0, 4).double()] * IMAGES
    same = []
    for seed in range(8):
        sets = random_set(seed, cell)
        voc, coco = (torch.cat(judged(*sets, none, 0.5, rule)) for rule in RULES)
        same.append(torch.equal(voc, coco))
    assert all(same) == alike
