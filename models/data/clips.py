"""Small drawn clips: a thing is thrown, falls under a gravity that is the same in all, and bounces.

The gravity is fixed and known, because without it "twice as fast" would mean nothing: a clip's
speed is told from how far the thing goes from frame to frame *and* from how its path bends.

Shape letters: M clips, T frames, S pixels a side.
"""

import random
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.data.objects import CLASSES, RATIOS, ground, thing

FRAMES = 13  # 4 frames at speed 4
LONG_FRAMES = 25  # and at speed 8
GRAVITY = 0.010  # picture heights per frame squared
BOUNCE = 0.7  # of the speed is left after the ground


class Clips(NamedTuple):
    """frames uint8 [M, T, 3, S, S]; classes int64 [M], in `objects.CLASSES`; paths float32
    [M, T, 2], the center of the thing as shares of the side.
    """

    frames: Tensor
    classes: Tensor
    paths: Tensor


def throw(frames: int, width: float, height: float, rng: random.Random) -> NDArray[np.float32]:
    """Centers [T, 2] of a thing of that size (shares of the side), frame after frame: it starts
    inside the picture, gravity pulls it down, walls and ground throw it back.
    """
    low, high = (width / 2, height / 2), (1 - width / 2, 0.97 - height / 2)
    x, y = rng.uniform(low[0], high[0]), rng.uniform(low[1], max(low[1], 0.6 * high[1]))
    vx, vy = rng.choice((-1, 1)) * rng.uniform(0.015, 0.05), rng.uniform(-0.05, 0.02)
    path = np.zeros((frames, 2), np.float32)
    for i in range(frames):
        path[i] = x, y
        vy += GRAVITY
        x, y = x + vx, y + vy
        if not low[0] <= x <= high[0]:
            x, vx = min(max(x, low[0]), high[0]), -vx
        if y > high[1]:
            y, vy = high[1], -BOUNCE * vy
        y = max(y, low[1])
    return path


def draw_clips(count: int, seed: int, size: int = 32, frames: int = FRAMES) -> Clips:
    """`count` clips; the same arguments give the same pixels. Raises ValueError for a negative
    number of clips or fewer than one frame.
    """
    if count < 0 or frames < 1:
        raise ValueError(f"{count} clips of {frames} frames: no such set")
    pixels = np.zeros((count, frames, size, size, 3), np.uint8)
    classes = np.zeros(count, np.int64)
    paths = np.zeros((count, frames, 2), np.float32)
    for i in range(count):
        rng = random.Random(seed * 1_000_003 + i)
        classes[i] = rng.randrange(len(CLASSES))
        pixels[i], paths[i] = draw_clip(CLASSES[classes[i]], size, frames, rng)
    return Clips(
        torch.from_numpy(pixels).permute(0, 1, 4, 2, 3).contiguous(),
        torch.from_numpy(classes),
        torch.from_numpy(paths),
    )


def draw_clip(
    name: str, size: int, frames: int, rng: random.Random
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Frames [T, S, S, 3] of one thing, and its path."""
    scene, _ = ground(size, rng)
    height = max(6, round(size * (rng.uniform(0.06, 0.14) / RATIOS[name]) ** 0.5))
    figure = thing(name, min(height, round(0.6 * size)), rng)
    path = throw(frames, figure.width / size, figure.height / size, rng)
    drawn = [show(scene, figure, x * size, y * size) for x, y in path]
    return np.stack(drawn), path


def show(scene: Image.Image, figure: Image.Image, x: float, y: float) -> NDArray[np.uint8]:
    """The scene [S, S, 3] with the thing's center at x, y pixels."""
    frame = scene.copy()
    frame.paste(figure, (round(x - figure.width / 2), round(y - figure.height / 2)), figure)
    return np.asarray(frame)


def windows_of(frames: Tensor, length: int, count: int, seed: int) -> Tensor:
    """`count` windows [M, length, 3, S, S] of one clip's frames [T, 3, S, S], in random order: each
    of the T - length + 1 that there are before any comes again. Raises ValueError for fewer frames.
    """
    starts = len(frames) - length + 1
    if starts < 1:
        raise ValueError(f"{len(frames)} frames: at least {length} are needed")
    draw = torch.Generator().manual_seed(seed)
    rounds = [torch.randperm(starts, generator=draw) for _ in range(-(-count // starts))]
    first = torch.cat(rounds)[:count]
    return frames[first[:, None] + torch.arange(length)]
