"""Claims about boxes. Oracles: torchvision's operators and `BoxCoder`, and closed forms."""

import math

import hypothesis.strategies as st
import pytest
import torch
import torchvision.ops
from hypothesis import given, settings
from torch import Tensor
from torchvision.models.detection._utils import BoxCoder

from models.boxes.boxes import (
    MAX_LOG_SCALE,
    Scaling,
    box_area,
    clip_boxes,
    cxcywh_to_xyxy,
    decode_deltas,
    encode_deltas,
    large_enough,
    pairwise_intersection,
    pairwise_iou,
    xyxy_to_cxcywh,
)


def random_boxes(n: int, seed: int) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    corner = torch.rand(n, 2, generator=g) * 300
    return torch.cat([corner, corner + 1 + torch.rand(n, 2, generator=g) * 200], dim=1)


corners = st.lists(st.tuples(*[st.integers(0, 20)] * 4), max_size=12)


def as_boxes(rows: list) -> Tensor:
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 4)
    return torch.cat([table[:, :2], table[:, :2] + table[:, 2:]], dim=1)


def test_iou_and_area_are_torchvisions() -> None:
    a, b = random_boxes(40, 0), random_boxes(30, 1)
    torch.testing.assert_close(pairwise_iou(a, b), torchvision.ops.box_iou(a, b))
    torch.testing.assert_close(box_area(a), torchvision.ops.box_area(a))


@settings(max_examples=80, deadline=None)
@given(corners, corners)
def test_iou_is_symmetric_between_zero_and_one_and_one_only_for_equal_boxes(
    first: list, second: list
) -> None:
    a, b = as_boxes(first), as_boxes(second)
    iou = pairwise_iou(a, b)
    assert iou.shape == (len(a), len(b))
    assert torch.equal(iou, pairwise_iou(b, a).T)
    assert ((iou >= 0) & (iou <= 1)).all()
    same = (a[:, None] == b[None]).all(-1) & (box_area(a) > 0)[:, None]
    assert torch.equal(iou == 1, same)


def test_iou_in_closed_form() -> None:
    square = torch.tensor([[0.0, 0, 10, 10]])
    shifted = torch.tensor([[5.0, 0, 15, 10], [10, 0, 20, 10], [0, 0, 10, 10], [2, 2, 4, 4]])
    assert pairwise_iou(square, shifted).tolist()[0] == pytest.approx([1 / 3, 0, 1, 0.04])
    assert pairwise_intersection(square, shifted).tolist() == [[50, 0, 100, 4]]


def test_boxes_without_area_have_iou_zero_never_nan() -> None:
    flat = torch.tensor([[3.0, 3, 3, 3], [3, 3, 9, 3], [5, 5, 1, 1]])
    assert torch.equal(pairwise_iou(flat, flat), torch.zeros(3, 3))
    assert torch.equal(box_area(flat), torch.zeros(3))


def test_encoding_and_decoding_are_torchvisions_box_coder() -> None:
    coder = BoxCoder((1.0, 1.0, 1.0, 1.0))
    boxes, anchors = random_boxes(50, 2), random_boxes(50, 3)
    deltas = encode_deltas(boxes, anchors)
    torch.testing.assert_close(deltas, coder.encode_single(boxes, anchors), rtol=1e-5, atol=1e-5)
    wild = torch.randn(50, 4, generator=torch.Generator().manual_seed(4)) * 3
    expected = coder.decode_single(wild, anchors)
    torch.testing.assert_close(decode_deltas(wild, anchors), expected, rtol=1e-5, atol=1e-2)


def test_decoding_undoes_encoding() -> None:
    boxes, anchors = random_boxes(50, 5), random_boxes(50, 6)
    back = decode_deltas(encode_deltas(boxes, anchors), anchors)
    torch.testing.assert_close(back, boxes, rtol=1e-4, atol=1e-3)


def test_zero_deltas_leave_the_anchor_and_unit_deltas_move_it_by_its_own_size() -> None:
    anchor = torch.tensor([[10.0, 20, 30, 60]])  # 20 x 40 around (20, 40)
    assert torch.equal(decode_deltas(torch.zeros(1, 4), anchor), anchor)
    moved = decode_deltas(torch.tensor([[1.0, -1, math.log(2), 0]]), anchor)
    torch.testing.assert_close(moved, torch.tensor([[20.0, -20, 60, 20]]))


def test_no_delta_makes_a_box_infinite() -> None:
    anchor = torch.tensor([[0.0, 0, 16, 16]])
    grown = decode_deltas(torch.tensor([[0.0, 0, 1e9, 1e9]]), anchor)
    torch.testing.assert_close(grown[0, 2:] - grown[0, :2], torch.tensor([1000.0, 1000]))
    assert math.exp(MAX_LOG_SCALE) == pytest.approx(62.5)


def test_both_notations_say_the_same() -> None:
    boxes = random_boxes(20, 7)
    expected = torchvision.ops.box_convert(boxes, "xyxy", "cxcywh")
    torch.testing.assert_close(xyxy_to_cxcywh(boxes), expected)
    torch.testing.assert_close(cxcywh_to_xyxy(expected), boxes)


def test_clipping_and_minimum_size_are_torchvisions() -> None:
    boxes = random_boxes(60, 8) - 100
    clipped = clip_boxes(boxes, height=150, width=220)
    assert torch.equal(clipped, torchvision.ops.clip_boxes_to_image(boxes, (150, 220)))
    for size in (0.0, 1.0, 40.0):
        expected = torchvision.ops.remove_small_boxes(clipped, size)
        assert torch.equal(large_enough(clipped, size).nonzero().flatten(), expected)


def test_a_side_of_exactly_the_minimum_size_is_large_enough() -> None:
    boxes = torch.tensor([[0.0, 0, 16, 16], [0, 0, 15.99, 16], [4, 4, 4, 9]])
    assert large_enough(boxes, 16).tolist() == [True, False, False]
    assert large_enough(boxes, 0).tolist() == [True, True, True]


@settings(max_examples=50, deadline=None)
@given(corners, st.floats(0.05, 20), st.floats(0.05, 20))
def test_scaling_there_and_back_changes_nothing(rows: list, x: float, y: float) -> None:
    boxes, scaling = as_boxes(rows), Scaling(x, y)
    torch.testing.assert_close(scaling.to_displayed(scaling.to_resized(boxes)), boxes)


def test_empty_sets_of_boxes_pass_through() -> None:
    none = torch.zeros(0, 4)
    assert pairwise_iou(none, random_boxes(3, 0)).shape == (0, 3)
    assert decode_deltas(none, none).shape == encode_deltas(none, none).shape == (0, 4)
    assert clip_boxes(none, 5, 5).shape == (0, 4)
    assert large_enough(none, 1).shape == (0,)
