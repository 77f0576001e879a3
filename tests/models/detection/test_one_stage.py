"""Claims about the one-stage head. Oracles: closed forms, and torchvision's batched NMS."""

import pytest
import torch
from torchvision.ops import batched_nms

from models.boxes.boxes import encode_deltas
from models.detection.one_stage import (
    MIN_NEGATIVES,
    NMS_IOU,
    OneStageHead,
    detect,
    detect_by_class,
    hard_negatives,
)
from models.detection.rpn import NEGATIVE, NEUTRAL, POSITIVE
from tests.models.detection.drawn_boxes import seeded, some_boxes


def test_the_head_gives_classes_and_background_and_a_box_for_each_anchor() -> None:
    scores, deltas = OneStageHead(32, per_location=9, classes=6)(torch.zeros(2, 32, 5, 7))
    assert scores.shape == (2, 7 * 9, 5, 7)
    assert deltas.shape == (2, 4 * 9, 5, 7)


def test_the_hardest_negatives_are_those_least_taken_for_background() -> None:
    logits = torch.zeros(100, 3)
    logits[:, 0] = torch.arange(100) / 20  # anchor 0 looks least like background
    labels = torch.full((100,), NEGATIVE)
    labels[:3], labels[3:6] = POSITIVE, NEUTRAL
    chosen = hard_negatives(logits, labels)
    assert sorted(chosen.tolist()) == list(range(6, 6 + MIN_NEGATIVES))
    labels[50:60] = POSITIVE
    chosen = hard_negatives(logits, labels)
    assert len(chosen) == 3 * 13
    assert not set(chosen.tolist()) & {*range(6), *range(50, 60)}


def test_a_picture_without_objects_still_gives_negatives_and_one_without_negatives_none() -> None:
    assert len(hard_negatives(torch.zeros(40, 3), torch.full((40,), NEGATIVE))) == MIN_NEGATIVES
    assert len(hard_negatives(torch.zeros(5, 3), torch.full((5,), NEGATIVE))) == 5
    assert len(hard_negatives(torch.zeros(5, 3), torch.full((5,), POSITIVE))) == 0


@pytest.mark.parametrize("seed", range(4))
def test_detections_are_torchvisions_nms_of_each_class(seed: int) -> None:
    boxes = some_boxes(80, seed)
    probabilities = torch.randn(80, 4, generator=seeded(seed)).mul(2).softmax(1)
    found = detect_by_class(boxes, probabilities, min_score=0.1)
    index, label = (probabilities[:, 1:] >= 0.1).nonzero(as_tuple=True)
    score = probabilities[index, label + 1]
    kept = batched_nms(boxes[index], score, label, NMS_IOU)[:100]
    assert torch.equal(found.scores, score[kept])
    assert torch.equal(found.labels, label[kept])
    assert torch.equal(found.boxes, boxes[index][kept])


def test_each_class_may_have_boxes_of_its_own() -> None:
    boxes = torch.stack([some_boxes(2, 0), some_boxes(2, 1)], dim=1)  # [2 boxes, 2 classes, 4]
    probabilities = torch.tensor([[0.1, 0.9, 0.0], [0.2, 0.0, 0.8]])
    found = detect_by_class(boxes, probabilities)
    assert found.labels.tolist() == [0, 1]
    assert torch.equal(found.boxes, torch.stack([boxes[0, 0], boxes[1, 1]]))


def test_nothing_likely_and_no_boxes_give_no_detections() -> None:
    sure = torch.tensor([[1.0, 0.0, 0.0]])
    assert len(detect_by_class(some_boxes(1, 0), sure).scores) == 0
    assert detect_by_class(torch.zeros(0, 4), torch.zeros(0, 3)).boxes.shape == (0, 4)


def test_a_head_that_knows_the_truth_finds_it_and_boxes_end_at_the_border() -> None:
    anchors = some_boxes(3, 5)
    truth = anchors + torch.tensor([3.0, -2, 4, 1])
    logits = torch.tensor([[0.0, 9, 0], [9.0, 0, 0], [0.0, 0, 9]])
    found = detect(logits, encode_deltas(truth, anchors), anchors, (200, 200))
    assert sorted(found.labels.tolist()) == [0, 1]
    for box, label in zip(found.boxes, found.labels, strict=True):
        assert torch.allclose(box, truth[0 if label == 0 else 2], atol=1e-3)
    cut = detect(logits, encode_deltas(truth, anchors), anchors, (30, 40))
    assert (cut.boxes <= torch.tensor([40.0, 30, 40, 30])).all()
