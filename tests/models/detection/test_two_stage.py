"""Claims about the second stage. Oracles: closed forms and torchvision's box coder."""

import torch
from torch import Tensor
from torchvision.models.detection._utils import BoxCoder

from models.detection.two_stage import (
    BINS,
    REDUCED_CHANNELS,
    BoxHead,
    detect,
    encode_in_spreads,
    refine,
    sample_proposals,
)
from tests.models.detection.drawn_boxes import seeded, some_boxes


def test_the_head_gives_scores_and_a_box_for_each_class() -> None:
    head = BoxHead(32, classes=6)
    features = head.reduce(torch.zeros(1, 32, 8, 8))[0]
    pooled = head.pool(features, some_boxes(5, 0), 16)
    assert pooled.shape == (5, REDUCED_CHANNELS, BINS, BINS)
    scores, deltas = head(pooled)
    assert scores.shape == (5, 7)
    assert deltas.shape == (5, 6, 4)
    scores, deltas = head(pooled[:0])
    assert scores.shape == (0, 7)
    assert deltas.shape == (0, 6, 4)


def test_deltas_in_spreads_are_torchvisions() -> None:
    proposals, truth = some_boxes(20, 1), some_boxes(20, 2)
    coder = BoxCoder((10.0, 10.0, 5.0, 5.0))
    ours = encode_in_spreads(truth, proposals)
    assert torch.allclose(ours, coder.encode_single(truth, proposals), atol=1e-4)
    back = refine(proposals, ours[:, None], (200, 200))
    assert torch.allclose(back[:, 0], truth, atol=1e-3)


def test_the_true_boxes_are_always_among_the_foreground() -> None:
    truth, labels = torch.tensor([[10.0, 10, 50, 50], [60, 60, 90, 95]]), torch.tensor([4, 1])
    sampled = sample_proposals(torch.zeros(0, 4), truth, labels, seeded(0))
    assert sorted(sampled.labels.tolist()) == [2, 5]
    assert not sampled.targets.any()
    assert torch.equal(sampled.boxes, truth[sampled.matched])


def test_a_proposal_takes_the_class_of_the_box_that_it_overlaps_most_from_iou_one_half() -> None:
    truth, labels = torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10]]), torch.tensor([0, 1])
    by = 10 / 3  # an IoU of exactly one half
    moved = [[by - 0.01, 0, 10 + by - 0.01, 10], [20 + by + 0.01, 0, 30 + by + 0.01, 10]]
    sampled = sample_proposals(torch.tensor(moved), truth, labels, seeded(0), size=10)
    left = {
        round(box[0], 2): label for box, label in zip(*map(Tensor.tolist, sampled[:2]), strict=True)
    }
    assert left == {3.32: 1, 23.34: 0, 0: 1, 20: 2}


def test_the_share_of_the_foreground_and_the_size_are_kept() -> None:
    truth = torch.tensor([[0.0, 0, 40, 40]])
    near = truth + torch.rand(50, 4, generator=seeded(0))
    far = some_boxes(80, 3) + 100
    sampled = sample_proposals(torch.cat([near, far]), truth, torch.tensor([2]), seeded(1))
    assert len(sampled.labels) == 40
    assert (sampled.labels > 0).sum() == 12
    again = sample_proposals(torch.cat([near, far]), truth, torch.tensor([2]), seeded(1))
    assert torch.equal(sampled.boxes, again.boxes)


def test_without_truth_all_is_background_and_without_both_there_is_nothing() -> None:
    none, no_labels = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)
    sampled = sample_proposals(some_boxes(50, 0), none, no_labels, seeded(0))
    assert len(sampled.labels) == 40
    assert not sampled.labels.any()
    assert len(sample_proposals(none, none, no_labels, seeded(0)).labels) == 0


def test_detections_are_refined_by_the_deltas_of_their_own_class() -> None:
    proposals = torch.tensor([[10.0, 10, 30, 30]])
    truth = torch.tensor([[14.0, 8, 40, 33]])
    deltas = torch.zeros(1, 3, 4)
    deltas[0, 2] = encode_in_spreads(truth, proposals)[0]
    found = detect(torch.tensor([[0.0, 0, 0, 9]]), deltas, proposals, (60, 60))
    assert found.labels.tolist() == [2]
    assert torch.allclose(found.boxes, truth, atol=1e-3)


def test_no_proposals_give_no_detections() -> None:
    found = detect(torch.zeros(0, 7), torch.zeros(0, 6, 4), torch.zeros(0, 4), (60, 60))
    assert found.boxes.shape == (0, 4)
