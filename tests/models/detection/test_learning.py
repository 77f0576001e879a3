"""A detector that learns while one looks on: what trains at each step, and that it learns."""

import numpy as np
import pytest
import torch

from models.boxes.boxes import pairwise_iou
from models.detection.learner import Learner
from models.detection.learning import (
    DRAWN_NEGATIVE,
    DRAWN_POSITIVE,
    IGNORED,
    WORD,
    Learning,
    LearningSettings,
    part_at,
)
from models.training import Lost

TURNS = LearningSettings(order="alternating", part_steps=2, scenes=8)


def trained(steps: int, **settings: object) -> Learning:
    learning = Learning(LearningSettings(scenes=8)._replace(**settings))
    learning.train(steps)
    return learning


def weights_of(module: torch.nn.Module) -> list[torch.Tensor]:
    return [value.clone() for value in module.state_dict().values()]


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_the_parts_have_their_turns_in_the_papers_four_steps_then_the_last_two():
    assert [part_at(step, TURNS) for step in range(14)] == [
        1,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
        3,
        3,
        4,
        4,
        3,
        3,
    ]
    assert part_at(5, LearningSettings()) == 0
    assert part_at(5, TURNS._replace(form="ssd")) == 0


def test_only_the_part_whose_turn_it_is_changes():
    learning = Learning(TURNS)
    net = learning.learner
    parts = {"neck": net.neck, "own": net.own_neck, "rpn": net.head, "box": net.box_head}
    changing = []
    for _ in range(4):
        before = {name: weights_of(part) for name, part in parts.items()}
        learning.train(1)
        first = {n for n, part in parts.items() if not same(before[n], weights_of(part))}
        learning.train(1)
        changing.append(first)
    # In the third step the RPN takes over the second stage's neck: it changes once, by copying.
    assert changing == [{"neck", "rpn"}, {"own", "box"}, {"neck", "rpn"}, {"box"}]
    assert same(weights_of(net.neck), weights_of(net.own_neck))


def test_a_part_that_has_no_turn_has_no_loss_and_no_sample():
    learning = Learning(TURNS)
    learning.train(1)
    losses = learning.history.table[:, -1]
    assert np.isfinite(losses[[WORD["rpn class"], WORD["rpn box"]]]).all()
    assert np.isnan(losses[[WORD["head class"], WORD["head box"]]]).all()
    assert len(learning.sample.rois) == 0
    learning.train(2)
    losses = learning.history.table[:, -1]
    assert np.isnan(losses[[WORD["rpn class"], WORD["rpn box"]]]).all()
    assert np.isfinite(losses[[WORD["head class"], WORD["head box"]]]).all()
    assert len(learning.sample.anchors) == 0
    assert len(learning.sample.rois) > 0


def test_the_sample_on_show_is_that_of_the_step_and_another_seed_draws_another():
    learning = trained(3)
    sample = learning.sample
    truth = learning.scene(sample.scene).scene.boxes
    iou = pairwise_iou(truth, learning.learner.anchors).max(dim=0).values
    assert (iou[sample.anchors == DRAWN_NEGATIVE] < 0.4).all()
    assert (iou[sample.anchors == IGNORED] >= 0.4).all()
    assert (sample.anchors == DRAWN_POSITIVE).any()
    met = pairwise_iou(sample.rois, truth).max(dim=1).values
    assert torch.equal(met >= 0.5, sample.roi_labels > 0)
    again, other = trained(3).sample, trained(3, seed=1).sample
    assert torch.equal(sample.anchors, again.anchors)
    assert torch.equal(sample.rois, again.rois)
    assert not torch.equal(sample.anchors, other.anchors)
    assert sample.rois.shape != other.rois.shape or not torch.equal(sample.rois, other.rois)


def test_what_is_drawn_over_yolos_scene_are_the_cells_of_its_objects_centers():
    learning = trained(2, form="yolo")
    sample = learning.sample
    truth = learning.scene(sample.scene).scene.boxes
    centers = ((truth[:, :2] + truth[:, 2:]) / 2 / 16).long()
    cells = set((centers[:, 1] * 12 + centers[:, 0]).tolist())
    assert set(sample.cells.tolist()) == cells
    assert len(sample.anchors) == 0


def test_focal_loss_takes_every_anchor_but_the_ignored_ones_and_begins_with_background():
    learning = trained(1, form="ssd", negatives="all")
    taught = (learning.sample.anchors == DRAWN_NEGATIVE) | (
        learning.sample.anchors == DRAWN_POSITIVE
    )
    assert torch.equal(taught, learning.sample.anchors != IGNORED)
    start = Learner("ssd", prior=True)
    logits, _ = start.one(
        (torch.zeros(1, 40, 24, 24), torch.zeros(1, 112, 12, 12), torch.zeros(1, 192, 6, 6))
    )
    assert torch.allclose(logits.softmax(-1)[..., 0], torch.tensor(0.99), atol=0.005)


def test_gamma_changes_a_running_training_and_is_told_with_its_effect():
    learning = trained(30, form="ssd", negatives="all")
    assert learning.easy is not None
    assert learning.easy.focal < learning.easy.plain
    learning.change(0.002, 0.0)
    learning.train(1)
    assert learning.easy.focal == pytest.approx(learning.easy.plain)


@pytest.mark.parametrize("form", ["two", "ssd", "yolo"])
def test_every_form_learns_a_few_scenes_and_is_measured_on_others(form: str):
    learning = trained(50, form=form)
    steps, scores = learning.scores.steps.tolist(), learning.scores.table
    assert steps == [25, 50]
    assert (scores[:2] >= 0).all()
    assert (scores[:2] <= 1).all()
    assert np.isnan(scores[2]).all() == (form != "two")
    total = np.nansum(learning.history.table, axis=0)
    assert total[-8:].mean() < 0.6 * total[:8].mean()


def test_a_step_that_leaves_every_bound_is_told():
    learning = trained(1)
    learning.change(float("nan"), 2.0)
    with pytest.raises(Lost):
        learning.train(3)


def test_training_does_not_touch_the_global_generator():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    trained(1)
    assert torch.equal(torch.rand(3), wanted)


@pytest.mark.claims
@pytest.mark.parametrize(("form", "least"), [("two", 0.45), ("ssd", 0.3), ("yolo", 0.3)])
def test_in_two_minutes_a_learner_finds_objects_in_scenes_that_it_never_saw(
    form: str, least: float
):
    learning = trained(400, form=form, scenes=48)
    assert learning.scores.row("ap50")[-3:].mean() > least
