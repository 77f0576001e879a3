"""Scenes drawn by a seeded generator, whose boxes are known exactly.

Shape letters: H, W rows and columns of the scene; G objects (ground truth).
Lengths inside an object's drawing are fractions of its own canvas. No torch here: the page that
lists the samples is served before torch is loaded.
"""

import random
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Theme = Literal["street", "table", "market"]
Color = tuple[int, int, int]
Placed = tuple[str, float, float, float, float]  # label, center x, bottom y, width, height

SCALE = 4  # objects are drawn this much larger and reduced: smooth edges, boxes to 1/4 pixel
INK: Color = (52, 56, 66)
GLASS: Color = (196, 222, 236)
PAINTS: tuple[Color, ...] = (
    (206, 74, 62),
    (52, 108, 170),
    (232, 176, 58),
    (70, 142, 108),
    (238, 232, 220),
    (126, 92, 148),
    (226, 128, 72),
)


class Scene(NamedTuple):
    """image uint8 [H, W, 3] RGB; boxes float32 [G, 4] xyxy in pixels; labels, G of them.

    A box is its object's whole extent inside the picture, also where a nearer object hides
    part of it. The order is the order of drawing: the nearest last.
    """

    image: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: list[str]


class Pen:
    """Draws on one object's canvas, in fractions of its width and height."""

    def __init__(self, canvas: Image.Image, rng: random.Random) -> None:
        self.width, self.height = canvas.width - 1, canvas.height - 1
        self.draw, self.rng = ImageDraw.Draw(canvas), rng

    def paint(self) -> Color:
        return self.rng.choice(PAINTS)

    def at(self, *fractions: float) -> list[float]:
        return [f * (self.height if i % 2 else self.width) for i, f in enumerate(fractions)]

    def oval(self, color: Color, *corners: float) -> None:
        self.draw.ellipse(self.at(*corners), fill=color)

    def block(self, color: Color, *corners: float, radius: float = 0.0) -> None:
        side = min(self.width, self.height)
        self.draw.rounded_rectangle(self.at(*corners), radius * side, fill=color)

    def shape(self, color: Color, *points: float) -> None:
        self.draw.polygon(self.at(*points), fill=color)

    def wheel(self, x: float, size: float) -> None:
        tall = size * self.width / self.height
        self.oval(INK, x - size / 2, 1 - tall, x + size / 2, 1)
        self.oval((176, 180, 188), x - size / 4, 1 - 0.75 * tall, x + size / 4, 1 - 0.25 * tall)


def tinted(color: Color, factor: float) -> Color:
    """The color, darker (factor below 1) or lighter."""
    red, green, blue = (min(255, max(0, round(part * factor))) for part in color)
    return red, green, blue


def car(pen: Pen) -> None:
    body = pen.paint()
    pen.shape(body, 0.2, 0.46, 0.33, 0.05, 0.7, 0.05, 0.86, 0.46)
    pen.shape(GLASS, 0.27, 0.43, 0.36, 0.13, 0.49, 0.13, 0.49, 0.43)
    pen.shape(GLASS, 0.53, 0.43, 0.53, 0.13, 0.67, 0.13, 0.77, 0.43)
    pen.block(body, 0, 0.4, 1, 0.84, radius=0.22)
    pen.block(tinted(body, 0.8), 0, 0.7, 1, 0.84, radius=0.12)
    pen.oval((252, 240, 190), 0.93, 0.5, 0.99, 0.62)
    pen.wheel(0.22, 0.2)
    pen.wheel(0.78, 0.2)


def bus(pen: Pen) -> None:
    body = pen.paint()
    pen.block(body, 0, 0, 1, 0.9, radius=0.12)
    pen.block(tinted(body, 0.78), 0, 0.6, 1, 0.72)
    for i in range(5):
        pen.block(GLASS, 0.05 + 0.155 * i, 0.14, 0.18 + 0.155 * i, 0.5, radius=0.04)
    pen.block(tinted(GLASS, 0.85), 0.84, 0.14, 0.97, 0.84, radius=0.04)
    pen.wheel(0.2, 0.15)
    pen.wheel(0.74, 0.15)


