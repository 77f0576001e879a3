"""Photos with boxes for training proposal networks and detectors: reading, cropping, batching.

The folder is COCO style (`annotations.json` beside `images/`) with a `source` and a `split` a
photo. Photos are decoded once and kept in memory (1.6 GB for 7,313 photos of 320 pixels).
"""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image, ImageEnhance
from torch import Tensor
from torch.utils.data import Dataset, Sampler

# What detectors tell apart: five classes of PASCAL VOC, and whatever stands on a grocer's shelf.
CLASSES = ("car", "bus", "cat", "person", "train", "package")
OTHER = -1  # the label of a box of no such class
# Share of training crops drawn from each source. Groceries are two thirds of the photos and look
# alike; sampled evenly they would be nearly all that the network sees.
SOURCE_WEIGHTS = {"coco2017": 0.40, "voc_5class": 0.37, "groceries5k": 0.23}
# Only COCO's photos have all objects labeled: elsewhere an unlabeled region may be an object, so
# "background" there counts for less.
NEGATIVE_WEIGHT = {"coco2017": 1.0, "voc_5class": 0.25, "groceries5k": 0.25}
MEAN = (124, 116, 104)
MIN_VISIBLE = 0.35  # a box that a crop cuts below this share of its area is no longer a target
MIN_SIDE = 3.0  # pixels; below it there is nothing to see


@dataclass(frozen=True)
class Photo:
    """One photo and its boxes [G, 4], xyxy, in its own pixels."""

    name: str
    source: str
    image: Image.Image
    boxes: Tensor
    labels: Tensor  # [G] int64: index in `CLASSES`, or OTHER
    difficult: Tensor  # [G] bool: so hard to tell that no detector is asked to find it
    crowds: Tensor = field(default_factory=lambda: torch.zeros(0, 4))  # [N, 4], of many objects
    crowd_labels: Tensor = field(default_factory=lambda: torch.zeros(0).long())  # [N]


def label_of(category: str, source: str) -> int:
    """Index in `CLASSES` of what a photo of this source calls `category`, or OTHER."""
    if source == "groceries5k":
        return CLASSES.index("package")
    return CLASSES.index(category) if category in CLASSES else OTHER


def load_photos(folder: Path, split: str) -> list[Photo]:
    """All photos of a split ("train" or "val"), crowds apart from the boxes of one object."""
    coco = json.loads((folder / "annotations.json").read_text())
    names = {c["id"]: c["name"] for c in coco["categories"]}
    annotations: dict[int, list[dict[str, Any]]] = {}
    for annotation in coco["annotations"]:
        annotations.setdefault(annotation["image_id"], []).append(annotation)
    wanted = [i for i in coco["images"] if i["split"] == split]

    def read(record: dict[str, Any]) -> Photo:
        with Image.open(folder / record["file_name"]) as file:
            image = file.convert("RGB")
        told = annotations.get(record["id"], [])
        own, crowds = ([a for a in told if bool(a["iscrowd"]) == crowd] for crowd in (False, True))

        def labeled(some: list[dict[str, Any]]) -> tuple[Tensor, Tensor]:
            boxes = torch.tensor([a["bbox"] for a in some], dtype=torch.float32).reshape(-1, 4)
            boxes[:, 2:] += boxes[:, :2]
            labels = [label_of(names[a["category_id"]], record["source"]) for a in some]
            return boxes, torch.tensor(labels).long()

        difficult = torch.tensor([bool(a.get("difficult")) for a in own], dtype=torch.bool)
        source = record["source"]
        return Photo(record["file_name"], source, image, *labeled(own), difficult, *labeled(crowds))

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(read, wanted))


def random_crop(photo: Photo, size: int, rng: random.Random) -> tuple[Image.Image, Tensor, Tensor]:
    """A square view of the photo, `size` pixels wide: zoomed in, whole, or zoomed out.

    Also the boxes seen there [K, 4], and which of the photo's boxes they are [K].

    The view's side is 0.35 to 1.5 times the photo's longer side, so objects appear at many
    scales; what lies outside the photo is filled with the mean color.
    """
    width, height = photo.image.size
    longer = max(width, height)
    side = longer * (rng.uniform(0.9, 1.1) if rng.random() < 0.35 else 2 ** rng.uniform(-1.4, 0.55))
    side_x, side_y = side * 2 ** rng.uniform(-0.2, 0.2), side
    x0 = rng.uniform(min(0, width - side_x), max(0, width - side_x))
    y0 = rng.uniform(min(0, height - side_y), max(0, height - side_y))
    if len(photo.boxes) and side < longer and rng.random() < 0.7:  # look at some object
        x1, y1, x2, y2 = photo.boxes[rng.randrange(len(photo.boxes))].tolist()
        x0 = min(max((x1 + x2) / 2 - side_x * rng.uniform(0.2, 0.8), 0), max(0, width - side_x))
        y0 = min(max((y1 + y2) / 2 - side_y * rng.uniform(0.2, 0.8), 0), max(0, height - side_y))
    scale_x, scale_y = size / side_x, size / side_y
    left, top = max(x0, 0.0), max(y0, 0.0)
    right, bottom = min(x0 + side_x, width), min(y0 + side_y, height)
    place = [round((left - x0) * scale_x), round((top - y0) * scale_y)]
    extent = [
        max(1, min(size - place[0], round((right - left) * scale_x))),
        max(1, min(size - place[1], round((bottom - top) * scale_y))),
    ]
    view = photo.image.resize(
        (extent[0], extent[1]),
        Image.Resampling.BILINEAR,
        box=(left, top, right, bottom),
    )
    canvas = view
    if extent != [size, size]:
        canvas = Image.new("RGB", (size, size), MEAN)
        canvas.paste(view, (place[0], place[1]))
    return canvas, *crop_boxes(photo.boxes, (x0, y0), (scale_x, scale_y), size)


