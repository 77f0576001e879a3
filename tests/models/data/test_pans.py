"""Claims about pans over photos: the pace, the borders, the parts, what is told by the pixels."""

import random

import numpy as np
import pytest
import torch

from models.data.pans import PACE, pan, pan_clips, parts_of


def ramp(height: int = 200, width: int = 300) -> torch.Tensor:
    """A photo whose red tells the column and whose green the row."""
    x = torch.arange(width).expand(height, -1) * 255 / width
    y = torch.arange(height)[:, None].expand(-1, width) * 255 / height
    return torch.stack([x, y, torch.zeros(height, width)]).byte()


@pytest.mark.parametrize("seed", range(20))
def test_a_window_goes_at_one_pace_and_stays_inside(seed: int) -> None:
    corners = pan(150.0, 60.0, 50.0, 25, random.Random(seed))
    assert (corners >= 0).all()
    assert (corners <= [150.0, 60.0]).all()
    steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    assert (steps <= PACE * 50 + 1e-9).all()  # shorter where it turns back
    assert np.median(steps) == pytest.approx(PACE * 50)


def test_the_pixels_move_as_the_window_does() -> None:
    clips = pan_clips([ramp()], 12, 0).double()
    assert clips.shape == (12, 13, 3, 32, 32)
    means = clips.mean(dim=(3, 4))[:, :, :2]  # red and green of each frame: where the window is
    moved = (means.diff(dim=1) / torch.tensor([255 / 300, 255 / 200])).norm(dim=2)
    sides = moved.median(dim=1).values / PACE
    assert ((sides > 0.28 * 200) & (sides < 0.52 * 200)).all()


def test_the_same_seed_gives_the_same_clips_and_held_out_columns_are_others() -> None:
    train, test = parts_of([ramp()])
    assert torch.equal(torch.cat([train[0], test[0]], dim=2), ramp())
    one, two, other = (pan_clips(train, 4, seed, frames=25) for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    held_out = pan_clips(test, 4, 1)
    assert one[:, :, 0].max() <= held_out[:, :, 0].min() + 1  # red tells the column
    with pytest.raises(ValueError, match="no photo"):
        pan_clips([], 1, 0)
