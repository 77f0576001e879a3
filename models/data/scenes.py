"""Small color scenes whose class is the shape and nothing else, drawn from signed distances.

What a shape is filled with, its colors, place, size and turn, what lies behind it, a distracting
blob and the noise are all nuisance: drawn from the same laws for every class. So what a linear
probe reads from a representation is how much of the shape it kept.

Shape letters: N pictures, B of them at a time, S pixels a side.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

SHAPES: tuple[str, ...] = (
    "disc",
    "ring",
    "square",
    "triangle",
    "star",
    "cross",
    "crescent",
    "heart",
)
FILLS: tuple[str, ...] = ("plain", "stripes", "dots", "checks", "noise")
BACKGROUNDS: tuple[str, ...] = ("plain", "gradient", "stripes", "blobs")

RADIUS = (0.46, 0.80)  # of the shape's circle, in half sides of the picture
ROOM = 0.95  # how far from the middle the circle may reach: hardly over the edge
TEXTURE = 0.5  # how far a texture's second color may lie from its first, of 1
NOISE = 0.03  # the largest standard deviation of the pixels' noise, of 1
BLOB = 0.5  # share of the pictures with a distracting blob
BLOCK = 256  # pictures drawn at once: their fields fit the cache
DRAWS = 33  # uniform numbers a picture takes


class Scenes(NamedTuple):
    """images uint8 [N, 3, S, S] RGB in 0..255; labels int64 [N], indices into `SHAPES`."""

    images: Tensor
    labels: Tensor


def draw_scenes(count: int, seed: int, size: int = 32) -> Scenes:
    """`count` scenes, `size` pixels a side (8 to 256). Each run of len(SHAPES) pictures has every
    shape once, in random order, so classes differ by one picture at most. Picture i depends on
    seed, size and i, not on count: more pictures continue the same series.

    Raises ValueError for a negative count or a size out of range.
    """
    if count < 0 or not 8 <= size <= 256:
        raise ValueError(f"no {count} scenes of {size} pixels: count >= 0, size 8 to 256")
    parent = torch.Generator().manual_seed(seed)
    seeds = torch.randint(2**62, (3,), generator=parent).tolist()
    order, nuisance, grain = (torch.Generator().manual_seed(s) for s in seeds)
    # torch.rand fills row by row from one stream: a longer draw begins with the shorter one.
    runs = -(-count // len(SHAPES))
    labels = torch.rand(runs, len(SHAPES), generator=order).argsort(dim=1).flatten()[:count]
    u = torch.rand(count, DRAWS, generator=nuisance)
    images = torch.empty(count, 3, size, size, dtype=torch.uint8)
    for start in range(0, count, BLOCK):
        part = slice(start, min(start + BLOCK, count))
        images[part] = _paint(labels[part], u[part], size, grain)
    return Scenes(images, labels)


def distance(shape: str, x: Tensor, y: Tensor) -> Tensor:
    """Signed distance, below 0 inside, of points x, y (any shape, y downward) to a shape inside
    the unit circle around 0. Exact near the outline's straight and round parts; off its corners
    a lower bound, which shows nowhere at a pixel's width. Raises KeyError for an unknown shape.
    """
    return _DISTANCES[shape](x, y)


def _disc(x: Tensor, y: Tensor) -> Tensor:
    return torch.hypot(x, y) - 0.85


def _ring(x: Tensor, y: Tensor) -> Tensor:
    return (torch.hypot(x, y) - 0.68).abs() - 0.22


def _square(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(x.abs(), y.abs()) - 0.7


def _triangle(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(y, math.sqrt(3) / 2 * x.abs() - 0.5 * y) - 0.5


def _star(x: Tensor, y: Tensor) -> Tensor:
    sector, inner = math.pi / 5, 0.42
    angle = (torch.remainder(torch.atan2(x, -y) + sector, 2 * sector) - sector).abs()
    radius = torch.hypot(x, y)
    # The edge from the tip (1, 0) to the notch at radius `inner`, half a sector further.
    notch = (inner * math.cos(sector), inner * math.sin(sector))
    length = math.hypot(notch[0] - 1, notch[1])
    return ((radius * angle.cos() - 1) * notch[1] + radius * angle.sin() * (1 - notch[0])) / length


def _cross(x: Tensor, y: Tensor) -> Tensor:
    long, short = torch.maximum(x.abs(), y.abs()), torch.minimum(x.abs(), y.abs())
    return torch.maximum(long - 0.92, short - 0.27)


def _crescent(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(torch.hypot(x, y) - 0.92, 0.72 - torch.hypot(x - 0.42, y))


def _heart(x: Tensor, y: Tensor) -> Tensor:
    half, y = 0.62, y - 0.1
    diamond = (x.abs() + y.abs() - half) / math.sqrt(2)
    lobe = torch.hypot(x.abs() - half / 2, y + half / 2) - half / math.sqrt(2)
    return torch.minimum(diamond, lobe)


_DISTANCES = {
    "disc": _disc,
    "ring": _ring,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "cross": _cross,
    "crescent": _crescent,
    "heart": _heart,
}


def _paint(labels: Tensor, u: Tensor, size: int, grain: torch.Generator) -> Tensor:
    """uint8 [B, 3, S, S] of labels [B] by the uniform numbers u [B, DRAWS]."""
    c = u[:, :, None, None]
    axis = (2 * torch.arange(size) + 1) / size - 1
    x, y = axis.expand(1, size, size), axis[:, None].expand(1, size, size)
    noise = torch.rand(len(u), 2, size, size, generator=grain)
    pixel = 2 / size

    radius = RADIUS[0] + (RADIUS[1] - RADIUS[0]) * c[:, 0]
    room = (ROOM - radius).clamp(min=0.05)
    px, py = x - room * (2 * c[:, 1] - 1), y - room * (2 * c[:, 2] - 1)
    px, py = _turn(px / radius, py / radius, 2 * math.pi * c[:, 3])
    inside = torch.empty(len(u), size, size)
    for label, shape in enumerate(SHAPES):
        rows = (labels == label).nonzero()[:, 0]
        away = distance(shape, px[rows], py[rows]) * radius[rows]
        inside[rows] = (0.5 - away / pixel).clamp(0, 1)

    # One is drawn from the darker and one from the lighter half of the colors: the shape is always
    # to be seen, but neither which of the two it is nor the colors tell the class.
    light = (c[:, 4:5] < 0.5).float() / 2
    fill = _blend(c[:, 5:8] / 2 + light, c[:, 8:11], _fill(x, y, c[:, 11:15], noise[:, 0]))
    ground = _blend(c[:, 15:18] / 2 + 0.5 - light, c[:, 18:21], _ground(x, y, c[:, 21:25]))
    blob_radius = 0.12 + 0.14 * c[:, 25]
    blob = blob_radius - torch.hypot(x - (2 * c[:, 26] - 1), y - (2 * c[:, 27] - 1))
    blob = (0.5 + blob / pixel).clamp(0, 1) * (c[:, 28] < BLOB)
    ground = ground.lerp(c[:, 29:32].expand_as(ground), blob[:, None])
    image = ground.lerp(fill, inside[:, None])
    strength = c[:, 32:33] * NOISE * math.sqrt(12)  # uniform in 0..1 has deviation 1 / sqrt(12)
    image = image + strength * (noise[:, 1:2] - 0.5)
    return (image * 255).round().clamp(0, 255).byte()


def _turn(x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    return angle.cos() * x + angle.sin() * y, angle.cos() * y - angle.sin() * x


def _blend(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    """Colors [B, 3, S, S] between first and its neighbor, by share [B, S, S]."""
    return first + TEXTURE * (second - 0.5) * share[:, None]


def _choose(kinds: list[Tensor], which: Tensor) -> Tensor:
    """For every picture the field of its kind, which [B, 1, 1] in 0..1 cut into equal parts."""
    index = (which * len(kinds)).long().clamp(max=len(kinds) - 1)
    out = torch.zeros_like(kinds[1])
    for k, field in enumerate(kinds):
        out = torch.where(index == k, field, out)
    return out


def _fill(x: Tensor, y: Tensor, c: Tensor, noise: Tensor) -> Tensor:
    """The share [B, S, S] of the second color in the shape: kind, turn, frequency, phase in c."""
    px, py = _turn(x, y, math.pi * c[:, 1])
    frequency, phase = 8 + 8 * c[:, 2], 2 * math.pi * c[:, 3]
    sx, sy = (frequency * px + phase).sin(), (frequency * py + phase).sin()
    stripes = (0.5 + 2 * sx).clamp(0, 1)
    dots = (1.5 * (sx + sy) - 0.5).clamp(0, 1)
    checks = (0.5 + 4 * sx * sy).clamp(0, 1)
    return _choose([torch.zeros_like(noise), stripes, dots, checks, noise], c[:, 0])


def _ground(x: Tensor, y: Tensor, c: Tensor) -> Tensor:
    """The share [B, S, S] of the second color behind it: kind, turn, frequency, phase in c."""
    px, py = _turn(x, y, 2 * math.pi * c[:, 1])
    frequency, phase = 3 + 6 * c[:, 2], 2 * math.pi * c[:, 3]
    gradient = 0.5 + px / 2
    stripes = (0.5 + 2 * (frequency * px + phase).sin()).clamp(0, 1)
    blobs = 0.5 + 0.5 * (frequency * px + phase).sin() * (0.7 * frequency * py - phase).cos()
    return _choose([torch.zeros_like(gradient), gradient, stripes, blobs], c[:, 0])
