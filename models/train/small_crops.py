"""Crops of 32 pixels of real photos: many of which nobody says what they show, some with a class.

Shape letters: M crops.
"""

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor

from models.train.box_data import label_of, to_tensor

SIDE = 32
CLASSES = ("car", "bus", "cat", "person", "train")
SOURCES = ("coco2017", "voc_5class")  # groceries all look alike
LEAST = 24.0  # pixels of the longer side of a box from which on it is a crop
MARGIN = (1.0, 1.5)  # side of a crop, as a share of its box's longer side
VIEW = (0.35, 1.0)  # side of a crop without a class, as a share of the photo's shorter side


class SmallCrops(NamedTuple):
    """uint8 [M, 3, S, S] without a class, and others with one, int64 in `CLASSES`."""

    plain: Tensor
    images: Tensor
    labels: Tensor


def load_small_crops(folder: Path, split: str, plain: int, seed: int = 0) -> SmallCrops:
    """The crops of a split ("train" or "val") of `shared/data/boxes`; the same arguments give the
    same crops. `plain` of them have no class and are spread evenly over the photos.
    """
    coco = json.loads((folder / "annotations.json").read_text())
    boxes: dict[int, list[dict[str, Any]]] = {}
    for annotation in coco["annotations"]:
        if not annotation["iscrowd"] and not annotation.get("difficult"):
            boxes.setdefault(annotation["image_id"], []).append(annotation)
    names = {c["id"]: c["name"] for c in coco["categories"]}
    records = [i for i in coco["images"] if i["split"] == split and i["source"] in SOURCES]
    rng = random.Random(seed)
    free, crops, labels = [], [], []
    for i, record in enumerate(records):
        with Image.open(folder / record["file_name"]) as file:
            image = file.convert("RGB")
        share = (i + 1) * plain // len(records) - i * plain // len(records)
        free += [any_crop(image, rng) for _ in range(share)]
        for annotation in boxes.get(record["id"], []):
            label = label_of(names[annotation["category_id"]], record["source"])
            if 0 <= label < len(CLASSES) and max(annotation["bbox"][2:]) >= LEAST:
                crops.append(crop_around(image, annotation["bbox"], rng))
                labels.append(label)
    empty = torch.empty(0, 3, SIDE, SIDE, dtype=torch.uint8)
    return SmallCrops(
        torch.stack(free) if free else empty,
        torch.stack(crops) if crops else empty,
        torch.tensor(labels, dtype=torch.int64),
    )


def any_crop(image: Image.Image, rng: random.Random) -> Tensor:
    """A square anywhere in the photo."""
    side = rng.uniform(*VIEW) * min(image.size)
    x, y = rng.uniform(0, image.width - side), rng.uniform(0, image.height - side)
    return reduced(image, (x, y, x + side, y + side))


def crop_around(image: Image.Image, box: list[float], rng: random.Random) -> Tensor:
    """A square around a box [x, y, width, height], kept inside the photo."""
    x, y, width, height = box
    side = max(width, height) * rng.uniform(*MARGIN)
    left = x + width / 2 - side * rng.uniform(0.42, 0.58)
    top = y + height / 2 - side * rng.uniform(0.42, 0.58)
    left = min(max(left, 0), max(0, image.width - side))
    top = min(max(top, 0), max(0, image.height - side))
    right, bottom = min(left + side, image.width), min(top + side, image.height)
    return reduced(image, (left, top, right, bottom))


def reduced(image: Image.Image, box: tuple[float, float, float, float]) -> Tensor:
    """The box of the photo as uint8 [3, S, S]."""
    return to_tensor(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box))
