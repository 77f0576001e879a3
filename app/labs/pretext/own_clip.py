"""A clip of the visitor's own in the `pretext` lab: an album of frames, asked about in windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import InvalidInput
from app.i18n import N_
from app.labs.pretext.config import PretextConfig
from app.pictures.albums import album as albums
from app.pictures.albums.album import Album

if TYPE_CHECKING:
    from torch import Tensor

BUILT_IN = ("objects", "scenes", "digits")
CHOOSE = N_("Choose a clip of your own first: an animated GIF, WebP or PNG, or a video.")
TWO_ALBUMS = N_(
    "Beside a clip of your own, the later questions are asked of pictures that come with Vitrine. "
    "Choose those."
)
SHORT = N_(
    "This clip has {frames} frames, and the task needs {needed}. Choose a longer clip, fewer "
    "frames of a clip, or another task."
)


def clip_id(config: PretextConfig) -> str:
    """The id of the clip's album. Raises `InvalidInput` where none was chosen, or pictures of an
    album, too: a run has one of them.
    """
    if not config.clip:
        raise InvalidInput(CHOOSE, "clip")
    if config.data not in BUILT_IN:
        raise InvalidInput(TWO_ALBUMS, "data")
    return config.clip


def frames_needed(config: PretextConfig) -> int:
    """Frames that a clip must have for the task: all its speeds, or what four frames span."""
    from models.representation.pretext import TASKS

    return int(config.length) if config.task == "speed" else TASKS[config.task].span


def windows(config: PretextConfig, clip: Album, count: int, seed: int) -> Tensor:
    """uint8 [count, T, 3, 32, 32] of the visitor's clip. Raises `InvalidInput` where it is too
    short, and `AlbumGone`.
    """
    import torch

    from models.data.clips import windows_of

    frames = torch.from_numpy(albums.pictures_of(clip, "none").pixels.copy())
    needed = frames_needed(config)
    if len(frames) < needed:
        raise InvalidInput(SHORT, "clip", frames=len(frames), needed=needed)
    return windows_of(frames, min(int(config.length), len(frames)), count, seed)