def crop_boxes(
    boxes: Tensor, origin: tuple[float, float], scale: tuple[float, float], size: int
) -> tuple[Tensor, Tensor]:
    """Boxes [G, 4] as the crop sees them: moved, scaled, cut; the mostly invisible dropped.

    Returns those that stay [K, 4] and their indices [K].
    """
    moved = (boxes - torch.tensor(origin * 2)) * torch.tensor(scale * 2)
    cut = moved.clamp(0, size)
    sides, full = cut[:, 2:] - cut[:, :2], moved[:, 2:] - moved[:, :2]
    visible = sides.prod(1) >= MIN_VISIBLE * full.prod(1)
    stay = (visible & (sides.min(1).values >= MIN_SIDE)).nonzero().flatten()
    return cut[stay], stay


def color_jitter(image: Image.Image, rng: random.Random) -> Image.Image:
    """Brightness, contrast and saturation, each by up to 40 %."""
    enhancers = [ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color]
    rng.shuffle(enhancers)
    for enhancer in enhancers:
        if rng.random() < 0.5:
            image = enhancer(image).enhance(rng.uniform(0.6, 1.4))
    return image


def to_tensor(image: Image.Image) -> Tensor:
    """RGB image -> uint8 [3, H, W]."""
    data = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return data.view(image.height, image.width, 3).permute(2, 0, 1)


class Crop(NamedTuple):
    """A training example."""

    image: Tensor  # uint8 [3, size, size]
    boxes: Tensor  # [G, 4], pixels of the crop
    labels: Tensor  # [G] int64: index in `CLASSES`, or OTHER
    source: str
    draw: int


class Batch(NamedTuple):
    """N crops of one size."""

    images: Tensor  # uint8 [N, 3, size, size], channels last
    boxes: list[Tensor]  # N x [G, 4]
    labels: list[Tensor]  # N x [G]
    sources: list[str]

    @property
    def negative_weights(self) -> list[float]:
        """How much an anchor on the background counts in each crop, where all objects train."""
        return [NEGATIVE_WEIGHT[source] for source in self.sources]


class Crops(Dataset[Crop]):
    """Random views, each determined by its key (seed, number of the draw) alone."""

    def __init__(
        self, photos: list[Photo], seed: int, shares: dict[str, float] = SOURCE_WEIGHTS
    ) -> None:
        self.by_source = {source: [p for p in photos if p.source == source] for source in shares}
        self.shares = shares
        self.seed = seed

    def __getitem__(self, key: tuple[int, int]) -> Crop:
        draw, size = key
        rng = random.Random(self.seed * 1_000_003 + draw)
        source = rng.choices(list(self.shares), list(self.shares.values()))[0]
        photo = rng.choice(self.by_source[source])
        view, boxes, which = random_crop(photo, size, rng)
        image = to_tensor(color_jitter(view, rng))
        if rng.random() < 0.5:
            image = image.flip(2)
            boxes = torch.stack(
                [size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]], dim=1
            )
        return Crop(image, boxes, photo.labels[which], source, draw)


class DrawSampler(Sampler[list[tuple[int, int]]]):
    """Batches of keys for `Crops`, from batch `start` to `stop`, each batch in one size."""

    def __init__(self, start: int, stop: int, batch: int, sizes: tuple[int, ...]) -> None:
        self.start, self.stop, self.batch, self.sizes = start, stop, batch, sizes

    def __len__(self) -> int:
        return self.stop - self.start

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for step in range(self.start, self.stop):
            size = random.Random(step).choice(self.sizes)
            yield [(step * self.batch + i, size) for i in range(self.batch)]


def collate(crops: list[Crop]) -> Batch:
    """Stack the images; boxes stay a list, since their number differs."""
    # Stacked as rows of pixels, which is how they lie in memory: channels_last without a copy.
    stacked = torch.stack([crop.image.permute(1, 2, 0) for crop in crops]).permute(0, 3, 1, 2)
    return Batch(
        stacked,
        [crop.boxes for crop in crops],
        [crop.labels for crop in crops],
        [crop.source for crop in crops],
    )
