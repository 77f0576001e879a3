"""Drawn scenes as the trunk sees them: computed once, because the trunk stays as it is.

Shape letters: N scenes; S pixels a side.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from models.data.shape_scenes import ShapeScene, draw_shape_scene
from models.detection.efficientnet import Trunk
from models.detection.imagenet import load_trunk
from models.detection.preprocess import normalize

KEPT = 320  # scenes, about 0.25 MB each


class SceneMaps(NamedTuple):
    """A scene and the trunk's maps of it."""

    scene: ShapeScene
    at8: Tensor  # [40, S / 8, S / 8]
    at16: Tensor  # [112, S / 16, S / 16]
    at32: Tensor  # [192, S / 32, S / 32]


@lru_cache(maxsize=1)
def trunk() -> Trunk:
    """With ImageNet's weights, as those who wrote of R-CNN began, too."""
    return load_trunk().requires_grad_(False)


@lru_cache(maxsize=KEPT)
def scene_maps(seed: int) -> SceneMaps:
    """The scene of that seed; drawn and seen at its first use."""
    scene = draw_shape_scene(seed)
    with torch.no_grad():
        at8, at16, at32 = trunk()(normalize(scene.image[None]))
    return SceneMaps(scene, at8[0], at16[0], at32[0])


def stacked(scenes: list[SceneMaps]) -> tuple[Tensor, Tensor, Tensor]:
    """The three maps of N scenes."""
    at8, at16, at32 = (
        torch.stack([getattr(one, name) for one in scenes]) for name in ("at8", "at16", "at32")
    )
    return at8, at16, at32
