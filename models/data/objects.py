"""Small upright pictures: things on a ground, whose class, place, size and number are known.

Sky or wall is above the ground, things stand on it and light comes from the upper left, so a
picture has an "up". The colors of a ground follow its kind; those of a thing are shuffled, so its
class is not to be read from color.

Shape letters: M pictures, S pixels a side, G = 4 cells a side.
"""

import random
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.data.box_scenes import gradient, sprite

CLASSES = ("car", "bus", "person", "cup", "bottle", "book", "vase", "balloon")
RATIOS = {  # width over height
    "car": 2.2, "bus": 1.9, "person": 0.5, "cup": 1.15, "bottle": 0.4, "book": 1.9, "vase": 0.75,
    "balloon": 0.72,
}  # fmt: skip
MOST = 3  # things in a picture
SIZES = ("small", "medium", "large")
PLACES = ("left", "middle", "right")
CELLS = 4  # a side
COVERED = 0.25  # share of a cell's pixels from which on it counts as covered by a thing
AREAS = (0.105, 0.155)  # share of the picture: where "medium" and "large" begin
# Above and below the horizon, each from top to bottom: a street, a table, a stall in the evening.
PLAIN = 0.5  # share of the pictures without a horizon: one color, on which only things tell "up"
GROUNDS = (
    ((126, 178, 220), (236, 232, 216), (150, 178, 122), (96, 104, 100)),
    ((206, 214, 212), (228, 220, 208), (176, 130, 92), (126, 86, 60)),
    ((64, 66, 96), (122, 104, 110), (150, 112, 76), (92, 66, 50)),
)
RGB = tuple[int, int, int]


class Objects(NamedTuple):
    """images uint8 [M, 3, S, S]; int64 [M]: classes, in `CLASSES`; places 0..2 left, middle, right
    of the largest thing's center; sizes 0..2 by `AREAS` of the largest thing's box; counts 0..2,
    one to three things, all of one class; cells bool [M, G, G] whether things cover a cell.
    """

    images: Tensor
    classes: Tensor
    places: Tensor
    sizes: Tensor
    counts: Tensor
    cells: Tensor


def shuffled_colors(image: Image.Image, rng: random.Random) -> Image.Image:
    """The RGBA picture with red, green and blue in another order, at random."""
    bands = list(image.split())
    order = rng.sample(range(3), 3)
    return Image.merge("RGBA", [bands[i] for i in order] + [bands[3]])


def ground(size: int, rng: random.Random) -> tuple[Image.Image, float]:
    """An empty scene and where its horizon is, as a share of its height."""
    above_top, above, below, below_bottom = rng.choice(GROUNDS)
    horizon = rng.uniform(0.4, 0.62)
    if rng.random() < PLAIN:
        scene = Image.new("RGB", (size, size), rng.choice((above_top, above, below, below_bottom)))
    else:
        scene = gradient((size, size), above_top, above)
        at = round(horizon * size)
        scene.paste(gradient((size, size - at), below, below_bottom), (0, at))
    table = [min(255, round(v * factor)) for factor in lights(rng) for v in range(256)]
    return scene.point(table), horizon


def lights(rng: random.Random) -> tuple[float, float, float]:
    """Brightness of the three channels: another hour of the day."""
    common = rng.uniform(0.75, 1.1)
    red, green, blue = (common * rng.uniform(0.95, 1.05) for _ in range(3))
    return red, green, blue


def thing(name: str, height: int, rng: random.Random) -> Image.Image:
    """A thing [height, width] in RGBA, reduced to its own pixels."""
    width = max(3, round(height * RATIOS[name]))
    figure = shuffled_colors(sprite(name, width, height, rng), rng)
    return figure.resize((width, height), Image.Resampling.BOX)


def draw_objects(count: int, seed: int, size: int = 32) -> Objects:
    """`count` pictures of `size` pixels a side; the same arguments give the same pixels.

    Raises ValueError for fewer than 0 pictures or a side that is no multiple of 4.
    """
    if count < 0 or size % CELLS:
        raise ValueError(f"{count} pictures of {size} pixels: no such set")
    images = np.zeros((count, size, size, 3), np.uint8)
    rows = np.zeros((count, 4), np.int64)
    cells = np.zeros((count, CELLS, CELLS), bool)
    for i in range(count):
        images[i], rows[i], cells[i] = draw_one(size, random.Random(seed * 1_000_003 + i))
    told = torch.from_numpy(rows)
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    classes, places, sizes, counts = told.unbind(1)
    return Objects(pixels, classes, places, sizes, counts, torch.from_numpy(cells))


def draw_one(
    size: int, rng: random.Random
) -> tuple[NDArray[np.uint8], tuple[int, int, int, int], NDArray[np.bool_]]:
    """One picture, its four answers, and its covered cells."""
    scene, horizon = ground(size, rng)
    label, number = rng.randrange(len(CLASSES)), rng.randint(1, MOST)
    mask, boxes = Image.new("L", scene.size), []
    bottoms = sorted(rng.uniform(horizon + 0.12, 0.98) for _ in range(number))
    for slot, bottom in zip(slots(number, rng), bottoms, strict=True):
        name = CLASSES[label]
        area = rng.uniform(0.05, 0.26) / number**0.5
        height = max(5, round(size * (area / RATIOS[name]) ** 0.5))
        figure = thing(name, min(height, round(0.92 * size)), rng)
        left, top = round(slot * size - figure.width / 2), round(bottom * size - figure.height)
        left = min(max(left, 0), max(0, size - figure.width))
        top = max(top, 0)
        scene.paste(figure, (left, top), figure)
        mask.paste(255, (left, top), figure)
        boxes.append((figure.width * figure.height / size**2, (left + figure.width / 2) / size))
    largest, center = max(boxes)
    cut = sum(largest >= edge for edge in AREAS)
    answers = (label, min(2, int(3 * center)), cut, number - 1)
    return np.asarray(scene), answers, covered(mask)


def slots(number: int, rng: random.Random) -> list[float]:
    """Where things stand from left to right, 0 to 1, side by side, in random order."""
    wide = 0.84 / number
    places = [0.08 + wide * (i + rng.random()) for i in range(number)]
    rng.shuffle(places)
    return places


def covered(mask: Image.Image) -> NDArray[np.bool_]:
    """bool [G, G]: cells of which things cover at least `COVERED`."""
    small = mask.resize((CELLS, CELLS), Image.Resampling.BOX)
    return np.asarray(small) >= 255 * COVERED
