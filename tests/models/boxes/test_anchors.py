"""Claims about anchors. Oracles: the paper's numbers and torchvision's `AnchorGenerator`."""

import pytest
import torch
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

from models.boxes.anchors import PAPER, AnchorSpec, base_anchors, grid_anchors, location_centers
from models.boxes.boxes import box_area


def test_the_papers_nine_anchors_have_its_areas_and_ratios() -> None:
    anchors = base_anchors(PAPER)
    assert PAPER.per_location == len(anchors) == 9
    sides = anchors[:, 2:] - anchors[:, :2]
    for index, (width, height) in enumerate(sides.tolist()):
        scale, ratio = PAPER.shape_of(index)
        assert width * height == pytest.approx(scale**2, rel=1e-5)
        assert height / width == pytest.approx(ratio, rel=1e-5)
    areas = sorted(round(area) for area in box_area(anchors).tolist())
    assert areas == [128**2] * 3 + [256**2] * 3 + [512**2] * 3
    assert {PAPER.shape_of(i)[1] for i in range(9)} == {0.5, 1.0, 2.0}


def test_base_anchors_are_torchvisions_before_it_rounds_them() -> None:
    theirs = AnchorGenerator(((128, 256, 512),), ((0.5, 1.0, 2.0),)).cell_anchors[0]
    assert torch.equal(base_anchors(PAPER).round(), theirs)


def test_grid_anchors_come_in_torchvisions_order_but_stand_at_the_cells_centers() -> None:
    spec = AnchorSpec(16, (24.0, 64.0, 160.0))  # even sides at ratio 1; others differ by rounding
    images = ImageList(torch.zeros(1, 3, 48, 80), [(48, 80)])
    theirs = AnchorGenerator((spec.scales,), (spec.ratios,))(images, [torch.zeros(1, 1, 3, 5)])[0]
    ours = grid_anchors(3, 5, spec)
    assert ours.shape == theirs.shape
    assert (ours - 8 - theirs).abs().max() <= 0.5


def test_a_sixty_by_forty_map_has_about_twenty_thousand_anchors() -> None:
    assert grid_anchors(40, 60, PAPER).shape == (21_600, 4)  # "roughly 20000", section 3.3


def test_anchor_index_is_row_column_shape() -> None:
    spec = AnchorSpec(8, (10.0, 30.0), (0.5, 2.0, 1.0))
    anchors = grid_anchors(4, 7, spec)
    row, column, shape = 2, 5, 3
    expected = base_anchors(spec)[shape] + torch.tensor([5.5 * 8, 2.5 * 8] * 2)
    torch.testing.assert_close(anchors[(row * 7 + column) * 6 + shape], expected)
    assert spec.shape_of(3) == (30.0, 2.0)


def test_centers_are_the_middles_of_the_cells_row_by_row() -> None:
    centers = location_centers(2, 3, 16)
    assert centers.tolist() == [[8, 8], [24, 8], [40, 8], [8, 24], [24, 24], [40, 24]]
    anchors = grid_anchors(2, 3, PAPER)
    middles = (anchors[:, :2] + anchors[:, 2:]) / 2
    torch.testing.assert_close(middles, centers.repeat_interleave(9, dim=0))


def test_a_map_of_one_location_or_none() -> None:
    assert grid_anchors(1, 1, AnchorSpec(16, (32.0,), (1.0,))).tolist() == [[-8, -8, 24, 24]]
    assert grid_anchors(0, 4, PAPER).shape == (0, 4)
