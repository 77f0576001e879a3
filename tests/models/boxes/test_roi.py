"""Claims about RoIAlign and RoIPool. Oracle: torchvision's."""

import pytest
import torch
from torchvision.ops import roi_align as theirs
from torchvision.ops import roi_pool as their_pool

from models.boxes.roi import (
    SAMPLES,
    bin_weights,
    pool_edges,
    roi_align,
    roi_pool,
    round_away,
)


def some_boxes(seed: int, extent: float, count: int = 30) -> torch.Tensor:
    g = torch.Generator().manual_seed(seed)
    corner = (torch.rand(count, 2, generator=g) - 0.3) * 1.4 * extent
    return torch.cat([corner, corner + torch.rand(count, 2, generator=g) * extent], dim=1)


def reference(features: torch.Tensor, boxes: torch.Tensor, bins: int, stride: int) -> torch.Tensor:
    return theirs(features[None], [boxes], bins, 1 / stride, SAMPLES, aligned=True)


@pytest.mark.parametrize("bins", [1, 2, 7, 14])
@pytest.mark.parametrize("shape", [(1, 1), (9, 13), (20, 15)])
def test_it_is_torchvisions_also_for_boxes_beyond_the_borders(
    bins: int, shape: tuple[int, int]
) -> None:
    features = torch.randn(5, *shape, generator=torch.Generator().manual_seed(bins))
    boxes = some_boxes(bins, 16.0 * max(shape))
    ours = roi_align(features, boxes, bins, 16)
    assert torch.allclose(ours, reference(features, boxes, bins, 16), atol=1e-5)


def test_its_gradient_is_torchvisions() -> None:
    features = torch.randn(3, 8, 8, generator=torch.Generator().manual_seed(0)).requires_grad_()
    boxes = some_boxes(3, 128)
    ours, other = (
        torch.autograd.grad(f(features, boxes, 7, 16).square().sum(), features)[0]
        for f in (roi_align, reference)
    )
    assert torch.allclose(ours, other, atol=1e-4)


def test_inside_a_map_that_rises_evenly_each_bin_is_the_value_at_its_middle() -> None:
    x = torch.arange(12) + 0.5
    features = (2 * x[None, :] - 3 * x[:, None])[None]
    pooled = roi_align(features, torch.tensor([[16.0, 32.0, 144.0, 96.0]]), 4, 16)[0, 0]
    middle = torch.arange(4) + 0.5
    expected = 2 * (1 + middle * 2)[None, :] - 3 * (2 + middle)[:, None]
    assert torch.allclose(pooled, expected, atol=1e-5)


def test_a_constant_map_gives_that_constant_even_for_a_box_without_area() -> None:
    boxes = torch.tensor([[10.0, 10.0, 10.0, 10.0], [0.0, 0.0, 64.0, 64.0], [3.0, 5.0, 4.0, 6.0]])
    pooled = roi_align(torch.full((2, 4, 4), 3.0), boxes, 7, 16)
    assert torch.allclose(pooled, torch.full((3, 2, 7, 7), 3.0))


def test_no_boxes_give_no_regions() -> None:
    assert roi_align(torch.ones(6, 4, 4), torch.zeros(0, 4), 7, 16).shape == (0, 6, 7, 7)


def test_weights_of_a_bin_inside_sum_to_one_and_far_outside_to_nothing() -> None:
    inside = bin_weights(torch.tensor([1.0]), torch.tensor([6.0]), 3, 8)
    assert torch.allclose(inside.sum(-1), torch.ones(1, 3))
    assert not bin_weights(torch.tensor([20.0]), torch.tensor([30.0]), 3, 8).any()


@pytest.mark.parametrize("bins", [1, 2, 7])
@pytest.mark.parametrize("shape", [(1, 1), (9, 13)])
def test_pooling_is_torchvisions_also_beyond_the_borders(bins: int, shape: tuple[int, int]) -> None:
    features = torch.randn(3, *shape, generator=torch.Generator().manual_seed(bins))
    boxes = some_boxes(bins, 16.0 * max(shape), 12)
    halves = torch.tensor([[8.0, 24.0, 40.0, 56.0], [-8.0, -24.0, 8.0, 72.0], [5.0, 5.0, 5.0, 5.0]])
    both = torch.cat([boxes, halves])
    ours = roi_pool(features, both, bins, 16)
    assert torch.equal(ours, their_pool(features[None], [both], bins, 1 / 16))
    assert roi_pool(features, boxes[:0], bins, 16).shape == (0, 3, bins, bins)


def test_pooling_rounds_to_whole_cells_and_aligning_does_not() -> None:
    features = torch.arange(8.0).expand(1, 8, 8)
    still, moved = torch.tensor([[16.0, 16, 80, 80]]), torch.tensor([[20.0, 16, 84, 80]])
    assert torch.equal(roi_pool(features, still, 2, 16), roi_pool(features, moved, 2, 16))
    by = roi_align(features, moved, 2, 16) - roi_align(features, still, 2, 16)
    assert torch.allclose(by, torch.full((1, 1, 2, 2), 4 / 16))


def test_bins_of_a_small_region_share_its_cells() -> None:
    start, end = pool_edges(torch.tensor([2.0]), torch.tensor([3.0]), 4, 8)
    assert start.tolist() == [[2, 2, 3, 3]]
    assert end.tolist() == [[3, 3, 4, 4]]
    start, end = pool_edges(torch.tensor([20.0]), torch.tensor([30.0]), 2, 8)
    assert (start >= end).all()


def test_halves_are_rounded_away_from_zero() -> None:
    assert round_away(torch.tensor([0.5, 1.5, 2.5, -0.5, -2.5, 0.49])).tolist() == [
        1,
        2,
        3,
        -1,
        -3,
        0,
    ]
