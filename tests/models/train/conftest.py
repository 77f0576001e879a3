"""Photos with boxes to train on, made here: tests need nothing of what is not in the repository."""

import json
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from models.train.box_data import SOURCE_WEIGHTS


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of one colored rectangle each, from every source, for both splits."""
    folder = tmp_path_factory.mktemp("boxes")
    (folder / "images").mkdir()
    rng = random.Random(0)
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for source in SOURCE_WEIGHTS:
        for split in ("train", "train", "val"):
            number = len(images) + 1
            image = Image.new("RGB", (96, 64), (90, 120, 90))
            x, y = rng.randrange(10, 40), rng.randrange(5, 25)
            ImageDraw.Draw(image).rectangle((x, y, x + 29, y + 24), fill=(220, 30, 40))
            name = f"images/{number}.png"
            image.save(folder / name)
            images.append({"id": number, "file_name": name, "source": source, "split": split})
            both = {"image_id": number, "category_id": 1 + number % 2}
            whole = {**both, "bbox": [x, y, 30, 25], "iscrowd": 0, "difficult": 0}
            annotations += [whole, {**both, "bbox": [0, 0, 96, 64], "iscrowd": 1}]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "zebra"}]
    table = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(table))
    return folder
