"""Drawn scenes for detectors: some of eight shapes, with exact boxes and masks.

The shapes are those of `models.data.scenes`, here several in a picture: of many sizes, turned,
textured, partly hidden by each other, on textured grounds with blurred spots that are no object.
What a scene is follows from its seed alone.

Shape letters: G shapes; S pixels a side; h, w rows and columns of the patch that a shape is in.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from models.data.scenes import SHAPES, distance

SIDE = 192  # pixels
FIRST_HELD_OUT = 1_000_000_000  # seeds from here on are never drawn for training
RADIUS = (10.0, 52.0)  # pixels, of the circle around a shape
MOST = 6  # shapes in a scene
SPOTS = 3  # at most, blurred and without a class
VISIBLE = 0.5  # share of a shape's pixels in the scene that later shapes leave visible, at least
TRIES = 20  # places tried for a shape before the scene goes without it
NOISE = 0.04  # the largest standard deviation of the pixels' noise, of 1


class ShapeScene(NamedTuple):
    """One scene. A box is the tightest around what is visible of its shape."""

    image: Tensor  # uint8 [3, S, S] RGB
    boxes: Tensor  # float32 [G, 4], xyxy, pixels
    labels: Tensor  # int64 [G], indices into `SHAPES`
    masks: Tensor  # bool [G, S, S], what is visible of each shape


class Patch(NamedTuple):
    """A shape before it is painted: how much of each pixel it covers, from (top, left) on."""

    top: int
    left: int
    cover: Tensor  # [h, w] in 0..1


def draw_shape_scene(seed: int, size: int = SIDE) -> ShapeScene:
    """Scene number `seed`, `size` pixels a side (64 to 512), with 1 to `MOST` shapes.

    Radii grow with the size. Raises ValueError for a size out of range.
    """
    if not 64 <= size <= 512:
        raise ValueError(f"no scene of {size} pixels: 64 to 512")
    generator = torch.Generator().manual_seed(seed)
    light = _uniform(generator) < 0.5
    image = _paint_ground(size, light, generator)
    masks, labels = torch.zeros(0, size, size, dtype=torch.bool), []
    areas = torch.zeros(0)  # [G] of the shapes before anything hid them, in pixels
    for _ in range(1 + int(_uniform(generator) * MOST)):
        label = int(_uniform(generator) * len(SHAPES))
        patch = _find_place(SHAPES[label], masks, VISIBLE * areas, generator)
        if patch is None:
            continue
        whole = _on_canvas(patch, size)
        masks = torch.cat([masks & ~whole, whole[None]])
        areas = torch.cat([areas, whole.sum()[None]])
        labels.append(label)
        _paint(image, patch, not light, generator)
    noise = NOISE * _uniform(generator) * math.sqrt(12)
    image += noise * (torch.rand(1, size, size, generator=generator) - 0.5)
    pixels = (image * 255).round().clamp(0, 255).byte()
    return ShapeScene(pixels, mask_boxes(masks), torch.tensor(labels, dtype=torch.int64), masks)


def mask_boxes(masks: Tensor) -> Tensor:
    """The tightest boxes [G, 4], xyxy, around masks bool [G, S, S]; each must have a pixel."""
    boxes = []
    for mask in masks:
        rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
        boxes.append([int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1])
    return torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)


def _uniform(generator: torch.Generator) -> float:
    return torch.rand((), generator=generator).item()


def _between(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * _uniform(generator)


def _find_place(
    shape: str, masks: Tensor, needed: Tensor, generator: torch.Generator
) -> Patch | None:
    """A place where the shape leaves of each mask [G, S, S] the pixels `needed` [G].

    None if none was found.
    """
    size = masks.shape[-1]
    low, high = (math.log(radius * size / SIDE) for radius in RADIUS)
    for _ in range(TRIES):
        radius = math.exp(_between(low, high, generator))  # as many small shapes as large ones
        center = [_between(0.6 * radius, size - 0.6 * radius, generator) for _ in "xy"]
        angle = _between(0, 2 * math.pi, generator)
        patch = _cover(shape, (center[0], center[1]), radius, angle, size)
        left_over = (masks & ~_on_canvas(patch, size)).flatten(1).sum(1)
        if (left_over >= needed).all():
            return patch
    return None


def _cover(
    shape: str, center: tuple[float, float], radius: float, angle: float, size: int
) -> Patch:
    """How much of each pixel a turned shape covers, with soft edges of one pixel."""
    left, top = (max(0, math.floor(c - radius)) for c in center)
    right, bottom = (min(size, math.ceil(c + radius)) for c in center)
    x = (torch.arange(left, right) + 0.5 - center[0]) / radius
    y = ((torch.arange(top, bottom) + 0.5 - center[1]) / radius)[:, None]
    turned_x = math.cos(angle) * x + math.sin(angle) * y
    turned_y = math.cos(angle) * y - math.sin(angle) * x
    away = distance(shape, turned_x, turned_y) * radius
    return Patch(top, left, (0.5 - away).clamp(0, 1))


def _on_canvas(patch: Patch, size: int) -> Tensor:
    """The patch as a mask bool [S, S]: pixels that it covers at least by half."""
    mask = torch.zeros(size, size, dtype=torch.bool)
    height, width = patch.cover.shape
    mask[patch.top : patch.top + height, patch.left : patch.left + width] = patch.cover >= 0.5
    return mask


def _color(light: bool, generator: torch.Generator) -> Tensor:
    """A color [3, 1, 1] of the lighter or the darker half."""
    return torch.rand(3, 1, 1, generator=generator) / 2 + light / 2


def _texture(
    height: int, width: int, frequency: tuple[float, float], generator: torch.Generator
) -> Tensor:
    """The share [h, w] in 0..1 of a second color: plain, stripes, dots, checks or a gradient.

    `frequency` is the range of radians for each pixel.
    """
    angle, phase = _between(0, math.pi, generator), _between(0, 2 * math.pi, generator)
    x, y = torch.arange(width), torch.arange(height)[:, None]
    along = math.cos(angle) * x + math.sin(angle) * y
    across = math.cos(angle) * y - math.sin(angle) * x
    per_pixel = _between(*frequency, generator)
    wave, other = (per_pixel * along + phase).sin(), (per_pixel * across + phase).sin()
    kind = int(_uniform(generator) * 5)
    if kind == 0:
        return torch.zeros(height, width)
    if kind == 1:
        return (0.5 + 2 * wave).clamp(0, 1)
    if kind == 2:
        return (1.5 * (wave + other) - 0.5).clamp(0, 1)
    if kind == 3:
        return (0.5 + 4 * wave * other).clamp(0, 1)
    return (0.5 + along / (height + width)).clamp(0, 1)


def _blend(light: bool, share: Tensor, generator: torch.Generator) -> Tensor:
    """Colors [3, h, w]: one of its half, going over into a neighbor by share [h, w]."""
    step = (torch.rand(3, 1, 1, generator=generator) - 0.5) / 2
    return _color(light, generator) + step * share


def _paint_ground(size: int, light: bool, generator: torch.Generator) -> Tensor:
    """A textured ground [3, S, S] with up to `SPOTS` blurred spots."""
    image = _blend(light, _texture(size, size, (0.05, 0.5), generator), generator)
    x, y = torch.arange(size) + 0.5, (torch.arange(size) + 0.5)[:, None]
    for _ in range(int(_uniform(generator) * (SPOTS + 1))):
        center = [_between(0, size, generator) for _ in "xy"]
        width, height = (_between(0.04, 0.2, generator) * size for _ in "xy")
        away = ((x - center[0]) / width).square() + ((y - center[1]) / height).square()
        color = torch.rand(3, 1, 1, generator=generator)
        image = image.lerp(color.expand_as(image), (-away).exp())
    return image


def _paint(image: Tensor, patch: Patch, light: bool, generator: torch.Generator) -> None:
    """Paint a shape into the image [3, S, S], in place."""
    height, width = patch.cover.shape
    colors = _blend(light, _texture(height, width, (0.3, 1.2), generator), generator)
    rows = slice(patch.top, patch.top + height)
    columns = slice(patch.left, patch.left + width)
    image[:, rows, columns] = image[:, rows, columns].lerp(colors, patch.cover)