def house(pen: Pen) -> None:
    wall = pen.rng.choice(((236, 222, 196), (214, 196, 178), (226, 206, 206), (202, 212, 216)))
    pen.block(wall, 0.06, 0.34, 0.94, 1)
    pen.block(tinted(wall, 0.7), 0.7, 0.06, 0.8, 0.3)
    pen.shape(
        pen.rng.choice(((150, 78, 62), (96, 84, 92), (170, 104, 70))), 0, 0.38, 0.5, 0, 1, 0.38
    )
    pen.block(tinted(pen.paint(), 0.75), 0.42, 0.64, 0.6, 1, radius=0.03)
    for x, y in ((0.14, 0.46), (0.68, 0.46), (0.14, 0.7), (0.68, 0.7)):
        pen.block((250, 248, 240), x, y, x + 0.19, y + 0.17)
        pen.block(tinted(GLASS, 0.8), x + 0.02, y + 0.02, x + 0.17, y + 0.15)


def tree(pen: Pen) -> None:
    leaf = pen.rng.choice(((82, 138, 80), (104, 150, 72), (62, 120, 92)))
    pen.shape((112, 82, 62), 0.44, 1, 0.47, 0.5, 0.54, 0.5, 0.58, 1)
    for x, y, size in ((0, 0.26, 0.56), (0.44, 0.24, 0.56), (0.2, 0, 0.62), (0.24, 0.3, 0.52)):
        shade = tinted(leaf, 0.9 + 0.2 * pen.rng.random())
        pen.oval(shade, x, y, x + size, y + size * 0.75)


def person(pen: Pen) -> None:
    skin = pen.rng.choice(((240, 200, 168), (198, 146, 108), (124, 84, 62)))
    shirt, trousers = pen.paint(), tinted(pen.paint(), 0.55)
    pen.block(trousers, 0.24, 0.55, 0.47, 1, radius=0.12)
    pen.block(trousers, 0.53, 0.55, 0.76, 1, radius=0.12)
    pen.block(tinted(shirt, 0.85), 0, 0.22, 0.24, 0.58, radius=0.12)
    pen.block(tinted(shirt, 0.85), 0.76, 0.22, 1, 0.58, radius=0.12)
    pen.block(shirt, 0.14, 0.2, 0.86, 0.62, radius=0.16)
    pen.oval(tinted(skin, 0.6), 0.28, 0, 0.72, 0.17)
    pen.oval(skin, 0.3, 0.03, 0.7, 0.2)


def balloon(pen: Pen) -> None:
    color = pen.paint()
    pen.oval(color, 0, 0, 1, 0.72)
    pen.oval((248, 242, 228), 0.22, 0, 0.78, 0.72)
    pen.oval(color, 0.38, 0, 0.62, 0.72)
    pen.shape(tinted(color, 0.8), 0.16, 0.6, 0.84, 0.6, 0.6, 0.82, 0.4, 0.82)
    pen.block((140, 100, 64), 0.38, 0.86, 0.62, 1, radius=0.03)
    for x in (0.4, 0.58):
        pen.block(INK, x, 0.8, x + 0.02, 0.88)


def round_fruit(color: Color, leaf: bool) -> Callable[[Pen], None]:
    def fruit(pen: Pen) -> None:
        own = tinted(color, 0.92 + 0.16 * pen.rng.random())
        pen.oval(own, 0, 0.1, 1, 1)
        pen.oval(tinted(own, 1.14), 0.16, 0.2, 0.56, 0.6)
        pen.oval(tinted(own, 1.4), 0.24, 0.26, 0.42, 0.42)
        pen.block((96, 72, 48), 0.48, 0, 0.53, 0.2)
        if leaf:
            pen.oval((88, 146, 78), 0.53, 0.01, 0.8, 0.13)

    return fruit


