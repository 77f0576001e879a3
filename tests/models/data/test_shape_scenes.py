"""Claims about drawn scenes for detectors: boxes and masks are exact, and nothing is hidden."""

import pytest
import torch

from models.data.scenes import SHAPES
from models.data.shape_scenes import MOST, VISIBLE, draw_shape_scene, mask_boxes

SCENES = [draw_shape_scene(seed, 96) for seed in range(150)]


def test_a_seed_gives_the_same_scene_and_another_seed_another() -> None:
    first, again, other = draw_shape_scene(7), draw_shape_scene(7), draw_shape_scene(8)
    for a, b in zip(first, again, strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.image, other.image)


def test_a_scene_has_one_to_six_shapes_of_all_kinds() -> None:
    counts = [len(scene.labels) for scene in SCENES]
    assert (min(counts), max(counts)) == (1, MOST)
    labels = torch.cat([scene.labels for scene in SCENES])
    assert (torch.bincount(labels, minlength=len(SHAPES)) > len(labels) / 16).all()


def test_boxes_are_the_tightest_around_their_masks_and_masks_share_no_pixel() -> None:
    for scene in SCENES:
        assert scene.masks.shape == (len(scene.labels), 96, 96)
        assert scene.masks.sum(0).max() <= 1
        for mask, box in zip(scene.masks, scene.boxes.int().tolist(), strict=True):
            x1, y1, x2, y2 = box
            assert mask[y1:y2, x1:x2].sum() == mask.sum() > 0
            assert mask[y1].any()
            assert mask[y2 - 1].any()
            assert mask[:, x1].any()
            assert mask[:, x2 - 1].any()


def test_a_shape_differs_from_what_is_behind_it() -> None:
    """Its pixels are of the other half of the colors: darker or lighter than the ground."""
    clear = 0
    for scene in SCENES:
        gray, union = scene.image.float().mean(0), scene.masks.any(0)
        clear += bool((gray[union].mean() - gray[~union].mean()).abs() > 25)
    assert clear > 0.9 * len(SCENES)


def test_no_shape_is_mostly_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was painted later: each mask keeps its share of what it had when painted."""
    from models.data import shape_scenes

    whole: list[torch.Tensor] = []
    original = shape_scenes._paint

    def note(
        image: torch.Tensor, patch: shape_scenes.Patch, light: bool, g: torch.Generator
    ) -> None:
        whole.append((patch.cover >= 0.5).sum())
        original(image, patch, light, g)

    monkeypatch.setattr(shape_scenes, "_paint", note)
    for seed in range(60):
        whole.clear()
        scene = draw_shape_scene(seed, 96)
        assert len(whole) == len(scene.masks)
        for mask, area in zip(scene.masks, whole, strict=True):
            assert mask.sum() >= VISIBLE * area


@pytest.mark.parametrize("size", [0, 63, 513, -1])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="64 to 512"):
        draw_shape_scene(0, size)


def test_boxes_of_no_masks_are_none() -> None:
    assert mask_boxes(torch.zeros(0, 8, 8, dtype=torch.bool)).shape == (0, 4)
