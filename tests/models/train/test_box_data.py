"""Claims about photos with boxes: read whole, cropped with their boxes, drawn by number alone."""

import random
from pathlib import Path

import torch

from models.train.box_data import (
    CLASSES,
    OTHER,
    SOURCE_WEIGHTS,
    Crops,
    DrawSampler,
    collate,
    crop_boxes,
    load_photos,
    random_crop,
    to_tensor,
)


def test_photos_are_read_without_their_crowds(data: Path) -> None:
    photos = load_photos(data, "train")
    assert len(photos) == 2 * len(SOURCE_WEIGHTS)
    for photo in photos:
        assert photo.boxes.shape == (1, 4)
        x1, y1, x2, y2 = (int(v) for v in photo.boxes[0])
        inside = to_tensor(photo.image)[:, y1:y2, x1:x2]
        assert (inside == torch.tensor([220, 30, 40]).view(3, 1, 1)).all()


def test_boxes_follow_their_crop(data: Path) -> None:
    photo = load_photos(data, "train")[0]
    checked = 0
    for seed in range(40):
        image, boxes, which = random_crop(photo, 96, random.Random(seed))
        assert which.tolist() == list(range(len(boxes)))
        assert image.size == (96, 96)
        red = to_tensor(image)[0].int() - to_tensor(image)[1].int() > 60
        if len(boxes) and min(boxes[0, 2:] - boxes[0, :2]) > 8:
            rows, columns = red.any(1).nonzero().flatten(), red.any(0).nonzero().flatten()
            seen = torch.stack([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
            assert (boxes[0] - seen).abs().max() <= 3
            checked += 1
    assert checked > 10


def test_a_box_that_the_crop_mostly_hides_is_no_target() -> None:
    boxes = torch.tensor([[0.0, 0, 100, 10], [60, 60, 80, 80], [70, 70, 71, 71]])
    seen, which = crop_boxes(boxes, origin=(50, 0), scale=(2.0, 2.0), size=200)
    assert which.tolist() == [0, 1]
    assert seen.tolist() == [[0, 0, 100, 20], [20, 120, 60, 160]]
    hidden, _ = crop_boxes(boxes[:1], origin=(80, 0), scale=(1.0, 1.0), size=64)
    assert hidden.shape == (0, 4)


def test_a_draw_depends_on_its_number_alone(data: Path) -> None:
    crops = Crops(load_photos(data, "train"), seed=1)
    first, again, other = crops[(5, 64)], crops[(5, 64)], crops[(6, 64)]
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    whole = list(DrawSampler(0, 6, 2, (64, 96)))
    assert whole[4:] == list(DrawSampler(4, 6, 2, (64, 96)))
    assert len(DrawSampler(4, 6, 2, (64,))) == 2


def test_a_batch_keeps_what_belongs_to_each_crop(data: Path) -> None:
    crops = Crops(load_photos(data, "train"), seed=1)
    rows = [crops[(draw, 64)] for draw in range(5)]
    batch = collate(rows)
    for i, row in enumerate(rows):
        assert torch.equal(batch.images[i], row.image)
        assert batch.boxes[i] is row.boxes
        assert len(batch.labels[i]) == len(batch.boxes[i])
        assert batch.negative_weights[i] == (1.0 if row.source == "coco2017" else 0.25)
    known = {CLASSES.index("cat"), CLASSES.index("package"), OTHER}
    assert {int(label) for labels in batch.labels for label in labels} <= known
