"""Drawn scenes: the same seed, the same picture; and boxes that are exactly where things are."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.data.box_scenes import OBJECTS, THEMES, Theme, draw_scene, place

ALL_THEMES: list[Theme] = ["street", "table", "market"]


def overlaps(boxes: np.ndarray) -> np.ndarray:
    """IoU of each pair of different boxes, as plain loops."""
    found = []
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            w = min(a[2], b[2]) - max(a[0], b[0])
            h = min(a[3], b[3]) - max(a[1], b[1])
            shared = max(0, w) * max(0, h)
            both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
            found.append(shared / both)
    return np.array(found)


@pytest.mark.parametrize("theme", ALL_THEMES)
def test_a_scene_is_a_picture_with_boxes_inside_it(theme: Theme) -> None:
    for seed in range(4):
        image, boxes, labels = draw_scene(seed, 320, 240, theme)
        assert (image.shape, image.dtype) == ((240, 320, 3), np.uint8)
        assert (boxes.shape, boxes.dtype) == ((len(labels), 4), np.float32)
        assert len(labels) >= 6
        assert set(labels) <= set(OBJECTS)
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] <= (320, 240)).all()
        assert (boxes[:, 2:] - boxes[:, :2] >= 4).all()


@pytest.mark.parametrize("theme", ALL_THEMES)
def test_a_seed_gives_one_scene_and_another_seed_another(theme: Theme) -> None:
    first, again, other = (draw_scene(seed, 320, 240, theme) for seed in (5, 5, 6))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.boxes, again.boxes)
    assert first.labels == again.labels
    assert not np.array_equal(first.image, other.image)


def test_other_random_numbers_do_not_change_a_scene() -> None:
    random.seed(1)
    first = draw_scene(3, 160, 120)
    random.random()
    assert np.array_equal(first.image, draw_scene(3, 160, 120).image)


@pytest.mark.parametrize("label", sorted(OBJECTS))
@pytest.mark.parametrize("center", [80, 12])
def test_a_box_is_exactly_where_the_object_was_drawn(label: str, center: int) -> None:
    for seed in range(5):
        # On two grounds, what is the same on both is the object; shadows differ with the ground.
        pictures = []
        for ground in ((255, 0, 255), (0, 255, 0)):
            scene = Image.new("RGB", (160, 120), ground)
            box = place(scene, (label, center, 100, 40, 60), random.Random(seed))
            pictures.append(np.asarray(scene).astype(int))
        assert box is not None
        solid = (np.abs(pictures[0] - pictures[1]).sum(2)) < 3 * 255 * 0.5
        rows, columns = np.nonzero(solid)
        edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        # An edge pixel that is covered by less than half does not count as solid.
        assert np.abs(edges - np.array(box)).max() <= 2, (label, seed, edges, box)
        assert box[0] >= 0


def test_an_object_that_is_mostly_outside_is_left_out() -> None:
    scene = Image.new("RGB", (160, 120))
    assert place(scene, ("car", -30, 100, 80, 40), random.Random(0)) is None
    assert np.asarray(scene).max() == 0


def test_the_market_is_crowded_and_the_table_is_not() -> None:
    crowded = overlaps(draw_scene(1, theme="market").boxes)
    assert (crowded > 0.1).sum() > 30
    assert overlaps(draw_scene(1, theme="table").boxes).max() < 0.1


def test_sizes_differ_within_a_scene() -> None:
    boxes = draw_scene(1).boxes
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert areas.max() / areas.min() > 8


@pytest.mark.parametrize("size", [(64, 64), (97, 131), (640, 96)])
def test_any_size_from_64_pixels_can_be_drawn(size: tuple[int, int]) -> None:
    for theme in THEMES:
        assert draw_scene(0, *size, theme).image.shape == (size[1], size[0], 3)


def test_a_smaller_scene_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least 64"):
        draw_scene(0, 63, 480)


def test_scenes_are_drawn_without_loading_torch() -> None:
    code = "import sys, models.data.box_scenes; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=True)