def cup(pen: Pen) -> None:
    color = pen.paint()
    pen.oval(tinted(color, 0.85), 0.6, 0.24, 1, 0.76)
    pen.oval((206, 188, 164), 0.7, 0.36, 0.9, 0.64)
    pen.block(color, 0, 0.1, 0.78, 1, radius=0.2)
    pen.oval(tinted(color, 1.2), 0, 0, 0.78, 0.24)
    pen.oval((84, 56, 44), 0.06, 0.04, 0.72, 0.2)


def bottle(pen: Pen) -> None:
    glass = pen.rng.choice(((66, 116, 88), (120, 78, 52), (86, 128, 160)))
    pen.block(glass, 0, 0.36, 1, 1, radius=0.24)
    pen.shape(glass, 0.02, 0.5, 0.34, 0.26, 0.66, 0.26, 0.98, 0.5)
    pen.block(glass, 0.34, 0.05, 0.66, 0.4)
    pen.block(tinted(glass, 0.6), 0.3, 0, 0.7, 0.1, radius=0.1)
    pen.block((240, 232, 212), 0, 0.58, 1, 0.84)
    pen.block(tinted(glass, 1.5), 0.12, 0.42, 0.2, 0.56, radius=0.05)


def book(pen: Pen) -> None:
    cover = pen.paint()
    pen.block(cover, 0, 0, 1, 1, radius=0.1)
    pen.block((246, 242, 230), 0.05, 0.2, 1, 0.82)
    pen.block(tinted(cover, 0.8), 0, 0, 0.07, 1, radius=0.1)


def vase(pen: Pen) -> None:
    color = pen.paint()
    for x, y in ((0.1, 0.1), (0.42, 0), (0.7, 0.12)):
        pen.shape((90, 136, 84), 0.48, 0.6, x + 0.1, y + 0.1, x + 0.15, y + 0.1, 0.54, 0.6)
        petals = pen.paint()
        pen.oval(petals, x, y, x + 0.28, y + 0.2)
        pen.oval((248, 214, 96), x + 0.09, y + 0.065, x + 0.19, y + 0.135)
    pen.oval(color, 0.14, 0.58, 0.86, 1)
    pen.block(color, 0.36, 0.5, 0.64, 0.7)


OBJECTS: dict[str, Callable[[Pen], None]] = {
    "car": car,
    "bus": bus,
    "house": house,
    "tree": tree,
    "person": person,
    "balloon": balloon,
    "apple": round_fruit((196, 58, 52), leaf=True),
    "orange": round_fruit((232, 140, 44), leaf=False),
    "pear": round_fruit((176, 190, 78), leaf=True),
    "plum": round_fruit((112, 70, 124), leaf=False),
    "cup": cup,
    "bottle": bottle,
    "book": book,
    "vase": vase,
}
FRUIT = ("apple", "orange", "pear", "plum")


def gradient(size: tuple[int, int], top: Color, bottom: Color) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def sprite(label: str, width: int, height: int, rng: random.Random) -> Image.Image:
    """One object [height, width] as RGBA at `SCALE`, lit from the upper left."""
    size = (width * SCALE, height * SCALE)
    canvas = Image.new("RGBA", size)
    OBJECTS[label](Pen(canvas, rng))
    light = gradient(size, (255, 255, 255), (196, 192, 204))
    side = gradient((size[1], size[0]), (255, 255, 255), (214, 212, 220)).rotate(90, expand=True)
    side = side.resize(size)
    lit = ImageChops.multiply(ImageChops.multiply(canvas.convert("RGB"), light), side)
    lit.putalpha(canvas.getchannel("A"))
    return lit


def shadow(scene: Image.Image, box: tuple[float, float, float, float]) -> None:
    """Darken the ground under an object, softly."""
    x1, _, x2, y2 = box
    depth = max(3.0, 0.09 * (x2 - x1))
    mask = Image.new("L", scene.size)
    ImageDraw.Draw(mask).ellipse((x1 - depth, y2 - depth, x2 + depth, y2 + depth * 0.6), fill=96)
    mask = mask.filter(ImageFilter.GaussianBlur(depth / 2))
    scene.paste((40, 36, 52), (0, 0), mask)


