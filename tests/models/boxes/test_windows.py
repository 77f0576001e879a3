"""Sliding windows: all over the picture, inside it, in an order that means nothing."""

import pytest
import torch

from models.boxes.windows import RATIOS, SIDES, sliding_windows


@pytest.mark.parametrize(("height", "width"), [(192, 192), (60, 400), (400, 60), (5, 7), (1, 1)])
def test_windows_lie_inside_and_are_all_different(height: int, width: int):
    windows = sliding_windows(height, width)
    assert len(windows) > 0
    assert windows.min() >= 0
    assert windows[:, [0, 2]].max() <= width + 1e-3
    assert windows[:, [1, 3]].max() <= height + 1e-3
    assert (windows[:, 2:] > windows[:, :2]).all()


def test_every_size_and_shape_slides_by_a_quarter_of_itself():
    windows = sliding_windows(200, 200)
    sides = (windows[:, 2:] - windows[:, :2]).mul(100).round()
    assert len(sides.unique(dim=0)) == len(SIDES) * len(RATIOS)
    square = windows[((sides == torch.tensor([4000.0, 4000.0])).all(dim=1))]  # 0.2 of 200
    assert sorted(set(square[:, 0].round().tolist())) == list(range(0, 161, 10))


def test_the_order_follows_from_the_seed_alone():
    assert torch.equal(sliding_windows(100, 100), sliding_windows(100, 100))
    other = sliding_windows(100, 100, seed=1)
    assert not torch.equal(sliding_windows(100, 100), other)
    assert torch.equal(sliding_windows(100, 100).sort(dim=0).values, other.sort(dim=0).values)
