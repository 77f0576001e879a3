"""Which anchors of a picture train, and what easy background costs."""

import pytest
import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

from models.boxes.anchors import grid_anchors
from models.detection.detectors import SHAPE_ANCHORS
from models.detection.losses import (
    all_anchors,
    class_targets,
    drawn_anchors,
    easy_background,
    focal_loss,
    hardest_anchors,
    one_stage_losses_of_picture,
    rpn_losses_of_picture,
    second_stage_losses,
)
from models.detection.two_stage import sample_proposals

ANCHORS = grid_anchors(12, 12, SHAPE_ANCHORS)
TRUTH = torch.tensor([[10.0, 20.0, 60.0, 64.0], [100.0, 100.0, 180.0, 190.0]])
LABELS = torch.tensor([2, 5])
NONE = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)


def logits(columns: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(len(ANCHORS), columns, generator=torch.Generator().manual_seed(seed))


def test_the_rpn_draws_256_anchors_and_another_seed_draws_others():
    draws = [
        drawn_anchors(ANCHORS, TRUTH, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    ]
    for drawn in draws:
        assert len(drawn.positive) + len(drawn.negative) == 256
        assert 0 < len(drawn.positive) <= 128
    assert torch.equal(draws[0].negative, draws[1].negative)
    assert not torch.equal(draws[0].negative, draws[2].negative)


def test_hard_negatives_are_three_for_each_positive_and_the_costliest():
    rows = logits(9)
    drawn = hardest_anchors(ANCHORS, TRUTH, rows)
    assert len(drawn.negative) == 3 * len(drawn.positive)
    cost = F.cross_entropy(rows, torch.zeros(len(rows), dtype=torch.int64), reduction="none")
    others = (drawn.assignment.labels == 0).nonzero().flatten()
    left = others[~torch.isin(others, drawn.negative)]
    assert cost[drawn.negative].min() >= cost[left].max()


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
def test_focal_loss_of_two_classes_is_torchvisions_without_its_balance(gamma: float):
    rows = logits(2, 3)
    target = (torch.arange(len(rows)) % 3 == 0).long()
    # A softmax over two scores is a sigmoid of their difference.
    wanted = sigmoid_focal_loss(rows[:, 1] - rows[:, 0], target.float(), alpha=-1, gamma=gamma)
    assert torch.allclose(focal_loss(rows, target, gamma), wanted, atol=1e-5)


def test_focal_loss_at_gamma_0_is_cross_entropy_and_has_a_derivative_where_p_is_1():
    rows, target = logits(9), torch.arange(len(ANCHORS)) % 9
    assert torch.allclose(
        focal_loss(rows, target, 0), F.cross_entropy(rows, target, reduction="none")
    )
    sure = torch.tensor([[200.0, -200.0]], requires_grad=True)
    for gamma in (0.25, 0.5, 1.0, 2.0):
        (slope,) = torch.autograd.grad(focal_loss(sure, torch.tensor([0]), gamma).sum(), sure)
        assert torch.isfinite(slope).all()


def test_gamma_takes_easy_background_out_of_the_loss_and_leaves_the_hard_anchors():
    rows = torch.zeros(len(ANCHORS), 9)
    rows[:, 0] = 6  # sure of the background everywhere: right but for the objects
    drawn = all_anchors(ANCHORS, TRUTH)
    found = easy_background(rows, drawn, LABELS, 2.0)
    assert found.anchors == len(drawn.negative)
    assert found.plain / found.plain_all > 100 * found.focal / found.focal_all
    same = easy_background(rows, drawn, LABELS, 0.0)
    assert same.plain == same.focal


def test_ignored_anchors_train_nothing():
    drawn = all_anchors(ANCHORS, TRUTH)
    ignored = drawn.assignment.labels == -1
    assert ignored.any()
    rows, moves = logits(9).requires_grad_(), torch.zeros(len(ANCHORS), 4, requires_grad=True)
    losses = one_stage_losses_of_picture(rows, moves, ANCHORS, TRUTH, LABELS, drawn, 2.0)
    of_rows, of_moves = torch.autograd.grad(sum(losses), (rows, moves))
    assert (of_rows[ignored] == 0).all()
    assert (of_rows[~ignored] != 0).any(dim=1).all()
    assert (of_moves[drawn.positive] != 0).any(dim=1).all()
    taught = torch.zeros(len(ANCHORS), dtype=torch.bool)
    taught[drawn.positive] = True
    assert (of_moves[~taught] == 0).all()


def test_each_positive_is_asked_for_the_class_of_its_own_object():
    drawn = all_anchors(ANCHORS, TRUTH)
    target = class_targets(drawn, LABELS)
    assert torch.equal(target[drawn.positive], LABELS[drawn.assignment.matched[drawn.positive]] + 1)
    assert target.count_nonzero() == len(drawn.positive)


def test_a_picture_without_objects_trains_the_background_and_moves_no_box():
    truth, labels = NONE
    generator = torch.Generator().manual_seed(0)
    drawn = drawn_anchors(ANCHORS, truth, generator)
    cost, moved = rpn_losses_of_picture(
        logits(2), torch.ones(len(ANCHORS), 4), ANCHORS, truth, drawn
    )
    assert cost > 0
    assert moved == 0
    everything = all_anchors(ANCHORS, truth)
    cost, moved = one_stage_losses_of_picture(
        logits(9), torch.ones(len(ANCHORS), 4), ANCHORS, truth, labels, everything, 2.0
    )
    assert cost > 0
    assert moved == 0
    sampled = sample_proposals(ANCHORS[:50], truth, labels, generator)
    cost, moved = second_stage_losses(torch.randn(40, 9), torch.ones(40, 8, 4), sampled)
    assert cost > 0
    assert moved == 0