def place(scene: Image.Image, placed: Placed, rng: random.Random) -> tuple[float, ...] | None:
    """Draw one object; its box (x1, y1, x2, y2), or None if less than half of it is inside."""
    label, center, bottom, width, height = placed
    wide, tall = max(8, round(width)), max(8, round(height))
    figure = sprite(label, wide, tall, rng)
    left, top = round(center - wide / 2), round(bottom - tall)
    bounds = figure.getchannel("A").getbbox()
    if bounds is None:
        return None
    x1, y1, x2, y2 = (
        origin + side / SCALE for origin, side in zip((left, top) * 2, bounds, strict=True)
    )
    box = (max(0.0, x1), max(0.0, y1), min(float(scene.width), x2), min(float(scene.height), y2))
    inside = max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
    if inside < (x2 - x1) * (y2 - y1) / 2:
        return None
    if label != "balloon":
        shadow(scene, (x1, y1, x2, y2))
    figure = figure.resize((wide, tall), Image.Resampling.BOX)
    scene.paste(figure, (left, top), figure)
    return box


def street(size: tuple[int, int], rng: random.Random) -> tuple[Image.Image, Iterator[Placed]]:
    """Houses and trees behind a road with cars, a bus and people."""
    width, height = size
    scene = gradient(size, (126, 178, 220), (236, 232, 216))
    draw = ImageDraw.Draw(scene)
    for base, color in ((0.5, (168, 190, 190)), (0.55, (138, 172, 142))):
        for _ in range(5):
            x, wide = rng.uniform(-0.2, 1.0) * width, rng.uniform(0.5, 0.9) * width
            top = (base - rng.uniform(0.04, 0.14)) * height
            draw.ellipse((x, top, x + wide, height), fill=color)
    scene.paste(gradient((width, height), (150, 178, 122), (126, 158, 104)), (0, int(0.6 * height)))
    scene.paste(
        gradient((width, height), (196, 190, 182), (176, 170, 164)), (0, int(0.68 * height))
    )
    scene.paste(gradient((width, height), (112, 114, 122), (84, 86, 96)), (0, int(0.75 * height)))
    dash = width / 9
    for i in range(10):
        draw.rectangle(
            (i * dash, 0.865 * height, (i + 0.5) * dash, 0.88 * height), fill=(232, 226, 206)
        )

    def objects() -> Iterator[Placed]:
        yield "balloon", rng.uniform(0.1, 0.9) * width, 0.3 * height, 0.12 * height, 0.18 * height
        for slot in (0.17, 0.5, 0.83):
            tall = rng.uniform(0.28, 0.42) * height
            center = (slot + rng.uniform(-0.05, 0.05)) * width
            yield "house", center, 0.66 * height, tall * rng.uniform(0.85, 1.1), tall
            beside = center + rng.choice((-1, 1)) * 0.15 * width
            crown = rng.uniform(0.2, 0.32) * height
            yield "tree", beside, 0.68 * height, crown * 0.7, crown
        for _ in range(3):
            tall = rng.uniform(0.13, 0.19) * height
            yield "person", rng.uniform(0.06, 0.94) * width, 0.745 * height, tall * 0.4, tall
        lane = (("car", 0.2), ("bus", 0.34), ("car", 0.22))
        for i, (label, wide) in enumerate(rng.sample(lane, 3)):
            center = (0.17 + 0.33 * i + rng.uniform(-0.03, 0.03)) * width
            ratio = 0.42 if label == "car" else 0.48
            yield label, center, 0.845 * height, wide * width, wide * ratio * width
        center = rng.uniform(0.25, 0.75) * width
        yield "car", center, 0.975 * height, 0.3 * width, 0.126 * width

    return scene, objects()


