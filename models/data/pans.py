"""Clips as a camera takes them that pans over a photo: a window moves at a pace that is known.

As with gravity in `models.data.clips`, without a fixed pace "twice as fast" would mean nothing.
A pan can be reversed: its order is told up to its direction.

Shape letters: M clips, T frames, S pixels a side; H, W rows and columns of a photo.
"""

import math
import random
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

PACE = 0.08  # sides of the window, from frame to frame
WINDOW = (0.3, 0.5)  # the window's side as a share of the photo's shorter one
TRAIN_SHARE = 0.7  # of a photo's columns, from the left; the others are held out


def parts_of(photos: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Photos uint8 [3, H, W] cut in two: what is learned from, and what is held out."""
    cuts = [int(TRAIN_SHARE * photo.shape[2]) for photo in photos]
    return (
        [photo[:, :, :cut] for photo, cut in zip(photos, cuts, strict=True)],
        [photo[:, :, cut:] for photo, cut in zip(photos, cuts, strict=True)],
    )


def pan_clips(
    photos: Sequence[Tensor], count: int, seed: int, size: int = 32, frames: int = 13
) -> Tensor:
    """uint8 [M, T, 3, S, S], `count` pans over photos uint8 [3, H, W]; the same arguments give the
    same pixels. Raises ValueError without a photo.
    """
    if not photos:
        raise ValueError("no photo to pan over")
    images = [Image.fromarray(photo.permute(1, 2, 0).contiguous().numpy()) for photo in photos]
    pixels = np.zeros((count, frames, size, size, 3), np.uint8)
    for i in range(count):
        rng = random.Random(seed * 1_000_003 + i)
        image = rng.choice(images)
        side = rng.uniform(*WINDOW) * min(image.size)
        for j, (x, y) in enumerate(pan(image.width - side, image.height - side, side, frames, rng)):
            box = (float(x), float(y), float(x) + side, float(y) + side)
            pixels[i, j] = np.asarray(image.resize((size, size), Image.Resampling.BOX, box))
    return torch.from_numpy(pixels).permute(0, 1, 4, 2, 3).contiguous()


def pan(
    right: float, bottom: float, side: float, frames: int, rng: random.Random
) -> NDArray[np.float64]:
    """Corners [T, 2] of a window that goes straight on and turns back at 0 and at right, bottom."""
    angle = rng.uniform(0, 2 * math.pi)
    step = PACE * side * np.array([math.cos(angle), math.sin(angle)])
    room = np.array([right, bottom])
    place = np.array([rng.uniform(0, right), rng.uniform(0, bottom)])
    way = place + step * np.arange(frames)[:, None]
    folded = np.mod(way, 2 * room)
    corners: NDArray[np.float64] = np.minimum(folded, 2 * room - folded)
    return corners
