"""What the `rpn` lesson says, step by step, checked against the shipped network on a sample."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from starlette.testclient import TestClient

from app.lab import wire
from app.labs.rpn import LAB
from models.boxes.boxes import decode_deltas, pairwise_iou
from models.detection.rpn import assign_anchors

BINARY = {"Accept": wire.MEDIA_TYPE}
TITLES = [str(step.title) for step in LAB.lesson]
Arrays = dict[str, NDArray[Any]]
Told = tuple[dict[str, Any], Arrays]


def asked(client: TestClient, title: str) -> Told:
    """What the page is answered in the state of the step of that title."""
    photo = client.post("/api/samples/street").json()["id"]
    known = {"model", "input_size", "pre_nms_top_n", "min_size"}
    state = {k: v for k, v in LAB.lesson[TITLES.index(title)].state.items() if k in known}
    query = {"image_id": photo, **state}
    return wire.decode(client.post("/api/rpn/proposals", json=query, headers=BINARY).content)


@pytest.fixture(scope="module")
def trained(one_client: TestClient) -> Told:
    return asked(one_client, "Too many boxes")


def shapes_at(told: Told, row: int, column: int) -> NDArray[np.float64]:
    """Width and height of the anchors on a cell of the feature map. [9, 2]"""
    (level,) = told[0]["feature_maps"]
    at = (row * level["width"] + column) * 9
    x1, y1, x2, y2 = told[1]["anchors"][at : at + 9].astype(np.float64).T
    return np.stack([x2 - x1, y2 - y1], axis=1)


@pytest.mark.lesson("rpn", "Start from one place")
def test_the_anchors_of_every_cell_look_the_same(trained: Told) -> None:
    header, arrays = trained
    (level,) = header["feature_maps"]
    for row, column in ((0, 0), (level["height"] // 2, 3), (level["height"] - 1, 1)):
        np.testing.assert_allclose(
            shapes_at(trained, row, column), shapes_at(trained, 1, 1), atol=0.01
        )
    assert len(arrays["anchors"]) == level["height"] * level["width"] * 9


@pytest.mark.lesson("rpn", "Two scores for each anchor")
def test_an_anchor_has_two_scores_and_none_for_a_kind_of_object(trained: Told) -> None:
    arrays = trained[1]
    assert arrays["logits"].shape == (len(arrays["anchors"]), 2)


@pytest.mark.lesson("rpn", "Four deltas move the anchor")
def test_deltas_of_size_zero_leave_the_anchor_its_size(trained: Told) -> None:
    anchors = torch.from_numpy(trained[1]["anchors"][:9].astype(np.float64))
    moved = decode_deltas(torch.tensor([[0.3, -0.2, 0, 0]]).double().expand(9, 4), anchors)
    size = moved[:, 2:] - moved[:, :2]
    torch.testing.assert_close(size, anchors[:, 2:] - anchors[:, :2])
    assert not torch.equal(moved, anchors)


@pytest.mark.lesson("rpn", "Too many boxes")
def test_most_of_the_best_boxes_lie_in_piles(trained: Told) -> None:
    best = torch.from_numpy(trained[1]["boxes"][:100].copy())
    overlap = pairwise_iou(best, best).fill_diagonal_(0)
    assert (overlap.amax(dim=1) > 0.7).float().mean() > 0.5


@pytest.mark.lesson("rpn", "What if it were not trained?")
def test_random_weights_score_one_half_and_hardly_move_an_anchor(one_client: TestClient) -> None:
    _, arrays = asked(one_client, "What if it were not trained?")
    assert np.abs(arrays["objectness"] - 0.5).max() < 0.1
    assert np.median(np.abs(arrays["deltas"])) < 0.1


@pytest.mark.lesson("rpn", "How anchors are labeled for training")
def test_however_high_the_threshold_the_best_anchor_of_an_object_is_positive(trained: Told) -> None:
    anchors = torch.from_numpy(trained[1]["anchors"].astype(np.float32))
    objects = torch.tensor([[130.0, 90.0, 210.0, 150.0], [20.0, 40.0, 60.0, 140.0]])
    assert pairwise_iou(anchors, objects).max() < 0.95
    labels = assign_anchors(anchors, objects, positive_iou=0.95, negative_iou=0.3).labels
    assert 1 <= int((labels == 1).sum()) < 20