def table(size: tuple[int, int], rng: random.Random) -> tuple[Image.Image, Iterator[Placed]]:
    """A still life: a few clearly separate things on a wooden table."""
    width, height = size
    scene = gradient(size, (206, 214, 212), (228, 220, 208))
    edge = int(0.5 * height)
    scene.paste(gradient((width, height), (176, 130, 92), (126, 86, 60)), (0, edge))
    draw = ImageDraw.Draw(scene)
    for i in range(1, 5):
        y = edge + (height - edge) * (i / 5) ** 1.3
        draw.line((0, y, width, y), fill=(122, 84, 58), width=max(1, height // 300))

    def objects() -> Iterator[Placed]:
        back: list[tuple[str, float, float]] = [
            ("vase", 0.44, 0.6),
            ("bottle", 0.46, 0.28),
            ("book", 0.11, 2.4),
            ("cup", 0.2, 1.2),
        ]
        rng.shuffle(back)
        for i, (label, tall, ratio) in enumerate(back):
            center = (0.15 + 0.235 * i + rng.uniform(-0.02, 0.02)) * width
            bottom = rng.uniform(0.62, 0.7) * height
            yield label, center, bottom, tall * ratio * height, tall * height
        front = [*rng.sample(FRUIT, 3), "cup"]
        rng.shuffle(front)
        for i, label in enumerate(front):
            tall = rng.uniform(0.14, 0.22) * height
            center = (0.16 + 0.23 * i + rng.uniform(-0.04, 0.04)) * width
            ratio = 1.2 if label == "cup" else 0.95
            yield label, center, rng.uniform(0.84, 0.96) * height, tall * ratio, tall

    return scene, objects()


def market(size: tuple[int, int], rng: random.Random) -> tuple[Image.Image, Iterator[Placed]]:
    """A crowded stall: rows of fruit, each row partly hiding the one behind it."""
    width, height = size
    scene = gradient(size, (112, 96, 92), (150, 124, 100))
    draw = ImageDraw.Draw(scene)
    for i in range(10):
        color = (206, 74, 62) if i % 2 else (246, 238, 222)
        left, right = i * width / 10, (i + 1) * width / 10
        draw.rectangle((left, 0, right, 0.13 * height), fill=color)
        draw.ellipse((left, 0.08 * height, right, 0.18 * height), fill=color)
    scene.paste(gradient((width, height), (168, 124, 84), (112, 76, 52)), (0, int(0.46 * height)))

    def objects() -> Iterator[Placed]:
        for x in (0.2, 0.5, 0.8):
            tall = rng.uniform(0.34, 0.42) * height
            yield "person", (x + rng.uniform(-0.08, 0.08)) * width, 0.56 * height, tall * 0.42, tall
        for row in range(4):
            side = (0.15 + 0.025 * row) * height
            kinds = rng.sample(FRUIT, 2)
            count = int(0.86 * width / (0.78 * side))
            for i in range(count):
                center = (
                    (i - (count - 1) / 2) * 0.78 * side + width / 2 + rng.uniform(-0.1, 0.1) * side
                )
                bottom = (0.6 + 0.115 * row) * height + rng.uniform(-0.06, 0.06) * side
                own = side * rng.uniform(0.9, 1.1)
                yield kinds[i * 2 // count], center, bottom, own * 0.97, own

    return scene, objects()


THEMES = {"street": street, "table": table, "market": market}


def draw_scene(seed: int, width: int = 640, height: int = 480, theme: Theme = "street") -> Scene:
    """A drawn scene; the same arguments give the same pixels.

    `width` and `height` in pixels, at least 64. Raises ValueError for less.
    """
    if min(width, height) < 64:
        raise ValueError(f"a scene needs at least 64 x 64 pixels, not {width} x {height}")
    rng = random.Random(seed)
    scene, objects = THEMES[theme]((width, height), rng)
    boxes, labels = [], []
    for placed in objects:
        box = place(scene, placed, rng)
        if box is not None:
            boxes.append(box)
            labels.append(placed[0])
    return Scene(
        np.asarray(scene, dtype=np.uint8).copy(),
        np.asarray(boxes, dtype=np.float32).reshape(-1, 4),
        labels,
    )
