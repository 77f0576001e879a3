"""Claims about both detectors on one image. Oracles: each part by itself, torchvision's NMS."""

import pytest
import torch
import torchvision

from models.boxes.anchors import grid_anchors
from models.boxes.boxes import decode_deltas
from models.data.shape_scenes import FIRST_HELD_OUT, draw_shape_scene
from models.detection.detect import PROPOSAL_IOU, Looked, look, look_again
from models.detection.one_stage import choose_by_class, detect_by_class
from models.detection.preprocess import prepare
from models.detection.rpn import per_anchor
from models.detection.shipped import SHAPE_FILES, Shipped, load_detectors
from models.detection.two_stage import DELTA_SPREAD
from tests.models.detection.drawn_boxes import seeded, some_boxes


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return load_detectors(SHAPE_FILES)


@pytest.fixture(scope="module")
def looked(shipped: Shipped) -> Looked:
    return look(shipped.model, draw_shape_scene(FIRST_HELD_OUT + 6).image, 192)


def test_the_chosen_rows_are_those_that_the_detections_came_from() -> None:
    boxes, probabilities = some_boxes(60, 0), torch.rand(60, 4, generator=seeded(1))
    found, rows = choose_by_class(boxes, probabilities)
    assert torch.equal(found.boxes, boxes[rows])
    assert torch.equal(found.scores, probabilities[rows, found.labels + 1])
    again = detect_by_class(boxes, probabilities)
    assert all(torch.equal(a, b) for a, b in zip(found, again, strict=True))


def test_a_lower_nms_threshold_keeps_no_more_of_boxes_in_piles() -> None:
    boxes, probabilities = some_boxes(60, 2), torch.rand(60, 2, generator=seeded(3))
    counts = [
        len(choose_by_class(boxes, probabilities, iou_threshold=t).rows) for t in (0.1, 0.5, 1.0)
    ]
    assert counts[0] < counts[1] < counts[2]


def test_proposals_are_the_anchors_that_they_name_moved_by_the_rpns_deltas(
    shipped: Shipped, looked: Looked
) -> None:
    model = shipped.model
    with torch.inference_mode():
        _, deltas = model.rpn(looked.features[None])
    chosen = looked.proposal_anchor
    anchors = grid_anchors(12, 12, model.anchors)
    assert torch.equal(looked.anchors, anchors)
    moved = decode_deltas(per_anchor(deltas, 4)[0, chosen], anchors[chosen]).clamp(0, 192)
    assert torch.allclose(looked.proposal_boxes, moved, atol=1e-3)
    scores = looked.proposals.candidates.objectness[chosen]
    assert (scores.diff() <= 0).all()
    overlaps = torchvision.ops.box_iou(looked.proposal_boxes, looked.proposal_boxes)
    assert (overlaps.triu(1) <= PROPOSAL_IOU + 1e-4).all()


def test_the_second_stage_looks_at_each_proposal_by_itself(
    shipped: Shipped, looked: Looked
) -> None:
    """A proposal's row, from torchvision's RoIAlign and the head alone."""
    model, row = shipped.model, 7
    box = looked.proposal_boxes[row]
    pooled = torchvision.ops.roi_align(
        looked.reduced[None].contiguous(), [box[None]], 7, 1 / 16, 2, aligned=True
    )
    with torch.inference_mode():
        scores, deltas = model.box_head(pooled)
    assert torch.allclose(looked.second.probabilities[row], scores.softmax(1)[0], atol=1e-4)
    spread = torch.tensor(DELTA_SPREAD)
    moved = decode_deltas(deltas[0] * spread, box.expand(8, 4)).clamp(0, 192)
    assert torch.allclose(looked.second.boxes[row], moved, atol=1e-2)


def test_fewer_proposals_are_the_first_of_more(shipped: Shipped, looked: Looked) -> None:
    image = draw_shape_scene(FIRST_HELD_OUT + 6).image
    few = look(shipped.model, image, 192, n_proposals=20)
    assert torch.equal(few.proposal_anchor, looked.proposal_anchor[:20])
    assert torch.allclose(few.second.probabilities, looked.second.probabilities[:20], atol=1e-5)
    found, again = few.two_stage(), looked.two_stage(20)
    assert torch.equal(found.rows, again.rows)


def test_candidates_are_the_anchors_that_some_class_finds_likely(looked: Looked) -> None:
    likely = (looked.first.probabilities[:, 1:] >= 0.02).any(dim=1).nonzero().flatten()
    assert torch.equal(looked.candidates, likely)
    found, rows = looked.one_stage()
    assert torch.equal(found.boxes, looked.first.boxes[rows])


def test_without_a_proposal_the_second_stage_finds_nothing(shipped: Shipped) -> None:
    """As with a score threshold in the RPN (torchvision, PR 3205)."""
    image = draw_shape_scene(FIRST_HELD_OUT).image
    none = look(shipped.model, image, 192, n_proposals=0)
    assert none.second.probabilities.shape == (0, 9)
    assert none.second.boxes.shape == (0, 8, 4)
    assert len(none.two_stage().rows) == 0
    assert len(none.one_stage().rows) > 0
    assert {"pool", "box_head", "refine"} <= set(none.milliseconds)


def test_the_picture_is_seen_at_the_size_that_is_asked_for(shipped: Shipped) -> None:
    image = draw_shape_scene(FIRST_HELD_OUT).image
    larger = look(shipped.model, image, 256)
    assert larger.input_shape == (256, 256)
    assert len(larger.anchors) == 16 * 16 * 9 == 2304
    assert prepare(image, 256)[1] == larger.scaling


def test_the_second_stage_says_the_same_of_boxes_wherever_they_come_from(
    shipped: Shipped, looked: Looked
) -> None:
    again = look_again(shipped.model, looked, looked.proposal_boxes)
    torch.testing.assert_close(again.head.probabilities, looked.second.probabilities)
    torch.testing.assert_close(again.head.boxes, looked.second.boxes)
    assert set(again.milliseconds) == {"pool", "box_head", "refine", "two_stage_nms"}
    none = look_again(shipped.model, looked, looked.proposal_boxes[:0])
    assert none.head.probabilities.shape == (0, 9)
